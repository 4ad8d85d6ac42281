//! Events and outages on charts over time: numbered above the plot, named in the legend.

use plotters_backend::DrawingBackend;

use super::canvas::{Area, Drawn};
use super::data::epoch_s;
use super::legend::{Entry, Sample};
use super::panel::Panel;
use super::style::FAINT_INK;
use crate::report::run_json::Mark;

/// Marks that are numbered; more would be noise.
const MAX_MARKS: usize = 8;

/// Numbers closer than this would run into each other, in half pixels.
const NUMBER_WIDTH: i32 = 40;

/// Returns the legend's entries for `marks`.
pub fn mark_entries(marks: &[Mark]) -> Vec<Entry> {
    let shown = marks.iter().take(MAX_MARKS).enumerate();
    let mut entries: Vec<_> = shown
        .map(|(place, mark)| {
            let at = mark.at.0.strftime("%b %-d %H:%M");
            let name = format!("{}  {at}", place + 1);
            Entry::about(Sample::None, name, &mark.label)
        })
        .collect();
    if marks.len() > MAX_MARKS {
        let more = format!("… {} more in run.json", marks.len() - MAX_MARKS);
        entries.push(Entry::new(Sample::None, more));
    }
    entries
}

/// Draws the marks into a panel; `root` is the area of the panel, above whose plot the numbers go.
///
/// # Errors
/// What the backend says.
pub fn draw_marks<DB: DrawingBackend>(
    panel: &mut Panel<'_, DB>,
    root: &Area<DB>,
    marks: &[Mark],
) -> Drawn<DB> {
    for mark in marks {
        let at_s = epoch_s(mark.at);
        if let Some(until) = mark.until {
            panel.shade(at_s, epoch_s(until))?;
        }
        panel.upright(at_s, FAINT_INK)?;
    }
    let mut places: Vec<_> = marks.iter().take(MAX_MARKS).enumerate().collect();
    places.sort_by_key(|(_, mark)| mark.at);
    let pixel = |mark: &Mark| panel.pixel((epoch_s(mark.at), 0.0)).0;
    for near in places.chunk_by(|a, b| pixel(b.1) - pixel(a.1) < NUMBER_WIDTH) {
        let numbers: Vec<_> = near
            .iter()
            .map(|(place, _)| (place + 1).to_string())
            .collect();
        panel.above(epoch_s(near[0].1.at), &numbers.join(","), root)?;
    }
    Ok(())
}
