//! Plots as inline SVG: logarithmic axes with chosen ticks, and colours that follow the page's theme.
//!
//! plotters knows colours by value only, so each role gets a value that nothing else has, which is
//! replaced by a class afterwards; the style sheet gives the classes a colour for light, dark and paper.

use crate::html::escape;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use std::ops::Range;

/// How large a plot is before the page scales it.
const SIZE: (u32, u32) = (450, 310);
/// More series than this share their colours; with the shapes that makes 40 that differ.
pub(super) const HUES: usize = 8;
const SHAPES: usize = 5;

/// A measured number, with the ends of its interval if it has one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) n: f64,
    pub(super) value: f64,
    pub(super) ends: Option<(f64, f64)>,
}

/// The points of one variant.
pub(super) struct Series<'p> {
    /// Decides colour and shape.
    pub(super) index: usize,
    pub(super) name: &'p str,
    pub(super) points: Vec<Point>,
}

/// What a plot shows.
pub(super) struct Plot<'p> {
    pub(super) title: String,
    pub(super) y_name: &'p str,
    pub(super) series: Vec<Series<'p>>,
    /// A level that is drawn as a line.
    pub(super) rule: Option<f64>,
    pub(super) tick: fn(f64) -> String,
}

/// What colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ink {
    Text,
    Grid,
    Rule,
    Series(usize),
}

impl Ink {
    fn all() -> impl Iterator<Item = Ink> {
        [Ink::Text, Ink::Grid, Ink::Rule].into_iter().chain((0..HUES).map(Ink::Series))
    }

    /// Its number in the style sheet: `f0` fills with the first ink, `k0` strokes with it.
    fn index(self) -> u8 {
        Ink::all().position(|ink| ink == self).unwrap_or(0) as u8
    }

    /// The value that stands for it while plotters draws.
    fn color(self) -> RGBColor {
        RGBColor(0xAB, 0x12, self.index())
    }
}

fn ink(series: usize) -> Ink {
    Ink::Series(series % HUES)
}

/// A logarithmic axis with exactly these ticks.
#[derive(Debug, Clone)]
struct Axis {
    range: Range<f64>,
    ticks: Vec<(f64, String)>,
}

impl Ranged for Axis {
    type FormatOption = plotters::coord::ranged1d::NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let place = |value: f64| value.max(f64::MIN_POSITIVE).ln();
        let linear = RangedCoordf64::from(place(self.range.start)..place(self.range.end));
        linear.map(&place(*value), limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|(value, _)| *value).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.iter().find(|(tick, _)| tick == value);
        tick.map(|(_, label)| label.clone()).unwrap_or_default()
    }
}

/// Ticks at 1, 2 and 5 times powers of ten, or at powers of ten alone over a wide range; closer ones
/// where there would be fewer than two.
fn decades(range: &Range<f64>, label: impl Fn(f64) -> String) -> Vec<(f64, String)> {
    let all = |steps: &[f64]| -> Vec<f64> {
        let exponents = range.start.log10().floor() as i32..=range.end.log10().ceil() as i32;
        let exact =
            |e: i32, step: f64| if e < 0 { step / 10f64.powi(-e) } else { step * 10f64.powi(e) };
        let ticks = exponents.flat_map(|e| steps.iter().map(move |step| exact(e, *step)));
        ticks.filter(|tick| range.contains(tick)).collect()
    };
    let close: Vec<f64> = (100..1000).map(|i| f64::from(i) / 100.0).collect();
    let candidates =
        [&[1.0][..], &[1.0, 2.0, 5.0], &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0]];
    let found = candidates.iter().map(|steps| all(steps)).find(|ticks| ticks.len() > 2);
    let found = found.unwrap_or_else(|| {
        let ticks = all(&close);
        let step = ticks.len().div_ceil(6).max(1);
        ticks.into_iter().step_by(step).collect()
    });
    found.into_iter().map(|tick| (tick, label(tick))).collect()
}

