//! The observer of a run: it counts, adds up and keeps what tables and metrics need, and changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::batches::Batches;
use super::calendar::{Boundaries, Month};
use super::checks::Checks;
use super::money::Tariff;
use super::questions::{HALF_HOUR, Questions};
use super::record::{AppliedTags, RecordSink, ReplicationRecord, Status};
use super::revocations::Revocations;
use super::stats::{Backlog, FailureStats, LaneStats, LinkStats};
use super::storage::StorageMeter;
use super::timeline::Timeline;
use super::transient::Transient;
use super::trend::Trend;
use crate::ecr::{Holdings, Reason, RegistryId};
use crate::simulation::{
    Ending, Model, Observer, Phase, PushState, RefusedOperation, Replication, RevokedCopy,
};
use crate::units::{SimDuration, SimTime};

/// Refused operations are all counted; at most so many are listed.
const LISTED_REFUSALS: usize = 100_000;

/// Everything heard of one run.
#[derive(Debug)]
pub struct Ledger<'m, S> {
    pub(super) model: &'m Model,
    pub(super) tariff: Tariff,
    pub(super) limits: Arc<[SimDuration]>,
    pub(super) sink: S,
    pub(super) boundaries: Boundaries,
    /// Months so far, the present one included.
    pub(super) months: Vec<Month>,
    pub(super) lanes: Vec<LaneStats>,
    /// Destination registries, rising, and each lane's place among them.
    pub(super) destinations: Vec<RegistryId>,
    pub(super) destination_of: Vec<usize>,
    pub(super) backlogs: Vec<Backlog>,
    pub(super) backlog: Backlog,
    pub(super) links: Vec<LinkStats>,
    pub(super) time_to_all: Trend,
    /// Replication latency by destination, and the time to all, by when they were pushed.
    pub(super) latency_batches: Vec<Batches>,
    pub(super) time_to_all_batches: Batches,
    /// Latencies of the whole run, where they may tell whether the warm-up is long enough.
    pub(super) transient: Option<Transient>,
    /// Measured pushes that requested something, and of the unfinished ones those younger than each limit.
    pub(super) pushes: u64,
    pub(super) young_pushes: Vec<u64>,
    pub(super) last_unfinished_push: u64,
    pub(super) failures: BTreeMap<(usize, Reason), FailureStats>,
    pub(super) revocations: Revocations,
    pub(super) storage: StorageMeter,
    pub(super) timeline: Timeline,
    pub(super) refused: u64,
    pub(super) refusals: Vec<(SimTime, RefusedOperation)>,
    pub(super) checks: Checks,
    pub(super) rates: Vec<f64>,
    /// Records of the present instant: sorted by id before they go on.
    pub(super) tied: Vec<ReplicationRecord>,
}

impl<'m, S: RecordSink> Ledger<'m, S> {
    /// Returns a ledger that hands measured replications to `sink`.
    pub fn new(model: &'m Model, questions: &Questions, sink: S) -> Self {
        let from = model.window.from;
        let mut limits = questions.limits.clone();
        limits.push(HALF_HOUR);
        limits.sort_unstable();
        limits.dedup();
        let limits: Arc<[SimDuration]> = limits.into();
        let mut destinations: Vec<RegistryId> =
            model.lanes.iter().map(|lane| lane.destination).collect();
        destinations.sort_unstable();
        destinations.dedup();
        let place = |lane: &crate::simulation::Lane| {
            destinations
                .binary_search(&lane.destination)
                .expect("a lane's destination is listed")
        };
        let destination_of = model.lanes.iter().map(place).collect();
        let batches = Batches::new(from, model.window.pushes_until, &limits);
        let boundaries = Boundaries::new(model.start, questions.bucket, from, model.end);
        Self {
            model,
            tariff: questions.tariff.clone(),
            sink,
            months: vec![boundaries.month.clone()],
            boundaries,
            lanes: vec![LaneStats::new(&limits); model.lanes.len()],
            backlogs: vec![Backlog::new(from); destinations.len()],
            backlog: Backlog::new(from),
            latency_batches: vec![batches.clone(); destinations.len()],
            time_to_all_batches: batches,
            transient: Transient::of(model),
            timeline: Timeline::new(destinations.len(), model.lanes.len()),
            destinations,
            destination_of,
            links: vec![LinkStats::new(from); model.links.len()],
            time_to_all: Trend::new(&limits),
            pushes: 0,
            young_pushes: vec![0; limits.len()],
            last_unfinished_push: 0,
            failures: BTreeMap::new(),
            revocations: Revocations::default(),
            storage: StorageMeter::new(model.registries.len(), from),
            refused: 0,
            refusals: Vec::new(),
            checks: Checks::new(model, from),
            rates: questions.tariff.first_rates(model),
            limits,
            tied: Vec::new(),
        }
    }

