//! The report: a comparison as one self-contained page, as Markdown and as CSV.
//!
//! The page needs no network; without its script, which sorts and copies tables, everything can be read. It
//! follows the reader's light or dark setting and prints. Everything in it is also embedded as JSON, in the element with the id `abreast-data`.

mod agreement;
mod bars;
mod curves;
mod facts;
mod glance;
mod overview;
mod page;
mod rows;
mod series;
mod tables;

use abreast_compare::{format, html};
pub(in crate::harness) use page::small_page;
pub use page::{HTML_BEGINS, html};
pub use tables::{CSV_BEGINS, MARKDOWN_BEGINS, csv, markdown};

use super::model::Comparison;
use super::overhead::Overhead;
use super::same_bits::SameBits;
use serde::Serialize;

/// Names the form of the JSON embedded in the page.
pub const SCHEMA: &str = "abreast.report/1";

/// Everything the page shows.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Report<'r> {
    /// The command line that makes this report again.
    pub command: &'r str,
    /// What the gate found and what was measured.
    pub comparison: &'r Comparison,
    /// The same-bits tables, kernel by kernel, if they were made.
    pub matrices: &'r [SameBits],
    /// What crossing a border costs, if it was measured.
    pub overhead: Option<&'r Overhead>,
}

#[cfg(test)]
mod tests;
