//! The result as one HTML file that needs nothing else: nothing from elsewhere, and without its script all can be read.

pub(crate) mod plots;

use crate::format::{digits, ratio, seconds, tick};
use crate::host::host;
use crate::html::{self, Html};
use crate::measure::Rounds;
use crate::message::TimedRow;
use crate::plot::{Ink, STYLE, glyph};
use crate::results::{Agreement, Cell, GroupResult, Results, Standing};
use crate::{heat, table, verdict};
use plots::{Plot, Point, Series};

/// How every page begins, by which it is known to be ours.
pub(crate) const BEGINS: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"generator\" content=\"abreast-compare\">"
);

/// How every page looks.
pub(crate) const PAGE_STYLE: &str = include_str!("report/style.css");

/// The page. The same results give the same page.
pub(crate) fn page(results: &Results) -> String {
    let names: Vec<&str> = results.groups.iter().map(|group| &group.group[..]).collect();
    let title = format!("{} compared", names.join(", "));
    html::page(BEGINS, &title, &[STYLE, PAGE_STYLE, heat::STYLE], |main| {
        main.put("h1", "", names.join(", "));
        // What is wrong comes before what is fast.
        main.list(
            "findings",
            results.groups.iter().flat_map(|group| findings(group, names.len() > 1)),
        );
        main.list("lead", results.groups.iter().flat_map(|group| lead(group, names.len() > 1)));
        main.list("warnings", &results.warnings);
        if let Some(against) = &results.against {
            main.put("h2", "", format!("Against {}", against.name));
            main.list("", &against.words);
        }
        if names.len() > 1 {
            contents(main, &names);
            glance(main, results);
        }
        for (index, result) in results.groups.iter().enumerate() {
            main.element("section", &[("id", &anchor(index))], |section| {
                if names.len() > 1 {
                    section.put("h2", "", &result.group);
                }
                group(section, result);
            });
        }
        main.element("section", &[("id", "environment")], |section| environment(section, results));
    })
}

/// What is against variants.
fn findings(group: &GroupResult, named: bool) -> Vec<String> {
    let name = if named { format!("{}: ", group.group) } else { String::new() };
    group.agreement.findings.iter().map(|f| name.clone() + &verdict::finding(f)).collect()
}

/// The sentences that come first: how the variants compare, or else what the gate found.
fn lead(group: &GroupResult, named: bool) -> Vec<String> {
    let mut sentences = verdict::against_the_baseline(group);
    if sentences.is_empty() {
        sentences.extend(group.verdict.first().cloned());
    }
    let name = if named { format!("{}: ", group.group) } else { String::new() };
    sentences.into_iter().map(|sentence| name.clone() + &sentence).collect()
}

fn anchor(index: usize) -> String {
    format!("group-{}", index + 1)
}

fn contents(html: &mut Html, names: &[&str]) {
    let groups = names.iter().enumerate().map(|(index, name)| (anchor(index), *name));
    html.tag("nav", "", |nav| {
        nav.tag("ul", "contents", |list| {
            for (to, name) in groups.chain([("environment".to_owned(), "Environment")]) {
                let to = format!("#{to}");
                list.tag("li", "", |li| li.element("a", &[("href", &to)], |a| a.text(name)));
            }
        });
    });
}

/// Groups by variants: the ratios at the largest size.
fn glance(html: &mut Html, results: &Results) {
    let mut variants: Vec<&str> = Vec::new();
    for name in results.groups.iter().flat_map(|g| g.timed.iter().filter(|v| **v != g.baseline)) {
        if !variants.contains(&&name[..]) {
            variants.push(name);
        }
    }
    if variants.is_empty() {
        return;
    }
    let header: Vec<&str> =
        ["group", "n", "baseline"].into_iter().chain(variants.clone()).collect();
    html.wide("groups by variants", |html| {
        let caption = "How many times as fast as the baseline, at the largest size";
        html.table("glance", caption, &header, |rows| {
            for (index, group) in results.groups.iter().enumerate() {
                let Some(cell) = group.cells.iter().max_by_key(|cell| cell.n) else { continue };
                rows.tag("tr", "", |tr| {
                    tr.element("th", &[("scope", "row")], |th| {
                        let to = format!("#{}", anchor(index));
                        th.element("a", &[("href", &to)], |a| a.text(&group.group));
                    });
                    tr.put("td", "number", cell.n.to_string());
                    tr.put("td", "", &group.baseline);
                    for name in &variants {
                        let row = cell.rows.iter().find(|row| row.variant == *name);
                        heat::cell(tr, row.and_then(|row| row.ratio.as_ref()));
                    }
                });
            }
        });
    });
}

