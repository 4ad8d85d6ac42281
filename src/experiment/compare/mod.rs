//! What if: a base and its variants under the same seeds, and how sure their differences are.
//!
//! Common random numbers: repeat k of every system has the seed of the base plus k - 1, and every draw is keyed by what it
//! is for, so that the systems differ by what was changed and by little else. Each difference is a mean over pairs.

mod difference;
mod ranking;
mod runs;
mod saved;
mod select;
pub mod show;
mod table;
mod verdicts;

#[cfg(test)]
mod tests;

pub use difference::{Difference, Verdict};
pub use ranking::{RankBy, Ranked, Ranking};
pub use runs::{Audience, Contender, Gathered, Repeats, Stopped, System, gather};
pub use saved::Saved;
pub use select::{Asked, metric, natural};
pub use table::{COMPARE_FILE, DifferenceRow, write};
pub use verdicts::Judged;

use std::collections::BTreeSet;

use serde::Serialize;

use super::engine::Column;
use super::statistics::CONFIDENCE;
use crate::scenario::DeltaThreshold;

/// What is asked of the runs of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Which numbers.
    pub asked: Asked<'a>,
    /// Limits to the differences.
    pub thresholds: &'a [DeltaThreshold],
    /// What to rank by, if at all.
    pub rank: Option<RankBy<'a>>,
    /// Seeds of the runs.
    pub repeats: Repeats,
    /// What the base is.
    pub base: BaseIs,
}

impl Question<'_> {
    /// Fails if something is asked that runs with these columns do not know: better before the runs than after.
    ///
    /// # Errors
    /// What is unknown, and what may be meant.
    pub fn check(&self, columns: &[Column]) -> Result<(), String> {
        self.asked.of(columns)?;
        self.rank
            .map(|by| natural(by.metric, columns))
            .transpose()?;
        let known = |of: &DeltaThreshold| natural(&of.column(), columns).map(|_| ());
        self.thresholds.iter().try_for_each(known)
    }
}

/// What a comparison's base is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaseIs {
    /// Run under the same seeds as the variants.
    Repeated,
    /// One saved run under the seed of the variants' only run.
    SavedPair,
    /// One saved run: its own chance is not in the intervals.
    Saved,
}

impl BaseIs {
    /// Says what that means for the intervals.
    fn note(self) -> Option<String> {
        let text = match self {
            Self::Repeated => return None,
            Self::SavedPair => {
                "the saved run has the same seed: each difference is that of one pair, without an interval (--repeats gives one)"
            }
            Self::Saved => {
                "the base is one saved run: intervals and tests are those of the variant's mean alone, and leave out what chance did to the saved run"
            }
        };
        Some(text.to_owned())
    }
}

/// What a comparison found; also the content of `compare.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Version of the program.
    pub version: &'static str,
    /// Name of the base.
    pub base: String,
    /// What the base is.
    pub base_is: BaseIs,
    /// Names of the variants.
    pub variants: Vec<String>,
    /// Runs of each system.
    pub repeats: u64,
    /// Seed of the first; each further one has the next.
    pub first_seed: u64,
    /// Chance of each interval to hold the true value.
    pub confidence: f64,
    /// The differences: by variant, money first, the largest first.
    pub differences: Vec<Difference>,
    /// Thresholds and their verdicts.
    pub thresholds: Vec<Judged>,
    /// The systems by their merit, if that was asked or there are more than two.
    pub ranking: Option<Ranking>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

impl Comparison {
    /// Returns what the runs say to the question.
    ///
    /// # Errors
    /// If something unknown is asked for.
    pub fn new(gathered: &Gathered, question: &Question<'_>) -> Result<Self, String> {
        let is_saved = question.base != BaseIs::Repeated;
        let places = question.asked.of(&gathered.columns)?;
        let mut names = gathered.systems.iter().map(|system| system.name.clone());
        let rank = |by| ranking::ranking(gathered, by);
        let differences = difference::differences(gathered, &places, is_saved);
        let mut looked_at: BTreeSet<usize> = places.iter().copied().collect();
        for threshold in question.thresholds {
            looked_at.insert(natural(&threshold.column(), &gathered.columns)?);
        }
        if let Some(by) = question.rank {
            looked_at.insert(natural(by.metric, &gathered.columns)?);
        }
        let unsure = difference::unsure(gathered, &looked_at, is_saved);
        Ok(Self {
            version: env!("CARGO_PKG_VERSION"),
            base: names.next().unwrap_or_default(),
            base_is: question.base,
            variants: names.collect(),
            repeats: question.repeats.count,
            first_seed: question.repeats.first_seed,
            confidence: CONFIDENCE,
            differences,
            thresholds: verdicts::judged(gathered, question.thresholds, is_saved)?,
            ranking: question.rank.map(rank).transpose()?,
            notes: question.base.note().into_iter().chain(unsure).collect(),
        })
    }

    /// Returns whether every threshold held.
    pub fn all_held(&self) -> bool {
        self.thresholds.iter().all(|judged| judged.held)
    }
}
