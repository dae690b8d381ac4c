//! Every number: as a table of the page, as Markdown, as CSV.

use super::format::{digits, grouped, markdown as md, percent, seconds};
use super::html::Html;
use crate::harness::model::{Comparison, KernelRows, Ratio, Row, Standing};
use abreast_compare::verdict::count;

/// The columns of the table, in this order everywhere.
const COLUMNS: [&str; 12] = [
    "variant",
    "level",
    "threads",
    "n",
    "time",
    "ns / element",
    "GB/s",
    "GFLOP/s",
    "% of roofline",
    "× baseline",
    "× lowest level",
    "× one thread",
];

/// A row's cells as people read them.
fn cells(row: &Row) -> [String; 12] {
    let number = |value: Option<f64>| value.map_or_else(dash, digits);
    [
        row.variant.to_owned(),
        row.level.to_owned(),
        row.threads.to_string(),
        grouped(row.n),
        seconds(row.best_seconds),
        number(row.ns_per_element),
        number(row.gb_per_second),
        number(row.gflops),
        row.roofline.map_or_else(dash, |roofline| percent(roofline.share)),
        ratio(row.to_baseline),
        ratio(row.to_lowest),
        ratio(row.thread_speed_up),
    ]
}

fn dash() -> String {
    "–".to_owned()
}

/// `= 1.01`: the ratio behind its mark, if it has one.
pub(super) fn marked(ratio: Ratio) -> String {
    format!("{} {}", ratio.standing.mark(), digits(ratio.value)).trim_start().to_owned()
}

/// `1.40 (1.38–1.42)`, with its mark in front.
fn ratio(ratio: Option<Ratio>) -> String {
    let Some(ratio) = ratio else { return dash() };
    let value = marked(ratio);
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) => format!("{value} ({}–{})", digits(low), digits(high)),
        _ => value,
    }
}

/// How to read the numbers, and what the marks mean of those that are there.
fn explained(comparison: &Comparison) -> String {
    let ratios = comparison.kernels.iter().flat_map(KernelRows::ratios);
    let legend = Standing::legend(ratios.map(|ratio| ratio.standing));
    let legend = legend.map_or(String::new(), |legend| format!(" {legend}."));
    let layouts = match comparison.layouts {
        1 => String::new(),
        layouts => format!(" of {layouts} layouts of the code"),
    };
    format!(
        "Times and rates are those of the best round; ratios are medians of paired rounds in {}{layouts}, with \
         what the intervals of all of them cover, larger is faster.{legend}",
        count(comparison.starts as usize, "process start")
    )
}

/// The full table of the page.
pub(super) fn full(html: &mut Html, comparison: &Comparison) {
    html.put("p", "", explained(comparison));
    for table in comparison.kernels.iter().filter(|table| !table.rows.is_empty()) {
        html.fold(table.kernel, |html| {
            html.wide(table.kernel, |html| {
                html.table("full", table.kernel, &COLUMNS, |rows| {
                    for row in table.shown() {
                        rows.tag("tr", "", |tr| {
                            let [variant, rest @ ..] = cells(row);
                            tr.row_name(variant);
                            rest.into_iter().for_each(|cell| tr.put("td", "number", cell));
                        });
                        if let Some(note) = &row.note {
                            let all = [("colspan", "12"), ("class", "note")];
                            rows.tag("tr", "", |tr| tr.element("td", &all, |td| td.text(note)));
                        }
                    }
                });
            })
        });
    }
    let untimed = comparison.kernels.iter().flat_map(|table| {
        let kernel = table.kernel;
        table
            .untimed
            .iter()
            .map(move |u| format!("{kernel} {} at {}: {}", u.variant, u.level, u.why))
    });
    let untimed: Vec<String> = untimed.collect();
    if !untimed.is_empty() {
        html.put("h3", "", "Not timed");
        html.list("", untimed);
    }
}

/// The first line of every [`markdown()`].
pub const MARKDOWN_BEGINS: &str = "<!-- abreast: a comparison as Markdown -->\n";

