//! Measured lines over two axes, as an SVG file that needs nothing else: drawn as the plots of the report are.

use abreast_compare::format::tick;
use abreast_compare::plot::{
    Axis, Canvas, Failure, Ink, Margins, Panel, around, decades, file, letters, mark, panel, svg,
};
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use std::ops::Range;

/// A picture with a title, two named axes and lines.
///
/// ```
/// use abreast::harness::picture::{Picture, Point, Side};
/// let up = Side::linear("speed-up", 2.5);
/// let svg = Picture::new("Pi on several workers", Side::whole("workers", 1..=3), up)
///     .line("measured", [Point::of(1.0, 1.0), Point::within(2.0, 1.9, (1.8, 1.95))])
///     .dashed("a core for each", [(1.0, 1.0), (2.5, 2.5)])
///     .svg();
/// assert!(svg.starts_with("<svg") && svg.contains("a core for each"));
/// ```
#[derive(Debug, Clone)]
pub struct Picture {
    title: String,
    x: Side,
    y: Side,
    lines: Vec<Line>,
}

/// An axis and its name, with the unit in it.
#[derive(Debug, Clone)]
pub struct Side {
    name: String,
    axis: Axis,
}

/// A measured point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    x: f64,
    y: f64,
    ends: Option<(f64, f64)>,
}

#[derive(Debug, Clone)]
struct Line {
    name: String,
    points: Vec<Point>,
    is_dashed: bool,
}

impl Point {
    /// A point whose interval is not known.
    pub fn of(x: f64, y: f64) -> Point {
        Point { x, y, ends: None }
    }

    /// A point and the ends of the interval of `y`.
    pub fn within(x: f64, y: f64, ends: (f64, f64)) -> Point {
        Point { x, y, ends: Some(ends) }
    }
}

impl Side {
    /// Whole numbers, each with a tick: workers, rounds.
    pub fn whole(name: &str, numbers: std::ops::RangeInclusive<u32>) -> Side {
        let range = f64::from(*numbers.start()) - 0.5..f64::from(*numbers.end()) + 0.5;
        let ticks = numbers.map(|n| (f64::from(n), n.to_string())).collect();
        Side { name: name.to_owned(), axis: Axis { range, log: false, ticks } }
    }

    /// From 0 to `top`, or a little more.
    pub fn linear(name: &str, top: f64) -> Side {
        let top = if top.is_finite() && top > 0.0 { top } else { 1.0 };
        let step = step(top / 6.0);
        let ticks = (0..).map(|i| f64::from(i) * step).take_while(|at| *at <= 1.05 * top);
        let ticks = ticks.map(|at| (at, tick(at))).collect();
        Side { name: name.to_owned(), axis: Axis { range: 0.0..1.05 * top, log: false, ticks } }
    }

    /// A logarithmic axis around `values`, whose ticks are written by `label`.
    pub fn log(
        name: &str,
        values: impl Iterator<Item = f64>,
        label: impl Fn(f64) -> String,
    ) -> Side {
        let range = around(values, 1.3).unwrap_or(1.0..10.0);
        let ticks = decades(&range, label);
        Side { name: name.to_owned(), axis: Axis { range, log: true, ticks } }
    }
}

/// The smallest of 1, 2, 5, 10, 20, .. times a power of ten that is not below `least`.
fn step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|n| n * power)
        .into_iter()
        .find(|step| *step >= least)
        .unwrap_or(least)
}

const WIDTH: u32 = 760;
const PANEL: u32 = 400;
const LEFT: i32 = 62;
/// Free space at the left and below.
const EDGE: i32 = 10;
/// Pixels of a row of the legend, of its stroke with the space around, and of a letter, roughly.
const ROW: i32 = 22;
const STROKE: i32 = 40;
const LETTER: i32 = 8;
/// A line of more points has no marks.
const MARKED: usize = 40;

impl Picture {
    /// Axes without a line.
    pub fn new(title: &str, x: Side, y: Side) -> Picture {
        Picture { title: title.to_owned(), x, y, lines: Vec::new() }
    }

    /// With one more line of measured points. A hollow mark says that there is no interval.
    pub fn line(self, name: &str, points: impl IntoIterator<Item = Point>) -> Picture {
        self.with(name, points.into_iter().collect(), false)
    }

