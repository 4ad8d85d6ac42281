//! `runs.csv`, `points.csv` and `sweep.json`: written whole from the manifest and the closed segments, in order of runs, so
//! that they are the same bytes whoever made the runs, and when.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::goals::stop_values;
use super::stop;
use crate::experiment::journal::{Found, Manifest, Results, SweepFolder, cell, csv_line};
use crate::experiment::statistics::{CONFIDENCE, Estimate, student_quantile};
use crate::measure::table::guarded;
use crate::report::error::FileError;
use crate::report::redraw_sweep;

/// One row per run.
pub const RUNS: &str = "runs.csv";

/// One row per point and metric.
pub const POINTS: &str = "points.csv";

/// What the sweep was, and what came of it.
pub const SWEEP: &str = "sweep.json";

/// What the tables say in short.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Runs in the tables.
    pub runs: u64,
    /// Those that failed.
    pub failed: u64,
    /// Points that have as many repeats as they may have, and not enough.
    pub unsettled: Vec<usize>,
    /// Repeats of each point that count.
    pub repeats: Vec<u64>,
}

/// Writes the tables of a complete sweep into its folder, and draws its charts and its page from them.
///
/// # Errors
/// If a file cannot be read or written.
///
/// # Panics
/// If a run is missing.
pub fn write(
    folder: &SweepFolder,
    manifest: &Manifest,
    results: &mut Results,
) -> Result<Counts, FileError> {
    let mut counts = Counts::default();
    for point in 0..manifest.points.len() {
        counts.count(manifest, results, point)?;
    }
    let runs = |out: &mut dyn Write| write_runs(out, folder, manifest, results, &mut counts);
    folder.put_streamed(RUNS, runs)?;
    let points = |out: &mut dyn Write| write_points(out, folder, manifest, results, &counts);
    folder.put_streamed(POINTS, points)?;
    let text = serde_json::to_string_pretty(&document(manifest, &counts)).expect("plain data");
    folder.put(SWEEP, (text + "\n").as_bytes())?;
    redraw_sweep(folder.path(), false)?;
    Ok(counts)
}

impl Counts {
    /// Finds out how many repeats of a point count.
    fn count(
        &mut self,
        manifest: &Manifest,
        results: &mut Results,
        point: usize,
    ) -> Result<(), FileError> {
        let Some(rule) = &manifest.stop else {
            self.repeats.push(manifest.repeats);
            return Ok(());
        };
        if manifest.points[point].is_never_known(rule) {
            self.unsettled.push(point);
            self.repeats.push(rule.max_repeats);
            return Ok(());
        }
        let mut goal = stop::first_round(manifest, point);
        let repeats = loop {
            let values = stop_values(manifest, rule, results, point, goal)?;
            let values = values.expect("every run that is asked for has been made");
            if let Some(enough) = stop::enough(rule, &values) {
                break enough;
            }
            if goal == rule.max_repeats {
                self.unsettled.push(point);
                break goal;
            }
            goal = stop::next_round(rule, goal, 1);
        };
        self.repeats.push(repeats);
        Ok(())
    }
}

fn write_runs(
    out: &mut dyn Write,
    folder: &SweepFolder,
    manifest: &Manifest,
    results: &mut Results,
    counts: &mut Counts,
) -> Result<(), FileError> {
    let path = folder.path().join(RUNS);
    let keys = manifest.keys.iter().map(String::as_str);
    let fixed = ["run", "point", "repeat", "seed"].into_iter().chain(keys);
    let header = fixed.chain(["status", "error"]);
    let header: Vec<&str> = header
        .chain(manifest.metrics.iter().map(String::as_str))
        .collect();
    put(out, &path, &header)?;
    for (point, planned) in manifest.points.iter().enumerate() {
        for repeat in 1..=counts.repeats[point] {
            let run = manifest.run(point, repeat);
            let found = found(results, manifest, run)?;
            let numbers = [run, point as u64, repeat, manifest.seed(point, repeat)];
            let mut row: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            row.extend(
                planned
                    .values
                    .iter()
                    .map(|value| guarded(value).into_owned()),
            );
            counts.runs += 1;
            counts.failed += u64::from(found.status == "failed");
            row.extend([found.status, found.error]);
            row.extend(found.cells);
            put(out, &path, &row)?;
        }
    }
    Ok(())
}

