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

/// Installs the libraries below a new prefix, once.
pub fn prefix() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let prefix = scratch("prefix");
        let mut install = Command::new(package().join("install"));
        says(install.arg("--from").arg(built()).arg(&prefix));
        prefix
    })
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
        let file = prefix().join(format!("lib/pkgconfig/{}.pc", self.package()));
        let text = std::fs::read_to_string(&file).expect("installed");
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)).expect("a value");
            line.trim().to_owned()
        };
        let root = value("prefix=");
        let all = format!("{} {}", value("Cflags:"), value("Libs:"));
        let all = all.replace("${libdir}", "${prefix}/lib");
        let all = all.replace("${includedir}", "${prefix}/include").replace("${prefix}", &root);
        all.split_whitespace().map(str::to_owned).collect()
    }
}

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
    command.args(words).arg(standard).args(["-O1", "-Wall", "-Wextra", "-Werror", "-pedantic"]);
    command
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
