//! How a file says that this program wrote it. Each format has a mark of its own, matched exactly:
//! the word abreast in somebody's notes is none.

use crate::shard;
use abreast::harness::report::{CSV_BEGINS, HTML_BEGINS, MARKDOWN_BEGINS};
use abreast::harness::{memory, scale, trace};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// What an output holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The report.
    Report,
    /// A comparison.
    Json,
    /// Its table for spreadsheets.
    Csv,
    /// Its table for READMEs.
    Markdown,
    /// A picture of a fractal.
    Picture,
    /// A Chrome trace.
    Trace,
    /// A Gantt chart.
    Gantt,
    /// A flame graph.
    Flame,
    /// Efficiency against task size.
    Curves,
    /// What the machine can do, and kernels below that.
    Roofline,
    /// Saved runs over time.
    History,
    /// Speed-up against threads.
    Scaling,
    /// The same as a page.
    ScalingPage,
    /// Memory in use over time.
    Memory,
    /// The same as a page.
    MemoryPage,
    /// A shard of a run.
    Shard,
}

impl Format {
    /// With its article.
    pub fn name(self) -> &'static str {
        match self {
            Format::Report => "a report",
            Format::Json => "a comparison in JSON",
            Format::Csv => "a comparison in CSV",
            Format::Markdown => "a comparison in Markdown",
            Format::Picture => "a picture",
            Format::Trace => "a trace",
            Format::Gantt => "a Gantt chart",
            Format::Flame => "a flame graph",
            Format::Curves => "a picture of METG curves",
            Format::Roofline => "a picture of a roofline",
            Format::History => "a history",
            Format::Scaling => "a picture of scaling",
            Format::ScalingPage => "a page about scaling",
            Format::Memory => "a picture of memory in use",
            Format::MemoryPage => "a page about memory",
            Format::Shard => "a shard",
        }
    }

    /// How every file of the format begins; for a picture, whose first bytes all PNG files share, the
    /// text `Software` says it.
    pub fn beginning(self) -> Option<&'static str> {
        match self {
            Format::Report => Some(HTML_BEGINS),
            // Of any version.
            Format::Json => Some("{\n  \"schema\": \"abreast.compare/"),
            Format::Csv => Some(CSV_BEGINS),
            Format::Markdown => Some(MARKDOWN_BEGINS),
            Format::Picture => None,
            Format::Trace => Some(trace::BEGINS),
            Format::Gantt => Some("<!-- abreast: a Gantt chart -->\n"),
            Format::Flame => Some("<!-- abreast: a flame graph -->\n"),
            Format::Curves => Some("<!-- abreast: METG curves -->\n"),
            Format::Roofline => Some("<!-- abreast: a roofline -->\n"),
            Format::History => Some(abreast_compare::history::BEGINS),
            Format::Scaling => Some("<!-- abreast: scaling -->\n"),
            Format::ScalingPage => Some(scale::HTML_BEGINS),
            Format::Memory => Some("<!-- abreast: memory in use -->\n"),
            Format::MemoryPage => Some(memory::HTML_BEGINS),
            // Of any version.
            Format::Shard => Some(shard::BEGINS),
        }
    }

    /// Whether the plain file is one of this format that this program wrote.
    pub fn is_mark_of(self, file: &Path) -> bool {
        let Ok(mut file) = File::open(file) else { return false };
        let Some(beginning) = self.beginning() else { return is_picture(file) };
        let mut begins = vec![0; beginning.len()];
        file.read_exact(&mut begins).is_ok() && begins == beginning.as_bytes()
    }
}

/// The text chunk of a picture that says who drew it.
pub const SOFTWARE: (&str, &str) = ("Software", "abreast");

fn is_picture(file: File) -> bool {
    let Ok(reader) = png::Decoder::new(BufReader::new(file)).read_info() else { return false };
    let texts = &reader.info().uncompressed_latin1_text;
    texts.iter().any(|chunk| (&*chunk.keyword, &*chunk.text) == SOFTWARE)
}
