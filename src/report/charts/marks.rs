//! Events and outages on charts over time: numbered in the plot, named in the legend.

use plotters_backend::DrawingBackend;

use super::canvas::Drawn;
use super::data::epoch_s;
use super::legend::{Entry, Sample};
use super::panel::Panel;
use super::style::FAINT_INK;
use crate::report::run_json::Mark;

/// Marks that are numbered; more would be noise.
const MAX_MARKS: usize = 8;

/// Numbers closer than this would run into each other, in half pixels.
const NUMBER_WIDTH: i32 = 40;

/// Lines closer than this are drawn as one.
const LINE_WIDTH: i32 = 12;

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

/// Draws the marks into a panel, behind what it will show.
///
/// # Errors
/// What the backend says.
pub fn draw_marks<DB: DrawingBackend>(panel: &mut Panel<'_, DB>, marks: &[Mark]) -> Drawn<DB> {
    for mark in marks {
        if let Some(until) = mark.until {
            panel.shade(epoch_s(mark.at), epoch_s(until))?;
        }
    }
    let mut places: Vec<_> = marks.iter().map(|mark| epoch_s(mark.at)).collect();
    places.sort_by(f64::total_cmp);
    let mut last = i32::MIN;
    for at_s in places {
        let pixel = panel.pixel((at_s, 0.0)).0;
        if pixel.saturating_sub(last) >= LINE_WIDTH {
            panel.upright(at_s, FAINT_INK)?;
            last = pixel;
        }
    }
    Ok(())
}

/// Draws the marks' numbers, over what the panel shows.
///
/// # Errors
/// What the backend says.
pub fn draw_flags<DB: DrawingBackend>(panel: &Panel<'_, DB>, marks: &[Mark]) -> Drawn<DB> {
    let mut places: Vec<_> = marks.iter().take(MAX_MARKS).enumerate().collect();
    places.sort_by_key(|(_, mark)| mark.at);
    let pixel = |mark: &Mark| panel.pixel((epoch_s(mark.at), 0.0)).0;
    for near in places.chunk_by(|a, b| pixel(b.1) - pixel(a.1) < NUMBER_WIDTH) {
        let (first, last) = (near[0].0 + 1, near[near.len() - 1].0 + 1);
        let numbers = if near.len() == 1 {
            first.to_string()
        } else if last == first + near.len() - 1 {
            format!("{first}–{last}")
        } else {
            let numbers: Vec<_> = near
                .iter()
                .map(|(place, _)| (place + 1).to_string())
                .collect();
            numbers.join(",")
        };
        panel.flag(epoch_s(near[0].1.at), &numbers)?;
    }
    Ok(())
}
