//! What the charts draw, read from the run's folder.

use std::collections::BTreeMap;
use std::path::Path;

use crate::measure::outcome::{
    BreakEvenRow, CostRow, DeploymentRow, GateRow, LatencyRow, RevocationRow, RevokedCopyRow,
    StorageRow, SummaryRow, TimelineRow,
};
use crate::measure::table::{Moment, Seconds};
use crate::report::csv_files::{for_each_row, read_table};
use crate::report::error::FileError;
use crate::report::run_json::RunDocument;
use crate::report::view::LATENCY;

/// Everything that charts need to know of a run.
pub struct RunData {
    /// `run.json`
    pub run: RunDocument,
    /// `latency.csv`: bucket's upper bound in seconds and count, by destination.
    pub latency: BTreeMap<String, Vec<(f64, u64)>>,
    /// Replication latency in `summary.csv`, by destination: finer than the buckets of `latency.csv`.
    pub quantiles: BTreeMap<String, Quantiles>,
    /// `timeline.csv`, by destination.
    pub timeline: BTreeMap<String, Vec<Step>>,
    /// `storage.csv`
    pub storage: Vec<StorageRow>,
    /// `costs.csv`
    pub costs: Vec<CostRow>,
    /// `revocations.csv`
    pub revocations: Vec<RevocationRow>,
    /// `revoked_copies.csv`
    pub revoked_copies: Vec<RevokedCopyRow>,
    /// `deployments.csv`
    pub deployments: Vec<DeploymentRow>,
    /// `gate.csv`
    pub gates: Vec<GateRow>,
    /// `breakeven.csv`
    pub break_even: Vec<BreakEvenRow>,
}

/// Quantiles of one destination's latency, in seconds; `None` without a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quantiles {
    /// Median.
    pub p50_s: Option<f64>,
    /// 99th percentile.
    pub p99_s: Option<f64>,
}

/// What charts need of a row of `timeline.csv`: there may be millions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Start of the step, seconds since the epoch.
    pub at_s: f64,
    /// Waiting at its end.
    pub waiting: f64,
    /// In flight at its end.
    pub in_flight: f64,
    /// Median latency.
    pub p50_s: Option<f64>,
    /// 99th percentile of it.
    pub p99_s: Option<f64>,
    /// What the step's bytes cost.
    pub transfer_usd: f64,
    /// Share held at its end of what sources send.
    pub coverage: Option<f64>,
}

impl RunData {
    /// Reads the run in `folder`.
    ///
    /// # Errors
    /// If a file is missing or is not what it should be.
    pub fn read(folder: &Path) -> Result<Self, FileError> {
        let mut latency: BTreeMap<String, Vec<(f64, u64)>> = BTreeMap::new();
        for_each_row(folder, |row: LatencyRow| {
            let buckets = latency.entry(row.destination).or_default();
            buckets.push((row.upto_s.0.as_secs_f64(), row.count));
        })?;
        let mut quantiles: BTreeMap<String, Quantiles> = BTreeMap::new();
        for_each_row(folder, |row: SummaryRow| {
            let value = row.value.map(|value| value.0);
            match (row.metric.as_str(), row.statistic.as_str()) {
                (LATENCY, "p50") => quantiles.entry(row.destination).or_default().p50_s = value,
                (LATENCY, "p99") => quantiles.entry(row.destination).or_default().p99_s = value,
                _ => {}
            }
        })?;
        let mut timeline: BTreeMap<String, Vec<Step>> = BTreeMap::new();
        for_each_row(folder, |row: TimelineRow| {
            let step = Step::from(&row);
            match timeline.get_mut(&row.destination) {
                Some(steps) => steps.push(step),
                None => drop(timeline.insert(row.destination, vec![step])),
            }
        })?;
        Ok(Self {
            run: RunDocument::read(folder)?,
            latency,
            quantiles,
            timeline,
            storage: read_table(folder)?,
            costs: read_table(folder)?,
            revocations: read_table(folder)?,
            revoked_copies: read_table(folder)?,
            deployments: read_table(folder)?,
            gates: read_table(folder)?,
            break_even: read_table(folder)?,
        })
    }

    /// When the run starts and ends, in seconds since the epoch.
    pub fn span_s(&self) -> (f64, f64) {
        let (from_s, to_s) = (epoch_s(self.run.facts.start), epoch_s(self.run.facts.end));
        (from_s, to_s.max(from_s + 1.0))
    }

    /// The step of `timeline.csv`, in seconds; the whole run if there is only one.
    pub fn step_s(&self) -> f64 {
        let (from_s, to_s) = self.span_s();
        let steps = self.timeline.values().find(|steps| steps.len() > 1);
        steps.map_or(to_s - from_s, |steps| steps[1].at_s - steps[0].at_s)
    }

    /// `shop, 2026-03-01 to 2026-03-31`.
    pub fn period(&self) -> String {
        let facts = &self.run.facts;
        let format = match facts.end.0.as_second() - facts.start.0.as_second() {
            ..172_800 => "%Y-%m-%d %H:%M",
            _ => "%Y-%m-%d",
        };
        format!(
            "{}, {} to {} UTC",
            facts.name,
            facts.start.0.strftime(format),
            facts.end.0.strftime(format)
        )
    }
}

impl From<&TimelineRow> for Step {
    fn from(row: &TimelineRow) -> Self {
        let latency = |latency: Option<Seconds>| latency.map(|latency| latency.0.as_secs_f64());
        Self {
            at_s: epoch_s(row.time),
            waiting: row.waiting as f64,
            in_flight: row.in_flight as f64,
            p50_s: latency(row.p50_s),
            p99_s: latency(row.p99_s),
            transfer_usd: row.transfer_usd.0,
            coverage: row.coverage.map(|share| share.0),
        }
    }
}

/// Seconds since the epoch.
pub fn epoch_s(moment: Moment) -> f64 {
    moment.0.as_duration().as_secs_f64()
}

/// Returns the `most` names of greatest weight, in order of weight, then of name; and the others.
pub fn foremost<'a>(
    weights: impl IntoIterator<Item = (&'a String, f64)>,
    most: usize,
) -> (Vec<&'a String>, Vec<&'a String>) {
    let mut weights: Vec<_> = weights.into_iter().collect();
    weights.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let mut names: Vec<_> = weights.into_iter().map(|(name, _)| name).collect();
    let others = names.split_off(most.min(names.len()));
    (names, others)
}
