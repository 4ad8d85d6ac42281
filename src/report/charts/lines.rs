//! Which destinations get a line of their own, and what becomes of the others.

use super::data::{RunData, Step, foremost};
use super::legend::{Entry, Sample};
use super::style::{PENS, Pen};

/// Destinations of a timeline: those drawn one by one, and the others.
pub struct Lines<'a> {
    /// With a line of their own.
    pub named: Vec<(&'a str, Pen, &'a [Step])>,
    /// All others.
    pub others: Vec<&'a [Step]>,
}

impl<'a> Lines<'a> {
    /// Returns the destinations of `data`, those whose steps weigh most first.
    pub fn new(data: &'a RunData, weight: fn(&[Step]) -> f64) -> Self {
        let weights = data
            .timeline
            .iter()
            .map(|(name, steps)| (name, weight(steps)));
        let (named, others) = foremost(weights, PENS.len());
        let steps = |name: &String| data.timeline[name].as_slice();
        Self {
            named: named
                .into_iter()
                .zip(PENS)
                .map(|(name, pen)| (name.as_str(), pen, steps(name)))
                .collect(),
            others: others.into_iter().map(steps).collect(),
        }
    }

    /// Returns the legend's entries; `others` says how they are shown.
    pub fn legend(&self, sample: Sample, others: (String, &str)) -> Vec<Entry> {
        let named = self.named.iter();
        let mut entries: Vec<_> = named
            .map(|(name, pen, _)| Entry::new(Sample::Line(*pen), *name))
            .collect();
        if !self.others.is_empty() {
            entries.push(Entry::about(sample, others.0, others.1));
        }
        entries
    }
}
