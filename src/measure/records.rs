//! Measured replications made into records.

use super::record::{AppliedTags, ReplicationRecord, Status};
use crate::ecr::Reason;
use crate::simulation::{Model, PushState, Replication};
use crate::units::SimTime;

/// Makes records.
#[derive(Clone, Debug)]
pub(super) struct Records<'m> {
    pub model: &'m Model,
    /// Dollars per byte, by lane.
    pub rates: Vec<f64>,
}

impl Records<'_> {
    /// Returns the record of a replication that arrived; the tags at `missing` places do not stand there.
    pub fn arrived(
        &self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        missing: &[u32],
    ) -> ReplicationRecord {
        ReplicationRecord {
            applied: self.applied(push, missing),
            ended_at: Some(at),
            status: Status::Complete,
            ..self.begun(push, replication, replication.moved_bytes)
        }
    }

    /// Returns the record of a replication that failed.
    pub fn failed(
        &self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        reason: Reason,
    ) -> ReplicationRecord {
        ReplicationRecord {
            ended_at: Some(at),
            status: Status::Failed(reason),
            ..self.begun(push, replication, replication.moved_bytes)
        }
    }

    /// Returns the record of a replication that the run's end found unfinished; `moved_bytes` counts its present attempt
    /// too.
    pub fn unfinished(
        &self,
        end: SimTime,
        push: &PushState,
        replication: &Replication,
        moved_bytes: u64,
    ) -> ReplicationRecord {
        let (queue, transfer, stall) = replication.times_until(end);
        ReplicationRecord {
            queue,
            transfer,
            stall,
            ..self.begun(push, replication, moved_bytes)
        }
    }

    fn begun(
        &self,
        push: &PushState,
        replication: &Replication,
        moved_bytes: u64,
    ) -> ReplicationRecord {
        ReplicationRecord {
            id: replication.id,
            push: push.number,
            lane: replication.lane,
            repository: push.repository.0,
            digest: push.digest,
            tags: push.tags,
            applied: AppliedTags::None,
            pushed_at: push.at,
            eligible_at: replication.eligible_at(),
            started_at: replication.started_at(),
            ended_at: None,
            status: Status::InProgress,
            queue: replication.queue,
            transfer: replication.transfer,
            stall: replication.stall,
            image_bytes: push.image_bytes,
            moved_bytes,
            attempts: replication.attempts,
            usd: moved_bytes as f64 * self.rates[replication.lane as usize],
        }
    }

    fn applied(&self, push: &PushState, missing: &[u32]) -> AppliedTags {
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
