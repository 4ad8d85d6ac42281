//! What AWS asks for the archive storage class: stored bytes in tiers, and a fee for each restored one.

use std::collections::BTreeMap;

use super::{ANY, PriceTable, Tier};

/// Prices of the archive by Region, some of them overridden.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ArchivePrices {
    /// US dollars per GB-month, in tiers of a month.
    pub storage: BTreeMap<String, Vec<Tier>>,
    /// US dollars per GB.
    pub restore: BTreeMap<String, f64>,
    storage_overrides: BTreeMap<String, Vec<Tier>>,
    restore_overrides: BTreeMap<String, f64>,
}

impl PriceTable {
    /// Sets the price of archived bytes in a Region, or in every other with `*`, in US dollars per GB-month.
    pub fn set_archive(&mut self, region: &str, usd_per_gb_month: f64) {
        let flat = Tier {
            upper_gb: None,
            usd_per_gb: usd_per_gb_month,
        };
        let overrides = &mut self.archive.storage_overrides;
        overrides.insert(region.to_owned(), vec![flat]);
    }

    /// Sets the price of restoring from the archive in a Region, or in every other with `*`, in US dollars per GB.
    pub fn set_restore(&mut self, region: &str, usd_per_gb: f64) {
        let overrides = &mut self.archive.restore_overrides;
        overrides.insert(region.to_owned(), usd_per_gb);
    }

    /// Returns the tiers of the price of archived bytes in a Region, in US dollars per GB-month of one month.
    pub fn archive(&self, region: &str) -> Option<&[Tier]> {
        let of = &self.archive;
        let found = find(&of.storage_overrides, region).or_else(|| find(&of.storage, region));
        found.map(Vec::as_slice)
    }

    /// Returns the price of restoring from the archive in a Region, in US dollars per GB.
    pub fn restore(&self, region: &str) -> Option<f64> {
        let of = &self.archive;
        let found = find(&of.restore_overrides, region).or_else(|| find(&of.restore, region));
        found.copied()
    }
}

/// Returns a Region's own price, or that of every Region.
fn find<'p, P>(prices: &'p BTreeMap<String, P>, region: &str) -> Option<&'p P> {
    prices.get(region).or_else(|| prices.get(ANY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::prices::tiered_cost;

    #[test]
    fn archived_bytes_cost_less_above_150_tb_months() {
        let table = PriceTable::aws_2026();
        let tiers = table.archive("us-east-1").expect("a checked price");
        // 150 TB = 153,600 GB at 0.10, 1,000 more at 0.07.
        let usd = tiered_cost(tiers, 154_600.0).expect("the last tier has no end");
        assert!((usd - (15_360.0 + 70.0)).abs() < 1e-9, "{usd}");
        assert_eq!(table.restore("us-east-1"), Some(0.03));
    }

    #[test]
    fn a_region_that_was_not_checked_has_no_price_until_it_is_given() {
        let mut table = PriceTable::aws_2026();
        assert_eq!(
            (table.archive("eu-west-1"), table.restore("eu-west-1")),
            (None, None)
        );
        table.set_archive("*", 0.2);
        table.set_restore("eu-west-1", 0.05);
        let rate = |region| table.archive(region).map(|tiers| tiers[0].usd_per_gb);
        assert_eq!(
            (rate("eu-west-1"), rate("us-east-1")),
            (Some(0.2), Some(0.2))
        );
        assert_eq!(
            (table.restore("eu-west-1"), table.restore("eu-west-2")),
            (Some(0.05), None)
        );
    }
}
