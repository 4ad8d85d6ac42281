//! What is counted of each lane, destination, link and reason of failure.

use std::sync::Arc;

use super::batches::Batches;
use super::gauge::Gauge;
use super::tally::{Bytes, Counts, Times};
use super::trend::Trend;
use crate::ecr::RegistryId;
use crate::simulation::Lane;
use crate::units::{SimDuration, SimTime};

/// One lane: a source and a destination registry.
#[derive(Clone, Debug)]
pub(super) struct LaneStats {
    pub source: RegistryId,
    pub receiver: RegistryId,
    /// Place of its destination among all.
    pub destination: usize,
    /// Place of its link.
    pub link: usize,
    /// The latest measured arrivals at their first attempt, not yet taken in.
    pub landed: Vec<Landed>,
    pub latency: Trend,
    pub queue: Trend,
    pub transfer: Trend,
    pub requested: u64,
    pub failed: u64,
    pub unfinished: u64,
    /// Unfinished ones younger than each limit at the end.
    pub young: Vec<u64>,
    /// What backfills did; the numbers above hold it too, but for `latency` and `young`.
    pub backfilled: Backfilled,
    pub untagged_arrivals: u64,
    pub overtaken_arrivals: u64,
    pub bytes_before_window: u64,
    pub moved_bytes: u64,
    pub bytes: Bytes,
}

/// An arrival.
#[derive(Clone, Copy, Debug)]
pub(super) struct Landed {
    pub pushed_at: SimTime,
    pub latency: SimDuration,
    pub transfer: SimDuration,
}

/// The replications of backfills on one lane.
#[derive(Clone, Debug)]
pub(super) struct Backfilled {
    /// From request to arrival.
    pub latency: Trend,
    pub requested: u64,
    /// Unfinished ones younger than each limit at the end.
    pub young: Vec<u64>,
}

/// How many replications a destination, or all, have in hand.
///
/// What every replication does is inlined: beside so little work, a call with its registers saved would cost a fifth.
#[derive(Clone, Debug)]
pub(super) struct Backlog {
    pub waiting: Gauge,
    pub in_flight: Gauge,
    pub pending_bytes: Gauge,
}

/// One destination registry.
#[derive(Clone, Debug)]
pub(super) struct DestinationStats {
    pub backlog: Backlog,
    /// Replication latency by when images were pushed.
    pub latency: Batches,
    /// Pushes that requested something here, and the last of them.
    pub pushed: u64,
    last_push: u64,
    pub counts: Counts,
}

/// One link.
#[derive(Clone, Debug)]
pub(super) struct LinkStats {
    slots: Option<u64>,
    pub copies: u64,
    pub busy: Gauge,
    pub queue: Gauge,
    pub waits: Trend,
    /// Time in which every slot was in use.
    pub full_ns: u128,
    full_since: Option<SimTime>,
    pub times: Times,
}

/// Failures of one reason at one destination.
#[derive(Clone, Copy, Debug)]
pub(super) struct FailureStats {
    pub replications: u64,
    pub first_at: SimTime,
    pub last_at: SimTime,
}

impl LaneStats {
    /// With so many arrivals they are taken in, all at once.
    const LANDED: usize = 256;

    /// Returns the empty books of a lane to the destination at a place.
    pub fn new(lane: &Lane, destination: usize, limits: &Arc<[SimDuration]>) -> Self {
        Self {
            source: lane.source,
            receiver: lane.destination,
            destination,
            link: lane.link,
            landed: Vec::new(),
            latency: Trend::new(limits),
            queue: Trend::new(limits),
            transfer: Trend::new(limits),
            requested: 0,
            failed: 0,
            unfinished: 0,
            young: vec![0; limits.len()],
            backfilled: Backfilled {
                latency: Trend::new(limits),
                requested: 0,
                young: vec![0; limits.len()],
            },
            untagged_arrivals: 0,
            overtaken_arrivals: 0,
            bytes_before_window: 0,
            moved_bytes: 0,
            bytes: Bytes::default(),
        }
    }

    /// A measured replication of a push is there; returns whether it is time to take such latencies in.
    #[inline]
    pub fn land(&mut self, landed: Landed) -> bool {
        self.landed.push(landed);
        self.landed.len() >= Self::LANDED
    }

    /// Returns how many measured replications are COMPLETE.
    pub fn completed(&self) -> u64 {
        self.latency.count() + self.backfilled.latency.count()
    }

