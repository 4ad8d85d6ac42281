//! AWS's own documents that the scenario names, and the short forms made into the same.

pub(super) mod traces;

use std::collections::BTreeMap;

use self::traces::TraceDocument;
use super::{Context, lifecycle, policy, replication};
use crate::aws::policy::{Principal, RegistryPolicy};
use crate::aws::replication::ReplicationConfiguration;
use crate::aws::{LifecyclePolicy, Problem, Read, Registry as AwsRegistry, Severity};
use crate::scenario::diagnostic::{Diagnostic, FileId, Place};
use crate::scenario::document::Path;
use crate::scenario::names::{AccountId, RegistryName};
use crate::scenario::types::{Account, Action, Scenario};

/// Every replication configuration and registry policy of a scenario, in AWS's shape.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// Configuration at the start, by source registry; a registry without rules is not here.
    pub replication: BTreeMap<RegistryName, ReplicationConfiguration>,
    /// Policy at the start, by registry; a registry without a policy is not here.
    pub policies: BTreeMap<RegistryName, RegistryPolicy>,
    /// What `PutReplicationConfiguration` puts, by the event's place in the list.
    pub event_replication: BTreeMap<usize, ReplicationConfiguration>,
    /// What `PutRegistryPolicy` puts, by the event's place in the list.
    pub event_policies: BTreeMap<usize, RegistryPolicy>,
    /// Lifecycle policies at the start, by registry and repository.
    pub lifecycles: BTreeMap<(RegistryName, String), LifecyclePolicy>,
    /// What `PutLifecyclePolicy` puts, by the event's place in the list.
    pub event_lifecycles: BTreeMap<usize, LifecyclePolicy>,
    /// Those of creation templates, by registry and template.
    pub template_lifecycles: BTreeMap<(RegistryName, String), LifecyclePolicy>,
    /// What rows of traces put, by [`crate::scenario::TraceValue::Document`].
    pub of_traces: Vec<TraceDocument>,
}

/// Who has a configuration or a policy: a registry from the start, or an event that puts it there.
pub(super) struct Owner {
    pub(super) path: Path,
    pub(super) registry: RegistryName,
    pub(super) event: Option<usize>,
}

impl Documents {
    /// Returns every configuration that a registry has at some time, with its registry.
    pub(super) fn all_replication<'a>(
        &'a self,
        scenario: &'a Scenario,
    ) -> Vec<(Owner, &'a ReplicationConfiguration)> {
        owners(scenario)
            .into_iter()
            .filter_map(|owner| {
                let found = match owner.event {
                    Some(event) => self.event_replication.get(&event),
                    None => self.replication.get(&owner.registry),
                };
                found.map(|found| (owner, found))
            })
            .chain(traces::replication(self))
            .collect()
    }

    /// Returns every policy that a registry has at some time.
    pub(super) fn policies_of<'a>(
        &'a self,
        scenario: &'a Scenario,
        registry: &RegistryName,
    ) -> Vec<&'a RegistryPolicy> {
        owners(scenario)
            .into_iter()
            .filter(|owner| owner.registry == *registry)
            .filter_map(|owner| match owner.event {
                Some(event) => self.event_policies.get(&event),
                None => self.policies.get(registry),
            })
            .chain(traces::policies(self, registry))
            .collect()
    }
}

/// Reads everything, and adds the accounts that only documents mention to the scenario, under their ids.
pub(super) fn read(cx: &mut Context<'_>, scenario: &mut Scenario) -> Documents {
    let mut documents = Documents::default();
    for owner in owners(scenario) {
        let configuration = replication::from_file(cx, scenario, &owner);
        put(
            &owner,
            configuration,
            &mut documents.replication,
            &mut documents.event_replication,
        );
        let policy = policy::from_file(cx, scenario, &owner);
        put(
            &owner,
            policy,
            &mut documents.policies,
            &mut documents.event_policies,
        );
    }
    add_mentioned(scenario, &documents);
    for owner in owners(scenario) {
        let configuration = replication::from_rules(cx, scenario, &owner);
        put(
            &owner,
            configuration,
            &mut documents.replication,
            &mut documents.event_replication,
        );
        let policy = policy::from_permissions(cx, scenario, &owner);
        put(
            &owner,
            policy,
            &mut documents.policies,
            &mut documents.event_policies,
        );
    }
    lifecycle::read(cx, scenario, &mut documents);
    documents
}

