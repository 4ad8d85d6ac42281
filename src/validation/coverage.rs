//! Whether the intervals hold what they should as often as they say.

use serde::Serialize;
use statrs::distribution::{Binomial, DiscreteCDF};

use super::CONFIDENCE;
use super::case::{Case, Run};
use super::formulas::slowdown_ps;
use super::observe::sojourn_s;
use super::scenarios::{EXPONENTIAL, SHARING};
use crate::experiment::statistics::Estimate;

/// Independent experiments, each of which gives one interval.
pub const EXPERIMENTS: u64 = 400;
/// A perfect 95 % interval covers the truth in fewer of them, or in more than [`MOST`], at most once in a thousand times.
pub const LEAST: u64 = 365;
/// See [`LEAST`].
pub const MOST: u64 = 393;

/// Share of the link in use.
const LOAD: f64 = 0.5;

/// How many intervals held the true value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Experiments made.
    pub experiments: u64,
    /// Of these, those whose interval held the truth.
    pub covered: u64,
    /// Fewest that a perfect interval covers but for bad luck.
    pub least: u64,
    /// Most that it covers but for good luck.
    pub most: u64,
    /// Whether `covered` lies between them.
    pub holds: bool,
}

/// Returns the scenario of an experiment's runs. Lambda: 0.5 per second. Mu: 1 per second, exponential sizes on a shared link;
/// warm-up 300 s. A run's mean over some 1,500 copies that share a link at half its load is near-normal.
pub fn case() -> Case {
    Case::new("sharing.toml", SHARING)
        .set("pushes.jobs.rate", format!("{LOAD} per second"))
        .set("pushes.jobs.size", EXPONENTIAL)
        .set("duration", "3600 s")
        .set("warmup", "300 s")
        .set("cooldown", "300 s")
}

/// Takes from a run the number whose true value is [`truth`].
pub fn observe(run: &Run) -> f64 {
    run.mean(sojourn_s)
}

/// Returns the true mean time in the system, in seconds.
pub fn truth() -> f64 {
    slowdown_ps(LOAD)
}

impl Coverage {
    /// Returns the coverage of the experiments, each given by what its repeats observed.
    ///
    /// # Panics
    /// If they are not [`EXPERIMENTS`].
    pub fn of(experiments: &[Vec<f64>]) -> Self {
        assert_eq!(
            experiments.len() as u64,
            EXPERIMENTS,
            "the bounds are those of so many"
        );
        let covers = |values: &&Vec<f64>| Estimate::of(values).covers(truth(), CONFIDENCE);
        let covered = experiments.iter().filter(covers).count() as u64;
        Self {
            experiments: EXPERIMENTS,
            covered,
            least: LEAST,
            most: MOST,
            holds: (LEAST..=MOST).contains(&covered),
        }
    }
}

/// Returns how many of `rows` independent 95 % intervals may miss: more do at most once in a thousand cards.
pub fn allowed_misses(rows: u64) -> u64 {
    let misses = binomial(1.0 - CONFIDENCE, rows);
    (0..rows)
        .find(|&most| misses.sf(most) <= ONCE_IN_A_THOUSAND)
        .unwrap_or(rows)
}

const ONCE_IN_A_THOUSAND: f64 = 1e-3;

fn binomial(chance: f64, count: u64) -> Binomial {
    Binomial::new(chance, count).expect("a chance lies between 0 and 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A perfect interval falls outside the bounds less than once in a thousand times, and outside narrower ones more often.
    #[test]
    fn bounds_are_those_of_the_binomial() {
        let covers = binomial(CONFIDENCE, EXPERIMENTS);
        let outside = |least: u64, most: u64| covers.cdf(least - 1) + covers.sf(most);
        assert!((0.7e-3..1e-3).contains(&outside(LEAST, MOST)));
        assert!(outside(LEAST + 1, MOST) > 1e-3 && outside(LEAST, MOST - 1) > 1e-3);
    }

    /// Of 20 rows, 1 misses on average; more than 4 miss with a chance of 0.26 %, more than 5 of 0.03 % (tables).
    #[test]
    fn misses_are_those_of_the_binomial() {
        assert_eq!(allowed_misses(20), 5);
        assert_eq!(allowed_misses(1), 1);
        assert!(binomial(0.05, 20).sf(4) > 2e-3);
    }

    #[test]
    fn covering_is_counted() {
        // Intervals of two repeats around the truth, 2 s, reach 1.3 s from it; those around 12 s do not hold it.
        let coverage = |misses: u64| {
            let off = |n: u64| if n < misses { 10.0 } else { 0.0 };
            let values = |n| vec![truth() + off(n) - 0.1, truth() + off(n) + 0.1];
            let found = Coverage::of(&(0..EXPERIMENTS).map(values).collect::<Vec<_>>());
            (found.covered, found.holds)
        };
        assert_eq!(coverage(36), (364, false));
        assert_eq!(coverage(35), (365, true));
        assert_eq!(coverage(0), (400, false));
    }
}
