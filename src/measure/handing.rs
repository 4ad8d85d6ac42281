//! Measured replications on their way to the sink: made into records, in the order of their ends.

use super::ledger::Ledger;
use super::record::{AppliedTags, RecordSink, ReplicationRecord, Status};
use crate::simulation::{Ending, PushState, Replication};
use crate::units::SimTime;

impl<S: RecordSink> Ledger<'_, S> {
    /// Hands a measured replication on, in the order of ends, then ids.
    pub(super) fn record(&mut self, record: ReplicationRecord) {
        if self
            .tied
            .first()
            .is_some_and(|first| first.ended_at != record.ended_at)
        {
            self.flush_records();
        }
        self.tied.push(record);
    }

    pub(super) fn flush_records(&mut self) {
        self.tied.sort_unstable_by_key(|record| record.id);
        for record in self.tied.drain(..) {
            self.sink.record(record);
        }
    }

    pub(super) fn make_record(
        &self,
        push: &PushState,
        replication: &Replication,
        status: Status,
        ended_at: Option<SimTime>,
        moved_bytes: u64,
        applied: AppliedTags,
    ) -> ReplicationRecord {
        let (queue, transfer, stall) = match ended_at {
            Some(_) => (replication.queue, replication.transfer, replication.stall),
            None => replication.times_until(self.model.end),
        };
        ReplicationRecord {
            id: replication.id,
            push: push.number,
            lane: replication.lane,
            repository: push.repository.0,
            digest: push.digest,
            tags: push.tags,
            applied,
            pushed_at: push.at,
            eligible_at: replication.eligible_at(),
            started_at: replication.started_at(),
            ended_at,
            status,
            queue,
            transfer,
            stall,
            image_bytes: push.image_bytes,
            moved_bytes,
            attempts: replication.attempts,
            usd: moved_bytes as f64 * self.rates[replication.lane as usize],
        }
    }

    pub(super) fn applied(&self, push: &PushState, ending: &Ending<'_>) -> AppliedTags {
        let missing = match ending {
            Ending::Complete { missing_tags, .. } => missing_tags,
            Ending::Failed(_) => return AppliedTags::None,
        };
        if missing.is_empty() {
            return AppliedTags::All;
        }
        let count = self.model.names.tag_count(push.tags) as u32;
        let standing: Box<[u32]> = (0..count)
            .filter(|place| !missing.contains(place))
            .collect();
        if standing.is_empty() {
            AppliedTags::None
        } else {
            AppliedTags::Some(standing)
        }
    }
}
