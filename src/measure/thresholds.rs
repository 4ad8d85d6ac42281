//! Whether what must hold held.

use super::ledger::Ledger;
use super::outcome::{MetricValue, Verdict};
use crate::scenario::Threshold;

/// Returns the verdict on each threshold. Without a sample it is breached.
pub(super) fn verdicts<S>(
    ledger: &Ledger<'_, S>,
    metrics: &[MetricValue],
    thresholds: &[Threshold],
) -> Vec<Verdict> {
    thresholds
        .iter()
        .map(|threshold| verdict(ledger, metrics, threshold))
        .collect()
}

fn verdict<S>(ledger: &Ledger<'_, S>, metrics: &[MetricValue], threshold: &Threshold) -> Verdict {
    let destination = threshold
        .labels
        .get("destination")
        .map_or("", String::as_str);
    let statistic = threshold.statistic.to_string();
    let of = |statistic: &str| {
        metrics.iter().find(|value| {
            value.metric == threshold.metric
                && value.destination == destination
                && value.statistic == statistic
        })
    };
    let found = of(&statistic);
    let observed = match threshold.labels.get("reason") {
        None => found.and_then(|value| value.value),
        Some(reason) => failures(ledger, destination, reason, &statistic),
    };
    Verdict {
        metric: threshold.key.clone(),
        condition: threshold.condition.clone(),
        observed,
        unit: found.map_or("1", |value| value.unit),
        held: observed.is_some_and(|observed| threshold.operator.holds(observed, threshold.value)),
        scarce: found.is_some_and(|value| value.scarce),
    }
}

/// Returns the number, or the share of requests, that failed for one reason.
fn failures<S>(
    ledger: &Ledger<'_, S>,
    destination: &str,
    reason: &str,
    statistic: &str,
) -> Option<f64> {
    let model = ledger.model;
    let is_here = |place: usize| {
        destination.is_empty()
            || model.names.registries[ledger.destinations[place].index()] == destination
    };
    let failed = ledger
        .failures
        .iter()
        .filter(|((place, why), _)| is_here(*place) && why.name() == reason);
    let failed: u64 = failed.map(|(_, stats)| stats.replications).sum();
    if statistic == "total" {
        return Some(failed as f64);
    }
    let lanes = ledger
        .lanes
        .iter()
        .zip(&ledger.destination_of)
        .filter(|(_, place)| is_here(**place));
    let requested: u64 = lanes.map(|(lane, _)| lane.requested).sum();
    (requested > 0).then(|| failed as f64 / requested as f64)
}
