//! From a sweep file to its points, all of them checked, and to the manifest of their runs.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::experiment::engine::Engine;
use crate::experiment::journal::{Manifest, Planned, ReadFile, Stop};
use crate::scenario::content_hash;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::sweep::{DesignKind, Level, Spread, StopRule, Sweep};

use super::design::{self, Row};

/// The most points that a sweep may have.
const MOST_POINTS: usize = 1_000_000;

/// The points of a sweep: values of each axis, and which of them each point takes.
#[derive(Debug)]
pub struct Points {
    levels: Vec<Vec<Level>>,
    rows: Vec<Row>,
}

impl Points {
    /// Returns the points of a sweep whose scenario has `seed`.
    ///
    /// # Errors
    /// If the design has no points, or too many, or its scenario is wrong.
    pub fn of(sweep: &Sweep, seed: u64) -> Result<Self, Diagnostics> {
        let mut points = match sweep.design {
            DesignKind::LatinHypercube => {
                let names: Vec<&str> = sweep.axes.iter().map(|axis| axis.key.as_str()).collect();
                shared_out(sweep, design::latin_hypercube(count(sweep), &names, seed))
            }
            DesignKind::Sobol if sweep.axes.len() > design::MOST_DIMENSIONS => {
                return Err(sweep.too_many_axes(design::MOST_DIMENSIONS));
            }
            DesignKind::Sobol => shared_out(sweep, design::sobol(count(sweep), sweep.axes.len())),
            DesignKind::Grid | DesignKind::List | DesignKind::OneAtATime => listed(sweep)?,
        };
        points.keep_those_that_meet(sweep);
        if points.rows.is_empty() {
            return Err(sweep.no_points());
        }
        Ok(points)
    }

    /// Returns how many points there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Says whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the values of a point, one for each axis.
    pub fn levels(&self, point: usize) -> impl Iterator<Item = &Level> {
        let pairs = self.levels.iter().zip(&self.rows[point]);
        pairs.map(|(levels, place)| &levels[*place as usize])
    }

    fn keep_those_that_meet(&mut self, sweep: &Sweep) {
        let levels = &self.levels;
        self.rows.retain(|row| {
            let pairs = levels.iter().zip(row);
            let numbers: Vec<Option<f64>> = pairs
                .map(|(levels, place)| levels[*place as usize].number)
                .collect();
            sweep
                .conditions
                .iter()
                .all(|condition| condition.holds(&numbers))
        });
    }

