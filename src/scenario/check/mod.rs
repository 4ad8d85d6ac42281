//! Checks of meaning: what a file with all the right shapes still says wrong. All of it is told, each with its place.

mod accounts;
mod archive;
mod backfill;
mod collisions;
mod column;
mod context;
mod deployments;
mod documents;
mod events;
mod general;
mod immutable;
mod laws;
mod lifecycle;
mod lints;
mod network;
mod orphans;
mod policy;
mod prices;
mod pulls;
mod quotas;
mod registries;
mod replication;
mod templates;
mod thresholds;
mod traces;
mod workload;

pub(super) use archive::archiving;
pub(super) use context::Context;
pub use documents::Documents;
pub use documents::traces::{PutDocument, TraceDocument};

use super::load::Parts;
use super::types::Scenario;

/// Checks everything and returns what the checks have resolved on the way.
pub(super) fn check(cx: &mut Context<'_>, scenario: &mut Scenario) -> Parts {
    general::check(cx, scenario);
    laws::check(cx, scenario);
    let mut documents = documents::read(cx, scenario);
    let traces = traces::read(cx, scenario, &mut documents);
    documents::add_mentioned(scenario, &documents);
    accounts::check(cx, scenario);
    registries::check(cx, scenario);
    workload::check(cx, scenario);
    deployments::check(cx, scenario);
    pulls::check(cx, scenario, &documents);
    events::check(cx, scenario);
    network::check(cx, scenario);
    let prices = prices::check(cx, scenario, &documents, &traces);
    let (thresholds, deltas) = thresholds::read(cx, scenario, &documents, &traces);
    if !cx.has_errors() {
        lints::check(cx, scenario, &documents, &traces);
        collisions::check(cx, scenario, &documents, &traces);
        deployments::lint(cx, scenario, &documents);
        quotas::check(cx, scenario, &documents, &traces);
        orphans::check(cx, scenario, &documents, &traces);
        immutable::check(cx, scenario, &documents);
    }
    Parts {
        documents,
        prices,
        thresholds,
        deltas,
        traces,
    }
}
