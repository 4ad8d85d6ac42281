//! Single events and traces as operations in order of time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::registries::Registries;
use super::traced::{self, Put};
use super::workload::{Repositories, tag_rule};
use super::{Interned, Kind, NamedTags, Ranks};
use crate::ecr::{RepositoryId, TagId};
use crate::engine::Key;
use crate::scenario::{Action, Event, Loaded, RegistryName, TraceAction, TraceRow, TraceRows};
use crate::simulation::model::{Named, Operation, Place, Script, ScriptImage, Step};

/// Tags and digests that the scenario gives in full.
#[derive(Default)]
pub(super) struct Lists {
    pub tag_lists: Vec<Vec<String>>,
    pub texts: Interned,
    pub digests: Interned,
    /// Tags named outside streams, by repository.
    pub named: NamedTags,
    ids: Vec<Vec<TagId>>,
}

impl Lists {
    /// Returns the id of a list of tags of a push to `repository`.
    pub fn add(&mut self, repository: RepositoryId, tags: &[String]) -> u32 {
        let mut list: Vec<String> = Vec::new();
        for tag in tags {
            if !list.contains(tag) {
                list.push(tag.clone());
            }
        }
        self.ids
            .push(list.iter().map(|tag| self.texts.number(tag)).collect());
        self.named
            .entry(repository)
            .or_default()
            .extend(list.iter().cloned());
        self.tag_lists.push(list);
        (self.tag_lists.len() - 1) as u32
    }

    /// Returns the id of a list of no tags.
    pub fn add_none(&mut self) -> u32 {
        self.ids.push(Vec::new());
        self.tag_lists.push(Vec::new());
        (self.tag_lists.len() - 1) as u32
    }

    /// Adds the lists `1` to `count`, and returns the id of the first.
    pub fn add_numbers(&mut self, repository: RepositoryId, count: u64) -> u32 {
        let first = self.tag_lists.len() as u32;
        for number in 1..=count {
            self.add(repository, &[number.to_string()]);
        }
        first
    }

    fn tag(&mut self, repository: RepositoryId, tag: &str) -> TagId {
        self.named
            .entry(repository)
            .or_default()
            .insert(tag.to_owned());
        self.texts.number(tag)
    }

    pub fn common_tags(&self) -> Vec<Vec<TagId>> {
        self.ids.clone()
    }
}

/// Layers that stand for the content of digests that are pushed to several repositories.
#[derive(Default)]
struct Commons {
    /// Digests that are, by text.
    several: BTreeSet<String>,
    numbers: BTreeMap<String, u32>,
    bytes: Vec<u64>,
}

