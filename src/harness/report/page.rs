//! The page from top to bottom.

use super::facts::{cards, head, sentence, verdict};
use super::format::grouped;
use super::html::Html;
use super::overview::{self, Against};
use super::rows::{level, lines, series, sizes};
use super::series::{Series, legend};
use super::{Report, SCHEMA, agreement, bars, curves, glance, tables};
use crate::harness::model::{Comparison, KernelRows};
use crate::harness::roofline;
use abreast_compare::{heat, plot};

/// How every page of [`html()`] begins.
pub const HTML_BEGINS: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"generator\" content=\"abreast report\">"
);

/// A page of its own in the report's style, for what has one plot and one table.
pub(in crate::harness) fn small_page(
    begins: &str,
    title: &str,
    main: impl FnOnce(&mut Html),
) -> String {
    super::html::page(begins, title, &[plot::STYLE, include_str!("style.css")], main)
}

/// The report as one HTML file that needs nothing else.
///
/// It begins with [`HTML_BEGINS`], so that a program can tell its own files from others.
pub fn html(report: &Report<'_>) -> String {
    let title = format!("abreast: {}", report.comparison.created);
    let styles = [plot::STYLE, include_str!("style.css"), heat::STYLE];
    super::html::page(HTML_BEGINS, &title, &styles, |main| sections(main, report))
}

fn sections(html: &mut Html, report: &Report<'_>) {
    let comparison = report.comparison;
    head(html, report);
    if comparison.kernels.iter().any(|table| !table.rows.is_empty()) {
        section(html, "glance", "At a glance", |html| glance::section(html, comparison));
    }
    verdict(html, comparison);
    section(html, "overview", "Speed", |html| overview(html, comparison));
    section(html, "kernels", "Kernel by kernel", |html| {
        legend(html, series(comparison));
        comparison.kernels.iter().for_each(|table| kernel(html, comparison, table));
    });
    section(html, "threads", "Threads", |html| bars::threads(html, comparison));
    if let Some(overhead) = report.overhead {
        section(html, "crossing", "What a crossing costs", |html| bars::ladder(html, overhead));
    }
    section(html, "roofline", "How near to the machine's limits", |html| {
        bars::roofline(html, comparison);
        if let Some(picture) = roofline::picture(comparison) {
            html.tag("figure", "", |figure| figure.raw(&picture.inline()));
        }
    });
    section(html, "table", "Every number", |html| tables::full(html, comparison));
    section(html, "agreement", "Agreement", |html| agreement::section(html, report));
    cards(html, comparison);
    section(html, "again", "Again", |html| again(html, report));
}

fn section(html: &mut Html, id: &str, title: &str, inside: impl FnOnce(&mut Html)) {
    html.element("section", &[("id", id)], |html| {
        html.put("h2", "", title);
        inside(html);
    });
}

fn overview(html: &mut Html, comparison: &Comparison) {
    html.put(
        "p",
        "",
        "Right of the rule at 1 is faster. The shape with its interval is the largest size that was \
         timed, hollow where there is no interval; small dots are the smaller sizes; an \
         interval that leaves the picture is cut. One thread, the same rounds for all variants. The \
         lowest level is what a compiler makes of the same source without further flags.",
    );
    html.tag("div", "pair", |html| {
        for against in [Against::Baseline, Against::Lowest] {
            let Some(plot) = overview::plot(comparison, against) else { continue };
            html.tag("figure", "", |figure| {
                legend(figure, against.series(comparison));
                figure.raw(&plot);
            });
        }
    });
}

fn kernel(html: &mut Html, comparison: &Comparison, table: &KernelRows) {
    let all = series(comparison);
    html.element("article", &[("id", &format!("kernel-{}", table.kernel))], |html| {
        html.tag("div", "words", |html| {
            html.put("h3", "", table.kernel);
            html.put("p", "formula", table.formula);
            html.put("p", "", about(table, &all));
            // The name is in the heading already.
            let own = format!("{}: ", table.kernel);
            let short = |words: &String| {
                sentence(&format!(" {}", words.strip_prefix(&own).unwrap_or(words)), comparison)
                    .trim()
                    .to_owned()
            };
            html.list("verdict", table.verdict.iter().map(short));
        });
        if let Some(plot) = curves::plot(table, &all, &comparison.environment.machine.caches) {
            html.tag("figure", "", |figure| figure.raw(&plot));
        }
    });
}

fn about(table: &KernelRows, all: &[Series]) -> String {
    let sizes = sizes(table);
    let range = match (sizes.first(), sizes.last()) {
        (Some(first), Some(last)) if first < last => {
            format!(" from {} to {}", grouped(*first), grouped(*last))
        }
        (Some(only), _) => format!(" = {}", grouped(*only)),
        _ => String::new(),
    };
    if lines(table, all).is_empty() {
        return "Nothing was timed.".to_owned();
    }
    format!(
        "n counts {}{range}; {} arithmetic; drawn at level {}.",
        table.unit,
        table.arithmetic,
        level(table)
    )
}

fn again(html: &mut Html, report: &Report<'_>) {
    html.put("p", "", "This command makes the report again:");
    html.element("pre", &[("tabindex", "0")], |pre| pre.put("code", "", report.command));
    html.put(
        "p",
        "",
        format!(
            "Everything on this page is embedded in it as JSON ({SCHEMA}), in the element with the \
             id abreast-data."
        ),
    );
    html.element("script", &[("type", "application/json"), ("id", "abreast-data")], |script| {
        script.raw(&data(report));
    });
}

/// The data, with nothing in it that could end the element that holds it.
fn data(report: &Report<'_>) -> String {
    let value = serde_json::json!({ "schema": SCHEMA, "report": report });
    value.to_string().replace('<', "\\u003c")
}
