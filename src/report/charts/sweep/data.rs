//! What the charts of a sweep draw, read from its folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::super::axis::Axis;
use crate::report::csv_files::io_reason;
use crate::report::error::FileError;
use crate::units::{counted_in, number_and_unit};

/// The file that makes a folder a sweep's.
pub const SWEEP_FILE: &str = "sweep.json";

/// The table of points.
const POINTS_FILE: &str = "points.csv";

/// Metrics of the chart of cost against latency.
pub const COST: &str = "total_usd.total";
/// The other one.
pub const LATENCY: &str = "replication_latency.p99";

/// What is drawn of a sweep that names no metrics.
const DEFAULT_METRICS: [&str; 3] = [LATENCY, "replication_latency.mean", COST];

/// Metrics drawn at most.
const MAX_METRICS: usize = 12;

/// What charts and page need of `sweep.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SweepFacts {
    /// The sweep's name.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// How its points were chosen: `grid`, `one-at-a-time`, …
    pub design: String,
    /// What was varied.
    pub keys: Vec<String>,
    /// Every metric.
    pub metrics: Vec<MetricFact>,
    /// Those that the scenario's thresholds ask about.
    pub thresholds: Vec<String>,
    /// When a point has enough repeats.
    pub stop: Option<StopFact>,
    /// How many points there are.
    pub points: u64,
    /// How many runs.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// Points that are not known as well as the stop rule asks.
    pub points_at_max_repeats: Vec<u64>,
}

/// A metric of a sweep.
#[derive(Clone, Debug, Deserialize)]
pub struct MetricFact {
    /// Its name: `replication_latency.p99`.
    pub name: String,
    /// Its unit: `s`, `bytes`, `USD`, or `1` for a share or a plain number.
    pub unit: String,
}

/// A sweep's stop rule.
#[derive(Clone, Debug, Deserialize)]
pub struct StopFact {
    /// The metrics that must be known well enough.
    pub metrics: Vec<String>,
}

impl SweepFacts {
    /// Reads them from a sweep's folder.
    ///
    /// # Errors
    /// If `sweep.json` is missing or is not what it should be.
    pub fn read(folder: &Path) -> Result<Self, FileError> {
        let path = folder.join(SWEEP_FILE);
        let file = File::open(&path).map_err(FileError::about("read", &path))?;
        serde_json::from_reader(BufReader::new(file)).map_err(FileError::about("read", &path))
    }

    /// Returns the metrics that are drawn: those of the stop rule, else of the thresholds, else the usual ones.
    pub fn drawn(&self) -> Vec<String> {
        let stop = self.stop.as_ref().map(|stop| &stop.metrics);
        let asked = stop.filter(|it| !it.is_empty()).unwrap_or(&self.thresholds);
        let mut drawn = match asked.is_empty() {
            true => DEFAULT_METRICS.map(str::to_owned).to_vec(),
            false => asked.clone(),
        };
        drawn.truncate(MAX_METRICS);
        drawn
    }

    /// Returns the unit of a metric: `s`, `bytes`, `USD` or `1`.
    pub fn unit_of(&self, metric: &str) -> &str {
        let found = self.metrics.iter().find(|fact| fact.name == metric);
        found.map_or("1", |fact| &fact.unit)
    }
}

/// Everything that charts need to know of a sweep.
pub struct SweepData {
    /// `sweep.json`
    pub facts: SweepFacts,
    /// What was varied.
    pub keys: Vec<Key>,
    /// Points, in order of their numbers.
    pub points: Vec<Point>,
}

/// A key that was varied.
pub struct Key {
    /// Its path.
    pub name: String,
    /// Its values, as written: rising if they are numbers, else in the order of the points.
    pub values: Vec<String>,
    /// The unit of numbers, which may be empty; `None` if the values are not all numbers.
    pub unit: Option<String>,
}

/// A point and what came of it.
pub struct Point {
    /// Its values, as written, in the order of the keys.
    pub values: Vec<String>,
    /// What it gave, by metric.
    pub estimates: BTreeMap<String, Estimate>,
}

/// A mean over repeats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Ends of its 95 % interval, if there are enough repeats.
    pub interval: Option<(f64, f64)>,
    /// Repeats.
    pub repeats: u64,
}

impl SweepData {
    /// Reads the sweep in `folder`.
    ///
    /// # Errors
    /// If a file is missing or is not what it should be.
    pub fn read(folder: &Path) -> Result<Self, FileError> {
        let facts = SweepFacts::read(folder)?;
        let path = folder.join(POINTS_FILE);
        let read = read_points(&path, &facts.drawn());
        let (names, points) = read.map_err(FileError::about("read", &path))?;
        let key = |(place, name): (usize, &String)| {
            Key::new(name, points.iter().map(|point| &point.values[place]))
        };
        Ok(Self {
            keys: names.iter().enumerate().map(key).collect(),
            facts,
            points,
        })
    }

