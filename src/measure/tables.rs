//! From what a ledger holds to the plain tables of an [`Outcome`].

use std::collections::BTreeMap;

use super::break_even;
use super::calendar::moment;
use super::deployments;
use super::gauge::Gauge;
use super::ledger::Ledger;
use super::metrics::{self, Dollars};
use super::money::MonthUse;
use super::orphans;
use super::outcome::{
    BackfillRow, DestinationRow, FailureRow, LatencyRow, LinkRow, MetricValue, Outcome, RefusedRow,
    RevocationRow, RevokedCopyRow, StorageRow, TimelineRow,
};
use super::pulls;
use super::questions::HALF_HOUR;
use super::record::Status;
use super::table::{Moment, Number, Seconds, Usd};
use super::tails;
use super::thresholds;
use super::transient::{self, Transient};
use super::trend::Trend;
use crate::ecr::{Class, RegistryId};
use crate::scenario::Threshold;
use crate::simulation::Summary;
use crate::units::{SimDuration, SimTime};

/// At most so many copies are listed per revocation, evenly chosen.
const LISTED_COPIES: usize = 1_000;

/// Backfills that the summary tells of one by one.
const NOTED_BACKFILLS: usize = 3;

impl Ledger<'_> {
    /// Returns everything that the run found.
    pub fn outcome(mut self, summary: Summary, thresholds: &[Threshold]) -> Outcome {
        self.flush_records();
        let months = self.month_uses();
        let dollars = Dollars::new(&self, &months);
        let metrics = metrics::values(&self, &dollars);
        Outcome {
            thresholds: thresholds::verdicts(&self, &metrics, &dollars, thresholds),
            notes: self.notes(&metrics),
            metrics,
            destinations: self.destination_rows(&dollars),
            links: self.link_rows(),
            latency: self.latency_rows(),
            failures: self.failure_rows(),
            timeline: self.timeline_rows(&months),
            revocations: self.revocation_rows(),
            revoked_copies: self.revoked_copy_rows(),
            storage: self.storage_rows(),
            costs: self.tariff.bill(self.model, &months),
            refused: self.refused_rows(),
            deployments: deployments::rows(self.model, &self.deployments),
            gates: deployments::gate_rows(self.model, &self.deployments),
            pulls: pulls::rows(&self, &dollars.pulls),
            break_even: break_even::rows(&self),
            backfills: self.backfill_rows(),
            orphan_months: orphans::rows(&self, &months),
            orphans: orphans::summary(&self, &months),
            outages: self.outage_rows(),
            deletes: self.delete_rows(),
            repositories: self.repository_rows(),
            other_reading: self.tariff.other_reading(self.model, &months),
            fullest: self.fullest_repository(),
            fingerprint: summary.fingerprint,
            events: summary.events,
            checks: self.checks.clone(),
        }
    }

    fn notes(&self, metrics: &[MetricValue]) -> Vec<String> {
        let mut lanes = 0..self.lanes.len();
        let law = lanes.find_map(|lane| tails::without_variance(self.model, lane));
        let tail = law.map(|law| {
            format!("no ± for the mean: {law} follows a law of infinite variance, an uncut Pareto")
        });
        let warm_up = self.transient.as_ref().and_then(Transient::hint);
        let has_intervals = metrics.iter().any(|value| value.half_width.is_some());
        let wide = (has_intervals && transient::has_happenings(self.model)).then(|| {
            "± takes bursts, outages and events for chance: it is wider than it need be".to_owned()
        });
        let others = tail.into_iter().chain(wide).chain(warm_up);
        let backfills = self.backfill_notes();
        backfills
            .chain(self.outage_notes())
            .chain(self.delete_note())
            .chain(self.drift_note())
            .chain(self.quota_notes())
            .chain(others)
            .collect()
    }

    /// Says how the first backfills stand.
    fn backfill_notes(&self) -> impl Iterator<Item = String> + '_ {
        let list = &self.backfills.list;
        let more = list.len().saturating_sub(NOTED_BACKFILLS);
        let more = (more > 0).then(|| format!("{more} more backfills in backfills.csv"));
        let noted = list.iter().take(NOTED_BACKFILLS).map(|of| {
            let (source, destination) = self.ends(of.lane as usize);
            let taken = of
                .ended_at
                .map(|at| format!(" after {}", rounded(at.since(of.at))));
            format!(
                "backfill {source} -> {destination}: {}{}, {} of {} replications, {}",
                of.status.name(),
                taken.unwrap_or_default(),
                of.completed,
                of.replications,
                moved(self.backfills.moved_bytes(of.number))
            )
        });
        noted.chain(more)
    }

    /// Returns what each month moved and stored after the warm-up.
    pub(super) fn month_uses(&self) -> Vec<MonthUse> {
        let mut uses: Vec<MonthUse> = Vec::new();
        let stored = self.storage.months.iter().zip(&self.causes.months);
        for (month, (stored, caused)) in self.months.iter().zip(stored) {
            uses.push(MonthUse {
                label: month.label.clone(),
                whole: month.whole,
                lane_bytes: vec![0; self.lanes.len()],
                stored: stored.clone(),
                caused: caused.clone(),
                restored: self
                    .archive
                    .restored(uses.len(), self.model.registries.len()),
                pulls: self.pulls.month_uses(uses.len()),
            });
        }
        let segments = self.timeline.segments.iter().enumerate();
        for (index, segment) in segments.filter(|(_, segment)| segment.measured) {
            let sums = &mut uses[segment.month].lane_bytes;
            sums.iter_mut()
                .zip(self.timeline.bytes(index))
                .for_each(|(sum, bytes)| *sum += bytes);
        }
        uses
    }

    fn registry(&self, id: RegistryId) -> String {
        self.model.names.registries[id.index()].clone()
    }

    fn ends(&self, lane: usize) -> (String, String) {
        let lane = &self.model.lanes[lane];
        (self.registry(lane.source), self.registry(lane.destination))
    }

    fn moment(&self, at: SimTime) -> Moment {
        Moment(moment(self.model.start, at))
    }

    fn destination_rows(&self, dollars: &Dollars) -> Vec<DestinationRow> {
        let half_hour = self
            .limits
            .binary_search(&HALF_HOUR)
            .expect("30 minutes is always a limit");
        let rows = self.lanes.iter().enumerate().map(|(lane, stats)| {
            let (source, destination) = self.ends(lane);
            let quantile = |permille| seconds_at(&stats.latency, permille);
            let asked = stats.asked(half_hour);
            DestinationRow {
                source,
                destination,
                requested: stats.requested,
                completed: stats.completed(),
                failed: stats.failed,
                in_progress: stats.unfinished,
                within_30min: (asked > 0)
                    .then(|| Number(stats.latency.within(half_hour) as f64 / asked as f64)),
                mean_s: stats.latency.mean_s().map(Number),
                p50_s: quantile(500),
                p90_s: quantile(900),
                p95_s: quantile(950),
                p99_s: quantile(990),
                p999_s: quantile(999),
                max_s: stats.latency.max().map(Seconds),
                untagged_arrivals: stats.untagged_arrivals,
                moved_bytes: stats.moved_bytes,
                transfer_usd: Usd(dollars.lanes[lane]),
                backfill_requested: stats.backfilled.requested,
                backfill_completed: stats.backfilled.latency.count(),
            }
        });
        rows.collect()
    }

    fn link_rows(&self) -> Vec<LinkRow> {
        let window = self.model.end.since(self.model.window.from);
        let rows = self
            .links
            .iter()
            .zip(&self.model.links)
            .zip(&self.model.names.links);
        rows.map(|((stats, link), name)| {
            let moved_bytes = link
                .lanes
                .iter()
                .map(|&lane| self.lanes[lane].moved_bytes)
                .sum::<u64>();
            let able = link
                .speeds
                .bandwidth
                .map(|bits| bits as f64 / 8.0 * window.as_secs_f64());
            let nanos = window.as_nanos();
            LinkRow {
                link: name.clone(),
                copies: stats.copies,
                slots: link.slots,
                busy_mean: stats.busy.mean().map(Number),
                busy_p95: level_at(&stats.busy),
                busy_max: stats.busy.max(),
                full_share: (nanos > 0).then(|| Number(stats.full_ns as f64 / nanos as f64)),
                bandwidth_used: able
                    .filter(|&able| able > 0.0)
                    .map(|able| Number(moved_bytes as f64 / able)),
                queue_mean: stats.queue.mean().map(Number),
                queue_p95: level_at(&stats.queue),
                queue_max: stats.queue.max(),
                wait_p50_s: seconds_at(&stats.waits, 500),
                wait_p99_s: seconds_at(&stats.waits, 990),
                moved_bytes,
            }
        })
        .collect()
    }

    fn latency_rows(&self) -> Vec<LatencyRow> {
        let mut rows = Vec::new();
        for (place, &registry) in self.destinations.iter().enumerate() {
            let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
            let lanes = self.lanes.iter().filter(|lane| lane.destination == place);
            for (_, high, count) in lanes.flat_map(|lane| lane.latency.buckets()) {
                *counts.entry(coarse(high)).or_default() += count;
            }
            rows.extend(counts.into_iter().map(|(upto, count)| LatencyRow {
                destination: self.registry(registry),
                upto_s: Seconds(SimDuration::from_nanos(upto)),
                count,
            }));
        }
        rows
    }

    fn failure_rows(&self) -> Vec<FailureRow> {
        let rows = self
            .failures
            .iter()
            .map(|(&(place, reason), stats)| FailureRow {
                destination: self.registry(self.destinations[place]),
                reason: reason.name().to_owned(),
                replications: stats.replications,
                first_at: self.moment(stats.first_at),
                last_at: self.moment(stats.last_at),
            });
        let mut rows: Vec<FailureRow> = rows.collect();
        rows.sort_by(|a, b| (&a.destination, &a.reason).cmp(&(&b.destination, &b.reason)));
        rows
    }

    fn timeline_rows(&self, months: &[MonthUse]) -> Vec<TimelineRow> {
        let rates: Vec<Vec<f64>> = months
            .iter()
            .map(|month| self.tariff.lane_rates(self.model, month))
            .collect();
        let before = self.tariff.first_rates(self.model);
        let destinations = self.destinations.len();
        let mut moved = vec![(0_u64, 0.0_f64); self.timeline.steps.len() * destinations];
        for (index, segment) in self.timeline.segments.iter().enumerate() {
            let rates = if segment.measured {
                &rates[segment.month]
            } else {
                &before
            };
            for (lane, &bytes) in self.timeline.bytes(index).iter().enumerate() {
                let sum = &mut moved[segment.step * destinations + self.lanes[lane].destination];
                sum.0 += bytes;
                sum.1 += bytes as f64 * rates[lane];
            }
        }
        let mut rows = Vec::new();
        for (index, step) in self.timeline.steps.iter().enumerate() {
            let time = self.moment(SimTime::from_nanos(self.bucket.as_nanos() * index as u64));
            for (place, of) in step.iter().enumerate() {
                let (moved_bytes, usd) = moved[index * destinations + place];
                rows.push(TimelineRow {
                    time,
                    destination: self.registry(self.destinations[place]),
                    pushed: of.pushed,
                    requested: of.requested,
                    completed: of.completed,
                    failed: of.failed,
                    waiting: of.waiting,
                    in_flight: of.in_flight,
                    pending_bytes: of.pending_bytes,
                    moved_bytes,
                    p50_s: of.p50.map(Seconds),
                    p99_s: of.p99.map(Seconds),
                    transfer_usd: Usd(usd),
                    coverage: share(of.covered.held, of.covered.live),
                });
            }
        }
        rows
    }

    fn revocation_rows(&self) -> Vec<RevocationRow> {
        let rows = self.revocations.list.iter().map(|of| {
            let (source, destination) = self.ends(of.lane as usize);
            RevocationRow {
                at: self.moment(of.at),
                source,
                destination,
                in_flight: of.copies.len() as u64,
                completed_after: of.completed_after,
                aborted_after: of.aborted_after,
                denied_after: of.denied_after,
                last_arrival_after_s: of.last_arrival_after.map(Seconds),
                bytes_after: of.bytes_after,
            }
        });
        rows.collect()
    }

    fn revoked_copy_rows(&self) -> Vec<RevokedCopyRow> {
        let mut rows = Vec::new();
        for of in &self.revocations.list {
            let (source, destination) = self.ends(of.lane as usize);
            let listed = of.copies.len().min(LISTED_COPIES);
            for place in 0..listed {
                let copy = &of.copies[place * of.copies.len() / listed];
                rows.push(RevokedCopyRow {
                    revoked_at: self.moment(of.at),
                    source: source.clone(),
                    destination: destination.clone(),
                    repository: self.model.names.repositories[copy.repository.index()].clone(),
                    started_at: self.moment(copy.started_at),
                    ended_at: copy.ended.map(|(at, _)| self.moment(at)),
                    status: copy
                        .ended
                        .map_or(Status::InProgress, |(_, status)| status)
                        .name()
                        .to_owned(),
                });
            }
        }
        rows
    }

    fn storage_rows(&self) -> Vec<StorageRow> {
        let mut rows = Vec::new();
        for (at, registries) in &self.storage.looks {
            for (index, holdings) in registries.iter().enumerate() {
                let [source, replica, orphan] = [Class::Source, Class::Replica, Class::Orphan]
                    .map(|class| holdings.bytes[class as usize]);
                rows.push(StorageRow {
                    time: self.moment(*at),
                    registry: self.registry(RegistryId::new(index)),
                    images: holdings.images,
                    untagged_images: u64::from(holdings.untagged),
                    stored_bytes: holdings.stored_bytes(),
                    source_bytes: source,
                    replica_bytes: replica + orphan,
                    orphan_bytes: orphan,
                    archived_bytes: holdings.bytes[Class::Archived as usize],
                });
            }
        }
        rows
    }

    fn backfill_rows(&self) -> Vec<BackfillRow> {
        let rates = self.tariff.first_rates(self.model);
        let rows = self.backfills.list.iter().map(|of| {
            let (source, destination) = self.ends(of.lane as usize);
            let moved_bytes = self.backfills.moved_bytes(of.number);
            BackfillRow {
                at: self.moment(of.at),
                source,
                destination,
                status: of.status.name().to_owned(),
                images: of.images,
                replications: of.replications,
                completed: of.completed,
                failed: of.failed,
                skipped: of.skipped,
                withdrawn: of.withdrawn,
                ended_at: of.ended_at.map(|at| self.moment(at)),
                moved_bytes,
                usd: Usd(moved_bytes as f64 * rates[of.lane as usize]),
            }
        });
        rows.collect()
    }

    fn refused_rows(&self) -> Vec<RefusedRow> {
        let rows = self.refusals.iter().map(|(at, of)| RefusedRow {
            at: self.moment(*at),
            action: of.action.to_owned(),
            registry: self.registry(of.registry),
            repository: of.repository.map_or_else(String::new, |id| {
                self.model.names.repositories[id.index()].clone()
            }),
            exception: of.refusal.exception().to_owned(),
            message: of.refusal.to_string(),
        });
        rows.collect()
    }
}

