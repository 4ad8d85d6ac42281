//! Lints about names that meet where they were perhaps not meant to.

use std::collections::{BTreeMap, BTreeSet};

use super::lints::{pushed_repositories, rule_path};
use super::{Context, Documents};
use crate::aws::replication::Rule;
use crate::scenario::document::Path;
use crate::scenario::names::RegistryName;
use crate::scenario::trace::Traces;
use crate::scenario::types::Scenario;

/// A repository's name in a registry.
type Place = (RegistryName, String);

pub(super) fn check(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
) {
    let pushed = pushed_repositories(scenario, traces);
    let mut fed: BTreeMap<Place, RegistryName> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for (owner, configuration) in documents.all_replication(scenario) {
        let source = &owner.registry;
        let Some(names) = pushed.get(source) else {
            continue;
        };
        for (index, rule) in configuration.rules.iter().enumerate() {
            let path = rule_path(cx, scenario, &owner.path, owner.event, source, index);
            broad_prefixes(cx, &path, rule, names);
            for destination in destinations(scenario, rule) {
                let selected = names.iter().filter(|name| selects(rule, name));
                let places = selected.map(|name| (destination.clone(), name.clone()));
                if let Some((place, first)) = meets(&mut fed, source, places)
                    && told.insert((source.clone(), destination.clone()))
                {
                    two_sources(cx, &path, source, &first, &place);
                }
            }
        }
    }
}

fn destinations(scenario: &Scenario, rule: &Rule) -> Vec<RegistryName> {
    let named = rule
        .destinations
        .iter()
        .map(|destination| scenario.registry_name(&destination.registry_id, &destination.region));
    named.flatten().collect()
}

/// Tells whether a rule sends a repository: any of its prefixes begins the name (B24); none selects all.
fn selects(rule: &Rule, name: &str) -> bool {
    let mut prefixes = rule.prefixes().peekable();
    prefixes.peek().is_none() || prefixes.any(|prefix| name.starts_with(prefix))
}

/// A prefix is compared letter by letter, not by parts of the path (B24): `shop` selects `shopping/cart` too.
fn broad_prefixes(cx: &mut Context<'_>, path: &Path, rule: &Rule, names: &BTreeSet<String>) {
    for prefix in rule.prefixes() {
        let rests = |name: &String| name.strip_prefix(prefix).map(str::to_owned);
        let is_whole = |rest: &str| rest.is_empty() || rest.starts_with('/');
        let meant = names.iter().filter_map(rests).any(|rest| is_whole(&rest));
        let mut selected = names.iter();
        let other = selected.find(|name| rests(name).is_some_and(|rest| !is_whole(&rest)));
        if let Some(other) = other.filter(|_| meant && !prefix.is_empty()) {
            let message = format!("the prefix `{prefix}` also selects `{other}`");
            let help = format!("write `{prefix}/` for what lies under it only");
            cx.warn("broad-prefix", path, message, help);
        }
    }
}

/// Notes that a source feeds these places, and returns the first that another one feeds too, with that one.
fn meets(
    fed: &mut BTreeMap<Place, RegistryName>,
    source: &RegistryName,
    places: impl Iterator<Item = Place>,
) -> Option<(Place, RegistryName)> {
    let mut found = None;
    for place in places {
        let first = fed.entry(place.clone()).or_insert_with(|| source.clone());
        if first != source && found.is_none() {
            found = Some((place, first.clone()));
        }
    }
    found
}

fn two_sources(
    cx: &mut Context<'_>,
    path: &Path,
    source: &RegistryName,
    first: &RegistryName,
    (destination, name): &Place,
) {
    let message = format!(
        "`{name}` in `{destination}` is fed by `{first}` and by `{source}`: their images and tags meet there"
    );
    let help = "give the repositories names of their own, or let one source push";
    cx.warn("two-sources", path, message, help);
}
