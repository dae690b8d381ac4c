//! Plots as inline SVG: axes with chosen ticks, and colours that follow the page's theme.
//!
//! plotters knows colours by value only, so each role gets a value that nothing else has, which is
//! replaced by a class afterwards; [`STYLE`] gives the classes a colour for light, dark and paper.

use crate::format::short;
use crate::html::escape;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use std::ops::Range;

/// The colours of plots, legends and bars, for the style sheet of a page that says what `--ink` and
/// `--mesh` are.
pub const STYLE: &str = include_str!("plot/style.css");

/// More series than this share their colours; with the shapes that makes 40 that differ.
const HUES: usize = 8;

/// What colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Letters.
    Text,
    /// The mesh.
    Grid,
    /// Axes and levels.
    Rule,
    /// A line that is none of the numbered ones.
    Reference,
    /// The lines of a plot, numbered throughout the page.
    Series(usize),
}

impl Ink {
    fn all() -> impl Iterator<Item = Ink> {
        let roles = [Ink::Text, Ink::Grid, Ink::Rule, Ink::Reference];
        roles.into_iter().chain((0..HUES).map(Ink::Series))
    }

    /// Its number in the style sheet: `f0` fills with the first ink, `k0` strokes with it, and in `h0`
    /// it is the variable `--hue`.
    pub fn index(self) -> u8 {
        match self {
            Ink::Text => 0,
            Ink::Grid => 1,
            Ink::Rule => 2,
            Ink::Series(series) => 3 + (series % HUES) as u8,
            Ink::Reference => 3 + HUES as u8,
        }
    }

    /// The value that stands for it while plotters draws.
    pub fn color(self) -> RGBColor {
        RGBColor(0xAB, 0x12, self.index())
    }

    /// The outline of its mark, in tenths of a pixel around the centre.
    fn shape(self) -> &'static [(i32, i32)] {
        match self {
            Ink::Series(series) => SHAPES[series % SHAPES.len()],
            _ => CROSS,
        }
    }
}

const SHAPES: [&[(i32, i32)]; 5] = [
    &[(-50, 0), (-35, -35), (0, -50), (35, -35), (50, 0), (35, 35), (0, 50), (-35, 35)],
    &[(-50, -50), (50, -50), (50, 50), (-50, 50)],
    &[(0, -60), (60, 50), (-60, 50)],
    &[(0, -70), (70, 0), (0, 70), (-70, 0)],
    &[(-60, -50), (60, -50), (0, 60)],
];

const CROSS: &[(i32, i32)] = &[
    (-60, -40),
    (-40, -60),
    (0, -20),
    (40, -60),
    (60, -40),
    (20, 0),
    (60, 40),
    (40, 60),
    (0, 20),
    (-40, 60),
    (-60, 40),
    (-20, 0),
];

/// An axis with exactly these ticks.
#[derive(Debug, Clone)]
pub struct Axis {
    /// From where to where.
    pub range: Range<f64>,
    /// Whether it is logarithmic.
    pub log: bool,
    /// Where there are ticks, and what they say.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    fn place(&self, value: f64) -> f64 {
        if self.log { value.max(f64::MIN_POSITIVE).ln() } else { value }
    }
}

