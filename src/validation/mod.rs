//! Validation against theory: links of ordinary scenarios beside the closed forms of queueing theory.
//!
//! Each row of the [`Card`] is a number that theory gives ([`theory`], [`formulas`]) and the mean of what independent
//! repeats of a scenario observed, with its 95 % interval of Student's t ([`Estimate`]). No two rows share a run, so the
//! number of misses is binomial where all is right, and more than it bears fail the card. The intervals themselves and the
//! warm-ups are checked too ([`coverage`], [`warm_up`]). Knows nothing of screens and files.

mod card;
mod case;
pub mod coverage;
pub mod formulas;
pub mod observe;
pub mod scenarios;
mod suite;
pub mod warm_up;

pub use card::{Card, Row, Verdict};
pub use case::{Case, Run};
pub use coverage::Coverage;
pub use suite::{Experiment, MEAN_IN_FLIGHT, theory};
pub use warm_up::WarmUp;

pub use crate::experiment::statistics::Estimate;

use rayon::prelude::*;

use crate::engine::Key;
use crate::scenario::Loaded;
use crate::simulation::Interrupted;
use warm_up::Pair;

/// Share of intervals that hold the true mean.
pub const CONFIDENCE: f64 = 0.95;
/// A row whose interval of this confidence misses is wrong by itself: chance does that once in 100,000 rows.
pub const PLAINLY_WRONG: f64 = 0.99999;

/// How much is validated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Runs behind each interval, at least 2.
    pub repeats: u64,
    /// Seed that every run's own is made from.
    pub seed: u64,
}

/// Who looks on while the runs go on, from several threads at once.
pub trait Watch: Sync {
    /// A run has ended, after so many events.
    fn ended(&self, events: u64);
    /// Whether to go on.
    fn keep_going(&self) -> bool;
}

/// The repeats of a scenario.
struct Batch<'a> {
    /// Gives the repeats draws of their own.
    name: String,
    loaded: &'a Loaded,
    observe: fn(&Run) -> f64,
}

impl Plan {
    /// Returns how many runs there are.
    pub fn runs(&self) -> u64 {
        let cases = theory().len() + 2 * warm_up::pairs().len();
        (cases as u64 + coverage::EXPERIMENTS) * self.repeats
    }

    /// Makes all runs, in parallel on rayon's present pool, and returns the card; it does not depend on the threads.
    ///
    /// # Errors
    /// If `watch` wants no more.
    ///
    /// # Panics
    /// If there are fewer than 2 repeats.
    pub fn carry_out(&self, watch: &impl Watch) -> Result<Card, Interrupted> {
        let rows = self.rows(watch)?;
        let coverage = self.coverage(watch)?;
        let warm_up = self.warm_up(watch)?;
        Ok(Card::new(self.seed, self.repeats, rows, coverage, warm_up))
    }

    fn rows(&self, watch: &impl Watch) -> Result<Vec<Row>, Interrupted> {
        let experiments = theory();
        let loaded: Vec<Loaded> = experiments.iter().map(|row| row.case.load()).collect();
        let batch = |(row, loaded): (&Experiment, _)| Batch {
            name: format!("{}: {}", row.model, row.quantity),
            loaded,
            observe: row.observe,
        };
        let batches: Vec<Batch<'_>> = experiments.iter().zip(&loaded).map(batch).collect();
        let observed = self.observed(&batches, watch)?;
        let row = |(row, values): (_, &Vec<f64>)| Row::new(row, values);
        Ok(experiments.iter().zip(&observed).map(row).collect())
    }

    fn coverage(&self, watch: &impl Watch) -> Result<Coverage, Interrupted> {
        let loaded = coverage::case().load();
        let experiment = |number| Batch {
            name: format!("coverage {number}"),
            loaded: &loaded,
            observe: coverage::observe,
        };
        let batches: Vec<Batch<'_>> = (0..coverage::EXPERIMENTS).map(experiment).collect();
        Ok(Coverage::of(&self.observed(&batches, watch)?))
    }

    fn warm_up(&self, watch: &impl Watch) -> Result<Vec<WarmUp>, Interrupted> {
        let pairs = warm_up::pairs();
        let observed = |case: fn(&Pair) -> &Case| {
            let loaded: Vec<Loaded> = pairs.iter().map(|pair| case(pair).load()).collect();
            let batch = |(pair, loaded): (&Pair, _)| Batch {
                name: format!("warm-up of {}", pair.row.model),
                loaded,
                observe: pair.row.observe,
            };
            let batches: Vec<Batch<'_>> = pairs.iter().zip(&loaded).map(batch).collect();
            self.observed(&batches, watch)
        };
        // By the same names, so under the same draws.
        let (short, long) = (observed(|pair| &pair.short)?, observed(|pair| &pair.long)?);
        let both = short.iter().zip(&long);
        let compared =
            |(pair, both): (&Pair, (&Vec<f64>, &Vec<f64>))| pair.compared(both.0, both.1);
        Ok(pairs.iter().zip(both).map(compared).collect())
    }

    /// Makes every run and returns what the repeats of each batch observed.
    fn observed(
        &self,
        batches: &[Batch<'_>],
        watch: &impl Watch,
    ) -> Result<Vec<Vec<f64>>, Interrupted> {
        let repeat = |batch: &Batch<'_>, number| {
            let run = Run::new(batch.loaded, self.seed_of(&batch.name, number), || {
                watch.keep_going()
            })?;
            watch.ended(run.outcome.events);
            Ok((batch.observe)(&run))
        };
        let repeats = |batch| {
            let numbers = (0..self.repeats).into_par_iter();
            numbers.map(|number| repeat(batch, number)).collect()
        };
        batches.par_iter().map(repeats).collect()
    }

    /// Returns the seed of a repeat: 53 bits, which a scenario's `seed` can hold, and a number of JSON too.
    fn seed_of(&self, name: &str, number: u64) -> u64 {
        let key = Key::new(self.seed, "validate").named(name);
        key.numbered(number).bits() >> 11
    }
}
