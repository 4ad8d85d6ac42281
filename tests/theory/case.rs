//! A scenario under many seeds, held to a stricter interval than that of `ecrsim validate`.

use ecrsim::validation::{self, Estimate, Run};
use rayon::prelude::*;

/// Share of intervals that hold the true mean.
const CONFIDENCE: f64 = 0.999;

/// A scenario file with overrides, run under the seeds from 1 to `repeats`.
pub struct Case {
    case: validation::Case,
    repeats: u64,
}

/// The mean of a number over the repeats, each of which gives it once.
pub struct Observed {
    estimate: Estimate,
    told: String,
}

impl Case {
    /// Returns a case of the scenario `text`, a file that is called `name`.
    pub fn new(name: &'static str, text: &'static str, repeats: u64) -> Self {
        Self {
            case: validation::Case::new(name, text),
            repeats,
        }
    }

    /// Overrides a key as `--set` does.
    #[must_use]
    pub fn set(mut self, key: &str, value: impl ToString) -> Self {
        self.case = self.case.set(key, value);
        self
    }

    /// Runs the case and estimates what `numbers` takes from each run.
    pub fn estimate<const N: usize>(
        &self,
        numbers: impl Fn(&Run) -> [f64; N] + Sync,
    ) -> [Observed; N] {
        let loaded = self.case.load();
        let run = |seed| Run::new(&loaded, seed, || true).expect("nobody interrupts");
        let seeds = (1..=self.repeats).into_par_iter();
        let runs: Vec<[f64; N]> = seeds.map(|seed| numbers(&run(seed))).collect();
        std::array::from_fn(|place| {
            let values: Vec<f64> = runs.iter().map(|numbers| numbers[place]).collect();
            Observed {
                estimate: Estimate::of(&values),
                told: self.told(),
            }
        })
    }

    /// What a failure ends with: enough to repeat it.
    fn told(&self) -> String {
        let (name, overrides) = (self.case.name(), self.case.overrides());
        format!("{name} with {overrides:?}; seeds 1 to {}", self.repeats)
    }
}

impl Observed {
    /// Asserts that the interval holds `theory` and that its half-width is at most the share `widest` of it.
    pub fn agrees(&self, what: &str, theory: f64, widest: f64) {
        let Self { estimate, told } = self;
        let (mean, half_width) = (estimate.mean, estimate.half_width(CONFIDENCE));
        println!("{what}: {mean:.5} +- {half_width:.5}, theory {theory:.5}");
        assert!(
            estimate.covers(theory, CONFIDENCE),
            "{what}: {mean} +- {half_width}, but theory says {theory}; {told}"
        );
        assert!(
            half_width <= widest * theory.abs(),
            "{what}: {mean} +- {half_width} is too wide for {theory}; {told}"
        );
    }
}
