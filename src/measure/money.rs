//! Money: bytes and byte-time times a price, applied once per month, payer and pair of Regions to the total.

use std::collections::BTreeMap;

use super::archive;
use super::causes::{Caused, parts};
use super::outcome::{CostRow, OtherReading};
use super::storage::ByteTime;
use super::table::{Number, Usd};
use crate::aws::PriceTable;
use crate::aws::prices::{Tier, tiered_cost};
use crate::ecr::Class;
use crate::scenario::{Prices, TransferRate};
use crate::simulation::Model;
use crate::units::SimDuration;

/// A GiB, in which storage is billed (facts: prices, "Units and months").
pub(super) const GIB: f64 = (1_u64 << 30) as f64;

/// What is paid for, under the scenario's prices.
#[derive(Clone, Debug)]
pub struct Tariff {
    table: PriceTable,
    prices: Prices,
}

/// What a month moved and stored.
#[derive(Clone, Debug)]
pub(super) struct MonthUse {
    pub label: String,
    /// Actual length of the whole month.
    pub whole: SimDuration,
    /// Bytes moved by lane.
    pub lane_bytes: Vec<u64>,
    /// Byte-time by registry.
    pub stored: Vec<ByteTime>,
    /// Byte-time of replicas by the account that caused them, in registries that tell it apart.
    pub caused: Caused,
    /// Bytes restored from the archive, by registry.
    pub restored: Vec<u64>,
    /// What fleets pulled.
    pub pulls: Vec<PullUse>,
}

/// What a fleet pulled from a registry in a month.
#[derive(Clone, Copy, Debug)]
pub(super) struct PullUse {
    /// Place of the pull stream.
    pub stream: usize,
    /// Place of the registry.
    pub registry: usize,
    pub bytes: u64,
}

/// What crosses a border of Regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Transfer,
    Pull,
}

/// Payer, source and destination Region, what for, and the account that caused it.
type Route = (usize, usize, usize, Item, usize);

/// Bytes by route.
type Pairs = BTreeMap<Route, u64>;

/// Routes and bytes that share tiers, by payer and source Region.
type Tiered = BTreeMap<(usize, usize), Vec<(Route, u64)>>;

impl Tariff {
    /// Returns the tariff of a price table, which has the scenario's own prices in it already.
    pub fn new(table: PriceTable, prices: Prices) -> Self {
        Self { table, prices }
    }

    /// Returns every line of the bill, by month, payer, item, source and destination.
    pub(super) fn bill(&self, model: &Model, months: &[MonthUse]) -> Vec<CostRow> {
        let mut rows = Vec::new();
        for month in months {
            rows.extend(self.transfer_rows(model, month));
            rows.extend(self.storage_rows(model, month));
            rows.extend(self.restore_rows(model, month));
        }
        rows.sort_by(|a, b| key(a).cmp(&key(b)));
        rows
    }

    /// Returns the transfer item under the reading of the transfer rate that was not chosen.
    pub(super) fn other_reading(&self, model: &Model, months: &[MonthUse]) -> OtherReading {
        let (other, name) = match self.prices.transfer_rate {
            TransferRate::InterRegion => (TransferRate::Internet, "internet"),
            TransferRate::Internet => (TransferRate::InterRegion, "inter-region"),
        };
        let dollars: Option<Vec<_>> = months
            .iter()
            .map(|month| self.transfer_usd(model, &pairs(model, month), other))
            .collect();
        let total = |item: Item| {
            let of_month = |month: &BTreeMap<Route, f64>| {
                let routes = month.iter().filter(|(route, _)| route.3 == item);
                routes.map(|(_, usd)| usd).sum::<f64>()
            };
            let months = dollars.as_ref()?;
            Some(Usd(months.iter().map(of_month).sum()))
        };
        OtherReading {
            transfer_rate: name,
            transfer_usd: total(Item::Transfer),
            pull_usd: total(Item::Pull),
        }
    }

    /// Returns the dollars that each lane's bytes of a month cost: the payer's total spread in proportion.
    pub(super) fn lane_rates(&self, model: &Model, month: &MonthUse) -> Vec<f64> {
        let pairs = pairs(model, month);
        let dollars = self.chosen_usd(model, &pairs);
        let rate = |lane: &crate::simulation::Lane| {
            let key = pair(model, lane);
            match pairs.get(&key) {
                Some(&bytes) if bytes > 0 => dollars[&key] / bytes as f64,
                _ => self.first_rate(model, key) / self.gb(),
            }
        };
        model.lanes.iter().map(rate).collect()
    }

