//! Whether what must hold held.

use super::ledger::Ledger;
use super::metrics::{self, Dollars, monthly};
use super::outcome::{MetricValue, Verdict};
use super::pulls;
use crate::scenario::{Operator, Threshold};

/// Returns the verdict on each threshold. Without a sample it is breached.
pub(super) fn verdicts(
    ledger: &Ledger<'_>,
    metrics: &[MetricValue],
    dollars: &Dollars,
    thresholds: &[Threshold],
) -> Vec<Verdict> {
    thresholds
        .iter()
        .map(|threshold| verdict(ledger, metrics, dollars, threshold))
        .collect()
}

fn verdict(
    ledger: &Ledger<'_>,
    metrics: &[MetricValue],
    dollars: &Dollars,
    threshold: &Threshold,
) -> Verdict {
    let destination = threshold
        .labels
        .get("destination")
        .map_or("", String::as_str);
    let statistic = threshold.statistic.to_string();
    let of_stream = threshold.labels.get("stream");
    let is_of_deployments = threshold.metric.starts_with("deploy");
    let of_stream = of_stream.filter(|_| is_of_deployments);
    let of_stream = of_stream.and_then(|stream| deployments_of(ledger, stream));
    let of = |statistic: &str| {
        of_stream
            .as_deref()
            .unwrap_or(metrics)
            .iter()
            .find(|value| {
                value.metric == threshold.metric
                    && value.destination == destination
                    && value.statistic == statistic
            })
    };
    let found = of(&statistic);
    let observed = match (
        threshold.labels.get("reason"),
        threshold.labels.get("stream"),
    ) {
        (Some(reason), _) => failures(ledger, destination, reason, &statistic),
        (None, Some(stream)) if !is_of_deployments => {
            let asked = (threshold.metric, stream.as_str(), statistic.as_str());
            pulls::of_stream(ledger, &dollars.pulls, asked, monthly(ledger))
        }
        (None, _) => found.and_then(|value| value.value),
    };
    let holds = |value| threshold.operator.holds(value, threshold.value);
    let held = observed.is_some_and(holds);
    let half_width = found.and_then(|value| value.half_width);
    let too_close = observed
        .zip(half_width)
        .is_some_and(|(observed, half_width)| {
            is_too_close(threshold.operator, threshold.value, observed, half_width)
        });
    Verdict {
        metric: threshold.key.clone(),
        condition: threshold.condition.clone(),
        observed,
        unit: found.map_or("1", |value| value.unit),
        held,
        scarce: found.is_some_and(|value| value.scarce),
        too_close,
    }
}

/// Returns the metrics of the stream of deployments with this name.
fn deployments_of(ledger: &Ledger<'_>, stream: &str) -> Option<Vec<MetricValue>> {
    let mut named = ledger.model.deployments.iter().zip(&ledger.deployments);
    let (_, stats) = named.find(|(of, _)| of.name == stream)?;
    Some(metrics::of_deployments(ledger, stats))
}

/// Returns whether some value within the half-width of `observed` gives another verdict.
fn is_too_close(operator: Operator, value: f64, observed: f64, half_width: f64) -> bool {
    let (low, high) = (observed - half_width, observed + half_width);
    [low, value.clamp(low, high), high]
        .into_iter()
        .any(|other| operator.holds(other, value) != operator.holds(observed, value))
}

/// Returns the number, or the share of requests, that failed for one reason.
fn failures(ledger: &Ledger<'_>, destination: &str, reason: &str, statistic: &str) -> Option<f64> {
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
    let lanes = ledger.lanes.iter().filter(|lane| is_here(lane.destination));
    let requested: u64 = lanes.map(|lane| lane.requested).sum();
    (requested > 0).then(|| failed as f64 / requested as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_too_close_where_the_half_width_reaches_past_the_threshold() {
        use Operator::{Equal, Greater, Less, LessOrEqual};
        // Observed 29 +- 1 or +- 2.
        assert!(!is_too_close(Less, 30.5, 29.0, 1.0) && is_too_close(Less, 30.5, 29.0, 2.0));
        assert!(is_too_close(Less, 30.0, 29.0, 1.0) && !is_too_close(LessOrEqual, 30.0, 29.0, 1.0));
        // Breached, but not clearly.
        assert!(is_too_close(Less, 28.0, 29.0, 2.0) && is_too_close(Greater, 30.0, 29.0, 2.0));
        // Equal to 30 is neither kept nor clearly broken by 29 +- 2; by 29 +- 0.5 it is.
        assert!(is_too_close(Equal, 30.0, 29.0, 2.0) && !is_too_close(Equal, 30.0, 29.0, 0.5));
        assert!(!is_too_close(Equal, 29.0, 29.0, 0.0));
    }
}
