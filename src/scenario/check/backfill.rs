//! Backfills: the profile that has them, and their destinations.

use super::Context;
use super::accounts;
use crate::aws::Feature;
use crate::scenario::diagnostic::{Diagnostic, Place};
use crate::scenario::document::Path;
use crate::scenario::names::RegistryName;
use crate::scenario::trace::{TraceAction, Traces};
use crate::scenario::types::{Action, Scenario};

/// Tells what is wrong with an event that starts or stops a backfill.
pub(super) fn event(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, action: &Action) {
    if let Err(message) = profile(scenario) {
        cx.error(&path.to("action"), message, "");
    }
    let path = path.to("destination");
    let Some((source, destination)) = action.registry().zip(action.backfill_destination()) else {
        return;
    };
    if !cx.is_broken(&path) {
        destination_at(cx, scenario, &cx.place(&path), source, destination);
    }
}

/// Returns what is wrong with a backfill under the scenario's profile (B3).
pub(super) fn profile(scenario: &Scenario) -> Result<(), String> {
    scenario.profile.require(Feature::Backfill)
}

/// Tells if a backfill can never go from `source` to the destination that is named at `place`.
pub(super) fn destination_at(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    place: &Place,
    source: &RegistryName,
    destination: &RegistryName,
) {
    accounts::registry_at(cx, scenario, place.clone(), destination);
    let (from, to) = (
        scenario.aws_registry(source),
        scenario.aws_registry(destination),
    );
    let Some((from, to)) = from.zip(to) else {
        return;
    };
    if from == to {
        let message = format!("`{destination}` is the same as the source registry");
        cx.tell(Diagnostic::error(place.clone(), message));
    } else if from.partition() != to.partition() {
        let message = format!(
            "`{destination}` is in another partition: {}, and replication from `{source}` stays in {}",
            to.partition(),
            from.partition()
        );
        cx.tell(Diagnostic::error(place.clone(), message));
    }
}

/// Tells whether the scenario starts a backfill.
pub(super) fn is_started(scenario: &Scenario, traces: &Traces) -> bool {
    let is_start = |action: &Action| matches!(action, Action::StartReplicationBackfill { .. });
    let mut rows = traces.values().flat_map(|trace| &trace.rows);
    scenario.events.iter().any(|event| is_start(&event.action))
        || rows.any(|row| row.action == TraceAction::StartReplicationBackfill)
}
