//! More than two systems: which is the best, and how sure that is.

use serde::Serialize;

use super::runs::{Gathered, System};
use super::select::natural;
use crate::experiment::statistics::{
    CONFIDENCE, Preference, against_the_best, chances_of_being_best,
};

/// What a ranking goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankBy<'a> {
    /// The number.
    pub metric: &'a str,
    /// Whether less or more of it is better.
    pub preference: Preference,
}

/// The systems, the best first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranking {
    /// The number that they are ranked by.
    pub metric: String,
    /// Its unit.
    pub unit: &'static str,
    /// Whether the least is the best, not the greatest.
    pub least_is_best: bool,
    /// Repeats in which all have a sample.
    pub repeats: u64,
    /// The systems, the best mean first.
    pub systems: Vec<Ranked>,
}

/// A system's place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranked {
    /// Its name.
    pub system: String,
    /// Its mean.
    pub mean: f64,
    /// Share of resampled experiments in which it is the best.
    pub chance_of_being_best: f64,
    /// Bounds of its true mean less the best of the others'; those of all systems hold together with a chance of 95 %.
    pub to_the_best: (f64, f64),
}

/// Ranks the systems.
///
/// # Errors
/// If there is no such number, or fewer than two repeats in which all have it.
pub(super) fn ranking(gathered: &Gathered, by: RankBy<'_>) -> Result<Ranking, String> {
    let place = natural(by.metric, &gathered.columns)?;
    let column = &gathered.columns[place];
    let values = common(&gathered.systems, place);
    let repeats = values.first().map_or(0, Vec::len);
    if repeats < 2 {
        let name = &column.name;
        return Err(format!(
            "cannot rank by `{name}`: fewer than two repeats give it for all"
        ));
    }
    let chances = chances_of_being_best(&values, by.preference);
    let intervals = against_the_best(&values, by.preference, CONFIDENCE);
    let found = gathered
        .systems
        .iter()
        .zip(&values)
        .zip(chances)
        .zip(intervals);
    let mut systems: Vec<Ranked> = found
        .map(|(((system, values), chance), interval)| Ranked {
            system: system.name.clone(),
            mean: values.iter().sum::<f64>() / repeats as f64,
            chance_of_being_best: chance,
            to_the_best: (interval.low, interval.high),
        })
        .collect();
    let goodness = |of: &Ranked| by.preference.sign() * of.mean;
    systems.sort_by(|a, b| goodness(b).total_cmp(&goodness(a)));
    Ok(Ranking {
        metric: column.name.clone(),
        unit: column.unit,
        least_is_best: by.preference == Preference::Least,
        repeats: repeats as u64,
        systems,
    })
}

/// Returns the values of each system in the repeats in which all have one.
fn common(systems: &[System], place: usize) -> Vec<Vec<f64>> {
    let repeats = systems
        .first()
        .map_or(0, |system| system.values[place].len());
    let in_all = |repeat: &usize| systems.iter().all(|of| of.values[place][*repeat].is_some());
    let kept: Vec<usize> = (0..repeats).filter(in_all).collect();
    let of_system = |of: &System| kept.iter().filter_map(|&at| of.values[place][at]).collect();
    systems.iter().map(of_system).collect()
}
