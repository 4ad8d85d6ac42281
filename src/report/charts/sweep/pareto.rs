//! Cost against latency: every point of the sweep, and those than which none is both cheaper and faster.

use plotters_backend::DrawingBackend;

use super::super::axis::Axis;
use super::super::canvas::{Area, Drawn, Picture};
use super::super::legend::{Entry, Sample};
use super::super::panel::{Panel, PanelSpec, left_room};
use super::super::style::{Marker, OTHERS, Pen, VERMILLION, plain};
use super::super::thin::Points;
use super::data::{COST, LATENCY, Point, SweepData};
use crate::report::human;

/// Points off the front that are drawn at most, evenly chosen.
const MAX_POINTS: usize = 3_000;

/// Points of the front that are named in the legend.
const MAX_NAMED: usize = 9;

const FRONT: Pen = Pen {
    colour: VERMILLION,
    marker: Marker::Square,
};
const OTHER: Pen = Pen {
    colour: OTHERS,
    marker: Marker::Circle,
};

/// Cost, latency, and what has them.
type Costs<P> = Vec<(f64, f64, P)>;

/// The chart `pareto`.
pub struct Pareto<'a> {
    data: &'a SweepData,
    /// Cost and latency of the front, the cheapest first.
    front: Costs<&'a Point>,
    others: Points,
}

impl<'a> Pareto<'a> {
    /// Prepares the chart.
    pub fn new(data: &'a SweepData) -> Self {
        let both = data.of(COST).filter_map(|(point, cost)| {
            let latency = point.estimates.get(LATENCY)?;
            Some((cost.mean, latency.mean, point))
        });
        let (front, others) = front(both.collect());
        Self {
            data,
            front,
            others: others.into_iter().map(|it| (it.0, it.1)).collect(),
        }
    }
}

/// Splits points into those than which none is better in one and as good in the other, the cheapest first, and the others.
fn front<P>(mut points: Costs<P>) -> (Costs<P>, Costs<P>) {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (mut front, mut others) = (Costs::<P>::new(), Vec::new());
    for point in points {
        let is_better = match front.last() {
            None => true,
            Some(last) => point.1 < last.1 || (point.0, point.1) == (last.0, last.1),
        };
        if is_better {
            front.push(point);
        } else {
            others.push(point);
        }
    }
    (front, others)
}

impl Picture for Pareto<'_> {
    fn title(&self) -> String {
        format!("Cost against latency: {COST} and {LATENCY}")
    }

    fn remark(&self) -> String {
        format!("lower left is better; {}", self.data.about(COST))
    }

    fn nothing(&self) -> Option<&'static str> {
        self.front
            .is_empty()
            .then_some("no data: no point has both a cost and a latency")
    }

    fn legend(&self) -> Vec<Entry> {
        let mut entries = vec![
            Entry::about(
                Sample::Line(FRONT),
                "the front",
                "nothing is cheaper and faster",
            ),
            Entry::new(Sample::Line(OTHER), "other points"),
        ];
        let named = self
            .front
            .iter()
            .take(MAX_NAMED)
            .map(|(cost, latency, point)| {
                let about = format!("{} USD, {}", human::usd(*cost), human::duration(*latency));
                Entry::about(Sample::None, point.label(&self.data.keys), about)
            });
        entries.extend(named);
        if self.front.len() > MAX_NAMED {
            let more = format!("… {} more", self.front.len() - MAX_NAMED);
            entries.push(Entry::new(Sample::None, more));
        }
        entries
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let front: Points = self.front.iter().map(|it| (it.0, it.1)).collect();
        let all = || front.iter().chain(&self.others);
        let x = Axis::of_values(all().map(|point| point.0), 7, "USD");
        let y = Axis::of_values(all().map(|point| point.1), 9, "s");
        let spec = PanelSpec {
            x_name: format!("{COST}, USD"),
            ..PanelSpec::new(LATENCY, x, y.clone(), left_room(&[&y]))
        };
        let mut panel = Panel::draw(&areas[0], &spec)?;
        let every = self.others.len().div_ceil(MAX_POINTS).max(1);
        for point in self.others.iter().step_by(every) {
            panel.mark(*point, OTHER)?;
        }
        panel.path(&steps(&front), plain(VERMILLION))?;
        for point in front.iter().take(MAX_POINTS) {
            panel.mark(*point, FRONT)?;
        }
        Ok(())
    }
}

/// The border of what can be had: from each point of the front along its latency to the cost of the next.
fn steps(front: &[(f64, f64)]) -> Points {
    let corners = front
        .windows(2)
        .flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    corners
        .chain(front.last().copied())
        .take(2 * MAX_POINTS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_on_the_front_is_beaten() {
        let points = [
            (1.0, 9.0),
            (2.0, 5.0),
            (2.0, 6.0),
            (3.0, 5.0),
            (4.0, 1.0),
            (5.0, 2.0),
        ];
        let points = points.map(|(cost, latency)| (cost, latency, ())).to_vec();
        let (front, others) = front(points);
        let plain =
            |points: Vec<(f64, f64, ())>| points.into_iter().map(|it| (it.0, it.1)).collect();
        let (front, others): (Points, Points) = (plain(front), plain(others));
        assert_eq!(front, [(1.0, 9.0), (2.0, 5.0), (4.0, 1.0)]);
        assert_eq!(others, [(2.0, 6.0), (3.0, 5.0), (5.0, 2.0)]);
    }

    #[test]
    fn the_border_goes_in_steps() {
        let border = steps(&[(1.0, 9.0), (2.0, 5.0)]);
        assert_eq!(border, [(1.0, 9.0), (2.0, 9.0), (2.0, 5.0)]);
    }
}