    /// Returns how many pushes requested, leaving out unfinished ones younger than the limit at this place.
    pub fn asked(&self, limit: usize) -> u64 {
        self.requested - self.backfilled.requested - self.young[limit]
    }

    pub fn settle(&mut self) {
        self.backfilled.latency.settle();
        self.latency.settle();
        self.queue.settle();
        self.transfer.settle();
    }
}

impl DestinationStats {
    pub fn new(from: SimTime, latency: Batches) -> Self {
        Self {
            backlog: Backlog::new(from),
            latency,
            pushed: 0,
            last_push: 0,
            counts: Counts::default(),
        }
    }

    /// A push requests a replication.
    #[inline]
    pub fn request(&mut self, at: SimTime, push: u64, bytes: u64) {
        self.pushed += u64::from(self.last_push != push);
        self.last_push = push;
        self.counts.requested += 1;
        self.backlog.request(at, 1, bytes);
    }
}

impl Backlog {
    pub fn new(from: SimTime) -> Self {
        Self {
            waiting: Gauge::new(from),
            in_flight: Gauge::new(from),
            pending_bytes: Gauge::new(from),
        }
    }

    /// So many replications are requested, of so many bytes each.
    #[inline]
    pub fn request(&mut self, at: SimTime, count: u64, bytes: u64) {
        self.waiting.raise(at, count);
        self.pending_bytes.raise(at, count * bytes);
    }

    /// A replication takes a slot, of whose bytes those are to be moved.
    #[inline(always)]
    pub fn start(&mut self, at: SimTime, image_bytes: u64, to_move_bytes: u64) {
        self.waiting.lower(at, 1);
        self.in_flight.raise(at, 1);
        if to_move_bytes != image_bytes {
            self.pending_bytes.raise(at, to_move_bytes);
            self.pending_bytes.lower(at, image_bytes);
        }
    }

    /// A replication waits again. In back-off it counted as in flight; what it will move next is known when it starts.
    pub fn wait_again(&mut self, at: SimTime, image_bytes: u64, was_bytes: u64) {
        self.in_flight.lower(at, 1);
        self.waiting.raise(at, 1);
        self.pending_bytes.raise(at, image_bytes);
        self.pending_bytes.lower(at, was_bytes);
    }

    /// A replication is no more on its way.
    #[inline(always)]
    pub fn leave(&mut self, at: SimTime, in_flight: bool, bytes: u64) {
        if in_flight {
            self.in_flight.lower(at, 1);
        } else {
            self.waiting.lower(at, 1);
        }
        self.pending_bytes.lower(at, bytes);
    }

    pub fn flush(&mut self, at: SimTime) {
        self.waiting.settle(at);
        self.in_flight.settle(at);
        self.pending_bytes.settle(at);
    }
}

impl LinkStats {
    pub fn new(slots: Option<u64>, from: SimTime) -> Self {
        Self {
            slots,
            copies: 0,
            busy: Gauge::new(from),
            queue: Gauge::new(from),
            waits: Trend::default(),
            full_ns: 0,
            full_since: None,
            times: Times::new(from),
        }
    }

    /// A replication takes a slot.
    #[inline]
    pub fn take(&mut self, at: SimTime) {
        self.copies += u64::from(at >= self.times.from);
        self.busy.raise(at, 1);
        if self.slots == Some(self.busy.level()) {
            self.full_since = Some(at);
        }
    }

    /// A replication leaves the slot that it took at `since`.
    #[inline(always)]
    pub fn release(&mut self, at: SimTime, since: SimTime) {
        self.busy.lower(at, 1);
        self.end_full(at);
        self.times.held(since, at);
    }

    /// A replication leaves the queue.
    pub fn leave_queue(&mut self, at: SimTime, waited: SimDuration) {
        self.queue.lower(at, 1);
        self.times.waited(at, waited);
    }

    /// Books the end of the run.
    pub fn settle(&mut self, at: SimTime) {
        self.waits.settle();
        self.busy.settle(at);
        self.queue.settle(at);
        self.end_full(at);
    }

    /// Books the time in which every slot was in use.
    #[inline]
    fn end_full(&mut self, at: SimTime) {
        if let Some(since) = self.full_since {
            self.full_since = None;
            self.full_ns += self.times.clipped(since, at);
        }
    }
}
