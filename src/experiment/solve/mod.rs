//! The least or the greatest value of a key that meets conditions.
//!
//! A value meets a condition if the mean over repeats does so with 95 % confidence: its one-sided bound of Student's t lies on
//! the right side of the limit. The same seeds serve at every value (common random numbers), so that two values differ by
//! what they are and not by their luck. The search looks at both ends and at some values between, then halves the stretch in
//! which the answer must lie. It knows nothing of what is simulated ([`Limited`]).

mod bound;
mod files;
mod range;
mod search;
mod told;
mod trials;
mod until;

use crate::scenario::Operator;

use super::engine::Engine;
use super::statistics::CONFIDENCE;

pub use bound::{Finding, Verdict};
pub use files::{check_place, write_solve};
pub use range::{Range, Value};
pub use search::{Solution, Sought, solve};
pub use told::{Document, grid};
pub use trials::Tried;
pub use until::thresholds_override;

/// What a condition compares with.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// The condition in full, as written: `replication_latency p99 < 10 min`.
    pub condition: String,
    /// How a mean is compared.
    pub operator: Operator,
    /// With what.
    pub value: f64,
    /// Its unit: `s`, `bytes`, `USD`, or `1` for a share or a plain number.
    pub unit: &'static str,
    /// Whether the mean over repeats has an interval: not if it rests on a law with too heavy a tail.
    pub has_interval: bool,
}

/// An engine whose conditions compare with limits.
pub trait Limited: Engine {
    /// Returns the limit of each of a run's answers, in their order.
    fn limits(&self, point: &Self::Point) -> Vec<Limit>;
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Overrides under which everything happens, `KEY=VALUE`.
    pub overrides: Vec<String>,
    /// The key that is varied, by its path.
    pub key: String,
    /// From where to where.
    pub range: Range,
    /// Which value; as the ends suggest, if not given.
    pub sought: Option<Sought>,
    /// Repeats at a value at first, and how many more at a time while its verdict is not clear; at least 2.
    pub repeats: u32,
    /// Repeats at a value at most.
    pub max_repeats: u32,
}

/// Why there is no solution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsolved {
    /// What was asked is wrong; the text says all of it, ready to be shown.
    Wrong(String),
    /// The question makes no sense, in words.
    Senseless(String),
    /// A run failed inside, in words.
    Failed(String),
    /// It was asked to stop.
    Interrupted,
}

/// Who looks on.
pub trait Watch: Sync {
    /// A run has ended, after so many events.
    fn ended(&self, events: u64);
    /// Values have got their verdicts.
    fn tried(&self, tried: &Tried);
    /// Whether to go on.
    fn keep_going(&self) -> bool;
}

#[cfg(test)]
mod tests;
