//! How many replications wait, and how many copies are in flight, at the end of each step of time.

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
use super::style::{BLUE, ORANGE, plain};
use super::thin::Points;
use super::time_axis::time_axis;
use crate::report::human;

/// A gauge of a step.
type Gauge = fn(&Step) -> f64;

/// Gauges with their colours, which differ in brightness too.
const GAUGES: [(&str, &str, RGBColor, Gauge); 2] = [
    ("waiting", "replications", ORANGE, |step| step.waiting),
    ("in flight", "copies", BLUE, |step| step.in_flight),
];

/// The chart `waiting-and-in-flight`.
pub struct WaitingAndInFlight<'a> {
    by: ByDestination<'a>,
}

impl<'a> WaitingAndInFlight<'a> {
    /// Prepares the chart; the busiest destinations come first.
    pub fn new(data: &'a RunData) -> Self {
        let busiest = |steps: &[Step]| {
            let sums = steps.iter().map(|step| step.waiting + step.in_flight);
            sums.fold(0.0, f64::max)
        };
        Self {
            by: ByDestination::new(data, busiest),
        }
    }

    fn panel<DB: DrawingBackend>(&self, area: &Area<DB>, group: &Group) -> Drawn<DB> {
        let lines = GAUGES.map(|(_, _, colour, gauge)| (colour, self.sum(group, gauge)));
        let values = lines
            .iter()
            .flat_map(|(_, points)| points)
            .map(|point| point.1);
        let y = Axis::count(
            values.fold(0.0, f64::max),
            (area.dim_in_pixel().1 / 90) as usize,
        );
        let (from_s, to_s) = self.by.data.span_s();
        let name = match group.is_rest() {
            true => format!("{}, summed", group.name),
            false => group.name.clone(),
        };
        let left = left_room(&[&y]);
        let spec = PanelSpec::new(&name, time_axis(from_s, to_s, area), y, left);
        let mut panel = Panel::draw(area, &spec)?;
        draw_marks(&mut panel, &self.by.data.run.facts.marks)?;
        for (colour, points) in &lines {
            panel.line(points, plain(*colour), f64::INFINITY)?;
        }
        draw_flags(&panel, &self.by.data.run.facts.marks)
    }

    /// The gauge at each step's end, summed over the group.
    fn sum(&self, group: &Group, gauge: Gauge) -> Points {
        let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
        for step in group.members.iter().copied().flatten() {
            *sums.entry((step.at_s * 1e3) as i64).or_default() += gauge(step);
        }
        let (step_s, end_s) = (self.by.data.step_s(), self.by.data.span_s().1);
        // The run's end may cut the last step short.
        let at_s = |at_ms: i64| (at_ms as f64 / 1e3 + step_s).min(end_s);
        sums.into_iter()
            .map(|(at_ms, sum)| (at_s(at_ms), sum))
            .collect()
    }
}

impl Picture for WaitingAndInFlight<'_> {
    fn title(&self) -> String {
        "Replications waiting and in flight, by destination".to_owned()
    }

    fn remark(&self) -> String {
        let step = human::duration(self.by.data.step_s());
        let scales = if self.by.groups.len() > 1 {
            "each panel has its own scale; "
        } else {
            ""
        };
        let period = self.by.data.period();
        format!("at the end of each step of {step}; {scales}{period}")
    }

    fn nothing(&self) -> Option<&'static str> {
        let none = self.by.groups.is_empty();
        none.then_some("nothing was to be replicated")
    }

    fn legend(&self) -> Vec<Entry> {
        let entry = |(name, unit, colour, _)| Entry::about(Sample::Line(plain(colour)), name, unit);
        let mut entries = GAUGES.map(entry).to_vec();
        entries.extend(mark_entries(&self.by.data.run.facts.marks));
        entries
    }

    fn grid(&self) -> (usize, usize) {
        grid(self.by.groups.len())
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        for (area, group) in areas.iter().zip(&self.by.groups) {
            self.panel(area, group)?;
        }
        Ok(())
    }
}