    /// Checks the scenario under every value of every axis once, beside values of the others that a point has with it.
    ///
    /// # Errors
    /// Everything that is wrong, told at its place in the sweep file.
    pub fn check(&self, sweep: &Sweep) -> Result<(), Diagnostics> {
        let mut seen: Vec<Vec<bool>> = self
            .levels
            .iter()
            .map(|all| vec![false; all.len()])
            .collect();
        let mut wrong = Vec::new();
        for (point, row) in self.rows.iter().enumerate() {
            let pairs = || {
                row.iter()
                    .enumerate()
                    .map(|(axis, place)| (axis, *place as usize))
            };
            if pairs().all(|(axis, place)| seen[axis][place]) {
                continue;
            }
            for (axis, place) in pairs() {
                seen[axis][place] = true;
            }
            wrong.extend(sweep.check(self.levels(point)).err());
            // Continuous designs have new values at every point; the rest is checked when the points are planned.
            if point + 1 >= MOST_CHECKED {
                break;
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        Err(sweep.joined(wrong))
    }

    /// Returns the overrides that make a point of the scenario.
    fn set(&self, sweep: &Sweep, point: usize) -> Vec<String> {
        let pairs = sweep.axes.iter().zip(self.levels(point));
        pairs
            .filter_map(|(axis, level)| level.set(&axis.key))
            .collect()
    }
}

/// So many points, at most, are checked for what is wrong with single values.
const MOST_CHECKED: usize = 1_000;

fn count(sweep: &Sweep) -> usize {
    sweep.points.expect("these designs have a number of points") as usize
}

/// Returns the points of a design over lists of values.
fn listed(sweep: &Sweep) -> Result<Points, Diagnostics> {
    let mut levels = Vec::new();
    for axis in &sweep.axes {
        let Spread::Listed(values) = &axis.spread else {
            unreachable!("a range of this design has steps");
        };
        let own = match sweep.design {
            DesignKind::OneAtATime => Some(sweep.own_level(axis)?),
            _ => None,
        };
        levels.push(own.into_iter().chain(values.iter().cloned()).collect());
    }
    let sizes: Vec<usize> = levels.iter().map(Vec::len).collect();
    let rows: Vec<Row> = match sweep.design {
        DesignKind::List => design::zipped(sizes.len(), sizes[0]).collect(),
        DesignKind::OneAtATime => design::one_at_a_time(&sizes).collect(),
        _ if design::grid_size(&sizes).is_none_or(|size| size > MOST_POINTS) => {
            return Err(sweep.too_many_points(MOST_POINTS));
        }
        _ => design::grid(&sizes).collect(),
    };
    Ok(Points { levels, rows })
}

/// Returns the points of a design over shares of ranges; lists have equal parts too.
fn shared_out(sweep: &Sweep, shares: Vec<Vec<f64>>) -> Points {
    let mut rows = vec![Vec::new(); shares.len()];
    let mut levels = Vec::new();
    for (number, axis) in sweep.axes.iter().enumerate() {
        let of_axis = shares.iter().map(|point| point[number]);
        let (values, places): (Vec<Level>, Vec<u32>) = match &axis.spread {
            Spread::Listed(values) => {
                let place = |share: f64| (share * values.len() as f64) as u32;
                (values.clone(), of_axis.map(place).collect())
            }
            Spread::Range(ends) => {
                let values = of_axis.map(|share| axis.within(ends, share));
                (values.collect(), (0..shares.len() as u32).collect())
            }
        };
        for (row, place) in rows.iter_mut().zip(places) {
            row.push(place);
        }
        levels.push(values);
    }
    let rows = rows.into_iter().map(Row::from).collect();
    Points { levels, rows }
}

/// Why there is no manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPlan {
    /// Planning was asked to stop.
    Interrupted,
    /// The first point that is wrong, and what is wrong with it, as text for people.
    Wrong(String),
}

/// So many points are planned at once; then it is asked whether to go on.
const TOGETHER: usize = 512;

/// Plans the runs of a sweep: reads and checks every point once, on all threads of rayon's pool, and lets go of it.
///
/// `files` says what a point was read from; what `note` makes of each comes back in the order of the points.
///
/// # Errors
/// If a point is wrong, or `keep_going` says no.
pub fn manifest<E: Engine, N: Send>(
    sweep: &Sweep,
    points: &Points,
    engine: &E,
    files: impl Fn(&E::Point) -> Vec<ReadFile> + Sync,
    note: impl Fn(&E::Point) -> N + Sync,
    keep_going: impl Fn() -> bool,
) -> Result<(Manifest, Vec<N>), NoPlan> {
    let mut planned = Vec::with_capacity(points.len());
    let mut notes = Vec::with_capacity(points.len());
    let mut read = BTreeMap::new();
    let mut thresholds = Vec::new();
    let plan = |number: usize| {
        let set = points.set(sweep, number);
        let told = |wrong| format!("point {number} ({}):\n{wrong}", set.join(", "));
        let point = engine.point(&set).map_err(told)?;
        let values = points.levels(number).map(|level| level.cell.clone());
        let planned = Planned {
            values: values.collect(),
            scenario: content_hash(engine.identity(&point).as_bytes()),
            seed: engine.seed(&point),
            without_interval: engine.without_interval(&point),
            set,
        };
        let asked = if number == 0 {
            engine.of_interest(&point)
        } else {
            Vec::new()
        };
        Ok((planned, files(&point), note(&point), asked))
    };
    for first in (0..points.len()).step_by(TOGETHER) {
        if !keep_going() {
            return Err(NoPlan::Interrupted);
        }
        let some = first..points.len().min(first + TOGETHER);
        let made: Vec<Result<_, String>> = some.into_par_iter().map(plan).collect();
        for made in made {
            let (point, files, noted, asked) = made.map_err(NoPlan::Wrong)?;
            thresholds.extend(asked);
            read.extend(files.into_iter().map(|file| (file.path, file.hash)));
            planned.push(point);
            notes.push(noted);
        }
    }
    let mut manifest = resolved(sweep, engine, planned, read);
    manifest.thresholds = thresholds;
    Ok((manifest, notes))
}

/// Returns the manifest of points that are planned.
fn resolved(
    sweep: &Sweep,
    engine: &impl Engine,
    points: Vec<Planned>,
    read: BTreeMap<String, String>,
) -> Manifest {
    let own = ReadFile {
        path: sweep.file.path.clone(),
        hash: sweep.file.hash.clone(),
    };
    let read = read.into_iter().map(|(path, hash)| ReadFile { path, hash });
    let columns = engine.columns();
    let mut manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        files: std::iter::once(own).chain(read).collect(),
        keys: sweep.axes.iter().map(|axis| axis.key.clone()).collect(),
        metrics: columns.iter().map(|column| column.name.clone()).collect(),
        units: columns
            .iter()
            .map(|column| column.unit.to_owned())
            .collect(),
        design: sweep.design,
        thresholds: Vec::new(),
        repeats: u64::from(sweep.repeats),
        stop: sweep.stop.as_ref().map(stop),
        runs: 0,
        points,
    };
    manifest.runs = manifest.stride() * manifest.points.len() as u64;
    manifest
}

fn stop(rule: &StopRule) -> Stop {
    Stop {
        metrics: rule.metrics.clone(),
        relative_half_width: rule.relative_half_width,
        absolute_half_width: rule.absolute_half_width,
        max_repeats: u64::from(rule.max_repeats),
    }
}

/// Returns the manifest that stands in a folder if it is this sweep's: made by this version from files that are the same
/// today. Then nothing needs to be planned anew.
pub fn still_right(sweep: &Sweep, manifest: Manifest) -> Option<Manifest> {
    let (own, others) = manifest.files.split_first()?;
    let is_same = manifest.version == env!("CARGO_PKG_VERSION")
        && own.hash == sweep.file.hash
        && others
            .iter()
            .all(|file| sweep.base.hash_of(&file.path).as_ref() == Some(&file.hash));
    is_same.then_some(manifest)
}
