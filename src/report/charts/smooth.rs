//! A bitmap that is drawn several times finer than its pixels and then averaged, so that edges and letters come out smooth.

use std::io;
use std::path::Path;

use plotters::backend::BitMapBackend;
use plotters::style::{FontDesc, TextStyle};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

/// How many times finer, in each direction.
const FINER: u32 = 2;

/// Bytes of a pixel: red, green, blue.
const RGB: usize = 3;

/// How much lower text must be drawn, in sizes, for its top, middle or bottom to be at its point: the library places the
/// built-in font as if its letters were taller.
const LOWERED: [f64; 3] = [0.11, 0.2, 0.1];

type BitmapError = <BitMapBackend<'static> as DrawingBackend>::ErrorType;

type Drawn = Result<(), DrawingErrorKind<BitmapError>>;

/// The fine pixels of a picture.
pub struct Pixels {
    width: u32,
    height: u32,
    fine: Vec<u8>,
}

/// Draws into [`Pixels`] in the picture's own units.
pub struct SmoothBackend<'a> {
    size: (u32, u32),
    fine: BitMapBackend<'a>,
}

impl Pixels {
    /// Returns a black picture.
    pub fn new(width: u32, height: u32) -> Self {
        let fine = vec![0; (width * FINER) as usize * (height * FINER) as usize * RGB];
        Self {
            width,
            height,
            fine,
        }
    }

    /// Returns a backend that draws into it.
    pub fn backend(&mut self) -> SmoothBackend<'_> {
        let size = (self.width, self.height);
        let fine_size = (self.width * FINER, self.height * FINER);
        SmoothBackend {
            size,
            fine: BitMapBackend::with_buffer(&mut self.fine, fine_size),
        }
    }

    /// Writes the picture as PNG.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut bitmap = BitMapBackend::new(path, (self.width, self.height));
        bitmap
            .blit_bitmap((0, 0), (self.width, self.height), &self.averaged())
            .and_then(|()| bitmap.present())
            .map_err(io::Error::other)
    }

    /// Returns the mean of each square of fine pixels.
    fn averaged(&self) -> Vec<u8> {
        let (width, finer) = (self.width as usize, FINER as usize);
        let at = |x: usize, y: usize, channel: usize| {
            u32::from(self.fine[(y * width * finer + x) * RGB + channel])
        };
        let mut pixels = Vec::with_capacity(self.fine.len() / (finer * finer));
        for y in 0..self.height as usize {
            for x in 0..width {
                for channel in 0..RGB {
                    let sum: u32 = (0..finer * finer)
                        .map(|place| {
                            at(
                                x * finer + place % finer,
                                y * finer + place / finer,
                                channel,
                            )
                        })
                        .sum();
                    pixels.push((sum / (FINER * FINER)) as u8);
                }
            }
        }
        pixels
    }
}

/// A style with a stroke of another width.
struct Stroke {
    color: BackendColor,
    width: u32,
}

impl BackendStyle for Stroke {
    fn color(&self) -> BackendColor {
        self.color
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

impl Stroke {
    fn finer(style: &impl BackendStyle) -> Self {
        Self {
            color: style.color(),
            width: style.stroke_width() * FINER,
        }
    }
}

fn finer((x, y): BackendCoord) -> BackendCoord {
    (x * FINER as i32, y * FINER as i32)
}

impl SmoothBackend<'_> {
    /// Draws a thick line as a bar with round ends, which fit together at any angle.
    fn bar(&mut self, from: BackendCoord, to: BackendCoord, stroke: &Stroke) -> Drawn {
        let half = f64::from(stroke.width) / 2.0;
        let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
        let length = libm::hypot(dx, dy);
        self.fine.draw_circle(to, stroke.width / 2, stroke, true)?;
        if length == 0.0 {
            return Ok(());
        }
        let (across_x, across_y) = (-dy / length * half, dx / length * half);
        let corner = |(x, y): BackendCoord, side: f64| {
            let at = |place: i32, across: f64| (f64::from(place) + side * across).round() as i32;
            (at(x, across_x), at(y, across_y))
        };
        let corners = [
            corner(from, 1.0),
            corner(to, 1.0),
            corner(to, -1.0),
            corner(from, -1.0),
        ];
        self.fine.fill_polygon(corners, stroke)
    }
}

impl DrawingBackend for SmoothBackend<'_> {
    type ErrorType = BitmapError;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        self.fine.ensure_prepared()
    }

    fn present(&mut self) -> Drawn {
        self.fine.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(point, (point.0 + 1, point.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if !fill {
            let ((left, top), (right, bottom)) = (upper_left, bottom_right);
            let corners = [
                (left, top),
                (right, top),
                (right, bottom),
                (left, bottom),
                (left, top),
            ];
            return self.draw_path(corners, style);
        }
        self.fine.draw_rect(
            finer(upper_left),
            finer(bottom_right),
            &Stroke::finer(style),
            true,
        )
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let stroke = Stroke::finer(style);
        let points: Vec<_> = path.into_iter().map(finer).collect();
        points
            .windows(2)
            .try_for_each(|pair| self.bar(pair[0], pair[1], &stroke))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.fine
            .draw_circle(finer(center), radius * FINER, &Stroke::finer(style), fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.fine
            .fill_polygon(corners.into_iter().map(finer), &Stroke::finer(style))
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        pos: BackendCoord,
    ) -> Drawn {
        let size = style.size() * f64::from(FINER);
        let font = FontDesc::new(style.family(), size, style.style()).transform(style.transform());
        let larger = TextStyle {
            font,
            color: style.color(),
            pos: style.anchor(),
        };
        let lowered = (size * LOWERED[style.anchor().v_pos as usize]).round() as i32;
        let (dx, dy) = style.transform().transform(0, lowered);
        let (x, y) = finer(pos);
        self.fine.draw_text(text, &larger, (x + dx, y + dy))
    }
}