fn group(html: &mut Html, group: &GroupResult) {
    let lead = lead(group, false);
    let findings = findings(group, false);
    let rest = group.verdict.iter().filter(|s| !lead.contains(s) && !findings.contains(s));
    html.list("", rest);
    if !group.cells.is_empty() {
        times(html, group);
        plots(html, group);
    }
    html.put("h3", "", "Agreement");
    agreement(html, &group.agreement);
    if !group.untimed.is_empty() {
        html.put("h3", "", "Not timed");
        html.list("", group.untimed.iter().map(|u| format!("{}: {}", u.variant, u.why)));
    }
}

/// Every number, cell by cell.
fn times(html: &mut Html, group: &GroupResult) {
    html.put("p", "note", caption(group));
    let name = format!("times of {}", group.group);
    html.wide(&name, |html| {
        html.tag("table", "", |table| {
            table.tag("thead", "", |head| {
                head.tag("tr", "", |row| {
                    for (i, name) in table::columns(group).iter().enumerate() {
                        let class = if is_number(i) { "number" } else { "" };
                        row.element("th", &[("scope", "col"), ("class", class)], |th| {
                            th.text(name)
                        });
                    }
                });
            });
            group.cells.iter().for_each(|cell| rows(table, group, cell));
        });
    });
}

fn caption(group: &GroupResult) -> String {
    let legend = table::legend(group).map_or(String::new(), |legend| format!(" {legend}."));
    let mode = group.mode.in_words().map_or(String::new(), |mode| format!(", {mode}"));
    format!(
        "Medians{mode}; how many times as fast as {}, with its interval.{legend}",
        group.baseline
    )
}

/// All but the names.
fn is_number(column: usize) -> bool {
    column != 1
}

fn rows(html: &mut Html, group: &GroupResult, cell: &Cell) {
    html.tag("tbody", "", |body| {
        let height = (cell.rows.len() + cell.empty.len()).to_string();
        for (r, (row, words)) in cell.rows.iter().zip(table::rows(group, cell)).enumerate() {
            let standing = match row.ratio.map(|ratio| ratio.standing) {
                Some(Standing::Faster) => " faster",
                Some(Standing::Slower) => " slower",
                _ => "",
            };
            body.tag("tr", "", |tr| {
                for (i, word) in words.iter().enumerate() {
                    match i {
                        0 if r > 0 => {}
                        0 => tr.element(
                            "th",
                            &[("scope", "rowgroup"), ("class", "number"), ("rowspan", &height)],
                            |th| th.text(word),
                        ),
                        1 => tr.element("th", &[("scope", "row")], |th| th.text(word)),
                        3 => tr.put("td", &format!("number{standing}"), word),
                        _ => tr.put("td", "number", word),
                    }
                }
            });
        }
        for empty in &cell.empty {
            body.tag("tr", "empty", |tr| {
                tr.put("td", "", &empty.name);
                tr.put("td", "number", seconds(empty.median_seconds));
                let rest = table::columns(group).len().saturating_sub(3).to_string();
                tr.element("td", &[("colspan", &rest)], |_| {});
            });
        }
    });
}

/// For each setting of the parameters: the ratios, and the time per element.
fn plots(html: &mut Html, group: &GroupResult) {
    let mut settings: Vec<&str> = group.cells.iter().map(|cell| &cell.setting[..]).collect();
    settings.dedup();
    html.tag("p", "legend", |legend| {
        for (index, name) in group.timed.iter().enumerate() {
            legend.tag("span", "key", |key| {
                key.raw(&glyph(Ink::Series(index)));
                key.text(name);
            });
        }
    });
    html.tag("div", "plots", |html| {
        for setting in settings {
            let cells: Vec<&Cell> = group.cells.iter().filter(|c| c.setting == setting).collect();
            let with = if setting.is_empty() { String::new() } else { format!(" ({setting})") };
            let ratios = Plot {
                title: format!("How many times as fast as {}{with}", group.baseline),
                y_name: "ratio",
                series: series(group, &cells, ratio_at),
                rule: Some(1.0),
                tick: |value| ratio(value).trim_end_matches('0').trim_end_matches('.').to_owned(),
            };
            let times = Plot {
                title: format!("Time per element{with}"),
                y_name: "ns / n",
                series: series(group, &cells, time_at),
                rule: None,
                tick,
            };
            let ratios = (group.timed.len() > 1).then_some(ratios);
            for plot in ratios.iter().chain([&times]) {
                let Some(svg) = plots::svg(plot) else { continue };
                html.tag("figure", "", |figure| {
                    figure.put("figcaption", "", &plot.title);
                    figure.raw(&svg);
                });
            }
        }
    });
    html.put(
        "p",
        "note",
        "Bars are intervals; of the times, from the fastest start to the slowest. A hollow mark has \
         too few rounds for an interval. Sizes of 0 are left out.",
    );
}

