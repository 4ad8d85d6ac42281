//! Lifecycle policies: from AWS's document, or from limits in short form.

use super::Context;
use super::documents::{Documents, document};
use crate::aws::LifecyclePolicy;
use crate::aws::lifecycle::{self, ShortLimits};
use crate::scenario::document::Path;
use crate::scenario::types::{Action, Lifecycle, Scenario};
use crate::units::SimDuration;

const DAY_NS: u64 = 86_400_000_000_000;

/// Reads every policy of the scenario.
pub(super) fn read(cx: &mut Context<'_>, scenario: &Scenario, documents: &mut Documents) {
    for (registry, of) in &scenario.registries {
        let path = Path::root().to("registries").to(registry);
        for (name, repository) in &of.repositories {
            let path = path.to("repositories").to(name).to("lifecycle");
            let written = repository.lifecycle.as_ref();
            if let Some(policy) = written.and_then(|written| policy(cx, scenario, &path, written)) {
                let key = (registry.clone(), name.clone());
                documents.lifecycles.insert(key, policy);
            }
        }
    }
    for (registry, of) in &scenario.registries {
        let path = Path::root().to("registries").to(registry);
        for (name, template) in &of.creation_templates {
            let path = path.to("creation_templates").to(name).to("lifecycle");
            let written = template.lifecycle.as_ref();
            if let Some(policy) = written.and_then(|written| policy(cx, scenario, &path, written)) {
                let key = (registry.clone(), name.clone());
                documents.template_lifecycles.insert(key, policy);
            }
        }
    }
    for (index, event) in scenario.events.iter().enumerate() {
        let path = Path::root().to("events").to(index);
        if let Some(policy) = of_event(cx, scenario, &path, &event.action) {
            documents.event_lifecycles.insert(index, policy);
        }
    }
}

fn of_event(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    path: &Path,
    action: &Action,
) -> Option<LifecyclePolicy> {
    match action {
        Action::PutLifecyclePolicy {
            policy: Some(file), ..
        } => from_file(cx, scenario, &path.to("policy"), file),
        Action::PutLifecyclePolicy {
            lifecycle: Some(written),
            ..
        } => policy(cx, scenario, &path.to("lifecycle"), written),
        _ => None,
    }
}

/// Makes a policy of what is written at `path`.
pub(super) fn policy(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    path: &Path,
    written: &Lifecycle,
) -> Option<LifecyclePolicy> {
    let limits = [
        ("keep_last", written.keep_last.is_some()),
        ("expire_after", written.expire_after.is_some()),
        (
            "expire_untagged_after",
            written.expire_untagged_after.is_some(),
        ),
        ("archive_after", written.archive_after.is_some()),
        (
            "expire_archived_after",
            written.expire_archived_after.is_some(),
        ),
    ];
    let given = limits.iter().find(|(_, is_given)| *is_given);
    match (&written.policy, given) {
        (Some(file), given) => {
            if let Some((limit, _)) = given {
                let message = format!("both `{limit}` and `policy` are given");
                cx.error(&path.to("policy"), message, "leave one of them out");
            }
            from_file(cx, scenario, &path.to("policy"), file)
        }
        (None, None) => {
            let help = "add `keep_last`, `expire_after`, `expire_untagged_after`, `archive_after` or `policy`";
            cx.error(path, format!("`{path}` says nothing"), help);
            None
        }
        (None, Some(_)) => {
            let mut days = |key: &str, time| whole_days(cx, &path.to(key), time);
            let limits = ShortLimits {
                keep_last: written.keep_last,
                expire_after_days: days("expire_after", written.expire_after),
                expire_untagged_after_days: days(
                    "expire_untagged_after",
                    written.expire_untagged_after,
                ),
                archive_after_days: days("archive_after", written.archive_after),
                expire_archived_after_days: days(
                    "expire_archived_after",
                    written.expire_archived_after,
                ),
            };
            archived_long_enough(cx, path, limits.expire_archived_after_days);
            Some(LifecyclePolicy::of_limits(limits))
        }
    }
}

/// B84: no policy may delete an image sooner.
fn archived_long_enough(cx: &mut Context<'_>, path: &Path, days: Option<u64>) {
    let least = LifecyclePolicy::LEAST_ARCHIVED_DAYS;
    if days.is_some_and(|days| days < least) {
        let path = path.to("expire_archived_after");
        let message = format!("`{path}` must be at least {least} days");
        let help = "ECR refuses policies that delete what was archived sooner";
        cx.error(&path, message, help);
    }
}

fn from_file(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    path: &Path,
    file: &str,
) -> Option<LifecyclePolicy> {
    let read = |text: &str| lifecycle::read(text, scenario.profile);
    document(cx, path, file, "lifecycle", read).map(|(_, policy)| policy)
}

/// ECR counts ages in days (`countUnit`).
fn whole_days(cx: &mut Context<'_>, path: &Path, time: Option<SimDuration>) -> Option<u64> {
    let time = time?.as_nanos();
    if time == 0 || !time.is_multiple_of(DAY_NS) {
        let message = format!("`{path}` must be whole days, at least one");
        cx.error(path, message, "ECR counts the age of images in days");
    }
    Some(time / DAY_NS)
}
