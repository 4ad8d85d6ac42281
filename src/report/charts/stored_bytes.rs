//! Stored bytes of each registry over time: pushed images, live replicas and orphans, one small panel per registry.

use std::collections::BTreeMap;

use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::data::{RunData, epoch_s, foremost};
use super::figure::grid;
use super::legend::{Entry, Sample};
use super::panel::{Panel, PanelSpec, left_room};
use super::style::{GREEN, OTHERS, SKY, VERMILLION};
use super::thin::Points;
use super::time_axis::time_axis;
use crate::report::human;

/// Panels at most; the last one holds the sum of all other registries.
const MAX_PANELS: usize = 12;

/// Ticks of an axis of bytes at most.
const MAX_TICKS: usize = 6;

/// Samples kept of a registry: the greatest of each column.
const COLUMNS: f64 = 240.0;

/// A single sample is drawn as wide as the time axis divided by this.
const SAMPLE_SHARE: f64 = 30.0;

/// Place of the archive among the kinds: drawn only where something lies there.
const ARCHIVE: usize = 3;

/// Kinds of bytes from the bottom up.
const KINDS: [(&str, RGBColor); ARCHIVE + 1] = [
    ("pushed images", GREEN),
    ("live replicas", SKY),
    ("orphans", VERMILLION),
    ("archive", OTHERS),
];

/// Bytes of each kind.
type Bytes = [f64; KINDS.len()];

/// The chart `stored-bytes`.
pub struct StoredBytes<'a> {
    data: &'a RunData,
    panels: Vec<(String, Series)>,
}

/// Bytes of each kind by time (milliseconds since the epoch).
type Series = BTreeMap<i64, Bytes>;

impl<'a> StoredBytes<'a> {
    /// Prepares the chart.
    pub fn new(data: &'a RunData) -> Self {
        let mut registries: BTreeMap<String, Series> = BTreeMap::new();
        for row in &data.storage {
            let live = row.replica_bytes.saturating_sub(row.orphan_bytes);
            let kinds = [row.source_bytes, live, row.orphan_bytes, row.archived_bytes];
            let bytes = kinds.map(|bytes| bytes as f64);
            match registries.get_mut(&row.registry) {
                Some(series) => series,
                None => registries.entry(row.registry.clone()).or_default(),
            }
            .insert((epoch_s(row.time) * 1e3) as i64, bytes);
        }
        registries.retain(|_, series| most(series) > 0.0);
        let weights = registries.iter().map(|(name, series)| (name, most(series)));
        let shown = if registries.len() > MAX_PANELS {
            MAX_PANELS - 1
        } else {
            MAX_PANELS
        };
        let (named, others) = foremost(weights, shown);
        let mut panels: Vec<_> = named
            .into_iter()
            .map(|name| (name.clone(), registries[name].clone()))
            .collect();
        if !others.is_empty() {
            let name = format!("{} others, summed", others.len());
            panels.push((name, sum(others.iter().map(|name| &registries[*name]))));
        }
        Self { data, panels }
    }

    /// Returns the kinds that are drawn.
    fn kinds(&self) -> &'static [(&'static str, RGBColor)] {
        let mut bytes = self.panels.iter().flat_map(|(_, series)| series.values());
        let is_used = bytes.any(|bytes| bytes[ARCHIVE] > 0.0);
        &KINDS[..ARCHIVE + usize::from(is_used)]
    }

    fn panel<DB: DrawingBackend>(
        &self,
        area: &Area<DB>,
        name: &str,
        series: &Series,
        y: &Axis,
    ) -> Drawn<DB> {
        let (from_s, to_s) = self.data.span_s();
        let x = time_axis(from_s, to_s, area);
        let spec = PanelSpec::new(name, x, y.clone(), left_room(&[y]));
        let mut panel = Panel::draw(area, &spec)?;
        let columns = thinned_series(series, from_s, to_s);
        let mut below: Points = columns.iter().map(|(at_s, _)| (*at_s, 0.0)).collect();
        for (kind, (_, colour)) in self.kinds().iter().enumerate() {
            let above: Points = below
                .iter()
                .zip(&columns)
                .map(|(&(at_s, below), (_, bytes))| (at_s, below + bytes[kind]))
                .collect();
            panel.band(&below, &above, *colour)?;
            below = above;
        }
        Ok(())
    }
}

fn most(series: &Series) -> f64 {
    let totals = series.values().map(|bytes| bytes.iter().sum::<f64>());
    totals.fold(0.0, f64::max)
}

fn sum<'a>(all: impl Iterator<Item = &'a Series>) -> Series {
    let mut sums = Series::new();
    for (at_ms, bytes) in all.flatten() {
        let sum = sums.entry(*at_ms).or_default();
        for (kind, bytes) in bytes.iter().enumerate() {
            sum[kind] += bytes;
        }
    }
    sums
}

/// The sample of each column with the most bytes, and the last one.
fn thinned_series(series: &Series, from_s: f64, to_s: f64) -> Vec<(f64, Bytes)> {
    let samples: Vec<_> = series
        .iter()
        .map(|(at_ms, bytes)| (*at_ms as f64 / 1e3, *bytes))
        .collect();
    let column = |at_s: f64| ((at_s - from_s) / (to_s - from_s) * COLUMNS) as i64;
    let total = |bytes: &Bytes| bytes.iter().sum::<f64>();
    let columns = samples.chunk_by(|a, b| column(a.0) == column(b.0));
    let fullest = columns.filter_map(|together| {
        together
            .iter()
            .max_by(|a, b| total(&a.1).total_cmp(&total(&b.1)))
    });
    let mut thin: Vec<_> = fullest.copied().collect();
    if thin.last() != samples.last() {
        thin.extend(samples.last());
    }
    if let [(at_s, bytes)] = thin[..] {
        // A single sample has no width of its own.
        let before_s = (at_s - (to_s - from_s) / SAMPLE_SHARE).max(from_s);
        let after_s = (before_s + (to_s - from_s) / SAMPLE_SHARE).min(to_s);
        thin = vec![(before_s, bytes), (after_s, bytes)];
    }
    thin
}

impl Picture for StoredBytes<'_> {
    fn title(&self) -> String {
        "Stored bytes by registry".to_owned()
    }

    fn remark(&self) -> String {
        format!(
            "compressed bytes of unique layers, stacked; each panel has its own scale; {}",
            self.data.period()
        )
    }

    fn nothing(&self) -> Option<&'static str> {
        self.panels.is_empty().then_some("nothing was stored")
    }

    fn legend(&self) -> Vec<Entry> {
        let kinds = self.kinds().iter().rev();
        let entry = |(name, colour): &(&str, RGBColor)| {
            let mut entry = Entry::new(Sample::Fill(*colour), *name);
            if *name == "orphans" {
                entry.about = "gone at their source".to_owned();
            }
            entry
        };
        kinds.map(entry).collect()
    }

    fn grid(&self) -> (usize, usize) {
        grid(self.panels.len())
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        for (area, (name, series)) in areas.iter().zip(&self.panels) {
            let ticks = (area.dim_in_pixel().1 as usize / 90).min(MAX_TICKS);
            self.panel(
                area,
                name,
                series,
                &Axis::amount(most(series), ticks, human::bytes),
            )?;
        }
        Ok(())
    }
}
