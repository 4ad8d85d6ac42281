//! Pulls of fleets: counted by the registry that served them, with their bytes by month.

use std::collections::BTreeMap;

use super::ledger::Ledger;
use super::money::PullUse;
use super::outcome::PullRow;
use super::table::{Number, Usd};
use crate::simulation::{Model, Offer, Pull};

/// What was heard of pulls, and of the images that they may ask for.
#[derive(Clone, Debug, Default)]
pub(super) struct PullBook {
    /// By pull stream and registry; nobody stands last.
    pub tallies: BTreeMap<(usize, Served), Tally>,
    /// By push stream.
    pub offers: BTreeMap<usize, Offered>,
}

/// Who served a pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Served {
    /// The registry at this place.
    By(usize),
    /// Nobody: no registry that was asked had the image.
    ByNobody,
}

/// Pulls of one stream from one registry.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub pulls: u64,
    pub stale: u64,
    /// Bytes by month of the run.
    pub month_bytes: Vec<u64>,
}

/// Images of one push stream.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offered {
    pub images: u64,
    /// Bytes of whole images.
    pub image_bytes: u64,
    /// Bytes of layers that no earlier image of its repository had.
    pub new_bytes: u64,
}

/// Sums over one stream or all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Pulls that were served.
    pub served: u64,
    /// Of these, those by a registry in the fleet's Region.
    pub local: u64,
    pub stale: u64,
}

impl PullBook {
    pub fn offered(&mut self, offer: &Offer) {
        let of = self.offers.entry(offer.stream as usize).or_default();
        of.images += 1;
        of.image_bytes += offer.image_bytes;
        of.new_bytes += offer.new_bytes;
    }

    /// Counts a pull in the month at this place.
    pub fn pulled(&mut self, pull: &Pull, month: usize) {
        let served = pull
            .registry
            .map_or(Served::ByNobody, |registry| Served::By(registry.index()));
        let of = self
            .tallies
            .entry((pull.stream as usize, served))
            .or_default();
        of.pulls += 1;
        of.stale += u64::from(pull.is_stale);
        if of.month_bytes.len() <= month {
            of.month_bytes.resize(month + 1, 0);
        }
        of.month_bytes[month] += pull.bytes;
    }

    /// Returns what each stream pulled from each registry in the month at this place.
    pub fn month_uses(&self, month: usize) -> Vec<PullUse> {
        let of_month = |(&(stream, served), tally): (&(usize, Served), &Tally)| {
            let Served::By(registry) = served else {
                return None;
            };
            let bytes = tally.month_bytes.get(month).copied().unwrap_or(0);
            (bytes > 0).then_some(PullUse {
                stream,
                registry,
                bytes,
            })
        };
        self.tallies.iter().filter_map(of_month).collect()
    }

    /// Returns the sums over one stream, or all.
    pub fn sum(&self, model: &Model, stream: Option<usize>) -> Sum {
        let mut sum = Sum::default();
        for (&(of, served), tally) in &self.tallies {
            let Served::By(registry) = served else {
                continue;
            };
            if stream.is_some_and(|stream| stream != of) {
                continue;
            }
            sum.served += tally.pulls;
            sum.stale += tally.stale;
            if model.registries[registry].region == model.pulls[of].region {
                sum.local += tally.pulls;
            }
        }
        sum
    }
}

impl Sum {
    /// Returns the share of served pulls that `part` is.
    pub fn share(&self, part: u64) -> Option<f64> {
        (self.served > 0).then(|| part as f64 / self.served as f64)
    }
}

/// Dollars of pulls, by pull stream and registry.
pub(super) type PullDollars = BTreeMap<(usize, usize), f64>;

/// Returns the rows of `pulls.csv`.
pub(super) fn rows(ledger: &Ledger<'_>, dollars: &PullDollars) -> Vec<PullRow> {
    let model = ledger.model;
    let row = |(&(stream, served), tally): (&(usize, Served), &Tally)| {
        let sum = ledger.pulls.sum(model, Some(stream));
        let fleet = &model.pulls[stream];
        let (account, region) = (&model.accounts[fleet.account], &model.regions[fleet.region]);
        let (from, usd) = match served {
            Served::By(registry) => (
                model.names.registries[registry].clone(),
                dollars.get(&(stream, registry)).copied(),
            ),
            Served::ByNobody => (String::new(), None),
        };
        PullRow {
            stream: fleet.name.clone(),
            from,
            to: format!("{}/{region}", account.alias),
            pulls: tally.pulls,
            bytes: tally.month_bytes.iter().sum(),
            usd: Usd(usd.unwrap_or(0.0)),
            local_share: sum.share(sum.local).map(Number),
            stale: tally.stale,
        }
    };
    ledger.pulls.tallies.iter().map(row).collect()
}

/// Returns a statistic of a metric for one stream of pulls.
pub(super) fn of_stream(
    ledger: &Ledger<'_>,
    dollars: &PullDollars,
    (metric, stream, statistic): (&str, &str, &str),
    monthly: f64,
) -> Option<f64> {
    let model = ledger.model;
    let place = model.pulls.iter().position(|pull| pull.name == stream)?;
    let sum = ledger.pulls.sum(model, Some(place));
    let usd = dollars.iter().filter(|((of, _), _)| *of == place);
    let usd: f64 = usd.map(|(_, usd)| usd).sum();
    match (metric, statistic) {
        ("stale_tags", "total") => Some(sum.stale as f64),
        ("stale_tags", "rate") => sum.share(sum.stale),
        ("pull_usd", "total") => Some(usd),
        ("pull_usd", "monthly") => Some(usd * monthly),
        _ => None,
    }
}
