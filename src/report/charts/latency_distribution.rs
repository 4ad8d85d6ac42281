//! How many replications had arrived after how long: cumulative, and the tail on its own logarithmic scale.

use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::data::{Quantiles, RunData, foremost};
use super::legend::{Entry, Sample};
use super::panel::{Panel, PanelSpec, left_room};
use super::style::{FAINT_INK, OTHERS, PENS, tint};
use super::thin::{Points, thinned};
use crate::report::human;

/// Amazon's word on latency: most images replicate within 30 minutes (B100).
const MARK_S: f64 = 1_800.0;

/// Places at which a band of many lines is looked at.
const BAND_PLACES: usize = 300;

/// The chart `latency-distribution`.
pub struct LatencyDistribution<'a> {
    remark: String,
    named: Vec<Line<'a>>,
    others: Vec<Line<'a>>,
    from_s: f64,
    to_s: f64,
    least_share: f64,
}

/// The distribution at one destination: share that had arrived by each time.
struct Line<'a> {
    destination: &'a str,
    arrived: Points,
    completed: u64,
    quantiles: Quantiles,
}

impl<'a> LatencyDistribution<'a> {
    /// Prepares the chart.
    pub fn new(data: &'a RunData) -> Self {
        let lines: Vec<_> = data
            .latency
            .iter()
            .filter_map(|(destination, buckets)| {
                let quantiles = data.quantiles.get(destination);
                Line::new(destination, buckets, quantiles.copied().unwrap_or_default())
            })
            .collect();
        let weights = lines
            .iter()
            .map(|line| line.quantile(0.99))
            .collect::<Vec<_>>();
        let names: Vec<_> = lines
            .iter()
            .map(|line| line.destination.to_owned())
            .collect();
        let (foremost, _) = foremost(names.iter().zip(weights), PENS.len());
        let place = |line: &Line| foremost.iter().position(|name| *name == line.destination);
        let (mut named, others): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|line| place(line).is_some());
        named.sort_by_key(|line| place(line));
        let all = || named.iter().chain(&others);
        let from_s = all()
            .map(|line| line.arrived[0].0)
            .fold(f64::INFINITY, f64::min);
        let to_s = all().map(|line| line.quantile(1.0)).fold(MARK_S, f64::max);
        let most = all().map(|line| line.completed).max().unwrap_or(1);
        Self {
            remark: format!(
                "from push to arrival, COMPLETE replications only; {}",
                data.period()
            ),
            from_s: if from_s.is_finite() { from_s } else { 1.0 },
            to_s,
            least_share: 1.0 / most.max(1) as f64,
            named,
            others,
        }
    }

    /// Draws one panel; `shown` turns the share that has arrived into what the panel shows.
    fn panel<DB: DrawingBackend>(
        &self,
        area: &Area<DB>,
        spec: &PanelSpec,
        shown: fn(f64) -> f64,
    ) -> Drawn<DB> {
        let mut panel = Panel::draw(area, spec)?;
        if !self.others.is_empty() {
            let (lower, upper) = self.band(&spec.x, shown);
            panel.band(&lower, &upper, band_colour())?;
        }
        panel.upright(MARK_S, FAINT_INK)?;
        panel.above(MARK_S, "30 min", area)?;
        for (line, pen) in self.named.iter().zip(PENS) {
            let points = line.points(&spec.x, panel.columns(), shown);
            panel.path(&points, pen)?;
        }
        Ok(())
    }

    /// Least and greatest of the other destinations at some places along the axis.
    fn band(&self, x: &Axis, shown: fn(f64) -> f64) -> (Points, Points) {
        let ratio = libm::log(x.to / x.from);
        let places = (0..=BAND_PLACES)
            .map(|place| x.from * libm::exp(ratio * place as f64 / BAND_PLACES as f64));
        let ends = places.map(|at_s| {
            let shares = self.others.iter().map(|line| shown(line.share(at_s)));
            let ends = shares.fold((1.0, 0.0), |(low, high): (f64, f64), share| {
                (low.min(share), high.max(share))
            });
            ((at_s, ends.0), (at_s, ends.1))
        });
        ends.unzip()
    }
}

