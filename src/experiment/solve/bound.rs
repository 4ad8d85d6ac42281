//! What the repeats at a value say of a condition.

use super::{CONFIDENCE, Limit};
use crate::experiment::statistics::{Estimate, student_quantile};
use crate::scenario::Operator;

/// What is known of a condition, or of all conditions, at a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds, with 95 % confidence.
    Met,
    /// It does not, with 95 % confidence.
    Missed,
    /// The repeats do not tell.
    NotClear,
}

/// What the repeats at a value say of one condition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// Mean over the repeats, if each had a sample.
    pub mean: Option<f64>,
    /// One-sided lower bound of the true mean.
    pub low: Option<f64>,
    /// One-sided upper bound of the true mean.
    pub high: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

impl Verdict {
    /// Returns its name in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::NotClear => "not clear",
        }
    }

    /// Returns what holds of all conditions together.
    pub fn of_all(verdicts: impl Iterator<Item = Self> + Clone) -> Self {
        let has = |verdict| verdicts.clone().any(|one| one == verdict);
        if has(Self::Missed) {
            Self::Missed
        } else if has(Self::NotClear) {
            Self::NotClear
        } else {
            Self::Met
        }
    }
}

impl Finding {
    /// Returns what `observed`, one number for each repeat, says of a condition. A repeat without a sample is a breach.
    ///
    /// # Panics
    /// If there are fewer than 2.
    pub fn of(limit: &Limit, observed: &[Option<f64>]) -> Self {
        assert!(observed.len() >= 2, "a bound takes at least two repeats");
        let Some(values) = observed.iter().copied().collect::<Option<Vec<f64>>>() else {
            return Self {
                mean: None,
                low: None,
                high: None,
                verdict: Verdict::Missed,
            };
        };
        let (mean, reach) = mean_and_reach(&values);
        let (low, high) = (mean - reach, mean + reach);
        Self {
            mean: Some(mean),
            low: Some(low),
            high: Some(high),
            verdict: verdict(limit, low, high),
        }
    }

    /// Returns the bound that must be on the right side of the limit.
    pub fn bound(&self, limit: &Limit) -> Option<f64> {
        if is_ceiling(limit) {
            self.high
        } else {
            self.low
        }
    }
}

/// Tells whether the condition asks for something below its limit.
pub fn is_ceiling(limit: &Limit) -> bool {
    matches!(limit.operator, Operator::Less | Operator::LessOrEqual)
}

fn verdict(limit: &Limit, low: f64, high: f64) -> Verdict {
    let (worst, best) = if is_ceiling(limit) {
        (high, low)
    } else {
        (low, high)
    };
    if limit.operator.holds(worst, limit.value) {
        Verdict::Met
    } else if limit.operator.holds(best, limit.value) {
        Verdict::NotClear
    } else {
        Verdict::Missed
    }
}

/// Returns the mean, and how far its one-sided bounds are from it: the quantile of Student's t times the standard error.
///
/// A. M. Law, "Simulation Modeling and Analysis", section 9.5.2: one number from each independent repeat.
fn mean_and_reach(values: &[f64]) -> (f64, f64) {
    // The sum may be off by a rounding where all are the same.
    if values.iter().all(|value| *value == values[0]) {
        return (values[0], 0.0);
    }
    let estimate = Estimate::of(values);
    let quantile = student_quantile(CONFIDENCE, values.len() as f64 - 1.0);
    (estimate.mean, quantile * estimate.standard_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(operator: Operator, value: f64) -> Limit {
        Limit {
            has_interval: true,
            condition: String::new(),
            operator,
            value,
            unit: "s",
        }
    }

    /// 1, 2, 3, 4, 5: mean 3, standard error the root of 0.5; tables of t: 2.132 one-sided for 95 %, 4 degrees of freedom.
    /// The bounds are 3 ± 1.5075.
    const VALUES: [Option<f64>; 5] = [Some(1.0), Some(2.0), Some(3.0), Some(4.0), Some(5.0)];

    #[test]
    fn bounds_by_hand() {
        let found = Finding::of(&limit(Operator::Less, 9.0), &VALUES);
        assert_eq!(found.mean, Some(3.0));
        let near = |bound: Option<f64>, expected: f64| {
            assert!(
                (bound.expect("a bound") - expected).abs() < 1e-3,
                "{bound:?}"
            );
        };
        near(found.low, 1.4925);
        near(found.high, 4.5075);
    }

    #[test]
    fn a_verdict_takes_the_bound_on_the_limit_s_side() {
        let verdict = |operator, value| Finding::of(&limit(operator, value), &VALUES).verdict;
        assert_eq!(verdict(Operator::Less, 4.6), Verdict::Met);
        assert_eq!(verdict(Operator::Less, 4.4), Verdict::NotClear);
        assert_eq!(verdict(Operator::LessOrEqual, 1.6), Verdict::NotClear);
        assert_eq!(verdict(Operator::LessOrEqual, 1.4), Verdict::Missed);
        assert_eq!(verdict(Operator::Greater, 1.4), Verdict::Met);
        assert_eq!(verdict(Operator::Greater, 1.6), Verdict::NotClear);
        assert_eq!(verdict(Operator::GreaterOrEqual, 4.6), Verdict::Missed);
    }

    #[test]
    fn repeats_that_agree_leave_no_doubt() {
        let same = [Some(0.1); 3];
        let verdict = |operator| Finding::of(&limit(operator, 0.1), &same).verdict;
        assert_eq!(verdict(Operator::LessOrEqual), Verdict::Met);
        assert_eq!(verdict(Operator::Less), Verdict::Missed);
    }

    #[test]
    fn a_repeat_without_a_sample_is_a_breach() {
        let found = Finding::of(&limit(Operator::Less, 9.0), &[Some(1.0), None]);
        assert_eq!((found.mean, found.verdict), (None, Verdict::Missed));
    }

    #[test]
    fn one_missed_condition_decides() {
        use Verdict::{Met, Missed, NotClear};
        for (verdicts, of_all) in [
            ([Met, Met], Met),
            ([Met, NotClear], NotClear),
            ([NotClear, Missed], Missed),
        ] {
            assert_eq!(Verdict::of_all(verdicts.into_iter()), of_all);
        }
    }
}
