//! What holds for one pair of Regions: presets, routes and links merged key by key.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use super::distribution::{Distribution, Law, Lognormal, Percentile};
use super::names::Route;
use super::types::{Latency, LatencyPreset, RouteLatency, Scenario, Stall};
use crate::units::{Limit, SimDuration, Speed};

/// The parameters of one link, every key filled; `None` is unlimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkParameters {
    /// Copies in progress at once.
    pub slots: Option<u64>,
    /// A single copy's top speed.
    pub per_copy: Option<Speed>,
    /// Speed of the whole link.
    pub bandwidth: Option<Speed>,
}

/// The latency of one pair of Regions, every key filled.
#[derive(Clone, Debug, PartialEq)]
pub struct LatencyParameters {
    /// From an accepted push until the copy may start.
    pub dispatch: Distribution<SimDuration>,
    /// Chance that a copy stalls.
    pub stall_probability: f64,
    /// How long it stalls.
    pub stall: Distribution<SimDuration>,
}

impl Scenario {
    /// Returns the parameters of the link from `source` to `destination` Region.
    ///
    /// Key by key, the exact pair is asked first, then the exact source, the exact destination, `* -> *`, and at last the default.
    pub fn link_parameters(&self, source: &str, destination: &str) -> LinkParameters {
        let matching = by_specificity(&self.links, source, destination);
        let default = self.latency.preset.per_copy();
        LinkParameters {
            slots: first(&matching, |link| link.slots)
                .and_then(|limit| limit.bound())
                .map(NonZeroU64::get),
            per_copy: first(&matching, |link| link.per_copy)
                .unwrap_or(Limit::AtMost(default))
                .bound(),
            bandwidth: first(&matching, |link| link.bandwidth).and_then(|limit| limit.bound()),
        }
    }

    /// Returns the latency from `source` to `destination` Region: its routes first, then `[latency]`, then the preset.
    pub fn latency(&self, source: &str, destination: &str) -> LatencyParameters {
        let routes = by_specificity(&self.latency.routes, source, destination);
        let general = RouteLatency {
            dispatch: self.latency.dispatch.clone(),
            stall: self.latency.stall.clone(),
        };
        let preset = self.latency.preset.parameters();
        let mut sources = routes;
        sources.push(&general);
        LatencyParameters {
            dispatch: first(&sources, |route| route.dispatch.clone()).unwrap_or(preset.dispatch),
            stall_probability: first(&sources, |route| route.stall.as_ref()?.probability)
                .unwrap_or(preset.stall_probability),
            stall: first(&sources, |route| route.stall.as_ref()?.time.clone())
                .unwrap_or(preset.stall),
        }
    }

    /// Fills every key that a preset or a default of links gives, so that the scenario shows what it rests on.
    pub fn fill_defaults(&mut self) {
        let preset = self.latency.preset.parameters();
        let per_copy = self.latency.preset.per_copy();
        fill_latency(&mut self.latency, preset);
        let link = self.links.entry(Route::any()).or_default();
        link.slots.get_or_insert(Limit::UNLIMITED);
        link.per_copy.get_or_insert(Limit::AtMost(per_copy));
        link.bandwidth.get_or_insert(Limit::UNLIMITED);
    }
}

fn fill_latency(latency: &mut Latency, preset: LatencyParameters) {
    latency.dispatch.get_or_insert(preset.dispatch);
    let stall = latency.stall.get_or_insert(Stall {
        probability: None,
        time: None,
    });
    stall.probability.get_or_insert(preset.stall_probability);
    stall.time.get_or_insert(preset.stall);
}

/// Returns the entries that concern the pair, the most specific first.
pub(super) fn by_specificity<'a, V>(
    entries: &'a BTreeMap<Route, V>,
    source: &str,
    destination: &str,
) -> Vec<&'a V> {
    let order = [
        (source, destination),
        (source, "*"),
        ("*", destination),
        ("*", "*"),
    ];
    order
        .iter()
        .filter_map(|(from, to)| entries.get(&Route::between(from, to)))
        .collect()
}

fn first<'a, E, V>(entries: &[&'a E], key: impl Fn(&'a E) -> Option<V>) -> Option<V> {
    entries.iter().find_map(|entry| key(entry))
}

impl LatencyPreset {
    /// Returns the preset's latency; MODEL.md, "Latency presets", gives each its reason.
    pub fn parameters(self) -> LatencyParameters {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 3_600;
        match self {
            Self::Observed => LatencyParameters {
                dispatch: lognormal_by_median(3, 0.8),
                stall_probability: 0.004,
                stall: pareto(10 * MINUTE, 1.1, 12 * HOUR),
            },
            Self::Documented => LatencyParameters {
                dispatch: lognormal_by_quantiles(5 * MINUTE, 25 * MINUTE),
                stall_probability: 0.01,
                stall: pareto(20 * MINUTE, 1.1, 24 * HOUR),
            },
            Self::Pessimistic => LatencyParameters {
                dispatch: lognormal_by_quantiles(15 * MINUTE, 2 * HOUR),
                stall_probability: 0.02,
                stall: pareto(HOUR, 0.9, 48 * HOUR),
            },
        }
    }

    /// Returns the preset's top speed of a single copy.
    pub fn per_copy(self) -> Speed {
        match self {
            Self::Observed | Self::Documented => Speed::from_bits_per_s(400_000_000),
            Self::Pessimistic => Speed::from_bits_per_s(100_000_000),
        }
    }
}

fn lognormal_by_median(median_s: u64, sigma: f64) -> Distribution<SimDuration> {
    Distribution::Law(Law::Lognormal(Lognormal {
        median: Some(SimDuration::from_secs(median_s)),
        sigma: Some(sigma),
        max: None,
        quantiles: BTreeMap::new(),
    }))
}

fn lognormal_by_quantiles(p50_s: u64, p95_s: u64) -> Distribution<SimDuration> {
    let quantile =
        |key: &str, value_s| (Percentile(key.to_owned()), SimDuration::from_secs(value_s));
    Distribution::Law(Law::Lognormal(Lognormal {
        median: None,
        sigma: None,
        max: None,
        quantiles: BTreeMap::from([quantile("p50", p50_s), quantile("p95", p95_s)]),
    }))
}

fn pareto(scale_s: u64, shape: f64, max_s: u64) -> Distribution<SimDuration> {
    Distribution::Law(Law::Pareto {
        scale: SimDuration::from_secs(scale_s),
        shape,
        max: Some(SimDuration::from_secs(max_s)),
    })
}