    /// Returns the dollars of each of a month's pulls: the route's total spread in proportion.
    pub(super) fn pull_usd(&self, model: &Model, month: &MonthUse) -> Vec<f64> {
        if month.pulls.is_empty() {
            return Vec::new();
        }
        let pairs = pairs(model, month);
        let dollars = self.chosen_usd(model, &pairs);
        let usd = |of: &PullUse| {
            let route = pull_route(model, of);
            dollars[&route] * (of.bytes as f64 / pairs[&route] as f64)
        };
        month.pulls.iter().map(usd).collect()
    }

    /// Returns the dollars of the first byte that crosses from one Region to another: the price, or the first tier of it.
    pub(super) fn first_byte_rate(&self, from: &str, to: &str) -> f64 {
        self.first_gb_rate(from, to) / self.gb()
    }

    /// Returns the dollars of a byte that lies in a Region for a month.
    pub(super) fn stored_byte_rate(&self, region: &str) -> f64 {
        let price = self.table.storage(region);
        price.map_or(0.0, |price| price.usd_per_gb_month / GIB)
    }

    /// Returns dollars per byte on each lane when nothing was moved yet: the price, or the first tier of it.
    pub(super) fn first_rates(&self, model: &Model) -> Vec<f64> {
        model
            .lanes
            .iter()
            .map(|lane| self.first_rate(model, pair(model, lane)) / self.gb())
            .collect()
    }

    fn gb(&self) -> f64 {
        self.prices.gb.bytes() as f64
    }

    fn transfer_rows(&self, model: &Model, month: &MonthUse) -> Vec<CostRow> {
        let pairs = pairs(model, month);
        let dollars = self.chosen_usd(model, &pairs);
        let unit = if self.prices.gb.bytes() == 1 << 30 {
            "GiB"
        } else {
            "GB"
        };
        let row = |(key, &bytes): (&Route, &u64)| {
            let (payer, from, to, item, cause) = *key;
            let quantity = bytes as f64 / self.gb();
            CostRow {
                month: month.label.clone(),
                payer: model.accounts[payer].alias.clone(),
                item: item.name().to_owned(),
                from: model.regions[from].clone(),
                to: model.regions[to].clone(),
                quantity: Number(quantity),
                unit: unit.to_owned(),
                rate_usd: Number(
                    self.listed_rate(model, *key)
                        .unwrap_or(dollars[key] / quantity),
                ),
                usd: Usd(dollars[key]),
                caused_by: model.accounts[cause].alias.clone(),
            }
        };
        pairs
            .iter()
            .filter(|(_, bytes)| **bytes > 0)
            .map(row)
            .collect()
    }

    fn chosen_usd(&self, model: &Model, pairs: &Pairs) -> BTreeMap<Route, f64> {
        let dollars = self.transfer_usd(model, pairs, self.prices.transfer_rate);
        dollars.expect("every pair that a run may use has a price, which was checked")
    }

    /// Returns the dollars of each pair, `None` if one has no price. Tiers aggregate over all pairs of a payer's
    /// source Region and spread back in proportion. A price that the scenario gives for a pair beats either reading.
    fn transfer_usd(
        &self,
        model: &Model,
        pairs: &Pairs,
        reading: TransferRate,
    ) -> Option<BTreeMap<Route, f64>> {
        let mut dollars = BTreeMap::new();
        let mut tiered = Tiered::new();
        for (&route, &bytes) in pairs {
            let (payer, from, to, ..) = route;
            let flat = self.flat_rate(&model.regions[from], &model.regions[to], reading);
            match flat {
                _ if bytes == 0 => {
                    dollars.insert(route, 0.0);
                }
                Flat::Rate(rate) => {
                    dollars.insert(route, bytes as f64 / self.gb() * rate);
                }
                Flat::Tiered => {
                    let all = tiered.entry((payer, from)).or_default();
                    all.push((route, bytes));
                }
                Flat::NoPrice => return None,
            }
        }
        for ((_, from), of_routes) in tiered {
            let total: u64 = of_routes.iter().map(|(_, bytes)| bytes).sum();
            let tiers = self.table.internet(&model.regions[from])?;
            let cost = tiered_cost(tiers, total as f64 / self.gb())
                .or_else(|| self.carried_on(reading, tiers, total))?;
            for (route, bytes) in of_routes {
                let part = cost * (bytes as f64 / total as f64);
                dollars.insert(route, part);
            }
        }
        Some(dollars)
    }

