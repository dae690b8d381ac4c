//! Which rows of a comparison a plot shows.

use super::series::Series;
use crate::Isa;
use crate::harness::env::Cache;
use crate::harness::model::{Comparison, KernelRows, Ratio, Row};

/// The strongest level that a kernel was timed at: plots show this one, the tables show all.
pub(super) fn level(table: &KernelRows) -> &'static str {
    let isa = |row: &Row| Isa::parse(row.level).ok();
    table.rows.iter().filter_map(isa).max().map_or("", Isa::name)
}

/// The rows of a line of a plot, on one thread, smallest size first.
pub(super) fn line(table: &KernelRows, series: Series) -> Vec<&Row> {
    let level = level(table);
    let is = |row: &&Row| match series {
        Series::Variant(name, _) => row.variant == name && row.level == level,
        // At the lowest level it is the baseline of every other line.
        Series::Lowest => row.lowest && row.level != level,
    };
    let mut rows: Vec<&Row> = table.rows.iter().filter(|row| row.threads == 1).filter(is).collect();
    rows.sort_by_key(|row| row.n);
    rows
}

/// Those of the page's series that the kernel has rows of.
pub(super) fn lines(table: &KernelRows, all: &[Series]) -> Vec<Series> {
    all.iter().copied().filter(|series| !line(table, *series).is_empty()).collect()
}

/// The variants of all kernels, each once.
pub(super) fn variants(comparison: &Comparison) -> Vec<Series> {
    let mut names: Vec<&'static str> = Vec::new();
    for name in comparison.kernels.iter().flat_map(|table| &table.variants) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    names.into_iter().enumerate().map(|(i, name)| Series::Variant(name, i)).collect()
}

/// The series that any kernel has rows of.
pub(super) fn series(comparison: &Comparison) -> Vec<Series> {
    let any = |series: &Series| comparison.kernels.iter().any(|t| !line(t, *series).is_empty());
    variants(comparison).into_iter().chain([Series::Lowest]).filter(any).collect()
}

/// Sizes that were timed.
pub(super) fn sizes(table: &KernelRows) -> Vec<u64> {
    let mut sizes: Vec<u64> = table.rows.iter().map(|row| row.n).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// The ratios of a line with their sizes, smallest first.
pub(super) fn ratios(
    table: &KernelRows,
    series: Series,
    which: impl Fn(&Row) -> Option<Ratio>,
) -> Vec<(u64, Ratio)> {
    let rows = line(table, series).into_iter();
    rows.filter_map(|row| Some((row.n, which(row)?))).collect()
}

/// Where along the sizes the operands outgrow a cache: the footprints of the measured sizes,
/// joined by straight lines on logarithmic axes.
pub(super) fn outgrown(table: &KernelRows, cache: &Cache) -> Option<f64> {
    let mut known: Vec<(f64, f64)> =
        table.rows.iter().map(|row| (row.n as f64, row.footprint as f64)).collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0));
    known.dedup();
    let goal = (cache.bytes as f64).ln();
    known.windows(2).find_map(|pair| {
        let [(n0, from), (n1, to)] = [pair[0], pair[1]].map(|(n, bytes)| (n.ln(), bytes.ln()));
        let inside = from.is_finite() && n0.is_finite() && from <= goal && goal < to;
        inside.then(|| (n0 + (n1 - n0) * (goal - from) / (to - from)).exp())
    })
}
