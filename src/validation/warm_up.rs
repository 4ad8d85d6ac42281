//! Whether a warm-up is long enough that the empty beginning no longer shows.
//!
//! The same pushes, measured over the same window, twice: once they have always been replicated, once only since one
//! warm-up before the window, onto links that were empty until then (the rule comes by an event). What differs is what a
//! system that began empty has not forgotten, and nothing else: the draws are the same.

use serde::Serialize;

use super::CONFIDENCE;
use super::case::Case;
use super::suite::{Experiment, theory};
use crate::experiment::statistics::Estimate;
use crate::units::SimDuration;

/// How many warm-ups longer the long one is.
const LONGER: u64 = 4;
/// The bias that is allowed, in standard errors of the row's mean.
pub const ALLOWED_SHARE: f64 = 0.1;

/// The rows that are checked: one of each kind of link, the one that forgets most slowly.
const CHECKED: [(&str, &str); 5] = [
    ("M/M/1, load 0.7", "mean wait"),
    ("M/M/32, load 0.8", "mean wait"),
    ("M/G/1-PS, Pareto, load 0.7", "mean sojourn"),
    ("sharing, cap 1/16, Pareto", "mean sojourn"),
    ("M/G/infinity", "mean in flight"),
];

/// The bias that a warm-up leaves in a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WarmUp {
    /// The row's model.
    pub model: &'static str,
    /// The row's number.
    pub quantity: &'static str,
    /// The warm-up.
    pub warm_up_s: f64,
    /// Mean difference to a warm-up five times as long.
    pub bias: f64,
    /// Upper bound of its size: the further end of its 95 % interval.
    pub bias_at_most: f64,
    /// Standard error of the row's mean.
    pub standard_error: f64,
    /// Whether the bound is less than a tenth of the standard error.
    pub holds: bool,
}

/// A pair of scenarios that differ in the warm-up only.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The row.
    pub row: Experiment,
    /// Starts empty one warm-up before the window.
    pub short: Case,
    /// Starts empty five warm-ups before the window.
    pub long: Case,
}

/// Returns the pairs that are checked.
pub fn pairs() -> Vec<Pair> {
    let rows = theory().into_iter();
    rows.filter(|row| CHECKED.contains(&(row.model, row.quantity)))
        .map(Pair::of)
        .collect()
}

impl Pair {
    /// Returns the pair of a row.
    pub fn of(row: Experiment) -> Self {
        let loaded = row.case.load().scenario;
        let before = SimDuration::from_nanos(LONGER * loaded.warmup.as_nanos());
        let long = row
            .case
            .clone()
            .set("duration", before + loaded.duration)
            .set("warmup", before + loaded.warmup);
        let rule = "rules={all={destinations=['build/eu-west-1']}}";
        let begins = format!(
            "[{{at='{before}', action='PutReplicationConfiguration', registry='build/us-east-1', {rule}}}]"
        );
        let short = long
            .clone()
            .set("registries.'build/us-east-1'.rules", "{}")
            .set("events", begins);
        Self { row, short, long }
    }

    /// Returns what the pair says, from what the repeats observed with the short and, in the same order, the long warm-up.
    pub fn compared(&self, short: &[f64], long: &[f64]) -> WarmUp {
        let both = short.iter().zip(long);
        let differences: Vec<f64> = both.map(|(short, long)| short - long).collect();
        let bias = Estimate::of(&differences);
        let bias_at_most = bias.mean.abs() + bias.half_width(CONFIDENCE);
        let standard_error = Estimate::of(short).standard_error;
        WarmUp {
            model: self.row.model,
            quantity: self.row.quantity,
            warm_up_s: self.row.case.load().scenario.warmup.as_secs_f64(),
            bias: bias.mean,
            bias_at_most,
            standard_error,
            holds: bias_at_most < ALLOWED_SHARE * standard_error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::Run;

    fn compare(row: Experiment, repeats: u64) -> WarmUp {
        let pair = Pair::of(row);
        let observed = |case: &Case| -> Vec<f64> {
            let loaded = case.load();
            let run = |seed| Run::new(&loaded, seed, || true).expect("nobody interrupts");
            let seeds = 1..=repeats;
            seeds.map(|seed| (pair.row.observe)(&run(seed))).collect()
        };
        pair.compared(&observed(&pair.short), &observed(&pair.long))
    }

    fn row(model: &str) -> Experiment {
        let mut rows = theory().into_iter();
        rows.find(|row| row.model == model).expect("a row")
    }

    #[test]
    fn each_kind_of_link_is_checked() {
        assert_eq!(pairs().len(), CHECKED.len());
    }

    /// At a load of 0.95 a queue that began empty 100 s ago is far too short, and the check says so.
    #[test]
    fn a_warm_up_that_is_too_short_is_found() {
        let mut row = row("M/M/1, load 0.7");
        row.case = row
            .case
            .set("pushes.jobs.rate", "0.95 per second")
            .set("duration", "1700 s")
            .set("warmup", "100 s");
        let found = compare(row, 10);
        assert!(!found.holds && found.bias < 0.0, "{found:?}");
    }

    /// The same window under the same draws: where the beginning is forgotten, nothing differs at all.
    #[test]
    fn a_long_warm_up_leaves_nothing() {
        let mut row = row("M/M/1, load 0.7");
        row.case = row.case.set("duration", "2 h");
        let found = compare(row, 4);
        assert!(found.holds, "{found:?}");
        assert_eq!((found.bias, found.warm_up_s), (0.0, 2_000.0));
        assert!(found.standard_error > 0.0);
    }
}
