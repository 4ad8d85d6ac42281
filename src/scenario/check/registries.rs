//! Registries: their accounts, and the repositories that exist before the start.

use super::Context;
use super::{accounts, templates};
use crate::aws::TagMutability;
use crate::aws::mutability::check_exclusions;
use crate::scenario::document::Path;
use crate::scenario::types::{Rule, Scenario};

pub(super) fn check(cx: &mut Context<'_>, scenario: &Scenario) {
    for (name, registry) in &scenario.registries {
        let path = Path::root().to("registries").to(name);
        accounts::registry(cx, scenario, &path, name);
        for (rule, parts) in &registry.rules {
            destinations(cx, scenario, &path.to("rules").to(rule), parts);
        }
        templates::check(cx, &path, registry);
        let quota = scenario.profile.limits().repositories_per_registry;
        if let Err(message) = quota.check(registry.repositories.len()) {
            cx.error(&path.to("repositories"), message, "");
        }
        for (repository, parts) in &registry.repositories {
            let path = path.to("repositories").to(repository);
            exclusions(cx, &path, parts.tag_mutability, &parts.exclusions);
            if let Some(images) = &parts.images {
                stored(cx, scenario, &path.to("images").to("count"), images.count);
            }
        }
    }
}

/// Tells of destinations whose accounts are not known.
pub(super) fn destinations(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, rule: &Rule) {
    for (index, destination) in rule.destinations.iter().enumerate() {
        let path = path.to("destinations").to(index);
        accounts::registry(cx, scenario, &path, destination);
    }
}

fn stored(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, count: u64) {
    let quota = scenario.profile.limits().images_per_repository;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if let Err(message) = quota.check(count) {
        cx.error(path, message, "");
    }
}

/// Tells of exclusions that do not go with the mutability (B66).
pub(super) fn exclusions(
    cx: &mut Context<'_>,
    path: &Path,
    mutability: TagMutability,
    exclusions: &[String],
) {
    let Err(wrong) = check_exclusions(mutability, exclusions) else {
        return;
    };
    for (index, message) in wrong {
        let key = path.to("exclusions");
        let path = match index {
            Some(index) => key.to(index),
            None if cx.written(&key).is_some() => key,
            None => path.to("tag_mutability"),
        };
        cx.error(&path, message, "");
    }
}
