//! Where the program writes: results to stdout, everything else to stderr, files with care.

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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

/// A file that the program is going to write. Claimed before the work, so that a minute of
/// measuring is not lost to a name that cannot be written.
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    beside: PathBuf,
}

impl Output {
    /// Checks that `path` can be written and may be: a file that is already there is replaced only
    /// if its beginning says that abreast wrote it, or with `force`.
    pub fn claim(path: &Path, force: bool) -> Result<Output> {
        let name = path.display();
        if path.exists() && !force && !is_ours(path) {
            bail!(
                "{name} exists and was not written by abreast: choose another name, or pass --force"
            );
        }
        let mut file =
            path.file_name().with_context(|| format!("{name} is no file name"))?.to_owned();
        file.push(format!(".{}.tmp", std::process::id()));
        let output = Output { path: path.to_owned(), beside: path.with_file_name(file) };
        output.attempt(|| {
            std::fs::write(&output.beside, []).and_then(|()| std::fs::remove_file(&output.beside))
        })?;
        Ok(output)
    }

    /// Writes a temporary file beside the old one and renames it, so that no reader ever sees half
    /// of it.
    pub fn write(&self, bytes: impl AsRef<[u8]>) -> Result<()> {
        self.attempt(|| {
            std::fs::write(&self.beside, bytes.as_ref())?;
            std::fs::rename(&self.beside, &self.path)
        })
    }

    fn attempt(&self, work: impl FnOnce() -> io::Result<()>) -> Result<()> {
        work()
            .inspect_err(|_| drop(std::fs::remove_file(&self.beside)))
            .with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

/// Everything that abreast writes has its name within the first bytes.
fn is_ours(path: &Path) -> bool {
    std::fs::read(path)
        .is_ok_and(|bytes| bytes[..bytes.len().min(512)].windows(7).any(|word| word == b"abreast"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_somebody_else_is_kept() {
        let folder = std::env::temp_dir().join(format!("abreast-console-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("report.html");
        for text in ["<!-- abreast 1 -->", "<!-- abreast 2 -->"] {
            Output::claim(&path, false).unwrap().write(text).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        std::fs::write(&path, "theirs").unwrap();
        let refusal = Output::claim(&path, false).unwrap_err().to_string();
        assert!(refusal.contains("report.html exists") && refusal.contains("--force"), "{refusal}");
        assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
        Output::claim(&path, true).unwrap().write("<!-- abreast 3 -->").unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no temporary file is left");
        for nowhere in [folder.join("no/such/folder.html"), folder.join(".."), PathBuf::new()] {
            let refusal = Output::claim(&nowhere, true).unwrap_err().to_string();
            assert!(
                refusal.contains("cannot be written") || refusal.contains("no file name"),
                "{refusal}"
            );
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
