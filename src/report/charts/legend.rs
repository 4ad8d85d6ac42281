//! The legend stands to the right of the data and never over it.

use plotters::element::{PathElement, Rectangle};
use plotters::style::{Color, RGBColor, ShapeStyle};
use plotters_backend::DrawingBackend;

use super::canvas::{Area, Drawn};
use super::panel::draw_marker;
use super::style::{FAINT_INK, INK, LABEL, Pen, fitted, text, width};

/// Room for the legend at most, with its samples.
const MAX_WIDTH: i32 = 560;

/// Width of a line's or colour's sample, with the gap after it.
const SAMPLE: i32 = 66;

/// Height of a line of text.
const LINE: i32 = 40;

/// What stands before an entry's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// A line with its marker.
    Line(Pen),
    /// A colour.
    Fill(RGBColor),
    /// Nothing: a remark.
    None,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What stands before it.
    pub sample: Sample,
    /// Its name.
    pub name: String,
    /// What is said about it in smaller print; may be empty.
    pub about: String,
}

impl Entry {
    /// Returns an entry without remarks.
    pub fn new(sample: Sample, name: impl Into<String>) -> Self {
        Self {
            sample,
            name: name.into(),
            about: String::new(),
        }
    }

    /// Returns an entry with a second line.
    pub fn about(sample: Sample, name: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            about: about.into(),
            ..Self::new(sample, name)
        }
    }

    fn indent(&self) -> i32 {
        if self.sample == Sample::None {
            0
        } else {
            SAMPLE
        }
    }
}

/// Returns how much room the legend takes.
pub fn legend_width(entries: &[Entry]) -> i32 {
    let widths = entries
        .iter()
        .map(|entry| entry.indent() + width(&entry.name, LABEL).max(width(&entry.about, LABEL)));
    // Readers' own fonts may be wider than the one that measures.
    let widest = widths.max().map_or(0, |widest| widest + widest / 12 + 30);
    widest.min(MAX_WIDTH)
}

/// Draws the entries from the top of `area` down, as many as fit.
///
/// # Errors
/// What the backend says.
pub fn draw_legend<DB: DrawingBackend>(area: &Area<DB>, entries: &[Entry]) -> Drawn<DB> {
    let (across, down) = area.dim_in_pixel();
    let mut top = 0;
    for entry in entries {
        let lines = if entry.about.is_empty() { 1 } else { 2 };
        if top + lines * LINE > down as i32 {
            break;
        }
        let room = (across as i32 - entry.indent()) * 12 / 13;
        draw_sample(area, top + LINE / 2 - 2, entry.sample)?;
        let name = fitted(&entry.name, LABEL, room);
        let ink = if entry.sample == Sample::None {
            FAINT_INK
        } else {
            INK
        };
        area.draw_text(&name, &text(LABEL, ink), (entry.indent(), top + 4))?;
        if lines == 2 {
            let about = fitted(&entry.about, LABEL, room);
            let style = text(LABEL, FAINT_INK);
            area.draw_text(&about, &style, (entry.indent(), top + LINE))?;
        }
        top += lines * LINE + 8;
    }
    Ok(())
}

fn draw_sample<DB: DrawingBackend>(area: &Area<DB>, middle: i32, sample: Sample) -> Drawn<DB> {
    match sample {
        Sample::None => Ok(()),
        Sample::Fill(colour) => {
            let corners = [(6, middle - 12), (48, middle + 12)];
            area.draw(&Rectangle::new(corners, colour.filled()))
        }
        Sample::Line(pen) => {
            let style = ShapeStyle::from(pen.colour).stroke_width(4);
            area.draw(&PathElement::new([(4, middle), (50, middle)], style))?;
            draw_marker(area, (27, middle), pen)
        }
    }
}
