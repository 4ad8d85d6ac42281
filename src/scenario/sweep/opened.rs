//! A sweep file that is right in itself, and its scenario, which designs make points of.

use super::condition::Condition;
use super::level::{Axis, Level};
use super::types::{DesignKind, StopRule};
use crate::scenario::base::Base;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::scenario::document::Override;
use crate::scenario::load::Loaded;
use crate::scenario::read::InputFile;

/// A sweep file, read and checked but for its points.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// Its name: the file's stem.
    pub name: String,
    /// The sweep file itself.
    pub file: InputFile,
    /// The scenario.
    pub base: Base,
    /// Repeats of each point; with a rule to stop by, those that every point gets at first.
    pub repeats: u32,
    /// How the points are chosen.
    pub design: DesignKind,
    /// How many there are, if the design leaves that open.
    pub points: Option<u32>,
    /// What varies, in the order of the file.
    pub axes: Vec<Axis>,
    /// What points must meet.
    pub conditions: Vec<Condition>,
    /// When a point has enough repeats.
    pub stop: Option<StopRule>,
    /// Where conditions are written, or the designs' own place.
    pub(super) conditions_place: Place,
}

impl Sweep {
    /// Checks the scenario under one value of each axis; what is wrong is told at its place in the sweep file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check<'a>(
        &'a self,
        levels: impl IntoIterator<Item = &'a Level>,
    ) -> Result<Loaded, Diagnostics> {
        let pairs = self.axes.iter().zip(levels);
        let overrides: Vec<Override> = pairs
            .filter_map(|(axis, level)| {
                Some(Override {
                    path: axis.path.clone(),
                    value: level.node.clone()?,
                })
            })
            .collect();
        self.base.changed_by(&overrides)
    }

    /// Returns the scenario's seed, before anything varies.
    pub fn seed(&self) -> u64 {
        self.base.seed()
    }

    /// Returns the scenario's own value of an axis: as it is written there, or its default.
    ///
    /// # Errors
    /// Everything that is wrong with the scenario.
    pub fn own_level(&self, axis: &Axis) -> Result<Level, Diagnostics> {
        let node = self.base.value(&axis.path)?;
        Ok(axis.own_level(node.as_ref()))
    }

    /// Tells that the conditions leave no point.
    pub fn no_points(&self) -> Diagnostics {
        let wrong = Diagnostic::error(
            self.conditions_place.clone(),
            "no point meets the conditions",
        );
        self.base.diagnostics(vec![wrong])
    }

    /// Tells that there are more points than a sweep can have.
    pub fn too_many_points(&self, most: usize) -> Diagnostics {
        let place = self.axes[0].key_place.clone();
        let message = format!("the sweep has more than {most} points");
        let help = "vary less, or take a latin-hypercube or sobol design, which say how many points there are";
        self.base
            .diagnostics(vec![Diagnostic::error(place, message).help(help)])
    }

    /// Tells that the design has no more dimensions than `most`.
    pub fn too_many_axes(&self, most: usize) -> Diagnostics {
        let place = self.axes[most].key_place.clone();
        let message = format!("a sobol design varies at most {most} keys");
        let help = "take a latin-hypercube design";
        self.base
            .diagnostics(vec![Diagnostic::error(place, message).help(help)])
    }

    /// Puts findings of several points together; each is told once.
    pub fn joined(&self, all: Vec<Diagnostics>) -> Diagnostics {
        let mut all = all.into_iter();
        let mut joined = all.next().unwrap_or_default();
        for more in all {
            // Files beyond those of the first are numbered differently, but the sweep file and the scenario are not.
            for found in more.list {
                if !joined.list.contains(&found) {
                    joined.list.push(found);
                }
            }
        }
        joined.sort();
        joined
    }
}