    /// Returns what bytes beyond the last known tier cost if its price is carried on. Loading refuses a scenario that is
    /// expected to pass that tier under the chosen reading; a run that does so by chance is billed all the same.
    fn carried_on(&self, reading: TransferRate, tiers: &[Tier], bytes: u64) -> Option<f64> {
        let last = tiers
            .last()
            .filter(|_| reading == self.prices.transfer_rate)?;
        let known_gb = last.upper_gb?;
        let beyond_gb = bytes as f64 / self.gb() - known_gb;
        Some(tiered_cost(tiers, known_gb)? + beyond_gb * last.usd_per_gb)
    }

    fn flat_rate(&self, from: &str, to: &str, reading: TransferRate) -> Flat {
        let own = self.prices.transfer.iter().any(|(route, _)| {
            (route.source == from || route.source == "*")
                && (route.destination == to || route.destination == "*")
        });
        if from == to || own || reading == TransferRate::InterRegion {
            return self
                .table
                .transfer(from, to)
                .map_or(Flat::NoPrice, Flat::Rate);
        }
        Flat::Tiered
    }

    /// Returns the dollars per unit of a pair, unless tiers mix them.
    fn listed_rate(&self, model: &Model, (_, from, to, ..): Route) -> Option<f64> {
        match self.flat_rate(
            &model.regions[from],
            &model.regions[to],
            self.prices.transfer_rate,
        ) {
            Flat::Rate(rate) => Some(rate),
            Flat::Tiered | Flat::NoPrice => None,
        }
    }

    fn first_rate(&self, model: &Model, (_, from, to, ..): Route) -> f64 {
        self.first_gb_rate(&model.regions[from], &model.regions[to])
    }

    fn first_gb_rate(&self, from: &str, to: &str) -> f64 {
        match self.flat_rate(from, to, self.prices.transfer_rate) {
            Flat::Rate(rate) => rate,
            Flat::Tiered => self
                .table
                .internet(from)
                .and_then(|tiers| tiers.first())
                .map_or(0.0, |tier| tier.usd_per_gb),
            Flat::NoPrice => 0.0,
        }
    }

    fn storage_rows(&self, model: &Model, month: &MonthUse) -> Vec<CostRow> {
        let mut rows = Vec::new();
        for (index, (registry, byte_time)) in model.registries.iter().zip(&month.stored).enumerate()
        {
            let region = &model.regions[registry.region];
            let owner = &model.accounts[registry.account].alias;
            for (cause, byte_time) in parts(model, &month.caused, index, byte_time) {
                let dollars = self.storage_usd(model, index, month.whole, &byte_time);
                for (class, item) in STORAGE_ITEMS
                    .iter()
                    .enumerate()
                    .filter(|(class, _)| byte_time[*class] > 0)
                {
                    let quantity = gib_months(byte_time[class], month.whole);
                    rows.push(CostRow {
                        month: month.label.clone(),
                        payer: owner.clone(),
                        item: (*item).to_owned(),
                        from: region.clone(),
                        to: region.clone(),
                        quantity: Number(quantity),
                        unit: "GiB-month".to_owned(),
                        rate_usd: Number(if class == Class::Archived as usize {
                            self.archived_rate(region, quantity)
                        } else {
                            self.storage_rate(region)
                        }),
                        usd: Usd(dollars[class]),
                        caused_by: cause.clone(),
                    });
                }
            }
        }
        rows
    }

    /// Returns the dollars for a registry's byte-time in a month, by class.
    pub(super) fn storage_usd(
        &self,
        model: &Model,
        registry: usize,
        month: SimDuration,
        byte_time: &ByteTime,
    ) -> [f64; STORAGE_ITEMS.len()] {
        if byte_time.iter().all(|&bytes_ns| bytes_ns == 0) {
            return [0.0; STORAGE_ITEMS.len()];
        }
        let region = &model.regions[model.registries[registry].region];
        let rate = self.storage_rate(region);
        let mut dollars = byte_time.map(|bytes_ns| gib_months(bytes_ns, month) * rate);
        let archived = byte_time[Class::Archived as usize];
        if archived > 0 {
            dollars[Class::Archived as usize] =
                self.archived_usd(region, gib_months(archived, month));
        }
        dollars
    }

