//! The metrics of INTERFACE.md with all their statistics, for all destinations and each one.

use super::batches::Batches;
use super::deployments::DeploymentStats;
use super::gauge::Gauge;
use super::ledger::Ledger;
use super::money::MonthUse;
use super::outcome::MetricValue;
use super::pulls::PullDollars;
use super::stats::{Backfilled, LaneStats};
use super::storage::ByteTime;
use super::tails;
use super::trend::Trend;
use crate::units::SimDuration;

/// Hours of the month to which `monthly` scales (facts: prices, "Units and months": the estimators' convention).
pub(super) const MONTH_HOURS: f64 = 730.0;

/// Dollars of the run, by lane and by registry.
#[derive(Clone, Debug)]
pub(super) struct Dollars {
    pub lanes: Vec<f64>,
    /// All storage items, the archive's and what restoring from it costs among them.
    pub storage: Vec<f64>,
    pub orphan: Vec<f64>,
    pub pulls: PullDollars,
}

impl Dollars {
    pub fn new(ledger: &Ledger<'_>, months: &[MonthUse]) -> Self {
        let model = ledger.model;
        let mut dollars = Self {
            lanes: vec![0.0; model.lanes.len()],
            storage: vec![0.0; model.registries.len()],
            orphan: vec![0.0; model.registries.len()],
            pulls: PullDollars::new(),
        };
        for month in months {
            let rates = ledger.tariff.lane_rates(model, month);
            for (sum, (bytes, rate)) in dollars
                .lanes
                .iter_mut()
                .zip(month.lane_bytes.iter().zip(rates))
            {
                *sum += *bytes as f64 * rate;
            }
            for (of, usd) in month.pulls.iter().zip(ledger.tariff.pull_usd(model, month)) {
                *dollars.pulls.entry((of.stream, of.registry)).or_default() += usd;
            }
            for (registry, byte_time) in month.stored.iter().enumerate() {
                let usd =
                    |of: &ByteTime| ledger.tariff.storage_usd(model, registry, month.whole, of);
                dollars.storage[registry] += usd(byte_time).iter().sum::<f64>();
                let restored = month.restored[registry];
                dollars.storage[registry] += ledger.tariff.restore_usd(model, registry, restored);
                dollars.orphan[registry] += usd(byte_time)[2];
            }
        }
        dollars
    }
}

/// What is summed up: all destinations or one.
struct Scope<'a, 'm> {
    ledger: &'a Ledger<'m>,
    /// Name of the destination; empty for all.
    name: String,
    /// Place of the destination.
    destination: Option<usize>,
    lanes: Vec<usize>,
    /// Registries whose storage counts.
    registries: Vec<usize>,
    requested: u64,
    /// Whether latencies have a variance.
    has_variance: bool,
}

/// Returns every metric, for all destinations first.
pub(super) fn values(ledger: &Ledger<'_>, dollars: &Dollars) -> Vec<MetricValue> {
    let places = std::iter::once(None).chain((0..ledger.destinations.len()).map(Some));
    let scopes: Vec<Scope<'_, '_>> = places.map(|place| Scope::new(ledger, place)).collect();
    let mut values: Vec<MetricValue> = scopes
        .iter()
        .flat_map(|scope| scope.values(dollars))
        .collect();
    // By metric, as the first scope, which has them all, lists them; within a metric by destination.
    let mut order: Vec<&'static str> = Vec::new();
    for value in &values {
        if !order.contains(&value.metric) {
            order.push(value.metric);
        }
    }
    values.sort_by_cached_key(|value| order.iter().position(|metric| *metric == value.metric));
    values
}

/// Returns the metrics of one stream of deployments.
pub(super) fn of_deployments(ledger: &Ledger<'_>, stats: &DeploymentStats) -> Vec<MetricValue> {
    let scope = Scope::new(ledger, None);
    let mut values = scope.deploy_wait(stats);
    let missed = Some(stats.missed as f64);
    values.push(scope.value("deploys_missed", "total", missed, "1", false));
    values.push(scope.value("deploys_missed", "rate", stats.missed_share(), "1", false));
    values
}