    /// Applies `change` to the backlog of a lane's destination and to that of all.
    #[inline]
    fn change_backlogs(&mut self, lane: u32, change: impl Fn(&mut Backlog)) {
        change(&mut self.backlogs[self.destination_of[lane as usize]]);
        change(&mut self.backlog);
    }

    fn note_complete(
        &mut self,
        at: SimTime,
        push: &PushState,
        lane: u32,
        arrival: crate::ecr::Arrival,
    ) {
        let (latency, destination) = (at.since(push.at), self.destination_of[lane as usize]);
        self.timeline.completed(destination, latency);
        if let Some(transient) = &mut self.transient {
            transient.add(push.at, latency);
        }
        if !push.measured {
            return;
        }
        self.latency_batches[destination].add(push.at, latency);
        let stats = &mut self.lanes[lane as usize];
        stats.latency.add(latency);
        stats.untagged_arrivals += u64::from(arrival.is_untagged);
        stats.overtaken_arrivals += u64::from(arrival.overtaken > 0);
    }

    fn note_failed(&mut self, at: SimTime, push: &PushState, lane: u32, reason: Reason) {
        let destination = self.destination_of[lane as usize];
        self.timeline.failed(destination);
        if matches!(
            reason,
            Reason::AccessDenied | Reason::RepositoryCreationDenied
        ) {
            self.revocations.denied(lane);
        }
        if !push.measured {
            return;
        }
        self.lanes[lane as usize].failed += 1;
        self.latency_batches[destination].add_failed(push.at);
        let first = FailureStats {
            replications: 0,
            first_at: at,
            last_at: at,
        };
        let stats = self.failures.entry((destination, reason)).or_insert(first);
        stats.replications += 1;
        stats.last_at = at;
    }
}

