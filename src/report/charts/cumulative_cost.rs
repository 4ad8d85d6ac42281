//! Dollars since the start, by line item, stacked. What each month comes to is the bill's; how it came about within the
//! month is the timeline's (transfer) and the stored bytes' (storage).

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::data::{RunData, epoch_s};
use super::legend::{Entry, Sample};
use super::panel::{Panel, PanelSpec, left_room};
use super::style::{BLACK, BLUE, GREEN, ORANGE, OTHERS, PURPLE, SKY, VERMILLION};
use super::thin::Points;
use super::time_axis::time_axis;
use crate::measure::outcome::StorageRow;
use crate::report::human;

/// Places along the time axis at which the stack is drawn.
const PLACES: usize = 480;

/// Line items from the bottom of the stack up, with what the legend calls them.
const ITEMS: [(&str, &str, RGBColor); 7] = [
    ("transfer", "transfer", BLUE),
    ("storage_source", "storage, pushed images", GREEN),
    ("storage_replica", "storage, replicas", SKY),
    ("storage_orphan", "storage, orphans", VERMILLION),
    ("pull", "pulls", ORANGE),
    ("storage_archive", "storage, archive", BLACK),
    ("restore", "restored from the archive", OTHERS),
];

/// The chart `cumulative-cost`.
pub struct CumulativeCost<'a> {
    data: &'a RunData,
    stack: Vec<Layer>,
}

/// One line item.
struct Layer {
    name: String,
    colour: RGBColor,
    total_usd: f64,
    /// Dollars up to each of the places.
    upto: Vec<f64>,
}

impl<'a> CumulativeCost<'a> {
    /// Prepares the chart.
    pub fn new(data: &'a RunData) -> Self {
        let mut bill: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
        for row in &data.costs {
            let months = bill.entry(&row.item).or_default();
            *months.entry(&row.month).or_default() += row.usd.0;
        }
        let known = ITEMS.map(|(item, _, _)| item);
        let unknown = bill.keys().copied().filter(|item| !known.contains(item));
        let items = ITEMS
            .into_iter()
            .chain(unknown.map(|item| (item, item, PURPLE)));
        let stack = items
            .filter_map(|(item, name, colour)| {
                let months = bill.get(item)?;
                let pace = Pace::new(data, item);
                Some(Layer {
                    name: name.to_owned(),
                    colour,
                    total_usd: months.values().sum(),
                    upto: cumulative(data, months, &pace),
                })
            })
            .collect();
        Self { data, stack }
    }

    fn total_usd(&self) -> f64 {
        self.stack.iter().map(|layer| layer.total_usd).sum()
    }
}

/// Dollars at a tick, without cents that say nothing.
fn tick(usd: f64) -> String {
    human::usd(usd).trim_end_matches(".00").to_owned()
}

/// Places along the run, in seconds since the epoch.
fn places(data: &RunData) -> impl Iterator<Item = f64> {
    let (from_s, to_s) = data.span_s();
    (0..=PLACES).map(move |place| from_s + (to_s - from_s) * place as f64 / PLACES as f64)
}

/// Dollars up to each place: every month's in the measure of the item's pace within the month.
fn cumulative(data: &RunData, months: &BTreeMap<&str, f64>, pace: &Pace) -> Vec<f64> {
    let (start_s, end_s) = data.span_s();
    let spans: Vec<_> = months
        .iter()
        .map(|(month, usd)| {
            let (from_s, to_s) = month_span(month).unwrap_or((start_s, end_s));
            (from_s.max(start_s), to_s.min(end_s), *usd)
        })
        .collect();
    let upto = |at_s: f64| {
        let parts = spans
            .iter()
            .map(|&(from_s, to_s, usd)| usd * pace.share(from_s, to_s, at_s));
        parts.sum()
    };
    places(data).map(upto).collect()
}

/// First moment of a calendar month and of the one after it.
fn month_span(month: &str) -> Option<(f64, f64)> {
    let first: Date = format!("{month}-01").parse().ok()?;
    let second = |date: Date| {
        let at: Timestamp = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
        Some(at.as_second() as f64)
    };
    Some((second(first)?, second(first.checked_add(1.month()).ok()?)?))
}

/// How an item grows over time: a rising line, of which only the shape counts.
struct Pace {
    rising: Points,
}

impl Pace {
    fn new(data: &RunData, item: &str) -> Self {
        let rising = match item {
            "transfer" => transfer_pace(data),
            "storage_source" => storage_pace(data, |row| row.source_bytes),
            "storage_replica" => storage_pace(data, |row| {
                row.replica_bytes.saturating_sub(row.orphan_bytes)
            }),
            "storage_orphan" => storage_pace(data, |row| row.orphan_bytes),
            "storage_archive" => storage_pace(data, |row| row.archived_bytes),
            _ => Points::new(),
        };
        Self { rising }
    }

    /// Share of what grows between two moments that is there at a third; steady if nothing is known of it.
    fn share(&self, from_s: f64, to_s: f64, at_s: f64) -> f64 {
        let at_s = at_s.clamp(from_s, to_s.max(from_s));
        let (begin, end) = (self.height(from_s), self.height(to_s));
        if at_s >= to_s {
            1.0
        } else if end > begin {
            (self.height(at_s) - begin) / (end - begin)
        } else {
            (at_s - from_s) / (to_s - from_s)
        }
    }

