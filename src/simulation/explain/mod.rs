//! Without simulating: which rule sends a repository's pushes where, and whether they may arrive, as things stand at the
//! start of the run.
//!
//! The answers come from the very code that a run asks: rule sets, admission, tag mutability.

mod obstacle;
mod tags;

use std::collections::{BTreeMap, BTreeSet};

pub use obstacle::Obstacle;

use super::model::{Model, Operation, Place, Provided, Script};
use super::permissions::Permissions;
use crate::ecr::mutability::TagRule;
use crate::ecr::rules::Target;
use crate::ecr::{Reason, RegistryId, RepositoryId};
use crate::scenario::{RegistryName, Scenario};
use crate::units::SimTime;

/// What becomes of pushes, for every registry that has replication rules or is pushed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// By source registry, in order of names.
    pub sources: Vec<Source>,
    /// Operations of the scenario after which some answer may be another, in order of time.
    pub changes: Vec<Change>,
}

/// What becomes of pushes to one registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The registry, `account/region`.
    pub registry: String,
    /// Its repositories, those with the same answers together.
    pub groups: Vec<Group>,
}

/// Repositories with the same answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Their names, in order.
    pub repositories: Vec<String>,
    /// One answer per destination; none if no rule matches.
    pub answers: Vec<Answer>,
}

/// What becomes of a repository's pushes at one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The registry, `account/region`.
    pub destination: String,
    /// The rules that send it there: by name, or those of an AWS document by number from 1.
    pub rules: Vec<String>,
    /// Whether deletes are replicated too.
    pub delete_replication: bool,
    /// How it arrives, or why it does not.
    pub verdict: Verdict,
}

/// Whether a copy may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It arrives.
    Arrives {
        /// The repository is missing there, and is created with the first arrival (B60).
        creates_repository: bool,
        /// Tags that stay on the first image that brings them, because they are immutable there (B64).
        immutable_tags: Vec<String>,
    },
    /// It is FAILED with this reason.
    Fails {
        /// As in `failures.csv`.
        reason: Reason,
        /// What is in its way.
        obstacles: Vec<Obstacle>,
    },
}

/// An operation that changes rules, permissions or repositories during the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: SimTime,
    /// ECR's name of it.
    pub action: &'static str,
    /// The registry, or for `EnableRegion` and `DisableRegion` the account and Region.
    pub place: String,
}

/// A repository that the scenario does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRepository {
    /// Names that it could have been, in order.
    pub known: Vec<String>,
}

/// Explains every repository that is pushed to or exists in a source registry, or the one named `only`.
///
/// # Errors
/// If no source registry has a repository named `only`.
pub fn explain(
    scenario: &Scenario,
    model: &Model,
    only: Option<&str>,
) -> Result<Explanation, UnknownRepository> {
    let mut explainer = Explainer::new(scenario, model);
    let mut sources = sources(model);
    if let Some(only) = only {
        let all = sources.values().flatten().map(|id| explainer.name(*id));
        let known: BTreeSet<String> = all.map(str::to_owned).collect();
        if !known.contains(only) {
            let known = known.into_iter().collect();
            return Err(UnknownRepository { known });
        }
        for repositories in sources.values_mut() {
            repositories.retain(|id| explainer.name(*id) == only);
        }
        sources.retain(|_, repositories| !repositories.is_empty());
    }
    let explained = sources
        .iter()
        .map(|(&registry, repositories)| explainer.source(registry, repositories));
    let mut explained: Vec<Source> = explained.collect();
    explained.sort_by(|one, other| one.registry.cmp(&other.registry));
    Ok(Explanation {
        sources: explained,
        changes: changes(model),
    })
}

/// Returns the repositories of each registry that has rules or is pushed to.
fn sources(model: &Model) -> BTreeMap<RegistryId, BTreeSet<RepositoryId>> {
    let mut sources: BTreeMap<RegistryId, BTreeSet<RepositoryId>> = BTreeMap::new();
    for stream in &model.streams {
        let repositories = sources.entry(stream.registry).or_default();
        repositories.extend(&stream.repositories);
    }
    for step in model.scripts.iter().flat_map(|script| &script.steps) {
        if let Operation::PutImage(place, _) = step.operation {
            sources
                .entry(place.registry)
                .or_default()
                .insert(place.repository);
        }
    }
    for (place, registry) in model.registries.iter().enumerate() {
        if registry.rules.destinations().next().is_some() {
            sources.entry(RegistryId::new(place)).or_default();
        }
    }
    for provided in &model.provided {
        if let Some(repositories) = sources.get_mut(&provided.registry) {
            repositories.insert(provided.repository);
        }
    }
    sources
}

/// Finds the operations that change an answer.
fn changes(model: &Model) -> Vec<Change> {
    let of_script = |script: &'_ Script| -> Vec<Change> {
        let steps = script.steps.iter();
        let relevant = steps.filter(|step| changes_answers(&step.operation));
        let told = relevant.map(|step| Change {
            at: step.at,
            action: step.operation.name(),
            place: place(model, &step.operation),
        });
        told.collect()
    };
    let mut changes: Vec<Change> = model.scripts.iter().flat_map(of_script).collect();
    changes.sort_by_key(|change| change.at);
    changes
}

