//! What is counted of each lane, destination, link and reason of failure.

use std::sync::Arc;

use super::gauge::Gauge;
use super::trend::Trend;
use crate::units::{SimDuration, SimTime};

/// One lane: a source and a destination registry.
#[derive(Clone, Debug)]
pub(super) struct LaneStats {
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
#[derive(Clone, Debug)]
pub(super) struct Backlog {
    pub waiting: Gauge,
    pub in_flight: Gauge,
    pub pending_bytes: Gauge,
}

/// One link.
#[derive(Clone, Debug)]
pub(super) struct LinkStats {
    pub copies: u64,
    pub busy: Gauge,
    pub queue: Gauge,
    pub waits: Trend,
    /// Time in which every slot was in use.
    pub full_ns: u128,
    pub full_since: Option<SimTime>,
}

/// Failures of one reason at one destination.
#[derive(Clone, Copy, Debug)]
pub(super) struct FailureStats {
    pub replications: u64,
    pub first_at: SimTime,
    pub last_at: SimTime,
}

impl LaneStats {
    pub fn new(limits: &Arc<[SimDuration]>) -> Self {
        Self {
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
        }
    }
}

impl LaneStats {
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

impl Backlog {
    pub fn new(from: SimTime) -> Self {
        Self {
            waiting: Gauge::new(from),
            in_flight: Gauge::new(from),
            pending_bytes: Gauge::new(from),
        }
    }

    pub fn flush(&mut self, at: SimTime) {
        self.waiting.settle(at);
        self.in_flight.settle(at);
        self.pending_bytes.settle(at);
    }
}

impl LinkStats {
    pub fn new(from: SimTime) -> Self {
        Self {
            copies: 0,
            busy: Gauge::new(from),
            queue: Gauge::new(from),
            waits: Trend::default(),
            full_ns: 0,
            full_since: None,
        }
    }
}
