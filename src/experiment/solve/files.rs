//! The folder of a solution: table, document, chart.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::search::Solution;
use super::told::Document;
use crate::measure::table::Number;
use crate::report::charts::{SOLVE_FILE, SolveRow, draw_solve_chart};
use crate::report::csv_files::write_table;
use crate::report::error::FileError;

/// Makes sure that a solution may be written into `folder`: it is not there, or empty, or a solution's.
///
/// # Errors
/// If something else is there.
pub fn check_place(folder: &Path) -> Result<(), FileError> {
    if !folder.exists() || folder.join(SOLVE_FILE).is_file() {
        return Ok(());
    }
    let mut entries = fs::read_dir(folder).map_err(FileError::about("read", folder))?;
    if entries.next().is_none() {
        return Ok(());
    }
    let why = "it is not empty and not a solution's folder (it holds no solve.json)";
    let reason = io::Error::new(ErrorKind::AlreadyExists, why);
    Err(FileError::new("replace", folder, reason))
}

/// Writes a solution into `folder`, which is made if it is not there; the chart as PNG too if `png`.
///
/// # Errors
/// If a file cannot be written.
pub fn write_solve(folder: &Path, solution: &Solution, png: bool) -> Result<(), FileError> {
    fs::create_dir_all(folder).map_err(FileError::about("make", folder))?;
    write_table(folder, &rows(solution))?;
    draw_solve_chart(folder, folder, png)?;
    let path = folder.join(SOLVE_FILE);
    fs::write(&path, Document::new(solution).text()).map_err(FileError::about("write", &path))
}

fn rows(solution: &Solution) -> Vec<SolveRow> {
    let of_value = solution.tried.iter().flat_map(|tried| {
        let conditions = solution.limits.iter().zip(&tried.findings);
        conditions.map(move |(limit, finding)| SolveRow {
            key: solution.key.clone(),
            value: tried.value.text.clone(),
            number: Number(tried.value.number),
            condition: limit.condition.clone(),
            repeats: tried.repeats.into(),
            mean: finding.mean.map(Number),
            low: finding.low.map(Number),
            high: finding.high.map(Number),
            limit: Number(limit.value),
            unit: limit.unit.to_owned(),
            verdict: finding.verdict.name().to_owned(),
        })
    });
    of_value.collect()
}