impl<'a, 'm> Scope<'a, 'm> {
    fn new(ledger: &'a Ledger<'m>, destination: Option<usize>) -> Self {
        let lanes = (0..ledger.lanes.len())
            .filter(|&lane| destination.is_none_or(|of| ledger.lanes[lane].destination == of));
        let lanes: Vec<usize> = lanes.collect();
        let registry = destination.map(|of| ledger.destinations[of].index());
        let name =
            registry.map_or_else(String::new, |of| ledger.model.names.registries[of].clone());
        let registries = registry.map_or_else(
            || (0..ledger.model.registries.len()).collect(),
            |of| vec![of],
        );
        let requested = lanes.iter().map(|&lane| ledger.lanes[lane].requested).sum();
        let has_variance = lanes
            .iter()
            .all(|&lane| tails::without_variance(ledger.model, lane).is_none());
        Self {
            ledger,
            name,
            destination,
            lanes,
            registries,
            requested,
            has_variance,
        }
    }

    fn values(&self, dollars: &Dollars) -> Vec<MetricValue> {
        let mut values = self.trends();
        values.extend(self.gauges());
        values.extend(self.counters());
        values.extend(self.money(dollars));
        values
    }

    fn trends(&self) -> Vec<MetricValue> {
        let ledger = self.ledger;
        let latency = self.merged(|lane| &lane.latency);
        let young = |place: usize| {
            self.lanes
                .iter()
                .map(|&lane| ledger.lanes[lane].young[place])
                .sum::<u64>()
        };
        let asked =
            |place: usize| self.requested - self.backfilled(|of| of.requested) - young(place);
        let batches = self.latency_batches();
        let mut values = self.trend("replication_latency", &latency, batches.as_ref(), asked);
        if self.destination.is_none() || ledger.model.backfills.is_some() {
            let latency = self.merged(|lane| &lane.backfilled.latency);
            let asked = |place: usize| self.backfilled(|of| of.requested - of.young[place]);
            values.extend(self.trend("backfill_latency", &latency, None, asked));
        }
        if self.destination.is_none() {
            let pushes = |place: usize| ledger.pushes - ledger.young_pushes[place];
            let batches = Some(&ledger.time_to_all_batches);
            values.extend(self.trend("time_to_all", &ledger.time_to_all, batches, pushes));
        }
        let queue = self.merged(|lane| &lane.queue);
        values.extend(self.trend("queue_time", &queue, None, |_| queue.count()));
        let transfer = self.merged(|lane| &lane.transfer);
        values.extend(self.trend("transfer_time", &transfer, None, |_| transfer.count()));
        if self.destination.is_none() {
            values.extend(self.deploy_wait(&DeploymentStats::sum(ledger)));
        }
        values
    }

    fn deploy_wait(&self, stats: &DeploymentStats) -> Vec<MetricValue> {
        let asked = |place: usize| stats.deployments - stats.young[place];
        let batches = Some(&stats.wait_batches);
        self.trend("deploy_wait", &stats.waits, batches, asked)
    }

    /// Returns the sum over the scope's lanes of what backfills did.
    fn backfilled(&self, of: impl Fn(&Backfilled) -> u64) -> u64 {
        let lanes = self.lanes.iter();
        lanes
            .map(|&lane| of(&self.ledger.lanes[lane].backfilled))
            .sum()
    }

    fn merged(&self, of: impl Fn(&LaneStats) -> &Trend) -> Trend {
        let mut sum = Trend::new(&self.ledger.limits);
        self.lanes
            .iter()
            .for_each(|&lane| sum.merge(of(&self.ledger.lanes[lane])));
        sum
    }

