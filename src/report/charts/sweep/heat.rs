//! A metric over a grid of two keys: a cell for each point, the darker the more.

use plotters::element::Rectangle;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, RGBColor, WHITE};
use plotters_backend::DrawingBackend;

use super::super::axis::{is_wide, label};
use super::super::canvas::{Area, Drawn, Picture};
use super::super::legend::{Entry, Sample};
use super::super::style::{BLUE, FAINT_INK, GRID, INK, LABEL, beside, fitted, text, tint, width};
use super::data::{Key, SweepData};

/// Values of a key at most: more cells could not be told apart.
const MAX_VALUES: usize = 40;

/// A grid has at least this part of its cells filled.
const LEAST_FILLED: usize = 4;

/// Darkest cell: the blue of all charts, darker.
const DARK: RGBColor = RGBColor(0x08, 0x30, 0x6b);

/// Room for the names of rows at most.
const MAX_NAME: i32 = 420;

/// Cells need not be wider than their number.
const MAX_CELL_WIDTH: i32 = 260;

/// Room above the cells for the keys' names.
const HEAD: i32 = 84;

/// Shades in the legend.
const SHADES: usize = 5;

/// The chart of a metric for a grid of two varied keys.
pub struct HeatMap<'a> {
    metric: &'a str,
    unit: &'a str,
    about: String,
    rows: &'a Key,
    columns: &'a Key,
    /// Row, column and mean.
    cells: Vec<(usize, usize, f64)>,
    scale: Shade,
}

/// How values become shades.
#[derive(Clone, Copy, Debug)]
struct Shade {
    least: f64,
    most: f64,
    is_log: bool,
}

impl Shade {
    fn new(values: impl Iterator<Item = f64> + Clone) -> Self {
        Self {
            least: values.clone().fold(f64::INFINITY, f64::min),
            most: values.clone().fold(f64::NEG_INFINITY, f64::max),
            is_log: is_wide(values),
        }
    }

    /// From 0, the palest, to 1.
    fn of(&self, value: f64) -> f64 {
        let at = |value: f64| if self.is_log { libm::log(value) } else { value };
        let share = (at(value) - at(self.least)) / (at(self.most) - at(self.least));
        if share.is_finite() { share } else { 0.5 }
    }

    fn value(&self, share: f64) -> f64 {
        if self.is_log {
            self.least * libm::pow(self.most / self.least, share)
        } else {
            self.least + (self.most - self.least) * share
        }
    }

    fn colour(share: f64) -> RGBColor {
        // Pale to the common blue, then on to the dark one: even in brightness, also in print.
        if share < 0.6 {
            tint(BLUE, 0.1 + 0.9 * share / 0.6)
        } else {
            let part = (share - 0.6) / 0.4;
            let mix = |from: u8, to: u8| {
                (f64::from(from) + (f64::from(to) - f64::from(from)) * part).round() as u8
            };
            RGBColor(
                mix(BLUE.0, DARK.0),
                mix(BLUE.1, DARK.1),
                mix(BLUE.2, DARK.2),
            )
        }
    }
}

impl<'a> HeatMap<'a> {
    /// Prepares the chart, if two keys were varied over a grid that can be drawn.
    pub fn new(data: &'a SweepData, metric: &'a str) -> Option<Self> {
        let [first, second] = &data.keys[..] else {
            return None;
        };
        let sizes = [first.values.len(), second.values.len()];
        let is_grid = sizes[0] * sizes[1] <= LEAST_FILLED * data.points.len();
        if !is_grid || sizes.iter().any(|size| *size > MAX_VALUES) {
            return None;
        }
        // The longer axis goes down the page, where there is room for names.
        let (rows, columns, row_at) = if sizes[0] > sizes[1] {
            (first, second, 0)
        } else {
            (second, first, 1)
        };
        let place = |key: &Key, value: &String| key.values.iter().position(|it| it == value);
        let cells = data.of(metric).filter_map(|(point, estimate)| {
            let row = place(rows, &point.values[row_at])?;
            Some((
                row,
                place(columns, &point.values[1 - row_at])?,
                estimate.mean,
            ))
        });
        let cells: Vec<_> = cells.collect();
        Some(Self {
            metric,
            unit: data.facts.unit_of(metric),
            about: data.about(metric),
            rows,
            columns,
            scale: Shade::new(cells.iter().map(|cell| cell.2)),
            cells,
        })
    }

    fn row_height(&self) -> i32 {
        (900 / self.rows.values.len().max(1) as i32).clamp(40, 90)
    }

    /// Room for the names of the rows, and of the columns if they stand upright.
    fn left(&self) -> i32 {
        let widest = self.rows.values.iter().map(|name| width(name, LABEL)).max();
        widest.unwrap_or(0).min(MAX_NAME) * 13 / 12 + 30
    }

