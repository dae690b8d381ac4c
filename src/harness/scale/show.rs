//! The table, the sentences and the page.

use super::plot::{self, SERIES};
use super::{Estimate, Point, Scale};
use crate::harness::model::Standing;
use crate::harness::report::small_page;
use abreast_compare::format::{bytes, grouped, percent, ratio, seconds};
use abreast_compare::html::Html;
use abreast_compare::plot::glyph;

/// How every page of [`html()`] begins.
pub const HTML_BEGINS: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"generator\" content=\"abreast scale\">"
);

/// The columns of the table.
pub const COLUMNS: [&str; 8] = [
    "threads",
    "on",
    "time",
    "time from-to",
    "speed-up",
    "speed-up from-to",
    "efficiency",
    "serial part",
];

/// What was measured, on one line.
pub fn title(scale: &Scale) -> String {
    format!(
        "{} at n = {} ({}), {} at {}",
        scale.kernel,
        grouped(scale.n),
        bytes(scale.footprint),
        scale.variant,
        scale.level
    )
}

/// The rows of the table, and what may be said of each.
pub fn cells(scale: &Scale) -> Vec<([String; 8], Option<Standing>)> {
    let strong = scale.strong.iter().map(|point| (point, "one problem"));
    // One thread is one thread.
    let weak = scale.weak.iter().skip(1).map(|point| (point, "one each"));
    strong.chain(weak).map(|(point, on)| (row(point, on), point.standing())).collect()
}

fn row(point: &Point, on: &str) -> [String; 8] {
    let mark = point.standing().map_or(' ', Standing::mark);
    let speed_up = format!("{}x {mark}", ratio(point.speed_up.value));
    let part = point.serial.filter(|_| point.standing() == Some(Standing::Faster));
    [
        point.threads.to_string(),
        on.to_owned(),
        seconds(point.seconds.value),
        from_to(point.seconds, seconds),
        speed_up.trim_end().to_owned(),
        if point.threads > 1 { from_to(point.speed_up, ratio) } else { String::new() },
        percent(point.efficiency.value),
        // Of threads that are no faster than one there is nothing to be said.
        part.map_or(String::new(), serial),
    ]
}

fn from_to(estimate: Estimate, text: impl Fn(f64) -> String) -> String {
    let ends = estimate.low.zip(estimate.high);
    ends.map_or(String::new(), |(low, high)| format!("{}-{}", text(low), text(high)))
}

/// What an interval that reaches zero says is no more than its upper end.
fn serial(part: Estimate) -> String {
    match (part.low, part.high) {
        (Some(low), Some(high)) if low > 0.0 => format!("{}-{}", percent(low), percent(high)),
        (Some(_), Some(high)) if high > 0.0 => format!("at most {}", percent(high)),
        (Some(_), Some(_)) => "none".to_owned(),
        _ => "?".to_owned(),
    }
}

/// What the most threads that have a core each show. What is within the noise is called so.
pub(super) fn verdict(scale: &Scale) -> Vec<String> {
    let cores = scale.environment.machine.cores.allowed;
    let most = |points: &[Point]| {
        points.iter().rev().find(|point| (2..=cores).contains(&point.threads)).copied()
    };
    let strong = most(&scale.strong).map(|point| on_one_problem(&point));
    let weak = most(&scale.weak).map(|point| with_one_each(&point));
    let busy = match scale.environment.machine.crowded() {
        Some(_) => " (on a busy machine: see the note)",
        None => "",
    };
    strong.into_iter().chain(weak).map(|sentence| format!("{sentence}{busy}.")).collect()
}

fn on_one_problem(point: &Point) -> String {
    let (threads, speed_up) = (point.threads, point.speed_up);
    let interval = from_to(speed_up, ratio);
    let nearer = |end: Option<f64>| end.map_or(String::new(), ratio);
    let part = point.serial.map_or(String::new(), |part| {
        format!("; the part that is serial, by Karp and Flatt: {}", serial(part))
    });
    match point.standing() {
        Some(Standing::Faster) => format!(
            "One problem: {threads} threads are at least {} times as fast as one ({interval}){part}",
            nearer(speed_up.low)
        ),
        Some(Standing::Slower) => format!(
            "One problem: {threads} threads are slower than one, at most {} times as fast ({interval})",
            nearer(speed_up.high)
        ),
        Some(Standing::Same) => {
            format!("One problem: {threads} threads are indistinguishable from one ({interval})")
        }
        Some(Standing::Layout) => format!(
            "One problem: a call is too short to tell {threads} threads from one ({interval})"
        ),
        _ => format!("One problem: too few rounds to tell {threads} threads from one"),
    }
}

fn with_one_each(point: &Point) -> String {
    let threads = point.threads;
    let longer = |end: Option<f64>| end.map_or(String::new(), |end| ratio(1.0 / end));
    let interval = from_to(point.efficiency, percent);
    match point.standing() {
        Some(Standing::Slower) => format!(
            "One problem each: each of {threads} threads takes at least {} times as long as one alone \
             (efficiency {interval})",
            longer(point.efficiency.high)
        ),
        Some(Standing::Faster) => format!(
            "One problem each: each of {threads} threads is faster than one alone (efficiency {interval})"
        ),
        Some(Standing::Same | Standing::Layout) => format!(
            "One problem each: {threads} threads do not disturb each other (efficiency {interval}, \
             indistinguishable from all)"
        ),
        _ => format!(
            "One problem each: too few rounds to tell whether {threads} threads disturb each other"
        ),
    }
}

/// A page with the plot and the table; it needs nothing else.
pub fn html(scale: &Scale) -> String {
    let title = format!("How {} scales", scale.kernel);
    small_page(HTML_BEGINS, &title, |main| {
        main.put("p", "brand", "abreast scale");
        main.put("h1", "", &title);
        main.put("p", "when", format!("{}; {}", self::title(scale), scale.created));
        main.list("verdict", &scale.verdict);
        main.list("findings", scale.findings.iter().map(ToString::to_string));
        main.list("warnings", &scale.warnings);
        if let Some(plot) = plot::inline(scale) {
            main.tag("figure", "", |figure| {
                figure.tag("p", "legend", |legend| SERIES.iter().for_each(|s| label(legend, *s)));
                figure.raw(&plot);
            });
        }
        main.tag("section", "", |section| table(section, scale));
        main.tag("section", "", |section| {
            section.put("h2", "", "Machine");
            section.facts(scale.environment.machine.facts());
        });
    })
}

fn label(legend: &mut Html, (name, ink): (&str, abreast_compare::plot::Ink)) {
    legend.tag("span", "key", |key| {
        key.raw(&glyph(ink));
        key.text(name);
    });
}

fn table(html: &mut Html, scale: &Scale) {
    let caption = format!(
        "Medians over {} rounds in {} start(s) of the program; from-to are sign-test intervals of which \
         none misses the truth, with probability {}.",
        scale.rounds,
        scale.starts,
        percent(1.0 - scale.alpha)
    );
    html.wide("Scaling", |html| {
        html.table("full", &caption, &COLUMNS, |rows| {
            for (cells, _) in cells(scale) {
                rows.tag("tr", "", |row| {
                    row.row_name(&cells[0]);
                    cells[1..].iter().for_each(|cell| row.put("td", "number", cell));
                });
            }
        });
    });
}
