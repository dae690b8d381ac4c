//! `abreast patterns copy`: a pattern, written into a crate.

use crate::console::Console;
use abreast_patterns::index::Row;
use abreast_patterns::index::copy::{Copied, Take, copy};
use anyhow::Result;
use clap::{Args, Subcommand};
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum PatternsAction {
    /// Writes a pattern with its C or C++ into a crate: the one in DIR, or a new one
    Copy(CopyArgs),
}

#[derive(Args)]
pub struct CopyArgs {
    /// A pattern, by name or number
    #[arg(value_name = "PATTERN")]
    pub pattern: String,
    /// The folder of the crate
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Writes also what the page marks as the example: the library in place of yours, counterexamples, tests
    #[arg(long)]
    pub with_example: bool,
}

impl CopyArgs {
    /// Copies the pattern, and says what was written and what is to be added by hand.
    pub fn run(&self, row: &Row, console: &mut Console<'_>) -> Result<()> {
        let take = if self.with_example { Take::WithExample } else { Take::Pattern };
        console.say(in_words(&copy(&[row], take, &self.folder)?, take))
    }
}

fn in_words(copied: &Copied, take: Take) -> String {
    let mut text = String::from("Written:\n");
    for path in &copied.written {
        let _ = writeln!(text, "  {}", path.display());
    }
    if take == Take::Pattern {
        text += &without_example(&copied.left_out);
    }
    for (file, lines) in &copied.to_add {
        let _ = writeln!(text, "\nTo be added to {file}:\n");
        text.extend(lines.lines().map(|line| format!("    {}\n", line.trim_start())));
    }
    text.trim_end().to_owned()
}

/// What is not there, and what that means.
fn without_example(left_out: &[&str]) -> String {
    let files: String = left_out.iter().map(|path| format!("  {path}\n")).collect();
    format!(
        "\nLeft out, as the example (--with-example writes it as well): parts of these files, and\n{files}\n\
         Functions in `raw` that are not defined are those of the example's library: yours take their place.\n"
    )
}