impl Ranged for Axis {
    type FormatOption = plotters::coord::ranged1d::NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let (from, to) = (self.place(self.range.start), self.place(self.range.end));
        let linear = RangedCoordf64::from(from..to);
        linear.map(&self.place(*value), limit)
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

/// Ticks at powers of ten over a wide range, or else at 1, 2 and 5 times those; closer ones where there
/// would be fewer than three.
pub fn decades(range: &Range<f64>, label: impl Fn(f64) -> String) -> Vec<(f64, String)> {
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
    let is_wide = range.end / range.start > 500.0;
    let found = candidates[usize::from(!is_wide)..].iter().map(|steps| all(steps));
    let found = found.into_iter().find(|ticks| ticks.len() > 2).unwrap_or_else(|| {
        let ticks = all(&close);
        let step = ticks.len().div_ceil(6).max(1);
        ticks.into_iter().step_by(step).collect()
    });
    found.into_iter().map(|tick| (tick, label(tick))).collect()
}

/// A tick at every size that was timed, or at some of them when they are many.
pub fn size_ticks(sizes: impl Iterator<Item = u64>) -> Vec<(f64, String)> {
    let mut sizes: Vec<u64> = sizes.filter(|n| *n > 0).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let step = sizes.len().div_ceil(8).max(1);
    sizes.iter().step_by(step).map(|n| (*n as f64, short(*n))).collect()
}

/// The smallest range that holds all values, and a little more, for a logarithmic axis.
pub fn around(values: impl Iterator<Item = f64>, more: f64) -> Option<Range<f64>> {
    let (low, high) = values
        .filter(|value| value.is_finite() && *value > 0.0)
        .fold((f64::INFINITY, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
    (high > 0.0).then(|| low / more..high * more)
}

/// A canvas.
pub type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// A panel of it with its two axes.
pub type Panel<'c, 'a> = ChartContext<'c, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;
/// What plotters reports; on a string it has nothing to report.
pub type Failure = DrawingAreaErrorKind<std::io::Error>;

/// Text in a plot.
pub fn letters(size: i32) -> TextStyle<'static> {
    let mut style = TextStyle::from(("sans-serif", size).into_font());
    style.color = Ink::Text.color().to_backend_color();
    style
}

/// Room for the labels left of, below and above a panel.
#[derive(Debug, Clone, Copy)]
pub struct Margins {
    /// For the labels of the vertical axis.
    pub left: u32,
    /// For those of the horizontal one.
    pub bottom: u32,
    /// For what stands above.
    pub top: u32,
}

/// A panel with its mesh drawn and its axes named.
///
/// # Errors
/// What plotters reports.
pub fn panel<'c, 'a>(
    canvas: &'c Canvas<'a>,
    margins: Margins,
    (x, x_name): (Axis, &str),
    (y, y_name): (Axis, &str),
) -> Result<Panel<'c, 'a>, Failure> {
    let mut panel = ChartBuilder::on(canvas)
        .margin_right(16)
        .margin_top(margins.top)
        .x_label_area_size(margins.bottom)
        .y_label_area_size(margins.left)
        .build_cartesian_2d(x, y)?;
    let many = 99;
    let mut mesh = panel.configure_mesh();
    mesh.x_labels(many)
        .y_labels(many)
        .bold_line_style(Ink::Grid.color())
        .light_line_style(TRANSPARENT)
        .axis_style(Ink::Rule.color())
        .label_style(letters(15))
        .axis_desc_style(letters(15));
    if !x_name.is_empty() {
        mesh.x_desc(x_name);
    }
    if !y_name.is_empty() {
        mesh.y_desc(y_name);
    }
    mesh.draw()?;
    Ok(panel)
}

/// Draws the mark of a line at a point of an area; a hollow one says that there is no interval.
///
/// # Errors
/// What plotters reports.
pub fn mark<X: Clone + 'static, Y: Clone + 'static, C>(
    area: &DrawingArea<SVGBackend<'_>, C>,
    ink: Ink,
    at: (X, Y),
    is_hollow: bool,
) -> Result<(), Failure>
where
    C: CoordTranslate<From = (X, Y)>,
{
    let mut outline: Vec<(i32, i32)> = ink.shape().iter().map(|(x, y)| (x / 10, y / 10)).collect();
    let here = EmptyElement::at(at);
    if !is_hollow {
        return area.draw(&(here + Polygon::new(outline, ink.color().filled())));
    }
    outline.extend(outline.first().copied());
    area.draw(&(here + PathElement::new(outline, ink.color().stroke_width(2))))
}

/// The same mark for a legend.
pub fn glyph(ink: Ink) -> String {
    let place = |tenths: &i32| 8.0 + f64::from(*tenths) / 10.0;
    let points = ink.shape().iter().map(|(x, y)| format!("{},{}", place(x), place(y)));
    format!(
        "<svg class=\"glyph\" viewBox=\"0 0 16 16\" width=\"14\" height=\"14\" aria-hidden=\"true\">\
         <polygon class=\"f{}\" points=\"{}\"/></svg>",
        ink.index(),
        points.collect::<Vec<_>>().join(" ")
    )
}

/// Draws a band between the lower and the upper ends, which are given from left to right.
///
/// # Errors
/// What plotters reports.
pub fn band(panel: &mut Panel<'_, '_>, ink: Ink, ends: &[(f64, f64, f64)]) -> Result<(), Failure> {
    let low = ends.iter().map(|(x, low, _)| (*x, *low));
    let high = ends.iter().rev().map(|(x, _, high)| (*x, *high));
    let outline: Vec<(f64, f64)> = low.chain(high).collect();
    panel.draw_series([Polygon::new(outline, ink.color().mix(0.2).filled())]).map(drop)
}

/// An SVG element drawn by `paint`, with a title and a description for those who cannot see it.
pub fn svg(
    size: (u32, u32),
    title: &str,
    description: &str,
    paint: impl FnOnce(&Canvas<'_>) -> Result<(), Failure>,
) -> String {
    let mut markup = String::new();
    let canvas = SVGBackend::with_string(&mut markup, size).into_drawing_area();
    let drawn = paint(&canvas).and_then(|()| canvas.present());
    drop(canvas);
    match drawn {
        Ok(()) => themed(&markup, size, title, description),
        // A plot that fails costs only itself.
        Err(why) => format!("<p>{}</p>", escape(&format!("{title} could not be drawn: {why}"))),
    }
}

/// What a page says of itself, for a picture that stands alone.
const ALONE: &str = "\
:root { --ink: #1d2126; --mesh: #e4e7e3; --paper: #ffffff; font-family: sans-serif; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e7e9ea; --mesh: #2f353b; --paper: #1b1f23; } }
svg.plot { width: auto; max-width: 100%; }
.paper { fill: var(--paper); }
";

/// As [`svg`], as a file of its own, in light and dark.
pub fn file(
    size: (u32, u32),
    title: &str,
    description: &str,
    paint: impl FnOnce(&Canvas<'_>) -> Result<(), Failure>,
) -> String {
    // The name of the vertical axis stands at the very edge, and some fonts are larger.
    let inline = svg(size, title, description, |canvas| paint(&canvas.margin(0, 0, 8, 0)));
    let (width, height) = size;
    let head =
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\"");
    let Some((attributes, inside)) =
        inline.strip_prefix("<svg").and_then(|rest| rest.split_once('>'))
    else {
        return format!("{head}><desc>{}</desc></svg>\n", escape(title));
    };
    format!(
        "{head}{attributes}>\n<style>\n{STYLE}{ALONE}</style>\n\
         <rect class=\"paper\" width=\"100%\" height=\"100%\"/>{inside}"
    )
}

/// Inline SVG needs no namespace, gets a name, and its inks become classes.
fn themed(markup: &str, (width, height): (u32, u32), title: &str, description: &str) -> String {
    let inside = markup.split_once('>').map_or("", |(_, inside)| inside);
    let (title, description) = (escape(title), escape(description));
    let mut themed = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n\
         <title>{title}</title><desc>{description}</desc>\n{inside}",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_has_ticks_and_not_too_many() {
        for range in [0.9..1.1, 0.99..1.01, 1.0..4.0, 0.05..500.0, 0.1..49.0, 1e-4..1e9, 0.3..0.31]
        {
            let ticks = decades(&range, crate::format::tick);
            assert!((2..=16).contains(&ticks.len()), "{range:?}: {ticks:?}");
        }
    }

    #[test]
    fn a_file_has_a_namespace_a_size_and_its_own_colours() {
        let file = file((200, 100), "a < b", "two", |canvas| {
            canvas.draw(&Text::new("words", (10, 10), letters(15)))
        });
        assert!(
            file.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\""),
            "{file}"
        );
        for part in ["<title>a &lt; b</title>", "--ink: #1d2126", "class=\"f0\"", "words"] {
            assert!(file.contains(part), "{part}: {file}");
        }
        assert!(file.trim_end().ends_with("</svg>"), "{file}");
    }

    #[test]
    fn every_ink_has_a_number_of_its_own_and_a_colour_in_the_style_sheet() {
        let mut numbers: Vec<u8> = Ink::all().map(Ink::index).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..numbers.len() as u8).collect::<Vec<_>>());
        for class in numbers.iter().flat_map(|i| [format!(".f{i} "), format!(".k{i} ")]) {
            assert!(STYLE.contains(&class), "{class}");
        }
        assert_eq!(Ink::Series(HUES).color(), Ink::Series(0).color());
        assert_ne!(Ink::Series(HUES).shape(), Ink::Series(0).shape());
    }
}
