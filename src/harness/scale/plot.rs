//! Speed-up against threads, with its intervals as bands.

use super::{Point, Scale, title};
use abreast_compare::format::ratio;
use abreast_compare::plot::{
    self, Axis, Canvas, Failure, Ink, Margins, Panel, band, letters, mark, panel,
};
use plotters::element::DashedPathElement;
use plotters::prelude::*;

const SIZE: (u32, u32) = (640, 420);

/// The two lines, and what they are called.
pub(super) const SERIES: [(&str, Ink); 2] = [
    ("one problem on all threads (strong scaling)", Ink::Series(0)),
    ("a problem for each thread (weak scaling)", Ink::Series(1)),
];

/// The picture as a file of its own; a sentence instead of it when nothing was timed.
pub fn svg(scale: &Scale) -> String {
    let heading = heading(scale);
    plot::file(SIZE, &heading, &in_words(scale), |canvas| match axes(scale) {
        Some((x, y)) => {
            canvas.draw(&Text::new(heading.clone(), (16, 10), letters(17)))?;
            let keys = SERIES.iter().zip([34, 54]);
            for (&(name, ink), top) in keys {
                let line =
                    PathElement::new([(18, top + 8), (42, top + 8)], ink.color().stroke_width(3));
                canvas.draw(&line)?;
                canvas.draw(&Text::new(name, (50, top), letters(14)))?;
            }
            paint(canvas, scale, x, y, 82)
        }
        None => canvas.draw(&Text::new("Nothing was timed.", (20, 20), letters(16))),
    })
}

/// The picture for a page, if anything was timed.
pub(super) fn inline(scale: &Scale) -> Option<String> {
    let (x, y) = axes(scale)?;
    let paint = |canvas: &Canvas<'_>| paint(canvas, scale, x, y, 14);
    Some(plot::svg(SIZE, &heading(scale), &in_words(scale), paint))
}

fn heading(scale: &Scale) -> String {
    format!("Speed-up over one thread: {}", title(scale))
}

fn lines(scale: &Scale) -> [(&[Point], Ink); 2] {
    [(&scale.strong, SERIES[0].1), (&scale.weak, SERIES[1].1)]
}

/// From nothing to a little more than the most threads and the best speed-up.
fn axes(scale: &Scale) -> Option<(Axis, Axis)> {
    let points = || lines(scale).into_iter().flat_map(|(points, _)| points);
    let most = points().map(|point| point.threads).max()?;
    let high = |point: &Point| point.speed_up.high.unwrap_or(point.speed_up.value);
    let highest = points().map(high).fold(most as f64, f64::max);
    let mut counts: Vec<usize> = points().map(|point| point.threads).collect();
    counts.sort_unstable();
    counts.dedup();
    let ticks = |counts: &[usize]| {
        counts.iter().map(|count| (*count as f64, count.to_string())).collect::<Vec<_>>()
    };
    let step = counts.len().div_ceil(10).max(1);
    let shown: Vec<usize> = counts.iter().copied().step_by(step).collect();
    let levels: Vec<usize> = (0..=highest.ceil() as usize).collect();
    let apart = levels.len().div_ceil(9).max(1);
    let levels: Vec<usize> = levels.into_iter().step_by(apart).collect();
    let x = Axis { range: 0.8..most as f64 + 0.2, log: false, ticks: ticks(&shown) };
    let y = Axis { range: 0.0..1.08 * highest, log: false, ticks: ticks(&levels) };
    Some((x, y))
}

fn paint(canvas: &Canvas<'_>, scale: &Scale, x: Axis, y: Axis, top: u32) -> Result<(), Failure> {
    let (most, ceiling) = (x.range.end, y.range.end);
    let margins = Margins { left: 62, bottom: 46, top };
    let mut panel = panel(canvas, margins, (x, "threads"), (y, "times the work of one thread"))?;
    let ideal = [(1.0, 1.0), (most.min(ceiling), most.min(ceiling))];
    dashed(&panel, ideal)?;
    let cores = scale.environment.machine.cores.allowed as f64;
    if cores < most - 0.2 {
        dashed(&panel, [(cores, 0.0), (cores, ceiling)])?;
    }
    lines(scale).into_iter().try_for_each(|(points, ink)| line(&mut panel, points, ink))
}

fn dashed(panel: &Panel<'_, '_>, ends: [(f64, f64); 2]) -> Result<(), Failure> {
    let style = Ink::Reference.color().stroke_width(1);
    panel.plotting_area().draw(&DashedPathElement::new(ends, 5, 4, style))
}

fn line(panel: &mut Panel<'_, '_>, points: &[Point], ink: Ink) -> Result<(), Failure> {
    let ends = points.iter().filter_map(|point| {
        Some((point.threads as f64, point.speed_up.low?, point.speed_up.high?))
    });
    band(panel, ink, &ends.collect::<Vec<_>>())?;
    let at = |point: &Point| (point.threads as f64, point.speed_up.value);
    let style = ink.color().stroke_width(2);
    panel.draw_series(LineSeries::new(points.iter().map(at), style))?;
    let has_none = |point: &Point| point.speed_up.low.is_none();
    points.iter().try_for_each(|point| mark(panel.plotting_area(), ink, at(point), has_none(point)))
}

/// For those who cannot see it.
fn in_words(scale: &Scale) -> String {
    let at = |point: &Point| format!("{} on {}", ratio(point.speed_up.value), point.threads);
    let line = |(name, points): (&str, &[Point])| {
        format!("{name}: {}", points.iter().map(at).collect::<Vec<_>>().join(", "))
    };
    let lines = [(SERIES[0].0, &scale.strong[..]), (SERIES[1].0, &scale.weak[..])].map(line);
    format!("Times the work of one thread. {}. Dashed: as many times as threads.", lines.join("; "))
}
