//! The table `aws-2026`, from the CSV files in `data/`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::archive::ArchivePrices;
use super::{PriceTable, Tier};

/// Returns the table, parsed once.
pub(super) fn aws_2026() -> PriceTable {
    static TABLE: OnceLock<PriceTable> = OnceLock::new();
    TABLE.get_or_init(parsed).clone()
}

fn parsed() -> PriceTable {
    PriceTable {
        compiled_on: Some("2026-11-22"),
        any_within: Some("aws"),
        any_storage_is_assumed: true,
        transfer: rows::<TransferRow>(include_str!("../data/transfer-prices.csv"))
            .map(|row| ((row.from_region, row.to_region), row.usd_per_gb))
            .collect::<BTreeMap<_, _>>()
            .into(),
        internet: internet().into(),
        storage: rows::<StorageRow>(include_str!("../data/storage-prices.csv"))
            .map(|row| (row.region, row.usd_per_gb_month))
            .collect::<BTreeMap<_, _>>()
            .into(),
        archive: archive(),
        ..PriceTable::empty("aws-2026".to_string())
    }
}

fn internet() -> BTreeMap<String, Vec<Tier>> {
    let mut tiers: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows::<InternetRow>(include_str!("../data/internet-prices.csv")) {
        tiers.entry(row.from_region).or_default().push(Tier {
            upper_gb: row.tier_upper_gb,
            usd_per_gb: row.usd_per_gb,
        });
    }
    tiers
}

fn archive() -> ArchivePrices {
    let mut prices = ArchivePrices::default();
    for row in rows::<ArchiveRow>(include_str!("../data/archive-prices.csv")) {
        if row.kind == "restore" {
            prices.restore.insert(row.region, row.usd_per_gb);
        } else {
            prices.storage.entry(row.region).or_default().push(Tier {
                upper_gb: row.tier_upper_gb,
                usd_per_gb: row.usd_per_gb,
            });
        }
    }
    prices
}

#[derive(Deserialize)]
struct ArchiveRow {
    region: String,
    kind: String,
    tier_upper_gb: Option<f64>,
    usd_per_gb: f64,
}

#[derive(Deserialize)]
struct TransferRow {
    from_region: String,
    to_region: String,
    usd_per_gb: f64,
}

#[derive(Deserialize)]
struct InternetRow {
    from_region: String,
    tier_upper_gb: Option<f64>,
    usd_per_gb: f64,
}

#[derive(Deserialize)]
struct StorageRow {
    region: String,
    usd_per_gb_month: f64,
}

fn rows<R: DeserializeOwned>(text: &'static str) -> impl Iterator<Item = R> {
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .map(|row| row.expect("the price table is built in, and a test reads it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::regions;

    #[test]
    fn every_region_of_the_table_exists() {
        let table = aws_2026();
        let sources = table.transfer.keys().map(|(from, _)| from);
        for region in sources.chain(table.internet.keys()) {
            assert!(regions::find(region).is_some(), "{region}");
        }
        // 29 source Regions, each with a star and itself, and the pair us-east-1 <-> us-east-2.
        assert_eq!(table.transfer.len(), 29 * 2 + 2);
    }

    #[test]
    fn tiers_ascend_by_the_bounds_of_the_price_list() {
        let bounds = [Some(10_240.0), Some(51_200.0), Some(153_600.0), None];
        let table = aws_2026();
        for (region, tiers) in table.internet.iter() {
            let known: Vec<_> = tiers.iter().map(|tier| tier.upper_gb).collect();
            assert!(known == bounds || known == bounds[..1], "{region}");
        }
    }
}
