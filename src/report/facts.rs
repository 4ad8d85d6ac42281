//! What is known of a run before it starts, from its scenario.

use serde_json::{Map, Value};

use super::run_json::{FileFact, Mark, PriceFacts, RunFacts};
use crate::measure::table::Moment;
use crate::scenario::{Action, Event, Loaded, Outage, Scenario};
use crate::simulation::spells_of;
use crate::units::SimTime;

/// Spells of one name that are marked; more would cover a chart.
const MARKED_SPELLS: usize = 100;

impl RunFacts {
    /// Returns the facts of a run of `loaded`.
    ///
    /// # Panics
    /// If the scenario ends beyond the calendar, which loading refuses.
    pub fn new(loaded: &Loaded) -> Self {
        let scenario = &loaded.scenario;
        let hash = |hash: &str| format!("fnv1a-128:{hash}");
        let files = loaded.files.iter().map(|file| FileFact {
            path: file.path.clone(),
            hash: hash(&file.hash),
        });
        Self {
            name: scenario.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: scenario.seed,
            start: date(scenario, SimTime::ZERO),
            end: date(scenario, scenario.end()),
            measured_from: date(scenario, scenario.measured_from()),
            measured_until: date(scenario, scenario.measured_until()),
            latency_preset: word(&json(&scenario.latency.preset)),
            prices: PriceFacts {
                table: loaded.prices.name().to_owned(),
                date: loaded.prices.compiled_on().unwrap_or_default().to_owned(),
                transfer_rate: word(&json(&scenario.prices.transfer_rate)),
            },
            assumptions: match json(&scenario.assumptions) {
                Value::Object(assumptions) => assumptions,
                _ => Map::new(),
            },
            files: files.collect(),
            marks: marks(scenario),
            scenario: json(scenario),
        }
    }
}

/// Events that change how ECR behaves, outages and spells, in order of time.
fn marks(scenario: &Scenario) -> Vec<Mark> {
    let events = scenario
        .events
        .iter()
        .filter_map(|event| event_mark(scenario, event));
    let outages = scenario
        .outages
        .iter()
        .filter_map(|outage| outage_mark(scenario, outage));
    let mut marks: Vec<Mark> = events.chain(outages).chain(spell_marks(scenario)).collect();
    marks.sort_by_key(|mark| mark.at);
    marks
}

/// Single pushes and deletes are workload, and mark nothing.
fn event_mark(scenario: &Scenario, event: &Event) -> Option<Mark> {
    let action = &event.action;
    if matches!(
        action,
        Action::PutImage { .. } | Action::BatchDeleteImage { .. }
    ) {
        return None;
    }
    let place = match action {
        Action::EnableRegion { account, region } | Action::DisableRegion { account, region } => {
            format!("{account}/{region}")
        }
        _ => action
            .registry()
            .map(ToString::to_string)
            .unwrap_or_default(),
    };
    Some(Mark {
        at: date(scenario, scenario.sim_time(event.at)?),
        until: None,
        label: format!("{} {place}", action.name()),
    })
}

fn outage_mark(scenario: &Scenario, outage: &Outage) -> Option<Mark> {
    let at = scenario.sim_time(outage.at)?;
    let until = (at + outage.lasts).min(scenario.end());
    let what = match &outage.name {
        Some(name) => name.clone(),
        None => outage.link.to_string(),
    };
    Some(Mark {
        at: date(scenario, at),
        until: Some(date(scenario, until)),
        label: format!("outage {what}"),
    })
}

/// Random outages, where they are few enough to be told apart.
fn spell_marks(scenario: &Scenario) -> Vec<Mark> {
    let end = scenario.end();
    let mut marks = Vec::new();
    for spell in spells_of(scenario) {
        let times = spell.times(scenario.seed, end).take(MARKED_SPELLS + 1);
        let times: Vec<(SimTime, SimTime)> = times.collect();
        if times.len() > MARKED_SPELLS {
            continue;
        }
        marks.extend(times.into_iter().map(|(at, until)| Mark {
            at: date(scenario, at),
            until: Some(date(scenario, until.min(end))),
            label: format!("spell {}", spell.name),
        }));
    }
    marks
}

fn date(scenario: &Scenario, at: SimTime) -> Moment {
    let date = scenario.date_of(at);
    Moment(date.expect("a checked scenario ends within the calendar"))
}

fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("keys are text and numbers are finite")
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
