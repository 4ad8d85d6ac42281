//! Repositories with the registries that may hold them, streams of pushes, retention, what exists at the start.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::laws::compile;
use super::registries::{Registries, RulesOf};
use super::scripts::Lists;
use super::{Kind, Ranks, registry_id, repository_id};
use crate::aws::{TagMutability, wildcard};
use crate::ecr::mutability::TagRule;
use crate::ecr::{RegistryId, RepositoryId};
use crate::engine::Choice;
use crate::scenario::{
    Action, Loaded, Popularity, PushRepositories, PushStream, RegistryName, Scenario, Shape,
    TraceAction,
};
use crate::simulation::model::{Provided, RetentionModel, StoredImages, Stream};
use crate::units::{Rate, SimTime};
use crate::workload::{self, Arrivals, PushPlan, Retention};

/// Every repository's name, rising, and the registries that may ever hold it.
pub(super) struct Repositories {
    pub names: Vec<String>,
    pub holders: Vec<Vec<RegistryId>>,
}

impl Repositories {
    pub fn new(loaded: &Loaded, registries: &Registries) -> Self {
        let rules = registries.all_rules(loaded);
        let mut holders: BTreeMap<String, BTreeSet<RegistryId>> = BTreeMap::new();
        for (registry, name) in mentions(loaded) {
            let source = registries.id(registry);
            let of = holders.entry(name.clone()).or_default();
            of.insert(source);
            of.extend(registries.destinations(&rules, source, &name));
        }
        add_backfilled(loaded, registries, &rules, &mut holders);
        let (names, holders) = holders
            .into_iter()
            .map(|(name, of)| (name, of.into_iter().collect()))
            .unzip();
        Self { names, holders }
    }

    pub fn id(&self, name: &str) -> RepositoryId {
        repository_id(&self.names, name)
    }
}

/// Adds the registries to which a backfill may bring what its source has only as replicas: one may follow another.
fn add_backfilled(
    loaded: &Loaded,
    registries: &Registries,
    rules: &RulesOf,
    holders: &mut BTreeMap<String, BTreeSet<RegistryId>>,
) {
    let sources = backfill_sources(loaded);
    let sources: BTreeSet<RegistryId> = sources
        .into_iter()
        .map(|name| registries.id(name))
        .collect();
    for (name, of) in holders {
        let mut open: Vec<RegistryId> = of.intersection(&sources).copied().collect();
        while let Some(source) = open.pop() {
            for to in registries.destinations(rules, source, name) {
                if of.insert(to) && sources.contains(&to) {
                    open.push(to);
                }
            }
        }
    }
}

/// Returns the registries whose stored images a backfill may copy.
fn backfill_sources(loaded: &Loaded) -> BTreeSet<&RegistryName> {
    let events = loaded.scenario.events.iter();
    let from_events = events.filter_map(|event| match &event.action {
        Action::StartReplicationBackfill { registry, .. } => Some(registry),
        _ => None,
    });
    let from_traces = loaded.traces.values().flat_map(|trace| {
        let starts =
            |row: &&crate::scenario::TraceRow| row.action == TraceAction::StartReplicationBackfill;
        let rows = trace.rows.iter().filter(starts);
        rows.map(|row| &trace.registries[row.registry as usize])
    });
    from_events.chain(from_traces).collect()
}

/// Returns every repository that the scenario names, with the registry in which it does.
fn mentions(loaded: &Loaded) -> Vec<(&RegistryName, String)> {
    let scenario = &loaded.scenario;
    let mut all: Vec<(&RegistryName, String)> = Vec::new();
    for (registry, of) in &scenario.registries {
        all.extend(of.repositories.keys().map(|name| (registry, name.clone())));
    }
    for stream in scenario.pushes.values() {
        all.extend(
            stream
                .repositories
                .names()
                .into_iter()
                .map(|name| (&stream.registry, name)),
        );
    }
    for event in &scenario.events {
        if let (Some(registry), Some(repository)) =
            (event.action.registry(), event.action.repository())
        {
            all.push((registry, repository.to_owned()));
        }
    }
    for trace in loaded.traces.values() {
        let named: BTreeSet<(u32, u32)> = trace
            .rows
            .iter()
            .filter_map(|row| row.repository.map(|repository| (row.registry, repository)))
            .collect();
        let named = named.into_iter().map(|(registry, repository)| {
            (
                &trace.registries[registry as usize],
                trace.repositories[repository as usize].clone(),
            )
        });
        all.extend(named);
    }
    all.sort();
    all.dedup();
    all
}

