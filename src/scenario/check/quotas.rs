//! Service quotas that the scenario's own rates use up, or nearly, before its end (facts, section 11).

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::lints::pushed_repositories;
use super::{Context, Documents};
use crate::aws::lifecycle::{LifecycleAction, LifecyclePolicy, Limit, Selection};
use crate::aws::replication::{Destination, Rule};
use crate::aws::{Quota, wildcard};
use crate::scenario::document::Path;
use crate::scenario::estimate::pushes_by_repository;
use crate::scenario::names::RegistryName;
use crate::scenario::trace::{TraceAction, TraceRows, Traces};
use crate::scenario::types::{Action, Scenario};

const LINT: &str = "quota";

/// From which share of a quota on it is told.
const NEARLY: f64 = 0.9;

/// Retention and lifecycle policies act once a day: so long may images stay beyond their limit.
const DAY_S: f64 = 86_400.0;

/// A repository in a registry.
type Place = (RegistryName, String);

/// How a repository fills.
#[derive(Clone, Debug)]
struct Growth {
    /// Images stored before the start.
    stored: f64,
    per_s: f64,
    /// Most images that what deletes them there leaves in the long run.
    most: Option<f64>,
    /// What says so in the scenario.
    path: Path,
}

pub(super) fn check(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
) {
    images(cx, scenario, documents, traces);
    repositories(cx, scenario, documents, traces);
    tags(cx, scenario, traces);
}

fn images(cx: &mut Context<'_>, scenario: &Scenario, documents: &Documents, traces: &Traces) {
    let quota = scenario.profile.limits().images_per_repository;
    let mut growths = growths(scenario, documents, traces);
    let run_s = scenario.duration.as_secs_f64();
    growths.retain(|_, of| of.at(run_s) >= NEARLY * quota.max as f64);
    let mut worst: BTreeMap<RegistryName, (String, Growth)> = BTreeMap::new();
    for ((registry, name), growth) in growths {
        let known = worst.get(&registry);
        if known.is_none_or(|(_, known)| growth.at(run_s) > known.at(run_s)) {
            worst.insert(registry, (name, growth));
        }
    }
    for (registry, (name, growth)) in worst {
        let max = quota.max as f64;
        let message = match growth.reaches_s(max).filter(|&at_s| at_s <= run_s) {
            Some(at_s) => format!(
                "`{name}` in `{registry}` takes in about {:.0} images a day: {} is used up after about {:.0} days, on {}",
                growth.per_s * DAY_S,
                named(quota),
                at_s / DAY_S,
                date(scenario, at_s)
            ),
            None => format!(
                "`{name}` in `{registry}` will hold about {:.0} images: within 10 % of {}",
                growth.at(run_s),
                named(quota)
            ),
        };
        let help = "let a lifecycle policy or retention delete old images, or ask AWS for more";
        cx.warn(LINT, &growth.path, message, help);
    }
}

impl Growth {
    /// Returns how many images there are after so many seconds.
    fn at(&self, after_s: f64) -> f64 {
        let all = self.stored + self.per_s * after_s;
        self.most.map_or(all, |most| all.min(most.max(self.stored)))
    }

    /// Returns after how many seconds there are so many images.
    fn reaches_s(&self, images: f64) -> Option<f64> {
        let is_reached = self.most.is_none_or(|most| most >= images) && self.per_s > 0.0;
        let after_s = (images - self.stored).max(0.0) / self.per_s;
        is_reached.then_some(after_s)
    }
}

fn named(quota: Quota) -> String {
    format!("the quota \"{}\" ({})", quota.name, quota.max)
}

/// Returns the day of a moment of the run.
fn date(scenario: &Scenario, after_s: f64) -> String {
    let start = scenario.start.0;
    let after = SignedDuration::from_secs(after_s as i64);
    let at = start.checked_add(after).unwrap_or(start);
    at.strftime("%Y-%m-%d").to_string()
}

