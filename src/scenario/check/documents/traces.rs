//! AWS's documents that rows of traces name.

use super::{Context, Documents, Owner, aws_registry, content};
use crate::aws::policy::{self, RegistryPolicy};
use crate::aws::replication::{self, ReplicationConfiguration};
use crate::aws::{LifecyclePolicy, lifecycle};
use crate::scenario::diagnostic::{Diagnostic, Place};
use crate::scenario::document::Path;
use crate::scenario::names::RegistryName;
use crate::scenario::trace::TraceAction;
use crate::scenario::types::Scenario;

/// A document that rows of a trace put into a registry, or into repositories of it.
#[derive(Clone, Debug)]
pub struct TraceDocument {
    /// Name of the trace.
    pub trace: String,
    /// Registry.
    pub registry: RegistryName,
    /// The document.
    pub document: PutDocument,
}

/// A document of one of the three kinds that actions put.
#[derive(Clone, Debug)]
pub enum PutDocument {
    /// Of `PutReplicationConfiguration`.
    Replication(ReplicationConfiguration),
    /// Of `PutRegistryPolicy`.
    Policy(RegistryPolicy),
    /// Of `PutLifecyclePolicy`.
    Lifecycle(LifecyclePolicy),
}

/// Returns the configurations that traces put, with their registries.
pub(super) fn replication(
    documents: &Documents,
) -> impl Iterator<Item = (Owner, &ReplicationConfiguration)> {
    documents.of_traces.iter().filter_map(|put| {
        let owner = || Owner {
            path: Path::root().to("traces").to(&put.trace).to("file"),
            registry: put.registry.clone(),
            event: None,
        };
        match &put.document {
            PutDocument::Replication(configuration) => Some((owner(), configuration)),
            _ => None,
        }
    })
}

/// Returns the registries into which traces put lifecycle policies that archive, with the key that names the trace.
pub(in crate::scenario::check) fn archiving(
    documents: &Documents,
) -> impl Iterator<Item = (RegistryName, Path)> + '_ {
    let puts = documents.of_traces.iter();
    let archiving = puts
        .filter(|put| matches!(&put.document, PutDocument::Lifecycle(policy) if policy.archives()));
    archiving.map(|put| {
        let path = Path::root().to("traces").to(&put.trace).to("file");
        (put.registry.clone(), path)
    })
}

/// Returns the registry policies that traces put, with their registries.
pub(super) fn all_policies(
    documents: &Documents,
) -> impl Iterator<Item = (&RegistryName, &RegistryPolicy)> {
    documents
        .of_traces
        .iter()
        .filter_map(|put| match &put.document {
            PutDocument::Policy(policy) => Some((&put.registry, policy)),
            _ => None,
        })
}

/// Returns the policies that traces put into `registry`.
pub(super) fn policies<'a>(
    documents: &'a Documents,
    registry: &RegistryName,
) -> impl Iterator<Item = &'a RegistryPolicy> {
    all_policies(documents)
        .filter(move |(of, _)| *of == registry)
        .map(|(_, policy)| policy)
}

/// Reads the document that a cell at `place` names; `None` if it is wrong, which is told.
pub(in crate::scenario::check) fn read(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    place: Place,
    (action, registry, written): (TraceAction, &RegistryName, &str),
) -> Option<PutDocument> {
    let file = match cx.reader.named(written) {
        Ok(file) => file,
        Err(why) => {
            let help = "paths are relative to the scenario's folder";
            cx.tell(Diagnostic::error(place, why).help(help));
            return None;
        }
    };
    let profile = scenario.profile;
    let of = aws_registry(scenario, registry);
    match action {
        TraceAction::PutReplicationConfiguration => {
            let read = |text: &str| replication::read(text, profile, of.as_ref());
            content(cx, file, "replication", read).map(PutDocument::Replication)
        }
        TraceAction::PutRegistryPolicy => {
            let read = |text: &str| policy::read(text, profile, of.as_ref());
            content(cx, file, "policy", read).map(PutDocument::Policy)
        }
        _ => {
            let read = |text: &str| lifecycle::read(text, profile);
            content(cx, file, "lifecycle", read).map(PutDocument::Lifecycle)
        }
    }
}
