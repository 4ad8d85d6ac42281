//! Median and 99th percentile of what completed in each step of time.

use std::collections::BTreeMap;

use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::data::{RunData, Step};
use super::figure::draw_figure;
use super::legend::{Entry, Sample};
use super::lines::Lines;
use super::marks::{draw_marks, mark_entries};
use super::panel::{Panel, PanelSpec, left_room, nothing};
use super::style::{OTHERS, tint};
use super::thin::Points;
use super::time_axis::time_axis;

/// Columns of a band of many lines.
const BAND_COLUMNS: usize = 300;

/// A line through steps without completions longer than this many steps would show what is not there.
const GAP_STEPS: f64 = 2.5;

/// The chart `latency-over-time`.
pub struct LatencyOverTime<'a> {
    data: &'a RunData,
    lines: Lines<'a>,
    remark: String,
}

/// A percentile of a step.
type Percentile = fn(&Step) -> Option<f64>;

impl<'a> LatencyOverTime<'a> {
    /// Prepares the chart.
    pub fn new(data: &'a RunData) -> Self {
        let completes = |steps: &[Step]| {
            let worst = steps.iter().filter_map(|step| step.p99_s);
            worst.fold(-1.0, f64::max)
        };
        let step = crate::report::human::duration(data.step_s());
        Self {
            data,
            lines: Lines::new(data, completes),
            remark: format!(
                "of the replications that became COMPLETE in each step of {step}; {}",
                data.period()
            ),
        }
    }

    fn legend(&self) -> Vec<Entry> {
        let others = format!("{} others", self.lines.others.len());
        let mut entries = self.lines.legend(
            Sample::Fill(band_colour()),
            (others, "between their least and greatest"),
        );
        entries.extend(mark_entries(&self.data.run.facts.marks));
        entries
    }

    fn panel<DB: DrawingBackend>(
        &self,
        area: &Area<DB>,
        spec: &PanelSpec,
        percentile: Percentile,
    ) -> Drawn<DB> {
        let mut panel = Panel::draw(area, spec)?;
        draw_marks(&mut panel, area, &self.data.run.facts.marks)?;
        for piece in self.band(&spec.x, percentile) {
            let (lower, upper): (Points, Points) = piece.into_iter().unzip();
            panel.band(&lower, &upper, band_colour())?;
        }
        let step_s = self.data.step_s();
        for (_, pen, steps) in &self.lines.named {
            panel.line(
                &middles(steps, percentile, step_s),
                *pen,
                GAP_STEPS * step_s,
            )?;
        }
        Ok(())
    }

    /// Least and greatest of the other destinations by column, in pieces without a gap.
    fn band(&self, x: &Axis, percentile: Percentile) -> Vec<Vec<((f64, f64), (f64, f64))>> {
        let width = ((x.to - x.from) / BAND_COLUMNS as f64).max(self.data.step_s());
        let mut columns: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        for step in self.lines.others.iter().copied().flatten() {
            if let Some(latency_s) = percentile(step) {
                let column = ((step.at_s - x.from) / width) as i64;
                let ends = columns.entry(column).or_insert((latency_s, latency_s));
                *ends = (ends.0.min(latency_s), ends.1.max(latency_s));
            }
        }
        let columns: Vec<_> = columns.into_iter().collect();
        let pieces = columns.chunk_by(|a, b| b.0 - a.0 == 1);
        let corners = |&(column, (low, high)): &(i64, (f64, f64))| {
            let from = x.from + column as f64 * width;
            [from, (from + width).min(x.to)].map(|at_s| ((at_s, low), (at_s, high)))
        };
        pieces
            .map(|piece| piece.iter().flat_map(corners).collect())
            .collect()
    }

    /// Shortest and longest latency shown.
    fn ends(&self) -> Option<(f64, f64)> {
        let steps = self.data.timeline.values().flatten();
        let latencies = steps.flat_map(|step| [step.p50_s, step.p99_s]).flatten();
        latencies.fold(None, |ends, latency_s| {
            let (low, high) = ends.unwrap_or((latency_s, latency_s));
            Some((low.min(latency_s), high.max(latency_s)))
        })
    }
}

/// The percentile at the middle of each step that has one.
fn middles(steps: &[Step], percentile: Percentile, step_s: f64) -> Points {
    let points = steps
        .iter()
        .filter_map(|step| Some((step.at_s + step_s / 2.0, percentile(step)?)));
    points.collect()
}

fn band_colour() -> plotters::style::RGBColor {
    tint(OTHERS, 0.45)
}

impl Picture for LatencyOverTime<'_> {
    fn title(&self) -> String {
        "Replication latency over time, by destination".to_owned()
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let Some((low_s, high_s)) = self.ends() else {
            draw_figure(area, &self.title(), &self.remark, &[], 1)?;
            return nothing(area, "no replication completed");
        };
        let areas = draw_figure(area, &self.title(), &self.remark, &self.legend(), 2)?;
        let (from_s, to_s) = self.data.span_s();
        let y = Axis::latency(low_s, high_s, 8);
        let spec = |heading: &str, x_name: &str| PanelSpec {
            heading: heading.to_owned(),
            x: time_axis(from_s, to_s, 9),
            y: y.clone(),
            left: left_room(&[&y]),
            x_name: x_name.to_owned(),
        };
        self.panel(&areas[0], &spec("99th percentile", ""), |step| step.p99_s)?;
        self.panel(&areas[1], &spec("median", "time (UTC)"), |step| step.p50_s)
    }
}