/// The smallest range that holds all values, and a little more.
fn around(values: impl Iterator<Item = f64>, more: f64) -> Option<Range<f64>> {
    let (low, high) = values
        .filter(|value| value.is_finite() && *value > 0.0)
        .fold((f64::INFINITY, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
    (high > 0.0).then(|| low / more..high * more)
}

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Panel<'c, 'a> = ChartContext<'c, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;
type Failure = DrawingAreaErrorKind<std::io::Error>;

fn letters(size: i32) -> TextStyle<'static> {
    let mut style = TextStyle::from(("sans-serif", size).into_font());
    style.color = Ink::Text.color().to_backend_color();
    style
}

/// The plot; none when there is no point that a logarithmic axis can show.
pub(super) fn svg(plot: &Plot<'_>) -> Option<String> {
    let points = || plot.series.iter().flat_map(|series| &series.points);
    let x = around(points().map(|point| point.n), 1.3)?;
    let ends = points().flat_map(|point| {
        let (low, high) = point.ends.unwrap_or((point.value, point.value));
        [low, high, point.value]
    });
    let y = around(ends.chain(plot.rule), 1.08)?;
    let x = Axis { ticks: size_ticks(&plot.series), range: x };
    let y = Axis { ticks: decades(&y, plot.tick), range: y };
    let mut markup = String::new();
    let canvas = SVGBackend::with_string(&mut markup, SIZE).into_drawing_area();
    let drawn = paint(&canvas, plot, x, y).and_then(|()| canvas.present());
    drop(canvas);
    Some(match drawn {
        Ok(()) => themed(&markup, plot),
        // A plot that fails costs only itself.
        Err(why) => {
            format!("<p>{}</p>", escape(&format!("{} could not be drawn: {why}", plot.title)))
        }
    })
}

/// A tick at every size that was timed, or at some of them when they are many.
fn size_ticks(series: &[Series<'_>]) -> Vec<(f64, String)> {
    let mut sizes: Vec<u64> = series
        .iter()
        .flat_map(|s| &s.points)
        .map(|point| point.n as u64)
        .filter(|n| *n > 0)
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    let step = sizes.len().div_ceil(7).max(1);
    sizes.iter().step_by(step).map(|n| (*n as f64, crate::format::short(*n))).collect()
}

fn paint(canvas: &Canvas<'_>, plot: &Plot<'_>, x: Axis, y: Axis) -> Result<(), Failure> {
    let (left, right) = (x.range.start, x.range.end);
    let mut panel = ChartBuilder::on(canvas)
        .margin_right(14)
        .margin_top(12)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(x, y)?;
    panel
        .configure_mesh()
        .x_labels(99)
        .y_labels(99)
        .bold_line_style(Ink::Grid.color())
        .light_line_style(TRANSPARENT)
        .axis_style(Ink::Rule.color())
        .label_style(letters(15))
        .axis_desc_style(letters(15))
        .x_desc("n")
        .y_desc(plot.y_name)
        .draw()?;
    if let Some(level) = plot.rule {
        let rule = [(left, level), (right, level)];
        panel.draw_series(LineSeries::new(rule, Ink::Rule.color().stroke_width(2)))?;
    }
    plot.series.iter().try_for_each(|series| line(&mut panel, series))
}

fn line(panel: &mut Panel<'_, '_>, series: &Series<'_>) -> Result<(), Failure> {
    let color = ink(series.index).color();
    let points = series.points.iter().map(|point| (point.n, point.value));
    panel.draw_series(LineSeries::new(points, color.stroke_width(2)))?;
    let area = panel.plotting_area();
    for point in &series.points {
        if let Some((low, high)) = point.ends {
            let bar = vec![(point.n, low), (point.n, high)];
            area.draw(&PathElement::new(bar, color.stroke_width(2)))?;
            for end in [low, high] {
                let cap = PathElement::new(vec![(-4, 0), (4, 0)], color.stroke_width(2));
                area.draw(&(EmptyElement::at((point.n, end)) + cap))?;
            }
        }
        let at = (point.n, point.value);
        let outline: Vec<(i32, i32)> =
            shape(series.index).iter().map(|(x, y)| (x / 10, y / 10)).collect();
        // Hollow where there is no interval.
        if point.ends.is_some() {
            area.draw(&(EmptyElement::at(at) + Polygon::new(outline, color.filled())))?;
        } else {
            let closed = outline.iter().chain(outline.first()).copied().collect::<Vec<_>>();
            area.draw(&(EmptyElement::at(at) + PathElement::new(closed, color.stroke_width(2))))?;
        }
    }
    Ok(())
}

/// The outline of a series' mark, in tenths of a pixel around its centre.
fn shape(series: usize) -> &'static [(i32, i32)] {
    match series % SHAPES {
        0 => &[(-50, 0), (-35, -35), (0, -50), (35, -35), (50, 0), (35, 35), (0, 50), (-35, 35)],
        1 => &[(-50, -50), (50, -50), (50, 50), (-50, 50)],
        2 => &[(0, -60), (60, 50), (-60, 50)],
        3 => &[(0, -70), (70, 0), (0, 70), (-70, 0)],
        _ => &[(-60, -50), (60, -50), (0, 60)],
    }
}

/// The same shape for a legend.
pub(super) fn glyph(series: usize) -> String {
    let points: Vec<String> = shape(series)
        .iter()
        .map(|(x, y)| format!("{},{}", 8.0 + f64::from(*x) / 10.0, 8.0 + f64::from(*y) / 10.0))
        .collect();
    format!(
        "<svg class=\"glyph\" viewBox=\"0 0 16 16\" width=\"14\" height=\"14\" aria-hidden=\"true\">\
         <polygon class=\"f{}\" points=\"{}\"/></svg>",
        ink(series).index(),
        points.join(" ")
    )
}

/// Inline SVG needs no namespace, gets a name, and its inks become classes.
fn themed(markup: &str, plot: &Plot<'_>) -> String {
    let inside = markup.split_once('>').map_or("", |(_, inside)| inside);
    let title = escape(&plot.title);
    let mut themed = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\
         <desc>{}</desc>\n{inside}",
        SIZE.0,
        SIZE.1,
        escape(&in_words(plot)),
    );
    for ink in Ink::all() {
        let RGBColor(r, g, b) = ink.color();
        for (attribute, class) in [("fill", 'f'), ("stroke", 'k')] {
            let value = format!("{attribute}=\"#{r:02X}{g:02X}{b:02X}\"");
            themed = themed.replace(&value, &format!("class=\"{class}{}\"", ink.index()));
        }
    }
    themed
}

/// For those who cannot see it.
fn in_words(plot: &Plot<'_>) -> String {
    let at = |point: &Point| format!("{} at n = {}", (plot.tick)(point.value), point.n);
    let ends = plot.series.iter().map(|series| {
        let ends = series.points.first().into_iter().chain(series.points.last());
        format!("{}: {}", series.name, ends.map(at).collect::<Vec<_>>().join(", "))
    });
    format!("At the smallest and the largest n. {}.", ends.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_has_ticks_and_not_too_many() {
        for range in [0.9..1.1, 0.99..1.01, 1.0..4.0, 0.05..500.0, 1e-4..1e9, 0.3..0.31] {
            let ticks = decades(&range, crate::format::tick);
            assert!((2..=16).contains(&ticks.len()), "{range:?}: {ticks:?}");
        }
    }
}
