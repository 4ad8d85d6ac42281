//! The charts of a sweep, each drawn from the tables of its folder alone.
//!
//! One chart for each metric: a line with its band for one varied key, a heat map for two on a grid, parallel lines for more,
//! a tornado where keys were varied one at a time; and cost against latency.

mod data;
mod heat;
mod line;
mod parallel;
mod pareto;
mod tornado;

use std::fs;
use std::path::Path;

use self::data::SweepData;
use self::heat::HeatMap;
use self::line::Line;
use self::parallel::Parallel;
use self::pareto::Pareto;
use self::tornado::Tornado;
use super::{CHARTS_FOLDER, write};
use crate::report::error::FileError;

pub use self::data::{SWEEP_FILE, SweepFacts};

/// The name of the chart of cost against latency.
const PARETO: &str = "pareto";

/// Draws every chart of the sweep in `folder` into the charts' folder in `to`, as SVG and, if `png`, as PNG too; returns
/// their names, in the order in which a page shows them.
///
/// # Errors
/// If one of the sweep's files cannot be read, or a chart's not written.
pub fn draw_sweep_charts(folder: &Path, to: &Path, png: bool) -> Result<Vec<String>, FileError> {
    let data = SweepData::read(folder)?;
    let charts = to.join(CHARTS_FOLDER);
    fs::create_dir_all(&charts).map_err(FileError::about("make", &charts))?;
    let mut names = Vec::new();
    for metric in &data.facts.drawn() {
        let name = file_name(metric);
        draw(&data, metric, &charts, &name, png)?;
        names.push(name);
    }
    write(&charts, PARETO, &Pareto::new(&data), png)?;
    names.push(PARETO.to_owned());
    Ok(names)
}

/// Draws the chart of a metric in the form that fits the design.
fn draw<'a>(
    data: &'a SweepData,
    metric: &'a str,
    charts: &Path,
    name: &str,
    png: bool,
) -> Result<(), FileError> {
    if let Some(tornado) = Tornado::new(data, metric) {
        return write(charts, name, &tornado, png);
    }
    if let Some(line) = Line::new(data, metric) {
        return write(charts, name, &line, png);
    }
    match HeatMap::new(data, metric) {
        Some(map) => write(charts, name, &map, png),
        None => write(charts, name, &Parallel::new(data, metric), png),
    }
}

/// Returns the name of a metric's chart: `replication_latency.within-30-min` for `replication_latency.within(30 min)`.
fn file_name(metric: &str) -> String {
    let plain = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' => letter,
        _ => '-',
    };
    let name: String = metric.chars().map(plain).collect();
    name.trim_matches(['-', '.']).to_owned()
}

#[cfg(test)]
mod tests;
