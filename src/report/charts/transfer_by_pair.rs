//! Bytes and dollars by source and destination Region: two heat maps with the same rows.

use std::collections::{BTreeMap, BTreeSet};

use plotters::element::Rectangle;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, RGBColor, WHITE};
use plotters_backend::DrawingBackend;

use super::canvas::{Area, Drawn, Picture};
use super::data::{RunData, foremost};
use super::style::{GRID, HEADING, INK, LABEL, beside, text, tint, width};
use crate::report::human;

/// Regions of an axis at most; the others are one row or column together.
const MAX_REGIONS: usize = 40;

/// Cells need not be wider than their longest number.
const MAX_CELL_WIDTH: i32 = 320;

/// What the row or column of all others is called.
const OTHERS: &str = "others";

/// Darkest cell.
const DARK: RGBColor = RGBColor(0x08, 0x30, 0x6b);

/// Bytes of the units that the bill counts in.
const GIB: f64 = 1_073_741_824.0;
const GB: f64 = 1e9;

/// The chart `transfer-by-pair`.
pub struct TransferByPair {
    remark: String,
    rows: Vec<String>,
    columns: Vec<String>,
    /// Bytes and dollars by row and column.
    cells: BTreeMap<(usize, usize), (f64, f64)>,
}

impl TransferByPair {
    /// Prepares the chart.
    pub fn new(data: &RunData) -> Self {
        let (pairs, rows_are_destinations) = pairs(data);
        let rows = axis(&pairs, |pair| pair.0);
        let columns = axis(&pairs, |pair| pair.1);
        let place = |names: &[String], name: &String| {
            let found = names.iter().position(|known| known == name);
            found.unwrap_or(names.len() - 1)
        };
        let mut cells: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
        for (pair, (bytes, usd)) in &pairs {
            let cell = cells
                .entry((place(&rows, pair.0), place(&columns, pair.1)))
                .or_default();
            *cell = (cell.0 + bytes, cell.1 + usd);
        }
        let axes = if rows_are_destinations {
            "rows: destination Regions, columns: source Regions"
        } else {
            "rows: source Regions, columns: destination Regions"
        };
        let rates = &data.run.facts.prices.transfer_rate;
        Self {
            remark: format!("{axes}; billed at {rates} rates; {}", data.period()),
            rows,
            columns,
            cells,
        }
    }

    /// Height of a row.
    fn row_height(&self) -> i32 {
        (900 / self.rows.len().max(1) as i32).clamp(40, 90)
    }

    /// Greatest value of a map.
    fn most(&self, map: &HeatMap) -> f64 {
        self.cells.values().map(map.value).fold(0.0, f64::max)
    }

    /// What a map shows, and what its darkest cell stands for.
    fn heading(&self, map: &HeatMap) -> String {
        let most = (map.label)(self.most(map));
        format!("{} (darkest: {most})", map.heading)
    }

    /// Width of a column, if all have to share `across`.
    fn cell_width(&self, across: i32) -> i32 {
        (across / self.columns.len().max(1) as i32).min(MAX_CELL_WIDTH)
    }

    fn map<DB: DrawingBackend>(&self, area: &Area<DB>, map: &HeatMap) -> Drawn<DB> {
        let across = area.dim_in_pixel().0 as i32 - map.left;
        let cell_width = self.cell_width(across);
        let cell_height = self.row_height();
        let most = self.most(map);
        area.draw_text(&self.heading(map), &text(HEADING, INK), (map.left, 4))?;
        self.column_names(area, map, cell_width)?;
        for (row, name) in self.rows.iter().enumerate() {
            let top = map.top + row as i32 * cell_height;
            if map.names {
                let style = beside(LABEL, INK, HPos::Right);
                area.draw_text(name, &style, (map.left - 14, top + cell_height / 2))?;
            }
            for column in 0..self.columns.len() {
                let corner = (map.left + column as i32 * cell_width, top);
                let value = self.cells.get(&(row, column)).map(map.value);
                let size = (cell_width, cell_height);
                draw_cell(
                    area,
                    corner,
                    size,
                    value.map(|value| (value, value / most)),
                    map.label,
                )?;
            }
        }
        Ok(())
    }

    fn column_names<DB: DrawingBackend>(
        &self,
        area: &Area<DB>,
        map: &HeatMap,
        cell_width: i32,
    ) -> Drawn<DB> {
        let widest = self.columns.iter().map(|name| width(name, LABEL)).max();
        let upright = widest.unwrap_or(0) + 16 > cell_width;
        for (column, name) in self.columns.iter().enumerate() {
            let middle = map.left + column as i32 * cell_width + cell_width / 2;
            if upright {
                let style = text(LABEL, INK).pos(Pos::new(HPos::Left, VPos::Center));
                let style = style.transform(FontTransform::Rotate270);
                area.draw_text(name, &style, (middle, map.top - 10))?;
            } else {
                let style = text(LABEL, INK).pos(Pos::new(HPos::Center, VPos::Bottom));
                area.draw_text(name, &style, (middle, map.top - 10))?;
            }
        }
        Ok(())
    }

