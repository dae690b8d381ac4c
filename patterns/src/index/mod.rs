//! The index: one row per pattern, and what every row must have.
//!
//! `tests/index.rs` fails when a row names a test, a counterexample, a lesson or a check that is not there,
//! when a counterexample belongs to no row, and when INDEX.md is not what [`table`] makes.

pub mod copy;
pub mod marks;
pub mod signs;

use std::fmt::Write;
use std::time::{Duration, Instant};

/// Declares the rows in reading order, one file each.
macro_rules! rows {
    ($($name:ident,)*) => {
        $(mod $name;)*
        /// All patterns, in reading order.
        pub static PATTERNS: &[&Row] = &[$(&$name::ROW,)*];
    };
}

rows! {
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
    sanitizer_lanes,
    drift_triangle,
    inline_shim,
    levels,
    thin_lto,
    symbol_prefix,
    loading,
    linked_library,
    completion_waker,
    measurement_traps,
    both_directions,
    virtual_class,
}

/// What runs in worker processes: for `worker_main` of programs that measure prices.
#[cfg(feature = "fence")]
pub static REMOTES: &[abreast::Remote] =
    &[crate::process_fence::REMOTE, crate::ladder::worker::REMOTE];

/// One pattern, and where its legs stand.
#[derive(Debug)]
pub struct Row {
    /// Its number in the catalogue.
    pub number: u8,
    /// Its module, and its folder under `csrc`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Where it stands in the book.
    pub chapter: Chapter,
    /// What goes wrong without it, in a few words.
    pub goes_wrong: &'static str,
    /// The tests of its module that prove it, by name.
    pub tests: &'static [&'static str],
    /// What else proves it.
    pub proofs: &'static [Proof],
    /// What it costs.
    pub cost: Cost,
}

/// A part of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Chapter {
    Layout,
    Ownership,
    Errors,
    Callbacks,
    Views,
    Threads,
    Build,
    Directions,
}

impl Chapter {
    /// Its title in the book.
    pub fn title(self) -> &'static str {
        match self {
            Chapter::Layout => "Layout",
            Chapter::Ownership => "Ownership",
            Chapter::Errors => "Errors and unwinding",
            Chapter::Callbacks => "Callbacks",
            Chapter::Views => "Strings, slices, views",
            Chapter::Threads => "Threads",
            Chapter::Build => "Build and proof",
            Chapter::Directions => "Both directions",
        }
    }
}

/// What proves a pattern, beside its own tests and the example on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A counterexample in `tests/counterexamples`, asserted to end as described.
    Counterexample(&'static str),
    /// A lesson on its page that must not compile, with this error.
    CompileFail(&'static str),
    /// A file of the package with tests of its own: `tests/unwinding.rs`.
    File(&'static str),
    /// A check of `.ci/run`.
    Check(&'static str),
}

/// What a pattern costs.
#[derive(Debug, Clone, Copy)]
pub enum Cost {
    /// Measured pairs; the first is the one of the index.
    Measured(&'static [Pair]),
    /// Nothing is left of it at run time, for this reason.
    Nothing(&'static str),
    /// Measured against this, but only in a build with this feature.
    Unbuilt {
        /// What it is compared with.
        baseline: &'static str,
        /// What this build lacks, in a sentence.
        why: &'static str,
    },
}

/// A way to do something and the one it is compared with, both ready to be timed.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// What is timed.
    pub what: &'static str,
    /// Runs it this many times.
    pub run: fn(u64) -> Duration,
    /// What it is compared with.
    pub baseline: &'static str,
    /// Runs that this many times.
    pub run_baseline: fn(u64) -> Duration,
}

/// How long `times` calls of `call` take. Inlined into the function of each pair, so that its loop
/// holds the call and nothing else; the call itself has to be one that the optimiser cannot remove.
#[inline(always)]
pub(crate) fn timed(times: u64, mut call: impl FnMut(u64)) -> Duration {
    let clock = Instant::now();
    for i in 0..times {
        call(i);
    }
    clock.elapsed()
}

/// The index as a table in Markdown. Where the name of a pattern leads to, and what its column of
/// prices says, is up to the page that it stands on.
pub fn table(link: impl Fn(&Row) -> String, price: impl Fn(&Row) -> String) -> String {
    let mut text = String::new();
    let mut chapter = None;
    for row in PATTERNS {
        if chapter != Some(row.chapter) {
            chapter = Some(row.chapter);
            let title = row.chapter.title();
            let _ = write!(text, "\n**{title}**\n\n{HEAD}");
        }
        let (number, title, wrong) = (row.number, row.title, row.goes_wrong);
        let (link, proofs, price) = (link(row), row.proved_by(), price(row));
        let _ = writeln!(text, "| {number} | [{title}]({link}) | {wrong} | {proofs} | {price} |");
    }
    text.trim_start().to_owned()
}

const HEAD: &str =
    "| | pattern | what goes wrong without it | proved by | price |\n|---|---|---|---|---|\n";

impl Row {
    /// What proves it, in words: its tests counted, everything else by name.
    fn proved_by(&self) -> String {
        let tests = if self.tests.len() == 1 { "test" } else { "tests" };
        let tests = format!("{} {tests}", self.tests.len());
        let others = self.proofs.iter().map(|proof| proof.in_words());
        [tests].into_iter().chain(others).collect::<Vec<_>>().join(", ")
    }
}

impl Cost {
    /// Why there is nothing to measure, where that is so.
    pub fn nothing(self) -> Option<&'static str> {
        match self {
            Cost::Measured(_) => None,
            Cost::Nothing(why) | Cost::Unbuilt { why, .. } => Some(why),
        }
    }
}

impl Proof {
    /// The proof, for a table.
    pub fn in_words(self) -> String {
        match self {
            Proof::Counterexample(name) => format!("counterexample `{name}`"),
            Proof::CompileFail(code) => format!("does not compile: {code}"),
            Proof::File(file) => format!("`{file}`"),
            Proof::Check(check) => format!("check `{check}`"),
        }
    }
}
