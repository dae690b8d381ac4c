//! The tables of a comparison, for the terminal.

use crate::console::Screen;
use crate::table;
use abreast::harness::model::{Comparison, KernelRows, Ratio, Row, Standing};
use abreast_compare::format::{percent, seconds};
use comfy_table::Cell;

/// One row per kernel, at its largest size: the variants side by side.
pub fn overview(comparison: &Comparison, screen: Screen) -> String {
    let kernels = &comparison.kernels;
    let mut rivals: Vec<&str> = Vec::new();
    for kernel in kernels {
        let others = kernel.variants.iter().filter(|name| **name != kernel.baseline);
        let new: Vec<&str> = others.copied().filter(|name| !rivals.contains(name)).collect();
        rivals.extend(new);
    }
    let baseline = common(kernels, |kernel| kernel.baseline.to_owned(), "baseline");
    let default = common(kernels, |kernel| kernel.default.to_owned(), "default");
    let lowest = common(kernels, KernelRows::lowest_name, "lowest level");
    let over_lowest = format!("{default} / {lowest}");
    let head = ["kernel", "n", "level", &baseline];
    let tail = [&*over_lowest, "threads", "% of roofline"];
    let names: Vec<&str> = head.into_iter().chain(rivals.iter().copied()).chain(tail).collect();
    let mut table = table::new(&names);
    for kernel in kernels {
        if let Some(row) = overview_row(kernel, &rivals) {
            table.add_row(row);
        }
    }
    table::numbers(&mut table, 1..2);
    table::numbers(&mut table, 3..names.len());
    // What people come for are the variants and their ratios.
    let text = table::narrow_without(table, screen, &["level", "% of roofline", "threads", "n"]);
    let marks = legend(kernels).map_or(String::new(), |legend| format!("; {legend}"));
    let marks = screen.wrapped(&format!("Times as fast as {baseline} at the same level{marks}."));
    format!("{text}\n\n{marks}")
}

/// What `name` gives for all kernels, or `other` if they differ.
fn common(kernels: &[KernelRows], name: impl Fn(&KernelRows) -> String, other: &str) -> String {
    let mut names = kernels.iter().map(name);
    let first = names.next().unwrap_or_else(|| other.to_owned());
    if names.all(|name| name == first) { first } else { other.to_owned() }
}

/// What the marks beside the ratios mean.
fn legend<'k>(kernels: impl IntoIterator<Item = &'k KernelRows>) -> Option<String> {
    let ratios = kernels.into_iter().flat_map(KernelRows::ratios);
    Standing::legend(ratios.map(|ratio| ratio.standing))
}

fn overview_row(kernel: &KernelRows, rivals: &[&str]) -> Option<Vec<Cell>> {
    let n = kernel.rows.iter().map(|row| row.n).max()?;
    let rows: Vec<&Row> = kernel.shown().filter(|row| row.n == n && !row.lowest).collect();
    let one = |name: &str| rows.iter().find(|row| row.variant == name && row.threads == 1);
    let or_none = |text: Option<String>| Cell::new(text.unwrap_or_else(|| "-".to_owned()));
    let ratio = |ratio: Option<Ratio>| ratio.map_or_else(|| or_none(None), |ratio| times(&ratio));
    let default = one(kernel.default);
    let on_threads = rows.iter().filter(|row| row.variant == kernel.default).find_map(|row| {
        let ratio = row.thread_speed_up?;
        Some(table::ratio(format!("{} on {}", marked(&ratio), row.threads), ratio.standing))
    });
    let against = |name: &&str| ratio(one(name).and_then(|row| row.to_baseline));
    let mut cells = vec![Cell::new(kernel.kernel), Cell::new(n), Cell::new(rows.first()?.level)];
    cells.push(or_none(one(kernel.baseline).map(|row| seconds(row.median_seconds))));
    cells.extend(rivals.iter().map(against));
    cells.push(ratio(default.and_then(|row| row.to_lowest)));
    cells.push(on_threads.unwrap_or_else(|| or_none(None)));
    let share = default.filter(|row| row.roofline.is_some()).map(|row| roofline(row));
    cells.push(share.unwrap_or_else(|| or_none(None)));
    Some(cells)
}

/// One kernel: every variant at every level and size.
pub fn kernel(kernel: &KernelRows, screen: Screen) -> String {
    let against = format!("/ {}", kernel.baseline);
    let lowest = format!("/ {}", kernel.lowest_name());
    let mut table = table::new(&[
        "n",
        "variant",
        "level",
        "threads",
        "time",
        &against,
        "interval",
        &lowest,
        "ns each",
        "GB/s",
        "GFLOP/s",
        "% of roofline",
        "speed-up",
        "note",
    ]);
    for row in kernel.shown() {
        table.add_row(cells(row));
    }
    table::numbers(&mut table, 0..1);
    table::numbers(&mut table, 3..13);
    let less = ["note", "GFLOP/s", "ns each", "% of roofline", "GB/s", "speed-up", "level"];
    let first = [&less[..], &[&lowest, "interval", "threads"]].concat();
    let table = table::narrow_without(table, screen, &first);
    let mut text = format!("\n{}: {}\n{table}", kernel.kernel, kernel.formula);
    let untimed = kernel.untimed.iter();
    let untimed = untimed.map(|u| format!("not timed: {} at {}: {}", u.variant, u.level, u.why));
    for line in untimed.chain(legend([kernel])).chain(kernel.verdict.iter().cloned()) {
        text += &format!("\n{}", screen.wrapped(&line));
    }
    text
}

fn cells(row: &Row) -> [Cell; 14] {
    let number = |value: Option<f64>, digits: usize| {
        Cell::new(value.map_or(String::new(), |value| format!("{value:.digits$}")))
    };
    let ratio = |ratio: Option<Ratio>| ratio.map_or(Cell::new(""), |ratio| times(&ratio));
    let interval =
        row.to_baseline.and_then(|ratio| Some(format!("{:.3}-{:.3}", ratio.low?, ratio.high?)));
    [
        Cell::new(row.n),
        Cell::new(row.variant),
        Cell::new(row.level),
        Cell::new(row.threads),
        Cell::new(seconds(row.median_seconds)),
        ratio(row.to_baseline),
        Cell::new(interval.unwrap_or_default()),
        ratio(row.to_lowest),
        number(row.ns_per_element, 3),
        number(row.gb_per_second, 1),
        number(row.gflops, 1),
        roofline(row),
        ratio(row.thread_speed_up),
        Cell::new(row.note.as_deref().unwrap_or_default()),
    ]
}

/// How near to the roofline, and a mark where it is beyond.
fn roofline(row: &Row) -> Cell {
    let Some(of) = row.roofline else { return Cell::new("") };
    match row.is_beyond_roofline() {
        true => table::ratio(format!("{} !", percent(of.share)), Standing::Impossible),
        false => Cell::new(percent(of.share)),
    }
}

/// A ratio and its mark, in its colour.
fn times(ratio: &Ratio) -> Cell {
    table::ratio(marked(ratio), ratio.standing)
}

fn marked(ratio: &Ratio) -> String {
    format!("{:.2}x {}", ratio.value, ratio.standing.mark()).trim_end().to_owned()
}
