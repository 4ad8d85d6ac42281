//! The page of a sweep: what was varied, charts, tables.

use std::fs;
use std::path::Path;

use super::html::Html;
use super::{PAGE_FILE, charts, head, table};
use crate::report::charts::SweepFacts;
use crate::report::error::FileError;

/// Tables that the page shows as they are.
const TABLES: [(&str, &str); 2] = [
    ("points.csv", "Means by point and metric"),
    ("runs.csv", "Every run"),
];

/// Writes the page of the sweep in `folder` into `to`, where its charts, of these names, are.
///
/// # Errors
/// If one of the sweep's files cannot be read, or the page not written.
pub fn write_sweep_page(folder: &Path, to: &Path, names: &[String]) -> Result<(), FileError> {
    let facts = SweepFacts::read(folder)?;
    let mut page = Html::default();
    head(&mut page, &facts.name);
    page.element("p class=\"faint\"", &summary(&facts));
    charts(&mut page, to, names)?;
    page.element("h2", "Tables");
    for (file, title) in TABLES {
        table(&mut page, folder, file, title)?;
    }
    page.element("h2", "What this rests on").facts([
        ("version", facts.version.clone()),
        ("varied", facts.keys.join(", ")),
        ("failed runs", facts.failed.to_string()),
    ]);
    page.raw("</body>\n</html>\n");
    let path = to.join(PAGE_FILE);
    fs::write(&path, page.into_text()).map_err(FileError::about("write", &path))
}

fn summary(facts: &SweepFacts) -> String {
    let unsettled = match facts.points_at_max_repeats.len() {
        0 => String::new(),
        1 => "; 1 point is not known as well as [stop] asks".to_owned(),
        points => format!("; {points} points are not known as well as [stop] asks"),
    };
    format!(
        "{} points, {} runs, ecrsim {}{unsettled}",
        facts.points, facts.runs, facts.version
    )
}
