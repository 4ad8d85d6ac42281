//! A metric over many keys: an axis for each, a line for each point, the darker the more.

use plotters::element::{PathElement, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor, ShapeStyle, WHITE};
use plotters_backend::DrawingBackend;

use super::super::axis::Axis;
use super::super::canvas::{Area, Drawn, Picture};
use super::super::legend::{Entry, Sample};
use super::super::style::{
    AXIS, BLUE, INK, LABEL, ORANGE, VERMILLION, beside, fitted, plain, text, tint, width,
};
use super::data::{Key, Point, SweepData};

/// Keys that get an axis; more would be noise.
const MAX_KEYS: usize = 9;

/// Lines at most: those between are left out evenly.
const MAX_LINES: usize = 1_500;

/// Room above the axes for their names, and below for white space.
const HEAD: i32 = 70;
const FOOT: i32 = 40;

/// Room to the right of an axis for its labels.
const LABEL_ROOM: i32 = 110;

/// Lower, middle and upper third of the metric: they differ in brightness too.
const THIRDS: [(&str, RGBColor); 3] = [
    ("least third", ORANGE),
    ("middle third", VERMILLION),
    ("greatest third", BLUE),
];

/// The chart of a metric for many varied keys.
pub struct Parallel<'a> {
    metric: &'a str,
    unit: &'a str,
    about: String,
    keys: &'a [Key],
    left_out: usize,
    /// Points and their means, rising.
    lines: Vec<(&'a Point, f64)>,
}

impl<'a> Parallel<'a> {
    /// Prepares the chart.
    pub fn new(data: &'a SweepData, metric: &'a str) -> Self {
        let mean = |(point, estimate): (&'a Point, super::data::Estimate)| (point, estimate.mean);
        let mut lines: Vec<_> = data.of(metric).map(mean).collect();
        lines.sort_by(|a, b| a.1.total_cmp(&b.1));
        let shown = data.keys.len().min(MAX_KEYS);
        Self {
            metric,
            unit: data.facts.unit_of(metric),
            about: data.about(metric),
            keys: &data.keys[..shown],
            left_out: data.keys.len() - shown,
            lines,
        }
    }

    /// The colour of the line at a place in the order of means.
    fn colour(&self, place: usize) -> RGBColor {
        let third = place * THIRDS.len() / self.lines.len().max(1);
        THIRDS[third].1
    }

    /// Which lines are drawn: all, or evenly chosen ones with the first and the last.
    fn shown(&self) -> impl Iterator<Item = usize> {
        let lines = self.lines.len();
        let shown = lines.min(MAX_LINES);
        (0..shown).map(move |place| place * (lines - 1) / (shown - 1).max(1))
    }

    fn axis<DB: DrawingBackend>(
        area: &Area<DB>,
        x: i32,
        (name, room): (&str, i32),
        axis: &Axis,
    ) -> Drawn<DB> {
        let bottom = area.dim_in_pixel().1 as i32 - FOOT;
        let ends = [(x, HEAD), (x, bottom)];
        area.draw(&PathElement::new(
            ends,
            ShapeStyle::from(AXIS).stroke_width(3),
        ))?;
        let style = text(LABEL, INK).pos(Pos::new(HPos::Left, VPos::Top));
        area.draw_text(&fitted(name, LABEL, room), &style, (x - 4, 6))?;
        let most = ((bottom - HEAD) / 44).max(2) as usize;
        let every = axis.ticks.len().div_ceil(most).max(1);
        for (value, label) in axis.ticks.iter().step_by(every) {
            let y = height_of(axis, *value, bottom);
            let tick = [(x, y), (x + 8, y)];
            area.draw(&PathElement::new(
                tick,
                ShapeStyle::from(AXIS).stroke_width(2),
            ))?;
            let label = fitted(label, LABEL, room - 30);
            // The lines come first: a ground of its own keeps a label legible.
            let ground = [(x + 11, y - 17), (x + 20 + width(&label, LABEL), y + 17)];
            area.draw(&Rectangle::new(ground, WHITE.mix(0.8).filled()))?;
            area.draw_text(&label, &beside(LABEL, INK, HPos::Left), (x + 14, y))?;
        }
        Ok(())
    }
}

/// A key's short name, and the unit of its numbers.
fn heading(key: &Key) -> String {
    match key.unit.as_deref() {
        None | Some("") => key.short().to_owned(),
        Some(unit) => format!("{}, {unit}", key.short()),
    }
}

/// Where a value stands on an axis that ends at `bottom`.
fn height_of(axis: &Axis, value: f64, bottom: i32) -> i32 {
    bottom - (axis.place(value) * f64::from(bottom - HEAD)).round() as i32
}

impl Picture for Parallel<'_> {
    fn title(&self) -> String {
        format!("{} by everything that was varied", self.metric)
    }

    fn remark(&self) -> String {
        let mut remark = format!("a line for each point, {}", self.about);
        if self.lines.len() > MAX_LINES {
            let all = self.lines.len();
            remark += &format!("; {MAX_LINES} of {all} points, evenly chosen");
        }
        if self.left_out > 0 {
            remark += &format!("; keys left out: {}", self.left_out);
        }
        remark
    }

    fn nothing(&self) -> Option<&'static str> {
        self.lines
            .is_empty()
            .then_some("no data: no point has a sample of it")
    }

    fn legend(&self) -> Vec<Entry> {
        let entry = |(name, colour)| Entry::new(Sample::Line(plain(colour)), name);
        let mut entries = vec![Entry::new(Sample::None, self.metric)];
        entries.extend(THIRDS.iter().rev().copied().map(entry));
        entries
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let area = &areas[0];
        let (across, down) = area.dim_in_pixel();
        let bottom = down as i32 - FOOT;
        let means = self.lines.iter().map(|line| line.1);
        let mut axes: Vec<(String, Axis)> = Vec::new();
        axes.extend(self.keys.iter().map(|key| (heading(key), key.axis(9))));
        axes.push((self.metric.to_owned(), Axis::of_values(means, 9, self.unit)));
        let last = width(self.metric, LABEL).max(LABEL_ROOM) * 13 / 12;
        let step = (across as i32 - last - 10) / (axes.len() - 1).max(1) as i32;
        let x = |place: usize| 6 + place as i32 * step;
        let pale = self.lines.len() > 200;
        for line in self.shown() {
            let (point, mean) = self.lines[line];
            let values = self
                .keys
                .iter()
                .zip(&point.values)
                .map(|(key, value)| key.at(value));
            let values = values.chain([mean]).enumerate();
            let place = |(place, value)| (x(place), height_of(&axes[place].1, value, bottom));
            let colour = self.colour(line);
            let colour = if pale { tint(colour, 0.6) } else { colour };
            let path: Vec<(i32, i32)> = values.map(place).collect();
            area.draw(&PathElement::new(
                path,
                ShapeStyle::from(colour).stroke_width(3),
            ))?;
        }
        for (place, (name, axis)) in axes.iter().enumerate() {
            let room = if place + 1 == axes.len() {
                last
            } else {
                step - 20
            };
            Self::axis(area, x(place), (name, room), axis)?;
        }
        Ok(())
    }
}
