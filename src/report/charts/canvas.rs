//! Where charts are drawn: the same drawing becomes an SVG text or a PNG file.
//!
//! Charts measure in half CSS pixels, so that the whole numbers of the drawing library are fine enough. The machine's
//! fonts are never asked for: text is measured, and drawn into a PNG, with a font that is built in.

use std::path::Path;
use std::sync::Once;

use epaint_default_fonts::UBUNTU_LIGHT;
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::style::{FontStyle, WHITE, register_font};
use plotters_backend::DrawingBackend;

use super::figure::draw_figure;
use super::legend::Entry;
use super::panel::nothing;
use super::smooth;
use super::style::FONT;
use crate::report::error::FileError;

/// A rectangle of the drawing, in half pixels from its own corner.
pub type Area<DB> = DrawingArea<DB, Shift>;

/// What drawing returns.
pub type Drawn<DB, T = ()> = Result<T, DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// Width of every picture.
const WIDTH: u32 = 1_920;

/// Height of a picture that only says why there is nothing in it.
const EMPTY_HEIGHT: u32 = 400;

/// A picture that can be drawn anywhere: title, remark, legend and panels.
pub trait Picture {
    /// What it shows.
    fn title(&self) -> String;

    /// What the reader must know besides.
    fn remark(&self) -> String;

    /// Why there is nothing in it, if so; then nothing else is asked of it.
    fn nothing(&self) -> Option<&'static str>;

    /// What stands beside the panels.
    fn legend(&self) -> Vec<Entry> {
        Vec::new()
    }

    /// Its height in half pixels.
    fn height(&self) -> u32 {
        1_120
    }

    /// Rows and columns of panels.
    fn grid(&self) -> (usize, usize) {
        (1, 1)
    }

    /// Draws its panels.
    ///
    /// # Errors
    /// What the backend says.
    fn draw<DB: DrawingBackend>(&self, panels: &[Area<DB>]) -> Drawn<DB>;
}

/// Width and height of a picture in half pixels.
fn size(picture: &impl Picture) -> (u32, u32) {
    let height = match picture.nothing() {
        Some(_) => EMPTY_HEIGHT,
        None => picture.height(),
    };
    (WIDTH, height)
}

/// Draws a picture on white.
fn draw<DB: DrawingBackend>(picture: &impl Picture, area: &Area<DB>) -> Drawn<DB> {
    area.fill(&WHITE)?;
    let (title, remark) = (picture.title(), picture.remark());
    if let Some(why) = picture.nothing() {
        let panels = draw_figure(area, &title, &remark, &[], (1, 1))?;
        return nothing(&panels[0], why);
    }
    let panels = draw_figure(area, &title, &remark, &picture.legend(), picture.grid())?;
    picture.draw(&panels)
}

/// Returns the picture as SVG.
pub fn svg(picture: &impl Picture) -> String {
    use_own_font();
    let (width, height) = size(picture);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        draw(picture, &area)
            .and_then(|()| area.present())
            .expect("a string takes every drawing, and the font is built in");
    }
    // The library sizes the picture in its own units and knows neither joins nor labels.
    let body = text
        .split_once('>')
        .map_or("", |(_, body)| body)
        .trim_start();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" \
         viewBox=\"0 0 {width} {height}\" stroke-linejoin=\"round\" role=\"img\" \
         aria-label=\"{}\">\n{body}",
        width / 2,
        height / 2,
        escaped(&picture.title()),
    )
}

/// Writes the picture as PNG, two pixels to a CSS pixel.
///
/// # Errors
/// If the file cannot be written.
pub fn write_png(picture: &impl Picture, path: &Path) -> Result<(), FileError> {
    use_own_font();
    let (width, height) = size(picture);
    let mut pixels = smooth::Pixels::new(width, height);
    {
        let area = pixels.backend().into_drawing_area();
        draw(picture, &area).expect("memory takes every drawing, and the font is built in");
    }
    pixels
        .write(path)
        .map_err(|reason| FileError::new("write", path, reason))
}

/// Escapes `text` for XML and HTML.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Not allowed in XML, not even escaped.
            control if control.is_control() && !control.is_whitespace() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Makes the built-in font known under the generic name, which is what an SVG's reader sees.
pub fn use_own_font() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let known = register_font(FONT, FontStyle::Normal, UBUNTU_LIGHT);
        assert!(known.is_ok(), "the built-in font is a font");
    });
}
