//! Replicate or pull across: the pulls per image from which on a replica is cheaper, by how long it is kept.

use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::data::RunData;
use super::legend::{Entry, Sample};
use super::panel::{Panel, PanelSpec, left_room};
use super::style::{PENS, plain, tint};
use super::thin::Points;
use crate::measure::outcome::BreakEvenRow;
use crate::report::human;

/// Streams drawn at most: a colour each.
const MAX_STREAMS: usize = PENS.len();

/// This run's pulls per image beyond so many times the highest break-even are only written.
const MOST_ABOVE: f64 = 2.0;

/// The chart `break-even`.
pub struct BreakEven<'a> {
    data: &'a RunData,
    streams: Vec<Stream<'a>>,
    others: usize,
}

/// One stream of pulls.
struct Stream<'a> {
    name: &'a str,
    /// Break-even by months kept, rising.
    line: Points,
    pulls_per_image: f64,
}

impl<'a> BreakEven<'a> {
    /// Prepares the chart.
    pub fn new(data: &'a RunData) -> Self {
        let rows = data.break_even.chunk_by(|a, b| a.stream == b.stream);
        let mut streams: Vec<Stream<'_>> = rows.filter_map(stream).collect();
        let others = streams.len().saturating_sub(MAX_STREAMS);
        streams.truncate(MAX_STREAMS);
        Self {
            data,
            streams,
            others,
        }
    }

    /// Greatest number of pulls per image that is drawn.
    fn most(&self) -> f64 {
        let points = self.streams.iter().flat_map(|stream| &stream.line);
        let highest = points.map(|point| point.1).fold(0.0, f64::max);
        let seen = self.streams.iter().map(|stream| stream.pulls_per_image);
        let seen = seen.filter(|pulls| *pulls <= MOST_ABOVE * highest);
        seen.fold(highest, f64::max)
    }

    /// Months for which replicas are kept, rising.
    fn months(&self) -> Vec<f64> {
        let points = self.streams.iter().flat_map(|stream| &stream.line);
        let mut months: Vec<f64> = points.map(|point| point.0).collect();
        months.sort_by(f64::total_cmp);
        months.dedup();
        months
    }
}

/// Returns a stream whose pulls across cost something.
fn stream(rows: &[BreakEvenRow]) -> Option<Stream<'_>> {
    let point = |row: &BreakEvenRow| {
        let pulls = row.break_even_pulls_per_image.as_ref()?;
        Some((f64::from(row.kept_months), pulls.0))
    };
    let line: Points = rows.iter().filter_map(point).collect();
    let first = rows.first().filter(|_| !line.is_empty())?;
    Some(Stream {
        name: &first.stream,
        line,
        pulls_per_image: first.pulls_per_image.0,
    })
}

impl Picture for BreakEven<'_> {
    fn title(&self) -> String {
        "Replicate or pull across: from how many pulls per image on a replica is cheaper".to_owned()
    }

    fn remark(&self) -> String {
        let others = match self.others {
            0 => String::new(),
            others => format!("; {others} more in breakeven.csv"),
        };
        format!(
            "pale: pulls per image in this run{others}; {}",
            self.data.period()
        )
    }

    fn nothing(&self) -> Option<&'static str> {
        let none = self.streams.is_empty();
        none.then_some("no fleet pulls across Regions")
    }

    fn legend(&self) -> Vec<Entry> {
        let entry = |(stream, pen): (&Stream<'_>, _)| {
            let pulls = human::three_digits(stream.pulls_per_image);
            let about = format!("{pulls} pulls per image");
            Entry::about(Sample::Line(pen), stream.name, about)
        };
        self.streams.iter().zip(PENS).map(entry).collect()
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        let months = self.months();
        let last = months.last().copied().unwrap_or(1.0);
        let ticks = months.into_iter().map(|month| (month, month.to_string()));
        let x = Axis::linear(0.0, last, ticks.collect());
        let most = self.most();
        let y = Axis::amount(most, 6, human::three_digits);
        let left = left_room(&[&y]);
        let spec = PanelSpec {
            x_name: "months for which the replica is kept".to_owned(),
            ..PanelSpec::new("pulls per image", x, y, left)
        };
        let mut panel = Panel::draw(&areas[0], &spec)?;
        for (stream, pen) in self.streams.iter().zip(PENS) {
            let pulls = stream.pulls_per_image;
            if pulls <= most {
                let pale = plain(tint(pen.colour, 0.45));
                panel.path(&[(0.0, pulls), (last, pulls)], pale)?;
            }
            panel.path(&stream.line, pen)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::table::Number;
    use crate::report::{samples, write_run};

    fn chart_of(change: impl Fn(&mut BreakEvenRow), check: impl FnOnce(&BreakEven<'_>)) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut outcome = samples::small();
        outcome.break_even = samples::pulls::break_even();
        outcome.break_even.iter_mut().for_each(change);
        write_run(folder.path(), &samples::facts(), &outcome, false).expect("written");
        check(&BreakEven::new(
            &RunData::read(folder.path()).expect("read"),
        ));
    }

    #[test]
    fn its_line_is_the_table() {
        chart_of(
            |_| (),
            |chart| {
                let line = &chart.streams[0].line;
                let ends = (line[0], line[1], line[5]);
                assert_eq!(ends, ((0.0, 4.0), (1.0, 24.0), (12.0, 244.0)));
                assert_eq!(chart.most(), 244.0);
                assert!(chart.nothing().is_none());
            },
        );
    }

    #[test]
    fn far_more_pulls_do_not_flatten_the_line() {
        chart_of(
            |row| row.pulls_per_image = Number(1e6),
            |chart| assert_eq!(chart.most(), 244.0),
        );
    }

    #[test]
    fn where_pulling_is_free_there_is_nothing_to_draw() {
        chart_of(
            |row| row.break_even_pulls_per_image = None,
            |chart| assert!(chart.nothing().is_some()),
        );
    }
}
