//! The scenario file: schema, loading, diagnostics, overrides, the table of metrics.
//!
//! Turns text into a checked [`Scenario`] with names as the user wrote them; knows nothing of how it is simulated.

mod base;
mod check;
mod delta;
pub mod diagnostic;
mod distribution;
mod document;
mod estimate;
mod laws;
mod load;
pub mod metrics;
mod names;
mod read;
mod registry;
mod resolve;
pub mod schema;
mod show;
pub mod sweep;
mod threshold;
mod time;
mod trace;
mod types;

pub use base::Base;
pub use check::Documents;
pub use distribution::{
    Component, Distribution, Empirical, Law, Lognormal, Mixture, Percentile, Probability,
    Quantiles, Quantity,
};
pub use estimate::{Estimate, LinkLoad, estimate};
pub use load::{Loaded, load, load_text};
pub use names::{AccountId, Date, Moment, RegistryName, Route};
pub use read::{InputFile, content_hash};
pub use resolve::{LatencyParameters, LinkParameters};
pub use threshold::{DeltaBound, DeltaThreshold, HALF_HOUR, Operator, Statistic, Threshold};
pub use trace::{TraceAction, TraceRow, TraceRows, Traces};
pub use types::{
    Account, Action, AppliedFor, Assumptions, Backoff, Burst, CreationTemplate, Deployment, Effect,
    Encryption, Event, Failures, Gb, GeneratedRepositories, Latency, LatencyPreset, Lifecycle,
    Link, NamedShape, Outage, Permission, Popularity, Prices, PullFrom, PullKind, PullStream,
    PushRepositories, PushStream, Recency, Refresh, Registry, ReplicaPushTime, Repository,
    Retention, RouteLatency, Rule, Scenario, Shape, Spell, Stall, StoredImages, TagOrder, Trace,
    TransferRate, WeekShape,
};

#[cfg(test)]
mod tests;
