//! One small panel per destination of the timeline, and one for all that are left.

use super::data::{RunData, Step, foremost};

/// Panels at most; the last one then holds all other destinations.
const MAX_PANELS: usize = 8;

/// The steps of the destinations in one panel.
pub struct Group<'a> {
    /// The destination, or how many there are.
    pub name: String,
    /// Its steps; of each destination, if there are many.
    pub members: Vec<&'a [Step]>,
}

/// A chart with a panel per destination.
pub struct ByDestination<'a> {
    /// The run.
    pub data: &'a RunData,
    /// The panels, those that weigh most first.
    pub groups: Vec<Group<'a>>,
}

impl Group<'_> {
    /// Says whether it holds what is left.
    pub fn is_rest(&self) -> bool {
        self.members.len() > 1
    }
}

impl<'a> ByDestination<'a> {
    /// Groups the destinations of `data`, those whose steps weigh most first.
    pub fn new(data: &'a RunData, weight: fn(&[Step]) -> f64) -> Self {
        let all = &data.timeline;
        let shown = if all.len() > MAX_PANELS {
            MAX_PANELS - 1
        } else {
            MAX_PANELS
        };
        let weights = all.iter().map(|(name, steps)| (name, weight(steps)));
        let (named, others) = foremost(weights, shown);
        let steps = |name: &String| all[name].as_slice();
        let mut groups: Vec<_> = named
            .into_iter()
            .map(|name| Group {
                name: name.clone(),
                members: vec![steps(name)],
            })
            .collect();
        if !others.is_empty() {
            groups.push(Group {
                name: format!("{} others", others.len()),
                members: others.into_iter().map(steps).collect(),
            });
        }
        Self { data, groups }
    }
}