/// Returns how every repository that is pushed to fills, and its replicas.
fn growths(scenario: &Scenario, documents: &Documents, traces: &Traces) -> BTreeMap<Place, Growth> {
    let mut growths: BTreeMap<Place, Growth> = BTreeMap::new();
    for (stream, push) in &scenario.pushes {
        let path = Path::root().to("pushes").to(stream);
        for (name, per_s) in pushes_by_repository(scenario, push) {
            let place = (push.registry.clone(), name);
            let images_per_s = per_s * f64::from(push.images_per_push());
            add(scenario, &mut growths, place, images_per_s, &path);
        }
    }
    let run_s = scenario.duration.as_secs_f64().max(f64::MIN_POSITIVE);
    for (trace, rows) in traces {
        let path = Path::root().to("traces").to(trace);
        for (place, pushes) in pushed(rows) {
            add(scenario, &mut growths, place, pushes as f64 / run_s, &path);
        }
    }
    for ((registry, name), growth) in &mut growths {
        let policy = documents.lifecycles.get(&(registry.clone(), name.clone()));
        growth.most = least(
            kept(scenario, registry, name, growth.per_s),
            policy.and_then(|policy| most_left(policy, growth.per_s)),
        );
    }
    replicas(scenario, documents, &mut growths);
    growths
}

fn add(
    scenario: &Scenario,
    growths: &mut BTreeMap<Place, Growth>,
    place: Place,
    per_s: f64,
    path: &Path,
) {
    let stored = stored(scenario, &place);
    let of = growths.entry(place).or_insert_with(|| Growth {
        stored,
        per_s: 0.0,
        most: None,
        path: path.clone(),
    });
    of.per_s += per_s;
}

fn stored(scenario: &Scenario, (registry, name): &Place) -> f64 {
    let of = scenario.registries.get(registry);
    let repository = of.and_then(|of| of.repositories.get(name));
    let images = repository.and_then(|of| of.images.as_ref());
    images.map_or(0.0, |images| images.count as f64)
}

fn pushed(rows: &TraceRows) -> BTreeMap<Place, u64> {
    let mut counts: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    let pushes = rows
        .rows
        .iter()
        .filter(|row| row.action == TraceAction::PutImage);
    for row in pushes {
        if let Some(repository) = row.repository {
            *counts.entry((row.registry, repository)).or_default() += 1;
        }
    }
    let named = |((registry, repository), count)| {
        let registry = rows.registries[registry as usize].clone();
        (
            (registry, rows.repositories[repository as usize].clone()),
            count,
        )
    };
    counts.into_iter().map(named).collect()
}

/// Returns how many images retention leaves in a repository at most.
fn kept(scenario: &Scenario, registry: &RegistryName, name: &str, per_s: f64) -> Option<f64> {
    let of_registry = scenario.retention.values();
    let of_registry = of_registry.filter(|of| of.registry == *registry);
    let matches = |pattern: &String| wildcard::matches(pattern, name.chars());
    let keep = of_registry.filter(|of| of.repositories.iter().any(matches));
    let least = keep.map(|of| of.keep_last).min();
    least.map(|keep| keep as f64 + per_s * DAY_S)
}

/// Returns how many images a lifecycle policy leaves at most, as far as it speaks of all of them.
fn most_left(policy: &LifecyclePolicy, per_s: f64) -> Option<f64> {
    let expiring = policy
        .rules
        .iter()
        .filter(|rule| rule.action == LifecycleAction::Expire && rule.selection == Selection::Any);
    let left = expiring.filter_map(|rule| match rule.limit {
        Limit::Count(count) => Some(count as f64 + per_s * DAY_S),
        Limit::Days(days) => Some(per_s * DAY_S * (days as f64 + 1.0)),
        Limit::ArchivedDays(_) => None,
    });
    left.min_by(f64::total_cmp)
}

fn least(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).min_by(f64::total_cmp)
}

/// Adds what the rules of the start bring to destinations; where a rule replicates deletes, its source's limit holds too.
fn replicas(scenario: &Scenario, documents: &Documents, growths: &mut BTreeMap<Place, Growth>) {
    let sources: Vec<(Place, Growth)> = growths
        .iter()
        .map(|(place, growth)| (place.clone(), growth.clone()))
        .collect();
    for (place, growth) in sources {
        let Some(configuration) = documents.replication.get(&place.0) else {
            continue;
        };
        let mut to: BTreeMap<&Destination, bool> = BTreeMap::new();
        for rule in configuration
            .rules
            .iter()
            .filter(|of| selects(of, &place.1))
        {
            for destination in &rule.destinations {
                *to.entry(destination).or_default() |= rule.replicates_deletes();
            }
        }
        for (destination, follows) in to {
            let alias = scenario.registry_name(&destination.registry_id, &destination.region);
            let Some(registry) = alias else { continue };
            let there = (registry, place.1.clone());
            let own = lifecycle_at(scenario, documents, &there);
            let own = own.and_then(|policy| most_left(policy, growth.per_s));
            let most = least(own, growth.most.filter(|_| follows));
            add(scenario, growths, there.clone(), growth.per_s, &growth.path);
            if let Some(of) = growths.get_mut(&there) {
                of.most = least(of.most, most);
            }
        }
    }
}

