//! The manifest: which runs are asked for, as resolved. Whole or absent; the first writer wins, and only growth replaces it.

use std::collections::HashSet;
use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::place::{MANIFEST, SweepFolder};
use crate::report::error::FileError;
use crate::scenario::sweep::DesignKind;

/// The runs of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the program.
    pub version: String,
    /// Hash of every file that the sweep was read from: itself first, then what its points read.
    pub files: Vec<ReadFile>,
    /// Varied keys by their paths, in the order of the sweep file.
    pub keys: Vec<String>,
    /// Names of the numbers that every run gives: the columns of segments and of `runs.csv`.
    pub metrics: Vec<String>,
    /// Their units.
    pub units: Vec<String>,
    /// How its points were chosen.
    #[serde(default)]
    pub design: DesignKind,
    /// Those metrics that the scenario's thresholds ask about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<String>,
    /// Repeats of each point; with a rule to stop by, those that every point gets at first.
    pub repeats: u64,
    /// When a point has enough repeats, if it may have more.
    pub stop: Option<Stop>,
    /// Number of runs; with a rule to stop by, the most there may be.
    pub runs: u64,
    /// The points, in order.
    pub points: Vec<Planned>,
}

/// A file and the hash of its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadFile {
    /// Its path, as it is written in the file that names it.
    pub path: String,
    /// The hash.
    pub hash: String,
}

/// When a point has enough repeats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// The numbers that must be known well enough, all of them.
    pub metrics: Vec<String>,
    /// The interval's half width over the mean is at most this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_half_width: Option<f64>,
    /// The interval's half width is at most this, in the metric's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absolute_half_width: Option<f64>,
    /// A point never gets more repeats.
    pub max_repeats: u64,
}

/// A point of the design.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Planned {
    /// Value of each varied key as a cell of `runs.csv`.
    pub values: Vec<String>,
    /// Overrides `KEY=VALUE` that make it of the scenario.
    pub set: Vec<String>,
    /// Hash of the scenario with every default, but for its seed.
    pub scenario: String,
    /// Seed of the first repeat.
    pub seed: u64,
    /// Those metrics whose means over repeats have no interval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_interval: Vec<String>,
}

impl Planned {
    /// Returns whether the mean over repeats of `metric` has an interval.
    pub fn has_interval(&self, metric: &str) -> bool {
        !self.without_interval.iter().any(|of| of == metric)
    }

    /// Returns whether no number of repeats is enough: the mean of one of the rule's metrics has no interval.
    pub fn is_never_known(&self, rule: &Stop) -> bool {
        rule.metrics.iter().any(|metric| !self.has_interval(metric))
    }
}

/// What came of settling on a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is the first of its folder.
    New,
    /// The same stood there.
    Same,
    /// It has replaced a smaller one.
    Grown,
    /// Another one stands there that this does not grow out of: why, in words.
    Refused(String),
}

impl Manifest {
    /// Returns how many numbers of runs each point takes up.
    pub fn stride(&self) -> u64 {
        self.stop
            .as_ref()
            .map_or(self.repeats, |stop| stop.max_repeats)
    }

    /// Returns the point of run `run`, and which of its repeats it is, from 1.
    pub fn point_and_repeat(&self, run: u64) -> (usize, u64) {
        let stride = self.stride();
        ((run / stride) as usize, run % stride + 1)
    }

    /// Returns the number of a run: point by point, repeats (from 1) within.
    pub fn run(&self, point: usize, repeat: u64) -> u64 {
        point as u64 * self.stride() + repeat - 1
    }

    /// Returns the seed of a repeat, which depends on the repeat's number alone.
    pub fn seed(&self, point: usize, repeat: u64) -> u64 {
        self.points[point].seed.wrapping_add(repeat - 1)
    }

    /// Returns the key of a run.
    pub fn key(&self, run: u64) -> Key {
        let (point, repeat) = self.point_and_repeat(run);
        let scenario = &self.points[point].scenario;
        Key::of(scenario, self.seed(point, repeat), &self.version)
    }

    /// Reads the manifest of a folder; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(folder: &SweepFolder) -> Result<Option<Self>, FileError> {
        let path = folder.path().join(MANIFEST);
        match fs::read(&path) {
            Err(reason) if reason.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(reason) => Err(FileError::new("read", path, reason)),
            Ok(text) => serde_json::from_slice(&text)
                .map(Some)
                .map_err(|error| FileError::new("read", path, io::Error::from(error))),
        }
    }

    /// Settles on this manifest in a folder where others may do the same at the same time.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn settle(&self, folder: &SweepFolder) -> Result<Settled, FileError> {
        if Self::read(folder)?.is_none() && folder.put_first(MANIFEST, self.text().as_bytes())? {
            return Ok(Settled::New);
        }
        let path = folder.path().join(MANIFEST);
        let vanished = || FileError::new("read", path, io::ErrorKind::NotFound);
        let other = Self::read(folder)?.ok_or_else(vanished)?;
        if other == *self {
            return Ok(Settled::Same);
        }
        if let Err(why) = self.grows_out_of(&other) {
            return Ok(Settled::Refused(why));
        }
        folder.put(MANIFEST, self.text().as_bytes())?;
        Ok(Settled::Grown)
    }

    /// Says whether everything that `other` asks for is asked for here too.
    ///
    /// # Errors
    /// Why not, in words.
    pub fn grows_out_of(&self, other: &Self) -> Result<(), String> {
        if other.version != self.version {
            return Err(format!(
                "its runs are of version {}, this is version {}",
                other.version, self.version
            ));
        }
        let identity = |point: &Planned| (point.scenario.clone(), point.seed);
        let asked: HashSet<_> = self.points.iter().map(identity).collect();
        let lost = other
            .points
            .iter()
            .find(|point| !asked.contains(&identity(point)));
        if let Some(lost) = lost {
            return Err(format!(
                "it has a point that is not asked for any more, or whose scenario differs: {}",
                lost.in_words(&other.keys)
            ));
        }
        if self.repeats < other.repeats {
            return Err(format!(
                "it has {} repeats, not {}",
                other.repeats, self.repeats
            ));
        }
        self.stops_no_sooner(other)
    }

    fn stops_no_sooner(&self, other: &Self) -> Result<(), String> {
        let same_rule = |ours: &Stop, theirs: &Stop| {
            let mut grown = theirs.clone();
            grown.max_repeats = ours.max_repeats;
            *ours == grown && ours.max_repeats >= theirs.max_repeats
        };
        match (&self.stop, &other.stop) {
            (_, None) => Ok(()),
            (Some(ours), Some(theirs)) if same_rule(ours, theirs) => Ok(()),
            _ => Err("it has another [stop]".to_owned()),
        }
    }

    fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a manifest is plain data");
        text + "\n"
    }
}

impl Planned {
    /// Writes the point as `key = value` of each varied key.
    pub fn in_words(&self, keys: &[String]) -> String {
        let pairs = keys.iter().zip(&self.values);
        let pairs: Vec<String> = pairs
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        if pairs.is_empty() {
            return "the scenario as it is".to_owned();
        }
        pairs.join(", ")
    }
}
