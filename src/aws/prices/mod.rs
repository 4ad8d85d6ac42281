//! What AWS asks for moved and stored bytes: the dated table `aws-2026`, a user's own table, and overrides.
//!
//! `aws-2026` was compiled on 2026-11-22 from public copies of AWS's price data; USD, list price, before tax, discounts
//! and free allowances; commercial partition only. Which rate replication is billed at is **not settled**: two
//! readings of AWS's own text exist, and no public bill line decides between them.
//!
//! - *inter-Region transfer* ([`PriceTable::transfer`]): the blog post "Understanding data transfer costs for AWS
//!   container services" says replication is charged at the cross-Region data transfer rate, 0.02 USD per GB from
//!   us-east-1.
//! - *internet* ([`PriceTable::internet`]): the blog post "Cross region replication in Amazon ECR has landed" (Dec 2020)
//!   speaks of ECR data transfer out by the source's Region, 0.09 USD per GB from us-east-1, falling by tier.
//!
//! Caveats. The storage price of a Region that the table does not list by name (0.10) is AWS's headline figure and an
//! assumption; it is marked. Transfer rates are of 2022 to 2024 for most Regions. The last internet tier of us-east-1
//! is estimated from the other US Regions. Of ap-southeast-3, eu-central-2, eu-south-2 and me-central-1 only the first
//! internet tier is known. No transfer price was found from ap-southeast-4, -6, -7, ap-east-2, mx-central-1,
//! me-west-1 and sa-west-1: such a price is absent here, never zero. The archive's prices were checked for us-east-1 and
//! ap-northeast-1 only.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::regions;

mod archive;
mod builtin;
mod own;
mod tiers;

pub use own::RowProblem;
pub use tiers::{Tier, tiered_cost};

/// Stands for every Region that has no row of its own.
const ANY: &str = "*";

/// What AWS asks for stored bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoragePrice {
    /// US dollars per GB-month.
    pub usd_per_gb_month: f64,
    /// Whether no source names this Region, and the headline figure was taken instead.
    pub assumed: bool,
}

/// Prices by Region and pair of Regions, with overrides that beat them.
#[derive(Clone, Debug, PartialEq)]
pub struct PriceTable {
    name: String,
    compiled_on: Option<&'static str>,
    /// The only partition that `*` stands for; any, if none is named.
    any_within: Option<&'static str>,
    any_storage_is_assumed: bool,
    // Shared by all tables that differ in overrides only.
    transfer: Arc<TransferRates>,
    internet: Arc<BTreeMap<String, Vec<Tier>>>,
    storage: Arc<BTreeMap<String, f64>>,
    transfer_overrides: TransferRates,
    storage_overrides: BTreeMap<String, f64>,
    archive: archive::ArchivePrices,
}

/// US dollars per GB by (source Region, destination Region), either of which may be `*`.
type TransferRates = BTreeMap<(String, String), f64>;

impl PriceTable {
    /// Returns the built-in table `aws-2026`, as compiled on 2026-11-22.
    pub fn aws_2026() -> Self {
        builtin::aws_2026()
    }

    /// Reads a user's own table: CSV with the header `kind,from_region,to_region,tier_upper_gb,usd_per_gb`.
    ///
    /// | kind | from_region | to_region | tier_upper_gb | usd_per_gb |
    /// | --- | --- | --- | --- | --- |
    /// | `transfer` | Region or `*` | Region or `*` | empty | per GB |
    /// | `internet` | Region | empty | cumulative monthly upper bound of the tier, empty on the last | per GB |
    /// | `storage` | Region or `*` | empty | empty | per GB-month |
    /// | `archive` | Region or `*` | empty | as for `internet` | per GB-month in the archive |
    /// | `restore` | Region or `*` | empty | empty | per GB restored from it |
    ///
    /// Tiers of a Region stand in ascending order. A Region without a row has no price; within a Region transfer is
    /// free unless a row says otherwise.
    ///
    /// # Errors
    /// Everything that is wrong, each with its line; the header is line 1.
    pub fn from_csv(name: impl Into<String>, text: &str) -> Result<Self, Vec<RowProblem>> {
        own::read(name.into(), text)
    }

    /// Returns a table without a price.
    fn empty(name: String) -> Self {
        Self {
            name,
            compiled_on: None,
            any_within: None,
            any_storage_is_assumed: false,
            transfer: Arc::default(),
            internet: Arc::default(),
            storage: Arc::default(),
            transfer_overrides: BTreeMap::new(),
            storage_overrides: BTreeMap::new(),
            archive: archive::ArchivePrices::default(),
        }
    }

