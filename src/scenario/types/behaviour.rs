//! How ECR behaves where AWS does not say: assumptions, latency, links, failures, outages.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::distribution::Distribution;
use crate::scenario::names::{Moment, Route};
use crate::units::{Limit, SimDuration, Speed};

/// Answers to questions that AWS leaves open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Assumptions {
    /// Chance that a copy in progress completes after its permission is revoked (U8).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub in_flight_completes: f64,
    /// Which of two pushes wins a mutable tag (U24).
    pub tag_order: TagOrder,
    /// An explicit Deny also stops same-account replication (U9).
    pub deny_stops_own_account: bool,
    /// What a destination's lifecycle policy counts from (U16).
    pub replica_push_time: ReplicaPushTime,
    /// Layers mounted from another repository are billed once in a registry (U15).
    pub mounted_layers_billed_once: bool,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            in_flight_completes: 1.0,
            tag_order: TagOrder::Push,
            deny_stops_own_account: true,
            replica_push_time: ReplicaPushTime::Arrival,
            mounted_layers_billed_once: true,
        }
    }
}

/// Which of two pushes wins a mutable tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TagOrder {
    /// The later push: a tag never moves back.
    Push,
    /// The later arrival.
    Arrival,
}

/// What the age of a replica counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReplicaPushTime {
    /// Its arrival.
    Arrival,
    /// The push at its source.
    Push,
}

/// How long replication takes besides the transfer of bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Latency {
    /// Where the keys come from that are left out.
    pub preset: LatencyPreset,
    /// From an accepted push until the copy may start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<Distribution<SimDuration>>,
    /// A further delay of some copies, which moves no bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stall: Option<Stall>,
    /// The same keys for one pair of Regions.
    #[schemars(extend("propertyNames" = { "format": "route" }))]
    pub routes: BTreeMap<Route, RouteLatency>,
}

/// A set of latencies with its reason in the model's documentation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LatencyPreset {
    /// What others have observed: seconds as a rule.
    #[default]
    Observed,
    /// AWS's own wording, read cautiously: minutes as a rule.
    Documented,
    /// As object storage without a time commitment: hours at worst.
    Pessimistic,
}

/// A further delay of some copies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stall {
    /// Chance that a copy stalls.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub probability: Option<f64>,
    /// How long it stalls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Distribution<SimDuration>>,
}

/// Latency of one pair of Regions; a key that is left out comes from `[latency]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RouteLatency {
    /// From an accepted push until the copy may start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<Distribution<SimDuration>>,
    /// A further delay of some copies, which moves no bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stall: Option<Stall>,
}

/// Parameters of links; a key that is left out comes from a wider pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Link {
    /// Copies in progress at once; the others wait in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<Limit<NonZeroU64>>,
    /// A single copy's top speed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_copy: Option<Limit<Speed>>,
    /// Speed of the whole link, shared fairly by its copies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<Limit<Speed>>,
}

/// Failures of attempts at their end, and retries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Failures {
    /// Chance that an attempt fails.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub probability: f64,
    /// Attempts after the first.
    pub retries: u32,
    /// From a failed attempt until it joins the queue again.
    pub backoff: SimDuration,
}

impl Default for Failures {
    fn default() -> Self {
        Self {
            probability: 0.0,
            retries: 3,
            backoff: SimDuration::from_secs(60),
        }
    }
}

/// Links degraded or cut for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outage {
    /// Name by which an override addresses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "name"))]
    pub name: Option<String>,
    /// Links, by `source Region -> destination Region`; `*` and `?` are wildcards.
    pub link: Route,
    /// When it begins.
    pub at: Moment,
    /// How long it lasts.
    pub lasts: SimDuration,
    /// Share of normal speed left; overlapping outages multiply.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub capacity: f64,
}

/// Links degraded or cut at random, again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spell {
    /// Links, by `source Region -> destination Region`; `*` and `?` are wildcards.
    pub link: Route,
    /// From one beginning to the next, the first from the start of the run.
    pub every: Distribution<SimDuration>,
    /// How long each lasts.
    pub lasts: Distribution<SimDuration>,
    /// Share of normal speed left; overlapping ones multiply, with outages too.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub capacity: f64,
}
