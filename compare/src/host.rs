//! The program around the groups: a benchmark that cargo builds, or one that has its functions from elsewhere.

use crate::args::Options;
use crate::isolate::Role;
use crate::message::{Job, Work};
use crate::process;
use crate::record::Compiler;
use crate::results::Results;
use crate::run::{self, work};
use crate::worker::AnyGroup;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// A program that is no benchmark: it compares functions that were compiled elsewhere, each called in a
/// loop that was, too ([`Group::variant_looped`](crate::Group::variant_looped)). So it does not matter how
/// the program itself is built.
#[derive(Debug, Clone, Default)]
pub struct Host {
    /// What is asked for, as after `cargo bench --bench NAME --`.
    pub arguments: Vec<OsString>,
    /// The arguments with which the program is started to be a worker. It must then come to
    /// [`worker_main`] with the same groups.
    pub worker: Vec<OsString>,
    /// What is set in the environment of a worker that counts allocations.
    pub counting: Vec<(OsString, OsString)>,
    /// Where the report goes, unless the arguments say so.
    pub report: Option<PathBuf>,
    /// How the functions were compiled.
    pub compilers: Vec<Compiler>,
    /// A file in which a worker may leave a few words about its end, such as what it touched.
    pub last_words: Option<PathBuf>,
}

static HOST: OnceLock<Host> = OnceLock::new();
static GATES: AtomicBool = AtomicBool::new(false);

/// Does what the host's arguments say with these groups, and returns the exit code that [`main`](crate::main)
/// would end with. One host per process.
pub fn main_of(host: Host, groups: impl IntoIterator<Item = AnyGroup>) -> u8 {
    let host = HOST.get_or_init(|| host);
    let mut groups: Vec<AnyGroup> = groups.into_iter().collect();
    let role = Role::of_this_process(process::VARIABLE);
    run::asked(&mut groups, role, Options::parse(host.arguments.iter().cloned()), |_| ())
}

/// As [`main_of`], without a word on stdout: what was found is returned.
///
/// # Errors
/// What is wrong with the arguments or the groups, in a sentence.
pub fn results_of(
    host: Host,
    groups: impl IntoIterator<Item = AnyGroup>,
) -> Result<Results, String> {
    let host = HOST.get_or_init(|| host);
    let mut groups: Vec<AnyGroup> = groups.into_iter().collect();
    let role = Role::of_this_process(process::VARIABLE);
    let options = Options::parse(host.arguments.iter().cloned());
    let options = options.map(|options| Options { silent: true, ..options });
    let (code, results) = run::answer(&mut groups, role, options)?;
    // What was bad input has been said on stderr.
    results.filter(|_| code != 2).ok_or_else(|| "nothing was measured".to_owned())
}

/// Does the work of a worker, if this process was started to be one, and ends it. The exit code of one that
/// could not be done comes back.
pub fn worker_main(groups: impl IntoIterator<Item = AnyGroup>) -> Option<u8> {
    let worker = match Role::of_this_process(process::VARIABLE) {
        worker @ Role::Worker { .. } => worker,
        Role::Original | Role::Inherited => return None,
    };
    let mut groups: Vec<AnyGroup> = groups.into_iter().collect();
    Some(work(&mut groups, worker))
}

/// Whether this process calls functions to judge them, not to time them: the place for what would disturb
/// the times.
pub fn in_gate() -> bool {
    GATES.load(Ordering::Relaxed)
}

/// The program that is no benchmark, if this is one.
pub(crate) fn host() -> Option<&'static Host> {
    HOST.get()
}

/// How a worker ended, with what it may have left about that.
pub(crate) fn with_last_words(end: String) -> String {
    let file = host().and_then(|host| host.last_words.as_ref());
    let words = file.and_then(|file| {
        let words = std::fs::read_to_string(file).ok().filter(|words| !words.is_empty())?;
        std::fs::write(file, "").ok()?;
        Some(words)
    });
    words.map_or(end.clone(), |words| format!("{end}: {words}"))
}

/// Remembers what this worker is for.
pub(crate) fn begins(job: &Job) {
    GATES.store(matches!(job.work, Work::Gate { .. }), Ordering::Relaxed);
}
