//! Pulls of fleets: the names that they use, and the prices that they need.

use std::collections::BTreeSet;

use super::{Context, Documents, accounts, workload};
use crate::aws::regions;
use crate::scenario::document::Path;
use crate::scenario::names::RegistryName;
use crate::scenario::types::{PullFrom, PullKind, PullStream, PushStream, Scenario};

pub(super) fn check(cx: &mut Context<'_>, scenario: &Scenario, documents: &Documents) {
    for (name, pull) in &scenario.pulls {
        let path = Path::root().to("pulls").to(name);
        accounts::account(cx, scenario, &path.to("account"), &pull.account);
        workload::shape(cx, &path, &pull.shape);
        let pushed = pushed(cx, scenario, &path.to("of"), pull);
        let PullFrom::Registry(registry) = &pull.from else {
            continue;
        };
        let path = path.to("from");
        accounts::registry(cx, scenario, &path, registry);
        if let Some(pushed) = pushed {
            may_hold(cx, scenario, documents, &path, registry, (&pull.of, pushed));
        }
    }
}

/// Returns the stream whose images are pulled, or tells that there is none of its name.
fn pushed<'a>(
    cx: &mut Context<'_>,
    scenario: &'a Scenario,
    path: &Path,
    pull: &PullStream,
) -> Option<&'a PushStream> {
    let streams = Path::root().to("pushes");
    let found = scenario.pushes.get(&pull.of);
    if found.is_none() && !cx.is_broken(path) && !cx.has_broken(&streams) {
        let known: Vec<&str> = scenario.pushes.keys().map(String::as_str).collect();
        let place = cx.place(path);
        cx.unknown(place, "push stream", &pull.of, &known);
    }
    found
}

/// Tells of a registry that images of the stream never reach.
fn may_hold(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    path: &Path,
    registry: &RegistryName,
    (name, stream): (&str, &PushStream),
) {
    let mut holders = destinations(scenario, documents, &stream.registry);
    holders.insert(stream.registry.clone());
    let known = scenario.accounts.contains_key(&registry.account)
        && regions::find(&registry.region).is_some();
    if !known || holders.contains(registry) || cx.has_broken(&Path::root().to("registries")) {
        return;
    }
    let listed: Vec<String> = holders.iter().map(|of| format!("`{of}`")).collect();
    let message = format!("no image of `{name}` ever comes to `{registry}`");
    let help = format!("it may come to {}", listed.join(", "));
    cx.error(path, message, help);
}

/// Returns the registries to which `source` replicates at some time.
fn destinations(
    scenario: &Scenario,
    documents: &Documents,
    source: &RegistryName,
) -> BTreeSet<RegistryName> {
    let configurations = documents.all_replication(scenario);
    let own = configurations
        .iter()
        .filter(|(owner, _)| owner.registry == *source);
    let rules = own.flat_map(|(_, configuration)| &configuration.rules);
    rules
        .flat_map(|rule| &rule.destinations)
        .filter_map(|to| scenario.registry_name(&to.registry_id, &to.region))
        .collect()
}

/// Returns the Regions between which pulls may move bytes, each with the key that says so.
pub(super) fn routes(scenario: &Scenario) -> Vec<(String, String, Path)> {
    let route = |(name, pull): (&String, &PullStream)| {
        let path = Path::root().to("pulls").to(name);
        let (from, key) = match &pull.from {
            PullFrom::Registry(registry) => (registry, "from"),
            PullFrom::Kind(PullKind::Nearest | PullKind::Source) => {
                (&scenario.pushes.get(&pull.of)?.registry, "region")
            }
        };
        Some((from.region.clone(), pull.region.clone(), path.to(key)))
    };
    scenario.pulls.iter().filter_map(route).collect()
}
