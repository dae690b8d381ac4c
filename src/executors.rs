//! Executors by name: those of [`exec`], those that the front doors above it add, and those of the
//! program itself.

use crate::Error;
use crate::exec::{self, Executor, Locked, Threads};
use crate::graph::Lowered;
use std::sync::OnceLock;

/// An executor that a program adds to those of this crate, found by name.
#[derive(Debug, Clone, Copy)]
pub struct ExecutorEntry {
    /// Its name, as in `--exec NAME` and `--exec NAME:COUNT`.
    pub name: &'static str,
    /// What it is, on one line.
    pub about: &'static str,
    /// Makes one, of so many workers if a count is given.
    pub make: Make,
}

/// Makes an executor.
pub type Make = fn(count: Option<&str>) -> Result<Box<dyn Executor>, Error>;

static ADDED: OnceLock<&'static [ExecutorEntry]> = OnceLock::new();

/// Adds the program's own executors to the names that [`parse`] knows, once: before the first of them
/// is asked for.
///
/// # Errors
/// [`Error::Argument`] when a name is taken, or when some have been added before.
pub fn add(executors: &'static [ExecutorEntry]) -> Result<(), Error> {
    if executors.is_empty() {
        return Ok(());
    }
    let known = || own_names().chain(executors.iter().map(|entry| entry.name));
    for entry in executors {
        if entry.name.is_empty() || entry.name.contains(':') {
            return Err(Error::argument(
                "executor",
                entry.name,
                "a name is not empty and has no colon",
            ));
        }
        if known().filter(|name| *name == entry.name).count() > 1 {
            return Err(Error::argument("executor", entry.name, "there is one of this name"));
        }
    }
    let refused = |_| Error::argument("executors", executors.len(), "some have been added before");
    ADDED.set(executors).map_err(refused)
}

/// The executors that were [added](add).
pub fn added() -> &'static [ExecutorEntry] {
    ADDED.get().copied().unwrap_or_default()
}

fn own_names() -> impl Iterator<Item = &'static str> {
    exec::NAMES.iter().copied().chain(["graph"])
}

/// The executor that `text` names: any that [`exec::parse`] knows, `graph` ([`Lowered`] to one
/// thread per core) or `graph:N`, one that was [added](add), also `locked`.
///
/// ```
/// assert_eq!(abreast::executors::parse("threads:3")?.name(), "threads:3");
/// assert_eq!(abreast::executors::parse("graph:2")?.width(), 2);
/// # Ok::<(), abreast::Error>(())
/// ```
///
/// # Errors
/// [`Error::Unknown`] with the nearest of all names, or [`Error::Argument`] for a bad count.
pub fn parse(text: &str) -> Result<Box<dyn Executor>, Error> {
    let (name, count) = match text.split_once(':') {
        Some((name, count)) => (name, Some(count)),
        None => (text, None),
    };
    if let Some(entry) = added().iter().find(|entry| entry.name == name) {
        return (entry.make)(count);
    }
    match (name, count) {
        ("graph", _) => Ok(Box::new(Lowered(threads(count)?))),
        // What is locked may be any other.
        ("locked", Some(inner)) if !inner.starts_with("locked") => {
            Ok(Box::new(Locked::new(parse(inner)?)))
        }
        _ if exec::NAMES.contains(&name) => exec::parse(text).map(|executor| executor as _),
        _ => {
            let names = own_names().chain(added().iter().map(|entry| entry.name));
            Err(Error::unknown("executor", name, names))
        }
    }
}

/// The pool behind `graph:N`; what is wrong with the count is said of `graph`.
fn threads(count: Option<&str>) -> Result<Threads, Error> {
    let Some(count) = count else { return Threads::per_core() };
    let refuse = |rule: &str| Error::argument("graph", count, rule);
    let width = count.parse().map_err(|_| refuse("must be a whole number"))?;
    Threads::new(width).map_err(|why| match why {
        Error::Argument { rule, .. } => refuse(&rule),
        other => other,
    })
}