    fn cell_width(&self, across: i32) -> i32 {
        let columns = self.columns.values.len().max(1) as i32;
        ((across - self.left()) / columns).min(MAX_CELL_WIDTH)
    }

    /// Whether the names of columns do not fit side by side, and the room that they take.
    fn column_names(&self, cell_width: i32) -> (bool, i32) {
        let widest = self
            .columns
            .values
            .iter()
            .map(|name| width(name, LABEL))
            .max();
        let widest = widest.unwrap_or(0).min(MAX_NAME);
        let upright = widest + 16 > cell_width;
        (upright, if upright { widest * 13 / 12 + 16 } else { 44 })
    }

    /// The room of columns' names where the picture's width is not known yet: as if all stood upright.
    fn most_name_room(&self) -> i32 {
        self.column_names(0).1
    }

    fn names<DB: DrawingBackend>(&self, area: &Area<DB>, cell: (i32, i32), top: i32) -> Drawn<DB> {
        let left = self.left();
        let (upright, _) = self.column_names(cell.0);
        for (row, name) in self.rows.values.iter().enumerate() {
            let at = (left - 14, top + row as i32 * cell.1 + cell.1 / 2);
            let name = fitted(name, LABEL, MAX_NAME);
            area.draw_text(&name, &beside(LABEL, INK, HPos::Right), at)?;
        }
        for (column, name) in self.columns.values.iter().enumerate() {
            let at = (left + column as i32 * cell.0 + cell.0 / 2, top - 10);
            let name = fitted(name, LABEL, MAX_NAME);
            let style = if upright {
                let style = text(LABEL, INK).pos(Pos::new(HPos::Left, VPos::Center));
                style.transform(FontTransform::Rotate270)
            } else {
                text(LABEL, INK).pos(Pos::new(HPos::Center, VPos::Bottom))
            };
            area.draw_text(&name, &style, at)?;
        }
        Ok(())
    }

    fn cell<DB: DrawingBackend>(
        &self,
        area: &Area<DB>,
        corner: (i32, i32),
        size: (i32, i32),
        value: f64,
    ) -> Drawn<DB> {
        let share = self.scale.of(value);
        let to = (corner.0 + size.0 - 3, corner.1 + size.1 - 3);
        area.draw(&Rectangle::new([corner, to], Shade::colour(share).filled()))?;
        let written = label(value, self.unit);
        if width(&written, LABEL) + 12 > size.0 {
            return Ok(());
        }
        let ink = if share > 0.4 { WHITE } else { INK };
        let middle = (corner.0 + size.0 / 2 - 1, corner.1 + size.1 / 2 - 1);
        area.draw_text(&written, &beside(LABEL, ink, HPos::Center), middle)
    }
}

impl Picture for HeatMap<'_> {
    fn title(&self) -> String {
        format!(
            "{} by {} and {}",
            self.metric,
            self.columns.short(),
            self.rows.short()
        )
    }

    fn remark(&self) -> String {
        self.about.clone()
    }

    fn nothing(&self) -> Option<&'static str> {
        self.cells
            .is_empty()
            .then_some("no data: no point has a sample of it")
    }

    fn legend(&self) -> Vec<Entry> {
        let shades = if self.scale.least == self.scale.most {
            1
        } else {
            SHADES
        };
        let shade = |place: usize| {
            let share = place as f64 / (SHADES - 1) as f64;
            let value = self.scale.value(share);
            let colour = Shade::colour(self.scale.of(value));
            Entry::new(Sample::Fill(colour), label(rounded(value), self.unit))
        };
        (0..shades).rev().map(shade).collect()
    }

    fn height(&self) -> u32 {
        let rows = self.row_height() * self.rows.values.len() as i32;
        (116 + HEAD + self.most_name_room() + rows + 40)
            .max(520)
            .unsigned_abs()
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let area = &areas[0];
        let across = area.dim_in_pixel().0 as i32;
        let cell = (self.cell_width(across), self.row_height());
        let top = HEAD + self.column_names(cell.0).1;
        let name = |key: &Key, where_to: &str| {
            fitted(&format!("{where_to}: {}", key.name), LABEL, across - 20)
        };
        let faint = text(LABEL, FAINT_INK);
        area.draw_text(&name(self.columns, "across"), &faint, (0, 0))?;
        area.draw_text(&name(self.rows, "down"), &faint, (0, 38))?;
        self.names(area, cell, top)?;
        let left = self.left();
        let ground = (
            left + cell.0 * self.columns.values.len() as i32 - 3,
            top + cell.1 * self.rows.values.len() as i32 - 3,
        );
        area.draw(&Rectangle::new([(left, top), ground], GRID.filled()))?;
        for &(row, column, value) in &self.cells {
            let corner = (left + column as i32 * cell.0, top + row as i32 * cell.1);
            self.cell(area, corner, cell, value)?;
        }
        Ok(())
    }
}

/// Returns a value with three digits: what a shade of the legend stands for need not be exact.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}
