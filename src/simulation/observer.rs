//! What a run tells: each happening once, to a listener that cannot change it.

use std::num::NonZeroU32;

use super::backfill::Backfill;
use super::names::TagList;
use super::quotas::{Exhausted, Fullest};
use crate::ecr::{
    Added, Arrival, CausedChange, Covered, Created, Departure, Digest, HolderId, Holdings, ImageId,
    Reason, Refusal, RegistryId, RepositoryId, Slot,
};
use crate::network::CopyId;
use crate::units::{SimDuration, SimTime};

/// An accepted push, while a replication that it requested has not ended.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct PushState {
    /// Its number in the run, from 1: the order of pushes.
    pub number: u64,
    /// When it was accepted.
    pub at: SimTime,
    /// Its repository.
    pub repository: RepositoryId,
    /// Its image's digest.
    pub digest: Digest,
    /// Bytes of the whole image.
    pub image_bytes: u64,
    /// Its tags.
    pub tags: TagList,
    /// Whether it began in the measured window.
    pub measured: bool,
    /// How many images of the same push came before it: those of an index, the index, its referrers.
    pub member: u8,
    pub(super) image: ImageId,
    pub(super) holder: HolderId,
    /// The registry where it was pushed, among those that may hold its name.
    pub(super) slot: Slot,
    /// Stream, script or both: whose draws its replications take.
    pub(super) origin: u32,
    /// Its number in that origin.
    pub(super) draw: u64,
    pub(super) open: u32,
    pub(super) all_complete: bool,
    /// The number of the backfill that requested it, if it is no push: then it stands for one stored image, `at` is when
    /// it was requested, and `number` is that of the image's push, 0 before the start.
    pub backfill: Option<NonZeroU32>,
}

impl PushState {
    /// Returns the number of the first image of its push: of one image on its own, its own.
    pub const fn first_number(&self) -> u64 {
        self.number - self.member as u64
    }
}

/// What a replication is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not yet eligible.
    Dispatching,
    /// Waiting for a slot of its link.
    Queued,
    /// In a slot, moving bytes.
    Moving,
    /// In a slot, moving nothing.
    Stalled,
    /// Waiting to queue again after a failed attempt.
    BackingOff,
    /// Ended by a revocation; its pending event finds it so.
    Aborted,
}

/// A replication that has not ended.
///
/// It fills two lines of the cache. Dispatch and start of a first attempt that finds a slot touch the first one alone, or nearly
/// so: the fields stand in this order.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Replication {
    /// When its phase began.
    pub since: SimTime,
    /// When it took the slot that it is in.
    pub slot_since: SimTime,
    /// Bytes that the present attempt moves, or the last one has moved.
    pub to_move_bytes: u64,
    pub(super) eligible_at: Once,
    pub(super) order: u64,
    /// Attempts started.
    pub attempts: u32,
    /// Its lane's place.
    pub lane: u32,
    /// Place of its link.
    pub link: u32,
    pub(super) push: u32,
    /// The repository at its destination.
    pub(super) holder: HolderId,
    /// What it is doing.
    pub phase: Phase,
    /// Whether its first attempt stalls, if that was drawn ahead.
    pub(super) stalls: Option<bool>,
    /// Its number in the run, from 1.
    pub id: u64,
    /// Time in the queue so far.
    pub queue: SimDuration,
    /// Time of moving bytes so far.
    pub transfer: SimDuration,
    /// Time stalled so far.
    pub stall: SimDuration,
    /// Bytes that it has moved, but for those of a transfer in progress.
    pub moved_bytes: u64,
    /// Bytes that it had moved when its present attempt started; after a failed one, when it had failed.
    pub moved_before_bytes: u64,
    /// When its first attempt started, if another followed.
    pub(super) first_started_at: SimTime,
    pub(super) copy: Option<CopyId>,
}

const _: () = assert!(size_of::<Replication>() == 128);
const _: () = assert!(std::mem::offset_of!(Replication, id) == 64);

impl Replication {
    /// Returns the replication of this number that the push at place `push` requests, on a lane and its link, to `holder`.
    #[inline(always)]
    pub(super) fn requested(
        at: SimTime,
        id: u64,
        (lane, link): (u32, u32),
        (push, holder): (u32, HolderId),
        order: u64,
    ) -> Self {
        Self {
            since: at,
            slot_since: at,
            to_move_bytes: 0,
            eligible_at: Once::NEVER,
            order,
            attempts: 0,
            lane,
            link,
            push,
            holder,
            phase: Phase::Dispatching,
            stalls: None,
            id,
            queue: SimDuration::ZERO,
            transfer: SimDuration::ZERO,
            stall: SimDuration::ZERO,
            moved_bytes: 0,
            moved_before_bytes: 0,
            first_started_at: at,
            copy: None,
        }
    }

