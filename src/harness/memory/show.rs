//! The table and the page.

use super::plot::{self, lines};
use super::{Measured, Memory, Row};
use crate::harness::report::small_page;
use abreast_compare::format::{bytes, grouped};
use abreast_compare::html::Html;
use abreast_compare::plot::{Ink, glyph};

/// How every page of [`html()`] begins.
pub const HTML_BEGINS: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta name=\"generator\" content=\"abreast memory\">"
);

/// The columns of the table.
pub const COLUMNS: [&str; 7] =
    ["variant", "executor", "operands", "output", "RSS beyond", "malloc beyond", "allocs"];

/// What was measured, on one line.
pub fn title(memory: &Memory) -> String {
    format!("{} at n = {}, level {}", memory.kernel, grouped(memory.size), memory.level)
}

/// One row of the table; who failed has the reason instead of numbers.
pub fn cells(row: &Row) -> [String; 7] {
    let (variant, exec) = (row.variant.clone(), row.exec.clone());
    let none = String::new;
    match &row.found {
        Ok(found) => {
            let or_unknown = |amount: Option<u64>| amount.map_or("?".to_owned(), bytes);
            let (rss, heap) = (or_unknown(found.beyond()), or_unknown(found.heap_beyond()));
            [variant, exec, bytes(found.operands), bytes(found.output), rss, heap, allocs(found)]
        }
        Err(why) => [variant, exec, why.clone(), none(), none(), none(), none()],
    }
}

fn allocs(found: &Measured) -> String {
    let text = |of: abreast_compare::Allocations| format!("{} / {}", of.count, bytes(of.bytes));
    found.allocations.map_or("?".to_owned(), text)
}

/// A page with the curves and the table; it needs nothing else.
pub fn html(memory: &Memory) -> String {
    let title = format!("Memory of {}", memory.kernel);
    small_page(HTML_BEGINS, &title, |main| {
        main.put("p", "brand", "abreast memory");
        main.put("h1", "", &title);
        main.put("p", "when", format!("{}; {}", self::title(memory), memory.created));
        if let Some(plot) = plot::inline(memory) {
            main.tag("figure", "", |figure| {
                figure.tag("p", "legend", |legend| {
                    lines(memory).for_each(|(row, ink)| label(legend, row, ink));
                });
                figure.raw(&plot);
            });
        }
        main.tag("section", "", |section| table(section, memory));
        main.list("warnings", &memory.notes);
    })
}

fn label(legend: &mut Html, row: &Row, ink: Ink) {
    legend.tag("span", "key", |key| {
        key.raw(&glyph(ink));
        key.text(format!("{} on {}", row.variant, row.exec));
    });
}

fn table(html: &mut Html, memory: &Memory) {
    let caption = "One call in a process of its own. Beyond: the most at a time, without operands and \
                   output. Allocations with the output.";
    html.wide("Memory", |html| {
        html.table("full", caption, &COLUMNS, |rows| {
            for row in &memory.rows {
                let cells = cells(row);
                rows.tag("tr", "", |tr| {
                    tr.row_name(&cells[0]);
                    cells[1..].iter().for_each(|cell| tr.put("td", "number", cell));
                });
            }
        });
    });
}
