//! Tags that every push moves at the source and that a destination does not let move (B64, B66): each image but the first
//! arrives there without them. Some want it so: a note, not a warning.

use super::lints::rule_path;
use super::quotas::selects;
use super::{Context, Documents};
use crate::aws::TagMutability;
use crate::scenario::names::RegistryName;
use crate::scenario::types::{PushStream, Scenario};

const LINT: &str = "immutable-destination";

pub(super) fn check(cx: &mut Context<'_>, scenario: &Scenario, documents: &Documents) {
    for (owner, configuration) in documents.all_replication(scenario) {
        let source = &owner.registry;
        let streams = scenario.pushes.values();
        let streams: Vec<&PushStream> = streams.filter(|of| of.registry == *source).collect();
        for (index, rule) in configuration.rules.iter().enumerate() {
            for to in &rule.destinations {
                let alias = scenario.registry_name(&to.registry_id, &to.region);
                let Some(destination) = alias else { continue };
                let found = streams.iter().find_map(|stream| {
                    let names = stream.repositories.names();
                    let selected = names.into_iter().filter(|name| selects(rule, name));
                    let mut stuck = selected.filter_map(|name| {
                        let tag = stuck_tag(scenario, source, &destination, &name, stream)?;
                        Some((name, tag))
                    });
                    stuck.next()
                });
                let Some((name, tag)) = found else { continue };
                let path = rule_path(cx, scenario, &owner.path, owner.event, source, index);
                let message = format!(
                    "each push to `{name}` moves the tag `{tag}`, which is immutable in `{destination}`: there it stays on the first image"
                );
                cx.note(LINT, &path, message);
            }
        }
    }
}

/// Returns the first tag that each push of a stream moves at its source and that stays where it is at the destination.
fn stuck_tag(
    scenario: &Scenario,
    source: &RegistryName,
    destination: &RegistryName,
    name: &str,
    stream: &PushStream,
) -> Option<String> {
    let here = mutability(scenario, source, name, false);
    let there = mutability(scenario, destination, name, true)?;
    let moving = stream.tags.iter().filter(|tag| !tag.contains("{n}"));
    let sticks = |of: Rule<'_>, tag: &str| of.0.is_immutable(of.1, tag);
    let mut stuck =
        moving.filter(|tag| sticks(there, tag) && !here.is_some_and(|here| sticks(here, tag)));
    stuck.next().cloned()
}

/// Tag mutability with its exclusions.
type Rule<'s> = (TagMutability, &'s [String]);

/// Returns the mutability that a repository has from the start, or is created with by replication (B70); `None` is ECR's
/// default.
fn mutability<'s>(
    scenario: &'s Scenario,
    registry: &RegistryName,
    name: &str,
    by_replication: bool,
) -> Option<Rule<'s>> {
    let of = scenario.registries.get(registry)?;
    if let Some(repository) = of.repositories.get(name) {
        return Some((repository.tag_mutability, &repository.exclusions));
    }
    let templates = of.creation_templates.values().filter(|_| by_replication);
    let longest = templates
        .filter_map(|template| Some((template.takes(name)?, template)))
        .max_by_key(|&(length, _)| length);
    let (_, template) = longest?;
    Some((template.tag_mutability, &template.exclusions))
}
