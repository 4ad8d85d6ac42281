//! Lints: what can be run but is probably not meant.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Documents};
use crate::aws::policy::{Effect, REPLICATE_IMAGE, RegistryPolicy};
use crate::aws::regions::{self, OptIn};
use crate::aws::replication::{Destination, Rule};
use crate::aws::wildcard::matches_ignoring_case;
use crate::scenario::document::Path;
use crate::scenario::estimate::offered;
use crate::scenario::names::RegistryName;
use crate::scenario::trace::{TraceAction, Traces};
use crate::scenario::types::{Action, PushRepositories, Scenario};

pub(super) fn check(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
) {
    overload(cx, scenario, documents, traces);
    let pushed = pushed_repositories(scenario, traces);
    let mut asked = BTreeSet::new();
    for (owner, configuration) in documents.all_replication(scenario) {
        let source = &owner.registry;
        for (index, rule) in configuration.rules.iter().enumerate() {
            let path = rule_path(cx, scenario, &owner.path, owner.event, source, index);
            matches_nothing(cx, &path, rule, pushed.get(source));
            for destination in &rule.destinations {
                if asked.insert((source.clone(), destination.clone())) {
                    opt_ins(cx, scenario, &path, source, destination);
                    permission(cx, scenario, documents, &path, source, destination);
                }
            }
        }
    }
}

/// Tells of links that are offered more than they can do.
fn overload(cx: &mut Context<'_>, scenario: &Scenario, documents: &Documents, traces: &Traces) {
    let root = Path::root();
    let sections = ["links", "pushes", "traces"].map(|key| root.to(key));
    let written = sections.iter().find(|path| cx.written(path).is_some());
    let section = written.cloned().unwrap_or(root);
    for link in offered(scenario, documents, traces) {
        if link.load() >= 1.0 {
            let exact = section.to(&link.link);
            let any = section.to("* -> *");
            let path = [exact, any]
                .into_iter()
                .find(|path| cx.written(path).is_some());
            let path = path.unwrap_or_else(|| section.clone());
            cx.warn(
                "overload",
                &path,
                link.overload(),
                "give it more slots or bandwidth, or push less",
            );
        }
    }
}

/// Returns the key of a rule, or of the document that holds it.
pub(super) fn rule_path(
    cx: &Context<'_>,
    scenario: &Scenario,
    owner: &Path,
    event: Option<usize>,
    registry: &RegistryName,
    index: usize,
) -> Path {
    let document = owner.to("replication");
    if cx.written(&document).is_some() {
        return document;
    }
    let rules = match event {
        None => scenario
            .registries
            .get(registry)
            .map(|registry| &registry.rules),
        Some(event) => match &scenario.events[event].action {
            Action::PutReplicationConfiguration { rules, .. } => rules.as_ref(),
            _ => None,
        },
    };
    let name = rules.and_then(|rules| rules.keys().nth(index));
    name.map_or(owner.clone(), |name| owner.to("rules").to(name))
}

/// Returns the repositories that are pushed to, by registry.
pub(super) fn pushed_repositories(
    scenario: &Scenario,
    traces: &Traces,
) -> BTreeMap<RegistryName, BTreeSet<String>> {
    let mut pushed: BTreeMap<RegistryName, BTreeSet<String>> = BTreeMap::new();
    for stream in scenario.pushes.values() {
        let names = match &stream.repositories {
            PushRepositories::Listed(names) => names.clone(),
            generated @ PushRepositories::Generated(_) => generated.names(),
        };
        pushed
            .entry(stream.registry.clone())
            .or_default()
            .extend(names);
    }
    for event in &scenario.events {
        if let Action::PutImage {
            registry,
            repository,
            ..
        } = &event.action
        {
            pushed
                .entry(registry.clone())
                .or_default()
                .insert(repository.clone());
        }
    }
    for rows in traces.values() {
        let pushes: BTreeSet<(u32, u32)> = rows
            .rows
            .iter()
            .filter(|row| row.action == TraceAction::PutImage)
            .filter_map(|row| Some((row.registry, row.repository?)))
            .collect();
        for (registry, repository) in pushes {
            let registry = rows.registries[registry as usize].clone();
            let repository = rows.repositories[repository as usize].clone();
            pushed.entry(registry).or_default().insert(repository);
        }
    }
    pushed
}

