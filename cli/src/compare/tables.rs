//! The tables of a comparison, for the terminal.

use crate::run::seconds;
use crate::table;
use abreast::Body;
use abreast::harness::model::{Comparison, KernelRows, Ratio, Row};

/// One row per kernel, at its largest size: the five bodies side by side.
pub fn overview(comparison: &Comparison, columns: Option<u16>) -> String {
    let mut table = table::new(&[
        "kernel",
        "n",
        "level",
        "c",
        "c-by-hand",
        "cpp",
        "rust",
        "simd",
        "simd / plain C",
        "threads",
        "% of roof",
    ]);
    for kernel in &comparison.kernels {
        let n = kernel.rows.iter().map(|row| row.n).max().unwrap_or_default();
        let rows: Vec<&Row> = kernel.rows.iter().filter(|row| row.n == n && !row.plain_c).collect();
        let one = |body: Body| rows.iter().find(|row| row.body == body.name() && row.threads == 1);
        let Some(first) = rows.first() else { continue };
        let simd = one(Body::Simd);
        let threads = rows.iter().filter(|row| row.body == Body::Simd.name()).find_map(|row| {
            row.thread_speed_up.map(|ratio| format!("{} on {}", times(&ratio), row.threads))
        });
        let c = one(Body::C).map_or("-".to_owned(), |row| seconds(row.median_seconds));
        let against_c =
            |body| one(body).and_then(|row| row.to_c).map_or("-".to_owned(), |ratio| times(&ratio));
        let others = [Body::CByHand, Body::Cpp, Body::Rust, Body::Simd].map(against_c);
        let head = [kernel.kernel.to_owned(), n.to_string(), first.level.to_owned(), c];
        let tail = [
            simd.and_then(|row| row.to_plain_c).map_or("-".to_owned(), |ratio| times(&ratio)),
            threads.unwrap_or_else(|| "-".to_owned()),
            simd.and_then(|row| row.roof)
                .map_or("-".to_owned(), |roof| format!("{:.0} %", 100.0 * roof.share)),
        ];
        table.add_row(head.into_iter().chain(others).chain(tail));
    }
    table::numbers(&mut table, 1..2);
    table::numbers(&mut table, 3..11);
    let text = table::narrow(table, columns);
    format!(
        "{text}\n\nTimes as fast as c at the same level; = means that this run cannot tell them apart."
    )
}

/// One kernel: every body at every level and size.
pub fn kernel(kernel: &KernelRows, columns: Option<u16>) -> String {
    let mut table = table::new(&[
        "n",
        "body",
        "level",
        "threads",
        "time",
        "/ c",
        "interval",
        "/ plain C",
        "ns each",
        "GB/s",
        "GFLOP/s",
        "% of roof",
        "speed-up",
        "note",
    ]);
    for row in &kernel.rows {
        table.add_row(cells(row));
    }
    table::numbers(&mut table, 0..1);
    table::numbers(&mut table, 3..13);
    let mut text =
        format!("\n{}: {}\n{}", kernel.kernel, kernel.formula, table::narrow(table, columns));
    for untimed in &kernel.untimed {
        text += &format!("\nnot timed: {} at {}: {}", untimed.body, untimed.level, untimed.why);
    }
    for line in &kernel.verdict {
        text += &format!("\n{line}");
    }
    text
}

fn cells(row: &Row) -> [String; 14] {
    let number = |value: Option<f64>, digits: usize| {
        value.map_or(String::new(), |value| format!("{value:.digits$}"))
    };
    let ratio = |ratio: Option<Ratio>| ratio.map_or(String::new(), |ratio| times(&ratio));
    let interval = row.to_c.and_then(|ratio| Some(format!("{:.3}-{:.3}", ratio.low?, ratio.high?)));
    [
        row.n.to_string(),
        row.body.to_owned(),
        row.level.to_owned(),
        row.threads.to_string(),
        seconds(row.median_seconds),
        ratio(row.to_c),
        interval.unwrap_or_default(),
        ratio(row.to_plain_c),
        number(row.ns_per_element, 3),
        number(row.gb_per_second, 1),
        number(row.gflops, 1),
        row.roof.map_or(String::new(), |roof| format!("{:.0} %", 100.0 * roof.share)),
        ratio(row.thread_speed_up),
        row.note.clone().unwrap_or_default(),
    ]
}

/// A ratio; one that the run cannot tell from 1 reads so.
fn times(ratio: &Ratio) -> String {
    let mark = if ratio.separated { "x" } else { "x =" };
    format!("{:.2}{mark}", ratio.value)
}
