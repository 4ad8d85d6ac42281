//! `ecrsim report`: draws a run's charts and page again.

use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Failure, Status};
use super::output::print;
use crate::report::folder::is_run_folder;
use crate::report::redraw;

const EXAMPLES: &str = "\
Examples:
  ecrsim report output/two-regions";

/// Draws the charts and the page of a run again, from its files alone
///
/// Nothing is simulated. Charts are drawn as PNG too if they are there as PNG.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// A folder that `ecrsim run` has written
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Draws charts and page.
pub fn run(options: &Options) -> Result<Status, Failure> {
    let folder = &options.folder;
    check_run_folder(folder)?;
    redraw(folder)?;
    print(&format!(
        "drew the charts and report.html in {}\n",
        folder.display()
    ))?;
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
