//! An outcome becomes files and a screen: the run's folder, CSV tables, charts, the HTML page, the terminal's summary.
//!
//! Knows nothing of ECR, clocks or chance. What it writes depends on the outcome alone: the same outcome gives the same
//! bytes. Charts and page are made from the folder's files, so that `ecrsim report` redraws them without simulating.
//!
//! A run's way: [`folder::RunFolder::create`] before it starts, [`replications::ReplicationWriter`] while it goes on,
//! [`write_run`] when it has ended, [`folder::RunFolder::publish`], [`terminal::summary`].

pub mod charts;
pub mod csv_files;
pub mod error;
mod facts;
pub mod folder;
pub mod human;
pub mod page;
pub mod replications;
pub mod run_json;
pub mod summary_json;
pub mod terminal;
pub mod view;

#[cfg(test)]
mod samples;

use std::path::Path;

use self::error::FileError;
use self::run_json::{RunDocument, RunFacts};
use self::summary_json::SummaryDocument;
use crate::measure::outcome::Outcome;

/// Writes everything but `replications.csv` into `folder`; charts also as PNG if `png`.
///
/// # Errors
/// If a file cannot be written.
pub fn write_run(
    folder: &Path,
    facts: &RunFacts,
    outcome: &Outcome,
    png: bool,
) -> Result<(), FileError> {
    csv_files::write_tables(folder, outcome)?;
    SummaryDocument::new(outcome).write(folder)?;
    RunDocument::new(facts, outcome).write(folder)?;
    draw(folder, folder, png)
}

/// Draws the charts and the page of the run in `folder` again, from its files.
///
/// # Errors
/// If it is no run's folder, or a file cannot be read or written; then everything is as it was.
pub fn redraw(folder: &Path, png: bool) -> Result<(), FileError> {
    folder::renew(folder, |staging| draw(folder, staging, png))
}

/// Draws charts and page of the run in `folder` into `to`.
fn draw(folder: &Path, to: &Path, png: bool) -> Result<(), FileError> {
    charts::draw_charts(folder, to, png)?;
    page::write_page(folder, to)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::report::folder::RunFolder;
    use crate::report::replications::ReplicationWriter;

    /// The files of INTERFACE.md, but for those of later versions.
    const FILES: [&str; 16] = [
        "charts",
        "costs.csv",
        "destinations.csv",
        "failures.csv",
        "latency.csv",
        "links.csv",
        "refused.csv",
        "replications.csv",
        "report.html",
        "revocations.csv",
        "revoked_copies.csv",
        "run.json",
        "storage.csv",
        "summary.csv",
        "summary.json",
        "timeline.csv",
    ];

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("it is there");
        let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("ASCII");
        let mut names: Vec<_> = entries
            .map(|entry| name(entry.expect("readable")))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_run_leaves_every_file_of_the_interface() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = RunFolder::create(&home.path().join("shop"), false).expect("free");
        let facts = samples::facts();
        ReplicationWriter::create(folder.path(), Default::default(), facts.start)
            .and_then(ReplicationWriter::finish)
            .expect("written");
        write_run(folder.path(), &facts, &samples::small(), false).expect("written");
        let place = folder.publish().expect("published");
        assert_eq!(names(&place), FILES);
        let charts = charts::CHARTS.map(|name| format!("{name}.svg"));
        assert_eq!(names(&place.join("charts")).len(), charts.len());
        assert!(
            charts
                .iter()
                .all(|name| place.join("charts").join(name).is_file())
        );
    }

    #[test]
    fn redrawing_gives_the_same_charts_and_page() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path();
        write_run(folder, &samples::facts(), &samples::small(), false).expect("written");
        let read = || {
            let page = fs::read(folder.join("report.html")).expect("it is there");
            let charts = charts::CHARTS.map(|name| {
                fs::read(folder.join(format!("charts/{name}.svg"))).expect("it is there")
            });
            (page, charts)
        };
        let before = read();
        redraw(folder, true).expect("redrawn");
        assert!(read() == before);
        assert_eq!(
            names(&folder.join("charts")).len(),
            2 * charts::CHARTS.len()
        );
    }
}
