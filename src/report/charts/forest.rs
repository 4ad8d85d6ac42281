//! The differences of a comparison with their intervals: a forest plot of relative changes.

use std::fs;
use std::io;
use std::path::Path;

use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;
use serde::Deserialize;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::legend::{Entry, Sample};
use super::panel::{Panel, PanelSpec};
use super::style::{BLUE, INK, LABEL, Marker, OTHERS, Pen, VERMILLION, fitted, tint, width};
use super::{CHARTS_FOLDER, write};
use crate::report::csv_files::io_reason;
use crate::report::error::FileError;

/// The chart's name.
const NAME: &str = "differences";

/// The table that it is drawn from.
const TABLE: &str = "differences.csv";

/// The file that makes a folder a comparison's.
pub const COMPARE_FILE: &str = "compare.json";

/// Rows drawn at most: the first of the table.
const MAX_ROWS: usize = 40;

/// Height of a row, in half pixels.
const ROW: u32 = 46;

/// Room for a row's name at most.
const MAX_NAME: i32 = 680;

/// Intervals reach over the axis where it would be wider than this many times what three in four of them take.
const WIDEST: f64 = 4.0;

/// Verdicts, and how they are marked: in colour, in brightness and in shape.
const MARKS: [(&str, &str, Pen); 3] = [
    (
        "more",
        "more than the base",
        pen(VERMILLION, Marker::Square),
    ),
    ("less", "less than the base", pen(BLUE, Marker::Circle)),
    ("", "not distinguishable", pen(OTHERS, Marker::Ring)),
];

const fn pen(colour: RGBColor, marker: Marker) -> Pen {
    Pen { colour, marker }
}

/// What is drawn of a row of `differences.csv`.
#[derive(Clone, Debug, Deserialize)]
struct Row {
    variant: String,
    metric: String,
    relative_change: Option<f64>,
    relative_low: Option<f64>,
    relative_high: Option<f64>,
    verdict: String,
}

/// A relative change with its interval, in per cent.
struct Change {
    name: String,
    at: f64,
    low: f64,
    high: f64,
    pen: Pen,
}

/// The chart `differences`.
struct Forest {
    changes: Vec<Change>,
    left_out: usize,
}

/// Draws the chart of the comparison in `folder` into the charts' folder in `to`, as SVG and, if `png`, as PNG too.
///
/// # Errors
/// If `differences.csv` cannot be read, or the chart not written.
pub fn draw_differences_chart(folder: &Path, to: &Path, png: bool) -> Result<(), FileError> {
    let path = folder.join(TABLE);
    let rows = read(&path).map_err(FileError::about("read", &path))?;
    let charts = to.join(CHARTS_FOLDER);
    fs::create_dir_all(&charts).map_err(FileError::about("make", &charts))?;
    write(&charts, NAME, &Forest::new(&rows), png)
}

fn read(path: &Path) -> io::Result<Vec<Row>> {
    let mut csv = csv::Reader::from_path(path).map_err(io_reason)?;
    csv.deserialize()
        .map(|row| row.map_err(io_reason))
        .collect()
}

impl Forest {
    fn new(rows: &[Row]) -> Self {
        let first = rows.first().map_or("", |row| &row.variant);
        let several = rows.iter().any(|row| row.variant != first);
        let mut changes: Vec<Change> = rows.iter().filter_map(|row| change(row, several)).collect();
        let left_out = rows.len() - changes.len().min(MAX_ROWS);
        changes.truncate(MAX_ROWS);
        Self { changes, left_out }
    }

    /// The axis of changes; with room for nearly all intervals, but not for those that would flatten the others.
    fn axis(&self) -> Axis {
        let mut sizes: Vec<f64> = self
            .changes
            .iter()
            .map(|change| change.low.abs().max(change.high.abs()))
            .collect();
        sizes.sort_by(f64::total_cmp);
        let usual = sizes.get(sizes.len() * 3 / 4).copied().unwrap_or(1.0);
        let most = WIDEST * usual.max(1e-6);
        let ends = self
            .changes
            .iter()
            .flat_map(|change| [change.low, change.high]);
        let ends = ends.map(|end| end.clamp(-most, most));
        let (low, high) = (ends.clone().fold(0.0, f64::min), ends.fold(0.0, f64::max));
        let mut axis = Axis::around_values(low, high, 8, "1");
        for (_, label) in &mut axis.ticks {
            label.push_str(" %");
        }
        axis
    }

    fn names(&self) -> Axis {
        let count = self.changes.len();
        let tick = |(place, change): (usize, &Change)| {
            let name = fitted(&change.name, LABEL, MAX_NAME);
            ((count - place) as f64 - 0.5, name)
        };
        let ticks = self.changes.iter().enumerate().map(tick);
        Axis::linear(0.0, count as f64, ticks.collect())
    }
}

