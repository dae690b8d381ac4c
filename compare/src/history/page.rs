//! The history as one HTML file that needs nothing else.

use super::{ChangePoint, History, Line};
use crate::format::{ratio, seconds, tick};
use crate::html::{self, Html};
use crate::plot::{self, Axis, Canvas, Failure, Ink, Margins, around, decades, panel};
use crate::report::PAGE_STYLE;
use crate::report::plots::{Point, Series, line};
use crate::verdict::count;
use plotters::prelude::*;

/// How every page begins, by which it is known to be ours.
pub const BEGINS: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"generator\" content=\"abreast history\">"
);

/// A plot that is alone is no larger than others.
const STYLE: &str =
    ".plots { grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); }";

/// How large a plot is before the page scales it.
const SIZE: (u32, u32) = (450, 250);
/// Dates below a plot.
const TICKS: usize = 5;

/// The page. The same history gives the same page.
pub fn page(history: &History) -> String {
    let mut benches: Vec<&str> = history.runs.iter().map(|run| &run.bench[..]).collect();
    benches.sort_unstable();
    benches.dedup();
    let title = format!("{} over time", benches.join(", "));
    html::page(BEGINS, &title, &[plot::STYLE, PAGE_STYLE, STYLE], |main| {
        main.put("h1", "", &title);
        main.list("lead", changes(history).map(|(_, change)| &change.words));
        main.list("", &history.words);
        let (changed, same): (Vec<&Line>, Vec<&Line>) =
            history.lines.iter().partition(|line| !line.changes.is_empty());
        if !changed.is_empty() {
            main.tag("section", "", |section| {
                section.put("h2", "", "Where something changed");
                plots(section, history, &changed);
                table(section, history);
            });
        }
        if !same.is_empty() {
            main.tag("section", "", |section| {
                section.put("h2", "", "Where nothing changed");
                let title = count(same.len(), "line");
                section.fold(&title, |fold| plots(fold, history, &same));
            });
        }
        main.put(
            "p",
            "note",
            "Bars are the intervals of the runs themselves; a hollow mark has none. A line across is the \
             median between two changes, an upright one a change.",
        );
        main.tag("section", "", |section| {
            section.put("h2", "", "Runs");
            section.fold(&count(history.runs.len(), "run"), |fold| runs(fold, history));
        });
    })
}

fn changes(history: &History) -> impl Iterator<Item = (&Line, &ChangePoint)> {
    history.lines.iter().flat_map(|line| line.changes.iter().map(move |change| (line, change)))
}

fn plots(html: &mut Html, history: &History, lines: &[&Line]) {
    html.tag("div", "plots", |html| {
        for line in lines {
            let title = title(history, line);
            let Some(svg) = svg(history, line, &title) else { continue };
            html.tag("figure", "", |figure| {
                figure.put("figcaption", "", &title);
                figure.raw(&svg);
            });
        }
    });
}

/// `dot/lanes at n = 64, against c`, and the machine where there are several.
fn title(history: &History, line: &Line) -> String {
    let over = line.over.as_ref().map_or(String::new(), |over| format!(", against {over}"));
    let machine = match history.machines.len() {
        0 | 1 => String::new(),
        _ => format!(" ({})", history.machines[line.machine]),
    };
    format!("{}{over}{machine}", line.name())
}

fn svg(history: &History, of: &Line, title: &str) -> Option<String> {
    let ends = of.points.iter().flat_map(|p| [Some(p.value), p.low, p.high]).flatten();
    let range = around(ends, 1.05)?;
    let tick: fn(f64) -> String = if of.over.is_some() { tick } else { seconds };
    let y_name = if of.over.is_some() { "times as long" } else { "time" };
    let y = Axis { ticks: decades(&range, tick), range, log: true };
    let x =
        Axis { range: -0.5..of.points.len() as f64 - 0.5, log: false, ticks: dates(history, of) };
    let words: Vec<&str> = of.changes.iter().map(|change| &change.words[..]).collect();
    let words = if words.is_empty() { "Nothing changed.".to_owned() } else { words.join("; ") };
    Some(plot::svg(SIZE, title, &words, |canvas| paint(canvas, of, x, (y, y_name))))
}

/// Month and day of some of the runs.
fn dates(history: &History, line: &Line) -> Vec<(f64, String)> {
    let step = line.points.len().div_ceil(TICKS).max(1);
    let date = |run: usize| history.runs[run].created.get(5..10).unwrap_or_default().to_owned();
    let all = line.points.iter().enumerate().step_by(step);
    all.map(|(i, point)| (i as f64, date(point.run))).collect()
}

fn paint(canvas: &Canvas<'_>, of: &Line, x: Axis, y: (Axis, &str)) -> Result<(), Failure> {
    let (low, high) = (y.0.range.start, y.0.range.end);
    let margins = Margins { left: 72, bottom: 44, top: 12 };
    let mut panel = panel(canvas, margins, (x, "run"), y)?;
    let place = |run: usize| of.points.iter().position(|point| point.run == run).unwrap_or(0);
    let steps: Vec<usize> = of.changes.iter().map(|change| place(change.to)).collect();
    for step in &steps {
        let at = *step as f64 - 0.5;
        let upright = [(at, low), (at, high)];
        panel.draw_series(LineSeries::new(upright, Ink::Rule.color().stroke_width(2)))?;
    }
    let points = of.points.iter().enumerate().map(|(i, point)| Point {
        n: i as f64,
        value: point.value,
        ends: point.low.zip(point.high),
    });
    line(&mut panel, &Series { index: 0, name: &of.variant, points: points.collect() })?;
    let ends = steps.iter().copied().chain([of.points.len()]);
    let mut from = 0;
    for to in ends {
        let level = middle(&of.points[from..to]);
        let across = [(from as f64 - 0.5, level), (to as f64 - 0.5, level)];
        panel.draw_series(LineSeries::new(across, Ink::Reference.color().stroke_width(2)))?;
        from = to;
    }
    Ok(())
}

fn middle(points: &[super::Point]) -> f64 {
    let mut values: Vec<f64> = points.iter().map(|point| point.value).collect();
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    (values[half] + values[(values.len() - 1) / 2]) / 2.0
}

fn table(html: &mut Html, history: &History) {
    let header = ["function", "variant", "n", "from", "to", "times as long", "interval", "build"];
    html.wide("change points", |html| {
        html.table("", "Change points", &header, |rows| {
            for (line, change) in changes(history) {
                rows.tag("tr", "", |tr| {
                    tr.row_name(&line.group);
                    tr.put("td", "", format!("{}{}", line.variant, line.against()));
                    tr.put("td", "number", line.n.to_string());
                    for run in [change.from, change.to] {
                        tr.put("td", "", &history.runs[run].name);
                    }
                    let class = if change.times_as_long > 1.0 { "slower" } else { "faster" };
                    tr.put("td", &format!("number {class}"), ratio(change.times_as_long));
                    let ends = format!("{}-{}", ratio(change.low), ratio(change.high));
                    tr.put("td", "number", ends);
                    tr.put("td", "", change.other_build.join("; "));
                });
            }
        });
    });
}

fn runs(html: &mut Html, history: &History) {
    html.wide("runs", |html| {
        html.table(
            "",
            "In the order of their time",
            &["run", "began", "benchmark", "machine"],
            |rows| {
                for run in &history.runs {
                    rows.tag("tr", "", |tr| {
                        tr.row_name(&run.name);
                        tr.put("td", "", &run.created);
                        tr.put("td", "", &run.bench);
                        tr.put("td", "", &history.machines[run.machine]);
                    });
                }
            },
        );
    });
}
