//! The theory card: what theory says beside what the simulator shows, and whether chance explains the difference.

use serde::Serialize;

use super::coverage::{Coverage, allowed_misses};
use super::suite::Experiment;
use super::warm_up::WarmUp;
use super::{CONFIDENCE, PLAINLY_WRONG};
use crate::experiment::statistics::Estimate;

/// Everything that was validated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// Version of the program.
    pub version: &'static str,
    /// Seed that every run's own is made from.
    pub seed: u64,
    /// Runs of each row, each with draws of its own.
    pub repeats: u64,
    /// Chance of each row's interval to hold the true value.
    pub confidence: f64,
    /// What theory says, and what was observed.
    pub rows: Vec<Row>,
    /// Rows whose interval does not hold what theory says.
    pub misses: u64,
    /// So many may miss by chance; more do at most once in a thousand cards.
    pub allowed_misses: u64,
    /// Whether intervals hold the truth as often as they say.
    pub coverage: Coverage,
    /// What the warm-ups leave of the empty beginning.
    pub warm_up: Vec<WarmUp>,
    /// Whether all of it holds.
    pub holds: bool,
}

/// One number of theory.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The model and its load.
    pub model: &'static str,
    /// The number.
    pub quantity: &'static str,
    /// Its unit: `s`, or `1` for a share or a plain number.
    pub unit: &'static str,
    /// What the closed form gives.
    pub theory: f64,
    /// Mean over the repeats.
    pub observed: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Whether the interval holds what theory says.
    pub verdict: Verdict,
    /// Where the closed form is derived.
    pub source: String,
    /// Scenario, a file of `src/validation/scenarios`.
    pub scenario: &'static str,
    /// What is set in it, `KEY=VALUE`.
    pub set: Vec<String>,
}

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The interval holds what theory says.
    Holds,
    /// It does not, as one of twenty does not by chance.
    Misses,
    /// Not even the interval that chance leaves once in 100,000 times does.
    Wrong,
}

impl Verdict {
    /// Returns the word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Misses => "misses",
            Self::Wrong => "wrong",
        }
    }

    fn of(estimate: &Estimate, theory: f64) -> Self {
        if estimate.covers(theory, CONFIDENCE) {
            Self::Holds
        } else if estimate.covers(theory, PLAINLY_WRONG) {
            Self::Misses
        } else {
            Self::Wrong
        }
    }
}

impl Row {
    /// Returns the row of an experiment whose repeats gave `values`.
    pub fn new(experiment: &Experiment, values: &[f64]) -> Self {
        let estimate = Estimate::of(values);
        let (low, high) = estimate.interval(CONFIDENCE);
        Self {
            model: experiment.model,
            quantity: experiment.quantity,
            unit: experiment.unit,
            theory: experiment.theory,
            observed: estimate.mean,
            low,
            high,
            verdict: Verdict::of(&estimate, experiment.theory),
            source: experiment.source.clone(),
            scenario: experiment.case.name(),
            set: experiment.case.overrides().to_vec(),
        }
    }
}

impl Card {
    /// Returns the card of what was found under `seed` with `repeats` runs of each row.
    pub fn new(
        seed: u64,
        repeats: u64,
        rows: Vec<Row>,
        coverage: Coverage,
        warm_up: Vec<WarmUp>,
    ) -> Self {
        let missed = |row: &&Row| row.verdict != Verdict::Holds;
        let misses = rows.iter().filter(missed).count() as u64;
        let allowed_misses = allowed_misses(rows.len() as u64);
        let none_wrong = rows.iter().all(|row| row.verdict != Verdict::Wrong);
        let forgets = warm_up.iter().all(|warm_up| warm_up.holds);
        Self {
            version: env!("CARGO_PKG_VERSION"),
            seed,
            repeats,
            confidence: CONFIDENCE,
            rows,
            misses,
            allowed_misses,
            coverage,
            warm_up,
            holds: misses <= allowed_misses && none_wrong && coverage.holds && forgets,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::suite::theory;

    const COVERAGE: Coverage = Coverage {
        experiments: 400,
        covered: 380,
        least: 365,
        most: 393,
        holds: true,
    };

    /// A row whose repeats lie around theory, but for a number of standard errors.
    fn row(off: f64) -> Row {
        let experiment = &theory()[0];
        let values = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|value| experiment.theory + value);
        let shift = off * Estimate::of(&values).standard_error;
        Row::new(experiment, &values.map(|value| value + shift))
    }

    fn card(rows: Vec<Row>) -> Card {
        Card::new(1, 5, rows, COVERAGE, Vec::new())
    }

    #[test]
    fn verdict_is_by_the_interval() {
        // Student's t with 4 degrees of freedom: 95 % lie within 2.776, 99.999 % within 27.8 standard errors.
        assert_eq!(row(2.7).verdict, Verdict::Holds);
        assert_eq!(row(-2.9).verdict, Verdict::Misses);
        assert_eq!(row(27.0).verdict, Verdict::Misses);
        assert_eq!(row(28.5).verdict, Verdict::Wrong);
    }

    #[test]
    fn a_card_bears_what_chance_explains() {
        let rows = |misses: usize| {
            let off = |n| if n < misses { 3.0 } else { 0.0 };
            (0..20).map(|n| row(off(n))).collect::<Vec<Row>>()
        };
        let five = card(rows(5));
        assert_eq!((five.misses, five.allowed_misses), (5, 5));
        assert!(five.holds && !card(rows(6)).holds);
    }

    #[test]
    fn one_plainly_wrong_row_is_enough() {
        assert!(card(vec![row(0.0)]).holds);
        assert!(!card(vec![row(0.0), row(100.0)]).holds);
    }

    #[test]
    fn intervals_and_warm_ups_count_too() {
        let mut coverage = COVERAGE;
        coverage.holds = false;
        assert!(!Card::new(1, 5, vec![row(0.0)], coverage, Vec::new()).holds);
        let warm_up = WarmUp {
            model: "M/M/1",
            quantity: "mean wait",
            warm_up_s: 10.0,
            bias: -0.1,
            bias_at_most: 0.2,
            standard_error: 1.0,
            holds: false,
        };
        assert!(!Card::new(1, 5, vec![row(0.0)], COVERAGE, vec![warm_up]).holds);
    }
}
