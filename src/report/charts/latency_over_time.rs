//! Median and 99th percentile of what completed in each step of time, one panel per destination.

use std::collections::BTreeMap;

use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::data::{RunData, Step};
use super::destinations::{ByDestination, Group};
use super::figure::grid;
use super::legend::{Entry, Sample};
use super::marks::{draw_flags, draw_marks, mark_entries};
use super::panel::{Panel, PanelSpec, left_room};
use super::style::{BLUE, ORANGE, plain, tint};
use super::thin::Points;
use super::time_axis::time_axis;
use crate::report::human;

/// Columns of a band of many lines.
const BAND_COLUMNS: usize = 300;

/// A line through steps without completions longer than this many steps would show what is not there.
const GAP_STEPS: f64 = 2.5;

/// A percentile of a step.
type Percentile = fn(&Step) -> Option<f64>;

/// Percentiles with their colours, which differ in brightness too; the upper one first.
const PERCENTILES: [(&str, RGBColor, Percentile); 2] = [
    ("99th percentile", ORANGE, |step| step.p99_s),
    ("median", BLUE, |step| step.p50_s),
];

/// The chart `latency-over-time`.
pub struct LatencyOverTime<'a> {
    by: ByDestination<'a>,
    /// Shortest and longest latency shown.
    ends: Option<(f64, f64)>,
}

impl<'a> LatencyOverTime<'a> {
    /// Prepares the chart; the destinations with the longest latencies come first.
    pub fn new(data: &'a RunData) -> Self {
        let worst = |steps: &[Step]| {
            let latencies = steps.iter().filter_map(|step| step.p99_s);
            latencies.fold(-1.0, f64::max)
        };
        Self {
            by: ByDestination::new(data, worst),
            ends: ends(data),
        }
    }

    fn panel<DB: DrawingBackend>(&self, area: &Area<DB>, group: &Group, y: &Axis) -> Drawn<DB> {
        let (from_s, to_s) = self.by.data.span_s();
        let spec = PanelSpec::new(
            &group.name,
            time_axis(from_s, to_s, area),
            y.clone(),
            left_room(&[y]),
        );
        let mut panel = Panel::draw(area, &spec)?;
        draw_marks(&mut panel, &self.by.data.run.facts.marks)?;
        for (_, colour, percentile) in PERCENTILES {
            if group.is_rest() {
                for (lower, upper) in self.band(group, percentile) {
                    panel.band(&lower, &upper, tint(colour, 0.5))?;
                }
            } else {
                let step_s = self.by.data.step_s();
                let points = middles(group.members[0], percentile, step_s);
                panel.line(&points, plain(colour), GAP_STEPS * step_s)?;
            }
        }
        draw_flags(&panel, &self.by.data.run.facts.marks)
    }

    /// Lower and upper end of many destinations by column, in pieces without a gap.
    fn band(&self, group: &Group, percentile: Percentile) -> Vec<(Points, Points)> {
        let (from_s, to_s) = self.by.data.span_s();
        let width_s = ((to_s - from_s) / BAND_COLUMNS as f64).max(self.by.data.step_s());
        let mut columns: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        for step in group.members.iter().copied().flatten() {
            if let Some(latency_s) = percentile(step) {
                let column = ((step.at_s - from_s) / width_s) as i64;
                let ends = columns.entry(column).or_insert((latency_s, latency_s));
                *ends = (ends.0.min(latency_s), ends.1.max(latency_s));
            }
        }
        let columns: Vec<_> = columns.into_iter().collect();
        let corners = |&(column, (low, high)): &(i64, (f64, f64))| {
            let left_s = from_s + column as f64 * width_s;
            [left_s, (left_s + width_s).min(to_s)].map(|at_s| ((at_s, low), (at_s, high)))
        };
        let pieces = columns.chunk_by(|a, b| b.0 - a.0 == 1);
        pieces
            .map(|piece| piece.iter().flat_map(corners).unzip())
            .collect()
    }
}

/// Shortest and longest latency of the timeline.
fn ends(data: &RunData) -> Option<(f64, f64)> {
    let steps = data.timeline.values().flatten();
    let latencies = steps.flat_map(|step| [step.p50_s, step.p99_s]).flatten();
    latencies.fold(None, |ends, latency_s| {
        let (low, high) = ends.unwrap_or((latency_s, latency_s));
        Some((low.min(latency_s), high.max(latency_s)))
    })
}

/// The percentile at the middle of each step that has one.
fn middles(steps: &[Step], percentile: Percentile, step_s: f64) -> Points {
    let points = steps
        .iter()
        .filter_map(|step| Some((step.at_s + step_s / 2.0, percentile(step)?)));
    points.collect()
}

impl Picture for LatencyOverTime<'_> {
    fn title(&self) -> String {
        "Replication latency over time, by destination".to_owned()
    }

    fn remark(&self) -> String {
        let step = human::duration(self.by.data.step_s());
        format!(
            "of the replications that became COMPLETE in each step of {step}; {}",
            self.by.data.period()
        )
    }

    fn nothing(&self) -> Option<&'static str> {
        self.ends.is_none().then_some("no replication completed")
    }

    fn legend(&self) -> Vec<Entry> {
        let lines =
            PERCENTILES.map(|(name, colour, _)| Entry::new(Sample::Line(plain(colour)), name));
        let mut entries = lines.to_vec();
        if self.by.groups.iter().any(Group::is_rest) {
            let about = "of its least and greatest";
            let band = Sample::Fill(tint(ORANGE, 0.5));
            entries.push(Entry::about(band, "others: band", about));
        }
        entries.extend(mark_entries(&self.by.data.run.facts.marks));
        entries
    }

    fn grid(&self) -> (usize, usize) {
        grid(self.by.groups.len())
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let (low_s, high_s) = self.ends.unwrap_or((1.0, 1.0));
        for (area, group) in areas.iter().zip(&self.by.groups) {
            let ticks = area.dim_in_pixel().1 / 70;
            self.panel(area, group, &Axis::latency(low_s, high_s, ticks as usize))?;
        }
        Ok(())
    }
}