    /// Returns what a metric is at each point that has it.
    pub fn of<'a>(
        &'a self,
        metric: &'a str,
    ) -> impl Iterator<Item = (&'a Point, Estimate)> + Clone {
        let estimate = move |point: &'a Point| Some((point, *point.estimates.get(metric)?));
        self.points.iter().filter_map(estimate)
    }

    /// How many repeats a metric's means rest on, in words, and of which sweep they are.
    pub fn about(&self, metric: &str) -> String {
        let repeats = || self.of(metric).map(|(_, estimate)| estimate.repeats);
        let (least, most) = (repeats().min().unwrap_or(0), repeats().max().unwrap_or(0));
        let repeats = if least == most {
            format!("mean of {most} repeats")
        } else {
            format!("mean of {least} to {most} repeats")
        };
        match self.facts.name.as_str() {
            "" => repeats,
            name => format!("{repeats}; {name}"),
        }
    }
}

impl Point {
    /// `slots = 8, rate = 60 per hour`, with short names of keys.
    pub fn label(&self, keys: &[Key]) -> String {
        let parts = keys.iter().zip(&self.values);
        let parts = parts.map(|(key, value)| format!("{} = {value}", key.short()));
        parts.collect::<Vec<_>>().join(", ")
    }
}

impl Key {
    fn new<'a>(name: &str, values: impl Iterator<Item = &'a String>) -> Self {
        let mut seen = BTreeSet::new();
        let mut values: Vec<String> = values.filter(|it| seen.insert(*it)).cloned().collect();
        let unit = values
            .first()
            .and_then(|first| Some(number_and_unit(first)?.1));
        let number = |value: &String| counted_in(value, unit.as_deref()?);
        let unit = if values.iter().all(|value| number(value).is_some()) {
            values.sort_by(|a, b| number(a).partial_cmp(&number(b)).expect("finite numbers"));
            unit
        } else {
            None
        };
        Self {
            name: name.to_owned(),
            values,
            unit,
        }
    }

    /// The last part of its path.
    pub fn short(&self) -> &str {
        let end = self.name.trim_end_matches('"');
        end.rsplit(['.', '"']).next().unwrap_or(&self.name)
    }

    /// Its path, and the unit of its numbers.
    pub fn title(&self) -> String {
        match self.unit.as_deref() {
            None | Some("") => self.name.clone(),
            Some(unit) => format!("{}, {unit}", self.name),
        }
    }

    /// Returns where a value stands on the key's axis: its number, or its place among the values.
    pub fn at(&self, value: &str) -> f64 {
        let number = self
            .unit
            .as_deref()
            .and_then(|unit| counted_in(value, unit));
        let place = || self.values.iter().position(|known| known == value);
        number.unwrap_or_else(|| place().unwrap_or(0) as f64)
    }

    /// Returns its axis.
    pub fn axis(&self, ticks: usize) -> Axis {
        let values = self.values.iter().map(|value| self.at(value));
        match self.unit {
            Some(_) => Axis::of_values(values, ticks, "1"),
            None => {
                let ticks = values.zip(self.values.iter().cloned());
                Axis::linear(-0.5, self.values.len() as f64 - 0.5, ticks.collect())
            }
        }
    }
}

/// Reads the points with the metrics that are drawn; returns the keys' names too.
fn read_points(path: &Path, metrics: &[String]) -> io::Result<(Vec<String>, Vec<Point>)> {
    let mut csv = csv::Reader::from_path(path).map_err(io_reason)?;
    let header: Vec<String> = csv
        .headers()
        .map_err(io_reason)?
        .iter()
        .map(str::to_owned)
        .collect();
    let metric_at = header.iter().position(|name| name == "metric");
    let metric_at = metric_at
        .filter(|at| *at >= 1 && header.len() >= at + 6)
        .ok_or_else(|| invalid("it lacks a column".to_owned()))?;
    let mut points: BTreeMap<u64, Point> = BTreeMap::new();
    for record in csv.records() {
        let record = record.map_err(io_reason)?;
        let number = record[0].parse();
        let number =
            number.map_err(|_| invalid(format!("`{}` is no number of a point", &record[0])))?;
        let point = points.entry(number).or_insert_with(|| Point {
            values: (1..metric_at).map(|at| record[at].to_owned()).collect(),
            estimates: BTreeMap::new(),
        });
        let metric = &record[metric_at];
        if metrics.iter().any(|drawn| drawn == metric) || [COST, LATENCY].contains(&metric) {
            let found = estimate(&record, metric_at);
            point
                .estimates
                .extend(found.map(|found| (metric.to_owned(), found)));
        }
    }
    Ok((
        header[1..metric_at].to_vec(),
        points.into_values().collect(),
    ))
}

/// Reads `mean,sd,ci95_low,ci95_high,repeats` behind the metric's name; `None` without a mean.
fn estimate(record: &csv::StringRecord, metric_at: usize) -> Option<Estimate> {
    let number = |at: usize| {
        record[metric_at + at]
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite())
    };
    Some(Estimate {
        mean: number(1)?,
        interval: number(3).zip(number(4)),
        repeats: number(5).unwrap_or(0.0) as u64,
    })
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
