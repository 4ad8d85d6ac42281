//! From a checked scenario to a [`Model`]: every name becomes a dense id, every default a value, once and for all.

mod backfills;
mod deployments;
mod groups;
mod laws;
mod lifecycles;
mod pulls;
mod registries;
mod scripts;
mod templates;
mod traced;
mod workload;

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Assumptions, Failures, Model, Outage, Spell, Stream, Window};
use super::names::Names;
use super::slots::SlotTable;
use super::tags::{TagBook, TaggedStream};
use crate::aws::wildcard;
use crate::ecr::{Quotas, RegistryId, RepositoryId, TagId};
use crate::scenario::{Loaded, RegistryName, Route, Scenario, TagOrder};
use registries::Registries;
use scripts::Lists;
use workload::Repositories;

impl Model {
    /// Returns the model of a loaded scenario.
    pub fn new(loaded: &Loaded) -> Self {
        let scenario = &loaded.scenario;
        let registries = Registries::new(loaded);
        let repositories = Repositories::new(loaded, &registries);
        let ranks = Ranks::new(loaded);
        let mut lists = Lists::default();
        let provided = workload::provided(loaded, &registries, &repositories, &mut lists);
        let mut streams = workload::streams(loaded, &registries, &repositories, &ranks);
        groups::add_groups(scenario, &mut streams, &mut lists);
        let (scripts, commons) =
            scripts::scripts(loaded, &registries, &repositories, &ranks, &mut lists);
        let stored_tag_lists = backfills::tag_lists(&scripts, &mut lists);
        let templates = workload::templates_of_all(scenario);
        let creation = templates::templates(loaded, &registries, &repositories);
        let policies = lifecycles::Policies::new(loaded, &registries, &repositories, &creation);
        let tags = tag_book(&streams, &templates, &policies.reading(), &mut lists);
        let (lanes, links, link_names) = registries.lanes_and_links(scenario);
        let names = Names {
            registries: registries.names.iter().map(ToString::to_string).collect(),
            lanes: lanes
                .iter()
                .map(|lane| (lane.source.0, lane.destination.0))
                .collect(),
            links: link_names
                .iter()
                .map(|(from, to)| format!("{from} -> {to}"))
                .collect(),
            repositories: repositories.names.clone(),
            digests: lists.digests.texts(),
            templates,
            tag_lists: lists.tag_lists,
        };
        Self {
            start: scenario.start.0,
            end: scenario.end(),
            window: Window {
                from: scenario.measured_from(),
                pushes_until: scenario.measured_until(),
            },
            names,
            accounts: registries.accounts(scenario),
            registries: registries.models(loaded),
            pulls: pulls::pulls(loaded, &registries, &streams, &tags, &ranks),
            retention: workload::retention(loaded, &registries.names, &repositories, &ranks),
            regions: registries.regions,
            lanes,
            slots: SlotTable::new(registries.names.len(), &repositories.holders),
            holders: repositories.holders,
            provided,
            deployments: deployments::deployments(loaded, &registries.names, &ranks),
            streams,
            commons,
            outages: outages(loaded, &link_names),
            spells: spells(scenario, &link_names),
            links,
            tags,
            tag_texts: lists.texts.texts(),
            assumptions: assumptions(scenario),
            failures: failures(scenario),
            quotas: quotas(scenario),
            replicates_deletes: registries::replicates_deletes(loaded),
            backfills: backfills::backfilling(scenario, &scripts),
            stored_tag_lists,
            archives: loaded.may_archive(),
            scripts,
            lifecycles: policies.model(scenario),
            templates: creation,
        }
    }
}

fn tag_book(
    streams: &[Stream],
    templates: &[Vec<String>],
    read: &BTreeSet<RepositoryId>,
    lists: &mut Lists,
) -> TagBook {
    let tagged = templates.iter().zip(streams);
    let tagged: Vec<TaggedStream<'_>> = tagged
        .map(|(templates, stream)| TaggedStream {
            templates,
            repositories: &stream.repositories,
            are_read: stream.repositories.iter().any(|id| read.contains(id)),
        })
        .collect();
    let mut tags = TagBook::new(&tagged, &lists.named, |text| lists.texts.number(text));
    tags.listed = lists.common_tags();
    tags
}

fn assumptions(scenario: &Scenario) -> Assumptions {
    let assumed = &scenario.assumptions;
    Assumptions {
        in_flight_completes: assumed.in_flight_completes,
        tags_move_forward: assumed.tag_order == TagOrder::Push,
        deny_stops_own_account: assumed.deny_stops_own_account,
        mounted_billed_once: assumed.mounted_layers_billed_once,
    }
}

fn failures(scenario: &Scenario) -> Failures {
    let crate::scenario::Failures {
        probability,
        retries,
        backoff,
    } = scenario.failures;
    Failures {
        probability,
        retries,
        backoff,
    }
}

