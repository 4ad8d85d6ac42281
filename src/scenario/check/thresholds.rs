//! Thresholds: metrics, labels, statistics and units, in the order of the file.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Documents, backfill};
use crate::scenario::delta::{is_delta, narrowed, parse_delta};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::document::Path;
use crate::scenario::metrics::{Label, Metric, REASONS};
use crate::scenario::schema::{did_you_mean, listed};
use crate::scenario::threshold::{DeltaThreshold, Threshold, parse_condition, parse_key};
use crate::scenario::trace::Traces;
use crate::scenario::types::Scenario;

/// Reads every threshold that is right: those of single runs, and those on differences.
pub(super) fn read(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
) -> (Vec<Threshold>, Vec<DeltaThreshold>) {
    let list = Path::root().to("thresholds");
    let destinations = destinations(scenario, documents);
    let (mut thresholds, mut deltas) = (Vec::new(), Vec::new());
    for key in cx.keys(&list) {
        let path = list.to(&key);
        let Some(conditions) = scenario.thresholds.get(&key) else {
            continue;
        };
        match parse_key(&key) {
            Ok((metric, labels)) => {
                has_meaning(cx, &path, metric, |what| has(scenario, traces, what));
                let streams = streams(scenario, metric);
                check_labels(cx, &path, metric, &labels, (&destinations, &streams));
                deltas.extend(read_deltas(cx, &path, metric, &key, &labels, conditions));
                thresholds.extend(read_conditions(
                    cx, &path, metric, &key, &labels, conditions,
                ));
            }
            Err(wrong) => {
                let place = cx.key_place(&path);
                cx.tell(Diagnostic::error(place, wrong.message).help(wrong.help));
            }
        }
    }
    (thresholds, deltas)
}

/// Reads the conditions on differences.
fn read_deltas(
    cx: &mut Context<'_>,
    path: &Path,
    metric: &Metric,
    key: &str,
    labels: &BTreeMap<String, String>,
    conditions: &[String],
) -> Vec<DeltaThreshold> {
    let mut deltas = Vec::new();
    let of_deltas = conditions.iter().enumerate().filter(|(_, it)| is_delta(it));
    for (index, condition) in of_deltas {
        let parsed = match labels.is_empty() {
            true => parse_delta(metric, key, condition),
            false => Err(narrowed()),
        };
        match parsed {
            Ok(delta) => deltas.push(delta),
            Err(wrong) => cx.error(&path.to(index), wrong.message, wrong.help),
        }
    }
    deltas
}

fn has_meaning(
    cx: &mut Context<'_>,
    path: &Path,
    metric: &Metric,
    is_there: impl Fn(&str) -> bool,
) {
    let is_missing = |what: &&str| !cx.has_broken(&Path::root().to(what)) && !is_there(what);
    if let Some(missing) = metric.needs.filter(is_missing) {
        let place = cx.key_place(path);
        let name = metric.name;
        let message = format!("`{name}` means nothing here: this scenario has no {missing}");
        cx.tell(Diagnostic::error(place, message).help("leave it out"));
    }
}

/// Tells whether the scenario has what a metric needs.
fn has(scenario: &Scenario, traces: &Traces, what: &str) -> bool {
    match what {
        "deployments" => !scenario.deployments.is_empty(),
        "pulls" => !scenario.pulls.is_empty(),
        "backfill" => backfill::is_started(scenario, traces),
        _ => false,
    }
}

/// Returns the streams by which a metric may be narrowed.
fn streams<'a>(scenario: &'a Scenario, metric: &Metric) -> Vec<&'a str> {
    match metric.needs {
        Some("deployments") => scenario.deployments.keys().map(String::as_str).collect(),
        Some("pulls") => scenario.pulls.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn read_conditions(
    cx: &mut Context<'_>,
    path: &Path,
    metric: &Metric,
    key: &str,
    labels: &BTreeMap<String, String>,
    conditions: &[String],
) -> Vec<Threshold> {
    let mut thresholds = Vec::new();
    let of_runs = conditions
        .iter()
        .enumerate()
        .filter(|(_, it)| !is_delta(it));
    for (index, condition) in of_runs {
        match parse_condition(metric, condition) {
            Ok((statistic, operator, value)) => thresholds.push(Threshold {
                key: key.to_owned(),
                condition: condition.clone(),
                metric: metric.name,
                labels: labels.clone(),
                statistic,
                operator,
                value,
            }),
            Err(wrong) => cx.error(&path.to(index), wrong.message, wrong.help),
        }
    }
    thresholds
}

fn check_labels(
    cx: &mut Context<'_>,
    path: &Path,
    metric: &Metric,
    labels: &BTreeMap<String, String>,
    (destinations, streams): (&BTreeSet<String>, &[&str]),
) {
    for (name, value) in labels {
        let place = cx.key_place(path);
        let Some(label) = metric.labels.iter().find(|label| label.name() == name) else {
            let known = || metric.labels.iter().map(|label| label.name());
            let message = format!("`{}` has no label `{name}`", metric.name);
            cx.tell(
                Diagnostic::error(place, message)
                    .label(did_you_mean(name, known()))
                    .help(format!("its labels are {}", listed(known()))),
            );
            continue;
        };
        let known: Vec<&str> = match label {
            Label::Destination => destinations.iter().map(String::as_str).collect(),
            Label::Reason => REASONS.to_vec(),
            // Without streams, the metric has already been refused for want of them.
            Label::Stream if streams.is_empty() => continue,
            Label::Stream => streams.to_vec(),
        };
        // A destination that is written wrong is told where it is written.
        let uncertain =
            *label == Label::Destination && cx.has_broken(&Path::root().to("registries"));
        if !known.contains(&value.as_str()) && !uncertain {
            cx.unknown(place, label.name(), value, &known);
        }
    }
}

/// Returns every registry that is a destination at some time, as the scenario writes it.
fn destinations(scenario: &Scenario, documents: &Documents) -> BTreeSet<String> {
    let configurations = documents.all_replication(scenario);
    let all = configurations
        .iter()
        .flat_map(|(_, configuration)| &configuration.rules)
        .flat_map(|rule| &rule.destinations);
    all.filter_map(|destination| {
        let name = scenario.registry_name(&destination.registry_id, &destination.region);
        name.map(|name| name.to_string())
    })
    .collect()
}
