//! Time per element against size: one plot per kernel.

use super::format::{bytes, digits, grouped, tick};
use super::rows::{line, lines, outgrown};
use super::series::Series;
use crate::harness::env::Cache;
use crate::harness::model::{KernelRows, Row};
use abreast_compare::plot::{
    Axis, Canvas, Failure, Ink, Margins, Panel, around, decades, letters, mark, panel, size_ticks,
    svg,
};
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const SIZE: (u32, u32) = (540, 350);

/// The plot of one kernel; None when nothing was timed.
pub(super) fn plot(table: &KernelRows, all: &[Series], caches: &[Cache]) -> Option<String> {
    let lines = lines(table, all);
    let all = || lines.iter().copied().flat_map(|series| line(table, series));
    let x = around(all().map(|row| row.n as f64), 1.3)?;
    let y = around(all().filter_map(|row| row.ns_per_element), 1.4)?;
    let x = Axis { ticks: size_ticks(table.rows.iter().map(|row| row.n)), range: x, log: true };
    let y = Axis { ticks: decades(&y, tick), range: y, log: true };
    let title = format!("{}: time per element against n", table.kernel);
    Some(svg(SIZE, &title, &in_words(table, &lines), |canvas| {
        paint(canvas, table, &lines, caches, x, y)
    }))
}

fn in_words(table: &KernelRows, lines: &[Series]) -> String {
    let ends = |series: &Series| {
        let rows = line(table, *series);
        let at = |row: &Row| Some(format!("{} at {}", digits(row.ns_per_element?), grouped(row.n)));
        let words: Vec<String> =
            rows.first().into_iter().chain(rows.last()).filter_map(|row| at(row)).collect();
        format!("{}: {}", series.name(), words.join(", "))
    };
    let words: Vec<String> = lines.iter().map(ends).collect();
    format!("Nanoseconds per element at the smallest and the largest n. {}.", words.join("; "))
}

fn paint(
    canvas: &Canvas<'_>,
    table: &KernelRows,
    lines: &[Series],
    caches: &[Cache],
    x: Axis,
    y: Axis,
) -> Result<(), Failure> {
    let ceiling = y.range.end;
    let margins = Margins { left: 62, bottom: 44, top: 26 };
    let mut panel =
        panel(canvas, margins, (x, &format!("n ({})", table.unit)), (y, "ns per element"))?;
    for cache in caches {
        if let Some(n) = outgrown(table, cache) {
            mark_cache(&panel, cache, n, ceiling)?;
        }
    }
    for &series in lines {
        let rows = line(table, series);
        let points: Vec<(f64, f64)> =
            rows.iter().filter_map(|row| Some((row.n as f64, row.ns_per_element?))).collect();
        let style = series.ink().color().stroke_width(2);
        panel.draw_series(LineSeries::new(points.iter().copied(), style))?;
        points
            .into_iter()
            .try_for_each(|point| mark(panel.plotting_area(), series.ink(), point, false))?;
    }
    Ok(())
}

/// A dashed line where the operands outgrow a cache.
fn mark_cache(panel: &Panel<'_, '_>, cache: &Cache, n: f64, ceiling: f64) -> Result<(), Failure> {
    let floor = panel.y_range().start;
    let area = panel.plotting_area();
    let style = Ink::Rule.color().stroke_width(1);
    area.draw(&DashedPathElement::new([(n, floor), (n, ceiling)], 4, 4, style))?;
    let name = format!("L{} {}", cache.level, bytes(cache.bytes));
    let style = letters(13).pos(Pos::new(HPos::Center, VPos::Bottom));
    area.draw(&(EmptyElement::at((n, ceiling)) + Text::new(name, (0, -4), style)))
}