impl<S: RecordSink> Observer for Ledger<'_, S> {
    fn next_boundary(&self) -> SimTime {
        self.boundaries.next()
    }

    fn boundary(&mut self, at: SimTime, moved_bytes: &[u64]) {
        let kinds = self.boundaries.pass(at);
        if kinds.warm_up {
            for (stats, &bytes) in self.lanes.iter_mut().zip(moved_bytes) {
                stats.bytes_before_window = bytes;
            }
        }
        if kinds.warm_up || kinds.month || kinds.bucket {
            let measured = at > self.model.window.from;
            self.timeline
                .close_segment(self.months.len() - 1, measured, moved_bytes);
        }
        if kinds.bucket {
            self.timeline.close_bucket(&self.backlogs);
        }
        if kinds.month {
            self.storage.close_month(at.min(self.model.end));
            self.months.push(self.boundaries.month.clone());
        }
        if kinds.day {
            self.storage.look(SimTime::from_nanos(at.as_nanos() - 1));
        }
    }

    fn stored(&mut self, at: SimTime, registry: RegistryId, holdings: &Holdings) {
        self.storage.set(at, registry, holdings);
    }

    fn refused(&mut self, at: SimTime, operation: RefusedOperation) {
        self.refused += u64::from(self.model.window.from <= at);
        if self.refusals.len() < LISTED_REFUSALS {
            self.refusals.push((at, operation));
        }
    }

    fn requested(&mut self, at: SimTime, push: &PushState, replication: &Replication) {
        let lane = replication.lane;
        self.lanes[lane as usize].requested += u64::from(push.measured);
        self.timeline
            .requested(self.destination_of[lane as usize], push.number);
        self.checks.requested(self.destination_of[lane as usize]);
        self.change_backlogs(lane, |backlog| {
            backlog.waiting.raise(at, 1);
            backlog.pending_bytes.raise(at, push.image_bytes);
        });
    }

    fn queued(&mut self, at: SimTime, push: &PushState, replication: &Replication) {
        self.links[replication.link as usize].queue.raise(at, 1);
        if replication.attempts > 0 {
            // In back-off it counted as in flight; what it will move next is known when it starts.
            self.change_backlogs(replication.lane, |backlog| {
                backlog.in_flight.lower(at, 1);
                backlog.waiting.raise(at, 1);
                backlog.pending_bytes.raise(at, push.image_bytes);
                backlog.pending_bytes.lower(at, replication.to_move_bytes);
            });
        }
    }

    fn started(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        waited: SimDuration,
    ) {
        let link = replication.link as usize;
        let slots = self.model.links[link].slots;
        let stats = &mut self.links[link];
        stats.copies += u64::from(at >= self.model.window.from);
        stats.queue.lower(at, 1);
        stats.busy.raise(at, 1);
        if slots == Some(stats.busy.level()) {
            stats.full_since = Some(at);
        }
        if push.measured {
            stats.waits.add(waited);
        }
        self.checks.waited(link, at, waited);
        self.checks
            .started(replication.lane, replication.to_move_bytes);
        self.change_backlogs(replication.lane, |backlog| {
            backlog.waiting.lower(at, 1);
            backlog.in_flight.raise(at, 1);
            if replication.to_move_bytes != push.image_bytes {
                backlog.pending_bytes.raise(at, replication.to_move_bytes);
                backlog.pending_bytes.lower(at, push.image_bytes);
            }
        });
        if push.measured && replication.attempts == 1 {
            self.lanes[replication.lane as usize].queue.add(waited);
        }
    }

    fn released(&mut self, at: SimTime, replication: &Replication) {
        let link = replication.link as usize;
        let stats = &mut self.links[link];
        stats.busy.lower(at, 1);
        if let Some(since) = stats.full_since.take() {
            stats.full_ns += u128::from(
                at.since(since.max(self.model.window.from).min(at))
                    .as_nanos(),
            );
        }
        self.checks.held(link, replication.slot_since, at);
    }

    fn dismissed(&mut self, at: SimTime, replication: &Replication, waited: SimDuration) {
        let link = replication.link as usize;
        self.links[link].queue.lower(at, 1);
        self.checks.waited(link, at, waited);
    }

    fn ended(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        ending: &Ending<'_>,
    ) {
        let (lane, in_flight) = (replication.lane, replication.attempts > 0);
        let left = if in_flight {
            replication.to_move_bytes
        } else {
            push.image_bytes
        };
        self.change_backlogs(lane, |backlog| {
            if in_flight {
                backlog.in_flight.lower(at, 1);
            } else {
                backlog.waiting.lower(at, 1);
            }
            backlog.pending_bytes.lower(at, left);
        });
        let status = match ending {
            Ending::Complete { arrival, .. } => {
                self.note_complete(at, push, lane, *arrival);
                Status::Complete
            }
            Ending::Failed(reason) => {
                self.note_failed(at, push, lane, *reason);
                Status::Failed(*reason)
            }
        };
        self.checks
            .ended(self.destination_of[lane as usize], replication, status);
        self.revocations
            .ended(at, replication.id, status, replication.moved_bytes);
        if !push.measured {
            return;
        }
        if in_flight {
            self.lanes[lane as usize].transfer.add(replication.transfer);
        }
        if self.sink.is_listening() {
            let applied = self.applied(push, ending);
            let moved_bytes = replication.moved_bytes;
            let record =
                self.make_record(push, replication, status, Some(at), moved_bytes, applied);
            self.record(record);
        }
    }

    fn settled(&mut self, at: SimTime, push: &PushState, all_complete: bool) {
        if push.measured {
            self.pushes += 1;
            if all_complete {
                self.time_to_all.add(at.since(push.at));
                self.time_to_all_batches.add(push.at, at.since(push.at));
            } else {
                self.time_to_all_batches.add_failed(push.at);
            }
        }
    }

    fn policy_changed(&mut self, _: SimTime, registry: RegistryId) {
        let lanes = self.model.lanes.iter().enumerate();
        for (lane, _) in lanes.filter(|(_, lane)| lane.destination == registry) {
            self.revocations.close(lane as u32);
        }
    }

    fn revoked(&mut self, at: SimTime, lane: u32, copies: &[RevokedCopy]) {
        self.revocations.open(at, lane, copies);
    }

    fn unfinished(
        &mut self,
        at: SimTime,
        push: &PushState,
        replication: &Replication,
        moved_bytes: u64,
    ) {
        self.flush_records();
        let lane = replication.lane as usize;
        let link = replication.link as usize;
        match replication.phase {
            Phase::Queued => self.checks.waited(link, at, at.since(replication.since)),
            Phase::Moving | Phase::Stalled => self.checks.held(link, replication.slot_since, at),
            Phase::Dispatching | Phase::BackingOff | Phase::Aborted => {}
        }
        let destination = self.destination_of[lane];
        self.checks
            .unfinished(destination, replication, moved_bytes);
        self.revocations
            .ended(at, replication.id, Status::InProgress, moved_bytes);
        if !push.measured {
            return;
        }
        let age = at.since(push.at);
        self.lanes[lane].unfinished += 1;
        self.latency_batches[destination].add_unfinished(push.at, age);
        let young = self.limits.iter().map(|&limit| u64::from(age < limit));
        self.lanes[lane]
            .young
            .iter_mut()
            .zip(young.clone())
            .for_each(|(count, is)| *count += is);
        // Unfinished replications come by id, so those of one push come together.
        if self.last_unfinished_push != push.number {
            self.last_unfinished_push = push.number;
            self.pushes += 1;
            self.time_to_all_batches.add_unfinished(push.at, age);
            self.young_pushes
                .iter_mut()
                .zip(young)
                .for_each(|(count, is)| *count += is);
        }
        let record = self.make_record(
            push,
            replication,
            Status::InProgress,
            None,
            moved_bytes,
            AppliedTags::None,
        );
        self.sink.record(record);
    }

    fn finished(&mut self, at: SimTime, moved_bytes: &[u64]) {
        self.flush_records();
        for (stats, &bytes) in self.lanes.iter_mut().zip(moved_bytes) {
            stats.moved_bytes = bytes - stats.bytes_before_window.min(bytes);
        }
        self.timeline.correct(moved_bytes);
        self.storage.finish(at);
        for backlog in self.backlogs.iter_mut().chain([&mut self.backlog]) {
            backlog.flush(at);
        }
        let from = self.model.window.from;
        self.lanes.iter_mut().for_each(LaneStats::settle);
        self.time_to_all.settle();
        self.latency_batches.iter_mut().for_each(Batches::settle);
        self.time_to_all_batches.settle();
        for stats in &mut self.links {
            stats.waits.settle();
            stats.busy.settle(at);
            stats.queue.settle(at);
            if let Some(since) = stats.full_since.take() {
                stats.full_ns += u128::from(at.since(since.max(from)).as_nanos());
            }
        }
        self.checks
            .verify(self.model, &self.links, &self.backlogs, moved_bytes);
    }
}
