//! The price table, and whether it has every price that the run could need.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, Documents, archive, network, pulls};
use crate::aws::{PriceTable, regions};
use crate::scenario::diagnostic::{Diagnostic, FileId, Place};
use crate::scenario::document::Path;
use crate::scenario::estimate::offered;
use crate::scenario::names::RegistryName;
use crate::scenario::trace::Traces;
use crate::scenario::types::{Prices, Scenario, TransferRate};

/// Returns the table that the scenario names, with its overrides.
pub(super) fn check(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
) -> PriceTable {
    let mut table = table(cx, &scenario.prices);
    let path = Path::root().to("prices").to("transfer");
    for (route, price) in &scenario.prices.transfer {
        network::exact_or_any(cx, &path.to(route), route);
        table.set_transfer(&route.source, &route.destination, price.0);
    }
    for (region, price) in &scenario.prices.storage {
        table.set_storage(region, price.0);
    }
    for (region, price) in &scenario.prices.archive {
        table.set_archive(region, price.0);
    }
    for (region, price) in &scenario.prices.restore {
        table.set_restore(region, price.0);
    }
    transfer(cx, scenario, documents, &table);
    storage(cx, scenario, documents, traces, &table);
    archive::prices(cx, scenario, documents, traces, &table);
    if scenario.prices.transfer_rate == TransferRate::Internet && !cx.has_errors() {
        upper_tiers(cx, scenario, documents, traces, &table);
    }
    table
}

/// Of some Regions only the first tiers are known: a run that expects to leave them lacks a price.
fn upper_tiers(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
    table: &PriceTable,
) {
    const LONGEST_MONTH_S: f64 = 31.0 * 86_400.0;
    let gb = scenario.prices.gb.bytes() as f64;
    let mut gb_a_month: BTreeMap<String, f64> = BTreeMap::new();
    for load in offered(scenario, documents, traces) {
        if load.link.source != load.link.destination {
            *gb_a_month.entry(load.link.source).or_default() +=
                load.bytes_per_s * LONGEST_MONTH_S / gb;
        }
    }
    for (region, gb) in gb_a_month {
        let last = table.internet(&region).and_then(<[_]>::last);
        if let Some(bound) = last
            .and_then(|tier| tier.upper_gb)
            .filter(|bound| gb > *bound)
        {
            let message = format!(
                "no price for internet transfer from {region} above {bound} GB a month; about {gb:.0} are expected"
            );
            let help = "name a price table of your own with all tiers, or write \"inter-region\"";
            cx.error(
                &Path::root().to("prices").to("transfer_rate"),
                message,
                help,
            );
        }
    }
}

fn table(cx: &mut Context<'_>, prices: &Prices) -> PriceTable {
    if prices.table == Prices::BUILT_IN {
        return PriceTable::aws_2026();
    }
    let path = Path::root().to("prices").to("table");
    let looks_like_a_file = prices.table.contains(['.', '/']);
    if !looks_like_a_file {
        let message = format!("there is no price table `{}`", prices.table);
        let help = format!(
            "write `{}`, or the path of a CSV file of your own",
            Prices::BUILT_IN
        );
        cx.error(&path, message, help);
        return PriceTable::aws_2026();
    }
    let Some(file) = cx.file(&path, &prices.table) else {
        return PriceTable::aws_2026();
    };
    let text = cx.reader.files.text(file).clone();
    PriceTable::from_csv(prices.table.as_str(), &text).unwrap_or_else(|problems| {
        for problem in problems {
            let place = line(file, &text, problem.line);
            cx.tell(Diagnostic::error(place, problem.message));
        }
        PriceTable::aws_2026()
    })
}

fn line(file: FileId, text: &str, number: u64) -> Place {
    let before = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let length = text[start..].lines().next().map_or(0, str::len);
    Place {
        file,
        span: start..start + length,
    }
}

