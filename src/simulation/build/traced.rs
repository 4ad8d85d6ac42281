//! Rows of traces that are neither pushes nor deletes of images, as operations.

use std::sync::Arc;

use super::registries::Registries;
use super::workload::tag_rule;
use crate::aws::LifecyclePolicy;
use crate::aws::policy::RegistryPolicy;
use crate::ecr::RegistryId;
use crate::ecr::mutability::TagRule;
use crate::ecr::rules::RuleSet;
use crate::scenario::{Loaded, PutDocument, TraceAction, TraceRow, TraceRows, TraceValue};
use crate::simulation::model::{Operation, Place};

/// A document of traces, made once: many rows may put it.
pub(super) enum Put {
    Rules(Arc<RuleSet<RegistryId>>),
    Policy(Arc<RegistryPolicy>),
    Lifecycle(Arc<LifecyclePolicy>),
}

/// Returns the documents of all traces, in their order.
pub(super) fn puts(loaded: &Loaded, registries: &Registries) -> Vec<Put> {
    let of_traces = loaded.documents.of_traces.iter();
    let put = |put: &crate::scenario::TraceDocument| match &put.document {
        PutDocument::Replication(configuration) => {
            Put::Rules(Arc::new(registries.rules(&loaded.scenario, configuration)))
        }
        PutDocument::Policy(policy) => Put::Policy(Arc::new(policy.clone())),
        PutDocument::Lifecycle(policy) => Put::Lifecycle(Arc::new(policy.clone())),
    };
    of_traces.map(put).collect()
}

/// Returns what a row does to a registry.
pub(super) fn of_registry(
    registries: &Registries,
    puts: &[Put],
    trace: &TraceRows,
    row: &TraceRow,
) -> Operation {
    let id = |place: u32| registries.id(&trace.registries[place as usize]);
    let registry = id(row.registry);
    match (row.action, row.value) {
        (TraceAction::StartReplicationBackfill, TraceValue::Destination(to)) => {
            Operation::StartBackfill {
                registry,
                destination: id(to),
            }
        }
        (TraceAction::StopReplicationBackfill, value) => Operation::StopBackfill {
            registry,
            destination: value.destination().map(id),
        },
        (TraceAction::PutAccountSetting, TraceValue::On(blob_mounting)) => {
            Operation::PutAccountSetting {
                registry,
                blob_mounting,
            }
        }
        (_, TraceValue::Document(number)) => match &puts[number as usize] {
            Put::Rules(rules) => Operation::PutReplicationConfiguration {
                registry,
                rules: rules.clone(),
            },
            Put::Policy(policy) => Operation::PutRegistryPolicy {
                registry,
                policy: policy.clone(),
            },
            Put::Lifecycle(_) => panic!("a lifecycle policy is put into a repository"),
        },
        _ => Operation::DeleteRegistryPolicy { registry },
    }
}

/// Returns what a row does to a repository, not to images in it.
pub(super) fn of_repository(
    puts: &[Put],
    trace: &TraceRows,
    row: &TraceRow,
    place: Place,
) -> Operation {
    match (row.action, row.value) {
        (TraceAction::CreateRepository, value) => {
            Operation::CreateRepository(place, mutability(trace, value))
        }
        (TraceAction::PutImageTagMutability, value) => {
            let rule = mutability(trace, value);
            let rule = rule.expect("the row names a mutability, which was checked");
            Operation::PutImageTagMutability(place, rule)
        }
        (_, TraceValue::Document(number)) => match &puts[number as usize] {
            Put::Lifecycle(policy) => Operation::PutLifecyclePolicy(place, policy.clone()),
            _ => panic!("only a lifecycle policy is put into a repository"),
        },
        (TraceAction::DeleteLifecyclePolicy, _) => Operation::DeleteLifecyclePolicy(place),
        _ => Operation::DeleteRepository(place),
    }
}

fn mutability(trace: &TraceRows, value: TraceValue) -> Option<TagRule> {
    let TraceValue::Mutability(number) = value else {
        return None;
    };
    let (mode, exclusions) = &trace.mutabilities[number as usize];
    Some(tag_rule(*mode, exclusions))
}
