//! An installed prefix, and programs built against it.

use crate::package;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Where the libraries lie that this very test was built with: an rlib, a shared and a static
/// library are one compilation.
pub fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a file");
    test.parent().expect("a folder").to_owned()
}

/// Installs the libraries below a new prefix with spaces in its name, once, and moves all of it: whatever is
/// built here is built against a prefix that has been moved.
pub fn prefix() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let prefix = scratch("a prefix");
        let before = prefix.join("before it was moved");
        says(install().arg("--from").arg(built()).arg(&before));
        let now = prefix.join("and now");
        std::fs::rename(before, &now).expect("moved");
        now
    })
}

/// The script, without what the environment might tell it.
pub fn install() -> Command {
    let mut install = Command::new(package().join("install"));
    install.env_remove("DESTDIR");
    install
}

/// An empty folder of this test's own.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("capi").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// What the command prints, if it succeeds.
#[track_caller]
pub fn says(command: &mut Command) -> String {
    let Output { status, stdout, stderr } =
        command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let (said, complaint) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{command:?}: {status}\n{said}\n{complaint}");
    said.into_owned()
}

/// Whether a program can be started at all.
pub fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// How a program gets the library.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Link {
    Shared,
    Static,
}

impl Link {
    /// The name of the package, as pkg-config knows it.
    pub fn package(self) -> &'static str {
        match self {
            Link::Shared => "abreast",
            Link::Static => "abreast-static",
        }
    }

    /// What pkg-config would say, for machines that have none.
    pub fn flags(self) -> Vec<String> {
        let folder = prefix().join("lib/pkgconfig");
        let file = folder.join(format!("{}.pc", self.package()));
        let text = std::fs::read_to_string(&file).expect("installed");
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)).expect("a value");
            line.trim().to_owned()
        };
        let folder = folder.display().to_string();
        let variables = [
            ("libdir", value("libdir=")),
            ("includedir", value("includedir=")),
            ("prefix", value("prefix=")),
        ];
        let given = |word: &str| {
            let word = variables.iter().fold(word.to_owned(), |word, (name, value)| {
                word.replace(&format!("${{{name}}}"), value)
            });
            word.replace("${pcfiledir}", &folder)
        };
        let all = format!("{} {}", value("Cflags:"), value("Libs:"));
        all.split_whitespace().map(given).collect()
    }
}

/// What the headers, the clients and the tests are clean under.
const WARNINGS: [&str; 7] =
    ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Werror"];

/// The compiler of a source file and the language it must stick to.
fn compiler(source: &str) -> Command {
    let (variable, usual, standard) = match source.ends_with(".cpp") {
        true => ("CXX", "c++", "-std=c++17"),
        false => ("CC", "cc", "-std=c11"),
    };
    let given = std::env::var(variable).unwrap_or_else(|_| usual.to_owned());
    // "ccache gcc" is a program and its argument.
    let mut words = given.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(usual));
    command.args(words).arg(standard).arg("-O1").args(WARNINGS);
    if source.ends_with(".cpp") {
        command.arg("-Wold-style-cast");
    }
    command
}

/// Whether a source file is clean for another compiler, in another standard.
pub fn is_clean(compiler: &str, standard: &str, source: &str) {
    let mut command = Command::new(compiler);
    command.arg(standard).arg("-fsyntax-only").args(WARNINGS);
    if source.ends_with(".cpp") {
        command.arg("-Wold-style-cast");
    }
    let file = package().join("..").join(source);
    says(command.arg("-I").arg(package().join("include")).arg(file));
}

/// Builds a program of one file, named from the root of the repository, with these flags.
pub fn build(source: &str, name: &str, flags: &[String]) -> PathBuf {
    let program = scratch(name).join("program");
    let file = package().join("..").join(source);
    says(compiler(source).arg(file).args(flags).arg("-pthread").arg("-o").arg(&program));
    program
}

/// A command that finds the installed shared library, and only what is asked to.
pub fn run(program: impl AsRef<std::ffi::OsStr>, link: Link) -> Command {
    let mut command = Command::new(program);
    match link {
        Link::Shared => command.env("LD_LIBRARY_PATH", prefix().join("lib")),
        // cargo puts the folder of the libraries it has built there.
        Link::Static => command.env_remove("LD_LIBRARY_PATH"),
    };
    command
}