    /// Returns the dollars for a registry's archived bytes in a month: its tiers count in each account and Region.
    fn archived_usd(&self, region: &str, gib_months: f64) -> f64 {
        let tiers = self.table.archive(region);
        let usd = tiers.and_then(|tiers| tiered_cost(tiers, gib_months));
        usd.expect("every Region that may archive has a price, which was checked")
    }

    /// Returns the average dollars per GiB-month of so many in the archive.
    fn archived_rate(&self, region: &str, gib_months: f64) -> f64 {
        let tiers = self.table.archive(region).unwrap_or_default();
        let is_in = |tier: &&Tier| tier.upper_gb.is_none_or(|upper_gb| gib_months <= upper_gb);
        let first = tiers.first().filter(is_in);
        first.map_or_else(
            || self.archived_usd(region, gib_months) / gib_months,
            |tier| tier.usd_per_gb,
        )
    }

    /// Returns the dollars for what a registry restored in a month.
    pub(super) fn restore_usd(&self, model: &Model, registry: usize, bytes: u64) -> f64 {
        if bytes == 0 {
            return 0.0;
        }
        bytes as f64 / GIB * self.restore_rate(model, registry)
    }

    fn restore_rate(&self, model: &Model, registry: usize) -> f64 {
        let region = &model.regions[model.registries[registry].region];
        let price = self.table.restore(region);
        price.expect("every Region that may archive has a price, which was checked")
    }

    fn restore_rows(&self, model: &Model, month: &MonthUse) -> Vec<CostRow> {
        let restored = month.restored.iter().enumerate();
        let restored = restored.filter(|(_, bytes)| **bytes > 0);
        restored
            .map(|(registry, &bytes)| {
                let rate_usd = self.restore_rate(model, registry);
                archive::restore_row(model, &month.label, registry, bytes, rate_usd)
            })
            .collect()
    }

    fn storage_rate(&self, region: &str) -> f64 {
        let price = self.table.storage(region);
        price
            .expect("every Region that stores has a price, which was checked")
            .usd_per_gb_month
    }
}

/// Items of the bill, by class of bytes.
const STORAGE_ITEMS: [&str; Class::COUNT] = [
    "storage_source",
    "storage_replica",
    "storage_orphan",
    "storage_archive",
];

/// Returns GiB-months: byte-time over the whole month of its actual hours.
fn gib_months(bytes_ns: u128, month: SimDuration) -> f64 {
    bytes_ns as f64 / (GIB * month.as_nanos() as f64)
}

/// How a pair is priced.
enum Flat {
    Rate(f64),
    Tiered,
    NoPrice,
}

impl Item {
    /// Returns its name on the bill.
    const fn name(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Pull => "pull",
        }
    }
}

/// Returns the route of a lane: the source account pays for transfer.
fn pair(model: &Model, lane: &crate::simulation::Lane) -> Route {
    let (source, destination) = (
        &model.registries[lane.source.index()],
        &model.registries[lane.destination.index()],
    );
    (
        source.account,
        source.region,
        destination.region,
        Item::Transfer,
        source.account,
    )
}

/// Returns the route of a pull: the owner of the pulled registry pays.
fn pull_route(model: &Model, of: &PullUse) -> Route {
    let registry = &model.registries[of.registry];
    let fleet = &model.pulls[of.stream];
    (
        registry.account,
        registry.region,
        fleet.region,
        Item::Pull,
        fleet.account,
    )
}

fn pairs(model: &Model, month: &MonthUse) -> Pairs {
    let mut pairs = Pairs::new();
    for (lane, bytes) in model.lanes.iter().zip(&month.lane_bytes) {
        *pairs.entry(pair(model, lane)).or_default() += bytes;
    }
    for of in &month.pulls {
        *pairs.entry(pull_route(model, of)).or_default() += of.bytes;
    }
    pairs
}

fn key(row: &CostRow) -> (&str, &str, usize, &str, &str, &str) {
    let items = std::iter::once("transfer").chain(STORAGE_ITEMS);
    let items = items.chain([archive::RESTORE]);
    let item = items.into_iter().position(|item| item == row.item);
    (
        &row.month,
        &row.payer,
        item.unwrap_or(usize::MAX),
        &row.from,
        &row.to,
        &row.caused_by,
    )
}
