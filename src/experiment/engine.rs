//! What is experimented on: parameters and a seed in, numbers out.

use std::fmt::Debug;

/// A number that every run gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name: `replication_latency.p99`.
    pub name: String,
    /// Its unit: `s`, `bytes`, `USD`, or `1` for a share or a plain number.
    pub unit: &'static str,
}

/// A condition that a run must meet, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The condition in full, as written: `replication_latency p99 < 30 min`.
    pub condition: String,
    /// What the run gave; `None` without a sample, which is a breach.
    pub observed: Option<f64>,
    /// Whether the condition held.
    pub held: bool,
}

/// What one run gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// One value for each column of the engine; `None` without a sample.
    pub values: Vec<Option<f64>>,
    /// One answer for each condition of the point.
    pub answers: Vec<Answer>,
    /// Events that the run handled, to tell its speed.
    pub events: u64,
}

/// Why a run gave no sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoSample {
    /// The run was asked to stop.
    Interrupted,
    /// The run failed inside, in words.
    Failed(String),
}

/// A program that makes runs.
///
/// A run depends on its point and its seed alone, so that it may be made again, anywhere.
pub trait Engine: Sync {
    /// A set of parameters, read and checked once for any number of runs.
    type Point: Debug + Send + Sync;

    /// Returns the numbers that every run gives, in order.
    fn columns(&self) -> Vec<Column>;

    /// Reads and checks the parameters under overrides `KEY=VALUE`.
    ///
    /// # Errors
    /// Everything that is wrong with them, as text for people, ready to be shown.
    fn point(&self, overrides: &[String]) -> Result<Self::Point, String>;

    /// Returns everything that a run of the point depends on but for its seed and the program's version, as text.
    fn identity(&self, point: &Self::Point) -> String;

    /// Returns the point's own seed: that of its first repeat.
    fn seed(&self, point: &Self::Point) -> u64;

    /// Returns the columns that the point's conditions ask about: what a reader wants to see first.
    fn of_interest(&self, _: &Self::Point) -> Vec<String> {
        Vec::new()
    }

    /// Returns the columns whose means over repeats have no interval: those that rest on a law of infinite variance.
    fn without_interval(&self, _: &Self::Point) -> Vec<String> {
        Vec::new()
    }

    /// Makes one run for as long as `keep_going` says yes.
    ///
    /// # Errors
    /// If it was stopped, or failed inside.
    fn run(
        &self,
        point: &Self::Point,
        seed: u64,
        keep_going: &(dyn Fn() -> bool + Sync),
    ) -> Result<Sample, NoSample>;
}
