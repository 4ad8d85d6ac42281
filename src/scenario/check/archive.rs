//! The archive storage class: where images may be archived, and whether that has prices.

use std::collections::BTreeSet;

use super::documents::traces;
use super::{Context, Documents};
use crate::aws::{PriceTable, StorageClass, regions};
use crate::scenario::document::Path;
use crate::scenario::names::RegistryName;
use crate::scenario::trace::{TraceValue, Traces};
use crate::scenario::types::{Action, Scenario};

/// Every Region in which images may be archived needs the archive's prices.
pub(super) fn prices(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
    table: &PriceTable,
) {
    let mut asked = BTreeSet::new();
    for (registry, path) in archiving(scenario, documents, traces) {
        let region = registry.region;
        if regions::find(&region).is_none() || !asked.insert(region.clone()) {
            continue;
        }
        let tiers = table.archive(&region);
        let is_open = tiers
            .and_then(<[_]>::last)
            .is_some_and(|tier| tier.upper_gb.is_none());
        if !is_open {
            let what = if tiers.is_some() {
                "archive storage above the last tier"
            } else {
                "archive storage"
            };
            let help = format!("prices.archive.\"{region}\" = \"0.10 USD per GB-month\"");
            no_price(cx, &path, table, (what, &region), &help);
        }
        if table.restore(&region).is_none() {
            let help = format!("prices.restore.\"{region}\" = \"0.03 USD per GB\"");
            let what = ("restoring from the archive", region.as_str());
            no_price(cx, &path, table, what, &help);
        }
    }
}

fn no_price(
    cx: &mut Context<'_>,
    path: &Path,
    table: &PriceTable,
    (what, region): (&str, &str),
    example: &str,
) {
    let message = format!(
        "no price for {what} in {region} in the table `{}`",
        table.name()
    );
    let help = format!("add the price you pay, as in: {example}");
    cx.error(path, message, help);
}

/// Returns every registry in which images may be archived, with the key that says so.
pub(in crate::scenario) fn archiving(
    scenario: &Scenario,
    documents: &Documents,
    rows_of: &Traces,
) -> Vec<(RegistryName, Path)> {
    let root = Path::root();
    let registries = |registry: &RegistryName| root.to("registries").to(registry);
    let mut all: Vec<(RegistryName, Path)> = Vec::new();
    for ((registry, name), _) in documents.lifecycles.iter().filter(|(_, of)| of.archives()) {
        let path = registries(registry).to("repositories").to(name);
        all.push((registry.clone(), path.to("lifecycle")));
    }
    let templates = documents.template_lifecycles.iter();
    for ((registry, name), _) in templates.filter(|(_, of)| of.archives()) {
        let path = registries(registry).to("creation_templates").to(name);
        all.push((registry.clone(), path.to("lifecycle")));
    }
    for (index, event) in scenario.events.iter().enumerate() {
        let policy = documents.event_lifecycles.get(&index);
        let archives = match &event.action {
            Action::UpdateImageStorageClass { storage_class, .. } => {
                *storage_class == StorageClass::Archive
            }
            _ => policy.is_some_and(|policy| policy.archives()),
        };
        if let Some(registry) = event.action.registry().filter(|_| archives) {
            all.push((registry.clone(), root.to("events").to(index).to("action")));
        }
    }
    all.extend(traces::archiving(documents));
    for (name, trace) in rows_of {
        let archived = TraceValue::StorageClass(StorageClass::Archive);
        let rows = trace.rows.iter().filter(|row| row.value == archived);
        let found: BTreeSet<u32> = rows.map(|row| row.registry).collect();
        let path = root.to("traces").to(name).to("file");
        all.extend(found.into_iter().map(|registry| {
            let registry = trace.registries[registry as usize].clone();
            (registry, path.clone())
        }));
    }
    all
}
