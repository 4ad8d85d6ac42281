//! How many replications wait, and how many copies are in flight, at the end of each step of time.

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
use super::style::OTHERS_PEN;
use super::thin::Points;
use super::time_axis::time_axis;

/// The chart `waiting-and-in-flight`.
pub struct WaitingAndInFlight<'a> {
    data: &'a RunData,
    lines: Lines<'a>,
    remark: String,
}

/// A gauge of a step.
type Gauge = fn(&Step) -> f64;

impl<'a> WaitingAndInFlight<'a> {
    /// Prepares the chart.
    pub fn new(data: &'a RunData) -> Self {
        let busiest = |steps: &[Step]| {
            let sums = steps.iter().map(|step| step.waiting + step.in_flight);
            sums.fold(0.0, f64::max)
        };
        let step = crate::report::human::duration(data.step_s());
        Self {
            data,
            lines: Lines::new(data, busiest),
            remark: format!("at the end of each step of {step}; {}", data.period()),
        }
    }

    fn legend(&self) -> Vec<Entry> {
        let others = format!("{} others", self.lines.others.len());
        let mut entries = self
            .lines
            .legend(Sample::Line(OTHERS_PEN), (others, "their sum"));
        entries.extend(mark_entries(&self.data.run.facts.marks));
        entries
    }

    fn panel<DB: DrawingBackend>(
        &self,
        area: &Area<DB>,
        spec: &PanelSpec,
        gauge: Gauge,
    ) -> Drawn<DB> {
        let mut panel = Panel::draw(area, spec)?;
        draw_marks(&mut panel, area, &self.data.run.facts.marks)?;
        panel.line(&self.others(gauge), OTHERS_PEN, f64::INFINITY)?;
        let step_s = self.data.step_s();
        for (_, pen, steps) in &self.lines.named {
            let points: Points = steps
                .iter()
                .map(|step| (step.at_s + step_s, gauge(step)))
                .collect();
            panel.line(&within(points, spec.x.to), *pen, f64::INFINITY)?;
        }
        Ok(())
    }

    /// Sum of the destinations without a line of their own.
    fn others(&self, gauge: Gauge) -> Points {
        let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
        for step in self.lines.others.iter().copied().flatten() {
            *sums.entry((step.at_s * 1e3) as i64).or_default() += gauge(step);
        }
        let step_s = self.data.step_s();
        let points = sums
            .into_iter()
            .map(|(at_ms, sum)| (at_ms as f64 / 1e3 + step_s, sum));
        within(points.collect(), self.data.span_s().1)
    }

    /// Greatest value of a line.
    fn most(&self, gauge: Gauge) -> f64 {
        let named = self.lines.named.iter().flat_map(|(_, _, steps)| *steps);
        let others = self.others(gauge).into_iter().map(|(_, sum)| sum);
        named.map(gauge).chain(others).fold(0.0, f64::max)
    }
}

/// The last step may be cut short by the end of the run.
fn within(mut points: Points, end: f64) -> Points {
    if let Some(last) = points.last_mut() {
        last.0 = last.0.min(end);
    }
    points
}

impl Picture for WaitingAndInFlight<'_> {
    fn title(&self) -> String {
        "Replications waiting and in flight, by destination".to_owned()
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        if self.data.timeline.is_empty() {
            draw_figure(area, &self.title(), &self.remark, &[], 1)?;
            return nothing(area, "nothing was to be replicated");
        }
        let gauges: [(&str, Gauge); 2] = [
            ("waiting (replications)", |step| step.waiting),
            ("in flight (copies)", |step| step.in_flight),
        ];
        let axes = gauges.map(|(_, gauge)| Axis::count(self.most(gauge), 5));
        let areas = draw_figure(area, &self.title(), &self.remark, &self.legend(), 2)?;
        let (from_s, to_s) = self.data.span_s();
        for (place, (heading, gauge)) in gauges.into_iter().enumerate() {
            let spec = PanelSpec {
                heading: heading.to_owned(),
                x: time_axis(from_s, to_s, 9),
                y: axes[place].clone(),
                left: left_room(&[&axes[0], &axes[1]]),
                x_name: if place == 1 { "time (UTC)" } else { "" }.to_owned(),
            };
            self.panel(&areas[place], &spec, gauge)?;
        }
        Ok(())
    }
}
