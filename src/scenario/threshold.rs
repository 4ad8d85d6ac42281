//! What must hold: a metric, a statistic, and the value that it is compared with.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use crate::units::SimDuration;

/// A condition that a run must meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Metric with its labels, as written: `replication_latency{destination=prod/eu-west-1}`.
    pub key: String,
    /// Condition as written: `p99 < 30 min`.
    pub condition: String,
    /// Name of the metric.
    pub metric: &'static str,
    /// Labels that narrow it.
    pub labels: BTreeMap<String, String>,
    /// What of the metric is compared.
    pub statistic: Statistic,
    /// How it is compared.
    pub operator: Operator,
    /// With what, in the metric's unit: seconds, bytes, USD, or a plain number.
    pub value: f64,
}

/// A number that sums up a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    /// Arithmetic mean; of a gauge, over time.
    Mean,
    /// Least value.
    Min,
    /// Median.
    P50,
    /// 90th percentile.
    P90,
    /// 95th percentile.
    P95,
    /// 99th percentile.
    P99,
    /// 99.9th percentile.
    P999,
    /// Greatest value.
    Max,
    /// Number of samples.
    Count,
    /// Share of the measured that was done after at most this time.
    Within(SimDuration),
    /// Value at the end of the run.
    End,
    /// Sum.
    Total,
    /// Sum per request, or per deployment.
    Rate,
    /// Sum for 730 hours.
    Monthly,
}

/// How an observed value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
}

impl Operator {
    /// Tells whether `observed` stands in this relation to `value`.
    pub fn holds(self, observed: f64, value: f64) -> bool {
        match self {
            Self::Less => observed < value,
            Self::LessOrEqual => observed <= value,
            Self::Greater => observed > value,
            Self::GreaterOrEqual => observed >= value,
            Self::Equal => observed == value,
        }
    }
}

impl Display for Statistic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Within(span) => return write!(out, "within({span})"),
            Self::Mean => "mean",
            Self::Min => "min",
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::P999 => "p999",
            Self::Max => "max",
            Self::Count => "count",
            Self::End => "end",
            Self::Total => "total",
            Self::Rate => "rate",
            Self::Monthly => "monthly",
        };
        out.write_str(name)
    }
}
