//! The scenario file: schema, loading, diagnostics, overrides, the table of metrics.
//!
//! Turns text into a checked [`Scenario`] with names as the user wrote them; knows nothing of how it is simulated.

mod distribution;
mod names;
mod resolve;
mod threshold;
mod types;

pub use distribution::{
    Component, Distribution, Empirical, Law, Lognormal, Mixture, Percentile, Probability,
    Quantiles, Quantity,
};
pub use names::{AccountId, Date, Moment, RegistryName, Route};
pub use resolve::{LatencyParameters, LinkParameters};
pub use threshold::{Operator, Statistic, Threshold};
pub use types::{
    Account, Action, Assumptions, Burst, Effect, Event, Failures, Gb, GeneratedRepositories,
    Latency, LatencyPreset, Link, NamedShape, Outage, Permission, Popularity, Prices, ProfileName,
    PushRepositories, PushStream, Refresh, Registry, ReplicaPushTime, Repository, Retention,
    RouteLatency, Rule, Scenario, Shape, Stall, StoredImages, TagMutability, TagOrder, Trace,
    TransferRate, WeekShape,
};