    fn latency_batches(&self) -> Option<Batches> {
        let all = &self.ledger.by_destination;
        if let Some(place) = self.destination {
            return all.get(place).map(|of| of.latency.clone());
        }
        let mut all = all.iter().map(|of| &of.latency);
        let mut sum = all.next()?.clone();
        all.for_each(|batches| sum.merge(batches));
        Some(sum)
    }

    /// `asked` is what the share within the limit at a place is a share of.
    fn trend(
        &self,
        metric: &'static str,
        trend: &Trend,
        batches: Option<&Batches>,
        asked: impl Fn(usize) -> u64,
    ) -> Vec<MetricValue> {
        let seconds = |duration: Option<SimDuration>| duration.map(SimDuration::as_secs_f64);
        let value =
            |statistic: &str, value, scarce| self.value(metric, statistic, value, "s", scarce);
        let mut values = vec![
            value("mean", trend.mean_s(), false).within(
                batches
                    .filter(|_| self.has_variance)
                    .and_then(Batches::mean_s),
            ),
            value("min", seconds(trend.min()), false),
        ];
        for (statistic, permille) in [
            ("p50", 500),
            ("p90", 900),
            ("p95", 950),
            ("p99", 990),
            ("p999", 999),
        ] {
            let quantile = trend.quantile(permille, 1000);
            let scarce = quantile.is_some_and(|quantile| quantile.scarce);
            let at = seconds(quantile.map(|quantile| quantile.at));
            let share = permille as f64 / 1e3;
            let half_width = batches.and_then(|batches| batches.quantile_s(share, trend));
            values.push(value(statistic, at, scarce).within(half_width));
        }
        values.push(value("max", seconds(trend.max()), false));
        values.push(self.value(metric, "count", Some(trend.count() as f64), "1", false));
        for (place, limit) in self.ledger.limits.iter().enumerate() {
            let asked = asked(place);
            let share = (asked > 0).then(|| trend.within(place) as f64 / asked as f64);
            let half_width = batches.and_then(|batches| batches.share(place));
            let value = self.value(metric, &format!("within({limit})"), share, "1", false);
            values.push(value.within(half_width));
        }
        values
    }

    fn gauges(&self) -> Vec<MetricValue> {
        let ledger = self.ledger;
        let backlog = match (self.destination, &ledger.backlog) {
            (None, Some(all)) => all,
            (of, _) => &ledger.by_destination[of.unwrap_or(0)].backlog,
        };
        let (stored, orphan) = match self.destination {
            None => (&ledger.storage.stored, &ledger.storage.orphan),
            Some(of) => ledger.storage.of(ledger.destinations[of]),
        };
        [
            ("waiting", &backlog.waiting, "1"),
            ("in_flight", &backlog.in_flight, "1"),
            ("pending_bytes", &backlog.pending_bytes, "bytes"),
            ("stored_bytes", stored, "bytes"),
            ("orphan_bytes", orphan, "bytes"),
        ]
        .into_iter()
        .flat_map(|(metric, gauge, unit)| self.gauge(metric, gauge, unit))
        .collect()
    }

    fn gauge(&self, metric: &'static str, gauge: &Gauge, unit: &'static str) -> [MetricValue; 6] {
        let quantile = |permille| gauge.quantile(permille, 1000).map(|level| level as f64);
        [
            ("mean", gauge.mean()),
            ("p50", quantile(500)),
            ("p95", quantile(950)),
            ("p99", quantile(990)),
            ("max", gauge.max().map(|level| level as f64)),
            ("end", Some(gauge.level() as f64)),
        ]
        .map(|(statistic, value)| self.value(metric, statistic, value, unit, false))
    }

