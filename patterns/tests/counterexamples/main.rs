//! The counterexamples. Each is run only in a child process, which is this program again with the
//! counterexample's name, and must end as described: killed by a signal, stopped with a sentence, or alive
//! with a wrong result. The right answer is never among the ends: a counterexample that stops being wrong
//! fails.
#![allow(
    clippy::multiple_unsafe_ops_per_block,
    reason = "a counterexample is unsound as a whole; there is no operation to justify by itself"
)]

use libtest_mimic::{Arguments, Failed, Trial};
use std::process::{Command, ExitCode, Output, Stdio};

/// Declares the pages: one file per pattern that has counterexamples.
macro_rules! pages {
    ($($name:ident,)*) => {
        $(mod $name;)*
        /// Every counterexample, by the pattern whose counterexample it is.
        const PAGES: &[(&str, &[Counterexample])] = &[$((stringify!($name), $name::COUNTEREXAMPLES),)*];
    };
}

pages! {
    layout_handshake,
    by_value,
    opaque_handle,
    enums_as_integers,
    complex_numbers,
    fortran_abi,
    cpp_values,
    unions_and_tails,
    owned_handle,
    borrowing_child,
    who_frees,
    output_buffer,
    retained_pointer,
    pinned_struct,
    cpp_classes,
    status_codes,
    errno,
    exception_firewall,
    panic_firewall,
    panic_parcel,
    unwind_corridor,
    longjmp_quarantine,
    error_handlers,
    scoped_callback,
    stored_callback,
    kept_callback,
    std_function,
    batching,
    slices,
    strided_views,
    aliasing,
    strings,
    thread_contracts,
    process_fence,
    ladder,
    library_threads,
    drift_triangle,
    inline_shim,
    levels,
    loading,
    linked_library,
    completion_waker,
    both_directions,
    virtual_class,
}

/// One wrong way.
pub struct Counterexample {
    /// Its name, unique.
    name: &'static str,
    /// The wrong thing itself.
    run: fn(),
    /// The ways in which it may end: which one depends on the C library, the optimiser, or whether a
    /// sanitizer is in.
    ends: &'static [End],
}

/// How a counterexample may end.
pub enum End {
    /// Killed by this signal, having said this on stderr (perhaps nothing).
    Signal(i32, &'static str),
    /// Stopped by a sanitizer that reports this.
    Report(&'static str),
    /// Alive, having printed this: the wrong result.
    Says(&'static str),
}

/// The variable that tells a child which counterexample it is.
const CHILD: &str = "ABREAST_EXHIBIT";

fn main() -> ExitCode {
    if let Ok(name) = std::env::var(CHILD) {
        let all = PAGES.iter().flat_map(|(_, counterexamples)| counterexamples.iter());
        let counterexample = all.into_iter().find(|counterexample| counterexample.name == name);
        (counterexample.expect("the parent names one of these").run)();
        return ExitCode::SUCCESS;
    }
    let mut trials = vec![trial("every_counterexample_stands_in_the_index", in_the_index)];
    for (_, counterexamples) in PAGES {
        trials.extend(
            counterexamples
                .iter()
                .map(|counterexample| trial(counterexample.name, || ends_as_told(counterexample))),
        );
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(name: &str, test: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
    Trial::test(name, test)
}

fn ends_as_told(counterexample: &Counterexample) -> Result<(), Failed> {
    let output = child(counterexample.name);
    if counterexample.ends.iter().any(|end| end.is_that_of(&output)) {
        return Ok(());
    }
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let told: Vec<String> = counterexample.ends.iter().map(End::in_words).collect();
    Err(Failed::from(format!(
        "ended with {}, not as told ({})\nstdout: {said}\nstderr: {complained}",
        output.status,
        told.join(", or "),
    )))
}

/// The counterexample in a process of its own. Freed and fresh memory is filled with a pattern (by glibc), so
/// that what is read there is wrong in the same way every time; no core file is written.
fn child(name: &str) -> Output {
    let me = std::env::current_exe().expect("this program");
    let mut command = Command::new(me);
    command.env(CHILD, name).env("MALLOC_PERTURB_", "165").env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::null()).output().expect("started")
}

impl End {
    fn is_that_of(&self, output: &Output) -> bool {
        let holds = |stream: &[u8], text: &str| String::from_utf8_lossy(stream).contains(text);
        match *self {
            End::Signal(signal, text) => {
                signal_of(output) == Some(signal) && holds(&output.stderr, text)
            }
            End::Report(text) => {
                let reported = ["Sanitizer", "runtime error: "];
                !output.status.success()
                    && reported.iter().any(|word| holds(&output.stderr, word))
                    && holds(&output.stderr, text)
            }
            End::Says(text) => output.status.success() && holds(&output.stdout, text),
        }
    }

    fn in_words(&self) -> String {
        match self {
            End::Signal(signal, "") => format!("signal {signal}"),
            End::Signal(signal, text) => format!("signal {signal} after {text:?}"),
            End::Report(text) => format!("a sanitizer's report of {text:?}"),
            End::Says(text) => format!("alive, with {text:?}"),
        }
    }
}

#[cfg(unix)]
fn signal_of(output: &Output) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&output.status)
}

#[cfg(not(unix))]
fn signal_of(_: &Output) -> Option<i32> {
    None
}

/// Every counterexample is named by its pattern's row, and every counterexample that a row names is here.
fn in_the_index() -> Result<(), Failed> {
    use abreast_patterns::index::{PATTERNS, Proof};
    let mut here: Vec<(&str, &str)> = PAGES
        .iter()
        .flat_map(|(page, counterexamples)| {
            counterexamples.iter().map(|counterexample| (*page, counterexample.name))
        })
        .collect();
    let mut named: Vec<(&str, &str)> = PATTERNS
        .iter()
        .flat_map(|row| row.proofs.iter().map(|proof| (row.name, proof)))
        .filter_map(|(page, proof)| match proof {
            Proof::Counterexample(name) => Some((page, *name)),
            _ => None,
        })
        .collect();
    here.sort_unstable();
    named.sort_unstable();
    if here == named {
        return Ok(());
    }
    let lacking = |these: &[(&str, &str)], those: &[(&str, &str)]| {
        these.iter().filter(|one| !those.contains(one)).map(|one| format!("{one:?}")).collect()
    };
    let (unnamed, missing): (Vec<String>, Vec<String>) =
        (lacking(&here, &named), lacking(&named, &here));
    Err(Failed::from(format!("in no row: {unnamed:?}; named by a row but not here: {missing:?}")))
}
