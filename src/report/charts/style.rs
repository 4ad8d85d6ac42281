//! Colours, letters and pens: legible in print and to colour-blind readers.

use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, RGBColor, TextStyle};

use super::canvas::use_own_font;

/// Generic family: the reader's own sans-serif in an SVG, the built-in font in a PNG.
pub const FONT: &str = "sans-serif";

/// Size of a chart's title, in half pixels as the drawing library counts them.
pub const TITLE: u32 = 42;
/// Size of a panel's heading.
pub const HEADING: u32 = 34;
/// Size of all other text.
pub const LABEL: u32 = 30;

/// Text.
pub const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Text that explains.
pub const FAINT_INK: RGBColor = RGBColor(0x59, 0x59, 0x59);
/// Axes.
pub const AXIS: RGBColor = RGBColor(0x80, 0x80, 0x80);
/// Lines behind the data.
pub const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
/// What was put together because it would be too much one by one.
pub const OTHERS: RGBColor = RGBColor(0x9a, 0x9a, 0x9a);

/// The palette of Okabe and Ito ("Color Universal Design", 2008) without its yellow, which white paper swallows.
pub const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xb2);
/// Of the same palette.
pub const VERMILLION: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
/// Of the same palette.
pub const GREEN: RGBColor = RGBColor(0x00, 0x9e, 0x73);
/// Of the same palette.
pub const PURPLE: RGBColor = RGBColor(0xcc, 0x79, 0xa7);
/// Of the same palette.
pub const ORANGE: RGBColor = RGBColor(0xe6, 0x9f, 0x00);
/// Of the same palette.
pub const SKY: RGBColor = RGBColor(0x56, 0xb4, 0xe9);
/// Of the same palette.
pub const BLACK: RGBColor = RGBColor(0x00, 0x00, 0x00);

/// Shapes that tell lines apart where colours do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// No marks.
    None,
    /// ●
    Circle,
    /// ■
    Square,
    /// ▲
    Up,
    /// ◆
    Diamond,
    /// ▼
    Down,
    /// ○
    Ring,
    /// □
    Frame,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pen {
    /// Its colour.
    pub colour: RGBColor,
    /// Its marks.
    pub marker: Marker,
}

/// The pens of named lines, in order.
pub const PENS: [Pen; 7] = [
    pen(BLUE, Marker::Circle),
    pen(VERMILLION, Marker::Square),
    pen(GREEN, Marker::Up),
    pen(PURPLE, Marker::Diamond),
    pen(BLACK, Marker::Down),
    pen(ORANGE, Marker::Ring),
    pen(SKY, Marker::Frame),
];

/// Returns a pen without marks.
pub const fn plain(colour: RGBColor) -> Pen {
    pen(colour, Marker::None)
}

const fn pen(colour: RGBColor, marker: Marker) -> Pen {
    Pen { colour, marker }
}

/// Returns the style of text of that size and colour, with its upper left corner at its point.
pub fn text(size: u32, colour: RGBColor) -> TextStyle<'static> {
    use_own_font();
    (FONT, size).into_font().color(&colour)
}

/// Returns the style of text that stands to the left of its point, centred on it, or to its right, at half its height.
pub fn beside(size: u32, colour: RGBColor, side: HPos) -> TextStyle<'static> {
    text(size, colour).pos(Pos::new(side, VPos::Center))
}

/// Returns how wide `text` is, in half pixels.
pub fn width(text: &str, size: u32) -> i32 {
    use_own_font();
    let layout = (FONT, size).into_font().box_size(text);
    layout.map_or(0, |(width, _)| i32::try_from(width).unwrap_or(i32::MAX))
}

/// Returns `text` with its middle left out as far as it takes to be at most `most` half pixels wide.
pub fn fitted(text: &str, size: u32, most: i32) -> String {
    let mut letters = text.chars().count();
    let mut fitted = text.to_owned();
    while width(&fitted, size) > most && letters > 3 {
        letters -= 1;
        fitted = crate::report::human::elided(text, letters);
    }
    fitted
}

/// Returns `colour` thinned with white: 1 leaves it as it is. Mixed here so that overlaps stay predictable in print.
pub fn tint(colour: RGBColor, share: f64) -> RGBColor {
    let (red, green, blue) = colour.rgb();
    let mix = |channel: u8| (255.0 - (255.0 - f64::from(channel)) * share).round() as u8;
    RGBColor(mix(red), mix(green), mix(blue))
}
