//! What a run tells its ledger: each happening in a few words, many at a time.
//!
//! The loop of the simulation and the books have little in common but these: handed over by the thousand, each keeps its
//! own memory at hand, and the books may be kept by another thread.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::calendar::{Kinds, Month};
use super::record::{ReplicationRecord, Status};
use crate::ecr::{CausedChange, Class, Covered, Departure, Holdings, RegistryId};
use crate::simulation::{
    Backfill, CreatedRepository, DeleteCause, Deletion, DeploymentStep, Exhausted, Fullest, Offer,
    Pull, PushState, RefusedOperation, Replication, RevokedCopy,
};
use crate::units::{SimDuration, SimTime};

/// One happening; `at` is when.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) enum Note {
    /// A push requested replications.
    Requested(Request),
    /// A replication joined the queue for the first time.
    Queued { at: SimTime, lane: u32 },
    /// A replication is back in the queue, of which so many bytes counted as pending while it was in flight.
    QueuedAgain {
        at: SimTime,
        image_bytes: u64,
        was_bytes: u64,
        lane: u32,
    },
    /// A replication took a slot.
    Started(Start),
    /// A replication left the slot that it took at `since`.
    Released {
        at: SimTime,
        since: SimTime,
        lane: u32,
    },
    /// A replication left the queue without a slot.
    Dismissed {
        at: SimTime,
        waited: SimDuration,
        lane: u32,
    },
    /// A replication left its slot and arrived, at its first attempt.
    Arrived(Arrived),
    /// A replication ended in any way.
    Ended(End),
    /// The last replication of a push ended.
    Settled {
        at: SimTime,
        pushed_at: SimTime,
        measured: bool,
        all_complete: bool,
    },
    /// A registry stores one tagged image more, of so many bytes.
    StoredOne {
        at: SimTime,
        bytes: u64,
        registry: RegistryId,
        class: Class,
    },
    /// A registry stores this from now on.
    Stored {
        at: SimTime,
        registry: RegistryId,
        holdings: Holdings,
    },
    /// Replicas of one account's images came or went.
    Caused { at: SimTime, change: CausedChange },
    /// Something became of one of a stream's deployments.
    Deployed {
        stream: u32,
        pushed_at: SimTime,
        step: DeploymentStep,
    },
    /// An image was pushed that fleets may pull.
    Offered(Offer),
    /// A fleet pulled.
    Pulled(Pull),
    /// The next of the rare ones.
    Rare,
}

/// What a push requested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub at: SimTime,
    pub push: u64,
    pub image_bytes: u64,
    pub measured: bool,
    /// Its registry stores one tagged image more, of these bytes.
    pub is_stored: bool,
    count: u8,
    lanes: [u32; Request::LANES],
}

impl Request {
    /// How many lanes a note holds.
    pub const LANES: usize = 7;

    /// Returns the request of a push on so many lanes.
    ///
    /// # Panics
    /// If they are more than [`Self::LANES`].
    pub fn new(at: SimTime, push: &PushState, lanes: &[u32]) -> Self {
        assert!(lanes.len() <= Self::LANES, "a note holds so many lanes");
        let noted = std::array::from_fn(|place| lanes.get(place).copied().unwrap_or_default());
        Self {
            at,
            push: push.first_number(),
            image_bytes: push.image_bytes,
            measured: push.measured,
            is_stored: false,
            count: lanes.len() as u8,
            lanes: noted,
        }
    }

    /// Returns the lanes of its replications.
    pub fn lanes(&self) -> &[u32] {
        &self.lanes[..usize::from(self.count)]
    }
}

/// How a replication took a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub at: SimTime,
    pub waited: SimDuration,
    pub image_bytes: u64,
    pub to_move_bytes: u64,
    pub lane: u32,
    pub measured: bool,
    pub is_first: bool,
    /// It did not join the queue before: a slot was free.
    pub at_once: bool,
}

/// An arrival at the first attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrived {
    pub at: SimTime,
    pub pushed_at: SimTime,
    /// When it took its slot.
    pub since: SimTime,
    pub moved_bytes: u64,
    pub transfer: SimDuration,
    pub lane: u32,
    pub measured: bool,
    pub is_untagged: bool,
    pub is_overtaken: bool,
    /// Its registry stores one tagged image more, of these bytes.
    pub is_stored: bool,
    /// It was the last of its push, of which all did complete, or did not.
    pub settles: Option<bool>,
}

/// How a replication ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub at: SimTime,
    pub pushed_at: SimTime,
    /// Bytes that counted as pending.
    pub left_bytes: u64,
    pub moved_bytes: u64,
    pub transfer: SimDuration,
    pub lane: u32,
    pub measured: bool,
    pub in_flight: bool,
    pub status: Status,
    pub is_untagged: bool,
    pub is_overtaken: bool,
}

// A note fills a line of the cache.
const _: () = assert!(size_of::<Note>() == 64 && align_of::<Note>() == 64);

/// What happens so seldom that it may take its space.
#[derive(Clone, Debug)]
pub(super) enum Rare {
    Boundary {
        at: SimTime,
        kinds: Kinds,
        /// The month that begins.
        month: Option<Month>,
        moved_bytes: Box<[u64]>,
        covered: Box<[Covered]>,
    },
    Refused {
        at: SimTime,
        operation: RefusedOperation,
    },
    /// What becomes of a replication that was in flight when its permission was lost: it ended.
    RevokedEnded {
        at: SimTime,
        id: u64,
        status: Status,
        moved_bytes: u64,
    },
    /// A copy ended with bytes still to move.
    Abandoned {
        lane: u32,
        bytes: u64,
    },
    /// A backfill requested a replication.
    BackfillRequested {
        at: SimTime,
        image_bytes: u64,
        lane: u32,
        measured: bool,
    },
    /// A replication of a backfill ended.
    BackfillEnded {
        end: End,
        backfill: NonZeroU32,
    },
    /// Images at risk in a Region from now on.
    AtRisk {
        at: SimTime,
        region: u32,
        images: u64,
        bytes: u64,
    },
    /// An image was deleted, one of the first.
    Deleted {
        at: SimTime,
        deletion: Deletion,
    },
    /// How many images were deleted in all, and how many by each cause.
    Deletions(BTreeMap<DeleteCause, u64>),
    /// A repository that replication created.
    Created(Box<CreatedRepository>),
    /// How a backfill stands when the run has ended.
    Backfill(Backfill),
    /// An image left the archive of a registry.
    LeftArchive {
        at: SimTime,
        departure: Departure,
    },
    /// A quota refused something for the first time.
    Exhausted(Exhausted),
    /// The fullest repository at the end.
    Fullest(Fullest),
    PolicyChanged {
        registry: RegistryId,
    },
    Revoked {
        at: SimTime,
        lane: u32,
        copies: Box<[RevokedCopy]>,
    },
    Unfinished {
        at: SimTime,
        push: PushState,
        replication: Replication,
        moved_bytes: u64,
    },
    Finished {
        at: SimTime,
        moved_bytes: Box<[u64]>,
    },
}

/// Happenings in their order, and the records of replications among them in theirs.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub list: Vec<Note>,
    pub rare: Vec<Rare>,
    pub records: Vec<ReplicationRecord>,
}

impl Notes {
    /// Few enough to stay in the near memory, and enough that waking who books them costs little beside that.
    pub const MANY: usize = 8192;

    pub fn clear(&mut self) {
        self.list.clear();
        self.rare.clear();
        self.records.clear();
    }
}
