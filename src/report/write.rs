//! A run's folder in one go: tables, summary, facts, charts, page.

use std::path::Path;

use super::charts::{
    CHARTS_FOLDER, COMPARE_FILE, SOLVE_FILE, SWEEP_FILE, draw_charts, draw_differences_chart,
    draw_solve_chart, draw_sweep_charts,
};
use super::csv_files::write_tables;
use super::error::FileError;
use super::folder;
use super::page::{write_page, write_sweep_page};
use super::run_json::{RunDocument, RunFacts};
use super::summary_json::SummaryDocument;
use crate::measure::Outcome;

/// Writes everything that a run's folder holds but the replications; charts as PNG too if `png`.
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
    draw(folder, folder, png)
}

/// Draws charts and page of the run in `folder` again, from its files; charts as PNG too if there are such.
///
/// # Errors
/// If it is no run's folder, or a file cannot be read or written; then everything is as it was.
pub fn redraw(folder: &Path) -> Result<(), FileError> {
    let png = has_png(&folder.join(CHARTS_FOLDER));
    folder::renew(folder, folder::RUN_FILE, |staging| {
        draw(folder, staging, png)
    })
}

/// Draws charts and page of the sweep in `folder`, from its tables; charts as PNG too if `png`, or if there are such.
///
/// # Errors
/// If it is no sweep's folder, or a file cannot be read or written; then everything is as it was.
pub fn redraw_sweep(folder: &Path, png: bool) -> Result<(), FileError> {
    let png = png || has_png(&folder.join(CHARTS_FOLDER));
    folder::renew(folder, SWEEP_FILE, |staging| {
        let charts = draw_sweep_charts(folder, staging, png)?;
        write_sweep_page(folder, staging, &charts)
    })
}

/// Draws the chart of the solution in `folder` again, from its table; as PNG too if there is such.
///
/// # Errors
/// If it is no solution's folder, or a file cannot be read or written; then everything is as it was.
pub fn redraw_solve(folder: &Path) -> Result<(), FileError> {
    let png = has_png(&folder.join(CHARTS_FOLDER));
    folder::renew(folder, SOLVE_FILE, |staging| {
        draw_solve_chart(folder, staging, png)
    })
}

/// Draws the chart of the comparison in `folder` again, from its table; as PNG too if there is such.
///
/// # Errors
/// If it is no comparison's folder, or a file cannot be read or written; then everything is as it was.
pub fn redraw_differences(folder: &Path) -> Result<(), FileError> {
    let png = has_png(&folder.join(CHARTS_FOLDER));
    folder::renew(folder, COMPARE_FILE, |staging| {
        draw_differences_chart(folder, staging, png)
    })
}

/// Draws charts and page of the run in `folder` into `to`.
fn draw(folder: &Path, to: &Path, png: bool) -> Result<(), FileError> {
    draw_charts(folder, to, png)?;
    write_page(folder, to)
}

fn has_png(charts: &Path) -> bool {
    let entries = charts.read_dir().into_iter().flatten().flatten();
    let mut extensions = entries.map(|entry| entry.path());
    extensions.any(|path| path.extension().is_some_and(|extension| extension == "png"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::report::folder::RunFolder;
    use crate::report::replications::{Format, ReplicationWriter};
    use crate::report::{charts, samples};

    /// The files of INTERFACE.md, but for those of later versions.
    const FILES: [&str; 25] = [
        "backfills.csv",
        "breakeven.csv",
        "charts",
        "costs.csv",
        "deletes.csv",
        "deployments.csv",
        "destinations.csv",
        "failures.csv",
        "gate.csv",
        "latency.csv",
        "links.csv",
        "orphans.csv",
        "outages.csv",
        "pulls.csv",
        "refused.csv",
        "replications.csv",
        "report.html",
        "repositories.csv",
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
        ReplicationWriter::create(folder.path(), Format::Csv, Default::default(), facts.start)
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
        redraw(folder).expect("redrawn");
        assert!(read() == before);
        assert_eq!(names(&folder.join("charts")).len(), charts::CHARTS.len());
    }
}