/// Returns the repositories that exist at the start: those that are pushed to, and those that are described.
pub(super) fn provided(
    loaded: &Loaded,
    registries: &Registries,
    repositories: &Repositories,
    lists: &mut Lists,
) -> Vec<Provided> {
    let scenario = &loaded.scenario;
    let mut all: BTreeMap<(RegistryId, RepositoryId), Provided> = BTreeMap::new();
    let mut provide = |registry: RegistryId, repository: RepositoryId| {
        let plain = Provided {
            registry,
            repository,
            mutability: None,
            images: None,
        };
        all.entry((registry, repository)).or_insert(plain);
    };
    for stream in scenario.pushes.values() {
        let names = stream.repositories.names();
        names
            .iter()
            .for_each(|name| provide(registries.id(&stream.registry), repositories.id(name)));
    }
    for event in &scenario.events {
        if let Action::PutImage {
            registry,
            repository,
            ..
        } = &event.action
        {
            provide(registries.id(registry), repositories.id(repository));
        }
    }
    for trace in loaded.traces.values() {
        for row in trace
            .rows
            .iter()
            .filter(|row| row.action == TraceAction::PutImage)
        {
            let repository = row.repository.expect("a push names a repository");
            provide(
                registries.id(&trace.registries[row.registry as usize]),
                repositories.id(&trace.repositories[repository as usize]),
            );
        }
    }
    for (registry, of) in &scenario.registries {
        for (name, described) in &of.repositories {
            let (registry, repository) = (registries.id(registry), repositories.id(name));
            let images = described.images.as_ref().map(|images| StoredImages {
                count: images.count,
                size: compile(&images.size),
                first_tag_list: lists.add_numbers(repository, images.count),
            });
            let mutability = Some(tag_rule(described.tag_mutability, &described.exclusions));
            all.insert(
                (registry, repository),
                Provided {
                    registry,
                    repository,
                    mutability,
                    images,
                },
            );
        }
    }
    all.into_values().collect()
}

/// Returns the rule of a tag mutability.
pub(super) fn tag_rule(mode: TagMutability, exclusions: &[String]) -> TagRule {
    TagRule::new(mode, exclusions.to_vec())
}

/// Returns the tag templates of every stream.
pub(super) fn templates_of_all(scenario: &Scenario) -> Vec<Vec<String>> {
    scenario
        .pushes
        .iter()
        .map(|(name, stream)| templates(name, stream))
        .collect()
}

/// Returns a stream's tag templates, its own name filled in, each once.
fn templates(name: &str, stream: &PushStream) -> Vec<String> {
    let mut templates: Vec<String> = Vec::new();
    for template in &stream.tags {
        let template = template.replace("{stream}", name);
        if !templates.contains(&template) {
            templates.push(template);
        }
    }
    templates
}

pub(super) fn streams(
    loaded: &Loaded,
    registries: &Registries,
    repositories: &Repositories,
    ranks: &Ranks<'_>,
) -> Vec<Stream> {
    let scenario = &loaded.scenario;
    let stream = |(name, stream): (&String, &PushStream)| {
        let names = stream.repositories.names();
        Stream {
            name: name.clone(),
            rank: ranks.of(name, Kind::Pushes),
            registry: registries.id(&stream.registry),
            repositories: names.iter().map(|name| repositories.id(name)).collect(),
            plan: PushPlan {
                arrivals: arrivals(scenario, stream),
                choice: choice(&stream.repositories),
                repositories: names.len() as u32,
                size: compile(&stream.size),
                shared: stream.shared,
                base_refresh: stream.base_refresh.every(),
            },
            group: None,
        }
    };
    scenario.pushes.iter().map(stream).collect()
}

/// Returns the choice among a stream's repositories, by place.
pub(super) fn choice(repositories: &PushRepositories) -> Choice {
    let count = repositories.names().len();
    match repositories.popularity() {
        Popularity::Uniform => Choice::Even(count),
        Popularity::Zipf(exponent) => Choice::zipf(count, exponent),
    }
}

fn arrivals(scenario: &Scenario, stream: &PushStream) -> Arrivals {
    if let Some(burst) = &stream.burst {
        return Arrivals::Bursts {
            images: burst.images,
            over: burst.over,
            every: burst.every,
            first: SimTime::ZERO + burst.first,
        };
    }
    let rate = stream
        .rate
        .expect("a stream has a rate or bursts, which was checked");
    poisson(scenario, rate, &stream.shape, &stream.timezone)
}

/// Returns the arrivals of a rate that follows a shape in a time zone.
pub(super) fn poisson(scenario: &Scenario, rate: Rate, shape: &Shape, timezone: &str) -> Arrivals {
    let zone = || TimeZone::get(timezone).expect("a shape's time zone is known, which was checked");
    let is_constant = *shape == Shape::default();
    let shape = (!is_constant)
        .then(|| workload::Shape::new(shape.weekly_weights(), zone(), scenario.start.0));
    Arrivals::Poisson {
        per_ns: rate.per_second() / 1e9,
        shape: shape.map(Arc::new),
    }
}

/// Returns the deletes of old images, each for the matching repositories that its registry may ever hold.
pub(super) fn retention(
    loaded: &Loaded,
    registries: &[RegistryName],
    repositories: &Repositories,
    ranks: &Ranks<'_>,
) -> Vec<RetentionModel> {
    let model = |(name, retention): (&String, &crate::scenario::Retention)| {
        let registry = registry_id(registries, &retention.registry);
        let concerns = |repository: &RepositoryId| {
            let name = &repositories.names[repository.index()];
            let mut patterns = retention.repositories.iter();
            repositories.holders[repository.index()].contains(&registry)
                && patterns.any(|pattern| wildcard::matches(pattern, name.chars()))
        };
        let all = (0..repositories.names.len()).map(RepositoryId::new);
        RetentionModel {
            rank: ranks.of(name, Kind::Retention),
            registry,
            repositories: all.filter(concerns).collect(),
            plan: Retention {
                keep_last: retention.keep_last,
            },
        }
    };
    loaded.scenario.retention.iter().map(model).collect()
}