    /// With one more line that is no measurement: a limit, a model.
    pub fn dashed(self, name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Picture {
        self.with(name, points.into_iter().map(|(x, y)| Point::of(x, y)).collect(), true)
    }

    fn with(mut self, name: &str, points: Vec<Point>, is_dashed: bool) -> Picture {
        self.lines.push(Line { name: name.to_owned(), points, is_dashed });
        self
    }

    /// The picture as a file, in light and dark.
    pub fn svg(&self) -> String {
        file(self.size(), &self.title, &self.in_words(), |canvas| self.paint(canvas))
    }

    /// The picture within a page that has the styles of the report.
    pub(super) fn inline(&self) -> String {
        svg(self.size(), &self.title, &self.in_words(), |canvas| self.paint(canvas))
    }

    fn size(&self) -> (u32, u32) {
        (WIDTH, PANEL + self.top() + EDGE as u32)
    }

    /// What title and legend take.
    fn top(&self) -> u32 {
        let rows = 1 + self.legend().last().map_or(0, |(_, row)| *row);
        (44 + ROW * rows) as u32
    }

    /// Where the name of each line stands: pixels from the left, and the row.
    fn legend(&self) -> Vec<(i32, i32)> {
        let (mut x, mut row) = (LEFT, 0);
        let mut places = Vec::new();
        for line in &self.lines {
            let room = STROKE + LETTER * line.name.chars().count() as i32;
            if x > LEFT && x + room > WIDTH as i32 - EDGE {
                (x, row) = (LEFT, row + 1);
            }
            places.push((x, row));
            x += room;
        }
        places
    }

    fn paint(&self, canvas: &Canvas<'_>) -> Result<(), Failure> {
        let canvas = &canvas.margin(0, EDGE, EDGE, 0);
        canvas.draw(&Text::new(self.title.clone(), (LEFT, 14), letters(18)))?;
        for (i, (line, (x, row))) in self.lines.iter().zip(self.legend()).enumerate() {
            let y = 44 + ROW * row;
            match line.points.len() {
                1 => mark(canvas, ink(i, line), (x + 11, y + 7), line.points[0].ends.is_none())?,
                _ => {
                    stroke(canvas, vec![(x, y + 7), (x + 22, y + 7)], ink(i, line), line.is_dashed)?
                }
            }
            canvas.draw(&Text::new(line.name.clone(), (x + 28, y), letters(15)))?;
        }
        let margins = Margins { left: LEFT as u32, bottom: 48, top: self.top() };
        let (x, y) = (self.x.axis.clone(), self.y.axis.clone());
        let panel = panel(canvas, margins, (x, &self.x.name), (y, &self.y.name))?;
        self.lines.iter().enumerate().try_for_each(|(i, line)| draw(&panel, line, ink(i, line)))
    }

    /// For those who cannot see it.
    fn in_words(&self) -> String {
        let at = |point: &Point| format!("{} at {}", tick(point.y), tick(point.x));
        let ends = self.lines.iter().map(|line| {
            let ends = line.points.first().into_iter().chain(line.points.last());
            format!("{}: {}", line.name, ends.map(at).collect::<Vec<_>>().join(", "))
        });
        let ends: Vec<String> = ends.collect();
        format!("{} against {}. {}.", self.y.name, self.x.name, ends.join("; "))
    }
}

fn ink(index: usize, line: &Line) -> Ink {
    if line.is_dashed { Ink::Reference } else { Ink::Series(index) }
}

fn draw(panel: &Panel<'_, '_>, line: &Line, ink: Ink) -> Result<(), Failure> {
    let area = panel.plotting_area();
    let within = |range: Range<f64>, value: f64| value.clamp(range.start, range.end);
    let place = |x, y| (within(panel.x_range(), x), within(panel.y_range(), y));
    let points: Vec<(f64, f64)> = line.points.iter().map(|p| place(p.x, p.y)).collect();
    stroke(area, points, ink, line.is_dashed)?;
    if line.is_dashed || line.points.len() > MARKED {
        return Ok(());
    }
    for point in &line.points {
        if let Some((low, high)) = point.ends {
            let ends = vec![place(point.x, low), place(point.x, high)];
            area.draw(&PathElement::new(ends, ink.color().stroke_width(2)))?;
        }
        mark(area, ink, place(point.x, point.y), point.ends.is_none())?;
    }
    Ok(())
}

/// A line on a canvas, in pixels or in the numbers of its axes.
fn stroke<X: Clone + 'static, Y: Clone + 'static, C>(
    area: &DrawingArea<SVGBackend<'_>, C>,
    points: Vec<(X, Y)>,
    ink: Ink,
    is_dashed: bool,
) -> Result<(), Failure>
where
    C: CoordTranslate<From = (X, Y)>,
{
    let style = ink.color().stroke_width(2);
    match is_dashed {
        true => area.draw(&DashedPathElement::new(points, 6, 5, style)),
        false => area.draw(&PathElement::new(points, style)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_whole_and_numbers_from_zero_have_round_ticks() {
        let labels = |side: Side| -> Vec<String> {
            side.axis.ticks.into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(Side::whole("workers", 1..=4)), ["1", "2", "3", "4"]);
        for (top, last) in [(2.3, "2"), (78.0, "80"), (0.4, "0.4")] {
            let labels = labels(Side::linear("", top));
            assert_eq!((labels[0].as_str(), labels.last().unwrap().as_str()), ("0", last));
            assert!((3..=8).contains(&labels.len()), "{labels:?}");
        }
        assert_eq!(labels(Side::linear("", 0.0))[0], "0");
    }

    #[test]
    fn names_that_do_not_fit_beside_each_other_stand_below() {
        let name = "a name of some length for a line";
        let picture = (0..5).fold(
            Picture::new("title", Side::whole("n", 1..=2), Side::linear("y", 1.0)),
            |picture, i| picture.line(&format!("{name} {i}"), [Point::of(1.0, 0.5)]),
        );
        let rows: Vec<i32> = picture.legend().into_iter().map(|(_, row)| row).collect();
        assert_eq!(rows, [0, 0, 1, 1, 2]);
        let svg = picture.svg();
        assert_eq!(svg.matches(name).count(), 2 * 5, "in the legend and in words: {svg}");
    }
}