    /// Notes what the next attempt overwrites.
    pub(super) fn note_attempt(&mut self) {
        if self.attempts == 1 {
            self.first_started_at = self.slot_since;
        }
        self.moved_before_bytes = self.moved_bytes;
    }

    /// Returns when it could first start; `None` if it has not been dispatched.
    pub fn eligible_at(&self) -> Option<SimTime> {
        self.eligible_at.get()
    }

    /// Returns when it first started.
    pub const fn started_at(&self) -> Option<SimTime> {
        match self.attempts {
            0 => None,
            1 => Some(self.slot_since),
            _ => Some(self.first_started_at),
        }
    }
}

/// The first time that something happened, in eight bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Once(SimTime);

impl Once {
    pub const NEVER: Self = Self(SimTime::from_nanos(u64::MAX));

    pub fn note(&mut self, at: SimTime) {
        self.0 = self.0.min(at);
    }

    fn get(self) -> Option<SimTime> {
        (self.0 != Self::NEVER.0).then_some(self.0)
    }
}

/// A refused operation.
#[derive(Clone, Copy, Debug)]
pub struct RefusedOperation {
    /// ECR's name of the operation.
    pub action: &'static str,
    /// Where.
    pub registry: RegistryId,
    /// Which repository, if it concerns one.
    pub repository: Option<RepositoryId>,
    /// Why.
    pub refusal: Refusal,
}

/// A copy in flight when its permission was lost.
#[derive(Clone, Copy, Debug)]
pub struct RevokedCopy {
    /// Its replication's number.
    pub id: u64,
    /// Its repository.
    pub repository: RepositoryId,
    /// When it started.
    pub started_at: SimTime,
    /// Bytes that it had moved by then.
    pub moved_bytes: u64,
}

/// What becomes of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeploymentStep {
    /// It pulled for the first time, and the image was there or not.
    FirstPull {
        /// Whether the image was there.
        found: bool,
    },
    /// It found the image, so long after its first pull.
    Found(SimDuration),
    /// It gave up.
    GaveUp,
    /// The run ended while it still tried, so long after its first pull.
    StillTrying(SimDuration),
    /// The image was first there, so long after its push; pulled or not.
    Available(SimDuration),
    /// The image was there at the last of all destinations of its push, so long after it.
    AvailableEverywhere(SimDuration),
}

/// An image of a stream that fleets pull: it was pushed in the measured window.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// Its push stream.
    pub stream: u32,
    /// Bytes of the whole image.
    pub image_bytes: u64,
    /// Bytes of its layers that no earlier image of its stream and repository had.
    pub new_bytes: u64,
}

/// A pull in the measured window.
#[derive(Clone, Copy, Debug)]
pub struct Pull {
    /// Its pull stream.
    pub stream: u32,
    /// The registry that served it; `None` if none of those that it asks has the image.
    pub registry: Option<RegistryId>,
    /// Bytes that it moved.
    pub bytes: u64,
    /// Whether its tag stands on a newer image at the source.
    pub is_stale: bool,
}

/// Why an image was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeleteCause {
    /// A single operation, by tag or digest.
    BatchDeleteImage,
    /// Its repository was deleted.
    DeleteRepository,
    /// A `[retention]`.
    Retention,
    /// The repository's lifecycle policy.
    Lifecycle,
    /// A rule that replicates deletes (B111).
    DeleteReplication,
}

impl DeleteCause {
    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BatchDeleteImage => "BatchDeleteImage",
            Self::DeleteRepository => "DeleteRepository",
            Self::Retention => "retention",
            Self::Lifecycle => "lifecycle",
            Self::DeleteReplication => "delete_replication",
        }
    }
}

/// An image that was deleted.
#[derive(Clone, Debug)]
pub struct Deletion {
    /// Why.
    pub cause: DeleteCause,
    /// Where.
    pub registry: RegistryId,
    /// In which repository.
    pub repository: RepositoryId,
    /// The low 32 bits of its push's number; 0 before the run.
    pub push: u32,
    /// When it was pushed, in nanoseconds since the run's start; negative before it.
    pub pushed_at: i64,
    /// Its digest, if the user gave it.
    pub given: Option<u32>,
    /// Bytes of the whole image.
    pub image_bytes: u64,
    /// Registries where it became an orphan by that.
    pub orphaned: Vec<RegistryId>,
}

