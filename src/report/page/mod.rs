//! `report.html`: summary, thresholds, charts and tables on one page that needs nothing but itself.
//!
//! Made from the folder's files alone, charts as drawn there. No script and no network: the page forbids both to itself.

mod html;
mod sweep;

use std::fmt::Display;
use std::fs;
use std::path::Path;

use self::html::Html;
use super::charts::{CHARTS, CHARTS_FOLDER};
use super::csv_files::read_table;
use super::error::FileError;
use super::run_json::RunDocument;
use super::summary_json::{SUMMARY_FILE, SummaryDocument};
use super::view::{Findings, Grid, NOTHING, View};

pub use self::sweep::write_sweep_page;

/// The page's name in the run's folder.
pub const PAGE_FILE: &str = "report.html";

/// Rows of a table that the page shows; the file has them all.
const MAX_ROWS: usize = 100;

/// Tables that the page shows as they are.
const TABLES: [(&str, &str); 13] = [
    ("destinations.csv", "Replications by source and destination"),
    ("links.csv", "Links between Regions"),
    ("failures.csv", "Failures by reason"),
    ("revocations.csv", "Losses of permission"),
    ("deployments.csv", "Deployments by stream"),
    ("outages.csv", "Outages, spells and bursts"),
    ("costs.csv", "The bill"),
    ("orphans.csv", "Orphans by month"),
    ("pulls.csv", "Pulls by the registry that served them"),
    ("breakeven.csv", "Replicate or pull across"),
    ("repositories.csv", "Repositories that replication created"),
    ("refused.csv", "Refused operations"),
    ("summary.csv", "Every metric"),
];

/// Writes the page of the run in `folder` into `to`, where its charts are.
///
/// # Errors
/// If one of the run's files cannot be read, or the page not written.
pub fn write_page(folder: &Path, to: &Path) -> Result<(), FileError> {
    let run = RunDocument::read(folder)?;
    let view = View::new(
        &Findings {
            facts: &run.facts,
            summary: &SummaryDocument::read(&folder.join(SUMMARY_FILE))?,
            destinations: &read_table(folder)?,
            costs: &read_table(folder)?,
            failures: &read_table(folder)?,
            deployments: &read_table(folder)?,
            pulls: &read_table(folder)?,
            break_even: &read_table(folder)?,
        },
        None,
    );
    let mut page = Html::default();
    head(&mut page, &run.facts.name);
    summary(&mut page, &view);
    charts(&mut page, to, &CHARTS)?;
    page.element("h2", "Tables");
    for (file, title) in TABLES {
        table(&mut page, folder, file, title)?;
    }
    provenance(&mut page, &run);
    page.raw("</body>\n</html>\n");
    let path = to.join(PAGE_FILE);
    fs::write(&path, page.into_text()).map_err(FileError::about("write", &path))
}

