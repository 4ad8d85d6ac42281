//! A panel: two axes with their grid, and what is drawn between them.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor, ShapeStyle};
use plotters_backend::DrawingBackend;

use super::axis::Axis;
use super::canvas::{Area, Drawn};
use super::style::{
    AXIS, FAINT_INK, GRID, HEADING, INK, LABEL, Marker, OTHERS, Pen, beside, fitted, text, tint,
    width,
};
use super::thin::{Points, cut_at_gaps, thinned};

/// Half pixels per column of a thinned line.
const COLUMN: u32 = 3;

/// Width of lines.
const STROKE: u32 = 4;

/// Width of lines with many points, which would grow into each other.
const FINE_STROKE: u32 = 3;

/// More points than this are many.
const MANY_POINTS: usize = 200;

/// Radius of markers.
const MARK: i32 = 8;

/// Markers on a line.
const MARKERS: usize = 7;

/// Ground of a mark's number.
const FLAG: RGBColor = RGBColor(0xf3, 0xf3, 0xf3);

/// Room above the plot for its heading.
const HEADING_ROOM: u32 = 56;

/// Room under the plot for the labels of the x axis.
const X_LABEL_ROOM: u32 = 50;

/// Room to the right of the plot for half a label.
const RIGHT_ROOM: u32 = 56;

/// What a panel is made of.
pub struct PanelSpec {
    /// What its y axis shows, with the unit if the ticks have none.
    pub heading: String,
    /// A second line under the heading; may be empty.
    pub about: String,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// Room for the y axis's labels, the same for panels that stand above each other.
    pub left: u32,
    /// What the x axis shows; it is written under it, unless empty.
    pub x_name: String,
}

impl PanelSpec {
    /// Returns a panel without a name under its x axis.
    pub fn new(heading: &str, x: Axis, y: Axis, left: u32) -> Self {
        Self {
            heading: heading.to_owned(),
            about: String::new(),
            x,
            y,
            left,
            x_name: String::new(),
        }
    }
}

/// A panel with its axes drawn.
pub struct Panel<'a, DB: DrawingBackend> {
    chart: ChartContext<'a, DB, Cartesian2d<Axis, Axis>>,
    x: Axis,
    stagger: usize,
}

/// Returns the room that the widest label of these axes needs.
pub fn left_room(axes: &[&Axis]) -> u32 {
    let labels = axes.iter().flat_map(|axis| &axis.ticks);
    let widest = labels.map(|(_, label)| width(label, LABEL)).max();
    u32::try_from(widest.unwrap_or(0)).unwrap_or(0) + 40
}

impl<'a, DB: DrawingBackend> Panel<'a, DB> {
    /// Draws heading, axes and grid into `area`.
    ///
    /// # Errors
    /// What the backend says.
    pub fn draw(area: &'a Area<DB>, spec: &PanelSpec) -> Drawn<DB, Self> {
        let name_room = if spec.x_name.is_empty() { 0 } else { 36 };
        let about_room = if spec.about.is_empty() { 0 } else { 40 };
        let mut chart = ChartBuilder::on(area)
            .margin_top(HEADING_ROOM + about_room)
            .margin_right(RIGHT_ROOM)
            .x_label_area_size(X_LABEL_ROOM + name_room)
            .y_label_area_size(spec.left)
            .build_cartesian_2d(spec.x.clone(), spec.y.clone())?;
        chart
            .configure_mesh()
            .max_light_lines(0)
            .bold_line_style(ShapeStyle::from(GRID).stroke_width(2))
            .axis_style(ShapeStyle::from(AXIS).stroke_width(2))
            .set_all_tick_mark_size(8)
            .label_style(text(LABEL, INK))
            .x_label_formatter(&|value| spec.x.label(*value))
            .y_label_formatter(&|value| spec.y.label(*value))
            .draw()?;
        let (left, across) = (spec.left as i32, area.dim_in_pixel().0 as i32);
        let heading = fitted(&spec.heading, HEADING, across - left - 20);
        area.draw_text(&heading, &text(HEADING, INK), (left, 8))?;
        let about = fitted(&spec.about, LABEL, across - left - 20);
        area.draw_text(&about, &text(LABEL, FAINT_INK), (left, 50))?;
        let panel = Self {
            chart,
            x: spec.x.clone(),
            stagger: 0,
        };
        Self::name_x_axis(area, spec)?;
        Ok(panel)
    }

