//! Tables whose numbers are bars as well: threads, the roofline, and the price of a crossing.

use super::format::{percent, seconds};
use super::html::Html;
use super::rows::{level, line, series};
use super::series::Series;
use super::tables::marked;
use crate::harness::model::{Comparison, KernelRows, Ratio, Row};
use crate::harness::overhead::{BASELINE, Overhead, Price};
use crate::harness::roofline::Limit;

/// A cell with a number, a bar that fills `share` of it, and a mark where one is wanted.
fn bar(row: &mut Html, class: &str, share: f64, mark: Option<f64>, text: &str) {
    let percent = |share: f64| format!("{:.1}%", 100.0 * share.clamp(0.0, 1.0));
    row.tag("td", &format!("bar {class}"), |cell| {
        cell.put("span", "value", text);
        cell.tag("span", "track", |track| {
            let width = format!("width:{}", percent(share));
            track.element("span", &[("class", "fill"), ("style", &width)], |_| ());
            if let Some(mark) = mark {
                let left = format!("left:{}", percent(mark));
                track.element("span", &[("class", "mark"), ("style", &left)], |_| ());
            }
        });
    });
}

fn nothing(row: &mut Html) {
    row.put("td", "bar none", "–");
}

/// What more threads bring: one row per kernel, one column per variant.
pub(super) fn threads(html: &mut Html, comparison: &Comparison) {
    let many = |row: &&Row| row.thread_speed_up.is_some();
    let rows = || comparison.kernels.iter().flat_map(|table| &table.rows).filter(many);
    let mut counts: Vec<usize> = rows().map(|row| row.threads).collect();
    counts.sort_unstable();
    counts.dedup();
    if counts.is_empty() {
        return html.put("p", "", "Only one thread was timed.");
    }
    for threads in counts {
        let caption = format!(
            "Times as fast on {threads} threads as on one, each kernel at its largest n. A full \
             bar is {threads} times; a pale one is not known to differ from one thread."
        );
        matrix(html, comparison, &caption, |table, variant, cells| {
            let row = table.rows.iter().rev().find(|row| {
                row.variant == variant.name() && row.threads == threads && row.level == level(table)
            });
            match row.and_then(|row| row.thread_speed_up) {
                Some(ratio) => bar(
                    cells,
                    &pale(variant, ratio),
                    ratio.value / threads as f64,
                    None,
                    &format!("{}×", marked(ratio)),
                ),
                None => nothing(cells),
            }
        });
    }
}

fn pale(variant: Series, ratio: Ratio) -> String {
    let hue = variant.hue();
    if ratio.is_distinguishable() { hue } else { format!("{hue} pale") }
}

/// How near each variant comes to what the machine can do, at its best size.
pub(super) fn roofline(html: &mut Html, comparison: &Comparison) {
    let caption = "Share of what one core of this machine can load, write or compute, measured in \
                   this run; each variant at the size where it comes nearest. The letter says which \
                   limit is the nearest: L loads, W writes, A arithmetic. Limits are measured too: a \
                   little over 100 % is noise.";
    matrix(html, comparison, caption, |table, variant, cells| {
        let shares = line(table, variant).into_iter().filter_map(|row| row.roofline);
        match shares.reduce(|a, b| if b.share > a.share { b } else { a }) {
            Some(best) => {
                let limit = match best.limit {
                    Limit::Load => "L",
                    Limit::Copy => "W",
                    Limit::Arithmetic => "A",
                };
                let text = format!("{} {limit}", percent(best.share));
                bar(cells, &variant.hue(), best.share, None, &text);
            }
            None => nothing(cells),
        }
    });
}

/// A table with one row per kernel and one column per variant that was timed.
fn matrix(
    html: &mut Html,
    comparison: &Comparison,
    caption: &str,
    cell: impl Fn(&KernelRows, Series, &mut Html),
) {
    let variants: Vec<Series> =
        series(comparison).into_iter().filter(|series| *series != Series::Lowest).collect();
    let header: Vec<&str> =
        ["kernel"].into_iter().chain(variants.iter().map(|b| b.name())).collect();
    html.wide("kernels by variants, as bars", |html| {
        html.table("bars", caption, &header, |rows| {
            for table in &comparison.kernels {
                rows.tag("tr", "", |row| {
                    row.row_name(table.kernel);
                    variants.iter().for_each(|variant| cell(table, *variant, row));
                });
            }
        });
    });
}

/// The crossing ladder.
pub(super) fn ladder(html: &mut Html, overhead: &Overhead) {
    html.put("p", "", overhead.verdict());
    let caption = format!(
        "Nanoseconds per call in a chain of dependent calls, medians of {} rounds in which all crossings \
         take turns; an empty loop takes {} per turn. The mark is a Rust function that is not inlined.",
        overhead.rounds,
        seconds(1e-9 * overhead.empty_ns)
    );
    prices(html, overhead, &overhead.prices, &caption);
    let caption = "What careless measurements say: the same crossings, measured wrongly.";
    prices(html, overhead, &overhead.traps, caption);
}

fn prices(html: &mut Html, overhead: &Overhead, prices: &[Price], caption: &str) {
    let all = overhead.prices.iter().chain(&overhead.traps);
    let longest = all.map(|row| row.price.ns).fold(f64::MIN_POSITIVE, f64::max);
    let mark = overhead.price(BASELINE).map(|price| price.ns / longest);
    html.wide("prices", |html| {
        html.table("bars ladder", caption, &["crossing", "ns", "over Rust", "what"], |rows| {
            for Price { name, what, price } in prices {
                rows.tag("tr", "", |row| {
                    row.row_name(name);
                    bar(row, "plain", price.ns / longest, mark, &format!("{:.2}", price.ns));
                    row.put("td", "number", format!("{:+.2}", price.over_ns));
                    row.put("td", "", what);
                });
            }
        });
    });
}

/// What the pairs of identical machine code differ by, one row per kernel.
pub(super) fn noise(html: &mut Html, comparison: &Comparison) {
    let worst = comparison.noise.worst.max(f64::MIN_POSITIVE);
    html.table(
        "bars",
        "The largest difference of the same machine code, by kernel",
        &["kernel", "difference"],
        |rows| {
            for table in &comparison.kernels {
                let differences = table.floors.iter().map(|floor| floor.difference());
                let Some(largest) = differences.reduce(f64::max) else { continue };
                rows.tag("tr", "", |row| {
                    row.row_name(table.kernel);
                    bar(row, "plain", largest / worst, None, &percent(largest));
                });
            }
        },
    );
}
