//! What `ecrsim solve` tried: estimate and bounds against the value, beside the limit.

use std::fs;
use std::path::Path;

use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::figure::grid;
use super::legend::{Entry, Sample};
use super::panel::{Panel, PanelSpec, left_room};
use super::style::{BLUE, Marker, OTHERS, Pen, VERMILLION, plain, tint};
use super::thin::Points;
use super::{CHARTS_FOLDER, write};
use crate::measure::table::{Number, table};
use crate::report::csv_files::read_table;
use crate::report::error::FileError;

/// The file that makes a folder a solution's; it is the last one to come.
pub const SOLVE_FILE: &str = "solve.json";

/// The chart's name.
const NAME: &str = "solve";

/// Panels that are drawn at most; the table has all conditions.
const MAX_PANELS: usize = 6;

/// Verdicts and how they are marked: in colour, in brightness and in shape.
const MARKS: [(&str, Pen); 3] = [
    (
        "met",
        Pen {
            colour: BLUE,
            marker: Marker::Circle,
        },
    ),
    (
        "missed",
        Pen {
            colour: VERMILLION,
            marker: Marker::Square,
        },
    ),
    (
        "not clear",
        Pen {
            colour: OTHERS,
            marker: Marker::Ring,
        },
    ),
];

table! {
    /// One value that `ecrsim solve` tried, and one condition.
    SolveRow, "solve.csv", {
        /// The key that was varied.
        key: String,
        /// Its value, as an override writes it.
        value: String,
        /// The value as a number, in the unit of the range.
        number: Number,
        /// The condition.
        condition: String,
        /// Repeats.
        repeats: u64,
        /// Mean over the repeats; empty if one had no sample.
        mean: Option<Number>,
        /// One-sided lower 95 % bound of the true mean.
        low: Option<Number>,
        /// One-sided upper 95 % bound of the true mean.
        high: Option<Number>,
        /// What the condition compares with.
        limit: Number,
        /// Unit of mean, bounds and limit.
        unit: String,
        /// met, missed or not clear.
        verdict: String,
    }
}

/// Draws the chart of the solution in `folder` into the charts' folder in `to`, as SVG and, if `png`, as PNG too.
///
/// # Errors
/// If `solve.csv` cannot be read, or the chart not written.
pub fn draw_solve_chart(folder: &Path, to: &Path, png: bool) -> Result<(), FileError> {
    let chart = SolveChart::new(read_table(folder)?);
    let charts = to.join(CHARTS_FOLDER);
    fs::create_dir_all(&charts).map_err(FileError::about("make", &charts))?;
    write(&charts, NAME, &chart, png)
}

/// The chart `solve`.
struct SolveChart {
    /// The rows of each condition.
    conditions: Vec<Vec<SolveRow>>,
    left_out: usize,
}

impl SolveChart {
    fn new(rows: Vec<SolveRow>) -> Self {
        let mut conditions: Vec<Vec<SolveRow>> = Vec::new();
        for row in rows {
            match conditions
                .iter_mut()
                .find(|known| known[0].condition == row.condition)
            {
                Some(known) => known.push(row),
                None => conditions.push(vec![row]),
            }
        }
        let left_out = conditions.len().saturating_sub(MAX_PANELS);
        conditions.truncate(MAX_PANELS);
        Self {
            conditions,
            left_out,
        }
    }

    fn panel<DB: DrawingBackend>(area: &Area<DB>, rows: &[SolveRow]) -> Drawn<DB> {
        let ticks = (area.dim_in_pixel().1 / 90) as usize;
        let limit = rows[0].limit.0;
        let values = rows.iter().flat_map(|row| [row.mean, row.low, row.high]);
        // A bound may lie below 0 where no value can: the logarithm of the others still shows them.
        let values = values.flatten().map(|value| value.0).chain([limit]);
        let means: Vec<f64> = rows
            .iter()
            .filter_map(|row| row.mean)
            .map(|mean| mean.0)
            .collect();
        let y = if means.iter().all(|mean| *mean > 0.0) && limit > 0.0 {
            let least = means.iter().copied().fold(limit, f64::min) / 2.0;
            Axis::of_values(values.map(|value| value.max(least)), ticks, &rows[0].unit)
        } else {
            Axis::of_values(values, ticks, &rows[0].unit)
        };
        let x = Axis::of_values(rows.iter().map(|row| row.number.0), 10, "1");
        let spec = PanelSpec {
            x_name: rows[0].key.clone() + &unit_of(&rows[0].value),
            ..PanelSpec::new(&rows[0].condition, x.clone(), y.clone(), left_room(&[&y]))
        };
        let mut panel = Panel::draw(area, &spec)?;
        let line = |of: fn(&SolveRow) -> Option<Number>| -> Points {
            let point = |row: &SolveRow| Some((row.number.0, of(row)?.0.max(y.from)));
            rows.iter().filter_map(point).collect()
        };
        panel.band(
            &line(|row| row.low),
            &line(|row| row.high),
            tint(BLUE, 0.25),
        )?;
        panel.path(&[(x.from, limit), (x.to, limit)], plain(VERMILLION))?;
        panel.path(&line(|row| row.mean), plain(BLUE))?;
        for row in rows {
            let (mean, known) = (
                row.mean,
                MARKS.iter().find(|(name, _)| *name == row.verdict),
            );
            if let (Some(mean), Some((_, pen))) = (mean, known) {
                panel.mark((row.number.0, mean.0), *pen)?;
            }
        }
        Ok(())
    }
}

/// What follows the number of a value, with a comma before it.
fn unit_of(value: &str) -> String {
    let unit =
        value.trim_start_matches(|letter: char| letter.is_ascii_digit() || "+-._".contains(letter));
    match unit.trim() {
        "" => String::new(),
        unit => format!(", {unit}"),
    }
}

impl Picture for SolveChart {
    fn title(&self) -> String {
        let key = self.conditions.first().map_or("", |rows| &rows[0].key);
        format!("What meets the conditions: {key}")
    }

    fn remark(&self) -> String {
        let repeats = self.conditions.iter().flatten().map(|row| row.repeats);
        let (least, most) = (
            repeats.clone().min().unwrap_or(0),
            repeats.max().unwrap_or(0),
        );
        let repeats = if least == most {
            format!("{least}")
        } else {
            format!("{least} to {most}")
        };
        let left_out = match self.left_out {
            0 => String::new(),
            more => format!("; {more} more in solve.csv"),
        };
        format!(
            "mean over {repeats} repeats under the same seeds, with its one-sided 95 % bounds{left_out}"
        )
    }

    fn nothing(&self) -> Option<&'static str> {
        self.conditions
            .is_empty()
            .then_some("no data: no value was tried")
    }

    fn legend(&self) -> Vec<Entry> {
        let mark = |(name, pen)| Entry::new(Sample::Line(pen), name);
        let mut entries = vec![
            Entry::new(Sample::Line(plain(VERMILLION)), "limit"),
            Entry::new(Sample::Line(plain(BLUE)), "mean"),
            Entry::new(Sample::Fill(tint(BLUE, 0.25)), "between the bounds"),
        ];
        entries.extend(MARKS.map(mark));
        entries
    }

    fn grid(&self) -> (usize, usize) {
        grid(self.conditions.len())
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        for (area, rows) in areas.iter().zip(&self.conditions) {
            Self::panel(area, rows)?;
        }
        Ok(())
    }
}
