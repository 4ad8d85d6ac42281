//! The keys of a sweep file, as types that serde reads and schemars describes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A sweep: many runs of one scenario under values that vary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SweepFile {
    /// Path of the scenario, from this file's folder.
    pub scenario: String,
    /// Repeats of each point under seeds of their own: repeat k has the scenario's seed + k - 1. With `stop`, those that
    /// every point gets at first.
    #[serde(default = "default_repeats")]
    #[schemars(range(min = 1))]
    pub repeats: u32,
    /// How the points are chosen.
    #[serde(default)]
    pub design: Design,
    /// What varies: keys of the scenario by their dotted paths, each with a list of values or a range.
    pub vary: BTreeMap<String, Vary>,
    /// Conditions on the varied keys; points that do not meet all of them are left out: `"slots >= 8 * regions"`.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
    /// When a point has enough repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopRule>,
}

/// How the points are chosen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Design {
    /// Which design.
    #[serde(default)]
    pub kind: DesignKind,
    /// Number of points of `latin-hypercube` and `sobol`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub points: Option<u32>,
    /// The same as `where` beside `design`.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
}

/// A design.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DesignKind {
    /// Every combination; the last key varies fastest.
    #[default]
    Grid,
    /// The first value of each key, then the second of each, …
    List,
    /// So many points, each key's range cut into as many equal parts, of which every one is used once.
    LatinHypercube,
    /// So many points of a Sobol sequence, which fills the ranges evenly; more points keep those before.
    Sobol,
    /// The scenario as it is, then each value of each key with all others as they are.
    OneAtATime,
}

/// One condition or several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Conditions {
    /// One.
    One(String),
    /// All of these.
    All(Vec<String>),
}

/// Values of one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Vary {
    /// These.
    List(#[schemars(length(min = 1))] Vec<Value>),
    /// A range.
    Range(Range),
}

/// A range of values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Range {
    /// First value: a number, or text with a unit.
    pub from: Value,
    /// Last value.
    pub to: Value,
    /// Number of values, the first and the last among them. Of `latin-hypercube` and `sobol` there is none: their ranges
    /// are continuous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2))]
    pub steps: Option<u32>,
    /// Whether the values have equal differences or equal ratios.
    #[serde(default)]
    pub scale: Scale,
}

/// How the values of a range lie between its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Equal differences.
    #[default]
    Linear,
    /// Equal ratios.
    Log,
}

/// When a point has enough repeats: at the first multiple of 10, from 20 on, at which all metrics are known well enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StopRule {
    /// Columns of `runs.csv`: `replication_latency.p99`.
    #[schemars(length(min = 1))]
    pub metrics: Vec<String>,
    /// The half width of the 95 % confidence interval over the mean is at most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub relative_half_width: Option<f64>,
    /// The half width is at most this, in the metric's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub absolute_half_width: Option<f64>,
    /// A point never gets more repeats.
    #[schemars(range(min = 20))]
    pub max_repeats: u32,
}

fn default_repeats() -> u32 {
    20
}
