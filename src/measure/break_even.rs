//! Replicate or pull across: the pulls per image above which a replica is cheaper.
//!
//! Of an image of mean size, with t the price of a byte from Region to Region and s the price of a byte stored for a month:
//!
//! - a pull across costs p = (1 - cached) x image bytes x t;
//! - replicating it costs r = replica bytes x t once, replica bytes being what it adds to the layers that are there;
//! - keeping it costs k = replica bytes x s a month.
//!
//! Pulled n times and kept m months, pulling across costs n p and a replica r + m k, from which a pull in the same Region is
//! free: they are equal at n = (r + m k) / p. The prices are those of the bill (facts: prices); under tiers, the first.

use super::ledger::Ledger;
use super::outcome::BreakEvenRow;
use super::pulls::Offered;
use super::table::{Number, Usd};
use crate::simulation::{Model, PullModel};

/// How many months a replica is kept: a row for each.
const KEPT_MONTHS: [u32; 6] = [0, 1, 2, 3, 6, 12];

/// What decides between a replica and pulling across, in dollars per image.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Prices {
    /// One pull across.
    pull: f64,
    /// Replicating it.
    replication: f64,
    /// A month of storage of its replica.
    storage_month: f64,
}

impl Prices {
    /// Returns the pulls per image at which both cost the same; `None` if pulling is free.
    fn break_even(&self, kept_months: f64) -> Option<f64> {
        let replica = self.replication + kept_months * self.storage_month;
        (self.pull > 0.0).then(|| replica / self.pull)
    }
}

/// Returns the rows of `breakeven.csv`: of every pull stream for whose images there is something to reckon.
pub(super) fn rows(ledger: &Ledger<'_>) -> Vec<BreakEvenRow> {
    let model = ledger.model;
    let streams = model.pulls.iter().enumerate();
    streams
        .filter_map(|(place, pull)| {
            let offered = ledger.pulls.offers.get(&pull.stream)?;
            let pulls = ledger.pulls.sum(model, Some(place)).served;
            Some(rows_of(ledger, pull, offered, pulls))
        })
        .flatten()
        .collect()
}

fn rows_of(
    ledger: &Ledger<'_>,
    pull: &PullModel,
    offered: &Offered,
    pulls: u64,
) -> Vec<BreakEvenRow> {
    let model = ledger.model;
    let images = offered.images as f64;
    let image_bytes = offered.image_bytes as f64 / images;
    let replica_bytes = offered.new_bytes as f64 / images;
    let prices = prices(ledger, pull, image_bytes, replica_bytes);
    let pulls_per_image = pulls as f64 / images;
    let row = |kept_months: u32| {
        let break_even = prices.break_even(f64::from(kept_months));
        let is_replica_cheaper = break_even.is_some_and(|least| pulls_per_image > least);
        BreakEvenRow {
            stream: pull.name.clone(),
            from: region(model, pull.far.index()),
            to: model.regions[pull.region].clone(),
            images: offered.images,
            pulls,
            pulls_per_image: Number(pulls_per_image),
            mean_image_bytes: Number(image_bytes),
            mean_replica_bytes: Number(replica_bytes),
            pull_usd: Usd(prices.pull),
            replication_usd: Usd(prices.replication),
            storage_month_usd: Usd(prices.storage_month),
            kept_months,
            break_even_pulls_per_image: break_even.map(Number),
            cheaper: if is_replica_cheaper {
                "replicate"
            } else {
                "pull"
            }
            .to_owned(),
        }
    };
    KEPT_MONTHS.map(row).to_vec()
}

fn region(model: &Model, registry: usize) -> String {
    model.regions[model.registries[registry].region].clone()
}

fn prices(ledger: &Ledger<'_>, pull: &PullModel, image_bytes: f64, replica_bytes: f64) -> Prices {
    let (model, tariff) = (ledger.model, &ledger.tariff);
    let to = &model.regions[pull.region];
    let source = region(model, model.streams[pull.stream].registry.index());
    let across = tariff.first_byte_rate(&region(model, pull.far.index()), to);
    Prices {
        pull: (1.0 - pull.plan.cached) * image_bytes * across,
        replication: replica_bytes * tariff.first_byte_rate(&source, to),
        storage_month: replica_bytes * tariff.stored_byte_rate(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_cost_the_same_at_the_break_even() {
        // An image of 10 GB of which a node holds half, 0.02 USD a GB across, 0.10 USD a GB and month; 4 GB are new layers.
        let prices = Prices {
            pull: 0.5 * 10.0 * 0.02,
            replication: 4.0 * 0.02,
            storage_month: 4.0 * 0.10,
        };
        let close = |months: f64, pulls: f64| {
            let found = prices.break_even(months).expect("pulling costs");
            assert!((found - pulls).abs() < 1e-12, "{found}");
        };
        // 0.10 USD a pull; 0.08 USD once, 0.40 USD a month.
        close(0.0, 0.8);
        close(1.0, 4.8);
        close(3.0, 12.8);
    }

    #[test]
    fn what_is_free_is_never_beaten() {
        let prices = Prices {
            pull: 0.0,
            replication: 0.0,
            storage_month: 0.4,
        };
        assert_eq!(prices.break_even(1.0), None);
    }
}
