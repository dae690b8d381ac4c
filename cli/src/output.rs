//! The files that a command writes: checked before the work, written after it, never somebody
//! else's, never half.
//!
//! `-` is standard output. What is no plain file (a pipe, a device, a descriptor by its name in
//! `/dev/fd`) is opened and written to. A plain file is replaced as a whole, through links, with its
//! mode and as far as possible its owner.

mod mark;
mod target;
mod temporary;

pub use mark::{Format, SOFTWARE};
pub use temporary::folder;

use crate::console::{Console, shown};
use anyhow::{Context, Error, Result, anyhow, bail};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use target::{Identity, Kind, Target};

/// Everything that one command writes to: no two of its options may name the same place.
pub struct Outputs {
    force: bool,
    taken: Vec<(&'static str, Identity)>,
}

/// A place that `option` names, ready to be written to.
#[derive(Debug)]
pub struct Output {
    /// As it was given, for people.
    name: String,
    format: Format,
    force: bool,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Stdout,
    /// Open already: what is written goes through.
    Through(File),
    Replaced(PathBuf),
}

impl Outputs {
    /// With `force` files that this program did not write are replaced too.
    pub fn new(force: bool) -> Outputs {
        Outputs { force, taken: Vec::new() }
    }

    /// The command prints its result itself, as `option` says: no file can go to standard output.
    pub fn prints(&mut self, option: &'static str) -> Result<()> {
        self.take(option, Some(Identity::Stdout))
    }

    /// Whether a file goes to standard output, so that words for people have to go elsewhere.
    pub fn on_stdout(&self) -> bool {
        self.taken.iter().any(|(_, place)| *place == Identity::Stdout)
    }

    /// As [`Outputs::claim`], if a path was given.
    pub fn claim_if(
        &mut self,
        option: &'static str,
        path: Option<&Path>,
        format: Format,
        console: &mut Console<'_>,
    ) -> Result<Option<Output>> {
        path.map(|path| self.claim(option, path, format, console)).transpose()
    }

    /// Checks that `path` can be written and may be: a plain file that is already there is replaced
    /// only if its mark says that this program wrote it in the same format, or with `force`.
    pub fn claim(
        &mut self,
        option: &'static str,
        path: &Path,
        format: Format,
        console: &mut Console<'_>,
    ) -> Result<Output> {
        let name = shown(path);
        let target = Target::of(path).with_context(|| cannot(option, &name))?;
        self.take(option, target.identity.clone())?;
        let place = match target.kind {
            Kind::Stdout => Place::Stdout,
            Kind::Through => {
                Place::Through(target::open(path).with_context(|| cannot(option, &name))?)
            }
            Kind::Plain(file) => {
                if file.exists() {
                    may_replace(&name, &file, format, self.force)?;
                    target::writable(&file).with_context(|| cannot(option, &name))?;
                    if let Some(others) = target::other_names(&file) {
                        console.note(format!(
                            "{name} has {others} more name(s), as hard links: only this one gets the \
                             new content"
                        ));
                    }
                }
                temporary::probe(&file).with_context(|| cannot(option, &name))?;
                Place::Replaced(file)
            }
        };
        Ok(Output { name, format, force: self.force, place })
    }

    /// The command reads the file: no option may write to it.
    pub fn reads(&mut self, file: &Path) {
        // What is no place cannot be written to either, and whoever reads it says so.
        let identity = Target::of(file).ok().and_then(|target| target.identity);
        self.taken.extend(identity.map(|identity| ("an input", identity)));
    }

    fn take(&mut self, option: &'static str, place: Option<Identity>) -> Result<()> {
        let Some(place) = place else { return Ok(()) };
        if let Some((other, _)) = self.taken.iter().find(|(_, known)| *known == place) {
            let what = match place {
                Identity::Stdout => "both go to standard output: one of them needs a file",
                _ => "name the same file",
            };
            bail!("{other} and {option} {what}");
        }
        self.taken.push((option, place));
        Ok(())
    }
}

impl Output {
    /// Writes all of it. A plain file is replaced at once when everything is on the disk beside it, so
    /// that no reader ever sees half of it.
    pub fn write(&mut self, bytes: impl AsRef<[u8]>, console: &mut Console<'_>) -> Result<()> {
        self.write_by(console, |out| out.write_all(bytes.as_ref()))
    }

    /// As [`Output::write`], of what `fill` writes piece by piece, so that nobody needs room for all of it.
    pub fn write_by(
        &mut self,
        console: &mut Console<'_>,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        let written = match &mut self.place {
            Place::Stdout => {
                let mut out = BufWriter::new(&mut *console.out);
                let written = fill(&mut out).and_then(|()| out.flush());
                return written.context("standard output cannot be written");
            }
            Place::Through(file) => {
                let mut out = BufWriter::new(Through(file));
                fill(&mut out).and_then(|()| out.flush())
            }
            Place::Replaced(file) => {
                // The work may have taken an hour, and somebody else may have been here.
                if file.exists() {
                    may_replace(&self.name, file, self.format, self.force)?;
                }
                temporary::replace(file, fill)
            }
        };
        written.with_context(|| format!("{} cannot be written", self.name))
    }

    /// The plain file that is there and would be replaced.
    pub fn existing(&self) -> Option<&Path> {
        match &self.place {
            Place::Replaced(file) if file.exists() => Some(file),
            _ => None,
        }
    }

    /// The name to tell people, unless the content went to standard output.
    pub fn file_name(&self) -> Option<&str> {
        (!matches!(self.place, Place::Stdout)).then_some(&*self.name)
    }
}

/// The first of all failures, with the others behind it.
pub fn all(outcomes: impl IntoIterator<Item = Result<()>>) -> Result<()> {
    let failures: Vec<Error> = outcomes.into_iter().filter_map(Result::err).collect();
    match &failures[..] {
        [] => Ok(()),
        several => {
            let several: Vec<String> = several.iter().map(|why| format!("{why:#}")).collect();
            Err(anyhow!(several.join("; ")))
        }
    }
}

fn cannot(option: &str, name: &str) -> String {
    format!("{option} {name} cannot be written")
}

fn may_replace(name: &str, file: &Path, format: Format, force: bool) -> Result<()> {
    if force || format.is_mark_of(file) {
        return Ok(());
    }
    bail!(
        "{name} exists and is not {} that abreast wrote: choose another name, or pass --force",
        format.name()
    )
}

/// What is open already. A pipe that was opened without waiting for its reader does not wait for it to read
/// either.
struct Through<'f>(&'f mut File);

impl Write for Through<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(why) if why.kind() == io::ErrorKind::WouldBlock => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
