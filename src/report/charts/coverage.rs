//! What share of the live images that sources send it each destination holds, at the end of each step of time.

use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::data::{RunData, foremost};
use super::legend::{Entry, Sample};
use super::marks::{draw_flags, draw_marks, mark_entries};
use super::panel::{Panel, PanelSpec, left_room};
use super::style::PENS;
use super::thin::Points;
use super::time_axis::time_axis;
use crate::report::human;

/// Where the axis may begin: the last of these that is not above any value.
const STARTS: [f64; 7] = [0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99];

/// Steps of the axis.
const TICKS: usize = 5;

/// The chart `coverage-over-time`.
pub struct Coverage<'a> {
    data: &'a RunData,
    lines: Vec<Line<'a>>,
    /// Destinations for which there is no pen.
    others: usize,
}

/// One destination.
struct Line<'a> {
    destination: &'a str,
    /// Moment in seconds since the epoch, and share.
    held: Points,
}

impl<'a> Coverage<'a> {
    /// Prepares the chart; the destinations that lack most come first.
    pub fn new(data: &'a RunData) -> Self {
        let all = data.timeline.keys();
        let all: Vec<(&String, Points)> = all
            .map(|name| (name, points(data, name)))
            .filter(|(_, held)| !held.is_empty())
            .collect();
        let weights = all.iter().map(|(name, held)| (*name, 1.0 - mean(held)));
        let (named, others) = foremost(weights, PENS.len());
        let line = |name: &&'a String| Line {
            destination: name,
            held: points(data, name),
        };
        Self {
            data,
            lines: named.iter().map(line).collect(),
            others: others.len(),
        }
    }

    fn axis(&self) -> Axis {
        let values = self.lines.iter().flat_map(|line| &line.held);
        let least = values.map(|(_, share)| *share).fold(1.0, f64::min);
        let fits = STARTS.iter().rev().find(|&&start| start <= least);
        let start = fits.copied().unwrap_or(0.0);
        let tick = |place: usize| {
            let share = start + (1.0 - start) * place as f64 / TICKS as f64;
            (share, human::share((share * 1e6).round() / 1e6))
        };
        Axis::linear(start, 1.0, (0..=TICKS).map(tick).collect())
    }
}

/// Returns what a destination holds at the end of each step that has something to hold.
fn points(data: &RunData, destination: &str) -> Points {
    let (step_s, end_s) = (data.step_s(), data.span_s().1);
    // The run's end may cut the last step short.
    let at_s = |start_s: f64| (start_s + step_s).min(end_s);
    let steps = data.timeline[destination].iter();
    steps
        .filter_map(|step| Some((at_s(step.at_s), step.coverage?)))
        .collect()
}

fn mean(held: &Points) -> f64 {
    held.iter().map(|(_, share)| share).sum::<f64>() / held.len() as f64
}

impl Line<'_> {
    fn about(&self) -> String {
        let last = self.held.last().map_or(1.0, |(_, share)| *share);
        format!(
            "mean {}, end {}",
            human::share(mean(&self.held)),
            human::share(last)
        )
    }
}

impl Picture for Coverage<'_> {
    fn title(&self) -> String {
        "Coverage over time, by destination".to_owned()
    }

    fn remark(&self) -> String {
        let step = human::duration(self.data.step_s());
        format!(
            "share held of the live images that sources send, at the end of each step of {step}; {}",
            self.data.period()
        )
    }

    fn nothing(&self) -> Option<&'static str> {
        self.lines.is_empty().then_some("no source sends an image")
    }

    fn legend(&self) -> Vec<Entry> {
        let entry = |(line, pen): (&Line, _)| {
            Entry::about(Sample::Line(pen), line.destination, line.about())
        };
        let mut entries: Vec<_> = self.lines.iter().zip(PENS).map(entry).collect();
        if self.others > 0 {
            let name = format!("{} others, which lack less", self.others);
            entries.push(Entry::about(Sample::None, name, "in timeline.csv"));
        }
        entries.extend(mark_entries(&self.data.run.facts.marks));
        entries
    }

    fn grid(&self) -> (usize, usize) {
        (1, 1)
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let (area, y) = (&areas[0], self.axis());
        let (from_s, to_s) = self.data.span_s();
        let left = left_room(&[&y]);
        let spec = PanelSpec::new(
            "held of what sources send",
            time_axis(from_s, to_s, area),
            y,
            left,
        );
        let mut panel = Panel::draw(area, &spec)?;
        draw_marks(&mut panel, &self.data.run.facts.marks)?;
        for (line, pen) in self.lines.iter().zip(PENS) {
            panel.line(&line.held, pen, f64::INFINITY)?;
        }
        draw_flags(&panel, &self.data.run.facts.marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::table::Number;
    use crate::report::charts::canvas::svg;
    use crate::report::csv_files::write_tables;
    use crate::report::run_json::RunDocument;
    use crate::report::samples;

    /// Returns the chart's text if all destinations hold this share.
    fn drawn(share: Option<f64>) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let mut outcome = samples::small();
        for row in &mut outcome.timeline {
            row.coverage = share.map(Number);
        }
        write_tables(folder.path(), &outcome).expect("written");
        RunDocument::new(&samples::facts(), &outcome)
            .write(folder.path())
            .expect("written");
        let data = RunData::read(folder.path()).expect("read");
        svg(&Coverage::new(&data))
    }

    #[test]
    fn the_axis_shows_what_lacks() {
        let svg = drawn(Some(0.986));
        for expected in [
            "98 %",
            "98.4 %",
            "mean 98.6 %, end 98.6 %",
            "prod/eu-west-1",
        ] {
            assert!(svg.contains(expected), "{expected}");
        }
        assert!(drawn(Some(0.3)).contains("20 %"));
    }

    #[test]
    fn without_a_source_it_says_so() {
        assert!(drawn(None).contains("no source sends an image"));
    }
}
