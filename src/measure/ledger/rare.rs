//! What happens seldom: boundaries of time, refusals, losses of permission, the end.

use super::super::archive::owed_byte_ns;
use super::super::calendar::{Kinds, Month};
use super::super::checks::verify;
use super::super::deployments::DeploymentStats;
use super::super::note::Rare;
use super::super::record::Status;
use super::super::stats::LaneStats;
use super::Ledger;
use crate::ecr::{Departure, RegistryId};
use crate::simulation::{Phase, PushState, Replication};
use crate::units::{SimDuration, SimTime};

/// Refused operations are all counted; at most so many are listed.
const LISTED_REFUSALS: usize = 100_000;

impl Ledger<'_> {
    #[inline(never)]
    pub(super) fn book_rare(&mut self, rare: Rare) {
        match rare {
            Rare::Boundary {
                at,
                kinds,
                month,
                moved_bytes,
                covered,
            } => {
                if kinds.bucket {
                    let covered = covered.iter().zip(&self.lanes);
                    covered.for_each(|(of, lane)| self.timeline.cover(lane.destination, of));
                }
                self.boundary(at, kinds, month, &moved_bytes);
            }
            Rare::Refused { at, operation } => {
                self.refused += u64::from(self.model.window.from <= at);
                if self.refusals.len() < LISTED_REFUSALS {
                    self.refusals.push((at, operation));
                }
            }
            Rare::RevokedEnded {
                at,
                id,
                status,
                moved_bytes,
            } => self.revocations.ended(at, id, status, moved_bytes),
            Rare::Abandoned { lane, bytes } => self.lanes[lane as usize].bytes.abandoned += bytes,
            Rare::BackfillRequested {
                at,
                image_bytes,
                lane,
                measured,
            } => self.backfill_requested(at, lane as usize, image_bytes, measured),
            Rare::BackfillEnded { end, backfill } => self.backfill_ended(&end, backfill),
            Rare::Backfill(backfill) => self.backfills.list.push(backfill),
            Rare::AtRisk {
                at,
                region,
                images,
                bytes,
            } => {
                if let Some(interruptions) = &mut self.interruptions {
                    interruptions.at_risk(at, region as usize, (images, bytes));
                }
            }
            Rare::Deleted { at, deletion } => self.deletions.list.push((at, deletion)),
            Rare::Created(repository) => self.created.push(*repository),
            Rare::Deletions(counts) => self.deletions.counts = counts,
            Rare::LeftArchive { at, departure } => self.left_archive(at, &departure),
            Rare::Exhausted(exhausted) => self.quotas.exhausted.push(exhausted),
            Rare::Fullest(fullest) => self.quotas.fullest = Some(fullest),
            Rare::PolicyChanged { registry } => self.policy_changed(registry),
            Rare::Revoked { at, lane, copies } => self.revocations.open(at, lane, &copies),
            Rare::Unfinished {
                at,
                push,
                replication,
                moved_bytes,
            } => self.unfinished(at, &push, &replication, moved_bytes),
            Rare::Finished { at, moved_bytes } => self.finished(at, &moved_bytes),
        }
    }

    fn boundary(&mut self, at: SimTime, kinds: Kinds, month: Option<Month>, moved_bytes: &[u64]) {
        if kinds.warm_up {
            for (stats, &bytes) in self.lanes.iter_mut().zip(moved_bytes) {
                stats.bytes_before_window = bytes;
            }
            self.storage.end_warm_up();
        }
        if kinds.warm_up || kinds.month || kinds.bucket {
            let measured = at > self.model.window.from;
            self.timeline
                .close_segment(self.months.len() - 1, measured, moved_bytes);
        }
        if kinds.bucket {
            self.take_in_all();
            self.timeline.close_bucket(&self.by_destination);
        }
        if let Some(month) = month {
            self.storage.close_month(at.min(self.model.end));
            self.causes.close_month(at.min(self.model.end));
            self.months.push(month);
        }
        if kinds.day {
            let is_before = self.model.replicates_deletes && at < self.model.end;
            let past = u64::from(!is_before);
            self.storage.look(SimTime::from_nanos(at.as_nanos() - past));
        }
    }

    /// An image was restored from the archive, or deleted there.
    fn left_archive(&mut self, at: SimTime, departure: &Departure) {
        if self.model.window.from <= at {
            self.archive.left(departure, &self.months);
            let owed_byte_ns = owed_byte_ns(departure, at);
            self.storage.owe(departure.registry, owed_byte_ns);
        }
    }

    fn policy_changed(&mut self, registry: RegistryId) {
        let lanes = self.model.lanes.iter().enumerate();
        for (lane, _) in lanes.filter(|(_, lane)| lane.destination == registry) {
            self.revocations.close(lane as u32);
        }
    }

    fn unfinished(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        moved_bytes: u64,
    ) {
        let lane = replication.lane as usize;
        let times = &mut self.links[replication.link as usize].times;
        match replication.phase {
            Phase::Queued => times.waited(at, at.since(replication.since)),
            Phase::Moving | Phase::Stalled => times.held(replication.slot_since, at),
            Phase::Dispatching | Phase::BackingOff | Phase::Aborted => {}
        }
        let stats = &mut self.lanes[lane];
        stats.bytes.unfinished(replication, moved_bytes);
        let destination = stats.destination;
        self.by_destination[destination]
            .counts
            .unfinished(replication.phase);
        self.revocations
            .ended(at, replication.id, Status::InProgress, moved_bytes);
        if let Some(backfill) = push.backfill {
            self.backfills.moved(backfill, moved_bytes);
        }
        if !push.measured {
            return;
        }
        let age = at.since(push.at);
        self.lanes[lane].unfinished += 1;
        if push.backfill.is_some() {
            return self.count_young(age, |ledger| &mut ledger.lanes[lane].backfilled.young);
        }
        self.by_destination[destination]
            .latency
            .add_unfinished(push.at, age);
        self.count_young(age, |ledger| &mut ledger.lanes[lane].young);
        // Unfinished replications come by id, so those of one push come together.
        if self.last_unfinished_push != push.first_number() {
            self.last_unfinished_push = push.first_number();
            self.pushes += 1;
            self.time_to_all_batches.add_unfinished(push.at, age);
            self.count_young(age, |ledger| &mut ledger.young_pushes);
        }
    }

    /// Replicas of all accounts together are the registry's replicas.
    fn verify_causes(&self) {
        for registry in (0..self.model.registries.len()).map(RegistryId::new) {
            let [_, replica, orphan, _] = self.storage.holdings(registry).bytes;
            if let Some(level) = self.causes.level(registry) {
                assert_eq!(
                    level,
                    [0, replica, orphan, 0],
                    "replicas are those of some account"
                );
            }
        }
    }

    /// Counts something unfinished of this age at each limit that it is younger than.
    fn count_young(&mut self, age: SimDuration, counts: impl Fn(&mut Self) -> &mut Vec<u64>) {
        let limits = std::sync::Arc::clone(&self.limits);
        for (count, &limit) in counts(self).iter_mut().zip(&*limits) {
            *count += u64::from(age < limit);
        }
    }

    fn finished(&mut self, at: SimTime, moved_bytes: &[u64]) {
        for (stats, &bytes) in self.lanes.iter_mut().zip(moved_bytes) {
            stats.moved_bytes = bytes - stats.bytes_before_window.min(bytes);
        }
        self.timeline.correct(moved_bytes);
        self.storage.finish(at);
        if let Some(interruptions) = &mut self.interruptions {
            interruptions.finish(at);
        }
        self.take_in_all();
        for of in &mut self.by_destination {
            of.backlog.flush(at);
            of.latency.settle();
        }
        if let Some(all) = &mut self.backlog {
            all.flush(at);
        }
        self.lanes.iter_mut().for_each(LaneStats::settle);
        self.time_to_all.settle();
        self.deployments
            .iter_mut()
            .for_each(DeploymentStats::settle);
        self.time_to_all_batches.settle();
        self.links.iter_mut().for_each(|of| of.settle(at));
        self.verify_causes();
        self.checks = verify(
            self.model,
            &self.links,
            &self.by_destination,
            &self.lanes,
            moved_bytes,
        );
    }
}
