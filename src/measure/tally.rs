//! What the checks compare, apart from all that it is compared with. It stands beside the books of a destination, a lane or
//! a link, where a note finds both at one place; the timeline reads the counts too.

use super::record::Status;
use crate::simulation::{Phase, Replication};
use crate::units::{SimDuration, SimTime};

/// Replications to one destination, over the whole run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub requested: u64,
    pub completed: u64,
    pub failed: u64,
    /// When the run had ended.
    pub in_flight: u64,
    pub waiting: u64,
}

/// Bytes of one lane, over the whole run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bytes {
    pub started: u64,
    pub moved: u64,
    pub abandoned: u64,
    pub still_to_move: u64,
}

/// Sums over replications on one link, clipped to the window, in ns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// When the window begins.
    pub from: SimTime,
    pub waited: u128,
    pub held: u128,
}

impl Counts {
    /// A replication has ended.
    pub fn ended(&mut self, status: Status) {
        match status {
            Status::Complete => self.completed += 1,
            Status::Failed(_) => self.failed += 1,
            Status::InProgress => {}
        }
    }

    /// The run's end found a replication so.
    pub fn unfinished(&mut self, phase: Phase) {
        match phase {
            Phase::Dispatching | Phase::Queued => self.waiting += 1,
            Phase::Stalled | Phase::BackingOff | Phase::Aborted | Phase::Moving => {
                self.in_flight += 1;
            }
        }
    }
}

impl Bytes {
    /// The run's end found a replication so, which has moved so many bytes in all.
    pub fn unfinished(&mut self, replication: &Replication, moved_bytes: u64) {
        self.moved += moved_bytes;
        if replication.phase == Phase::Moving {
            self.still_to_move +=
                replication.to_move_bytes - (moved_bytes - replication.moved_bytes);
        }
    }
}

impl Times {
    pub const fn new(from: SimTime) -> Self {
        Self {
            from,
            waited: 0,
            held: 0,
        }
    }

    /// A replication has left the queue, or the run has ended.
    pub fn waited(&mut self, at: SimTime, waited: SimDuration) {
        let began = SimTime::from_nanos(at.as_nanos() - waited.as_nanos());
        self.waited += self.clipped(began, at);
    }

    /// A replication has left its slot, or the run has ended.
    #[inline]
    pub fn held(&mut self, since: SimTime, at: SimTime) {
        self.held += self.clipped(since, at);
    }

    /// Returns how much of a time lies in the window, in ns.
    #[inline]
    pub fn clipped(&self, began: SimTime, ended: SimTime) -> u128 {
        if began >= self.from {
            return u128::from(ended.since(began).as_nanos());
        }
        u128::from(ended.since(self.from.min(ended)).as_nanos())
    }
}