/// Every pair of Regions that a rule joins at some time needs a price of transfer.
fn transfer(cx: &mut Context<'_>, scenario: &Scenario, documents: &Documents, table: &PriceTable) {
    let mut asked = BTreeSet::new();
    for (owner, configuration) in documents.all_replication(scenario) {
        let from = owner.registry.region.as_str();
        let rules = configuration.rules.iter();
        for to in rules
            .flat_map(|rule| &rule.destinations)
            .map(|found| found.region.as_str())
        {
            let new = asked.insert((from.to_owned(), to.to_owned()));
            if !new || !same_partition(from, to) {
                continue;
            }
            let path = [owner.path.to("rules"), owner.path.to("replication")]
                .into_iter()
                .find(|path| cx.written(path).is_some())
                .unwrap_or(owner.path.clone());
            priced(cx, scenario, table, &path, (from, to));
        }
    }
    for (from, to, path) in pulls::routes(scenario) {
        let known = [&from, &to].map(|code| regions::find(code).is_some());
        if known == [true; 2] && asked.insert((from.clone(), to.clone())) {
            priced(cx, scenario, table, &path, (&from, &to));
        }
    }
}

/// Tells if transfer between two Regions has no price.
fn priced(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    table: &PriceTable,
    path: &Path,
    (from, to): (&str, &str),
) {
    if has_transfer(scenario, table, from, to) {
        return;
    }
    let message = format!(
        "no price for transfer from {from} to {to} in the table `{}`",
        table.name()
    );
    let help = format!(
        "add the price you pay, as in: prices.transfer.\"{from} -> {to}\" = \"0.02 USD per GB\""
    );
    cx.error(path, message, help);
}

/// What joins two partitions, or names no Region, is told where it is written.
fn same_partition(from: &str, to: &str) -> bool {
    let partition = |code| regions::find(code).map(|region| region.partition.as_str());
    partition(from).is_some() && partition(from) == partition(to)
}

fn has_transfer(scenario: &Scenario, table: &PriceTable, from: &str, to: &str) -> bool {
    let routes = &scenario.prices.transfer;
    let own = || !crate::scenario::resolve::by_specificity(routes, from, to).is_empty();
    match scenario.prices.transfer_rate {
        _ if from == to => true,
        TransferRate::InterRegion => table.transfer(from, to).is_some(),
        TransferRate::Internet => table.internet(from).is_some() || own(),
    }
}

/// Every Region in which images may lie needs a price of storage.
fn storage(
    cx: &mut Context<'_>,
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
    table: &PriceTable,
) {
    let mut asked = BTreeSet::new();
    for (registry, path) in registries(scenario, documents, traces) {
        let region = registry.region;
        if !asked.insert(region.clone()) || table.storage(&region).is_some() {
            continue;
        }
        let message = format!(
            "no price for storage in {region} in the table `{}`",
            table.name()
        );
        let help = format!(
            "add the price you pay, as in: prices.storage.\"{region}\" = \"0.10 USD per GB-month\""
        );
        cx.error(&path, message, help);
    }
}

/// Returns every registry that takes part, with the key that says so.
pub(super) fn registries(
    scenario: &Scenario,
    documents: &Documents,
    traces: &Traces,
) -> Vec<(RegistryName, Path)> {
    let root = Path::root();
    let mut all: Vec<(RegistryName, Path)> = Vec::new();
    for name in scenario.registries.keys() {
        all.push((name.clone(), root.to("registries").to(name)));
    }
    for (stream, push) in &scenario.pushes {
        let path = root.to("pushes").to(stream).to("registry");
        all.push((push.registry.clone(), path));
    }
    for (index, event) in scenario.events.iter().enumerate() {
        if let Some(registry) = event.action.registry() {
            let path = root.to("events").to(index).to("registry");
            all.push((registry.clone(), path));
        }
    }
    for (trace, rows) in traces {
        let path = root.to("traces").to(trace).to("file");
        all.extend(
            rows.registries
                .iter()
                .map(|name| (name.clone(), path.clone())),
        );
    }
    for (owner, configuration) in documents.all_replication(scenario) {
        let rules = configuration.rules.iter();
        let from = owner.registry.region.as_str();
        for destination in rules
            .flat_map(|rule| &rule.destinations)
            .filter(|destination| same_partition(from, &destination.region))
        {
            let name = scenario.registry_name(&destination.registry_id, &destination.region);
            all.extend(name.map(|name| (name, owner.path.clone())));
        }
    }
    all.retain(|(name, _)| regions::find(&name.region).is_some());
    all
}