fn head(page: &mut Html, name: &str) {
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .raw("<meta http-equiv=\"Content-Security-Policy\" ")
        .raw("content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .element("title", &format!("{name} – ECR replication"))
        .raw("<style>\n")
        .raw(include_str!("style.css"))
        .raw("</style>\n</head>\n<body>\n")
        .element("h1", name);
}

fn summary(page: &mut Html, view: &View) {
    page.element("p class=\"faint\"", &view.title);
    if !view.thresholds.is_empty() {
        page.element("h2", "Thresholds").raw("<ul>\n");
        for (held, text) in &view.thresholds {
            let class = if *held { "held" } else { "breached" };
            page.element(&format!("li class=\"{class}\""), text);
        }
        page.raw("</ul>\n");
    }
    page.element("h2", "Latency");
    latency(page, view);
    if let Some(uncertainty) = &view.uncertainty {
        page.element("p", uncertainty);
    }
    page.element("p", &view.failures);
    if let Some(grid) = &view.deployments {
        page.element("h2", "Deployments").grid(grid, MAX_ROWS);
    }
    page.element("h2", "Cost")
        .grid(&view.cost, view.cost.rows.len().saturating_sub(1));
    for sentence in view.orphans.iter().chain(&view.pulls) {
        page.element("p", sentence);
    }
    for note in &view.notes {
        page.element("p class=\"faint\"", note);
    }
}

fn latency(page: &mut Html, view: &View) {
    let rows = view.latency.rows.len();
    if rows == 0 {
        page.element("p", NOTHING);
        return;
    }
    let mut grid: Grid = view.latency.clone();
    grid.rows.truncate(MAX_ROWS);
    let shown = grid.rows.len();
    if rows > 1 {
        grid.rows.push(view.all.clone());
    }
    page.grid(&grid, shown);
    if rows > shown {
        let more = format!(
            "The worst {shown} by p99; {} more in destinations.csv.",
            rows - shown
        );
        page.element("p class=\"faint\"", &more);
    }
}

fn charts(page: &mut Html, folder: &Path, names: &[impl Display]) -> Result<(), FileError> {
    page.element("h2", "Charts");
    for name in names {
        let path = folder.join(CHARTS_FOLDER).join(format!("{name}.svg"));
        let svg = fs::read_to_string(&path).map_err(FileError::about("read", &path))?;
        page.raw("<figure>\n").raw(&svg).raw("</figure>\n");
    }
    Ok(())
}

/// Shows a table of the folder as it is, folded away.
fn table(page: &mut Html, folder: &Path, file: &str, title: &str) -> Result<(), FileError> {
    let path = folder.join(file);
    let (grid, rows) = read_grid(&path).map_err(FileError::about("read", &path))?;
    let count = match rows {
        0 => "no row".to_owned(),
        1 => "1 row".to_owned(),
        rows if rows > MAX_ROWS => format!("{rows} rows, the first {MAX_ROWS} here"),
        rows => format!("{rows} rows"),
    };
    page.raw("<details>\n")
        .element("summary", &format!("{title} ({file}, {count})"));
    if rows > 0 {
        page.raw("<div class=\"plain\">\n")
            .grid(&grid, MAX_ROWS)
            .raw("</div>\n");
    }
    page.raw("</details>\n");
    Ok(())
}

/// Returns the first rows of a CSV file, and how many there are.
fn read_grid(path: &Path) -> csv::Result<(Grid, usize)> {
    let mut csv = csv::Reader::from_path(path)?;
    let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let mut grid = Grid {
        header: texts(csv.headers()?),
        rows: Vec::new(),
        dispensable: Vec::new(),
    };
    let mut rows = 0;
    for record in csv.records() {
        let record = record?;
        if rows < MAX_ROWS {
            grid.rows.push(texts(&record));
        }
        rows += 1;
    }
    Ok((grid, rows))
}

/// What the run rests on. The files that it read and the fingerprint stand in `run.json` alone: the order of the
/// scenario's sections and its comments change nothing else in the folder, but outages are numbered by their order.
fn provenance(page: &mut Html, run: &RunDocument) {
    let facts = &run.facts;
    page.element("h2", "What this rests on").facts([
        ("version", facts.version.clone()),
        ("seed", facts.seed.to_string()),
        (
            "measured",
            format!("{} to {}", facts.measured_from, facts.measured_until),
        ),
        ("latency preset", facts.latency_preset.clone()),
        (
            "prices",
            format!("{} {}", facts.prices.table, facts.prices.date),
        ),
        ("transfer rate", facts.prices.transfer_rate.clone()),
        ("events", run.events.to_string()),
    ]);
    let assumptions = facts.assumptions.iter();
    page.element("h2", "Assumptions")
        .facts(assumptions.map(|(key, value)| (key.as_str(), value.to_string())));
    page.element("h2", "Checks that held").raw("<ul>\n");
    for check in &run.checks {
        page.element("li", check);
    }
    page.raw("</ul>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::draw_charts;
    use crate::report::csv_files::write_tables;
    use crate::report::samples;

    fn page(change: impl FnOnce(&mut crate::measure::outcome::Outcome)) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let mut outcome = samples::small();
        change(&mut outcome);
        write_tables(folder.path(), &outcome).expect("written");
        SummaryDocument::new(&outcome)
            .write(folder.path())
            .expect("written");
        RunDocument::new(&samples::facts(), &outcome)
            .write(folder.path())
            .expect("written");
        draw_charts(folder.path(), folder.path(), false).expect("drawn");
        write_page(folder.path(), folder.path()).expect("written");
        fs::read_to_string(folder.path().join(PAGE_FILE)).expect("it is there")
    }

    #[test]
    fn it_holds_summary_thresholds_tables_and_every_chart() {
        let page = page(|_| ());
        assert_eq!(page.matches("<svg ").count(), CHARTS.len());
        assert_eq!(page.matches("<li class=\"breached\">").count(), 1);
        assert_eq!(page.matches("<li class=\"held\">").count(), 3);
        assert_eq!(page.matches("<details>").count(), TABLES.len());
        assert!(page.contains("<td>prod/eu-west-1</td>"));
    }

    #[test]
    fn it_asks_nobody_for_anything() {
        let page = page(|_| ());
        for forbidden in [
            "<script", "<link", "<img", "<iframe", "url(", "@import", "onload",
        ] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        let elsewhere = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!elsewhere.contains("http://") && !elsewhere.contains("https://"));
    }

    #[test]
    fn a_name_never_becomes_markup() {
        let page = page(|outcome| {
            outcome.refused[0].message = "<script>alert('&')</script>".to_owned();
            outcome.destinations[0].destination = "<b>".to_owned();
        });
        assert!(page.contains("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"));
        assert!(page.contains("<td>&lt;b&gt;</td>"));
        assert!(!page.contains("<b>"));
    }
}