    /// Room for the columns' names, which stand upright if there are many.
    fn top(&self) -> i32 {
        let widest = self.columns.iter().map(|name| width(name, LABEL)).max();
        let widest = widest.unwrap_or(0);
        let cell = 760 / self.columns.len().max(1) as i32;
        64 + if widest + 16 > cell {
            widest + widest / 8
        } else {
            36
        }
    }
}

/// Bytes and dollars by pair of Regions.
type Pairs<'a> = BTreeMap<(&'a String, &'a String), (f64, f64)>;

/// One of the two maps.
struct HeatMap {
    heading: String,
    /// Room for the rows' names.
    left: i32,
    /// Room for heading and columns' names.
    top: i32,
    /// Whether the rows' names are written.
    names: bool,
    value: fn(&(f64, f64)) -> f64,
    label: fn(f64) -> String,
}

/// Bytes and dollars by pair of Regions, the one that names the row first; and whether that is the destination.
fn pairs(data: &RunData) -> (Pairs<'_>, bool) {
    let mut pairs = Pairs::new();
    for row in data.costs.iter().filter(|row| row.item == "transfer") {
        let unit = if row.unit == "GB" { GB } else { GIB };
        let pair = pairs.entry((&row.from, &row.to)).or_default();
        pair.0 += row.quantity.0 * unit;
        pair.1 += row.usd.0;
    }
    let sources: BTreeSet<_> = pairs.keys().map(|pair| pair.0).collect();
    let destinations: BTreeSet<_> = pairs.keys().map(|pair| pair.1).collect();
    // The longer axis goes down the page, where there is room for names.
    if destinations.len() < sources.len() {
        return (pairs, false);
    }
    let turned = pairs
        .into_iter()
        .map(|((from, to), cell)| ((to, from), cell));
    (turned.collect(), true)
}

/// Names along an axis: those that move most, in order of name, then the others together.
fn axis(pairs: &Pairs, side: for<'a> fn(&(&'a String, &'a String)) -> &'a String) -> Vec<String> {
    let mut bytes: BTreeMap<&String, f64> = BTreeMap::new();
    for (pair, cell) in pairs {
        *bytes.entry(side(pair)).or_default() += cell.0;
    }
    let most = if bytes.len() > MAX_REGIONS {
        MAX_REGIONS - 1
    } else {
        MAX_REGIONS
    };
    let (mut named, others) = foremost(bytes, most);
    named.sort();
    let mut names: Vec<_> = named.into_iter().cloned().collect();
    if !others.is_empty() {
        names.push(OTHERS.to_owned());
    }
    names
}

/// Draws a cell as dark as its share of the greatest, with its value if that fits.
fn draw_cell<DB: DrawingBackend>(
    area: &Area<DB>,
    (left, top): (i32, i32),
    (across, down): (i32, i32),
    value: Option<(f64, f64)>,
    label: fn(f64) -> String,
) -> Drawn<DB> {
    let share = value.map_or(
        0.0,
        |(_, share)| if share.is_finite() { share } else { 0.0 },
    );
    let colour = match value {
        Some(_) => tint(DARK, 0.08 + 0.92 * share.sqrt()),
        None => GRID,
    };
    let corners = [(left, top), (left + across - 3, top + down - 3)];
    area.draw(&Rectangle::new(corners, colour.filled()))?;
    let Some((value, _)) = value else {
        return Ok(());
    };
    let written = label(value);
    if width(&written, LABEL) + 12 > across {
        return Ok(());
    }
    let ink = if share.sqrt() > 0.45 { WHITE } else { INK };
    let style = beside(LABEL, ink, HPos::Center);
    area.draw_text(
        &written,
        &style,
        (left + across / 2 - 1, top + down / 2 - 1),
    )
}

impl Picture for TransferByPair {
    fn title(&self) -> String {
        "Transfer by pair of Regions".to_owned()
    }

    fn remark(&self) -> String {
        self.remark.clone()
    }

    fn nothing(&self) -> Option<&'static str> {
        let none = self.cells.is_empty();
        none.then_some("nothing was billed as transfer")
    }

    fn height(&self) -> u32 {
        let height = 116 + self.top() + self.row_height() * self.rows.len() as i32 + 30;
        height.max(420).unsigned_abs()
    }

    fn draw<DB: DrawingBackend>(&self, body: &[Area<DB>]) -> Drawn<DB> {
        let widest = self.rows.iter().map(|name| width(name, LABEL)).max();
        let left = widest.unwrap_or(0) * 13 / 12 + 30;
        let (across, down) = body[0].dim_in_pixel();
        let half = (across as i32 - left - 40) / 2;
        let map = |heading: &str, left, value, label| HeatMap {
            heading: heading.to_owned(),
            left,
            top: self.top(),
            names: left > 0,
            value,
            label,
        };
        let bytes = map("bytes", left, |cell| cell.0, human::bytes);
        let usd = map("USD", 0, |cell| cell.1, human::usd);
        let part =
            |from: i32, across: i32| body[0].clone().shrink((from, 0), (across, down as i32));
        self.map(&part(0, left + half), &bytes)?;
        let cells = self.columns.len() as i32 * self.cell_width(half);
        let first = left + cells.max(width(&self.heading(&bytes), HEADING));
        self.map(&part(first + 40, half), &usd)
    }
}
