//! The copies that were in flight when a permission was lost: each a bar from its start to its end.

use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn, Picture};
use super::data::{RunData, epoch_s};
use super::legend::{Entry, Sample};
use super::panel::{Panel, PanelSpec};
use super::style::{BLACK, BLUE, OTHERS, VERMILLION};
use crate::measure::outcome::{RevocationRow, RevokedCopyRow};
use crate::report::human;

/// Revocations shown, those with most copies in flight.
const MAX_PANELS: usize = 4;

/// Bars in a panel, by number of panels; more would be thinner than a line.
const MAX_BARS: [usize; MAX_PANELS] = [700, 280, 280, 280];

/// More bars than this have no room between them.
const APART: usize = 80;

/// Height of a panel, of three or more.
const PANEL_HEIGHT: u32 = 500;

/// If the longest bar is this many times as long as nine tenths of them, time is logarithmic.
const LONG_TAIL: f64 = 12.0;

/// Statuses with their colours and what the legend calls them.
const STATUSES: [(&str, RGBColor, &str); 3] = [
    ("COMPLETE", BLUE, "arrived all the same"),
    ("FAILED", VERMILLION, "ended without arrival"),
    ("IN_PROGRESS", OTHERS, "at the end of the run"),
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
        let bars = MAX_BARS[rows.len().clamp(1, MAX_PANELS) - 1];
        Self {
            remark: format!(
                "copies in flight at that moment, each a bar from start to end; {}",
                data.period()
            ),
            panels: rows
                .into_iter()
                .map(|row| Revocation::new(row, &data.revoked_copies, bars))
                .collect(),
            left_out,
            any: !data.revocations.is_empty(),
        }
    }
}

impl<'a> Revocation<'a> {
    fn new(row: &'a RevocationRow, copies: &[RevokedCopyRow], most: usize) -> Self {
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
                to_s: copy.ended_at.map_or(f64::INFINITY, epoch_s) - at_s,
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
        let at = row.at.0.strftime("%b %-d %H:%M");
        format!("{at}, {} to {}", row.source, row.destination)
    }

    fn about(&self) -> String {
        let (row, shown) = (self.row, self.bars.len() as u64);
        let not_all = if shown < row.in_flight {
            format!(" ({} of them shown)", human::count(shown))
        } else {
            String::new()
        };
        format!(
            "{} in flight{not_all}: {} completed after, {} aborted; {} more denied",
            human::count(row.in_flight),
            human::count(row.completed_after),
            human::count(row.aborted_after),
            human::count(row.denied_after),
        )
    }

    fn axis(&self) -> Axis {
        let from_s = self.bars.iter().map(|bar| bar.from_s).fold(-1.0, f64::min);
        // Bars are in order of their ends; those without one go on to the axis's.
        let ends: Vec<_> = self
            .bars
            .iter()
            .map(|bar| bar.to_s)
            .filter(|end| end.is_finite())
            .collect();
        let to_s = ends.last().map_or(1.0, |last| last.max(1.0));
        let most = ends
            .get(ends.len() * 9 / 10)
            .copied()
            .unwrap_or(to_s)
            .max(1.0);
        let linear_s = (to_s > LONG_TAIL * most).then_some((most / 4.0).max(1.0));
        Axis::around(from_s, to_s * 1.02, 10, linear_s)
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, last: bool) -> Drawn<DB> {
        let y = Axis::linear(0.0, self.bars.len().max(1) as f64, Vec::new());
        let x_name = if last {
            "time before and after the revocation"
        } else {
            ""
        };
        let spec = PanelSpec {
            about: self.about(),
            x_name: x_name.to_owned(),
            ..PanelSpec::new(&self.heading(), self.axis(), y, 30)
        };
        let thickness = if self.bars.len() > APART { 1.0 } else { 0.8 };
        let mut panel = Panel::draw(area, &spec)?;
        for (place, bar) in self.bars.iter().enumerate() {
            // The first to end on top.
            let top = (self.bars.len() - place) as f64;
            panel.bar((bar.from_s, top), (bar.to_s, top - thickness), bar.colour)?;
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

    fn remark(&self) -> String {
        self.remark.clone()
    }

    fn nothing(&self) -> Option<&'static str> {
        match (self.panels.is_empty(), self.any) {
            (false, _) => None,
            (true, true) => Some("no copy was in flight when a permission was lost"),
            (true, false) => Some("no permission was lost"),
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

    fn height(&self) -> u32 {
        (130 + self.panels.len() as u32 * PANEL_HEIGHT).max(1_120)
    }

    fn grid(&self) -> (usize, usize) {
        (self.panels.len(), 1)
    }

    fn draw<DB: DrawingBackend>(&self, areas: &[Area<DB>]) -> Drawn<DB> {
        for (place, (area, panel)) in areas.iter().zip(&self.panels).enumerate() {
            panel.draw(area, place + 1 == self.panels.len())?;
        }
        Ok(())
    }
}
