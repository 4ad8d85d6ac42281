//! The keys of a scenario file: every part as a type that serde reads and schemars describes.
//!
//! The doc comments are the documentation of the format. A key is described here and nowhere else.

mod behaviour;
mod deployment;
mod event;
mod lifecycle;
mod prices;
mod pulls;
mod registry;
mod template;
mod workload;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use behaviour::{
    Assumptions, Failures, Latency, LatencyPreset, Link, Outage, ReplicaPushTime, RouteLatency,
    Spell, Stall, TagOrder,
};
pub use deployment::{Backoff, Deployment};
pub use event::{Action, Event};
pub use lifecycle::Lifecycle;
pub use prices::{Gb, Prices, TransferRate};
pub use pulls::{PullFrom, PullKind, PullStream, Recency};
pub use registry::{Account, Effect, Permission, Registry, Repository, Rule, StoredImages};
pub use template::{AppliedFor, CreationTemplate, Encryption};
pub use workload::{
    Burst, GeneratedRepositories, NamedShape, Popularity, PushRepositories, PushStream, Refresh,
    Retention, Shape, Trace, WeekShape,
};

use super::names::{Date, RegistryName, Route};
use crate::aws::Profile;
use crate::units::SimDuration;

/// A scenario of Amazon ECR replication: everything that a run needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scenario {
    /// Name of the run's folder; the file's stem if left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("format" = "name"))]
    pub name: String,
    /// The simulated clock's start, UTC.
    #[serde(default = "default_start")]
    pub start: Date,
    /// How long the run is, from `start`.
    pub duration: SimDuration,
    /// First part of the duration: simulated, not measured.
    #[serde(default)]
    pub warmup: SimDuration,
    /// Pushes in this last part of the duration are not measured.
    #[serde(default)]
    pub cooldown: SimDuration,
    /// Seed of every draw.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// Step of `timeline.csv`.
    #[serde(default = "default_bucket")]
    pub bucket: SimDuration,
    /// ECR's rule set: limits, delete replication, backfill.
    #[serde(default)]
    pub profile: Profile,
    /// AWS accounts by alias: the 12-digit id, or a table with the Regions opted in.
    #[schemars(extend("propertyNames" = { "format": "name" }))]
    pub accounts: BTreeMap<String, Account>,
    /// Registries `account/region` with replication rules, permissions and repositories.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "registry" }))]
    pub registries: BTreeMap<RegistryName, Registry>,
    /// Streams of pushes by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "name" }))]
    pub pushes: BTreeMap<String, PushStream>,
    /// Pulls of running fleets by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "name" }))]
    pub pulls: BTreeMap<String, PullStream>,
    /// Deletes of old images at their source, by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "name" }))]
    pub retention: BTreeMap<String, Retention>,
    /// Deployments of what a stream pushes, by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "name" }))]
    pub deployments: BTreeMap<String, Deployment>,
    /// Recorded operations by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "name" }))]
    pub traces: BTreeMap<String, Trace>,
    /// Single operations, by ECR's own names.
    #[serde(default)]
    pub events: Vec<Event>,
    /// How ECR behaves where AWS does not say.
    #[serde(default)]
    pub assumptions: Assumptions,
    /// How long replication takes besides the transfer of bytes.
    #[serde(default)]
    pub latency: Latency,
    /// Links by `source Region -> destination Region`, with `*` for any.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "route" }))]
    pub links: BTreeMap<Route, Link>,
    /// Failures of attempts, and retries.
    #[serde(default)]
    pub failures: Failures,
    /// Links degraded or cut for a while.
    #[serde(default)]
    pub outages: Vec<Outage>,
    /// The same at random, by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "name" }))]
    pub spells: BTreeMap<String, Spell>,
    /// What transfer and storage cost.
    #[serde(default)]
    pub prices: Prices,
    /// What must hold: conditions by metric.
    #[serde(default)]
    pub thresholds: BTreeMap<String, Vec<String>>,
}

fn default_start() -> Date {
    "2026-01-01T00:00:00Z".parse().expect("a date-time")
}

pub(super) fn default_seed() -> u64 {
    1
}

fn default_bucket() -> SimDuration {
    SimDuration::from_secs(3_600)
}
