//! A metric where keys were varied one at a time: a bar for each key, the most important at the top.

use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

use super::super::axis::{Axis, label};
use super::super::canvas::{Area, Drawn, Picture};
use super::super::legend::{Entry, Sample};
use super::super::panel::{Panel, PanelSpec};
use super::super::style::{INK, LABEL, ORANGE, SKY, fitted, width};
use super::data::{Estimate, Key, Point, SweepData};

/// Keys that get a bar.
const MAX_BARS: usize = 20;

/// Height of a bar with its gap, in half pixels.
const BAR: u32 = 84;

/// Room for the names of keys at most.
const MAX_NAME: i32 = 620;

/// Below the base, and above it: they differ in brightness and in hue.
const BELOW: RGBColor = SKY;
/// Above the base.
const ABOVE: RGBColor = ORANGE;

/// The chart of a metric for keys that were varied one at a time.
pub struct Tornado<'a> {
    metric: &'a str,
    unit: &'a str,
    about: String,
    base: Option<f64>,
    /// The widest first.
    bars: Vec<Bar<'a>>,
    left_out: usize,
}

/// What a key does to the metric.
struct Bar<'a> {
    key: &'a Key,
    /// Its value where the metric is least, and the mean there.
    least: (&'a str, f64),
    /// The same where it is greatest.
    most: (&'a str, f64),
}

impl Bar<'_> {
    fn width(&self) -> f64 {
        self.most.1 - self.least.1
    }
}

impl<'a> Tornado<'a> {
    /// Prepares the chart, if keys were varied one at a time.
    pub fn new(data: &'a SweepData, metric: &'a str) -> Option<Self> {
        if data.facts.design != "one-at-a-time" || data.keys.len() < 2 {
            return None;
        }
        // The first point has every key at its own value.
        let base = data.points.first()?;
        let mut bars: Vec<Bar<'_>> = (0..data.keys.len())
            .filter_map(|place| bar(data, metric, base, place))
            .collect();
        // Ties stay in the order of the file.
        bars.sort_by(|a, b| b.width().total_cmp(&a.width()));
        let left_out = bars.len().saturating_sub(MAX_BARS);
        bars.truncate(MAX_BARS);
        Some(Self {
            metric,
            unit: data.facts.unit_of(metric),
            about: data.about(metric),
            base: base.estimates.get(metric).map(|estimate| estimate.mean),
            bars,
            left_out,
        })
    }

    /// The bars' names at their heights, the first at the top.
    fn names(&self) -> Axis {
        let count = self.bars.len();
        let at = |place: usize| (count - place) as f64 - 0.5;
        let tick =
            |(place, bar): (usize, &Bar<'_>)| (at(place), fitted(&bar.key.name, LABEL, MAX_NAME));
        let ticks = self.bars.iter().enumerate().map(tick);
        Axis::linear(0.0, count as f64, ticks.collect())
    }

    /// The metric's axis, with room for what is written beside the bars.
    fn values(&self, base: f64) -> Axis {
        let ends = self
            .bars
            .iter()
            .flat_map(|bar| [bar.least.1, bar.most.1])
            .chain([base]);
        let least = ends.clone().fold(f64::INFINITY, f64::min);
        let most = ends.fold(f64::NEG_INFINITY, f64::max);
        let room = 0.22 * (most - least).max(1e-9 * most.abs());
        Axis::around_values(least - room, most + room, 7, self.unit)
    }
}

/// Returns the bar of the key at `place`: over the points that differ from the base in nothing else.
fn bar<'a>(data: &'a SweepData, metric: &'a str, base: &'a Point, place: usize) -> Option<Bar<'a>> {
    let alike = |point: &Point| {
        let pairs = point.values.iter().zip(&base.values).enumerate();
        pairs
            .into_iter()
            .all(|(at, (one, other))| at == place || one == other)
    };
    let found = data.of(metric).filter(|(point, _)| alike(point));
    let found = found.map(|(point, Estimate { mean, .. })| (point.values[place].as_str(), mean));
    let least = found.clone().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let most = found.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Bar {
        key: &data.keys[place],
        least,
        most,
    })
}

impl Picture for Tornado<'_> {
    fn title(&self) -> String {
        format!("What moves {}: one key at a time", self.metric)
    }

    fn remark(&self) -> String {
        let left_out = match self.left_out {
            0 => String::new(),
            more => format!("; {more} more in points.csv"),
        };
        let base = self.base.map_or(String::new(), |base| {
            format!(
                "; dashed: the scenario's own values, {}",
                label(base, self.unit)
            )
        });
        format!("{}{base}{left_out}", self.about)
    }

    fn nothing(&self) -> Option<&'static str> {
        let none = self.bars.is_empty() || self.base.is_none();
        none.then_some("no data: the scenario's own values gave no sample of it")
    }

    fn legend(&self) -> Vec<Entry> {
        vec![
            Entry::new(Sample::Fill(BELOW), "less than at its own value"),
            Entry::new(Sample::Fill(ABOVE), "more"),
            Entry::new(Sample::None, "at the ends: the key's value"),
        ]
    }

    fn height(&self) -> u32 {
        (116 + 56 + 110 + BAR * self.bars.len() as u32).max(520)
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let base = self.base.expect("without a base there is nothing to draw");
        let (x, y) = (self.values(base), self.names());
        let widest = y
            .ticks
            .iter()
            .map(|(_, name)| width(name, LABEL))
            .max()
            .unwrap_or(0);
        let left = (widest * 13 / 12 + 40).unsigned_abs();
        let spec = PanelSpec {
            x_name: self.metric.to_owned(),
            ..PanelSpec::new(self.metric, x, y, left)
        };
        let mut panel = Panel::draw(&areas[0], &spec)?;
        for (place, bar) in self.bars.iter().enumerate() {
            let middle = (self.bars.len() - place) as f64 - 0.5;
            let (low, high) = (middle - 0.3, middle + 0.3);
            let (least, most) = (bar.least, bar.most);
            panel.bar((least.1, low), (base.min(most.1), high), BELOW)?;
            panel.bar((base.max(least.1), low), (most.1, high), ABOVE)?;
            if bar.width() > 0.0 {
                panel.beside((least.1, middle), least.0, INK, true)?;
                panel.beside((most.1, middle), most.0, INK, false)?;
            }
        }
        panel.upright(base, INK)
    }
}
