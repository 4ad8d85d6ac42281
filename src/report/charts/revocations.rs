//! The copies that were in flight when a permission was lost: each a bar from its start to its end.

use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::data::{RunData, epoch_s};
use super::figure::draw_figure;
use super::legend::{Entry, Sample};
use super::panel::{Panel, PanelSpec, nothing};
use super::style::{BLACK, BLUE, HEADING, OTHERS, VERMILLION, fitted};
use crate::measure::outcome::{RevocationRow, RevokedCopyRow};
use crate::report::human;

/// Revocations shown, those with most copies in flight.
const MAX_PANELS: usize = 4;

/// Bars in all panels together; more would be thinner than a line.
const MAX_BARS: usize = 1_600;

/// If the longest bar is this many times as long as nine tenths of them, time is logarithmic.
const LONG_TAIL: f64 = 12.0;

/// Statuses with their colours and what the legend calls them.
const STATUSES: [(&str, RGBColor, &str); 3] = [
    ("COMPLETE", BLUE, "arrived all the same"),
    ("FAILED", VERMILLION, "failed"),
    ("IN_PROGRESS", OTHERS, "not ended with the run"),
];

/// The chart `revocations`.
pub struct Revocations<'a> {
    remark: String,
    panels: Vec<Revocation<'a>>,
    left_out: usize,
    any: bool,
}

/// One revocation and its copies, as seconds before and after it.
struct Revocation<'a> {
    row: &'a RevocationRow,
    bars: Vec<Bar>,
    /// Copies of which the bars are a selection.
    copies: usize,
}

/// One copy.
#[derive(Clone, Copy)]
struct Bar {
    from_s: f64,
    to_s: f64,
    colour: RGBColor,
}

impl<'a> Revocations<'a> {
    /// Prepares the chart.
    pub fn new(data: &'a RunData) -> Self {
        let mut rows: Vec<_> = data
            .revocations
            .iter()
            .filter(|row| row.in_flight > 0)
            .collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.in_flight), row.at));
        let left_out = rows.len().saturating_sub(MAX_PANELS);
        rows.truncate(MAX_PANELS);
        rows.sort_by_key(|row| row.at);
        let end_s = data.span_s().1;
        let bars = MAX_BARS / rows.len().max(1);
        Self {
            remark: format!(
                "copies in flight at that moment, each a bar from start to end; {}",
                data.period()
            ),
            panels: rows
                .into_iter()
                .map(|row| Revocation::new(row, &data.revoked_copies, end_s, bars))
                .collect(),
            left_out,
            any: !data.revocations.is_empty(),
        }
    }

    fn legend(&self) -> Vec<Entry> {
        let mut entries = STATUSES
            .map(|(status, colour, about)| Entry::about(Sample::Fill(colour), status, about))
            .to_vec();
        if self.left_out > 0 {
            let name = format!("{} more revocations", self.left_out);
            entries.push(Entry::about(Sample::None, name, "in revocations.csv"));
        }
        entries
    }
}

impl<'a> Revocation<'a> {
    fn new(row: &'a RevocationRow, copies: &[RevokedCopyRow], end_s: f64, most: usize) -> Self {
        let at_s = epoch_s(row.at);
        let of_this = |copy: &&RevokedCopyRow| {
            (copy.revoked_at, &copy.source, &copy.destination)
                == (row.at, &row.source, &row.destination)
        };
        let mut bars: Vec<_> = copies
            .iter()
            .filter(of_this)
            .map(|copy| Bar {
                from_s: epoch_s(copy.started_at) - at_s,
                to_s: copy.ended_at.map_or(end_s, epoch_s) - at_s,
                colour: colour(&copy.status),
            })
            .collect();
        bars.sort_by(|a, b| {
            a.to_s
                .total_cmp(&b.to_s)
                .then(a.from_s.total_cmp(&b.from_s))
        });
        let copies = bars.len();
        Self {
            row,
            bars: evenly_chosen(&bars, most),
            copies,
        }
    }

    fn heading(&self) -> String {
        let row = self.row;
        let not_all = if (self.bars.len() as u64) < row.in_flight {
            format!(" ({} shown)", human::count(self.bars.len() as u64))
        } else {
            String::new()
        };
        format!(
            "{}, {} → {}: {} in flight{not_all}, {} completed after, {} aborted, {} denied",
            row.at.0.strftime("%b %-d %H:%M"),
            row.source,
            row.destination,
            human::count(row.in_flight),
            human::count(row.completed_after),
            human::count(row.aborted_after),
            human::count(row.denied_after),
        )
    }

    fn axis(&self) -> Axis {
        let from_s = self.bars.iter().map(|bar| bar.from_s).fold(-1.0, f64::min);
        let to_s = self.bars.iter().map(|bar| bar.to_s).fold(1.0, f64::max);
        let mut ends: Vec<_> = self.bars.iter().map(|bar| bar.to_s).collect();
        ends.sort_by(f64::total_cmp);
        let most = ends
            .get(ends.len() * 9 / 10)
            .copied()
            .unwrap_or(to_s)
            .max(1.0);
        let linear_s = (to_s > LONG_TAIL * most).then_some((most / 4.0).max(1.0));
        Axis::around(from_s, to_s * 1.02, 10, linear_s)
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, last: bool) -> Drawn<DB> {
        let across = area.dim_in_pixel().0 as i32;
        let spec = PanelSpec {
            heading: fitted(&self.heading(), HEADING, across - 60),
            x: self.axis(),
            y: Axis::linear(0.0, self.bars.len().max(1) as f64, Vec::new()),
            left: 30,
            x_name: if last {
                "time before and after the revocation"
            } else {
                ""
            }
            .to_owned(),
        };
        let mut panel = Panel::draw(area, &spec)?;
        for (place, bar) in self.bars.iter().enumerate() {
            // The first to end on top.
            let top = (self.bars.len() - place) as f64;
            panel.bar((bar.from_s, top), (bar.to_s, top - 0.8), bar.colour)?;
        }
        if self.copies == 0 {
            panel.nothing("its copies are not listed")?;
        }
        panel.upright(0.0, BLACK)
    }
}

fn colour(status: &str) -> RGBColor {
    let known = STATUSES.iter().find(|(name, _, _)| *name == status);
    known.map_or(OTHERS, |(_, colour, _)| *colour)
}

/// Returns at most `most` of `bars`, evenly spaced, the first and the last among them.
fn evenly_chosen(bars: &[Bar], most: usize) -> Vec<Bar> {
    if bars.len() <= most || most < 2 {
        return bars.to_vec();
    }
    let last = bars.len() - 1;
    (0..most)
        .map(|place| bars[place * last / (most - 1)])
        .collect()
}

impl Picture for Revocations<'_> {
    fn title(&self) -> String {
        "Copies in flight across each loss of permission".to_owned()
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        if self.panels.is_empty() {
            draw_figure(area, &self.title(), &self.remark, &[], 1)?;
            let why = if self.any {
                "no copy was in flight at a revocation"
            } else {
                "no permission was lost"
            };
            return nothing(area, why);
        }
        let legend = self.legend();
        let areas = draw_figure(
            area,
            &self.title(),
            &self.remark,
            &legend,
            self.panels.len(),
        )?;
        for (place, (area, panel)) in areas.iter().zip(&self.panels).enumerate() {
            panel.draw(area, place + 1 == self.panels.len())?;
        }
        Ok(())
    }
}
