//! How many repeats each point is to have, as far as the results that are there can tell.

use super::stop;
use crate::experiment::journal::{Manifest, Results, Stop};
use crate::report::error::FileError;

/// How many repeats each point is to have.
#[derive(Debug)]
pub struct Goals {
    of_points: Vec<u64>,
    /// Points that may need more.
    open: Vec<usize>,
}

impl Goals {
    /// Returns the goals before anything is known.
    pub fn new(manifest: &Manifest) -> Self {
        let points = manifest.points.len();
        let open = manifest.stop.as_ref().map_or(0, |_| points);
        let first = |point| stop::first_round(manifest, point);
        Self {
            of_points: (0..points).map(first).collect(),
            open: (0..open).collect(),
        }
    }

    /// Raises the goals of points that have reached them without having enough; returns the widest interval of their
    /// metrics, over its mean.
    ///
    /// `jobs` is how many runs are made at once, if nobody else makes any: then points get as many more as keep these
    /// busy. Otherwise they get another round, which does not depend on who asks.
    ///
    /// # Errors
    /// If a segment cannot be read any more.
    pub fn raise(
        &mut self,
        manifest: &Manifest,
        results: &mut Results,
        jobs: Option<u64>,
    ) -> Result<Option<f64>, FileError> {
        let Some(rule) = &manifest.stop else {
            return Ok(None);
        };
        // Where there are fewer open points than hands, looks are made ahead.
        let open = self.open.len().max(1) as u64;
        let looks = jobs.map(|jobs| (2 * jobs).div_ceil(stop::STEP * open));
        let mut widest = None;
        for point in std::mem::take(&mut self.open) {
            loop {
                let goal = self.of_points[point];
                let Some(values) = stop_values(manifest, rule, results, point, goal)? else {
                    self.open.push(point);
                    break;
                };
                if stop::enough(rule, &values).is_some() || goal >= rule.max_repeats {
                    break;
                }
                let worst = values.iter().filter_map(|of| stop::relative_half_width(of));
                widest = worst.chain(widest).reduce(f64::max);
                self.of_points[point] = match looks {
                    Some(looks) => stop::next_round(rule, goal, looks),
                    None => (goal + stop::first_round(manifest, point)).min(rule.max_repeats),
                };
            }
        }
        Ok(widest)
    }

    /// Returns the runs within the goals that have no result.
    pub fn missing(&self, manifest: &Manifest, results: &Results) -> Vec<u64> {
        let points = self.of_points.iter().enumerate();
        let runs = points
            .flat_map(|(point, goal)| (1..=*goal).map(move |repeat| manifest.run(point, repeat)));
        runs.filter(|run| !results.has(manifest.key(*run)))
            .collect()
    }

    /// Returns how many runs the goals ask for.
    pub fn runs(&self) -> u64 {
        self.of_points.iter().sum()
    }
}

/// Returns the runs that are missing, and how many are asked for: with a rule to stop by, up to the next look at each point
/// that has not enough.
///
/// # Errors
/// If a segment cannot be read any more.
pub fn missing(manifest: &Manifest, results: &mut Results) -> Result<(Vec<u64>, u64), FileError> {
    let mut goals = Goals::new(manifest);
    // One look after the other, as one job goes: a point that has enough at a look between two rounds has enough.
    goals.raise(manifest, results, Some(1))?;
    Ok((goals.missing(manifest, results), goals.runs()))
}

/// Returns what each metric of the rule gave in repeats 1 to `goal` of a point; `None` if one of them is missing.
pub(super) fn stop_values(
    manifest: &Manifest,
    rule: &Stop,
    results: &mut Results,
    point: usize,
    goal: u64,
) -> Result<Option<Vec<Vec<Option<f64>>>>, FileError> {
    let places = rule.metrics.iter().map(|metric| {
        let place = manifest.metrics.iter().position(|name| name == metric);
        place.expect("metrics of the rule are columns")
    });
    let places: Vec<usize> = places.collect();
    if (1..=goal).any(|repeat| !results.has(manifest.key(manifest.run(point, repeat)))) {
        return Ok(None);
    }
    let mut values = vec![Vec::with_capacity(goal as usize); places.len()];
    for repeat in 1..=goal {
        let Some(found) = results.find(manifest.key(manifest.run(point, repeat)))? else {
            return Ok(None);
        };
        for (values, place) in values.iter_mut().zip(&places) {
            values.push(found.value(*place));
        }
    }
    Ok(Some(values))
}
