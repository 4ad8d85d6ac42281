//! The books of a run: counted, added up and kept is what tables and metrics need.

mod backfills;
mod frequent;
mod rare;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::backfills::Backfills;
use super::archive::ArchiveBook;
use super::batches::Batches;
use super::calendar::{Boundaries, Month};
use super::causes::CauseMeter;
use super::deletions::Deletions;
use super::deployments::DeploymentStats;
use super::interruptions::Interruptions;
use super::money::Tariff;
use super::note::{Note, Notes};
use super::pulls::PullBook;
use super::questions::{HALF_HOUR, Questions};
use super::quotas::QuotaBook;
use super::record::{RecordSink, ReplicationRecord};
use super::revocations::Revocations;
use super::stats::{Backlog, DestinationStats, FailureStats, LaneStats, LinkStats};
use super::storage::StorageMeter;
use super::timeline::Timeline;
use super::transient::Transient;
use super::trend::Trend;
use crate::ecr::{Reason, RegistryId};
use crate::simulation::{CreatedRepository, Lane, LinkModel, Model, RefusedOperation};
use crate::units::{SimDuration, SimTime};

/// Everything heard of one run.
pub(super) struct Ledger<'m> {
    pub(super) model: &'m Model,
    pub(super) tariff: Tariff,
    pub(super) limits: Arc<[SimDuration]>,
    /// Takes measured replications: by reference, so that one ledger, and one simulation, serves every sink.
    pub(super) sink: &'m mut dyn RecordSink,
    /// Step of the timeline.
    pub(super) bucket: SimDuration,
    /// Months so far, the present one included.
    pub(super) months: Vec<Month>,
    pub(super) lanes: Vec<LaneStats>,
    /// Destination registries, rising, and the books of each.
    pub(super) destinations: Vec<RegistryId>,
    pub(super) by_destination: Vec<DestinationStats>,
    /// Of all destinations; `None` if there is one, whose own it is.
    pub(super) backlog: Option<Backlog>,
    pub(super) links: Vec<LinkStats>,
    pub(super) time_to_all: Trend,
    /// The time to all by when images were pushed.
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
    pub(super) causes: CauseMeter,
    pub(super) timeline: Timeline,
    /// By stream of deployments.
    pub(super) deployments: Vec<DeploymentStats>,
    pub(super) pulls: PullBook,
    pub(super) archive: ArchiveBook,
    pub(super) quotas: QuotaBook,
    pub(super) refused: u64,
    pub(super) refusals: Vec<(SimTime, RefusedOperation)>,
    /// What was checked in the end.
    pub(super) checks: Vec<String>,
    pub(super) backfills: Backfills,
    pub(super) deletions: Deletions,
    /// Repositories that replication created.
    pub(super) created: Vec<CreatedRepository>,
    /// Outages, spells and bursts, if there are any.
    pub(super) interruptions: Option<Box<Interruptions>>,
    /// Records of the present instant: sorted by id before they go on.
    pub(super) tied: Vec<ReplicationRecord>,
}

