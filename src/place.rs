//! Executors by name: those of [`exec`], and those that the front doors above it add.

use crate::Error;
use crate::exec::{self, Executor, Locked, Threads};
use crate::graph::Lowered;

/// The executor that `text` names: any that [`exec::parse`] knows, `graph` ([`Lowered`] to one
/// thread per core) or `graph:N`, also `locked`.
///
/// ```
/// assert_eq!(abreast::place::parse("threads:3")?.name(), "threads:3");
/// assert_eq!(abreast::place::parse("graph:2")?.width(), 2);
/// # Ok::<(), abreast::Error>(())
/// ```
///
/// # Errors
/// [`Error::Unknown`] with the nearest of all names, or [`Error::Argument`] for a bad count.
pub fn parse(text: &str) -> Result<Box<dyn Executor + Sync>, Error> {
    let (name, count) = match text.split_once(':') {
        Some((name, count)) => (name, Some(count)),
        None => (text, None),
    };
    match (name, count) {
        ("graph", _) => Ok(Box::new(Lowered(threads(count)?))),
        // What is locked may be a graph too.
        ("locked", Some(inner)) if !inner.starts_with("locked") => {
            Ok(Box::new(Locked::new(parse(inner)?)))
        }
        _ if exec::NAMES.contains(&name) => exec::parse(text),
        _ => Err(Error::unknown("executor", name, exec::NAMES.iter().copied().chain(["graph"]))),
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
