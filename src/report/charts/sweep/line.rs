//! A metric against one key: a line with the band of its 95 % intervals.

use plotters_backend::DrawingBackend;

use super::super::axis::Axis;
use super::super::canvas::{Area, Drawn, Picture};
use super::super::legend::{Entry, Sample};
use super::super::panel::{Panel, PanelSpec, left_room};
use super::super::style::{BLUE, Marker, Pen, plain, tint};
use super::super::thin::{Points, thinned};
use super::data::{Estimate, Key, SweepData};

/// Points that get a mark; more would grow into each other.
const MAX_MARKS: usize = 80;

/// Columns that a line may have points in.
const COLUMNS: usize = 600;

const PEN: Pen = Pen {
    colour: BLUE,
    marker: Marker::Circle,
};

/// The chart of a metric for one varied key.
pub struct Line<'a> {
    metric: &'a str,
    unit: &'a str,
    key: &'a Key,
    about: String,
    /// Place on the key's axis and what came of it, rising.
    points: Vec<(f64, Estimate)>,
}

impl<'a> Line<'a> {
    /// Prepares the chart, if one key was varied.
    pub fn new(data: &'a SweepData, metric: &'a str) -> Option<Self> {
        let [key] = &data.keys[..] else {
            return None;
        };
        let at = |(point, estimate): (&super::data::Point, _)| (key.at(&point.values[0]), estimate);
        let mut points: Vec<_> = data.of(metric).map(at).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Some(Self {
            metric,
            unit: data.facts.unit_of(metric),
            key,
            about: data.about(metric),
            points,
        })
    }

    /// The means, or the ends of their intervals, along the axis; few enough to draw.
    fn along(&self, x: &Axis, of: impl Fn(&Estimate) -> f64) -> Points {
        let points: Points = self.points.iter().map(|(at, it)| (*at, of(it))).collect();
        thinned(&points, x.from, x.to, COLUMNS)
    }

    fn interval(estimate: &Estimate) -> (f64, f64) {
        estimate.interval.unwrap_or((estimate.mean, estimate.mean))
    }

    /// Draws the intervals: as a band along numbers, as bars where values have no order.
    fn intervals<DB: DrawingBackend>(&self, panel: &mut Panel<'_, DB>, y: &Axis) -> Drawn<DB> {
        let pale = tint(BLUE, 0.25);
        let shown = |value: f64| value.clamp(y.from, y.to);
        if self.key.unit.is_none() {
            for (at, estimate) in &self.points {
                let (low, high) = Self::interval(estimate);
                panel.bar((at - 0.08, shown(low)), (at + 0.08, shown(high)), pale)?;
            }
            return Ok(());
        }
        let side = |of: fn((f64, f64)) -> f64| -> Points {
            let end = |(at, estimate): &(f64, Estimate)| (*at, shown(of(Self::interval(estimate))));
            let every = self.points.len().div_ceil(2 * COLUMNS).max(1);
            self.points.iter().step_by(every).map(end).collect()
        };
        panel.band(&side(|ends| ends.0), &side(|ends| ends.1), pale)
    }
}

impl Picture for Line<'_> {
    fn title(&self) -> String {
        format!("{} against {}", self.metric, self.key.name)
    }

    fn remark(&self) -> String {
        self.about.clone()
    }

    fn nothing(&self) -> Option<&'static str> {
        self.points
            .is_empty()
            .then_some("no data: no point has a sample of it")
    }

    fn legend(&self) -> Vec<Entry> {
        vec![
            Entry::new(Sample::Line(PEN), "mean"),
            Entry::new(Sample::Fill(tint(BLUE, 0.25)), "95 % interval"),
        ]
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let x = self.key.axis(10);
        let means = self.points.iter().map(|(_, estimate)| estimate.mean);
        let least = means.clone().fold(f64::INFINITY, f64::min);
        // An interval may reach below 0 where no value can: a logarithmic axis is for the means.
        let ends = self.points.iter().flat_map(|(_, estimate)| {
            let (low, high) = Self::interval(estimate);
            [
                if least > 0.0 {
                    low.max(least / 2.0)
                } else {
                    low
                },
                high,
            ]
        });
        let y = Axis::of_values(means.chain(ends), 9, self.unit);
        let spec = PanelSpec {
            x_name: self.key.title(),
            ..PanelSpec::new(self.metric, x.clone(), y.clone(), left_room(&[&y]))
        };
        let mut panel = Panel::draw(&areas[0], &spec)?;
        self.intervals(&mut panel, &y)?;
        let line = self.along(&x, |estimate| estimate.mean);
        if self.key.unit.is_some() {
            panel.path(&line, plain(BLUE))?;
        }
        if line.len() <= MAX_MARKS {
            for point in line {
                panel.mark(point, PEN)?;
            }
        }
        Ok(())
    }
}