    fn name_x_axis(area: &Area<DB>, spec: &PanelSpec) -> Drawn<DB> {
        if spec.x_name.is_empty() {
            return Ok(());
        }
        let (across, down) = area.dim_in_pixel();
        let right = across as i32 - RIGHT_ROOM as i32;
        let style = text(LABEL, FAINT_INK).pos(Pos::new(HPos::Right, VPos::Bottom));
        area.draw_text(&spec.x_name, &style, (right, down as i32 - 2))
    }

    /// Columns that a line may have points in.
    pub fn columns(&self) -> usize {
        let pixels = self.chart.plotting_area().get_x_axis_pixel_range();
        (pixels.end - pixels.start).unsigned_abs().div_ceil(COLUMN) as usize
    }

    /// Draws a line with its markers, cut where neighbours are more than `gap` apart.
    ///
    /// # Errors
    /// What the backend says.
    pub fn line(&mut self, points: &[(f64, f64)], pen: Pen, gap: f64) -> Drawn<DB> {
        let columns = self.columns();
        // A gap narrower than a column cannot be seen.
        let gap = gap.max(2.0 * (self.x.to - self.x.from) / columns as f64);
        let thin = thinned(points, self.x.from, self.x.to, columns);
        if let [only] = thin[..] {
            self.put(Circle::new(only, MARK, pen.colour.filled()))?;
        }
        for piece in cut_at_gaps(&thin, gap) {
            self.piece(piece, pen)?;
        }
        self.markers(&thin, pen)
    }

    /// Draws a line whose points already are few, without a cut.
    ///
    /// # Errors
    /// What the backend says.
    pub fn path(&mut self, points: &[(f64, f64)], pen: Pen) -> Drawn<DB> {
        self.piece(points, pen)?;
        self.markers(points, pen)
    }

    fn piece(&mut self, points: &[(f64, f64)], pen: Pen) -> Drawn<DB> {
        let fine = points.len() > MANY_POINTS && pen.marker == Marker::None;
        let stroke = if fine { FINE_STROKE } else { STROKE };
        let style = ShapeStyle::from(pen.colour).stroke_width(stroke);
        match points {
            [] => Ok(()),
            [only] => self.put(Circle::new(*only, STROKE, pen.colour.filled())),
            points => self.put(PathElement::new(points.to_vec(), style)),
        }
    }

    /// Sets markers along a line, each line's at other places, so that they do not cover each other.
    fn markers(&mut self, points: &[(f64, f64)], pen: Pen) -> Drawn<DB> {
        self.stagger += 1;
        if pen.marker == Marker::None {
            return Ok(());
        }
        let shift = (self.stagger % MARKERS) as f64 / MARKERS as f64;
        let area = self.chart.plotting_area().strip_coord_spec();
        let mut next = 0.0;
        for &point in points {
            let place = self.x.place(point.0) * MARKERS as f64 - shift;
            if place >= next && (0.01..0.99).contains(&self.x.place(point.0)) {
                draw_marker(&area, self.pixel(point), pen)?;
                next = place.floor() + 1.0;
            }
        }
        Ok(())
    }

    /// Draws a pen's marker at a point.
    ///
    /// # Errors
    /// What the backend says.
    pub fn mark(&mut self, point: (f64, f64), pen: Pen) -> Drawn<DB> {
        let area = self.chart.plotting_area().strip_coord_spec();
        draw_marker(&area, self.pixel(point), pen)
    }

