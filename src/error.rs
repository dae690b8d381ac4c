//! What can go wrong, one sentence per case.
//!
//! [`Error`] is what a kernel or a check says; [`Fault`] is what an executor says about a task that
//! did not end well. Both name the argument, the value and the rule that was broken.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a call was refused, or what a variant reported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "procs", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Error {
    /// An argument breaks a rule.
    #[error("{} = {}: {rule}", Plain(argument), Plain(value))]
    Argument {
        /// The argument's name, as the function or the command line spells it.
        argument: String,
        /// The value given.
        value: String,
        /// The rule, as a clause: "must be at least 0".
        rule: String,
    },
    /// Two operands whose lengths must agree do not.
    #[error(
        "{left} has {left_len} elements and {right} has {right_len}: they must be equally long"
    )]
    Length {
        /// The operand that sets the length.
        #[cfg_attr(feature = "procs", serde(deserialize_with = "interned"))]
        left: Static,
        /// How many elements it has.
        left_len: usize,
        /// The operand that disagrees.
        #[cfg_attr(feature = "procs", serde(deserialize_with = "interned"))]
        right: Static,
        /// How many elements it has.
        right_len: usize,
    },
    /// A name that nothing answers to.
    #[error("unknown {what} '{}'; {hint}", Plain(given))]
    Unknown {
        /// What kind of thing was named: "kernel", "variant", "level".
        #[cfg_attr(feature = "procs", serde(deserialize_with = "interned"))]
        what: Static,
        /// The name given.
        given: String,
        /// The nearest name, or the list of names.
        hint: String,
    },
    /// An instruction-set level that this CPU does not have.
    #[error(
        "level {asked} needs instructions this CPU does not have; the best level here is {best}"
    )]
    Level {
        /// The level asked for.
        #[cfg_attr(feature = "procs", serde(deserialize_with = "interned"))]
        asked: Static,
        /// The best level of this CPU.
        #[cfg_attr(feature = "procs", serde(deserialize_with = "interned"))]
        best: Static,
    },
    /// A build whose times would mean nothing.
    #[error("this build has {why}, so its times would mean nothing: use cargo run --release")]
    Unoptimised {
        /// What is wrong with it.
        #[cfg_attr(feature = "procs", serde(deserialize_with = "interned"))]
        why: Static,
    },
    /// Memory could not be had.
    #[error("could not allocate {bytes} bytes for {purpose}")]
    Memory {
        /// How much was asked for.
        bytes: usize,
        /// For what.
        #[cfg_attr(feature = "procs", serde(deserialize_with = "interned"))]
        purpose: Static,
    },
    /// C returned a status that is not success.
    #[error("{function} returned status {code}: {meaning}")]
    Status {
        /// The C function.
        #[cfg_attr(feature = "procs", serde(deserialize_with = "interned"))]
        function: Static,
        /// The status as C gave it.
        code: i32,
        /// What the header says that it means.
        #[cfg_attr(feature = "procs", serde(deserialize_with = "interned"))]
        meaning: Static,
    },
    /// C++ threw; the text is the exception's `what()`.
    #[error("{function} threw: {}", Plain(what))]
    Exception {
        /// The C++ function.
        #[cfg_attr(feature = "procs", serde(deserialize_with = "interned"))]
        function: Static,
        /// The exception's own words.
        what: String,
    },
    /// A node of a graph returned an error.
    #[error("'{}': {why}", Plain(node))]
    Node {
        /// What the node is called.
        node: String,
        /// What it said.
        why: Box<Error>,
    },
}

/// Text of the program's own. (Under this name, because serde would borrow a bare reference from
/// what it reads.)
pub(crate) type Static = &'static str;

/// Text from another process of this program as one of the program's own. Each is kept once, and
/// there are no more of them than the program has.
#[cfg(any(feature = "procs", feature = "harness"))]
pub(crate) fn interned<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<&'static str, D::Error> {
    static KNOWN: std::sync::Mutex<std::collections::BTreeSet<&'static str>> =
        std::sync::Mutex::new(std::collections::BTreeSet::new());
    let text: String = serde::Deserialize::deserialize(from)?;
    let mut known = KNOWN.lock().unwrap_or_else(|dead| dead.into_inner());
    if let Some(text) = known.get(&*text) {
        return Ok(text);
    }
    let text: &'static str = text.leak();
    known.insert(text);
    Ok(text)
}

/// Somebody else's text within a sentence: what would move the cursor, colour a terminal or turn the
/// reading direction is written out, `\u{1b}`.
struct Plain<'t>(&'t str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                write!(f, "{}", c.escape_unicode())
            }
            c if c.is_control() => write!(f, "{}", c.escape_default()),
            c => write!(f, "{c}"),
        })
    }
}

impl Error {
    /// An [`Error::Argument`] from anything printable.
    pub fn argument(
        argument: impl Into<String>,
        value: impl ToString,
        rule: impl Into<String>,
    ) -> Self {
        Error::Argument { argument: argument.into(), value: value.to_string(), rule: rule.into() }
    }

