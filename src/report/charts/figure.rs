//! A figure: title, remark, legend, and what is left for panels.

use plotters_backend::DrawingBackend;

use super::canvas::{Area, Drawn};
use super::legend::{Entry, draw_legend, legend_width};
use super::style::{FAINT_INK, INK, LABEL, TITLE, fitted, text};

/// White space around everything.
const MARGIN: i32 = 36;

/// Room for title and remark.
const HEAD: i32 = 116;

/// Returns rows and columns of a grid for that many panels.
pub fn grid(panels: usize) -> (usize, usize) {
    match panels {
        0..=3 => (panels.max(1), 1),
        4 => (2, 2),
        5 | 6 => (3, 2),
        7 | 8 => (4, 2),
        9 => (3, 3),
        _ => (panels.div_ceil(3), 3),
    }
}

/// Draws title, remark and legend, and returns the rest of the area, cut into rows and columns of panels.
///
/// # Errors
/// What the backend says.
pub fn draw_figure<DB: DrawingBackend>(
    area: &Area<DB>,
    title: &str,
    remark: &str,
    legend: &[Entry],
    panels: (usize, usize),
) -> Drawn<DB, Vec<Area<DB>>> {
    let (across, down) = area.dim_in_pixel();
    let (across, down) = (across as i32, down as i32);
    let room = across - 2 * MARGIN;
    area.draw_text(&fitted(title, TITLE, room), &text(TITLE, INK), (MARGIN, 22))?;
    let remark = fitted(remark, LABEL, room);
    area.draw_text(&remark, &text(LABEL, FAINT_INK), (MARGIN, 72))?;
    let legend_room = legend_width(legend);
    let body = area.clone().shrink(
        (MARGIN, HEAD),
        (across - 2 * MARGIN - legend_room, down - HEAD - MARGIN / 2),
    );
    if legend_room > 0 {
        let corner = (across - MARGIN - legend_room, HEAD + 56);
        let size = (legend_room, down - HEAD - 56 - MARGIN / 2);
        draw_legend(&area.clone().shrink(corner, size), legend)?;
    }
    Ok(body.split_evenly(panels))
}