/// Returns a duration for a sentence: whole seconds, rounded up, from a minute on.
pub(super) fn rounded(duration: SimDuration) -> SimDuration {
    const SECOND_NS: u64 = 1_000_000_000;
    match duration.as_nanos() {
        nanos if nanos < 60 * SECOND_NS => duration,
        nanos => SimDuration::from_secs(nanos.div_ceil(SECOND_NS)),
    }
}

fn share(part: u64, whole: u64) -> Option<Number> {
    (whole > 0).then(|| Number(part as f64 / whole as f64))
}

fn seconds_at(trend: &Trend, permille: u64) -> Option<Number> {
    trend
        .quantile(permille, 1000)
        .map(|quantile| Number(quantile.at.as_secs_f64()))
}

fn level_at(gauge: &Gauge) -> Option<Number> {
    gauge.quantile(950, 1000).map(|level| Number(level as f64))
}

/// Returns the upper bound of a bucket a 64th of a power of two wide: fine enough for a chart, few enough for a file.
pub(super) const fn coarse(nanos: u64) -> u64 {
    if nanos < 64 {
        return nanos;
    }
    let shift = nanos.ilog2() - 6;
    (nanos >> shift << shift) + ((1 << shift) - 1)
}

/// Says how many bytes were moved.
fn moved(bytes: u64) -> String {
    match bytes {
        0 => "nothing moved".to_owned(),
        1..1_000_000_000 => format!("{:.1} MB moved", bytes as f64 / 1e6),
        _ => format!("{:.1} GB moved", bytes as f64 / 1e9),
    }
}