impl<'m> Ledger<'m> {
    /// Returns a ledger that hands measured replications to `sink`.
    pub fn new(
        model: &'m Model,
        questions: &Questions,
        boundaries: &Boundaries,
        sink: &'m mut dyn RecordSink,
    ) -> Self {
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
        let lane_stats = |lane: &Lane| {
            let destination = destinations
                .binary_search(&lane.destination)
                .expect("a lane's destination is listed");
            LaneStats::new(lane, destination, &limits)
        };
        let lanes: Vec<LaneStats> = model.lanes.iter().map(lane_stats).collect();
        let batches = Batches::new(from, model.window.pushes_until, &limits);
        let link_stats = |link: &LinkModel| LinkStats::new(link.slots, from);
        Self {
            model,
            tariff: questions.tariff.clone(),
            sink,
            months: vec![boundaries.month.clone()],
            bucket: questions.bucket,
            lanes,
            by_destination: vec![DestinationStats::new(from, batches.clone()); destinations.len()],
            backlog: (destinations.len() != 1).then(|| Backlog::new(from)),
            time_to_all_batches: batches,
            transient: Transient::of(model),
            timeline: Timeline::new(destinations.len(), model.lanes.len()),
            destinations,
            links: model.links.iter().map(link_stats).collect(),
            time_to_all: Trend::new(&limits),
            pushes: 0,
            young_pushes: vec![0; limits.len()],
            last_unfinished_push: 0,
            failures: BTreeMap::new(),
            revocations: Revocations::default(),
            storage: StorageMeter::new(model.registries.len(), from),
            causes: CauseMeter::new(from),
            deployments: vec![DeploymentStats::new(model, &limits); model.deployments.len()],
            pulls: PullBook::default(),
            archive: ArchiveBook::default(),
            quotas: QuotaBook::default(),
            refused: 0,
            refusals: Vec::new(),
            checks: Vec::new(),
            backfills: Backfills::default(),
            deletions: Deletions::default(),
            created: Vec::new(),
            interruptions: None,
            limits,
            tied: Vec::new(),
        }
    }

    /// Books what happened.
    pub(super) fn book(&mut self, notes: &mut Notes) {
        let mut rare = notes.rare.drain(..);
        for note in &notes.list {
            match note {
                Note::Requested(request) => self.requested(request),
                Note::Started(start) => self.started(start),
                Note::Arrived(arrival) => self.arrived(arrival),
                Note::Rare => {
                    let next = rare.next().expect("a rare happening is told in its place");
                    self.book_rare(next);
                }
                other => self.book_other(other),
            }
        }
        drop(rare);
        for record in notes.records.drain(..) {
            self.record(record);
        }
    }

    /// Books what is neither among the most frequent, whose way is kept short, nor rare.
    #[inline(never)]
    fn book_other(&mut self, note: &Note) {
        match *note {
            Note::Queued { at, lane } => self.queued(at, lane as usize),
            Note::QueuedAgain {
                at,
                image_bytes,
                was_bytes,
                lane,
            } => self.queued_again(at, image_bytes, was_bytes, lane as usize),
            Note::Released { at, since, lane } => self.released(at, since, lane as usize),
            Note::Dismissed { at, waited, lane } => self.dismissed(at, waited, lane as usize),
            Note::Ended(ref end) => self.ended(end),
            Note::Settled {
                at,
                pushed_at,
                measured,
                all_complete,
            } if measured => self.settled(pushed_at, at.since(pushed_at), all_complete),
            Note::StoredOne {
                at,
                bytes,
                registry,
                class,
            } => self.storage.add(at, registry, class, bytes),
            Note::Stored {
                at,
                registry,
                ref holdings,
            } => self.storage.set(at, registry, holdings),
            Note::Caused { at, ref change } => self.causes.change(at, change),
            Note::Deployed {
                stream,
                pushed_at,
                step,
            } => self.deployments[stream as usize].book(pushed_at, step),
            Note::Offered(ref offer) => self.pulls.offered(offer),
            Note::Pulled(ref pull) => self.pulls.pulled(pull, self.months.len() - 1),
            Note::Settled { .. } => {}
            Note::Requested(_) | Note::Started(_) | Note::Arrived(_) | Note::Rare => {
                unreachable!("the most frequent notes and the rare ones go ways of their own")
            }
        }
    }

    /// Hands a measured replication on, in the order of ends, then ids; unfinished ones come by id.
    fn record(&mut self, record: ReplicationRecord) {
        let is_tied = |first: &ReplicationRecord| first.ended_at == record.ended_at;
        if !self.tied.first().is_some_and(is_tied) {
            self.flush_records();
        }
        self.tied.push(record);
    }

    /// Hands on what waits for others of its instant.
    pub(super) fn flush_records(&mut self) {
        self.tied.sort_unstable_by_key(|record| record.id);
        for record in self.tied.drain(..) {
            self.sink.record(record);
        }
    }
}