/// A repository that replication created.
#[derive(Clone, Debug)]
pub struct CreatedRepository {
    /// Where.
    pub registry: RegistryId,
    /// Its name.
    pub repository: RepositoryId,
    /// Where the image came from for which it was created.
    pub source: RegistryId,
    /// Name of its template, and its settings beside those of its source.
    pub created: Created,
}

/// Listens to a run. No method may look at the clock of the machine or draw.
pub trait Observer {
    /// Returns the next moment at which [`Observer::boundary`] wants to be called.
    fn next_boundary(&self) -> SimTime;

    /// The clock is about to pass `at`: nothing that happens at `at` or later has happened. `moved_bytes` is what
    /// each lane has moved by then, `covered` what of that which it is to bring its destination holds.
    fn boundary(&mut self, at: SimTime, moved_bytes: &[u64], covered: &[Covered]);

    /// A registry stores one image more.
    fn added(&mut self, at: SimTime, added: Added);

    /// A registry stores this from now on.
    fn stored(&mut self, at: SimTime, registry: RegistryId, holdings: &Holdings);

    /// Replicas of one account's images came or went in a registry that tells them apart.
    fn caused(&mut self, at: SimTime, change: CausedChange);

    /// An operation was refused.
    fn refused(&mut self, at: SimTime, operation: RefusedOperation);

    /// A push, or a backfill, requested a replication on each of these lanes. `added` is what the push's registry stores
    /// more by that.
    fn requested(&mut self, at: SimTime, push: &PushState, lanes: &[u32], added: Option<Added>);

    /// A replication joined the queue of its link, for the first time or after a back-off.
    fn queued(&mut self, at: SimTime, push: &PushState, replication: &Replication);

    /// A replication took a slot after waiting so long in the queue this time; `None`: it found a slot free, and did not
    /// join the queue.
    fn started(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        waited: Option<SimDuration>,
    );

    /// A replication left its slot without having arrived; it goes on or is about to fail.
    fn released(&mut self, at: SimTime, replication: &Replication);

    /// A replication left the queue without a slot after waiting so long: it is about to fail.
    fn dismissed(&mut self, at: SimTime, replication: &Replication, waited: SimDuration);

    /// A replication left its slot and is COMPLETE. The tags at `missing_tags`, places in the push's list, do not stand on
    /// the image there.
    fn arrived(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        arrival: &Arrival,
        missing_tags: &[u32],
    );

    /// A replication failed.
    fn failed(&mut self, at: SimTime, push: &PushState, replication: &Replication, reason: Reason);

    /// The last replication of a push ended.
    fn settled(&mut self, at: SimTime, push: &PushState, all_complete: bool);

    /// An image was restored from a registry's archive, or deleted there.
    fn left_archive(&mut self, at: SimTime, departure: Departure);

    /// A registry's policy changed; what was lost by it follows.
    fn policy_changed(&mut self, at: SimTime, registry: RegistryId);

    /// A lane lost permission for some repositories; these copies of theirs were in flight.
    fn revoked(&mut self, at: SimTime, lane: u32, copies: &[RevokedCopy]);

    /// Something became of one of a stream's deployments, of an image pushed at `pushed_at`.
    fn deployed(&mut self, stream: u32, pushed_at: SimTime, step: DeploymentStep);

    /// An image was pushed that fleets may pull.
    fn offered(&mut self, offer: Offer);

    /// A fleet pulled an image, or found none.
    fn pulled(&mut self, pull: Pull);

    /// From now on so many images that were pushed in a Region are complete nowhere else, though a rule sends them; told
    /// only of Regions that an outage cuts off.
    fn at_risk(&mut self, at: SimTime, region: u32, images: u64, bytes: u64);

    /// An image was deleted.
    fn deleted(&mut self, at: SimTime, deletion: &Deletion);

    /// The run ended with this replication unfinished; `moved_bytes` counts its present attempt too.
    fn unfinished(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        moved_bytes: u64,
    );

    /// The run has ended with this backfill so; told of each in the order in which they were started.
    fn backfill(&mut self, backfill: &Backfill);

    /// The run has ended with this repository, which replication created.
    fn created(&mut self, repository: CreatedRepository);

    /// The run has ended, and this quota refused something then for the first time; told of each kind once.
    fn exhausted(&mut self, exhausted: Exhausted);

    /// The run has ended, and no repository has more images than this one.
    fn fullest(&mut self, fullest: Fullest);

    /// The run has ended: nothing more comes. `moved_bytes` is what each lane has moved.
    fn finished(&mut self, at: SimTime, moved_bytes: &[u64]);
}
