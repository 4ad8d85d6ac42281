//! What becomes of deployments, by stream: who missed, who waited how long, and the gate that would have spared it.

use std::sync::Arc;

use super::batches::Batches;
use super::ledger::Ledger;
use super::outcome::{DeploymentRow, GateRow};
use super::table::{Number, Seconds};
use super::trend::Trend;
use crate::simulation::{DeploymentStep, Model};
use crate::units::{SimDuration, SimTime};

/// The deployments of one stream, or of all.
#[derive(Clone, Debug)]
pub(super) struct DeploymentStats {
    pub deployments: u64,
    pub missed: u64,
    pub gave_up: u64,
    /// From the first pull to the one that found the image.
    pub waits: Trend,
    /// The same by when the images were pushed.
    pub wait_batches: Batches,
    /// From the push until the image was there.
    pub available: Trend,
    /// From the push until the image was at all destinations of its push.
    pub everywhere: Trend,
    /// Deployments that the end of the run found trying, for less time than each limit.
    pub young: Vec<u64>,
    limits: Arc<[SimDuration]>,
}

impl DeploymentStats {
    pub fn new(model: &Model, limits: &Arc<[SimDuration]>) -> Self {
        let window = model.window;
        Self {
            wait_batches: Batches::new(window.from, window.pushes_until, limits),
            deployments: 0,
            missed: 0,
            gave_up: 0,
            waits: Trend::new(limits),
            available: Trend::default(),
            everywhere: Trend::default(),
            young: vec![0; limits.len()],
            limits: Arc::clone(limits),
        }
    }

    /// Returns the sum over all streams.
    pub fn sum(ledger: &Ledger<'_>) -> Self {
        let mut sum = Self::new(ledger.model, &ledger.limits);
        ledger.deployments.iter().for_each(|of| sum.merge(of));
        sum
    }

    pub fn book(&mut self, pushed_at: SimTime, step: DeploymentStep) {
        match step {
            DeploymentStep::FirstPull { found } => {
                self.deployments += 1;
                self.missed += u64::from(!found);
            }
            DeploymentStep::Found(waited) => {
                self.waits.add(waited);
                self.wait_batches.add(pushed_at, waited);
            }
            DeploymentStep::GaveUp => {
                self.gave_up += 1;
                self.wait_batches.add_failed(pushed_at);
            }
            DeploymentStep::StillTrying(tried) => {
                self.wait_batches.add_unfinished(pushed_at, tried);
                for (count, limit) in self.young.iter_mut().zip(&*self.limits) {
                    *count += u64::from(tried < *limit);
                }
            }
            DeploymentStep::Available(after) => self.available.add(after),
            DeploymentStep::AvailableEverywhere(after) => self.everywhere.add(after),
        }
    }

    pub fn settle(&mut self) {
        self.waits.settle();
        self.wait_batches.settle();
        self.available.settle();
        self.everywhere.settle();
    }

    /// Adds all that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        self.deployments += other.deployments;
        self.missed += other.missed;
        self.gave_up += other.gave_up;
        self.waits.merge(&other.waits);
        self.wait_batches.merge(&other.wait_batches);
        self.available.merge(&other.available);
        self.everywhere.merge(&other.everywhere);
        self.young
            .iter_mut()
            .zip(&other.young)
            .for_each(|(sum, count)| *sum += count);
    }

    /// Returns the share of deployments that missed at their first pull.
    pub fn missed_share(&self) -> Option<f64> {
        (self.deployments > 0).then(|| self.missed as f64 / self.deployments as f64)
    }

    /// Returns the wait after the push within which the image is there for `permille` of the deployments (nearest rank
    /// among all of them); `None` if it never was for so many.
    fn gate(&self, there: &Trend, permille: u64) -> Option<SimDuration> {
        let rank = (self.deployments * permille).div_ceil(1000).max(1);
        let found = (rank <= there.count()).then(|| there.quantile(rank, there.count()))?;
        found.map(|quantile| quantile.at)
    }

    fn row(&self, stream: &str, registry: &str) -> DeploymentRow {
        let wait = |permille| {
            let quantile = self.waits.quantile(permille, 1000);
            quantile.map(|quantile| Number(quantile.at.as_secs_f64()))
        };
        let gate = |there: &Trend, permille| {
            let gate = self.gate(there, permille);
            gate.map(|gate| Number(gate.as_secs_f64()))
        };
        let here = |permille| gate(&self.available, permille);
        let everywhere = |permille| gate(&self.everywhere, permille);
        DeploymentRow {
            stream: stream.to_owned(),
            registry: registry.to_owned(),
            deployments: self.deployments,
            missed: self.missed,
            missed_share: self.missed_share().map(Number),
            gave_up: self.gave_up,
            wait_p50_s: wait(500),
            wait_p90_s: wait(900),
            wait_p99_s: wait(990),
            wait_max_s: self.waits.max().map(Seconds),
            gate_p90_s: here(900),
            gate_p95_s: here(950),
            gate_p99_s: here(990),
            gate_p999_s: here(999),
            everywhere_p90_s: everywhere(900),
            everywhere_p95_s: everywhere(950),
            everywhere_p99_s: everywhere(990),
            everywhere_p999_s: everywhere(999),
        }
    }

    /// Returns how many deployments fail behind a gate of each length, the shortest first: nothing, then the end of each
    /// bucket of the waits.
    fn gate_rows(&self, stream: &str, registry: &str, there: &Trend) -> Vec<GateRow> {
        let row = |gate: SimDuration, failed: u64| GateRow {
            stream: stream.to_owned(),
            registry: registry.to_owned(),
            gate_s: Seconds(gate),
            failed,
            failed_share: Number(failed as f64 / self.deployments as f64),
        };
        if self.deployments == 0 {
            return Vec::new();
        }
        let mut counts: Vec<(u64, u64)> = vec![(0, 0)];
        for (_, high, count) in there.buckets() {
            let upto = super::tables::coarse(high);
            match counts.last_mut() {
                Some((last, sum)) if *last == upto => *sum += count,
                _ => counts.push((upto, count)),
            }
        }
        let mut failed = self.deployments;
        let rows = counts.into_iter().map(|(upto, count)| {
            failed -= count;
            row(SimDuration::from_nanos(upto), failed)
        });
        rows.collect()
    }
}

/// Returns a row for each stream of deployments.
pub(super) fn rows(model: &Model, stats: &[DeploymentStats]) -> Vec<DeploymentRow> {
    let rows = model.deployments.iter().zip(stats);
    rows.map(|(of, stats)| stats.row(&of.name, &model.names.registries[of.registry.index()]))
        .collect()
}

/// Returns the rows of each stream's curve for its own registry, then for all destinations.
pub(super) fn gate_rows(model: &Model, stats: &[DeploymentStats]) -> Vec<GateRow> {
    let mut rows = Vec::new();
    for (of, stats) in model.deployments.iter().zip(stats) {
        let registry = &model.names.registries[of.registry.index()];
        rows.extend(stats.gate_rows(&of.name, registry, &stats.available));
        rows.extend(stats.gate_rows(&of.name, "", &stats.everywhere));
    }
    rows
}