    /// Height of the line, straight between its points.
    fn height(&self, at_s: f64) -> f64 {
        let after = self.rising.partition_point(|point| point.0 <= at_s);
        let Some(before) = after.checked_sub(1).map(|place| self.rising[place]) else {
            return self.rising.first().map_or(0.0, |point| point.1);
        };
        match self.rising.get(after) {
            Some(next) => {
                let part = (at_s - before.0) / (next.0 - before.0);
                before.1 + part * (next.1 - before.1)
            }
            None => before.1,
        }
    }
}

/// Transfer dollars of the timeline, summed up.
fn transfer_pace(data: &RunData) -> Points {
    let mut steps: BTreeMap<i64, f64> = BTreeMap::new();
    for step in data.timeline.values().flatten() {
        *steps.entry((step.at_s * 1e3) as i64).or_default() += step.transfer_usd;
    }
    let step_s = data.step_s();
    let mut sum = 0.0;
    let mut rising: Points = vec![(data.span_s().0, 0.0)];
    for (at_ms, usd) in steps {
        sum += usd;
        rising.push(((at_ms as f64 / 1e3 + step_s).min(data.span_s().1), sum));
    }
    rising.dedup_by(|later, earlier| later.0 <= earlier.0);
    rising
}

/// Byte-seconds of storage, summed up between the samples.
fn storage_pace(data: &RunData, bytes: fn(&StorageRow) -> u64) -> Points {
    let ms = |at_s: f64| (at_s * 1e3) as i64;
    // Before the first sample, bytes are taken to grow from nothing.
    let mut samples = BTreeMap::from([(ms(data.span_s().0), 0.0)]);
    for row in &data.storage {
        *samples.entry(ms(epoch_s(row.time))).or_default() += bytes(row) as f64;
    }
    let samples: Points = samples
        .into_iter()
        .map(|(at_ms, sum)| (at_ms as f64 / 1e3, sum))
        .collect();
    let mut sum = 0.0;
    let mut rising: Points = vec![(samples[0].0, 0.0)];
    for pair in samples.windows(2) {
        sum += (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0;
        rising.push((pair[1].0, sum));
    }
    rising
}

impl Picture for CumulativeCost<'_> {
    fn title(&self) -> String {
        "Cost since the start, by line item".to_owned()
    }

    fn remark(&self) -> String {
        let prices = &self.data.run.facts.prices;
        format!(
            "price table {}, transfer at {} rates; {}",
            prices.table,
            prices.transfer_rate,
            self.data.period()
        )
    }

    fn nothing(&self) -> Option<&'static str> {
        self.stack.is_empty().then_some("nothing was billed")
    }

    fn legend(&self) -> Vec<Entry> {
        let layers = self.stack.iter().rev().map(|layer| {
            let usd = human::usd(layer.total_usd) + " USD";
            Entry::about(Sample::Fill(layer.colour), &layer.name, usd)
        });
        let total = human::usd(self.total_usd()) + " USD";
        layers
            .chain([Entry::about(Sample::None, "total", total)])
            .collect()
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let (from_s, to_s) = self.data.span_s();
        let y = Axis::amount(self.total_usd(), 6, tick);
        let left = left_room(&[&y]);
        let x = time_axis(from_s, to_s, &areas[0]);
        let spec = PanelSpec {
            x_name: "time (UTC)".to_owned(),
            ..PanelSpec::new("USD, stacked", x, y, left)
        };
        let mut panel = Panel::draw(&areas[0], &spec)?;
        let mut below: Points = places(self.data).map(|at_s| (at_s, 0.0)).collect();
        for layer in &self.stack {
            let above: Points = below
                .iter()
                .zip(&layer.upto)
                .map(|(&(at_s, below), usd)| (at_s, below + usd))
                .collect();
            panel.band(&below, &above, layer.colour)?;
            below = above;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{samples, write_run};

    #[test]
    fn a_month_is_divided_in_the_measure_of_its_pace() {
        let pace = Pace {
            rising: vec![(0.0, 0.0), (10.0, 30.0), (20.0, 40.0)],
        };
        // Of the 40 between 0 and 20, 30 are there at 10 and 35 at 15.
        assert_eq!(pace.share(0.0, 20.0, 10.0), 0.75);
        assert_eq!(pace.share(0.0, 20.0, 15.0), 0.875);
        assert_eq!(pace.share(0.0, 20.0, 99.0), 1.0);
        assert_eq!(pace.share(10.0, 20.0, 5.0), 0.0);
    }

    #[test]
    fn what_has_no_pace_is_spread_evenly() {
        let pace = Pace {
            rising: Points::new(),
        };
        assert_eq!(pace.share(0.0, 20.0, 5.0), 0.25);
    }

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let (from_s, to_s) = month_span("2026-02").expect("a month");
        assert_eq!(to_s - from_s, 28.0 * 86_400.0);
        assert_eq!(month_span("soon"), None);
    }

    #[test]
    fn the_end_of_every_layer_is_the_bill() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut outcome = samples::small();
        // A second month, into which the run does not reach, still counts.
        let mut later = outcome.costs[0].clone();
        later.month = "2026-04".to_owned();
        outcome.costs.push(later);
        write_run(folder.path(), &samples::facts(), &outcome, false).expect("written");
        let data = RunData::read(folder.path()).expect("read");
        let chart = CumulativeCost::new(&data);
        assert_eq!(chart.stack.len(), 4);
        for layer in &chart.stack {
            assert_eq!(layer.upto.last(), Some(&layer.total_usd), "{}", layer.name);
            assert!(layer.upto.is_sorted(), "{}", layer.name);
        }
        let bill: f64 = outcome.costs.iter().map(|row| row.usd.0).sum();
        assert!((chart.total_usd() - bill).abs() < 1e-9);
    }
}
