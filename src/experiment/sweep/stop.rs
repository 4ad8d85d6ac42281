//! When a point has enough repeats.
//!
//! It is looked at in tens, from 20 repeats on, and the first look counts at which all metrics are known well enough. Later
//! repeats, which may have been made meanwhile, stay out: so the number does not depend on who made them, and when.

use crate::experiment::journal::{Manifest, Stop};
use crate::experiment::statistics::{CONFIDENCE, Estimate};

/// The fewest repeats at which a point is looked at.
pub const FEWEST: u64 = 20;

/// Repeats from one look to the next.
pub const STEP: u64 = 10;

/// Returns the first number of repeats that is enough, given what each metric of the rule gave in repeats 1, 2, …
pub fn enough(rule: &Stop, values: &[Vec<Option<f64>>]) -> Option<u64> {
    let made = values.first().map_or(0, Vec::len) as u64;
    let looks = (FEWEST..=made.min(rule.max_repeats)).step_by(STEP as usize);
    let mut looks = looks.filter(|look| {
        values
            .iter()
            .all(|values| is_known(rule, &values[..*look as usize]))
    });
    looks.next()
}

/// Says whether a metric is known well enough.
fn is_known(rule: &Stop, values: &[Option<f64>]) -> bool {
    let Some(estimate) = estimate(values) else {
        return false;
    };
    let half_width = estimate.half_width(CONFIDENCE);
    let relative = rule
        .relative_half_width
        .map(|most| most * estimate.mean.abs());
    let bounds = relative.into_iter().chain(rule.absolute_half_width);
    bounds.into_iter().all(|most| half_width <= most)
}

/// Returns the half width of a metric's interval over its mean; `None` without two values or with a mean of 0.
pub fn relative_half_width(values: &[Option<f64>]) -> Option<f64> {
    let estimate = estimate(values)?;
    let relative = estimate.half_width(CONFIDENCE) / estimate.mean.abs();
    relative.is_finite().then_some(relative)
}

fn estimate(values: &[Option<f64>]) -> Option<Estimate> {
    let values: Vec<f64> = values.iter().flatten().copied().collect();
    (values.len() >= 2).then(|| Estimate::of(&values))
}

/// Returns how many repeats a point gets at first: all, if no number of them is enough.
pub fn first_round(manifest: &Manifest, point: usize) -> u64 {
    match &manifest.stop {
        None => manifest.repeats,
        Some(rule) if manifest.points[point].is_never_known(rule) => rule.max_repeats,
        Some(rule) => manifest.repeats.max(FEWEST).min(rule.max_repeats),
    }
}

/// Returns how many runs all points get at first.
pub fn first_runs(manifest: &Manifest) -> u64 {
    let points = 0..manifest.points.len();
    points.map(|point| first_round(manifest, point)).sum()
}

/// Returns how many repeats a point gets next that has `made` and not enough; what is more than one look may be in vain.
pub fn next_round(rule: &Stop, made: u64, looks: u64) -> u64 {
    let next = (made / STEP + looks.max(1)) * STEP;
    next.min(rule.max_repeats)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(relative: Option<f64>, absolute: Option<f64>) -> Stop {
        Stop {
            metrics: vec!["m".to_owned()],
            relative_half_width: relative,
            absolute_half_width: absolute,
            max_repeats: 60,
        }
    }

    /// Half ones, half threes: mean 2, standard deviation a little over 1.
    fn alternating(count: usize) -> Vec<Option<f64>> {
        (0..count).map(|at| Some([1.0, 3.0][at % 2])).collect()
    }

    #[test]
    fn the_first_look_that_is_enough_counts() {
        // n = 20: sd 1.02598, t 2.0930 (19 degrees of freedom): half width 0.48017. n = 30: 1.01710, 2.0452: 0.37979.
        // n = 40: 1.01274, 2.0227: 0.32389.
        let values = [alternating(60)];
        assert_eq!(enough(&rule(None, Some(0.4802)), &values), Some(20));
        assert_eq!(enough(&rule(None, Some(0.4801)), &values), Some(30));
        assert_eq!(enough(&rule(None, Some(0.3797)), &values), Some(40));
        // Over the mean of 2.
        assert_eq!(enough(&rule(Some(0.2401), None), &values), Some(20));
        assert_eq!(enough(&rule(Some(0.1899), None), &values), Some(30));
        assert_eq!(enough(&rule(Some(0.01), None), &values), None);
    }

    #[test]
    fn fewer_than_twenty_are_never_enough_and_looks_are_in_tens() {
        let same = |count| [vec![Some(1.0); count]];
        assert_eq!(enough(&rule(None, Some(1.0)), &same(19)), None);
        assert_eq!(enough(&rule(None, Some(1.0)), &same(25)), Some(20));
        // Two metrics must both be known; the second has too few values until the look at 30.
        let mut rare = vec![None; 30];
        rare[0] = Some(1.0);
        rare[24] = Some(1.0);
        let both = [vec![Some(1.0); 30], rare];
        assert_eq!(enough(&rule(None, Some(1.0)), &both), Some(30));
    }

    #[test]
    fn rounds_end_at_looks_and_at_the_most() {
        let rule = rule(None, Some(1.0));
        assert_eq!(next_round(&rule, 20, 1), 30);
        assert_eq!(next_round(&rule, 25, 1), 30);
        assert_eq!(next_round(&rule, 20, 3), 50);
        assert_eq!(next_round(&rule, 50, 3), 60);
    }
}