/// Returns what is drawn of a row; nothing of one without an interval.
fn change(row: &Row, several: bool) -> Option<Change> {
    let verdict = row.verdict.trim_start_matches("always-");
    let known = MARKS.iter().find(|(name, _, _)| *name == verdict);
    let (_, _, pen) = known.unwrap_or(&MARKS[MARKS.len() - 1]);
    let at = 100.0 * row.relative_change?;
    let name = match several {
        true => format!("{}: {}", row.variant, row.metric),
        false => row.metric.clone(),
    };
    // A change that is the same in every pair has no interval, but is known all the better.
    let sure = row.verdict.starts_with("always-").then_some(at);
    let end = |end: Option<f64>| end.map(|end| 100.0 * end).or(sure);
    Some(Change {
        name,
        at,
        low: end(row.relative_low)?,
        high: end(row.relative_high)?,
        pen: *pen,
    })
}

impl Picture for Forest {
    fn title(&self) -> String {
        "Relative change against the base".to_owned()
    }

    fn remark(&self) -> String {
        let left_out = match self.left_out {
            0 => String::new(),
            more => format!("; {more} more in {TABLE}"),
        };
        format!(
            "mean of the paired differences as a share of the base's mean, with its 95 % interval{left_out}"
        )
    }

    fn nothing(&self) -> Option<&'static str> {
        let none = self.changes.is_empty();
        none.then_some("no data: no difference has an interval")
    }

    fn legend(&self) -> Vec<Entry> {
        let entry = |(_, name, pen)| Entry::new(Sample::Line(pen), name);
        MARKS.map(entry).to_vec()
    }

    fn height(&self) -> u32 {
        (116 + 56 + 110 + ROW * self.changes.len() as u32).max(520)
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let (x, y) = (self.axis(), self.names());
        let widest = y.ticks.iter().map(|(_, name)| width(name, LABEL)).max();
        let left = (widest.unwrap_or(0) * 13 / 12 + 40).unsigned_abs();
        let inside = |value: f64| value.clamp(x.from, x.to);
        let spec = PanelSpec {
            x_name: "change, %".to_owned(),
            ..PanelSpec::new("", x.clone(), y, left)
        };
        let mut panel = Panel::draw(&areas[0], &spec)?;
        panel.upright(0.0, INK)?;
        for (place, change) in self.changes.iter().enumerate() {
            let middle = (self.changes.len() - place) as f64 - 0.5;
            let (low, high) = (inside(change.low), inside(change.high));
            let pale = tint(change.pen.colour, 0.45);
            panel.bar((low, middle - 0.12), (high, middle + 0.12), pale)?;
            panel.mark((inside(change.at), middle), change.pen)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    const HEADER: &str = "variant,metric,unit,relative_change,relative_low,relative_high,verdict\n";

    /// Draws the chart of a table; with `CHARTS_TO` in the environment it stays there to be looked at.
    fn drawn(name: &str, rows: &str) -> String {
        let temporary = tempfile::tempdir().expect("a folder");
        let kept = std::env::var_os("CHARTS_TO");
        let folder = kept.as_ref().map_or(temporary.path(), Path::new).join(name);
        fs::create_dir_all(&folder).expect("made");
        fs::write(folder.join(TABLE), format!("{HEADER}{rows}")).expect("written");
        draw_differences_chart(&folder, &folder, kept.is_some()).expect("drawn");
        let path = folder.join(CHARTS_FOLDER).join("differences.svg");
        let charts = [(
            name.to_owned(),
            fs::read_to_string(path).expect("it is there"),
        )];
        check(&charts);
        let [(_, svg)] = charts;
        svg
    }

    #[test]
    fn each_difference_with_an_interval_has_its_row() {
        let svg = drawn(
            "forest",
            "wider,total_usd.total,USD,0.124,0.118,0.13,more\n\
             wider,replication_latency.p99,s,-0.31,-0.42,-0.22,less\n\
             wider,replication_latency.mean,s,-0.02,-0.05,0.012,unclear\n\
             wider,moved_bytes.total,bytes,0.05,,,always-more\n\
             wider,failed.total,1,,,,identical\n",
        );
        assert!(svg.contains("replication_latency.p99") && svg.contains("moved_bytes.total"));
        assert!(!svg.contains("failed.total") && svg.contains("1 more in differences.csv"));
    }

    #[test]
    fn an_interval_that_reaches_far_does_not_flatten_the_others() {
        let near = "v,a.mean,s,0.01,0.005,0.015,more\n".repeat(6);
        let svg = drawn("far", &format!("{near}w,b.mean,s,0.5,-400,900,unclear\n"));
        assert!(svg.contains("w: b.mean") && svg.contains("6 %"), "{svg}");
    }

    #[test]
    fn no_difference_gives_a_chart_that_says_so() {
        assert!(drawn("none", "").contains("no data"));
    }
}