    /// Writes beside a point, at half its height: to its left, or to its right.
    ///
    /// # Errors
    /// What the backend says.
    pub fn beside(&self, at: (f64, f64), label: &str, ink: RGBColor, left: bool) -> Drawn<DB> {
        let area = self.chart.plotting_area().strip_coord_spec();
        let (x, y) = self.pixel(at);
        let room = if left {
            x
        } else {
            area.dim_in_pixel().0 as i32 - x
        } - 16;
        let (side, x) = if left {
            (HPos::Right, x - 8)
        } else {
            (HPos::Left, x + 8)
        };
        area.draw_text(
            &fitted(label, LABEL, room),
            &beside(LABEL, ink, side),
            (x, y),
        )
    }

    /// Fills between two lines with the same x, but for where they run together.
    ///
    /// # Errors
    /// What the backend says.
    pub fn band(
        &mut self,
        lower: &[(f64, f64)],
        upper: &[(f64, f64)],
        colour: RGBColor,
    ) -> Drawn<DB> {
        let pairs: Vec<_> = lower.iter().copied().zip(upper.iter().copied()).collect();
        let open = |pair: &((f64, f64), (f64, f64))| pair.1.1 > pair.0.1;
        let mut from = 0;
        while let Some(first) = (from..pairs.len()).find(|&place| open(&pairs[place])) {
            let end = (first..pairs.len()).find(|&place| !open(&pairs[place]));
            // One place to either side, where the band opens and closes.
            let part = first.saturating_sub(1)..end.map_or(pairs.len(), |end| end + 1);
            from = end.unwrap_or(pairs.len());
            let (lower, upper) = (&lower[part.clone()], &upper[part]);
            let corners: Points = upper.iter().chain(lower.iter().rev()).copied().collect();
            self.put(Polygon::new(corners, colour.filled()))?;
        }
        Ok(())
    }

    /// Fills a rectangle.
    ///
    /// # Errors
    /// What the backend says.
    pub fn bar(&mut self, from: (f64, f64), to: (f64, f64), colour: RGBColor) -> Drawn<DB> {
        self.put(Rectangle::new([from, to], colour.filled()))
    }

    /// Shades the span between two moments, behind what is drawn later.
    ///
    /// # Errors
    /// What the backend says.
    pub fn shade(&mut self, from: f64, to: f64) -> Drawn<DB> {
        let (y_from, y_to) = self.y_ends();
        let (from, to) = (from.max(self.x.from), to.min(self.x.to));
        self.bar((from, y_from), (to, y_to), tint(OTHERS, 0.25))
    }

    /// Draws a vertical line of dashes at `x`.
    ///
    /// # Errors
    /// What the backend says.
    pub fn upright(&mut self, x: f64, colour: RGBColor) -> Drawn<DB> {
        let area = self.chart.plotting_area().strip_coord_spec();
        let style = ShapeStyle::from(colour).stroke_width(3);
        let (across, down) = (self.pixel((x, 0.0)).0, area.dim_in_pixel().1 as i32);
        for top in (0..down).step_by(18) {
            let dash = [(across, top), (across, (top + 10).min(down))];
            area.draw(&PathElement::new(dash, style))?;
        }
        Ok(())
    }

    /// Writes above the plot, centred on `x`.
    ///
    /// # Errors
    /// What the backend says.
    pub fn above(&self, x: f64, label: &str, root: &Area<DB>) -> Drawn<DB> {
        let (base_x, base_y) = self.chart.plotting_area().get_base_pixel();
        let (root_x, root_y) = root.get_base_pixel();
        let style = text(LABEL, FAINT_INK).pos(Pos::new(HPos::Center, VPos::Bottom));
        let at = (
            base_x - root_x + self.pixel((x, 0.0)).0,
            base_y - root_y - 10,
        );
        root.draw_text(label, &style, at)
    }

