//! The environment card: what a reader must know to place the numbers.

use crate::Level;
pub use abreast_compare::machine::{Cache, Cores, Machine, now};
use serde::Serialize;
use std::fs;
use std::process::Command;

/// The machine and the build. What this system does not tell is `null`; the machine's name is not
/// asked for.
#[derive(Debug, Clone, Serialize)]
pub struct Environment {
    /// The machine.
    #[serde(flatten)]
    pub machine: Machine,
    /// Levels that this CPU has, weakest first.
    pub levels: Vec<&'static str>,
    /// The level that plain calls use, or why there is none.
    pub chosen: String,
    /// The compilers and the flags they got.
    pub compilers: Compilers,
    /// Optimisation level of the build, for all languages.
    pub opt_level: &'static str,
    /// Whether overflow and debug checks are compiled in.
    pub debug_assertions: bool,
    /// This crate's version.
    pub version: &'static str,
    /// The revision, when the crate was built in its own checkout: `1a2b3c4d5e6f`, with a `+`
    /// when files differ from it.
    pub revision: Option<String>,
    /// The seed of operands and of the order of rounds.
    pub seed: u64,
}

/// What compiled this program: name, version and flags.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Compilers {
    /// Of the C files.
    pub c: &'static str,
    /// Of the C++ files.
    pub cpp: &'static str,
    /// Of the Rust files.
    pub rust: &'static str,
}

impl Environment {
    /// Asks this machine.
    pub fn here(seed: u64) -> Environment {
        let chosen = Level::chosen().map_or_else(|why| why.to_string(), |l| l.name().to_owned());
        Environment {
            machine: Machine::here(),
            levels: Level::available().into_iter().map(Level::name).collect(),
            chosen,
            compilers: Compilers {
                c: env!("ABREAST_CC"),
                cpp: env!("ABREAST_CXX"),
                rust: env!("ABREAST_RUSTC"),
            },
            opt_level: env!("ABREAST_OPT_LEVEL"),
            debug_assertions: cfg!(debug_assertions),
            version: env!("CARGO_PKG_VERSION"),
            revision: revision(),
            seed,
        }
    }
}

/// The revision of the checkout this was built in, if it was one.
fn revision() -> Option<String> {
    let source = env!("CARGO_MANIFEST_DIR");
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(source).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    // A package unpacked inside somebody's repository must not claim that repository's revision.
    let top = fs::canonicalize(git(&["rev-parse", "--show-toplevel"])?).ok()?;
    if top != fs::canonicalize(source).ok()? {
        return None;
    }
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    let short = git(&["rev-parse", "--short=12", "HEAD"])?;
    Some(if changed { short + "+" } else { short })
}
