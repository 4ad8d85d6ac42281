//! Fleets that pull what a stream has pushed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::workload::{Shape, utc};
use crate::scenario::names::RegistryName;
use crate::units::Rate;

/// Steady pulls of a running fleet in one account and Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PullStream {
    /// Account of the fleet, by its alias.
    pub account: String,
    /// Region of the fleet.
    #[schemars(extend("format" = "region"))]
    pub region: String,
    /// The registry that it pulls from: `nearest` is one in its own Region if the image is there, else the source.
    #[serde(default)]
    pub from: PullFrom,
    /// The push stream whose images it pulls.
    pub of: String,
    /// Mean rate over a week of a Poisson process.
    pub rate: Rate,
    /// What the rate follows over a week.
    #[serde(default)]
    pub shape: Shape,
    /// Time zone of the shape, by its IANA name.
    #[serde(default = "utc")]
    #[schemars(extend("format" = "timezone"))]
    pub timezone: String,
    /// Which image of the repository is pulled.
    #[serde(default)]
    pub recency: Recency,
    /// Part of an image's bytes that a node already holds.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub cached: f64,
}

/// The registry that a fleet pulls from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PullFrom {
    /// A registry by what it is.
    Kind(PullKind),
    /// This registry.
    Registry(RegistryName),
}

/// A registry by what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PullKind {
    /// One in the fleet's Region, its own account's first, if the image is there; else the source.
    Nearest,
    /// The registry that the stream pushes to.
    Source,
}

/// Which of a repository's images is pulled, counted back from the newest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Recency {
    /// The newest with this chance, else the one before it with the same chance, and so on.
    Geometric(#[schemars(extend("exclusiveMinimum" = 0.0, "maximum" = 1.0))] f64),
}

impl Default for PullFrom {
    fn default() -> Self {
        Self::Kind(PullKind::Nearest)
    }
}

impl Default for Recency {
    fn default() -> Self {
        Self::Geometric(1.0)
    }
}
