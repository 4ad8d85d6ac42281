//! Single operations, and outages' names beside them.

use std::collections::BTreeMap;

use super::Context;
use super::{accounts, backfill, general, laws, registries};
use crate::scenario::document::Path;
use crate::scenario::types::{Action, Scenario};
use crate::units::Bytes;

pub(super) fn check(cx: &mut Context<'_>, scenario: &Scenario) {
    let list = Path::root().to("events");
    let names = scenario.events.iter().map(|event| event.name.as_deref());
    unique_names(cx, &list, names);
    for (index, event) in scenario.events.iter().enumerate() {
        let path = list.to(index);
        general::moment(cx, scenario, &path.to("at"), event.at);
        if let Some(registry) = event.action.registry() {
            accounts::registry(cx, scenario, &path.to("registry"), registry);
        }
        action(cx, scenario, &path, &event.action);
    }
}

/// Tells of names that two items of a list have.
pub(super) fn unique_names<'a>(
    cx: &mut Context<'_>,
    list: &Path,
    names: impl Iterator<Item = Option<&'a str>>,
) {
    let mut seen = BTreeMap::new();
    for (index, name) in names.enumerate() {
        let Some(name) = name else { continue };
        if seen.insert(name, index).is_some() {
            let message = format!("the name `{name}` is taken twice in `{list}`");
            cx.error(
                &list.to(index).to("name"),
                message,
                "an override could not tell them apart",
            );
        }
    }
}

fn action(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, action: &Action) {
    if let Some(keys) = alternatives(action) {
        one_of(cx, path, action, keys);
    }
    match action {
        Action::PutImage { tags, size, .. } => {
            put_image(cx, scenario, path, tags);
            if *size > Bytes::LARGEST_IMAGE {
                cx.error(&path.to("size"), laws::too_large(), "");
            }
        }
        Action::CreateRepository {
            tag_mutability,
            exclusions,
            ..
        }
        | Action::PutImageTagMutability {
            tag_mutability,
            exclusions,
            ..
        } => registries::exclusions(cx, path, *tag_mutability, exclusions),
        Action::PutReplicationConfiguration { rules, .. } => {
            for (name, rule) in rules.iter().flatten() {
                registries::destinations(cx, scenario, &path.to("rules").to(name), rule);
            }
        }
        Action::EnableRegion { account, .. } | Action::DisableRegion { account, .. } => {
            accounts::account(cx, scenario, &path.to("account"), account);
        }
        Action::StartReplicationBackfill { .. } | Action::StopReplicationBackfill { .. } => {
            backfill::event(cx, scenario, path, action);
        }
        Action::BatchDeleteImage { .. }
        | Action::UpdateImageStorageClass { .. }
        | Action::DeleteRepository { .. }
        | Action::PutLifecyclePolicy { .. }
        | Action::DeleteLifecyclePolicy { .. }
        | Action::PutRegistryPolicy { .. }
        | Action::DeleteRegistryPolicy { .. }
        | Action::PutAccountSetting { .. } => {}
    }
}

/// Returns the two keys of which an action takes exactly one, and whether they are given.
fn alternatives(action: &Action) -> Option<[(&'static str, bool); 2]> {
    match action {
        Action::BatchDeleteImage { tag, digest, .. }
        | Action::UpdateImageStorageClass { tag, digest, .. } => {
            Some([("tag", tag.is_some()), ("digest", digest.is_some())])
        }
        Action::PutReplicationConfiguration {
            rules, replication, ..
        } => Some([
            ("rules", rules.is_some()),
            ("replication", replication.is_some()),
        ]),
        Action::PutLifecyclePolicy {
            lifecycle, policy, ..
        } => Some([
            ("lifecycle", lifecycle.is_some()),
            ("policy", policy.is_some()),
        ]),
        Action::PutRegistryPolicy {
            permissions,
            policy,
            ..
        } => Some([
            ("permissions", permissions.is_some()),
            ("policy", policy.is_some()),
        ]),
        _ => None,
    }
}

fn put_image(cx: &mut Context<'_>, scenario: &Scenario, path: &Path, tags: &[String]) {
    let path = path.to("tags");
    let quota = scenario.profile.limits().tags_per_image;
    if let Err(message) = quota.check(tags.len()) {
        cx.error(&path, message, "");
    }
    for (index, tag) in tags.iter().enumerate() {
        if tags[..index].contains(tag) {
            cx.error(
                &path.to(index),
                format!("the tag `{tag}` is listed twice"),
                "leave one of them out",
            );
        }
    }
}

/// Tells unless exactly one of two keys is given.
fn one_of(cx: &mut Context<'_>, path: &Path, action: &Action, keys: [(&str, bool); 2]) {
    let name = action.name();
    let [(first, has_first), (second, has_second)] = keys;
    if has_first && has_second {
        let message = format!("both `{first}` and `{second}` are given");
        cx.error(&path.to(second), message, "leave one of them out");
    } else if !has_first && !has_second {
        let message = format!("{name} lacks `{first}` or `{second}`");
        cx.error(
            &path.to("action"),
            message,
            format_args!("add `{first}` or `{second}`"),
        );
    }
}