/// The comparison as Markdown, for a README or an issue.
///
/// It begins with [`MARKDOWN_BEGINS`], so that a program can tell its own files from others.
pub fn markdown(comparison: &Comparison) -> String {
    let mut text = format!("{MARKDOWN_BEGINS}\n# abreast: comparison\n\n");
    let environment = &comparison.environment;
    let cpu = environment.machine.cpu.as_deref().unwrap_or("unknown CPU");
    text.push_str(&format!(
        "{} · {} · {} · {}\n",
        comparison.created,
        md(cpu),
        md(environment.compilers.c),
        md(environment.compilers.rust)
    ));
    let sentences = |text: &mut String, all: &[String]| {
        if !all.is_empty() {
            text.push('\n');
        }
        all.iter().for_each(|words| text.push_str(&format!("- {}\n", md(words))));
    };
    sentences(&mut text, &comparison.verdict);
    sentences(&mut text, &comparison.warnings);
    for table in &comparison.kernels {
        text.push_str(&format!("\n## {}\n\n`{}`\n", md(table.kernel), table.formula));
        sentences(&mut text, &table.verdict);
        markdown_table(&mut text, table);
    }
    text.push_str(&format!("\n{}\n", md(&explained(comparison))));
    text
}

fn markdown_table(text: &mut String, table: &KernelRows) {
    if table.rows.is_empty() {
        return;
    }
    text.push('\n');
    let mut line = |cells: &[String]| text.push_str(&format!("| {} |\n", cells.join(" | ")));
    line(&COLUMNS.map(str::to_owned));
    let mut rule = COLUMNS.map(|_| "---:".to_owned());
    rule[..2].fill("---".to_owned());
    line(&rule);
    table.shown().for_each(|row| line(&cells(row).map(|cell| md(&cell))));
}

/// How every [`csv()`] begins: with the names of its columns, the first of which are always these.
pub const CSV_BEGINS: &str = "schema,kernel,variant,level,lowest,threads,n,footprint,calls,rounds,";

/// The names of the other columns.
const CSV_COLUMNS: &str = concat!(
    "best_seconds,median_seconds,empty_share,ns_per_element,gb_per_second,gflops,roof_share,",
    "to_baseline,to_baseline_low,to_baseline_high,to_baseline_distinguishable,",
    "to_lowest,to_lowest_low,to_lowest_high,to_lowest_distinguishable,",
    "thread_speed_up,thread_speed_up_low,thread_speed_up_high,thread_speed_up_distinguishable,note\r\n"
);

/// The comparison as CSV: a row per variant, level, size and number of threads, with full precision.
///
/// The first column of every row names the form, `abreast.compare/3`. A number that could not be
/// had is an empty field.
pub fn csv(comparison: &Comparison) -> String {
    let mut text = [CSV_BEGINS, CSV_COLUMNS].concat();
    for table in &comparison.kernels {
        for row in &table.rows {
            text.push_str(&record(comparison.schema, table.kernel, row));
            text.push_str("\r\n");
        }
    }
    text
}

fn record(schema: &str, kernel: &str, row: &Row) -> String {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let mut fields = vec![
        field(schema),
        field(kernel),
        field(row.variant),
        field(row.level),
        row.lowest.to_string(),
        row.threads.to_string(),
        row.n.to_string(),
        row.footprint.to_string(),
        row.calls.to_string(),
        row.rounds.to_string(),
        row.best_seconds.to_string(),
        row.median_seconds.to_string(),
        number(row.empty_share),
        number(row.ns_per_element),
        number(row.gb_per_second),
        number(row.gflops),
        number(row.roofline.map(|roofline| roofline.share)),
    ];
    for ratio in [row.to_baseline, row.to_lowest, row.thread_speed_up] {
        fields.push(number(ratio.map(|ratio| ratio.value)));
        fields.push(number(ratio.and_then(|ratio| ratio.low)));
        fields.push(number(ratio.and_then(|ratio| ratio.high)));
        fields.push(ratio.map_or_else(String::new, |ratio| ratio.is_distinguishable().to_string()));
    }
    fields.push(field(row.note.as_deref().unwrap_or_default()));
    fields.join(",")
}

/// A field, quoted where it must be (RFC 4180).
fn field(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