/// Tells whether a rule sends a repository (B24, B25).
pub(super) fn selects(rule: &Rule, name: &str) -> bool {
    let mut prefixes = rule.prefixes().peekable();
    prefixes.peek().is_none() || prefixes.any(|prefix| name.starts_with(prefix))
}

/// Returns the lifecycle policy that a repository has from the start, or is created with by replication (B70).
pub(super) fn lifecycle_at<'d>(
    scenario: &Scenario,
    documents: &'d Documents,
    (registry, name): &Place,
) -> Option<&'d LifecyclePolicy> {
    let of = scenario.registries.get(registry)?;
    if of.repositories.contains_key(name) {
        return documents.lifecycles.get(&(registry.clone(), name.clone()));
    }
    let taking = of.creation_templates.iter();
    let longest = taking
        .filter_map(|(key, template)| Some((template.takes(name)?, key)))
        .max();
    let (_, key) = longest?;
    let of_template = (registry.clone(), key.clone());
    documents.template_lifecycles.get(&of_template)
}

fn repositories(cx: &mut Context<'_>, scenario: &Scenario, documents: &Documents, traces: &Traces) {
    let quota = scenario.profile.limits().repositories_per_registry;
    let mut names = pushed_repositories(scenario, traces);
    for (registry, of) in &scenario.registries {
        let described = of.repositories.keys().cloned();
        names.entry(registry.clone()).or_default().extend(described);
    }
    let least = NEARLY * quota.max as f64;
    let total: usize = names.values().map(BTreeSet::len).sum();
    if (total as f64) < least {
        return;
    }
    for (source, configuration) in &documents.replication {
        let sent = names.get(source).cloned().unwrap_or_default();
        for rule in &configuration.rules {
            for to in &rule.destinations {
                let alias = scenario.registry_name(&to.registry_id, &to.region);
                let selected = sent.iter().filter(|name| selects(rule, name)).cloned();
                if let Some(registry) = alias {
                    names.entry(registry).or_default().extend(selected);
                }
            }
        }
    }
    for (registry, names) in names.iter().filter(|(_, of)| of.len() as f64 >= least) {
        let count = names.len();
        let message = if count as u64 > quota.max {
            format!(
                "{count} repositories go to `{registry}`: more than {}",
                named(quota)
            )
        } else {
            format!(
                "{count} repositories go to `{registry}`: within 10 % of {}",
                named(quota)
            )
        };
        let path = Path::root().to("registries").to(registry);
        cx.warn(LINT, &path, message, "ask AWS for more, or use fewer");
    }
}

/// Only a digest that the user gave can be pushed under more and more tags.
fn tags(cx: &mut Context<'_>, scenario: &Scenario, traces: &Traces) {
    let quota = scenario.profile.limits().tags_per_image;
    let mut borne: BTreeMap<(Place, &str), BTreeSet<&str>> = BTreeMap::new();
    for event in &scenario.events {
        if let Action::PutImage {
            registry,
            repository,
            tags,
            digest: Some(digest),
            ..
        } = &event.action
        {
            let place = (registry.clone(), repository.clone());
            let of = borne.entry((place, digest)).or_default();
            of.extend(tags.iter().map(String::as_str));
        }
    }
    for rows in traces.values() {
        let pushes = rows
            .rows
            .iter()
            .filter(|row| row.action == TraceAction::PutImage);
        for row in pushes {
            if let (Some(repository), Some(digest)) = (row.repository, row.digest) {
                let registry = rows.registries[row.registry as usize].clone();
                let place = (registry, rows.repositories[repository as usize].clone());
                let digest = rows.digests[digest as usize].as_str();
                let tags = &rows.tag_lists[row.tags as usize];
                let of = borne.entry((place, digest)).or_default();
                of.extend(tags.iter().map(String::as_str));
            }
        }
    }
    let most = borne.into_iter().max_by_key(|(_, tags)| tags.len());
    let Some((((registry, name), digest), tags)) = most else {
        return;
    };
    if tags.len() as f64 >= NEARLY * quota.max as f64 {
        let message = format!(
            "{} tags are pushed to one image of `{name}` in `{registry}`, {digest}: {} is near",
            tags.len(),
            named(quota)
        );
        let path = Path::root();
        let help = "delete tags that are not needed: AWS does not raise this quota";
        cx.warn(LINT, &path, message, help);
    }
}
