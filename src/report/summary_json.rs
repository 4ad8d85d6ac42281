//! `summary.json`: every metric by destination and statistic, and the thresholds with their verdicts.
//!
//! Also what `--format json` prints and what a later run compares itself with; `ecrsim schema summary` describes it.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::FileError;
use super::orphans::OrphanSummary;
use super::run_json::{json_text, read_json, write_json};
use crate::measure::outcome::{FullestRepository, Outcome, Verdict};
use crate::measure::table::Usd;

/// The file's name in the run's folder.
pub const SUMMARY_FILE: &str = "summary.json";

/// Statistics by metric, destination (empty means all) and name.
pub type Metrics = BTreeMap<String, BTreeMap<String, BTreeMap<String, Statistic>>>;

/// The content of `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SummaryDocument {
    /// Metric, then destination registry (empty means all), then statistic.
    pub metrics: Metrics,
    /// The scenario's thresholds, in order.
    pub thresholds: Vec<Threshold>,
    /// The bill's transfer item under the reading of AWS's transfer rate that was not chosen.
    pub other_reading: OtherTransfer,
    /// Orphans priced apart; absent if the measured time has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orphans: Option<OrphanSummary>,
    /// The repository with most images at the run's end; absent if nothing is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fullest_repository: Option<Fullest>,
    /// What a reader of the numbers should know; absent if there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One statistic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Statistic {
    /// Its value; null without a sample.
    pub value: Option<f64>,
    /// Unit: s, bytes, USD or 1.
    pub unit: String,
    /// Present and true for a quantile that rests on fewer than 10 samples beyond it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub scarce: bool,
    /// Half-width of the 95 % interval around the value, in its unit, from batches of the run by time of push; absent where
    /// there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_width: Option<f64>,
}

/// A threshold and its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Threshold {
    /// Metric with its labels.
    pub metric: String,
    /// Condition, as written in the scenario.
    pub condition: String,
    /// What the run gave; null without a sample, which is a breach.
    pub observed: Option<f64>,
    /// Unit of what the run gave.
    pub unit: String,
    /// Whether the condition held.
    pub held: bool,
    /// Present and true for a quantile that rests on fewer than 10 samples beyond it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub scarce: bool,
    /// Present and true if the half-width of the metric reaches to where the verdict would change.
    #[serde(default, skip_serializing_if = "is_false")]
    pub too_close: bool,
}

/// Transfer dollars under the reading of AWS's transfer rate that was not chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OtherTransfer {
    /// inter-region or internet.
    pub transfer_rate: String,
    /// Dollars; null if the table lacks a price.
    pub transfer_usd: Option<f64>,
    /// Dollars of pulls; null if the table lacks a price.
    #[serde(default)]
    pub pull_usd: Option<f64>,
}

/// How full the fullest repository is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fullest {
    /// Registry `account/region`.
    pub registry: String,
    /// Its name.
    pub repository: String,
    /// Its images at the run's end.
    pub images: u64,
    /// Most images that ECR takes into one repository.
    pub quota: u64,
    /// When it is full at the pace of the run's second half; null if it does not grow, or is full already.
    pub full_at: Option<String>,
}

impl From<&FullestRepository> for Fullest {
    fn from(of: &FullestRepository) -> Self {
        Self {
            registry: of.registry.clone(),
            repository: of.repository.clone(),
            images: of.images,
            quota: of.quota,
            full_at: of.full_at.map(|at| at.to_string()),
        }
    }
}

impl SummaryDocument {
    /// Returns the summary of `outcome`.
    pub fn new(outcome: &Outcome) -> Self {
        let usd = |usd: Option<Usd>| usd.and_then(|usd| sample(Some(usd.0)));
        Self {
            metrics: metrics(outcome),
            thresholds: outcome.thresholds.iter().map(Threshold::from).collect(),
            other_reading: OtherTransfer {
                transfer_rate: outcome.other_reading.transfer_rate.to_owned(),
                transfer_usd: usd(outcome.other_reading.transfer_usd),
                pull_usd: usd(outcome.other_reading.pull_usd),
            },
            orphans: OrphanSummary::new(outcome),
            fullest_repository: outcome.fullest.as_ref().map(Fullest::from),
            notes: outcome.notes.clone(),
        }
    }

    /// Returns the document's text, as in the file.
    pub fn text(&self) -> String {
        json_text(self)
    }

    /// Writes the document into `folder`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), FileError> {
        write_json(&folder.join(SUMMARY_FILE), self)
    }

    /// Reads a document.
    ///
    /// # Errors
    /// If the file cannot be read, or is not such a document.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        read_json(path)
    }
}

impl From<&Verdict> for Threshold {
    fn from(verdict: &Verdict) -> Self {
        Self {
            metric: verdict.metric.clone(),
            condition: verdict.condition.clone(),
            observed: sample(verdict.observed),
            unit: verdict.unit.to_owned(),
            held: verdict.held,
            scarce: verdict.scarce,
            too_close: verdict.too_close,
        }
    }
}

fn metrics(outcome: &Outcome) -> Metrics {
    let mut metrics = Metrics::new();
    for metric in &outcome.metrics {
        let statistic = Statistic {
            value: sample(metric.value),
            unit: metric.unit.to_owned(),
            scarce: metric.scarce,
            half_width: sample(metric.half_width),
        };
        metrics
            .entry(metric.metric.to_owned())
            .or_default()
            .entry(metric.destination.clone())
            .or_default()
            .insert(metric.statistic.clone(), statistic);
    }
    metrics
}

/// A value that is not finite is no sample.
fn sample(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// Serde hands out fields by reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::outcome::MetricValue;
    use crate::report::samples;

    #[test]
    fn metrics_nest_by_destination_and_statistic() {
        let mut outcome = samples::empty();
        outcome.metrics = vec![
            MetricValue {
                metric: "replication_latency",
                destination: String::new(),
                statistic: "p99".to_owned(),
                value: Some(90.5),
                unit: "s",
                scarce: true,
                half_width: Some(2.5),
            },
            MetricValue {
                metric: "replication_latency",
                destination: "prod/eu-west-1".to_owned(),
                statistic: "p99".to_owned(),
                value: Some(f64::NAN),
                unit: "s",
                scarce: false,
                half_width: None,
            },
        ];
        let json = serde_json::to_value(SummaryDocument::new(&outcome)).expect("JSON");
        assert_eq!(
            json["metrics"],
            serde_json::json!({"replication_latency": {
                "": {"p99": {"value": 90.5, "unit": "s", "scarce": true, "half_width": 2.5}},
                "prod/eu-west-1": {"p99": {"value": null, "unit": "s"}},
            }})
        );
    }

    #[test]
    fn it_reads_back_as_it_was_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let summary = SummaryDocument::new(&samples::small());
        summary.write(folder.path()).expect("written");
        let read = SummaryDocument::read(&folder.path().join(SUMMARY_FILE)).expect("read");
        assert_eq!(read, summary);
    }
}
