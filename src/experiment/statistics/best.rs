//! Which of several systems is the best, and how far the others may be from it.

use super::estimate::{Estimate, student_quantile};

/// Which values are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// The least is the best.
    Least,
    /// The greatest is the best.
    Greatest,
}

/// Between which bounds something lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Preference {
    /// Returns 1 where the greatest is the best, else -1: what a value is multiplied with so that greater is better.
    pub const fn sign(self) -> f64 {
        match self {
            Self::Least => -1.0,
            Self::Greatest => 1.0,
        }
    }
}

/// Returns for each system the interval of its true mean less the best true mean of the others; all hold together with a
/// chance of at least `confidence`. `values` holds the repeats of each system, the same seeds in the same places.
///
/// Multiple comparison with the best, constrained to touch 0: J. C. Hsu, "Constrained Simultaneous Confidence Intervals for
/// Multiple Comparisons with the Best", Annals of Statistics 12 (1984), 1136-1144. The repeats are paired by common random
/// numbers, so that each difference has its own half-width t S_ij / sqrt(n), with the quantile of Student's t at
/// 1 - (1 - confidence) / (k - 1) by Bonferroni's inequality, whatever the correlations: B. L. Nelson and F. J. Matejcik,
/// "Using Common Random Numbers for Indifference-Zone Selection and Multiple Comparisons in Simulation", Management Science
/// 41 (1995), 1935-1945 (their Bonferroni procedure, after Clark and Yang 1986).
///
/// # Panics
/// If there are fewer than 2 systems, or than 2 repeats.
pub fn against_the_best(
    values: &[Vec<f64>],
    preference: Preference,
    confidence: f64,
) -> Vec<Interval> {
    let others = values.len() as f64 - 1.0;
    let repeats = values[0].len();
    let t = student_quantile(1.0 - (1.0 - confidence) / others, repeats as f64 - 1.0);
    let sign = preference.sign();
    let compared = |one: &Vec<f64>, other: &Vec<f64>| {
        let differences = one.iter().zip(other).map(|(a, b)| sign * (a - b));
        let estimate = Estimate::of(&differences.collect::<Vec<f64>>());
        (estimate.mean, t * estimate.standard_error)
    };
    let row = |one| values.iter().map(|other| compared(one, other)).collect();
    let table: Vec<Vec<(f64, f64)>> = values.iter().map(row).collect();
    let intervals = constrained(&table).into_iter();
    let turned = |of: Interval| match preference {
        Preference::Greatest => of,
        Preference::Least => Interval {
            low: no_negative_zero(-of.high),
            high: no_negative_zero(-of.low),
        },
    };
    intervals.map(turned).collect()
}

fn no_negative_zero(value: f64) -> f64 {
    value + 0.0
}

