//! A scenario under many seeds, and what they say together.

use std::path::Path;

use ecrsim::measure::record::ReplicationRecord;
use ecrsim::scenario::{Loaded, load};
use ecrsim::units::SimTime;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::support::{Run, run_seeded};

/// Share of intervals that hold the true mean.
const CONFIDENCE: f64 = 0.999;

/// A scenario file with overrides, run under the seeds from 1 to `repeats`.
pub struct Case {
    name: &'static str,
    overrides: Vec<String>,
    repeats: u64,
}

/// The mean of a number over the repeats, each of which gives it once.
pub struct Estimate {
    mean: f64,
    half_width: f64,
    told: String,
}

impl Case {
    /// Returns a case of `scenarios/<name>.toml`.
    pub fn new(name: &'static str, repeats: u64) -> Self {
        Self {
            name,
            overrides: Vec::new(),
            repeats,
        }
    }

    /// Overrides a key as `--set` does.
    #[must_use]
    pub fn set(mut self, key: &str, value: impl ToString) -> Self {
        self.overrides.push(format!("{key}={}", value.to_string()));
        self
    }

    /// Runs the case and estimates what `numbers` takes from each run.
    pub fn estimate<const N: usize>(
        &self,
        numbers: impl Fn(&Run) -> [f64; N] + Sync,
    ) -> [Estimate; N] {
        let loaded = self.load();
        let runs: Vec<[f64; N]> = (1..=self.repeats)
            .into_par_iter()
            .map(|seed| {
                let run = run_seeded(&loaded, seed);
                let ended = run.records.iter().all(|record| record.ended_at.is_some());
                assert!(
                    ended,
                    "the cool-down is too short; {}, at {seed}",
                    self.told()
                );
                numbers(&run)
            })
            .collect();
        std::array::from_fn(|place| {
            let values: Vec<f64> = runs.iter().map(|numbers| numbers[place]).collect();
            Estimate::of(&values, self.told())
        })
    }

    fn load(&self) -> Loaded {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/theory/scenarios");
        let path = folder.join(self.name).with_extension("toml");
        load(&path, &self.overrides)
            .unwrap_or_else(|found| panic!("the scenario is wrong:\n{}", found.render(false)))
    }

    /// What a failure ends with: enough to repeat it.
    fn told(&self) -> String {
        format!(
            "{}.toml with {:?}; seeds 1 to {}",
            self.name, self.overrides, self.repeats
        )
    }
}

impl Estimate {
    fn of(values: &[f64], told: String) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let standard_error = (squares / (n - 1.0) / n).sqrt();
        let student = StudentsT::new(0.0, 1.0, n - 1.0).expect("at least two repeats");
        let half_width = student.inverse_cdf(0.5 + CONFIDENCE / 2.0) * standard_error;
        Self {
            mean,
            half_width,
            told,
        }
    }

    /// Asserts that the interval holds `theory` and that its half-width is at most the share `widest` of it.
    pub fn agrees(&self, what: &str, theory: f64, widest: f64) {
        let Self {
            mean,
            half_width,
            told,
        } = self;
        println!("{what}: {mean:.5} +- {half_width:.5}, theory {theory:.5}");
        assert!(
            (mean - theory).abs() <= *half_width,
            "{what}: {mean} +- {half_width}, but theory says {theory}; {told}"
        );
        assert!(
            *half_width <= widest * theory.abs(),
            "{what}: {mean} +- {half_width} is too wide for {theory}; {told}"
        );
    }
}

impl Run {
    /// Returns the mean of a number over the measured replications.
    pub fn mean(&self, number: impl Fn(&ReplicationRecord) -> f64) -> f64 {
        self.records.iter().map(number).sum::<f64>() / self.records.len() as f64
    }

    /// Returns the share of the measured replications for which `holds` is true.
    pub fn share(&self, holds: impl Fn(&ReplicationRecord) -> bool) -> f64 {
        self.mean(|record| f64::from(u8::from(holds(record))))
    }
}

/// Returns the wait for a slot, in seconds.
pub fn wait_s(record: &ReplicationRecord) -> f64 {
    record.queue.as_secs_f64()
}

/// Returns the time from the queue's tail to the replica, in seconds: queueing theory's time in system.
pub fn sojourn_s(record: &ReplicationRecord) -> f64 {
    let (from, until) = record
        .eligible_at
        .zip(record.ended_at)
        .expect("a replication that arrived was eligible and ended");
    until.since(from).as_secs_f64()
}

/// Returns a moment in seconds from the run's start.
pub fn at_s(at: SimTime) -> f64 {
    at.since(SimTime::ZERO).as_secs_f64()
}