fn quotas(scenario: &Scenario) -> Quotas {
    let limits = scenario.profile.limits();
    Quotas {
        images_per_repository: limits.images_per_repository.max,
        repositories_per_registry: limits.repositories_per_registry.max,
        tags_per_image: limits.tags_per_image.max,
    }
}

/// The order of generators at one instant: single events first, then by name, then by kind.
struct Ranks<'a>(Vec<(&'a str, Kind)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Pushes,
    Retention,
    Trace,
    Deployments,
    Pulls,
}

impl<'a> Ranks<'a> {
    fn new(loaded: &'a Loaded) -> Self {
        let scenario = &loaded.scenario;
        let pushes = scenario
            .pushes
            .keys()
            .map(|name| (name.as_str(), Kind::Pushes));
        let retention = scenario
            .retention
            .keys()
            .map(|name| (name.as_str(), Kind::Retention));
        let traces = scenario
            .traces
            .keys()
            .map(|name| (name.as_str(), Kind::Trace));
        let deployments = scenario
            .deployments
            .keys()
            .map(|name| (name.as_str(), Kind::Deployments));
        let pulls = scenario
            .pulls
            .keys()
            .map(|name| (name.as_str(), Kind::Pulls));
        let mut all: Vec<_> = pushes
            .chain(retention)
            .chain(traces)
            .chain(deployments)
            .chain(pulls)
            .collect();
        all.sort_unstable();
        Self(all)
    }

    fn of(&self, name: &str, kind: Kind) -> u16 {
        let place = self
            .0
            .binary_search(&(name, kind))
            .expect("every generator has a rank");
        u16::try_from(place + 1).expect("a scenario has fewer than 16,384 generators")
    }
}

/// Numbers texts in the order in which they are first met.
#[derive(Clone, Debug, Default)]
struct Interned {
    ids: BTreeMap<String, u32>,
}

impl Interned {
    fn id(&mut self, text: &str) -> u32 {
        let next = self.ids.len() as u32;
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        self.ids.insert(text.to_owned(), next);
        next
    }

    fn number(&mut self, text: &str) -> TagId {
        TagId(self.id(text))
    }

    fn texts(&self) -> Vec<String> {
        let mut texts = vec![String::new(); self.ids.len()];
        self.ids
            .iter()
            .for_each(|(text, &id)| texts[id as usize].clone_from(text));
        texts
    }
}

fn outages(loaded: &Loaded, links: &[(String, String)]) -> Vec<Outage> {
    let scenario = &loaded.scenario;
    let outage = |outage: &crate::scenario::Outage| {
        let at = scenario
            .sim_time(outage.at)
            .expect("an outage begins within the run, which was checked");
        Outage {
            name: outage.name.clone().unwrap_or_default(),
            pattern: outage.link.to_string(),
            at,
            until: at + outage.lasts,
            capacity: outage.capacity,
            links: concerned(&outage.link, links),
        }
    };
    let mut outages: Vec<Outage> = scenario.outages.iter().map(outage).collect();
    // Numbered by what they do, so that their order in the file reaches nothing.
    outages.sort_by(|one, other| {
        let key = |of: &Outage| (of.at, of.until, of.links.clone());
        let capacity = || one.capacity.total_cmp(&other.capacity);
        let names = || (&one.name, &one.pattern).cmp(&(&other.name, &other.pattern));
        key(one)
            .cmp(&key(other))
            .then_with(capacity)
            .then_with(names)
    });
    outages
}

/// Returns the scenario's spells on these links, in order of name.
fn spells(scenario: &Scenario, links: &[(String, String)]) -> Vec<Spell> {
    let spell = |(name, spell): (&String, &crate::scenario::Spell)| Spell {
        name: name.clone(),
        pattern: spell.link.to_string(),
        every: laws::compile(&spell.every),
        lasts: laws::compile(&spell.lasts),
        capacity: spell.capacity,
        links: concerned(&spell.link, links),
    };
    scenario.spells.iter().map(spell).collect()
}

/// Returns the spells of a scenario by themselves, as a chart needs them.
pub fn spells_of(scenario: &Scenario) -> Vec<Spell> {
    spells(scenario, &[])
}

/// Returns the places of the links that a pattern means.
fn concerned(pattern: &Route, links: &[(String, String)]) -> Vec<usize> {
    let concerned = links.iter().enumerate().filter(|(_, (from, to))| {
        wildcard::matches(&pattern.source, from.chars())
            && wildcard::matches(&pattern.destination, to.chars())
    });
    concerned.map(|(place, _)| place).collect()
}

/// Returns the id of a registry that takes part.
fn registry_id(names: &[RegistryName], name: &RegistryName) -> RegistryId {
    RegistryId::new(
        names
            .binary_search(name)
            .expect("every registry that is named takes part"),
    )
}

/// Returns the id of a repository that is named.
fn repository_id(names: &[String], name: &str) -> RepositoryId {
    let place = names.binary_search_by(|known| known.as_str().cmp(name));
    RepositoryId::new(place.expect("every repository that is named is known"))
}

type NamedTags = BTreeMap<RepositoryId, BTreeSet<String>>;
