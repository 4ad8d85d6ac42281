//! Thresholds on differences, judged.

use serde::Serialize;

use super::difference::Difference;
use super::runs::Gathered;
use super::select::natural;
use crate::scenario::{DeltaBound, DeltaThreshold};

/// What came of a threshold for one variant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// The threshold as written.
    pub threshold: String,
    /// The variant.
    pub variant: String,
    /// The change: as a share of the base's mean where the threshold is in per cent, else in the unit; `null` without a
    /// sample, or as a share of 0, which is a breach.
    pub observed: Option<f64>,
    /// Bounds of its 95 % interval; `null` where it has none.
    pub interval: Option<(f64, f64)>,
    /// Unit of the change: `%` for a share, else the metric's.
    pub unit: &'static str,
    /// Repeats behind it; a single pair has no interval.
    pub pairs: u64,
    /// Whether it held, by the change itself.
    pub held: bool,
    /// Whether another change within the interval gives another verdict.
    pub too_close: bool,
}

/// Judges each threshold for each variant.
///
/// # Errors
/// If one is about no number that runs give.
pub(super) fn judged(
    gathered: &Gathered,
    thresholds: &[DeltaThreshold],
    is_saved: bool,
) -> Result<Vec<Judged>, String> {
    let [base, variants @ ..] = gathered.systems.as_slice() else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for threshold in thresholds {
        let place = natural(&threshold.column(), &gathered.columns)?;
        let column = &gathered.columns[place];
        for variant in variants {
            let difference = Difference::of(column, place, base, variant, is_saved);
            all.push(Judged::of(
                threshold,
                &variant.name,
                column.unit,
                difference.as_ref(),
            ));
        }
    }
    Ok(all)
}

impl Judged {
    fn of(
        threshold: &DeltaThreshold,
        variant: &str,
        unit: &'static str,
        difference: Option<&Difference>,
    ) -> Self {
        let by = difference.and_then(|it| it.difference);
        let (observed, interval, bound, unit) = match threshold.bound {
            DeltaBound::Absolute(bound) => {
                let interval = difference.and_then(|it| it.difference_interval);
                (by, interval, bound, unit)
            }
            // No change of nothing is none.
            DeltaBound::Relative(bound) if by == Some(0.0) => (by, Some((0.0, 0.0)), bound, "%"),
            DeltaBound::Relative(bound) => {
                let relative = difference.and_then(|it| it.relative);
                let interval = difference.and_then(|it| it.relative_interval);
                (relative, interval, bound, "%")
            }
        };
        let pairs = difference.map_or(0, |it| it.pairs);
        let holds = |change: f64| threshold.operator.holds(change, bound);
        let held = observed.is_some_and(holds);
        let others = |(low, high): (f64, f64)| [low, bound.clamp(low, high), high];
        let is_unsure = |all: [f64; 3]| all.into_iter().any(|other| holds(other) != held);
        Self {
            threshold: threshold.text(),
            variant: variant.to_owned(),
            observed,
            interval,
            unit,
            pairs,
            held,
            too_close: match interval {
                Some(interval) => is_unsure(others(interval)),
                // It varies, and nobody knows how far.
                None => observed.is_some() && pairs > 1,
            },
        }
    }
}
