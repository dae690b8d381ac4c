//! The compilers and flags of whoever uses this crate: their build script tells, the results show it.

use serde::{Deserialize, Serialize};
use std::process::Command;
use std::sync::Mutex;

/// Set by cargo, for the programs of a package, to what its build script said.
const VARIABLE: &str = "ABREAST_COMPARE_COMPILERS";

/// One compiler, as a build script used it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compiler {
    /// What it compiled: `C`.
    pub what: String,
    /// What it calls itself.
    pub version: String,
    /// Its flags.
    pub flags: String,
}

/// What a build script said. A program of another package must not take it for its own.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    package: String,
    compilers: Vec<Compiler>,
}

/// Shows a compiler with the results: to be called in a build script, once for each compiler.
///
/// ```no_run
/// # struct Build; impl Build { fn get_compiler(&self) -> Build { Build }
/// # fn to_command(&self) -> std::process::Command { std::process::Command::new("cc") } }
/// # let build = Build;
/// // build is a cc::Build
/// abreast_compare::record("C", &build.get_compiler().to_command());
/// ```
///
/// The Rust compiler and the flags of the package are shown, too. Where nothing was recorded,
/// nothing is shown. The results have it when cargo runs the benchmark.
pub fn record(what: &str, compiler: &Command) {
    static RECORD: Mutex<Record> =
        Mutex::new(Record { package: String::new(), compilers: Vec::new() });
    let Ok(mut record) = RECORD.lock() else { return };
    if record.compilers.is_empty() {
        record.package = variable("CARGO_PKG_NAME");
        record.compilers.push(rust());
    }
    let flags: Vec<_> = compiler.get_args().map(|flag| flag.to_string_lossy()).collect();
    record.add(Compiler {
        what: what.to_owned(),
        version: version(compiler),
        flags: flags.join(" "),
    });
    if let Ok(text) = serde_json::to_string(&*record) {
        println!("cargo::rustc-env={VARIABLE}={text}");
    }
}

impl Record {
    /// A compiler that was named before is replaced.
    fn add(&mut self, compiler: Compiler) {
        self.compilers.retain(|other| other.what != compiler.what);
        self.compilers.push(compiler);
    }
}

/// The compiler that cargo uses for this package, and how.
fn rust() -> Compiler {
    let more = variable("CARGO_ENCODED_RUSTFLAGS").replace('\u{1f}', " ");
    let flags = format!("opt-level={} {more}", variable("OPT_LEVEL"));
    let version = version(&Command::new(variable("RUSTC")));
    Compiler { what: "Rust".to_owned(), version, flags: flags.trim().to_owned() }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// The first line of what the compiler says about itself, or else its name.
fn version(compiler: &Command) -> String {
    let mut command = Command::new(compiler.get_program());
    for (name, value) in compiler.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let said = command.arg("--version").output().ok().filter(|out| out.status.success());
    let said = said.map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
    let first = said.as_deref().and_then(|text| text.lines().next()).map(str::trim);
    match first.filter(|line| !line.is_empty()) {
        Some(line) => line.to_owned(),
        None => compiler.get_program().to_string_lossy().into_owned(),
    }
}

/// What was recorded for the program that this is.
pub(crate) fn recorded() -> Vec<Compiler> {
    of_package(&variable(VARIABLE), &variable("CARGO_PKG_NAME"))
}

fn of_package(text: &str, package: &str) -> Vec<Compiler> {
    let record: Record = serde_json::from_str(text).unwrap_or_default();
    if record.package == package { record.compilers } else { Vec::new() }
}

impl Compiler {
    /// `C: gcc 12.2.0, -O3`.
    pub(crate) fn in_words(&self) -> String {
        let flags = if self.flags.is_empty() { "no flags" } else { &self.flags };
        format!("{}: {}, {flags}", self.what, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiler(what: &str, flags: &str) -> Compiler {
        Compiler { what: what.into(), version: "a compiler 1".into(), flags: flags.into() }
    }

    #[test]
    fn the_last_word_on_a_compiler_counts_and_others_stay() {
        let mut record = Record::default();
        for (what, flags) in [("C", "-O1"), ("C++", ""), ("C", "-O3")] {
            record.add(compiler(what, flags));
        }
        assert_eq!(record.compilers, [compiler("C++", ""), compiler("C", "-O3")]);
        assert_eq!(record.compilers[0].in_words(), "C++: a compiler 1, no flags");
    }

    #[test]
    fn what_another_package_recorded_is_not_shown() {
        let record = Record { package: "a".into(), compilers: vec![compiler("C", "-O3")] };
        let text = serde_json::to_string(&record).expect("JSON");
        assert_eq!(of_package(&text, "a"), [compiler("C", "-O3")]);
        for (text, package) in [(&text[..], "b"), ("", "a"), ("nonsense", "a"), ("", "")] {
            assert_eq!(of_package(text, package), []);
        }
    }

    #[test]
    fn a_compiler_that_says_nothing_is_called_by_its_name() {
        assert_eq!(version(&Command::new("no-such-compiler")), "no-such-compiler");
    }
}
