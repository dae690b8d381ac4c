//! The tables of a comparison, for the terminal.

use crate::table;
use abreast::harness::model::{Comparison, KernelRows, Ratio, Row, Standing};
use abreast_compare::format::{percent, seconds};

/// One row per kernel, at its largest size: the variants side by side.
pub fn overview(comparison: &Comparison, columns: Option<u16>) -> String {
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
    let text = table::narrow(table, columns);
    let marks = legend(kernels).map_or(String::new(), |legend| format!("; {legend}"));
    format!("{text}\n\nTimes as fast as {baseline} at the same level{marks}.")
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

fn overview_row(kernel: &KernelRows, rivals: &[&str]) -> Option<Vec<String>> {
    let n = kernel.rows.iter().map(|row| row.n).max()?;
    let rows: Vec<&Row> = kernel.shown().filter(|row| row.n == n && !row.lowest).collect();
    let one = |name: &str| rows.iter().find(|row| row.variant == name && row.threads == 1);
    let none = || "-".to_owned();
    let default = one(kernel.default);
    let on_threads = rows.iter().filter(|row| row.variant == kernel.default).find_map(|row| {
        row.thread_speed_up.map(|ratio| format!("{} on {}", times(&ratio), row.threads))
    });
    let against = |name: &&str| {
        one(name).and_then(|row| row.to_baseline).map_or_else(none, |ratio| times(&ratio))
    };
    let mut cells = vec![kernel.kernel.to_owned(), n.to_string(), rows.first()?.level.to_owned()];
    cells.push(one(kernel.baseline).map_or_else(none, |row| seconds(row.median_seconds)));
    cells.extend(rivals.iter().map(against));
    cells.push(default.and_then(|row| row.to_lowest).map_or_else(none, |ratio| times(&ratio)));
    cells.push(on_threads.unwrap_or_else(none));
    let share = default.and_then(|row| row.roofline).map(|roofline| percent(roofline.share));
    cells.push(share.unwrap_or_else(none));
    Some(cells)
}

/// One kernel: every variant at every level and size.
pub fn kernel(kernel: &KernelRows, columns: Option<u16>) -> String {
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
    let mut text =
        format!("\n{}: {}\n{}", kernel.kernel, kernel.formula, table::narrow(table, columns));
    for untimed in &kernel.untimed {
        text += &format!("\nnot timed: {} at {}: {}", untimed.variant, untimed.level, untimed.why);
    }
    text.extend(legend([kernel]).map(|legend| format!("\n{legend}")));
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
    let interval =
        row.to_baseline.and_then(|ratio| Some(format!("{:.3}-{:.3}", ratio.low?, ratio.high?)));
    [
        row.n.to_string(),
        row.variant.to_owned(),
        row.level.to_owned(),
        row.threads.to_string(),
        seconds(row.median_seconds),
        ratio(row.to_baseline),
        interval.unwrap_or_default(),
        ratio(row.to_lowest),
        number(row.ns_per_element, 3),
        number(row.gb_per_second, 1),
        number(row.gflops, 1),
        row.roofline.map_or(String::new(), |roofline| percent(roofline.share)),
        ratio(row.thread_speed_up),
        row.note.clone().unwrap_or_default(),
    ]
}

/// A ratio and its mark.
fn times(ratio: &Ratio) -> String {
    format!("{:.2}x {}", ratio.value, ratio.standing.mark()).trim_end().to_owned()
}