fn series<'g>(
    group: &'g GroupResult,
    cells: &[&Cell],
    point: impl Fn(&Cell, &str) -> Option<Point>,
) -> Vec<Series<'g>> {
    let one = |(index, name): (usize, &'g String)| Series {
        index,
        name,
        points: cells.iter().filter(|c| c.n > 0).filter_map(|cell| point(cell, name)).collect(),
    };
    let all = group.timed.iter().enumerate().map(one);
    all.filter(|series| !series.points.is_empty()).collect()
}

fn ratio_at(cell: &Cell, variant: &str) -> Option<Point> {
    let ratio = cell.rows.iter().find(|row| row.variant == variant)?.ratio?;
    Some(Point { n: cell.n as f64, value: ratio.value, ends: ratio.low.zip(ratio.high) })
}

fn time_at(cell: &Cell, variant: &str) -> Option<Point> {
    let row = cell.rows.iter().find(|row| row.variant == variant)?;
    let each = |seconds: f64| 1e9 * seconds / cell.n as f64;
    let column = TimedRow::Variant(variant.to_owned());
    let of_starts = cell.samples.iter().flatten().filter(|c| c.row == column);
    let medians = of_starts.map(|c| each(Rounds::of(vec![c.seconds.clone()]).median(0)));
    let (low, high) = medians.fold((f64::INFINITY, 0.0f64), |(l, h), m| (l.min(m), h.max(m)));
    let ends = (cell.samples.len() > 1 && low <= high).then_some((low, high));
    Some(Point { n: cell.n as f64, value: each(row.median_seconds), ends })
}

fn agreement(html: &mut Html, agreement: &Agreement) {
    html.facts([
        ("within", Some(agreement.within.clone())),
        ("inputs", Some(agreement.inputs.to_string())),
        ("drawn at random", Some(agreement.drawn.to_string())),
        ("values compared", Some(agreement.values.to_string())),
        (
            "left out, time was short",
            (agreement.left_out > 0).then(|| agreement.left_out.to_string()),
        ),
    ]);
    if !agreement.refused.is_empty() {
        html.tag("details", "", |details| {
            details.put("summary", "", "Inputs that could not be made");
            details.list("", agreement.refused.iter().map(|r| format!("{}: {}", r.input, r.why)));
        });
    }
}

fn environment(html: &mut Html, results: &Results) {
    html.put("h2", "", "Environment");
    let (machine, build) = (&results.machine, &results.build);
    let mut all = vec![
        ("date", Some(results.created.clone())),
        ("took", Some(format!("{} s", digits(results.seconds)))),
    ];
    all.extend(machine.facts());
    all.extend([
        ("governor", results.governor.clone()),
        ("clock", Some("std::time::Instant (monotonic)".to_owned())),
        ("Rust compiler", Some(build.rustc.to_owned())),
        (
            "profile",
            Some(format!(
                "opt-level {}, debug assertions {}",
                build.opt_level,
                if build.debug_assertions { "on" } else { "off" }
            )),
        ),
        ("abreast-compare", Some(build.version.to_owned())),
        ("starts", Some(format!("{}, layouts: {}", results.starts, results.layouts))),
        ("seed", Some(results.seed.to_string())),
    ]);
    for compiler in &results.compilers {
        all.push((&compiler.what, Some(format!("{}, {}", compiler.version, compiler.flags))));
    }
    if host().is_some() {
        // The functions were compiled by others.
        all.retain(|(name, _)| !["Rust compiler", "profile"].contains(name));
    }
    if results.quick {
        all.push(("effort", Some("--quick: fewer rounds".to_owned())));
    }
    html.facts(all);
}

#[cfg(test)]
mod tests;