    /// Writes at the top of the plot, right of `x`, on a ground of its own.
    ///
    /// # Errors
    /// What the backend says.
    pub fn flag(&self, x: f64, label: &str) -> Drawn<DB> {
        let area = self.chart.plotting_area().strip_coord_spec();
        let left = self.pixel((x, 0.0)).0 + 3;
        let ground = Rectangle::new(
            [(left, 0), (left + width(label, LABEL) + 12, 32)],
            FLAG.filled(),
        );
        area.draw(&ground)?;
        area.draw_text(label, &text(LABEL, INK), (left + 6, 2))
    }

    /// Writes in the middle of the plot why there is nothing in it.
    ///
    /// # Errors
    /// What the backend says.
    pub fn nothing(&self, why: &str) -> Drawn<DB> {
        nothing(&self.chart.plotting_area().strip_coord_spec(), why)
    }

    fn y_ends(&self) -> (f64, f64) {
        let range = self.chart.y_range();
        (range.start, range.end)
    }

    /// Place of a point in half pixels from the plot's corner.
    pub fn pixel(&self, point: (f64, f64)) -> (i32, i32) {
        let area = self.chart.plotting_area();
        let ((x, y), (base_x, base_y)) = (area.map_coordinate(&point), area.get_base_pixel());
        (x - base_x, y - base_y)
    }

    fn put<E>(&mut self, element: E) -> Drawn<DB>
    where
        for<'e> &'e E: plotters::element::PointCollection<'e, (f64, f64)>,
        E: plotters::element::Drawable<DB>,
    {
        self.chart.plotting_area().draw(&element)
    }
}

/// Writes in the middle of `area` why there is nothing in it.
///
/// # Errors
/// What the backend says.
pub fn nothing<DB: DrawingBackend>(area: &Area<DB>, why: &str) -> Drawn<DB> {
    let (across, down) = area.dim_in_pixel();
    let style = text(HEADING, FAINT_INK).pos(Pos::new(HPos::Center, VPos::Center));
    area.draw_text(why, &style, (across as i32 / 2, down as i32 / 2))
}

/// Draws a pen's marker.
///
/// # Errors
/// What the backend says.
pub fn draw_marker<DB: DrawingBackend>(area: &Area<DB>, (x, y): (i32, i32), pen: Pen) -> Drawn<DB> {
    let filled = pen.colour.filled();
    let at = |corners: &[(i32, i32)]| {
        let corners: Vec<_> = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
        Polygon::new(corners, filled)
    };
    let open = ShapeStyle::from(pen.colour).stroke_width(STROKE);
    match pen.marker {
        Marker::None => Ok(()),
        Marker::Circle => area.draw(&Circle::new((x, y), MARK, filled)),
        Marker::Square => area.draw(&Rectangle::new([(x - 8, y - 8), (x + 8, y + 8)], filled)),
        Marker::Up => area.draw(&at(&[(0, -11), (10, 8), (-10, 8)])),
        Marker::Down => area.draw(&at(&[(0, 11), (10, -8), (-10, -8)])),
        Marker::Diamond => area.draw(&at(&[(0, -12), (10, 0), (0, 12), (-10, 0)])),
        Marker::Ring => {
            area.draw(&Circle::new((x, y), MARK, plotters::style::WHITE.filled()))?;
            area.draw(&Circle::new((x, y), MARK, open))
        }
        Marker::Frame => {
            let corners = [
                (x - 8, y - 8),
                (x + 8, y - 8),
                (x + 8, y + 8),
                (x - 8, y + 8),
            ];
            area.draw(&Polygon::new(
                corners.to_vec(),
                plotters::style::WHITE.filled(),
            ))?;
            let outline = [corners[0], corners[1], corners[2], corners[3], corners[0]];
            area.draw(&PathElement::new(outline, open))
        }
    }
}
