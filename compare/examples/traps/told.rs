//! What both ways to measure say, in words.

use abreast_compare::format::{self, ratio, seconds};
use abreast_compare::results::{Cell, GroupResult, Row};

/// Less than this is the clock's own time, spread over the calls.
const NOTHING: f64 = 1e-10;

/// `loop 1.20 µs, table 31.0 ns: table is 38.7 times as fast`.
pub fn naive([(base, first), (name, second)]: &super::Naive) -> String {
    let times = format!("{base} {}, {name} {}", time(*first), time(*second));
    // A loop that was removed takes what the clock takes.
    match first / second {
        times_as_fast if *first > NOTHING && *second > NOTHING => {
            format!("{times}: {name} is {} times as fast", ratio(times_as_fast))
        }
        _ => format!("{times}: no time at all"),
    }
}

fn time(of_call: f64) -> String {
    if of_call > NOTHING { seconds(of_call) } else { "0 ns".to_owned() }
}

/// The same from the engine, with what it found.
pub fn engine(group: &GroupResult) -> Vec<String> {
    let mut lines: Vec<String> = group.cells.iter().map(|cell| times(group, cell)).collect();
    lines.extend(group.agreement.findings.iter().map(|finding| {
        let what = format!("{} at {}: {}", finding.variant, finding.input, finding.what);
        line("abreast-compare", &what)
    }));
    lines
}

fn times(group: &GroupResult, cell: &Cell) -> String {
    let how = match group.mode {
        mode if mode.cold => "on cold caches".to_owned(),
        mode if mode.inputs > 1 => format!("{} inputs in turn", mode.inputs),
        _ => "abreast-compare".to_owned(),
    };
    let rows = cell.rows.iter().map(|row| format!("{} {}", row.variant, time(row.median_seconds)));
    let all: Vec<String> = rows.collect();
    let ratios: Vec<String> = cell.rows.iter().filter_map(said).collect();
    let colon = if ratios.is_empty() { "" } else { ": " };
    line(&how, &format!("{}{colon}{}", all.join(", "), ratios.join(", ")))
}

/// Who says it, and what, in 80 columns.
pub fn line(who: &str, what: &str) -> String {
    let what = format::wrapped(what, 54).replace("\n  ", &format!("\n{:26}", ""));
    format!("{who:<24}{what}")
}

fn said(row: &Row) -> Option<String> {
    let of = row.ratio?;
    let ends = match of.low.zip(of.high) {
        Some((low, high)) => format!(" ({}-{})", ratio(low), ratio(high)),
        None => String::new(),
    };
    let words = format!(
        "{} is {} times as fast{ends} {}",
        row.variant,
        ratio(of.value),
        of.standing.mark()
    );
    Some(words.trim_end().to_owned())
}

/// A sentence in lines of 80 columns, indented.
pub fn wrapped(sentence: &str) -> String {
    format::wrapped(sentence, 76)
}
