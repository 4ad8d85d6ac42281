//! Backfills: their replications are counted with all others, but their latency stands apart.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::super::note::End;
use super::super::record::Status;
use super::Ledger;
use crate::simulation::Backfill;
use crate::units::SimTime;

/// Every backfill of a run.
#[derive(Clone, Debug, Default)]
pub(in crate::measure) struct Backfills {
    /// As the run's end found them, in the order in which they were started.
    pub list: Vec<Backfill>,
    moved_bytes: BTreeMap<NonZeroU32, u64>,
}

impl Backfills {
    /// A copy of a backfill has moved so many bytes in all.
    pub fn moved(&mut self, backfill: NonZeroU32, bytes: u64) {
        *self.moved_bytes.entry(backfill).or_default() += bytes;
    }

    /// Returns the bytes that a backfill's copies have moved.
    pub fn moved_bytes(&self, backfill: NonZeroU32) -> u64 {
        self.moved_bytes.get(&backfill).copied().unwrap_or_default()
    }
}

impl Ledger<'_> {
    pub(super) fn backfill_requested(
        &mut self,
        at: SimTime,
        lane: usize,
        image_bytes: u64,
        measured: bool,
    ) {
        let lane = &mut self.lanes[lane];
        lane.requested += u64::from(measured);
        lane.backfilled.requested += u64::from(measured);
        if let Some(interruptions) = &mut self.interruptions {
            interruptions.backfilled(at, lane.link);
        }
        let destination = &mut self.by_destination[lane.destination];
        destination.counts.requested += 1;
        destination.backlog.request(at, 1, image_bytes);
        if let Some(all) = &mut self.backlog {
            all.request(at, 1, image_bytes);
        }
    }

    pub(super) fn backfill_ended(&mut self, end: &End, backfill: NonZeroU32) {
        let destination = self.left(end);
        self.backfills.moved(backfill, end.moved_bytes);
        if let Status::Failed(reason) = end.status {
            return self.note_failed(end, destination, reason);
        }
        if end.measured {
            let stats = &mut self.lanes[end.lane as usize];
            stats.backfilled.latency.add(end.at.since(end.pushed_at));
            stats.untagged_arrivals += u64::from(end.is_untagged);
            stats.overtaken_arrivals += u64::from(end.is_overtaken);
        }
    }
}
