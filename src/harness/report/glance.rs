//! What needs no reading: kernels by variants, as a map of ratios at the largest size.

use super::format::{grouped, seconds};
use super::html::Html;
use super::rows::{line, series, sizes};
use super::series::Series;
use crate::harness::model::{Comparison, KernelRows, Row};
use abreast_compare::heat;

/// The map. A column for each variant that is not every kernel's baseline, one for the default variant beside
/// the baseline at the lowest level, one for threads.
pub(super) fn section(html: &mut Html, comparison: &Comparison) {
    let lowest = series(comparison).contains(&Series::Lowest);
    let variants: Vec<Series> = series(comparison)
        .into_iter()
        .filter(|series| match series {
            Series::Variant(name, _) => comparison.kernels.iter().any(|t| t.baseline != *name),
            Series::Lowest => false,
        })
        .collect();
    html.put(
        "p",
        "",
        "How many times as fast as the baseline at the same level, each kernel at its largest n. Green is \
         faster, red slower, with the interval below; what has no colour is not known to differ.",
    );
    let mut header = vec!["kernel", "n", "baseline", "time"];
    header.extend(variants.iter().map(|series| series.name()));
    header.extend(lowest.then_some("default / lowest level"));
    header.push("on threads");
    html.wide("kernels by variants", |html| {
        html.table("glance", "Ratios at the largest size", &header, |rows| {
            for table in comparison.kernels.iter().filter(|table| !table.rows.is_empty()) {
                rows.tag("tr", "", |tr| row(tr, table, &variants, lowest));
            }
        });
    });
}

fn row(tr: &mut Html, table: &KernelRows, variants: &[Series], lowest: bool) {
    let last = sizes(table).last().copied().unwrap_or_default();
    let at = |series: Series| -> Option<&Row> {
        line(table, series).into_iter().find(|row| row.n == last)
    };
    let of = |name: &str| variants_of(table).find(|series| series.name() == name).and_then(at);
    tr.element("th", &[("scope", "row")], |th| {
        let to = format!("#kernel-{}", table.kernel);
        th.element("a", &[("href", &to)], |a| a.text(table.kernel));
    });
    tr.put("td", "number", grouped(last));
    tr.put("td", "", table.baseline);
    let time = of(table.baseline).map_or("–".to_owned(), |row| seconds(row.median_seconds));
    tr.put("td", "number", time);
    for series in variants {
        heat::cell(tr, at(*series).and_then(|row| row.to_baseline).as_ref());
    }
    let default = of(table.default);
    if lowest {
        heat::cell(tr, default.and_then(|row| row.to_lowest).as_ref());
    }
    let threads = table.rows.iter().filter(|row| row.n == last && row.variant == table.default);
    heat::cell(tr, threads.filter_map(|row| row.thread_speed_up).next_back().as_ref());
}

fn variants_of(table: &KernelRows) -> impl Iterator<Item = Series> {
    table.variants.iter().enumerate().map(|(i, name)| Series::Variant(name, i))
}
