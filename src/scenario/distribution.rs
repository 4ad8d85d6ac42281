//! A duration or a size that may vary: the laws of SCENARIO.md as data; the engine draws from them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::{Bytes, SimDuration, Text};

/// A quantity that counts whole units: nanoseconds or bytes.
pub trait Quantity: Text + Copy + Ord + Debug + Default + Send + Sync + 'static {
    /// Returns the whole units.
    fn units(self) -> u64;
    /// Returns the quantity of `units` whole units.
    fn from_units(units: u64) -> Self;
}

impl Quantity for SimDuration {
    fn units(self) -> u64 {
        self.as_nanos()
    }

    fn from_units(units: u64) -> Self {
        Self::from_nanos(units)
    }
}

impl Quantity for Bytes {
    fn units(self) -> u64 {
        self.get()
    }

    fn from_units(units: u64) -> Self {
        Self::new(units)
    }
}

/// A quantity that is drawn anew each time: a plain quantity is constant, a table names a law.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Distribution_of_{Q}")]
pub enum Distribution<Q> {
    /// Always the same.
    Constant(Q),
    /// One of several laws, drawn by weight.
    Mixture(Mixture<Q>),
    /// A law and its parameters.
    Law(Law<Q>),
}

/// A law and its parameters. Each takes `max`: the law is truncated there, never clamped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Law_of_{Q}")]
pub enum Law<Q> {
    /// Every value from `min` to `max` alike.
    Uniform {
        /// Least value.
        min: Q,
        /// Greatest value.
        max: Q,
    },
    /// Exponential, by its mean.
    Exponential {
        /// Mean before truncation.
        mean: Q,
        /// The law is truncated here.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<Q>,
    },
    /// Log-normal, by median and sigma or by two quantiles.
    Lognormal(Lognormal<Q>),
    /// Gamma, by mean and shape.
    Gamma {
        /// Mean before truncation.
        mean: Q,
        /// Shape; 1 is exponential.
        #[schemars(extend("exclusiveMinimum" = 0))]
        shape: f64,
        /// The law is truncated here.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<Q>,
    },
    /// Weibull, by scale and shape.
    Weibull {
        /// Scale: 63.2 % lie below it.
        scale: Q,
        /// Shape; 1 is exponential, less has the longer tail.
        #[schemars(extend("exclusiveMinimum" = 0))]
        shape: f64,
        /// The law is truncated here.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<Q>,
    },
    /// Pareto, by scale (its least value) and shape.
    Pareto {
        /// Least value.
        scale: Q,
        /// Shape: the tail falls as x to the power of minus this.
        #[schemars(extend("exclusiveMinimum" = 0))]
        shape: f64,
        /// The law is truncated here.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<Q>,
    },
    /// Quantiles, linear between them: `{ "0" = "1 s", "0.5" = "4 s", "1" = "3 h" }`.
    Quantiles(Quantiles<Q>),
    /// Values of a CSV column, resampled.
    Empirical(Empirical<Q>),
}

/// A log-normal law: `median` and `sigma`, or any two quantiles such as `p50` and `p95`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Lognormal_of_{Q}")]
pub struct Lognormal<Q> {
    /// Median before truncation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median: Option<Q>,
    /// Standard deviation of the logarithm.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub sigma: Option<f64>,
    /// The law is truncated here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Q>,
    /// Two quantiles instead: `p50`, `p95`, `p99`, `p999` (99.9 %).
    #[serde(flatten)]
    pub quantiles: BTreeMap<Percentile, Q>,
}

/// Key of a log-normal law's quantile: `p50`, `p95`, `p999`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Percentile(pub String);

/// Values by probability, linear between; from `"0"` to `"1"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Quantiles_of_{Q}")]
pub struct Quantiles<Q> {
    /// The law is truncated here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Q>,
    /// Value by probability as text.
    #[serde(flatten)]
    pub values: BTreeMap<Probability, Q>,
}

/// Key of a point of `quantiles`: a probability from 0 to 1 as decimal text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Probability(pub String);

/// Values of a CSV column, each as likely.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Empirical_of_{Q}")]
pub struct Empirical<Q> {
    /// CSV file with a header line, relative to the scenario file.
    pub file: String,
    /// Name of the column.
    pub column: String,
    /// Unit of the column's plain numbers: `s`, `ms`, `MB`.
    pub unit: String,
    /// The law is truncated here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Q>,
    /// The column's values up to `max`, sorted; filled when the scenario is loaded.
    #[serde(skip, default = "no_samples")]
    #[schemars(skip)]
    pub samples: Arc<[Q]>,
}

fn no_samples<Q>() -> Arc<[Q]> {
    Arc::from(Vec::new())
}

/// Several laws, of which each draw takes one by weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Mixture_of_{Q}")]
pub struct Mixture<Q> {
    /// The laws and their weights.
    #[schemars(length(min = 1))]
    pub mixture: Vec<Component<Q>>,
    /// The whole mixture is truncated here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Q>,
}

/// One law of a mixture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Component_of_{Q}")]
pub struct Component<Q> {
    /// Weight; the weights are normalised to a sum of 1.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub weight: f64,
    /// The law.
    pub of: Distribution<Q>,
}

/// Lets schemars see a key type as text of a pattern.
macro_rules! key_pattern {
    ($type:ty, $pattern:literal) => {
        impl $type {
            /// The pattern of the key, as in the JSON Schema.
            pub const PATTERN: &'static str = $pattern;
        }

        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}
key_pattern!(Percentile, "^p[0-9]{2,6}$");
key_pattern!(Probability, "^(0(\\.[0-9]+)?|1(\\.0+)?)$");

impl Percentile {
    /// Returns the probability that the digits stand for: `p95` is 0.95, `p999` is 0.999.
    pub fn probability(&self) -> f64 {
        let digits = self.0.trim_start_matches('p');
        format!("0.{digits}").parse().unwrap_or(0.0)
    }
}

impl Probability {
    /// Returns the probability.
    pub fn value(&self) -> f64 {
        self.0.parse().unwrap_or(0.0)
    }
}

impl<Q> Law<Q> {
    /// Returns the law's name, as the file writes it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Uniform { .. } => "uniform",
            Self::Exponential { .. } => "exponential",
            Self::Lognormal(_) => "lognormal",
            Self::Gamma { .. } => "gamma",
            Self::Weibull { .. } => "weibull",
            Self::Pareto { .. } => "pareto",
            Self::Quantiles(_) => "quantiles",
            Self::Empirical(_) => "empirical",
        }
    }
}