    /// Returns the table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the date of a built-in table, `YYYY-MM-DD`.
    pub fn compiled_on(&self) -> Option<&'static str> {
        self.compiled_on
    }

    /// Sets the inter-Region price between two Regions, either of which may be `*`, in US dollars per GB.
    ///
    /// It beats every row of the table; of the overrides that fit, the same order decides as of the rows.
    pub fn set_transfer(&mut self, from: &str, to: &str, usd_per_gb: f64) {
        let pair = (from.to_string(), to.to_string());
        self.transfer_overrides.insert(pair, usd_per_gb);
    }

    /// Sets the price of storage in a Region, or in every other with `*`, in US dollars per GB-month.
    pub fn set_storage(&mut self, region: &str, usd_per_gb_month: f64) {
        self.storage_overrides
            .insert(region.to_string(), usd_per_gb_month);
    }

    /// Returns the inter-Region price from one Region to another, in US dollars per GB.
    ///
    /// The exact pair decides, then: within a Region it is free; then `from -> *`, `* -> to`, `* -> *`.
    pub fn transfer(&self, from: &str, to: &str) -> Option<f64> {
        let exact = |rates: &TransferRates| rates.get(&key(from, to)).copied();
        let (overrides, rows) = (&self.transfer_overrides, &self.transfer);
        if from == to {
            return exact(overrides).or(exact(rows)).or(Some(0.0));
        }
        exact(overrides)
            .or_else(|| by_pattern(overrides, from, to))
            .or_else(|| exact(rows))
            .or_else(|| by_pattern(rows, from, to).filter(|_| self.any_fits(to)))
    }

    /// Returns the tiers of a Region's egress to the internet, in ascending order.
    ///
    /// Where the last tier has an upper bound, what lies above it has no known price.
    pub fn internet(&self, from: &str) -> Option<&[Tier]> {
        self.internet.get(from).map(Vec::as_slice)
    }

    /// Returns the price of storage in a Region.
    pub fn storage(&self, region: &str) -> Option<StoragePrice> {
        let sourced = |usd_per_gb_month: &f64| StoragePrice {
            usd_per_gb_month: *usd_per_gb_month,
            assumed: false,
        };
        let any = self.storage.get(ANY).filter(|_| self.any_fits(region));
        self.storage_overrides
            .get(region)
            .or_else(|| self.storage_overrides.get(ANY))
            .or_else(|| self.storage.get(region))
            .map(sourced)
            .or_else(|| {
                any.map(|price| StoragePrice {
                    assumed: self.any_storage_is_assumed,
                    ..sourced(price)
                })
            })
    }

    /// Returns whether the table's `*` stands for `region` too.
    fn any_fits(&self, region: &str) -> bool {
        self.any_within.is_none_or(|partition| {
            regions::find(region).is_some_and(|region| region.partition == partition)
        })
    }
}

fn key(from: &str, to: &str) -> (String, String) {
    (from.to_string(), to.to_string())
}

fn by_pattern(rates: &TransferRates, from: &str, to: &str) -> Option<f64> {
    [key(from, ANY), key(ANY, to), key(ANY, ANY)]
        .iter()
        .find_map(|pair| rates.get(pair))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_a_region_transfer_is_free() {
        let table = PriceTable::aws_2026();
        assert_eq!(table.transfer("us-east-1", "us-east-1"), Some(0.0));
        // Also where no row exists.
        assert_eq!(
            table.transfer("ap-southeast-4", "ap-southeast-4"),
            Some(0.0)
        );
    }

    #[test]
    fn exact_pair_beats_the_star() {
        let table = PriceTable::aws_2026();
        assert_eq!(table.transfer("us-east-1", "us-east-2"), Some(0.01));
        assert_eq!(table.transfer("us-east-1", "eu-west-1"), Some(0.02));
        assert_eq!(table.transfer("af-south-1", "us-east-1"), Some(0.147));
    }

    #[test]
    fn price_without_a_source_is_absent() {
        let table = PriceTable::aws_2026();
        assert_eq!(table.transfer("ap-southeast-4", "us-east-1"), None);
        assert_eq!(table.internet("ap-southeast-4"), None);
        // As a destination it is covered by the source's star.
        assert_eq!(table.transfer("us-east-1", "ap-southeast-4"), Some(0.02));
    }

    #[test]
    fn star_stays_in_the_commercial_partition() {
        let table = PriceTable::aws_2026();
        assert_eq!(table.transfer("us-east-1", "cn-north-1"), None);
        assert_eq!(table.storage("us-gov-west-1"), None);
    }

    #[test]
    fn storage_of_an_unlisted_region_is_marked_as_assumed() {
        let table = PriceTable::aws_2026();
        let price = |assumed| StoragePrice {
            usd_per_gb_month: 0.10,
            assumed,
        };
        assert_eq!(table.storage("eu-west-1"), Some(price(false)));
        assert_eq!(table.storage("eu-west-2"), Some(price(true)));
    }

    #[test]
    fn overrides_beat_the_table_by_the_same_order() {
        let mut table = PriceTable::aws_2026();
        table.set_transfer("*", "*", 0.5);
        table.set_transfer("us-east-1", "*", 0.25);
        assert_eq!(table.transfer("us-east-1", "us-east-2"), Some(0.25));
        assert_eq!(table.transfer("eu-west-1", "us-east-2"), Some(0.5));
        // A star does not make transfer within a Region cost anything; an exact pair does.
        assert_eq!(table.transfer("eu-west-1", "eu-west-1"), Some(0.0));
        table.set_transfer("eu-west-1", "eu-west-1", 0.01);
        assert_eq!(table.transfer("eu-west-1", "eu-west-1"), Some(0.01));
    }

    #[test]
    fn overridden_storage_is_not_assumed() {
        let mut table = PriceTable::aws_2026();
        table.set_storage("eu-west-2", 0.12);
        let price = table.storage("eu-west-2").expect("a price of the table");
        assert_eq!((price.usd_per_gb_month, price.assumed), (0.12, false));
    }
}
