//! Replicas that nothing deletes: their source deletes images, no rule lets deletes follow, and the destination has no
//! lifecycle policy (B110, B140).
//!
//! Whoever mirrors on purpose has it so, and so have most registries: that is a note, not a warning.

use std::collections::{BTreeMap, BTreeSet};

use super::lints::{pushed_repositories, rule_path};
use super::quotas::{lifecycle_at, selects};
use super::{Context, Documents};
use crate::aws::lifecycle::LifecycleAction;
use crate::aws::wildcard;
use crate::scenario::names::RegistryName;
use crate::scenario::trace::{TraceAction, Traces};
use crate::scenario::types::{Action, Scenario};

const LINT: &str = "destination-without-lifecycle";

pub(super) fn check(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
) {
    let pushed = pushed_repositories(scenario, traces);
    let deleted = deleted(scenario, documents, traces, &pushed);
    let mut told = BTreeSet::new();
    for (owner, configuration) in documents.all_replication(scenario) {
        let source = &owner.registry;
        let Some(names) = deleted.get(source) else {
            continue;
        };
        let follows = |name: &str, to| {
            let mut rules = configuration.rules.iter();
            rules.any(|of| {
                of.replicates_deletes() && selects(of, name) && of.destinations.contains(to)
            })
        };
        for (index, rule) in configuration.rules.iter().enumerate() {
            for to in &rule.destinations {
                let alias = scenario.registry_name(&to.registry_id, &to.region);
                let Some(destination) = alias else { continue };
                let stays = |name: &&String| {
                    let there = (destination.clone(), (*name).clone());
                    let policy = lifecycle_at(scenario, documents, &there);
                    let expires = policy.is_some_and(|policy| {
                        let mut rules = policy.rules.iter();
                        rules.any(|rule| rule.action == LifecycleAction::Expire)
                    });
                    selects(rule, name)
                        && !follows(name, to)
                        && !expires
                        && !gets_policy(scenario, &there)
                };
                let left: Vec<&String> = names.iter().filter(stays).collect();
                if left.is_empty() || !told.insert((source.clone(), destination.clone())) {
                    continue;
                }
                let path = rule_path(cx, scenario, &owner.path, owner.event, source, index);
                cx.note(LINT, &path, message(source, &destination, &left));
            }
        }
    }
}

fn message(source: &RegistryName, destination: &RegistryName, left: &[&String]) -> String {
    let others = match left.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "what `{source}` deletes of `{}`{others} stays in `{destination}` for good: it has no lifecycle policy there, and no rule has delete_replication",
        left[0]
    )
}

/// Tells whether an event gives a repository a lifecycle policy.
fn gets_policy(scenario: &Scenario, (registry, name): &(RegistryName, String)) -> bool {
    let mut events = scenario.events.iter();
    events.any(|event| {
        matches!(&event.action, Action::PutLifecyclePolicy { registry: of, repository, .. }
            if of == registry && repository == name)
    })
}

/// Returns the repositories of which images are deleted at some time, by registry.
fn deleted(
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
    pushed: &BTreeMap<RegistryName, BTreeSet<String>>,
) -> BTreeMap<RegistryName, BTreeSet<String>> {
    let mut deleted: BTreeMap<RegistryName, BTreeSet<String>> = BTreeMap::new();
    let mut add = |registry: &RegistryName, name: &str| {
        let of = deleted.entry(registry.clone()).or_default();
        of.insert(name.to_owned());
    };
    for of in scenario.retention.values() {
        let names = pushed.get(&of.registry).into_iter().flatten();
        let matches = |name: &str| {
            let mut patterns = of.repositories.iter();
            patterns.any(|pattern| wildcard::matches(pattern, name.chars()))
        };
        names
            .filter(|name| matches(name))
            .for_each(|name| add(&of.registry, name));
    }
    for ((registry, name), policy) in &documents.lifecycles {
        let mut rules = policy.rules.iter();
        if rules.any(|rule| rule.action == LifecycleAction::Expire) {
            add(registry, name);
        }
    }
    for event in &scenario.events {
        if let Action::BatchDeleteImage {
            registry,
            repository,
            ..
        }
        | Action::DeleteRepository {
            registry,
            repository,
        } = &event.action
        {
            add(registry, repository);
        }
    }
    for trace in traces.values() {
        let deletes = [TraceAction::BatchDeleteImage, TraceAction::DeleteRepository];
        let rows = trace
            .rows
            .iter()
            .filter(|row| deletes.contains(&row.action));
        let places: BTreeSet<_> = rows
            .filter_map(|row| Some((row.registry, row.repository?)))
            .collect();
        for (registry, repository) in places {
            let registry = &trace.registries[registry as usize];
            add(registry, &trace.repositories[repository as usize]);
        }
    }
    deleted
}
