//! Plots as inline SVG: axes with chosen ticks, and colours that follow the page's theme.
//!
//! plotters knows colours by value only, so each role gets a value that nothing else has, which is
//! replaced by a class afterwards; the style sheet gives the classes a colour for light, dark and
//! paper.

use super::html::escape;
use super::series::Series;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use std::ops::Range;

/// What colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Text,
    Grid,
    Rule,
    Series(Series),
}

impl Ink {
    /// Its number in the style sheet: `f0` fills with the first ink, `k0` strokes with it.
    pub(super) fn index(self) -> u8 {
        match self {
            Ink::Text => 0,
            Ink::Grid => 1,
            Ink::Rule => 2,
            Ink::Series(series) => 3 + series.colour() as u8,
        }
    }

    /// How many the style sheet has: three roles, the colours of variants, that of the lowest level.
    const COUNT: u8 = 9;

    /// The value that stands for it while plotters draws.
    pub(super) fn color(self) -> RGBColor {
        Ink::value(self.index())
    }

    fn value(index: u8) -> RGBColor {
        RGBColor(0xAB, 0x12, index)
    }
}

/// An axis with exactly these ticks.
#[derive(Debug, Clone)]
pub(in crate::harness) struct Axis {
    pub(in crate::harness) range: Range<f64>,
    pub(in crate::harness) log: bool,
    pub(in crate::harness) ticks: Vec<(f64, String)>,
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

/// Ticks at 1, 2 and 5 times powers of ten, or at powers of ten alone over a wide range.
pub(in crate::harness) fn decades(
    range: &Range<f64>,
    label: impl Fn(f64) -> String,
) -> Vec<(f64, String)> {
    let wide = range.end / range.start > 500.0;
    let steps: &[f64] = if wide { &[1.0] } else { &[1.0, 2.0, 5.0] };
    let exponents = range.start.log10().floor() as i32..=range.end.log10().ceil() as i32;
    let all = exponents.flat_map(|e| steps.iter().map(move |step| step * 10f64.powi(e)));
    all.filter(|tick| range.contains(tick)).map(|tick| (tick, label(tick))).collect()
}

/// Ticks at powers of two.
pub(super) fn doublings(range: &Range<f64>, label: impl Fn(f64) -> String) -> Vec<(f64, String)> {
    let exponents = range.start.log2().floor() as i32..=range.end.log2().ceil() as i32;
    // Not more of them than have room.
    let step = (exponents.clone().count() / 7 + 1) as i32;
    let all = exponents.filter(|e| e % step == 0).map(|e| 2f64.powi(e));
    all.filter(|tick| range.contains(tick)).map(|tick| (tick, label(tick))).collect()
}

/// The smallest range that holds all values, and a little more, for a logarithmic axis.
pub(in crate::harness) fn around(
    values: impl Iterator<Item = f64>,
    more: f64,
) -> Option<Range<f64>> {
    let (low, high) = values
        .filter(|value| value.is_finite() && *value > 0.0)
        .fold((f64::INFINITY, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
    (high > 0.0).then(|| low / more..high * more)
}

/// A canvas, and a panel of it with its two axes.
pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Panel<'c, 'a> = ChartContext<'c, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;
/// What plotters reports; on a string it has nothing to report.
pub(super) type Failure = DrawingAreaErrorKind<std::io::Error>;

/// Text in a plot.
pub(super) fn letters(ink: Ink, size: i32) -> TextStyle<'static> {
    let mut style = TextStyle::from(("sans-serif", size).into_font());
    style.color = ink.color().to_backend_color();
    style
}

/// Room for the labels left of and below a panel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Margins {
    pub(super) left: u32,
    pub(super) bottom: u32,
    pub(super) top: u32,
}

/// A panel with its mesh drawn and its axes named.
pub(super) fn panel<'c, 'a>(
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
        .label_style(letters(Ink::Text, 15))
        .axis_desc_style(letters(Ink::Text, 15));
    if !x_name.is_empty() {
        mesh.x_desc(x_name);
    }
    if !y_name.is_empty() {
        mesh.y_desc(y_name);
    }
    mesh.draw()?;
    Ok(panel)
}

/// An SVG element drawn by `paint`, with a title and a description for those who cannot see it.
pub(super) fn svg(
    size: (u32, u32),
    title: &str,
    description: &str,
    paint: impl FnOnce(&Canvas<'_>) -> Result<(), Failure>,
) -> String {
    let mut markup = String::new();
    let canvas = SVGBackend::with_string(&mut markup, size).into_drawing_area();
    let drawn = paint(&canvas).and_then(|()| canvas.present());
    drop(canvas);
    if let Err(why) = drawn {
        return format!("<p>{}</p>", escape(&format!("{title} could not be drawn: {why}")));
    }
    themed(&markup, size, title, description)
}

/// Inline SVG needs no namespace, gets a name, and its inks become classes.
fn themed(markup: &str, (width, height): (u32, u32), title: &str, description: &str) -> String {
    let inside = markup.split_once('>').map_or("", |(_, inside)| inside);
    let mut themed = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\n\
         <title>{}</title><desc>{}</desc>\n{inside}",
        escape(title),
        escape(title),
        escape(description),
    );
    for i in 0..Ink::COUNT {
        let RGBColor(r, g, b) = Ink::value(i);
        for (attribute, class) in [("fill", 'f'), ("stroke", 'k')] {
            let value = format!("{attribute}=\"#{r:02X}{g:02X}{b:02X}\"");
            themed = themed.replace(&value, &format!("class=\"{class}{i}\""));
        }
    }
    themed
}
