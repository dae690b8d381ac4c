//! All kernels in one picture: speed-ups with their intervals, on a logarithmic axis.

use super::format::digits;
use super::rows::{ratios, variants};
use super::series::Series;
use crate::harness::model::{Comparison, KernelRows, Ratio, Row};
use abreast_compare::plot::{Axis, Canvas, Failure, Ink, Margins, Panel, around, mark, panel, svg};
use plotters::prelude::*;
use std::ops::Range;

/// What a variant is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Against {
    /// The baseline at the same level.
    Baseline,
    /// The baseline as a compiler makes it without further flags.
    Lowest,
}

impl Against {
    fn ratio(self, row: &Row) -> Option<Ratio> {
        match self {
            Against::Baseline => row.to_baseline,
            Against::Lowest => row.to_lowest,
        }
    }

    /// The variants that have such a ratio.
    pub(super) fn series(self, comparison: &Comparison) -> Vec<Series> {
        let has = |table: &KernelRows, series: &Series| {
            !ratios(table, *series, |row| self.ratio(row)).is_empty()
        };
        let any = |series: &Series| comparison.kernels.iter().any(|table| has(table, series));
        variants(comparison).into_iter().filter(any).collect()
    }

    fn title(self) -> &'static str {
        match self {
            Against::Baseline => "How many times as fast as the baseline at the same level",
            Against::Lowest => "How many times as fast as the baseline at the lowest level",
        }
    }
}

/// Pixels for a variant's dot, and between kernels.
const LANE: f64 = 17.0;
const GAP: f64 = 12.0;

/// The picture; None when there is no ratio.
pub(super) fn plot(comparison: &Comparison, against: Against) -> Option<String> {
    let tables = &comparison.kernels;
    let series = against.series(comparison);
    let all = || {
        let of_table = |table| series.iter().map(move |series| (table, *series));
        let pairs = tables.iter().flat_map(of_table);
        pairs.flat_map(|(table, series)| ratios(table, series, |row| against.ratio(row)))
    };
    all().next()?;
    // The rule at 1 is always in the picture; a wide interval may leave it.
    let range = around(all().map(|(_, ratio)| ratio.value).chain([0.8, 1.25]), 1.5)?;
    let x = Axis { ticks: doublings(&range), range, log: true };
    let block = series.len() as f64 * LANE + GAP;
    let height = block * tables.len() as f64;
    // Kernels from the top down: the axis is turned over.
    let middle = |i: usize| height - (i as f64 + 0.5) * block;
    let names = tables.iter().enumerate().map(|(i, table)| (middle(i), table.kernel.to_owned()));
    let y = Axis { range: 0.0..height, log: false, ticks: names.collect() };
    let size = (540, height as u32 + 64);
    Some(svg(size, against.title(), &in_words(comparison, against), |canvas| {
        paint(canvas, comparison, against, x, y)
    }))
}

/// Ticks at powers of two, not more of them than have room.
fn doublings(range: &Range<f64>) -> Vec<(f64, String)> {
    let exponents = range.start.log2().floor() as i32..=range.end.log2().ceil() as i32;
    let step = (exponents.clone().count() / 7 + 1) as i32;
    let all = exponents.filter(|e| e % step == 0).map(|e| 2f64.powi(e));
    all.filter(|tick| range.contains(tick)).map(|tick| (tick, format!("{tick}×"))).collect()
}

fn in_words(comparison: &Comparison, against: Against) -> String {
    let words = |table: &KernelRows| {
        let last = |series: &Series| {
            let (_, ratio) = ratios(table, *series, |row| against.ratio(row)).pop()?;
            Some(format!("{} {}", series.name(), digits(ratio.value)))
        };
        let words: Vec<String> = against.series(comparison).iter().filter_map(last).collect();
        format!("{}: {}", table.kernel, words.join(", "))
    };
    let words: Vec<String> = comparison.kernels.iter().map(words).collect();
    format!("At the largest n. {}.", words.join("; "))
}

fn paint(
    canvas: &Canvas<'_>,
    comparison: &Comparison,
    against: Against,
    x: Axis,
    y: Axis,
) -> Result<(), Failure> {
    let (tables, series) = (&comparison.kernels, against.series(comparison));
    let names = tables.iter().map(|table| table.kernel.len()).max().unwrap_or(0) as u32;
    let margins = Margins { left: 24 + 15 * names / 2, bottom: 44, top: 8 };
    let height = y.range.end;
    let panel = panel(canvas, margins, (x, against.title()), (y, ""))?;
    let rule = Ink::Text.color().stroke_width(2);
    panel.plotting_area().draw(&PathElement::new([(1.0, 0.0), (1.0, height)], rule))?;
    let mut top = height - GAP / 2.0;
    for table in tables {
        for (lane, series) in series.iter().enumerate() {
            let ratios = ratios(table, *series, |row| against.ratio(row));
            dots(&panel, *series, &ratios, top - (lane as f64 + 0.5) * LANE)?;
        }
        top -= series.len() as f64 * LANE + GAP;
    }
    Ok(())
}

/// The largest size with its interval and its shape; the smaller ones as small dots.
fn dots(
    panel: &Panel<'_, '_>,
    series: Series,
    ratios: &[(u64, Ratio)],
    y: f64,
) -> Result<(), Failure> {
    let Some(((_, largest), smaller)) = ratios.split_last() else { return Ok(()) };
    let area = panel.plotting_area();
    let color = series.ink().color();
    if let (Some(low), Some(high)) = (largest.low, largest.high) {
        let edges = panel.x_range();
        let (low, high) = (low.max(edges.start), high.min(edges.end));
        let style = color.mix(0.5).stroke_width(3);
        area.draw(&PathElement::new([(low, y), (high, y)], style))?;
    }
    for (_, ratio) in smaller {
        area.draw(&Circle::new((ratio.value, y), 2, color.filled()))?;
    }
    mark(panel.plotting_area(), series.ink(), (largest.value, y), largest.low.is_none())
}