    fn counters(&self) -> Vec<MetricValue> {
        let ledger = self.ledger;
        let sum = |of: &dyn Fn(&LaneStats) -> u64| {
            self.lanes
                .iter()
                .map(|&lane| of(&ledger.lanes[lane]))
                .sum::<u64>()
        };
        let from = ledger.model.window.from;
        let lost = ledger
            .revocations
            .list
            .iter()
            .filter(|of| of.at >= from && self.lanes.contains(&(of.lane as usize)));
        let deployments = DeploymentStats::sum(ledger);
        let pulls = ledger.pulls.sum(ledger.model, None);
        let mut values = Vec::new();
        for (metric, total, unit) in [
            ("requested", self.requested, "1"),
            ("completed", sum(&LaneStats::completed), "1"),
            ("failed", sum(&|lane| lane.failed), "1"),
            ("unfinished", sum(&|lane| lane.unfinished), "1"),
            (
                "completed_after_revocation",
                lost.clone().map(|of| of.completed_after).sum(),
                "1",
            ),
            (
                "denied_after_revocation",
                lost.map(|of| of.denied_after).sum(),
                "1",
            ),
            (
                "untagged_arrivals",
                sum(&|lane| lane.untagged_arrivals),
                "1",
            ),
            (
                "overtaken_arrivals",
                sum(&|lane| lane.overtaken_arrivals),
                "1",
            ),
            ("stale_tags", pulls.stale, "1"),
            ("deploys_missed", deployments.missed, "1"),
            ("moved_bytes", sum(&|lane| lane.moved_bytes), "bytes"),
            ("refused", ledger.refused, "1"),
        ] {
            let of_all = ["stale_tags", "deploys_missed", "refused"].contains(&metric);
            if self.destination.is_some() && of_all {
                continue;
            }
            let per = match metric {
                "deploys_missed" => deployments.deployments,
                "stale_tags" => pulls.served,
                _ => self.requested,
            };
            let rate = (per > 0).then(|| total as f64 / per as f64);
            values.push(self.value(metric, "total", Some(total as f64), unit, false));
            values.push(self.value(metric, "rate", rate, unit, false));
        }
        values
    }

    fn money(&self, dollars: &Dollars) -> Vec<MetricValue> {
        let transfer: f64 = self.lanes.iter().map(|&lane| dollars.lanes[lane]).sum();
        let storage: f64 = self
            .registries
            .iter()
            .map(|&registry| dollars.storage[registry])
            .sum();
        let orphan: f64 = self
            .registries
            .iter()
            .map(|&registry| dollars.orphan[registry])
            .sum();
        let pulls = match self.destination {
            None => dollars.pulls.values().sum(),
            Some(_) => 0.0,
        };
        let scale = monthly(self.ledger);
        let mut values = Vec::new();
        for (metric, total) in [
            ("transfer_usd", transfer),
            ("storage_usd", storage),
            ("orphan_usd", orphan),
            ("pull_usd", pulls),
            ("total_usd", transfer + storage + pulls),
        ] {
            if metric == "pull_usd" && self.destination.is_some() {
                continue;
            }
            values.push(self.value(metric, "total", Some(total), "USD", false));
            values.push(self.value(
                metric,
                "monthly",
                Some(total * scale).filter(|usd| usd.is_finite()),
                "USD",
                false,
            ));
        }
        values
    }

    fn value(
        &self,
        metric: &'static str,
        statistic: &str,
        value: Option<f64>,
        unit: &'static str,
        scarce: bool,
    ) -> MetricValue {
        MetricValue {
            metric,
            destination: self.name.clone(),
            statistic: statistic.to_owned(),
            value,
            unit,
            scarce,
            half_width: None,
        }
    }
}

/// Returns by what dollars of the measured time become those of a month.
pub(super) fn monthly(ledger: &Ledger<'_>) -> f64 {
    let window = ledger.model.end.since(ledger.model.window.from);
    MONTH_HOURS * 3600.0 / window.as_secs_f64()
}

impl MetricValue {
    /// Returns the value with this half-width, unless it is as large as the value itself and tells nothing.
    fn within(self, half_width: Option<f64>) -> Self {
        let tells = |half_width: &f64| self.value.is_some_and(|value| *half_width < value);
        Self {
            half_width: half_width.filter(tells),
            ..self
        }
    }
}
