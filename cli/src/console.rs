//! Where the program writes: results to stdout, everything else to stderr.

use abreast_compare::format::wrapped;
use abreast_compare::paint::Paint;
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;

/// The two streams of a run. Tests pass vectors; `main` passes the process's own.
pub struct Console<'c> {
    /// Results, and nothing else.
    pub out: &'c mut dyn Write,
    /// Progress, notes and errors.
    pub err: &'c mut dyn Write,
    /// Whether stderr is a terminal: only then is progress drawn.
    pub lively: bool,
    /// What stdout is shown on.
    pub screen: Screen,
}

/// What a table may do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Screen {
    /// Columns of the terminal, when there is one.
    pub columns: Option<u16>,
    /// Whether there are colours.
    pub paint: Paint,
}

impl Screen {
    /// A sentence in lines no wider than the terminal.
    pub(crate) fn wrapped(self, sentence: &str) -> String {
        match self.columns {
            Some(columns) => wrapped(sentence, columns.into()),
            None => sentence.to_owned(),
        }
    }
}

impl Console<'_> {
    /// Writes one line of results.
    pub fn say(&mut self, line: impl AsRef<str>) -> Result<()> {
        // In one piece: what cannot be written may have to go elsewhere.
        self.deliver(format!("{}\n", line.as_ref()).as_bytes())
    }

    /// Writes a sentence of a verdict, no wider than the terminal; what disagrees is marked.
    pub fn sentence(&mut self, sentence: &str) -> Result<()> {
        let lines = self.screen.wrapped(sentence);
        match sentence.starts_with("DISAGREES") {
            true => self.say(self.screen.paint.wrong(&lines)),
            false => self.say(lines),
        }
    }

    /// Writes a whole result as it is.
    pub fn deliver(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.out.write_all(bytes).and_then(|()| self.out.flush());
        written.context("standard output cannot be written")
    }

    /// Lets `work` say things to people on stderr, where stdout holds something else. A stderr that is
    /// gone is no reason to stop.
    pub fn aside(
        &mut self,
        aside: bool,
        work: impl FnOnce(&mut Console<'_>) -> Result<()>,
    ) -> Result<()> {
        if !aside {
            return work(self);
        }
        let (lively, screen) = (self.lively, self.screen);
        let mut deaf = Deaf(&mut *self.err);
        work(&mut Console { out: &mut deaf, err: &mut io::sink(), lively, screen })
    }

    /// Writes a result as one line of JSON.
    pub fn json(&mut self, value: &impl serde::Serialize) -> Result<()> {
        self.say(serde_json::to_string(value)?)
    }

    /// Writes a note to stderr; a stderr that is gone is no reason to stop. It may quote what
    /// anybody has typed: nothing in it reaches the terminal but text.
    pub fn note(&mut self, line: impl AsRef<str>) {
        let _ = writeln!(self.err, "{}", plain(line.as_ref()));
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

/// Runs `work` with a stdout that never fails: the first failure is kept, and what could not be
/// written goes to stderr when `spare` says that it is too good to lose.
pub fn guarded<R>(
    console: &mut Console<'_>,
    spare: bool,
    work: impl FnOnce(&mut Console<'_>) -> R,
) -> (R, Option<io::Error>) {
    let (lively, screen) = (console.lively, console.screen);
    let err = RefCell::new(&mut *console.err);
    let mut out = Guarded { out: &mut *console.out, err: &err, spare, lost: None };
    let result = work(&mut Console { out: &mut out, err: &mut Shared(&err), lively, screen });
    (result, out.lost)
}

struct Guarded<'g, 'c> {
    out: &'g mut (dyn Write + 'c),
    err: &'g RefCell<&'g mut (dyn Write + 'c)>,
    spare: bool,
    lost: Option<io::Error>,
}

impl Write for Guarded<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.lost.is_none() {
            match self.out.write_all(bytes).and_then(|()| self.out.flush()) {
                Ok(()) => return Ok(()),
                Err(why) => self.lost = Some(why),
            }
        }
        // A picture is of no use there.
        if self.spare && std::str::from_utf8(bytes).is_ok() {
            let _ = self.err.borrow_mut().write_all(bytes);
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Stderr, which [`Guarded`] needs too.
struct Shared<'g, 'c>(&'g RefCell<&'g mut (dyn Write + 'c)>);

impl Write for Shared<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// A stream whose failures nobody minds.
struct Deaf<'d>(&'d mut dyn Write);

impl Write for Deaf<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

/// Text that does to a terminal what text does: other control characters than the ends of lines, and
/// those that turn the direction of reading, are written out.
pub fn plain(text: &str) -> Cow<'_, str> {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let acts = |c: char| (c.is_control() && c != '\n') || turns(c);
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            c if !acts(c) => plain.push(c),
            c => plain.extend(c.escape_default()),
        }
    }
    Cow::Owned(plain)
}

/// A path in one line for people.
pub fn shown(path: &Path) -> String {
    plain(&path.display().to_string()).replace('\n', "\\n")
}