fn write_points(
    out: &mut dyn Write,
    folder: &SweepFolder,
    manifest: &Manifest,
    results: &mut Results,
    counts: &Counts,
) -> Result<(), FileError> {
    const COLUMNS: [&str; 6] = ["metric", "mean", "sd", "ci95_low", "ci95_high", "repeats"];
    let path = folder.path().join(POINTS);
    let keys = manifest.keys.iter().map(String::as_str);
    let header: Vec<&str> = ["point"].into_iter().chain(keys).chain(COLUMNS).collect();
    put(out, &path, &header)?;
    let mut quantiles = Quantiles::default();
    for (point, planned) in manifest.points.iter().enumerate() {
        let repeats = counts.repeats[point];
        let mut start = vec![point.to_string()];
        start.extend(
            planned
                .values
                .iter()
                .map(|value| guarded(value).into_owned()),
        );
        // Of a point with very many repeats, some metrics at a time, so that memory does not grow with their number.
        let together = (MOST_VALUES / repeats.max(1)).max(1) as usize;
        for first in (0..manifest.metrics.len()).step_by(together) {
            let some = first..manifest.metrics.len().min(first + together);
            let mut values = vec![Vec::with_capacity(repeats as usize); some.len()];
            for repeat in 1..=repeats {
                let found = found(results, manifest, manifest.run(point, repeat))?;
                for (metric, values) in some.clone().zip(&mut values) {
                    values.extend(found.value(metric));
                }
            }
            for (metric, values) in some.zip(&values) {
                let mut row = start.clone();
                row.push(manifest.metrics[metric].clone());
                let has_interval = planned.has_interval(&manifest.metrics[metric]);
                row.extend(quantiles.row(values, has_interval));
                put(out, &path, &row)?;
            }
        }
    }
    Ok(())
}

/// So many numbers of a point, at most, are in memory at once.
const MOST_VALUES: u64 = 1_000_000;

/// Quantiles of Student's t by degrees of freedom: there are few, and each takes a while.
#[derive(Default)]
struct Quantiles(BTreeMap<usize, f64>);

impl Quantiles {
    /// Returns mean, standard deviation, interval, if it has one, and number of values.
    fn row(&mut self, values: &[f64], has_interval: bool) -> [String; 5] {
        let count = values.len();
        let spread = (count >= 2).then(|| {
            let estimate = Estimate::of(values);
            let quantile = self
                .0
                .entry(count)
                .or_insert_with(|| student_quantile(0.5 + CONFIDENCE / 2.0, (count - 1) as f64));
            (estimate, *quantile * estimate.standard_error)
        });
        let mean = match &spread {
            Some((estimate, _)) => Some(estimate.mean),
            None => values.first().copied(),
        };
        let of = |number: &dyn Fn(&Estimate, f64) -> f64| {
            spread
                .as_ref()
                .map(|(estimate, half)| number(estimate, *half))
        };
        let end = |end: Option<f64>| cell(end.filter(|_| has_interval));
        [
            cell(mean),
            cell(of(&|estimate, _| estimate.deviation())),
            end(of(&|estimate, half| estimate.mean - half)),
            end(of(&|estimate, half| estimate.mean + half)),
            count.to_string(),
        ]
    }
}

fn document(manifest: &Manifest, counts: &Counts) -> Value {
    let file = manifest.files.first().expect("the sweep file is the first");
    let name = Path::new(&file.path).file_stem().unwrap_or_default();
    let metrics = manifest.metrics.iter().zip(&manifest.units);
    let metrics: Vec<Value> = metrics
        .map(|(name, unit)| json!({ "name": name, "unit": unit }))
        .collect();
    json!({
        "name": name.to_string_lossy(),
        "version": manifest.version,
        "files": manifest.files,
        "design": manifest.design,
        "keys": manifest.keys,
        "metrics": metrics,
        "thresholds": manifest.thresholds,
        "points": manifest.points.len(),
        "runs": counts.runs,
        "failed": counts.failed,
        "repeats": manifest.repeats,
        "stop": manifest.stop,
        "points_at_max_repeats": counts.unsettled,
    })
}

fn found(results: &mut Results, manifest: &Manifest, run: u64) -> Result<Found, FileError> {
    let found = results.find(manifest.key(run))?;
    Ok(found.expect("every run that is asked for has been made"))
}

fn put<C: AsRef<[u8]>>(out: &mut dyn Write, path: &Path, cells: &[C]) -> Result<(), FileError> {
    let written: io::Result<()> = out.write_all(csv_line(cells).as_bytes());
    written.map_err(FileError::about("write", path))
}
