//! How many deployments fail behind a gate of each length: of those that first pull so long after their push.

use std::collections::BTreeMap;

use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::data::{RunData, foremost};
use super::legend::{Entry, Sample};
use super::panel::{Panel, PanelSpec, left_room};
use super::style::PENS;
use super::thin::{Points, thinned};
use crate::measure::outcome::DeploymentRow;
use crate::measure::table::Number;
use crate::report::human;

/// Shortest gate on the axis where every image is there at once.
const LEAST_GATE_S: f64 = 1.0;

/// The chart `gate-wait`.
pub struct GateWait<'a> {
    remark: String,
    lines: Vec<Line<'a>>,
    /// Streams for which there is no pen.
    others: usize,
    from_s: f64,
    to_s: f64,
    least_share: f64,
}

/// One stream of deployments.
struct Line<'a> {
    stream: &'a str,
    registry: &'a str,
    /// The gates that the legend says.
    gates: String,
    /// Gate in seconds and share that fails behind it, the shortest gate first.
    failed: Points,
}

impl<'a> GateWait<'a> {
    /// Prepares the chart.
    pub fn new(data: &'a RunData) -> Self {
        let mut by_stream: BTreeMap<&str, Line<'a>> = BTreeMap::new();
        for row in data.gates.iter().filter(|row| !row.registry.is_empty()) {
            let line = by_stream.entry(&row.stream).or_insert_with(|| Line {
                stream: &row.stream,
                registry: &row.registry,
                gates: gates(data, &row.stream),
                failed: Points::new(),
            });
            let gate_s = row.gate_s.0.as_secs_f64();
            line.failed.push((gate_s, row.failed_share.0));
        }
        let names: Vec<String> = by_stream.keys().map(ToString::to_string).collect();
        let weights = by_stream.values().map(|line| line.weight());
        let (named, others) = foremost(names.iter().zip(weights.collect::<Vec<_>>()), PENS.len());
        let lines: Vec<Line<'a>> = named
            .into_iter()
            .filter_map(|name| by_stream.remove(name.as_str()))
            .collect();
        let ends = lines.iter().flat_map(|line| &line.failed);
        let gates = ends.clone().map(|end| end.0).filter(|&gate_s| gate_s > 0.0);
        let shares = ends.map(|end| end.1).filter(|&share| share > 0.0);
        let from_s = gates.clone().fold(f64::INFINITY, f64::min);
        let from_s = if from_s.is_finite() {
            from_s
        } else {
            LEAST_GATE_S
        };
        Self {
            remark: format!(
                "deployments whose image was not there so long after its push; {}",
                data.period()
            ),
            others: others.len(),
            to_s: gates.fold(60.0 * from_s, f64::max),
            from_s,
            least_share: shares.fold(1.0, f64::min),
            lines,
        }
    }

    fn panel<DB: DrawingBackend>(&self, area: &Area<DB>, spec: &PanelSpec) -> Drawn<DB> {
        let mut panel = Panel::draw(area, spec)?;
        for (line, pen) in self.lines.iter().zip(PENS) {
            let points = line.points(&spec.x, panel.columns());
            panel.path(&points, pen)?;
        }
        Ok(())
    }
}

impl Line<'_> {
    /// Returns the shortest gate behind which at most a share of `failing` fails, if there is one.
    fn gate_s(&self, failing: f64) -> Option<f64> {
        let found = self.failed.iter().find(|(_, failed)| *failed <= failing);
        found.map(|(gate_s, _)| *gate_s)
    }

    /// The streams that need the longest gates are the ones to see.
    fn weight(&self) -> f64 {
        self.gate_s(0.01).unwrap_or(f64::INFINITY)
    }

    /// The line as drawn: a step at each gate, from the start to the end of the axis.
    fn points(&self, x: &Axis, columns: usize) -> Points {
        let mut before = 1.0;
        let mut places = Points::new();
        for &(gate_s, failed) in &self.failed {
            if gate_s > 0.0 {
                places.extend([(x.place(gate_s), before), (x.place(gate_s), failed)]);
            } else {
                places.push((0.0, failed));
            }
            before = failed;
        }
        places.push((1.0, before));
        let ratio = libm::log(x.to / x.from);
        thinned(&places, 0.0, 1.0, columns)
            .into_iter()
            .map(|(place, failed)| (x.from * libm::exp(ratio * place), failed))
            .collect()
    }
}

/// Returns the gates of a stream for 99 and 99.9 % of its deployments, as `deployments.csv` has them.
fn gates(data: &RunData, stream: &str) -> String {
    let row = data.deployments.iter().find(|row| row.stream == stream);
    let gate = |of: fn(&DeploymentRow) -> Option<Number>| {
        let gate = row.and_then(of);
        gate.map_or("never".to_owned(), |Number(gate_s)| human::duration(gate_s))
    };
    format!(
        "99 % {}, 99.9 % {}",
        gate(|row| row.gate_p99_s),
        gate(|row| row.gate_p999_s)
    )
}

impl Picture for GateWait<'_> {
    fn title(&self) -> String {
        "Gate wait against failed deployments, by stream".to_owned()
    }

    fn remark(&self) -> String {
        self.remark.clone()
    }

    fn nothing(&self) -> Option<&'static str> {
        self.lines.is_empty().then_some("no deployment")
    }

    fn legend(&self) -> Vec<Entry> {
        let entry = |(line, pen): (&Line, _)| {
            let name = format!("{} ({})", line.stream, line.registry);
            Entry::about(Sample::Line(pen), name, line.gates.clone())
        };
        let mut entries: Vec<_> = self.lines.iter().zip(PENS).map(entry).collect();
        if self.others > 0 {
            let name = format!("{} others", self.others);
            entries.push(Entry::about(Sample::None, name, "in gate.csv"));
        }
        entries
    }

    fn grid(&self) -> (usize, usize) {
        (2, 1)
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let x = Axis::latency(self.from_s, self.to_s, 11);
        let (failed, few) = (Axis::share(), Axis::small_share(self.least_share));
        let left = left_room(&[&failed, &few]);
        let spec = |heading: &str, y: &Axis, x_name: &str| PanelSpec {
            x_name: x_name.to_owned(),
            ..PanelSpec::new(heading, x.clone(), y.clone(), left)
        };
        self.panel(&areas[0], &spec("deployments that fail", &failed, ""))?;
        let few = spec(
            "the same (logarithmic)",
            &few,
            "gate: wait from the push to the first pull",
        );
        self.panel(&areas[1], &few)
    }
}
