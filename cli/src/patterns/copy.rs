//! `abreast patterns copy`: a pattern, written into a crate.

use crate::console::Console;
use abreast_patterns::index::Row;
use abreast_patterns::index::copy::{Copied, copy};
use anyhow::Result;
use clap::{Args, Subcommand};
use std::fmt::Write;
use std::path::{Path, PathBuf};

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
}

/// Copies the pattern, and says what was written and what is to be added by hand.
pub fn copied(row: &Row, folder: &Path, console: &mut Console<'_>) -> Result<()> {
    console.say(in_words(&copy(&[row], folder)?))
}

fn in_words(copied: &Copied) -> String {
    let mut text = String::from("Written:\n");
    for path in &copied.written {
        let _ = writeln!(text, "  {}", path.display());
    }
    for (file, lines) in &copied.to_add {
        let _ = writeln!(text, "\nTo be added to {file}:\n");
        text.extend(lines.lines().map(|line| format!("    {}\n", line.trim_start())));
    }
    text.trim_end().to_owned()
}