/// Returns the intervals of each system's mean less the greatest of the others' from the differences of each two and their
/// half-widths.
///
/// D. G. Edwards and J. C. Hsu, "Multiple Comparisons with the Best Treatment", Journal of the American Statistical
/// Association 78 (1983), 965-971: a system may be the best if no other is better by more than the half-width; the upper
/// bound is the least upper bound against another, and at least 0; the lower one the least lower bound against another that
/// may be the best, and 0 if there is none.
fn constrained(table: &[Vec<(f64, f64)>]) -> Vec<Interval> {
    let others = |one: usize| (0..table.len()).filter(move |&other| other != one);
    let reach = |one: usize, other: usize| table[one][other].0 + table[one][other].1;
    let floor = |one: usize, other: usize| table[one][other].0 - table[one][other].1;
    let may_be_best = |one: usize| others(one).all(|other| reach(one, other) >= 0.0);
    let interval = |one: usize| {
        let high = others(one).map(|other| reach(one, other));
        let rivals = others(one).filter(|&other| may_be_best(other));
        let low = rivals.map(|other| floor(one, other));
        Interval {
            low: low.fold(0.0, f64::min),
            high: high.fold(f64::INFINITY, f64::min).max(0.0),
        }
    };
    (0..table.len()).map(interval).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Key;

    fn assert_interval(found: Interval, low: f64, high: f64) {
        let is_near = (found.low - low).abs() < 2e-3 && (found.high - high).abs() < 2e-3;
        assert!(is_near, "{found:?} is not {low} to {high}");
    }

    /// The example of Minitab's documentation ("One-Way ANOVA, Hsu simultaneous CIs"): paint hardness, means 14.733, 8.567,
    /// 12.983 and 18.067, the greatest is best, one half-width for all. Blend 2 lies -14.5 to 0 from the best, blend 3 -10.083
    /// to 0, the others' intervals do not end at 0.
    #[test]
    fn published_example() {
        let means = [14.733, 8.567, 12.983, 18.067];
        let row = |one: f64| means.map(|other| (one - other, 5.0)).to_vec();
        let found = constrained(&means.map(row));
        assert_interval(found[0], -8.334, 1.666);
        assert_interval(found[1], -14.5, 0.0);
        assert_interval(found[2], -10.084, 0.0);
        assert_interval(found[3], -1.666, 8.334);
    }

    /// Three systems, four repeats; quantile of Student's t at 1 - 0.05 / 2 with 3 degrees of freedom: 3.182. Differences
    /// a - b: -1, -1, -1, -3: mean -1.5, standard error 0.5; a - c: -5, -4, -6, -5: mean -5, standard error 0.408; b - c: -4,
    /// -3, -5, -2: -3.5, 0.645. The least is best: a, by 1.5 -+ 1.591 before b; c is out of it.
    #[test]
    fn half_widths_are_those_of_the_pairs() {
        let values = [
            vec![1.0, 2.0, 3.0, 4.0],
            vec![2.0, 3.0, 4.0, 7.0],
            vec![6.0, 6.0, 9.0, 9.0],
        ];
        let found = against_the_best(&values, Preference::Least, 0.95);
        assert_interval(found[0], -3.091, 0.091);
        assert_interval(found[1], -0.091, 3.091);
        assert_interval(found[2], 0.0, 5.0 + 1.299);
        let turned = values.map(|of| of.iter().map(|value| -value).collect());
        let greatest = against_the_best(&turned, Preference::Greatest, 0.95);
        assert_interval(greatest[0], -0.091, 3.091);
    }

    /// 1,000 experiments of 4 systems, 8 repeats, means 0, 0.3, 0.3 and 1, with noise in common and noise of their own that
    /// differs in size: all intervals hold the truth together in at least 95 % but for bad luck. Of 1,000 with a chance of
    /// 95 %, fewer than 929 do once in a thousand times (binomial: standard deviation 6.9).
    #[test]
    fn all_intervals_hold_together_as_often_as_they_say() {
        let truth = [0.0, 0.3, 0.3, 1.0];
        let noise = [0.5, 1.0, 0.7, 0.3];
        let to_the_best = [-0.3, 0.3, 0.3, 1.0];
        let holds = |experiment: u64| {
            let mut draws = Key::new(experiment, "four systems").draws();
            let mut values = vec![Vec::new(); 4];
            for _ in 0..8 {
                let common = 3.0 * draws.normal();
                for (system, of) in values.iter_mut().enumerate() {
                    of.push(truth[system] + common + noise[system] * draws.normal());
                }
            }
            let found = against_the_best(&values, Preference::Least, 0.95);
            let mut found = found.iter().zip(to_the_best);
            found.all(|(of, truth)| (of.low..=of.high).contains(&truth))
        };
        let held = (0..1_000).filter(|&experiment| holds(experiment)).count();
        assert!(held >= 929, "{held}");
    }

    #[test]
    fn one_that_is_surely_best_has_the_others_behind_0() {
        let values = [
            vec![1.0, 1.1, 0.9],
            vec![9.0, 9.1, 9.0],
            vec![5.0, 5.0, 5.1],
        ];
        let found = against_the_best(&values, Preference::Least, 0.95);
        assert!(found[0].low < 0.0 && found[0].high == 0.0, "{found:?}");
        assert!(found[1].low == 0.0 && found[2].low == 0.0, "{found:?}");
        assert!(found[1].high > 8.0 && found[2].high > 4.0, "{found:?}");
    }
}