fn changes_answers(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::CreateRepository { .. }
            | Operation::DeleteRepository { .. }
            | Operation::PutImageTagMutability { .. }
            | Operation::PutReplicationConfiguration { .. }
            | Operation::PutRegistryPolicy { .. }
            | Operation::DeleteRegistryPolicy { .. }
            | Operation::SetRegion { .. }
    )
}

fn place(model: &Model, operation: &Operation) -> String {
    if let Operation::SetRegion {
        account, region, ..
    } = *operation
    {
        let (account, region) = (&model.accounts[account], &model.regions[region]);
        return format!("{}/{region}", account.alias);
    }
    let (registry, repository) = operation.place();
    let registry = &model.names.registries[registry.index()];
    match repository {
        Some(repository) => {
            let repository = &model.names.repositories[repository.index()];
            format!("{registry} {repository}")
        }
        None => registry.clone(),
    }
}

/// What is asked again and again.
struct Explainer<'m> {
    scenario: &'m Scenario,
    model: &'m Model,
    permissions: Permissions,
    /// Repositories that exist at the start, with their tag mutability if the scenario gives it.
    existing: BTreeMap<(RegistryId, RepositoryId), Option<&'m TagRule>>,
    shared_tags: tags::SharedTags,
}

impl<'m> Explainer<'m> {
    fn new(scenario: &'m Scenario, model: &'m Model) -> Self {
        let existing = |it: &'m Provided| ((it.registry, it.repository), it.mutability.as_ref());
        Self {
            scenario,
            model,
            permissions: Permissions::new(model),
            existing: model.provided.iter().map(existing).collect(),
            shared_tags: tags::SharedTags::new(model),
        }
    }

    fn name(&self, repository: RepositoryId) -> &'m str {
        &self.model.names.repositories[repository.index()]
    }

    fn source(&mut self, registry: RegistryId, repositories: &BTreeSet<RepositoryId>) -> Source {
        let mut groups: Vec<Group> = Vec::new();
        let mut named: Vec<_> = repositories.iter().map(|&id| (self.name(id), id)).collect();
        named.sort_unstable();
        for (name, id) in named {
            let answers = self.answers(registry, id);
            match groups.iter_mut().find(|group| group.answers == answers) {
                Some(group) => group.repositories.push(name.to_owned()),
                None => groups.push(Group {
                    repositories: vec![name.to_owned()],
                    answers,
                }),
            }
        }
        Source {
            registry: self.model.names.registries[registry.index()].clone(),
            groups,
        }
    }

    /// Rules of the scenario stand in the order of their names.
    fn rule_names(&self, registry: RegistryId, places: &[usize]) -> Vec<String> {
        let registry = self.model.names.registries[registry.index()].parse::<RegistryName>();
        let registry = registry
            .ok()
            .and_then(|name| self.scenario.registries.get(&name));
        let names: Vec<&String> = registry.iter().flat_map(|it| it.rules.keys()).collect();
        let name = |&place: &usize| match names.get(place) {
            Some(name) => (*name).clone(),
            None => (place + 1).to_string(),
        };
        places.iter().map(name).collect()
    }

    fn answers(&mut self, registry: RegistryId, repository: RepositoryId) -> Vec<Answer> {
        let rules = &self.model.registries[registry.index()].rules;
        let targets = rules.targets(self.name(repository));
        let answer = |target: Target<RegistryId>| Answer {
            destination: self.model.names.registries[target.destination.index()].clone(),
            verdict: self.verdict(registry, target.destination, repository),
            rules: self.rule_names(registry, &target.rules),
            delete_replication: target.delete_replication,
        };
        targets.into_iter().map(answer).collect()
    }

    fn verdict(
        &mut self,
        source: RegistryId,
        destination: RegistryId,
        repository: RepositoryId,
    ) -> Verdict {
        let model = self.model;
        let there = self.existing.get(&(destination, repository)).copied();
        let lane = model.lane(source, destination) as u32;
        let admitted = self
            .permissions
            .admit(model, lane, repository, there.is_some());
        let place = Place {
            registry: destination,
            repository,
        };
        let template = model.template(place).filter(|_| there.is_none());
        match admitted {
            Ok(()) if template.is_some_and(|template| template.lacks_role) => Verdict::Fails {
                reason: Reason::TemplateRoleMissing,
                obstacles: vec![Obstacle::TemplateRole {
                    registry: model.names.registries[destination.index()].clone(),
                }],
            },
            Ok(()) => Verdict::Arrives {
                creates_repository: there.is_none(),
                immutable_tags: there
                    .flatten()
                    .or(template.map(|template| &template.mutability))
                    .map_or(Vec::new(), |rule| {
                        self.shared_tags.immutable(source, repository, rule)
                    }),
            },
            Err(reason) => Verdict::Fails {
                reason,
                obstacles: obstacle::find(model, source, destination, repository, reason),
            },
        }
    }
}