    /// The texts that this error owns: they can be of any length.
    #[cfg(all(feature = "procs", target_os = "linux"))]
    pub(crate) fn texts(&mut self) -> Vec<&mut String> {
        match self {
            Error::Argument { argument, value, rule } => vec![argument, value, rule],
            Error::Unknown { given, hint, .. } => vec![given, hint],
            Error::Exception { what, .. } => vec![what],
            Error::Node { node, why } => {
                let mut texts = why.texts();
                texts.push(node);
                texts
            }
            Error::Length { .. }
            | Error::Level { .. }
            | Error::Unoptimised { .. }
            | Error::Memory { .. }
            | Error::Status { .. } => Vec::new(),
        }
    }

    /// An [`Error::Unknown`] that suggests the nearest of the known names, or lists them all.
    pub fn unknown<'a>(
        what: &'static str,
        given: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for name in known {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let nearest = names
            .iter()
            .map(|name| (strsim::levenshtein(given, name), *name))
            .min()
            .filter(|(distance, name)| !given.is_empty() && *distance <= 1 + name.len() / 3);
        let hint = match nearest {
            Some((_, name)) => format!("did you mean '{name}'?"),
            None => format!("known: {}", names.join(", ")),
        };
        Error::Unknown { what, given: given.to_owned(), hint }
    }
}

/// What an executor reports when a job did not end well.
///
/// Which fault is reported does not depend on the schedule: it is always the one that running the
/// tasks one after another would have met first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The problem was refused before any task started.
    #[error(transparent)]
    Refused(#[from] Error),
    /// A task returned an error.
    #[error("task {task}: {why}")]
    Kernel {
        /// The task's index in the plan.
        task: usize,
        /// What it said.
        why: Error,
    },
    /// A task panicked.
    #[error("task {task} panicked: {why}")]
    Panic {
        /// The task's index in the plan.
        task: usize,
        /// The panic's message.
        why: String,
    },
    /// A task killed its worker, every time it was tried. The other tasks were done.
    #[error("task {task} killed its worker {attempts} times; the last one {how}")]
    Lost {
        /// The task's index in the plan.
        task: usize,
        /// How often it was tried.
        attempts: u32,
        /// How the last worker ended: "was killed by SIGSEGV", "exited with status 3".
        how: String,
    },
    /// A task did not end in the time that [`Control`](crate::exec::Control) gives it, however
    /// often it was tried.
    #[error("task {task} did not end within {allowed:?}, tried {attempts} times")]
    Deadline {
        /// The task's index in the plan.
        task: usize,
        /// How often it was tried.
        attempts: u32,
        /// The time it had.
        allowed: std::time::Duration,
    },
    /// Tasks that only exist in this process were given to an executor that works in others.
    #[error("'{name}' (task {task}) cannot be sent to another process: it is not a named kernel")]
    NotShippable {
        /// The first task that cannot be sent.
        task: usize,
        /// What it is called.
        name: String,
    },
    /// An executor was asked to block where that would lock up, or to breed.
    #[error("{executor} cannot be used here: {why}")]
    Nested {
        /// The executor.
        executor: String,
        /// What it would do.
        why: String,
    },
    /// An executor was used in a process forked from the one it was made in: its threads, its locks
    /// or its workers are there and not here.
    #[error(
        "{executor} was made in the process that this one was forked from, and its threads or \
         workers stayed there: make a new one here"
    )]
    Forked {
        /// The executor.
        executor: String,
    },
    /// A worker process is not of the same program as its parent.
    #[error("the worker does not fit its parent: {0}")]
    Mismatch(String),
    /// A program that was started as a worker ran and did not answer as one.
    #[error(
        "the worker program did not answer: its main must begin with abreast::exec::worker_main \
         ({why})"
    )]
    NoWorkerEntry {
        /// What was seen of it: "a worker said nothing for 2s".
        why: String,
    },
    /// The operating system refused something.
    #[error("could not {what}: {why}")]
    Io {
        /// What was to be done.
        what: String,
        /// What the system said.
        why: String,
    },
    /// The caller cancelled the job.
    #[error("cancelled")]
    Cancelled,
}

/// What a panic said, if it said it in words.
pub(crate) fn panic_text(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    discard(panic);
    text.unwrap_or_else(|| "a value that is not text".to_owned())
}

/// Drops what a panic carried. That may panic as well, with something else to be dropped; what still
/// panics after a few of these is leaked, as it might go on for ever.
pub(crate) fn discard(mut payload: Box<dyn Any + Send>) {
    for _ in 0..8 {
        match catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            Ok(()) => return,
            Err(another) => payload = another,
        }
    }
    std::mem::forget(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_gets_the_nearest_name() {
        let known = ["dot", "axpy", "escape"];
        let hint = |given| Error::unknown("kernel", given, known).to_string();
        assert_eq!(hint("escpae"), "unknown kernel 'escpae'; did you mean 'escape'?");
        assert_eq!(hint("dott"), "unknown kernel 'dott'; did you mean 'dot'?");
        assert_eq!(hint("fourier"), "unknown kernel 'fourier'; known: dot, axpy, escape");
        assert_eq!(
            hint("\x1b[31mdot\n"),
            "unknown kernel '\\u{1b}[31mdot\\n'; known: dot, axpy, escape"
        );
        assert_eq!(hint(""), "unknown kernel ''; known: dot, axpy, escape");
        let twice = Error::unknown("variant", "fortran", ["c", "rust", "c"]).to_string();
        assert_eq!(twice, "unknown variant 'fortran'; known: c, rust");
        assert_eq!(
            Error::unknown("variant", "", ["c"]).to_string(),
            "unknown variant ''; known: c"
        );
    }
}
