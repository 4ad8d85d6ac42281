//! What a run is asked.

use super::money::Tariff;
use crate::scenario::{Loaded, Statistic};
use crate::units::SimDuration;

pub use crate::scenario::HALF_HOUR;

/// What a run is asked beyond the tables that every run makes.
#[derive(Clone, Debug)]
pub struct Questions {
    /// Step of the timeline.
    pub bucket: SimDuration,
    /// Durations D of `within(D)`.
    pub limits: Vec<SimDuration>,
    /// Prices.
    pub tariff: Tariff,
}

impl Questions {
    /// Returns what a scenario asks.
    pub fn of(loaded: &Loaded) -> Self {
        let within = loaded
            .thresholds
            .iter()
            .filter_map(|threshold| match threshold.statistic {
                Statistic::Within(limit) => Some(limit),
                _ => None,
            });
        Self {
            bucket: loaded.scenario.bucket,
            limits: within.collect(),
            tariff: Tariff::new(loaded.prices.clone(), loaded.scenario.prices.clone()),
        }
    }
}