impl Commons {
    fn new(loaded: &Loaded) -> Self {
        let mut repositories: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for event in &loaded.scenario.events {
            if let Action::PutImage {
                repository,
                digest: Some(digest),
                ..
            } = &event.action
            {
                repositories.entry(digest).or_default().insert(repository);
            }
        }
        for trace in loaded.traces.values() {
            for row in trace
                .rows
                .iter()
                .filter(|row| row.action == TraceAction::PutImage)
            {
                if let (Some(digest), Some(repository)) = (row.digest, row.repository) {
                    let digest = &trace.digests[digest as usize];
                    repositories
                        .entry(digest)
                        .or_default()
                        .insert(&trace.repositories[repository as usize]);
                }
            }
        }
        let several = repositories.into_iter().filter(|(_, of)| of.len() > 1);
        Self {
            several: several.map(|(digest, _)| digest.to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Returns own bytes and content layer of an image: the first push of a digest says how large it is.
    fn split(&mut self, digest: Option<&str>, own_bytes: u64) -> (u64, Option<u32>) {
        let Some(digest) = digest.filter(|digest| self.several.contains(*digest)) else {
            return (own_bytes, None);
        };
        let next = self.bytes.len() as u32;
        let number = *self.numbers.entry(digest.to_owned()).or_insert(next);
        if number == next {
            self.bytes.push(own_bytes);
        }
        (0, Some(number))
    }
}

/// Returns the scripts, single events first, and the bytes of the layers that digests of several repositories share.
pub(super) fn scripts(
    loaded: &Loaded,
    registries: &Registries,
    repositories: &Repositories,
    ranks: &Ranks<'_>,
    lists: &mut Lists,
) -> (Vec<Script>, Vec<u64>) {
    let mut commons = Commons::new(loaded);
    let mut build = Build {
        loaded,
        registries,
        repositories,
        lists,
        commons: &mut commons,
        puts: traced::puts(loaded, registries),
    };
    let mut scripts = vec![build.events()];
    for (name, rows) in &loaded.traces {
        scripts.push(build.trace(name, rows, ranks.of(name, Kind::Trace)));
    }
    (scripts, commons.bytes)
}

struct Build<'a> {
    loaded: &'a Loaded,
    registries: &'a Registries,
    repositories: &'a Repositories,
    lists: &'a mut Lists,
    commons: &'a mut Commons,
    /// What rows of traces put.
    puts: Vec<Put>,
}

impl Build<'_> {
    /// Single events draw by their name, or by what they are, not by their place in the file: one more moves no other
    /// draw.
    fn events(&mut self) -> Script {
        let scenario = &self.loaded.scenario;
        let mut steps: Vec<Step> = Vec::new();
        let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
        for (index, event) in scenario.events.iter().enumerate() {
            let at = scenario
                .sim_time(event.at)
                .expect("an event lies within the run, which was checked");
            let key = identity(event);
            let again = seen.entry(key).or_default();
            let draw = Key::new(key, "event").numbered(*again).bits();
            *again += 1;
            let operation = self.event(index, &event.action);
            steps.push(Step {
                at,
                draw,
                operation,
            });
        }
        steps.sort_by_key(|step| step.at);
        Script {
            name: "events".to_owned(),
            rank: 0,
            steps,
            bases: Vec::new(),
        }
    }

    fn event(&mut self, index: usize, action: &Action) -> Operation {
        let loaded = self.loaded;
        match (action, action.registry(), action.repository()) {
            (_, Some(registry), Some(repository)) => {
                let place = self.place(registry, repository);
                self.event_in_repository(index, place, action)
            }
            (Action::PutReplicationConfiguration { .. }, Some(registry), _) => {
                let configuration = &loaded.documents.event_replication[&index];
                let rules = Arc::new(self.registries.rules(&loaded.scenario, configuration));
                Operation::PutReplicationConfiguration {
                    registry: self.registries.id(registry),
                    rules,
                }
            }
            (Action::PutRegistryPolicy { .. }, Some(registry), _) => {
                let policy = Arc::new(loaded.documents.event_policies[&index].clone());
                Operation::PutRegistryPolicy {
                    registry: self.registries.id(registry),
                    policy,
                }
            }
            (Action::PutAccountSetting { blob_mounting, .. }, Some(registry), _) => {
                let registry = self.registries.id(registry);
                Operation::PutAccountSetting {
                    registry,
                    blob_mounting: *blob_mounting,
                }
            }
            (
                Action::StartReplicationBackfill {
                    registry,
                    destination,
                },
                ..,
            ) => Operation::StartBackfill {
                registry: self.registries.id(registry),
                destination: self.registries.id(destination),
            },
            (
                Action::StopReplicationBackfill {
                    registry,
                    destination,
                },
                ..,
            ) => Operation::StopBackfill {
                registry: self.registries.id(registry),
                destination: destination.as_ref().map(|name| self.registries.id(name)),
            },
            (Action::EnableRegion { account, region }, ..) => {
                self.set_region(account, region, true)
            }
            (Action::DisableRegion { account, region }, ..) => {
                self.set_region(account, region, false)
            }
            (_, registry, _) => {
                let registry = registry.expect("what concerns no account concerns a registry");
                Operation::DeleteRegistryPolicy {
                    registry: self.registries.id(registry),
                }
            }
        }
    }

    fn event_in_repository(&mut self, index: usize, place: Place, action: &Action) -> Operation {
        match action {
            Action::PutLifecyclePolicy { .. } => {
                let policy = &self.loaded.documents.event_lifecycles[&index];
                Operation::PutLifecyclePolicy(place, Arc::new(policy.clone()))
            }
            Action::DeleteLifecyclePolicy { .. } => Operation::DeleteLifecyclePolicy(place),
            Action::PutImage {
                tags, size, digest, ..
            } => self.put_image(place, digest.as_deref(), tags, size.get(), None),
            Action::BatchDeleteImage { tag: Some(tag), .. } => self.delete_by_tag(place, tag),
            Action::BatchDeleteImage { digest, .. } => {
                self.delete_by_digest(place, digest.as_deref())
            }
            Action::UpdateImageStorageClass {
                tag,
                digest,
                storage_class,
                ..
            } => {
                let named = self.named(place, tag.as_deref(), digest.as_deref());
                Operation::UpdateStorageClass(place, named, *storage_class)
            }
            Action::CreateRepository {
                tag_mutability,
                exclusions,
                ..
            } => Operation::CreateRepository(place, Some(tag_rule(*tag_mutability, exclusions))),
            Action::PutImageTagMutability {
                tag_mutability,
                exclusions,
                ..
            } => Operation::PutImageTagMutability(place, tag_rule(*tag_mutability, exclusions)),
            _ => Operation::DeleteRepository(place),
        }
    }

    fn place(&self, registry: &RegistryName, repository: &str) -> Place {
        Place {
            registry: self.registries.id(registry),
            repository: self.repositories.id(repository),
        }
    }

    fn put_image(
        &mut self,
        place: Place,
        digest: Option<&str>,
        tags: &[String],
        own_bytes: u64,
        base: Option<u32>,
    ) -> Operation {
        let (own_bytes, common) = self.commons.split(digest, own_bytes);
        let tag_list = self.lists.add(place.repository, tags);
        let digest = digest.map(|digest| self.lists.digests.id(digest));
        Operation::PutImage(
            place,
            ScriptImage {
                digest,
                tag_list,
                own_bytes,
                base,
                common,
            },
        )
    }

    fn delete_by_tag(&mut self, place: Place, tag: &str) -> Operation {
        Operation::DeleteByTag(place, self.lists.tag(place.repository, tag))
    }

    fn delete_by_digest(&mut self, place: Place, digest: Option<&str>) -> Operation {
        let digest = digest.expect("a delete names a tag or a digest, which was checked");
        Operation::DeleteByDigest(place, self.lists.digests.id(digest))
    }

    fn named(&mut self, place: Place, tag: Option<&str>, digest: Option<&str>) -> Named {
        if let Some(tag) = tag {
            return Named::Tag(self.lists.tag(place.repository, tag));
        }
        let digest = digest.expect("a tag or a digest names the image, which was checked");
        Named::Digest(self.lists.digests.id(digest))
    }

    /// Returns the images that a row of a trace names: by tags, or by one digest.
    fn all_named(&mut self, place: Place, tags: &[String], digest: Option<&str>) -> Vec<Named> {
        match digest {
            Some(_) => vec![self.named(place, None, digest)],
            None => tags
                .iter()
                .map(|tag| self.named(place, Some(tag), None))
                .collect(),
        }
    }

    fn set_region(&self, account: &str, region: &str, enabled: bool) -> Operation {
        Operation::SetRegion {
            account: self.registries.account(&self.loaded.scenario, account),
            region: self.registries.region(region),
            enabled,
        }
    }

    fn trace(&mut self, name: &str, trace: &TraceRows, rank: u16) -> Script {
        let shared = self.loaded.scenario.traces[name].shared;
        let mut bases = Bases {
            shared,
            ..Bases::default()
        };
        let mut steps: Vec<Step> = Vec::new();
        for row in &trace.rows {
            let operations = self.row(trace, row, &mut bases);
            for operation in operations {
                steps.push(Step {
                    at: row.at,
                    draw: steps.len() as u64,
                    operation,
                });
            }
        }
        Script {
            name: name.to_owned(),
            rank,
            steps,
            bases: bases.bytes,
        }
    }

    /// Returns what a row does: a delete may name several tags.
    fn row(&mut self, trace: &TraceRows, row: &TraceRow, bases: &mut Bases) -> Vec<Operation> {
        let name = &trace.registries[row.registry as usize];
        let Some(repository) = row.repository else {
            return vec![match row.action {
                TraceAction::EnableRegion => self.set_region(&name.account, &name.region, true),
                TraceAction::DisableRegion => self.set_region(&name.account, &name.region, false),
                _ => traced::of_registry(self.registries, &self.puts, trace, row),
            }];
        };
        let place = self.place(name, &trace.repositories[repository as usize]);
        let digest = row.digest.map(|id| trace.digests[id as usize].as_str());
        let tags = &trace.tag_lists[row.tags as usize];
        match row.action {
            TraceAction::PutImage => {
                let (own_bytes, base) = bases.split(place.repository, row.bytes.get());
                vec![self.put_image(place, digest, tags, own_bytes, base)]
            }
            TraceAction::BatchDeleteImage if !tags.is_empty() => tags
                .iter()
                .map(|tag| self.delete_by_tag(place, tag))
                .collect(),
            TraceAction::BatchDeleteImage => vec![self.delete_by_digest(place, digest)],
            TraceAction::UpdateImageStorageClass => {
                let class = row.value.storage_class();
                let class = class.expect("where it puts an image was checked");
                let named = self.all_named(place, tags, digest).into_iter();
                let update = |named| Operation::UpdateStorageClass(place, named, class);
                named.map(update).collect()
            }
            _ => vec![traced::of_repository(&self.puts, trace, row, place)],
        }
    }
}

/// Returns what an event is known by: its name, or else what it does to what.
fn identity(event: &Event) -> u64 {
    if let Some(name) = &event.name {
        return Key::new(0, "event-name").named(name).bits();
    }
    let action = &event.action;
    let tags = match action {
        Action::PutImage { tags, .. } => tags.join(" "),
        _ => String::new(),
    };
    let registry = action
        .registry()
        .map_or_else(String::new, ToString::to_string);
    let repository = action.repository().unwrap_or_default();
    Key::new(0, "event")
        .named(action.name())
        .named(&registry)
        .named(repository)
        .named(&tags)
        .bits()
}

/// Base layers of a trace: one per repository, of the shared part of its first image.
#[derive(Default)]
struct Bases {
    shared: f64,
    numbers: BTreeMap<RepositoryId, u32>,
    bytes: Vec<u64>,
}

impl Bases {
    /// Returns own bytes and base of an image. Recorded bytes are the whole image: one that is smaller than its
    /// repository's base is not built on it.
    fn split(&mut self, repository: RepositoryId, bytes: u64) -> (u64, Option<u32>) {
        if self.shared <= 0.0 {
            return (bytes, None);
        }
        let next = self.bytes.len() as u32;
        let number = *self.numbers.entry(repository).or_insert(next);
        if number == next {
            self.bytes
                .push(libm::floor(bytes as f64 * self.shared) as u64);
        }
        let base = self.bytes[number as usize];
        if bytes < base {
            (bytes, None)
        } else {
            (bytes - base, Some(number))
        }
    }
}
