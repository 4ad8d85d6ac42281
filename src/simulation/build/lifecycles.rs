//! Lifecycle policies with their places.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::registries::Registries;
use super::workload::Repositories;
use crate::aws::LifecyclePolicy;
use crate::ecr::{RepositoryId, Template};
use crate::scenario::{Loaded, PutDocument, RegistryName, ReplicaPushTime, Scenario, TraceValue};
use crate::simulation::model::{LifecycleModel, Place};

/// Every policy that a repository has at some time.
pub(super) struct Policies {
    from_start: Vec<(Place, Arc<LifecyclePolicy>)>,
    later: Vec<(Place, Arc<LifecyclePolicy>)>,
}

impl Policies {
    pub fn new(
        loaded: &Loaded,
        registries: &Registries,
        repositories: &Repositories,
        templates: &[(Place, Template)],
    ) -> Self {
        let place = |registry: &RegistryName, repository: &str| Place {
            registry: registries.id(registry),
            repository: repositories.id(repository),
        };
        let documents = &loaded.documents;
        let from_start = documents
            .lifecycles
            .iter()
            .map(|((registry, name), policy)| (place(registry, name), Arc::new(policy.clone())));
        let later = documents.event_lifecycles.iter().map(|(&index, policy)| {
            let action = &loaded.scenario.events[index].action;
            let of = action.registry().zip(action.repository());
            let (registry, name) = of.expect("a lifecycle policy is put into a repository");
            (place(registry, name), Arc::new(policy.clone()))
        });
        let put = traced(loaded)
            .map(|(registry, name, policy)| (place(registry, name), Arc::new(policy.clone())));
        let created = templates
            .iter()
            .filter_map(|(place, template)| Some((*place, template.lifecycle.clone()?)));
        Self {
            from_start: from_start.collect(),
            later: later.chain(put).chain(created).collect(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &(Place, Arc<LifecyclePolicy>)> {
        self.from_start.iter().chain(&self.later)
    }

    /// Returns the repositories where a policy reads tags.
    pub fn reading(&self) -> BTreeSet<RepositoryId> {
        let reading = self.all().filter(|(_, policy)| policy.reads_tags());
        reading.map(|(place, _)| place.repository).collect()
    }

    pub fn model(self, scenario: &Scenario) -> LifecycleModel {
        let counts_arrival = scenario.assumptions.replica_push_time == ReplicaPushTime::Arrival;
        let watched = self.all().filter(|_| counts_arrival);
        let watched = watched.map(|(place, _)| *place).collect();
        LifecycleModel {
            watched,
            are_used: !(self.from_start.is_empty() && self.later.is_empty()),
            from_start: self.from_start,
        }
    }
}

/// Returns every lifecycle policy that a row of a trace puts into a repository.
fn traced(loaded: &Loaded) -> impl Iterator<Item = (&RegistryName, &str, &LifecyclePolicy)> {
    loaded.traces.values().flat_map(|trace| {
        trace.rows.iter().filter_map(|row| {
            let TraceValue::Document(number) = row.value else {
                return None;
            };
            let put = &loaded.documents.of_traces[number as usize];
            let name = trace.repositories[row.repository? as usize].as_str();
            match &put.document {
                PutDocument::Lifecycle(policy) => Some((&put.registry, name, policy)),
                _ => None,
            }
        })
    })
}