fn matches_nothing(
    cx: &mut Context<'_>,
    path: &Path,
    rule: &Rule,
    pushed: Option<&BTreeSet<String>>,
) {
    let selects = |name: &String| {
        let mut prefixes = rule.prefixes().peekable();
        prefixes.peek().is_none() || prefixes.any(|prefix| name.starts_with(prefix))
    };
    if pushed.is_some_and(|names| names.iter().any(selects)) {
        return;
    }
    let prefixes: Vec<&str> = rule.prefixes().collect();
    let message = match prefixes.as_slice() {
        [] => "nothing is pushed to this registry: the rule replicates nothing".to_owned(),
        _ => format!(
            "no repository that is pushed to begins with {}: the rule replicates nothing",
            crate::scenario::schema::listed(prefixes)
        ),
    };
    cx.warn("rule-matches-nothing", path, message, "");
}

/// B35: both accounts must have opted in to both Regions, from the start or by an event.
fn opt_ins(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    path: &Path,
    source: &RegistryName,
    destination: &Destination,
) {
    let Some(other) = scenario.alias(&destination.registry_id) else {
        return;
    };
    let accounts = BTreeSet::from([source.account.as_str(), other]);
    let regions = BTreeSet::from([source.region.as_str(), destination.region.as_str()]);
    for alias in accounts {
        for region in &regions {
            if !opted_in(scenario, alias, region) {
                let message = format!(
                    "`{alias}` has not opted in to {region}: this replication fails (RegionNotEnabled)"
                );
                let help = format!(
                    "write accounts.{alias} = {{ id = \"…\", opted_in = [\"{region}\"] }}, or enable it by an EnableRegion event"
                );
                cx.warn("region-not-opted-in", path, message, help);
            }
        }
    }
}

fn opted_in(scenario: &Scenario, alias: &str, region: &str) -> bool {
    let required = regions::find(region).is_some_and(|region| region.opt_in == OptIn::Required);
    let listed = scenario
        .accounts
        .get(alias)
        .is_some_and(|account| account.opted_in.iter().any(|listed| listed == region));
    let enabled = scenario.events.iter().any(|event| {
        matches!(&event.action, Action::EnableRegion { account, region: enabled }
            if account == alias && enabled == region)
    });
    !required || listed || enabled
}

/// B40: another account's registry must have a policy that allows the replication at some time.
fn permission(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    path: &Path,
    source: &RegistryName,
    destination: &Destination,
) {
    let Some(account) = scenario.accounts.get(&source.account) else {
        return;
    };
    let id = account.id.as_str();
    let Some(name) = scenario.registry_name(&destination.registry_id, &destination.region) else {
        return;
    };
    let policies = documents.policies_of(scenario, &name);
    let partition = regions::find(&source.region).map_or("aws", |region| region.partition.as_str());
    let admitted = policies.iter().any(|policy| admits(policy, id, partition));
    if id == destination.registry_id || admitted {
        return;
    }
    let message = format!(
        "no registry policy of `{name}` admits `{}`: this replication fails (AccessDenied)",
        source.account
    );
    let help = format!(
        "add registries.\"{name}\".permissions.from-{0} = {{ principals = [\"{0}\"] }}",
        source.account
    );
    cx.warn("no-permission", path, message, help);
}

/// Tells whether a statement could allow it; resources and conditions are left to the run.
fn admits(policy: &RegistryPolicy, account_id: &str, partition: &str) -> bool {
    policy.statements.iter().any(|statement| {
        statement.effect == Effect::Allow
            && statement
                .principals
                .covers(|principal| principal.covers_replication_of(account_id, partition))
            && statement
                .actions
                .covers(|pattern| matches_ignoring_case(pattern, REPLICATE_IMAGE))
    })
}