fn put<D>(
    owner: &Owner,
    document: Option<D>,
    of_registries: &mut BTreeMap<RegistryName, D>,
    of_events: &mut BTreeMap<usize, D>,
) {
    let Some(document) = document else {
        return;
    };
    match owner.event {
        Some(event) => drop(of_events.insert(event, document)),
        None => drop(of_registries.insert(owner.registry.clone(), document)),
    }
}

/// Returns all that may have a configuration or a policy.
fn owners(scenario: &Scenario) -> Vec<Owner> {
    let registries = scenario.registries.keys().map(|registry| Owner {
        path: Path::root().to("registries").to(registry),
        registry: registry.clone(),
        event: None,
    });
    let events = scenario.events.iter().enumerate();
    let events = events.filter_map(|(index, event)| match &event.action {
        Action::PutReplicationConfiguration { registry, .. }
        | Action::PutRegistryPolicy { registry, .. } => Some(Owner {
            path: Path::root().to("events").to(index),
            registry: registry.clone(),
            event: Some(index),
        }),
        _ => None,
    });
    registries.chain(events).collect()
}

/// Reads the document that the key at `path` names.
pub(super) fn document<D>(
    cx: &mut Context<'_>,
    path: &Path,
    written: &str,
    lint: &'static str,
    read: impl FnOnce(&str) -> Read<D>,
) -> Option<(FileId, D)> {
    let file = cx.file(path, written)?;
    content(cx, file, lint, read).map(|value| (file, value))
}

/// Reads a document, and tells what is wrong in it.
fn content<D>(
    cx: &mut Context<'_>,
    file: FileId,
    lint: &'static str,
    read: impl FnOnce(&str) -> Read<D>,
) -> Option<D> {
    let text = cx.reader.files.text(file).clone();
    let Read { value, problems } = read(&text);
    for problem in problems {
        cx.tell(told(file, problem, lint));
    }
    value
}

fn told(file: FileId, problem: Problem, lint: &'static str) -> Diagnostic {
    let place = Place {
        file,
        span: problem.span,
    };
    let diagnostic = match problem.severity {
        Severity::Error => Diagnostic::error(place, problem.message),
        Severity::Warning => Diagnostic::warning(lint, place, problem.message),
    };
    diagnostic.help(problem.help.unwrap_or_default())
}

/// Returns the registry as AWS names it, if its account is known.
pub(super) fn aws_registry(scenario: &Scenario, name: &RegistryName) -> Option<AwsRegistry> {
    let id = account_id(scenario, &name.account)?;
    Some(AwsRegistry::new(id, name.region.as_str()))
}

/// Returns the id of an alias; an account that a document mentions may go by its id.
pub(super) fn account_id(scenario: &Scenario, alias: &str) -> Option<String> {
    match scenario.accounts.get(alias) {
        Some(account) => Some(account.id.to_string()),
        None => alias.parse::<AccountId>().ok().map(|id| id.to_string()),
    }
}

/// Adds the accounts that only documents mention, under their ids.
pub(super) fn add_mentioned(scenario: &mut Scenario, documents: &Documents) {
    for id in mentioned(documents) {
        let known = scenario.accounts.values().any(|account| account.id == id);
        if !known {
            let account = Account {
                id: id.clone(),
                opted_in: Vec::new(),
            };
            scenario.accounts.insert(id.to_string(), account);
        }
    }
}

fn mentioned(documents: &Documents) -> Vec<AccountId> {
    let configurations = documents
        .replication
        .values()
        .chain(documents.event_replication.values())
        .chain(traces::replication(documents).map(|(_, put)| put));
    let destinations = configurations
        .flat_map(|configuration| &configuration.rules)
        .flat_map(|rule| &rule.destinations)
        .map(|destination| destination.registry_id.as_str());
    let policies = documents
        .policies
        .values()
        .chain(documents.event_policies.values())
        .chain(traces::all_policies(documents).map(|(_, put)| put));
    let principals = policies
        .flat_map(|policy| &policy.statements)
        .flat_map(|statement| &statement.principals.items)
        .filter_map(|principal| match principal {
            Principal::Account { id, .. } => Some(id.as_str()),
            _ => None,
        });
    destinations
        .chain(principals)
        .filter_map(|id| id.parse().ok())
        .collect()
}