impl<'a> Line<'a> {
    fn new(destination: &'a str, buckets: &[(f64, u64)], quantiles: Quantiles) -> Option<Self> {
        let completed: u64 = buckets.iter().map(|(_, count)| count).sum();
        let mut sum = 0;
        let arrived = buckets.iter().map(|(upto_s, count)| {
            sum += count;
            (*upto_s, sum as f64 / completed as f64)
        });
        let arrived: Points = arrived.collect();
        (completed > 0).then_some(Self {
            destination,
            arrived,
            completed,
            quantiles,
        })
    }

    /// Upper bound of the bucket that holds the quantile.
    fn quantile(&self, share: f64) -> f64 {
        let place = self
            .arrived
            .partition_point(|(_, arrived)| *arrived < share);
        self.arrived[place.min(self.arrived.len() - 1)].0
    }

    /// The quantiles as every other table has them.
    fn quantiles(&self) -> String {
        let Quantiles { p50_s, p99_s } = self.quantiles;
        let named = [("p50", p50_s), ("p99", p99_s)];
        let known = named
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name} {}", human::duration(value?))));
        known.collect::<Vec<_>>().join(", ")
    }

    /// Share that has arrived by `at_s`.
    fn share(&self, at_s: f64) -> f64 {
        let place = self.arrived.partition_point(|(upto_s, _)| *upto_s <= at_s);
        place
            .checked_sub(1)
            .map_or(0.0, |place| self.arrived[place].1)
    }

    /// The line as drawn: a step at each bucket, from nothing to the end of the axis.
    fn points(&self, x: &Axis, columns: usize, shown: fn(f64) -> f64) -> Points {
        let mut places = vec![(0.0, shown(0.0))];
        let mut before = 0.0;
        for &(at_s, share) in &self.arrived {
            places.extend([
                (x.place(at_s), shown(before)),
                (x.place(at_s), shown(share)),
            ]);
            before = share;
        }
        places.push((1.0, shown(1.0)));
        let ratio = libm::log(x.to / x.from);
        thinned(&places, 0.0, 1.0, columns)
            .into_iter()
            .map(|(place, share)| (x.from * libm::exp(ratio * place), share))
            .collect()
    }
}

fn band_colour() -> plotters::style::RGBColor {
    tint(OTHERS, 0.45)
}

impl Picture for LatencyDistribution<'_> {
    fn title(&self) -> String {
        "Replication latency, cumulative, by destination".to_owned()
    }

    fn remark(&self) -> String {
        self.remark.clone()
    }

    fn nothing(&self) -> Option<&'static str> {
        self.named.is_empty().then_some("no replication completed")
    }

    fn legend(&self) -> Vec<Entry> {
        let mut entries: Vec<_> = self
            .named
            .iter()
            .zip(PENS)
            .map(|(line, pen)| Entry::about(Sample::Line(pen), line.destination, line.quantiles()))
            .collect();
        if !self.others.is_empty() {
            let about = "between their fastest and slowest";
            let name = format!("{} others, with a shorter p99", self.others.len());
            entries.push(Entry::about(Sample::Fill(band_colour()), name, about));
        }
        entries
    }

    fn grid(&self) -> (usize, usize) {
        (2, 1)
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let x = Axis::latency(self.from_s, self.to_s, 11);
        let (arrived, late) = (Axis::share(), Axis::small_share(self.least_share));
        let left = left_room(&[&arrived, &late]);
        let spec = |heading: &str, y: &Axis, x_name: &str| PanelSpec {
            x_name: x_name.to_owned(),
            ..PanelSpec::new(heading, x.clone(), y.clone(), left)
        };
        self.panel(&areas[0], &spec("arrived by then", &arrived, ""), |share| {
            share
        })?;
        let late = spec(
            "still under way (logarithmic)",
            &late,
            "time since the push",
        );
        self.panel(&areas[1], &late, |share| 1.0 - share)
    }
}
