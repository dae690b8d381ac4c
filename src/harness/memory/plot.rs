//! Memory in use over time, a line for each process.

use super::{Memory, Row, Sample, title};
use abreast_compare::format::{bytes, tick};
use abreast_compare::plot::{self, Axis, Canvas, Failure, Ink, Margins, letters, mark, panel};
use plotters::prelude::*;

const SIZE: (u32, u32) = (640, 420);
const MIB: f64 = (1u64 << 20) as f64;

/// Those that were seen, and the ink of each.
pub(super) fn lines(memory: &Memory) -> impl Iterator<Item = (&Row, Ink)> {
    let seen = memory.rows.iter().filter(|row| row.curve.len() > 1);
    seen.enumerate().map(|(i, row)| (row, Ink::Series(i)))
}

/// The picture as a file of its own.
pub fn svg(memory: &Memory) -> String {
    let count = lines(memory).count() as u32;
    let (heading, top) = (heading(memory), 42 + 20 * count.div_ceil(2));
    let size = (SIZE.0, SIZE.1 + 20 * count.div_ceil(2));
    plot::file(size, &heading, &in_words(memory), |canvas| {
        canvas.draw(&Text::new(heading.clone(), (16, 10), letters(17)))?;
        for (i, (row, ink)) in lines(memory).enumerate() {
            let (x, y) = (18 + 300 * (i as i32 % 2), 38 + 20 * (i as i32 / 2));
            let stroke = ink.color().stroke_width(3);
            canvas.draw(&PathElement::new([(x, y + 7), (x + 22, y + 7)], stroke))?;
            let name = format!("{} on {}", row.variant, row.exec);
            canvas.draw(&Text::new(name, (x + 30, y), letters(14)))?;
        }
        match axes(memory) {
            Some((x, y)) => paint(canvas, memory, x, y, top),
            None => canvas.draw(&Text::new("Nothing was seen.", (20, 44), letters(16))),
        }
    })
}

/// The picture for a page, if there is anything to draw.
pub(super) fn inline(memory: &Memory) -> Option<String> {
    let (x, y) = axes(memory)?;
    let paint = |canvas: &Canvas<'_>| paint(canvas, memory, x, y, 14);
    Some(plot::svg(SIZE, &heading(memory), &in_words(memory), paint))
}

fn heading(memory: &Memory) -> String {
    format!("Memory in use over time: {}", title(memory))
}

fn axes(memory: &Memory) -> Option<(Axis, Axis)> {
    let samples = || lines(memory).flat_map(|(row, _)| &row.curve);
    let last = samples().map(|sample| 1e3 * sample.seconds).reduce(f64::max)?;
    let most = samples().map(|sample| sample.bytes as f64 / MIB).fold(1.0, f64::max);
    let axis = |end: f64| Axis { range: 0.0..1.05 * end, log: false, ticks: ticks(end) };
    Some((axis(last.max(1e-3)), axis(most)))
}

/// From nothing to the end in steps of 1, 2 or 5 times a power of ten, six at most.
fn ticks(end: f64) -> Vec<(f64, String)> {
    let power = 10f64.powf((end / 5.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    let step = steps.into_iter().find(|step| end / step <= 5.0).unwrap_or(end);
    let count = (end / step).floor() as u64;
    (0..=count).map(|i| i as f64 * step).map(|at| (at, tick(at))).collect()
}

fn paint(canvas: &Canvas<'_>, memory: &Memory, x: Axis, y: Axis, top: u32) -> Result<(), Failure> {
    let margins = Margins { left: 68, bottom: 46, top };
    let mut panel = panel(
        canvas,
        margins,
        (x, "time since the process was started, ms"),
        (y, "memory in use, MiB"),
    )?;
    let at = |sample: &Sample| (1e3 * sample.seconds, sample.bytes as f64 / MIB);
    for (row, ink) in lines(memory) {
        let style = ink.color().stroke_width(2);
        panel.draw_series(LineSeries::new(row.curve.iter().map(at), style))?;
        // The highest point tells the lines apart where they share a colour.
        if let Some(highest) = row.curve.iter().max_by_key(|sample| sample.bytes) {
            mark(panel.plotting_area(), ink, at(highest), false)?;
        }
    }
    Ok(())
}

/// For those who cannot see it.
fn in_words(memory: &Memory) -> String {
    let highest = |(row, _): (&Row, Ink)| {
        let most = row.curve.iter().map(|sample| sample.bytes).max().unwrap_or(0);
        format!("{} on {} uses {} at most", row.variant, row.exec, bytes(most))
    };
    format!("{}.", lines(memory).map(highest).collect::<Vec<_>>().join("; "))
}
