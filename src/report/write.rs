//! A run's folder in one go: tables, summary, facts, charts.

use std::path::Path;

use super::charts::{CHARTS_FOLDER, draw_charts};
use super::csv_files::write_tables;
use super::error::FileError;
use super::run_json::{RunDocument, RunFacts};
use super::summary_json::SummaryDocument;
use crate::measure::Outcome;

/// Writes everything that a run's folder holds but `replications.csv`; charts as PNG too if `png`.
///
/// # Errors
/// If a file cannot be written.
pub fn write_run(
    folder: &Path,
    facts: &RunFacts,
    outcome: &Outcome,
    png: bool,
) -> Result<(), FileError> {
    write_tables(folder, outcome)?;
    SummaryDocument::new(outcome).write(folder)?;
    RunDocument::new(facts, outcome).write(folder)?;
    draw_charts(folder, png)
}

/// Draws the charts of the run in `folder` again, those that are there as PNG too.
///
/// # Errors
/// If one of the run's files cannot be read, or a chart not written.
pub fn redraw(folder: &Path) -> Result<(), FileError> {
    draw_charts(folder, has_png(&folder.join(CHARTS_FOLDER)))
}

fn has_png(charts: &Path) -> bool {
    let entries = charts.read_dir().into_iter().flatten().flatten();
    let mut extensions = entries.map(|entry| entry.path());
    extensions.any(|path| path.extension().is_some_and(|extension| extension == "png"))
}
