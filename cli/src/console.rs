//! Where the program writes: results to stdout, everything else to stderr, files with care.

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, Write};

/// The two streams of a run. Tests pass vectors; `main` passes the process's own.
pub struct Console<'c> {
    /// Results, and nothing else.
    pub out: &'c mut dyn Write,
    /// Progress, notes and errors.
    pub err: &'c mut dyn Write,
    /// Whether stderr is a terminal: only then is progress drawn.
    pub lively: bool,
    /// Columns of the terminal, when stdout is one.
    pub columns: Option<u16>,
}

/// Standard output went away before everything was written.
#[derive(Debug, thiserror::Error)]
#[error("standard output was closed before everything was written")]
pub struct Closed;

impl Console<'_> {
    /// Writes one line of results.
    pub fn say(&mut self, line: impl AsRef<str>) -> Result<()> {
        let written = writeln!(self.out, "{}", line.as_ref()).and_then(|()| self.out.flush());
        match written {
            Err(why) if why.kind() == io::ErrorKind::BrokenPipe => Err(Closed.into()),
            other => other.context("standard output cannot be written"),
        }
    }

    /// Writes a result as one line of JSON.
    pub fn json(&mut self, value: &impl serde::Serialize) -> Result<()> {
        self.say(serde_json::to_string(value)?)
    }

    /// Writes a note to stderr; a stderr that is gone is no reason to stop.
    pub fn note(&mut self, line: impl AsRef<str>) {
        let _ = writeln!(self.err, "{}", line.as_ref());
    }

    /// A progress line on stderr, hidden when stderr is no terminal. It moves only when told to,
    /// so nothing ticks inside a timed sample.
    pub fn progress(&self, steps: u64) -> ProgressBar {
        let target = match self.lively {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg:40!}");
        ProgressBar::with_draw_target(Some(steps), target)
            .with_style(style.expect("a template that indicatif knows"))
    }
}
