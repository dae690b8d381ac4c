//! The plots of one group: numbers against n, with their intervals.

use crate::plot::{
    Axis, Canvas, Failure, Ink, Margins, Panel, around, decades, mark, panel, size_ticks,
};
use plotters::prelude::*;

/// How large a plot is before the page scales it.
const SIZE: (u32, u32) = (450, 310);

/// A measured number, with the ends of its interval if it has one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) n: f64,
    pub(crate) value: f64,
    pub(crate) ends: Option<(f64, f64)>,
}

/// The points of one variant.
pub(crate) struct Series<'p> {
    /// Decides colour and shape.
    pub(crate) index: usize,
    pub(crate) name: &'p str,
    pub(crate) points: Vec<Point>,
}

/// What a plot shows.
pub(crate) struct Plot<'p> {
    pub(crate) title: String,
    pub(crate) y_name: &'p str,
    pub(crate) series: Vec<Series<'p>>,
    /// A level that is drawn as a line.
    pub(crate) rule: Option<f64>,
    pub(crate) tick: fn(f64) -> String,
}

/// The plot; none when there is no point that a logarithmic axis can show.
pub(crate) fn svg(plot: &Plot<'_>) -> Option<String> {
    let points = || plot.series.iter().flat_map(|series| &series.points);
    let x = around(points().map(|point| point.n), 1.3)?;
    let ends = points().flat_map(|point| {
        let (low, high) = point.ends.unwrap_or((point.value, point.value));
        [low, high, point.value]
    });
    let y = around(ends.chain(plot.rule), 1.08)?;
    let sizes = points().map(|point| point.n as u64);
    let x = Axis { ticks: size_ticks(sizes), range: x, log: true };
    let y = Axis { ticks: decades(&y, plot.tick), range: y, log: true };
    let words = in_words(plot);
    Some(crate::plot::svg(SIZE, &plot.title, &words, |canvas| paint(canvas, plot, x, y)))
}

fn paint(canvas: &Canvas<'_>, plot: &Plot<'_>, x: Axis, y: Axis) -> Result<(), Failure> {
    let (left, right) = (x.range.start, x.range.end);
    let margins = Margins { left: 60, bottom: 44, top: 12 };
    let mut panel = panel(canvas, margins, (x, "n"), (y, plot.y_name))?;
    if let Some(level) = plot.rule {
        let rule = [(left, level), (right, level)];
        panel.draw_series(LineSeries::new(rule, Ink::Rule.color().stroke_width(2)))?;
    }
    plot.series.iter().try_for_each(|series| line(&mut panel, series))
}

/// One line: its points, each with its interval.
pub(crate) fn line(panel: &mut Panel<'_, '_>, series: &Series<'_>) -> Result<(), Failure> {
    let ink = Ink::Series(series.index);
    let style = ink.color().stroke_width(2);
    let points = series.points.iter().map(|point| (point.n, point.value));
    panel.draw_series(LineSeries::new(points, style))?;
    for point in &series.points {
        if let Some((low, high)) = point.ends {
            let area = panel.plotting_area();
            area.draw(&PathElement::new(vec![(point.n, low), (point.n, high)], style))?;
            for end in [low, high] {
                let cap = PathElement::new(vec![(-4, 0), (4, 0)], style);
                area.draw(&(EmptyElement::at((point.n, end)) + cap))?;
            }
        }
        mark(panel.plotting_area(), ink, (point.n, point.value), point.ends.is_none())?;
    }
    Ok(())
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
