//! `ecrsim report`: draws the charts and the page of a run or a sweep again.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Failure, Status};
use super::output::print;
use crate::report::charts::{COMPARE_FILE, SOLVE_FILE, SWEEP_FILE};
use crate::report::folder::is_run_folder;
use crate::report::{redraw, redraw_differences, redraw_solve, redraw_sweep};

const EXAMPLES: &str = "\
Examples:
  ecrsim report output/two-regions
  ecrsim report output/slots                   a sweep's folder; that of `ecrsim solve --out` too";

/// Draws the charts and the page of a run or a sweep again, from its files alone
///
/// Nothing is simulated. Charts are drawn as PNG too if they are there as PNG.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A folder that `ecrsim run`, `sweep`, `merge`, `compare --out` or `solve --out` has written
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Draws charts and page.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let folder = &options.folder;
    let place = folder.display();
    let drawn = if is_run_folder(folder) {
        redraw(folder)?;
        "the charts and report.html"
    } else if folder.join(SWEEP_FILE).is_file() {
        redraw_sweep(folder, false)?;
        "the charts and report.html"
    } else if folder.join(COMPARE_FILE).is_file() {
        redraw_differences(folder)?;
        "the chart"
    } else if folder.join(SOLVE_FILE).is_file() {
        redraw_solve(folder)?;
        "the chart"
    } else {
        return Err(Failure::wrong(format_args!(
            "`{place}` is no folder of a run, a sweep, a comparison or a solution: it holds no run.json, {SWEEP_FILE}, {COMPARE_FILE} or {SOLVE_FILE}"
        )));
    };
    print(&format!("drew {drawn} in {place}\n"))?;
    Ok(Status::Done)
}

/// Fails if `folder` is not one that a run has written.
pub(super) fn check_run_folder(folder: &Path) -> Result<(), Failure> {
    if is_run_folder(folder) {
        return Ok(());
    }
    Err(Failure::wrong(format_args!(
        "`{}` is not a run's folder: it holds no run.json",
        folder.display()
    )))
}
