//! A page can be copied: it needs its folder of foreign code, the crates that it names, and nothing
//! else of this one.

use abreast_patterns::index::copy::{Error, Take, copy, files};
use abreast_patterns::index::{PATTERNS, Row};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Two pages that are asked for most, and each another kind: C, and C++.
const COPIED: [&str; 2] = ["stored_callback", "std_function"];

fn row(name: &str) -> &'static Row {
    PATTERNS.iter().find(|row| row.name == name).expect("a page")
}

/// Lines of code that name the crate: another page, or what only this crate has.
fn strings_attached(page: &str) -> Vec<&str> {
    let code = page.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.filter(|line| line.contains("crate::") || line.contains("super::super")).collect()
}

#[test]
fn no_page_needs_another() {
    for row in PATTERNS {
        let page = format!("src/{}.rs", row.name);
        let (_, text) = files(row).find(|(path, _)| *path == page).expect("its page");
        assert_eq!(strings_attached(text), [""; 0], "{}", row.name);
    }
    assert_eq!(strings_attached("//! [x](crate::y)\nuse crate::y;\n"), ["use crate::y;"]);
}

#[test]
fn all_files_of_a_page_are_copied_as_they_are() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for row in PATTERNS {
        let mut copied = 0;
        for (path, text) in files(row) {
            assert_eq!(std::fs::read_to_string(here.join(path)).expect(path), text, "{path}");
            copied += usize::from(path.starts_with("csrc/"));
        }
        let folder = here.join("csrc").join(row.name).read_dir().expect("a folder");
        assert_eq!(copied, folder.count(), "{}", row.name);
    }
}

#[test]
fn copied_into_a_crate_of_its_own_it_passes_its_tests() {
    for name in COPIED {
        let krate = Crate::with(name, &[row(name)], Take::WithExample);
        let [said, _] = krate.cargo(&["test"]);
        // Its own tests, and its examples, which name the copy.
        let passed = said.lines().filter(|line| line.starts_with("test result: ok.")).count();
        assert!(passed >= 2, "its own tests and its examples:\n{said}");
    }
}

/// Without their examples: what a pattern needs is marked as the pattern, and nothing else is.
#[test]
fn copied_into_a_crate_of_its_own_every_pattern_compiles_without_a_warning() {
    let krate = Crate::with("all", PATTERNS, Take::Pattern);
    let [_, complained] = krate.cargo(&["build"]);
    assert_eq!(complained, "", "code that only the example uses is not marked as such");
}

#[test]
fn a_pattern_is_copied_without_its_example() {
    let krate = Crate::new("without");
    let copied = copy(&[row("exception_firewall")], Take::Pattern, &krate.0).expect("a new crate");
    let page = krate.read("src/exception_firewall.rs");
    assert!(page.contains("catch (...)") && page.contains("pub fn solve"), "{page}");
    // Neither its tests, nor what cannot be compiled without the library, nor the files that are not there.
    for gone in [
        "cfg(test)",
        "//! ```\n//! use",
        "# The wrong way",
        "include_str!",
        "mod by_default",
        "fn rehearse(",
    ] {
        assert!(!page.contains(gone), "{gone}:\n{page}");
    }
    let there = |file: &str| krate.0.join("csrc/exception_firewall").join(file).exists();
    assert!(there("firewall.hpp") && there("trycatch.hpp"));
    assert!(!there("wrong.cpp") && !there("exception_firewall.cpp"));
    assert!(copied.left_out.contains(&"csrc/exception_firewall/wrong.cpp"));
    assert!(copied.left_out.contains(&"src/exception_firewall/by_default.rs"));
    // Nothing is compiled of it.
    assert!(!krate.0.join("build.rs").exists());
    assert!(!krate.read("Cargo.toml").contains("build-dependencies"));
    let all = copy(&[row("errno")], Take::WithExample, &krate.0).expect("beside it");
    assert!(all.left_out.is_empty() && krate.read("csrc/errno/errno.c").contains("ab_rate"));
}

#[test]
fn copied_into_a_crate_that_is_there_it_changes_nothing_and_says_what_to_add() {
    let krate = Crate::new("there");
    krate.write(
        "Cargo.toml",
        "[workspace]\n\n[package] \nname = \"my-crate\"\n[lib]\nname = \"other\"\n",
    );
    krate.write("src/lib.rs", "//! Mine.\n");
    let copied = copy(&[row("cpp_classes")], Take::WithExample, &krate.0).expect("copied");
    let to_add: Vec<&str> = copied.to_add.iter().map(|(file, _)| *file).collect();
    assert_eq!(
        to_add,
        [
            "src/lib.rs",
            "Cargo.toml, [dependencies]",
            "Cargo.toml, [build-dependencies]",
            "build.rs, in main"
        ]
    );
    let added = |at: usize| copied.to_add[at].1.as_str();
    assert!(added(0).ends_with("pub mod cpp_classes;\n"));
    assert_eq!(added(1), "cxx = \"1.0.205\"\n");
    assert!(added(3).contains("cxx_build::bridges([\"src/cpp_classes.rs\"])"), "{}", added(3));
    assert_eq!(krate.read("src/lib.rs"), "//! Mine.\n");
    assert!(krate.read("src/cpp_classes.rs").contains("use my_crate::cpp_classes::"));
    assert!(!krate.0.join("build.rs").exists());
    // Again: nothing is overwritten, and nothing written beside it.
    std::fs::remove_file(krate.0.join("csrc/cpp_classes/wrong.cpp")).expect("it was copied");
    let again = copy(&[row("cpp_classes")], Take::WithExample, &krate.0);
    assert!(matches!(again, Err(Error::Exists(file)) if file.ends_with("src/cpp_classes.rs")));
    assert!(!krate.0.join("csrc/cpp_classes/wrong.cpp").exists());
    krate.write("Cargo.toml", "[workspace]\nname = \"no\"\n");
    assert!(matches!(copy(&[row("errno")], Take::Pattern, &krate.0), Err(Error::NoPackage(_))));
}

/// The versions that a copy is given are those of this package.
#[test]
fn dependencies_of_a_copy_are_those_of_this_package() {
    let manifest = include_str!("../Cargo.toml");
    let krate = Crate::with("versions", PATTERNS, Take::WithExample);
    let copied = krate.read("Cargo.toml");
    let dependencies = copied.lines().skip_while(|line| *line != "[dependencies]");
    for line in dependencies.take_while(|line| *line != "[lints.rust]") {
        let Some((name, version)) = line.split_once(" = ") else { continue };
        let ours = manifest.lines().find(|ours| ours.starts_with(&format!("{name} = ")));
        assert!(ours.is_some_and(|ours| ours.contains(version)), "{line}, but {ours:?}");
    }
}

/// A crate in a folder that goes when the test ends. Its path is the same each time, so that cargo does not keep
/// what it has built for each.
struct Crate(PathBuf);

impl Crate {
    fn new(name: &str) -> Crate {
        let krate = Crate(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("copied-{name}")));
        let _ = std::fs::remove_dir_all(&krate.0);
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        krate.write("Cargo.lock", &std::fs::read_to_string(lock).expect("readable"));
        krate
    }

    /// A new crate with these pages, which is no member of the workspace around it.
    fn with(name: &str, rows: &[&Row], take: Take) -> Crate {
        let krate = Crate::new(name);
        copy(rows, take, &krate.0).expect("a new crate");
        krate.write("Cargo.toml", &(krate.read("Cargo.toml") + "\n[workspace]\n"));
        krate
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.0.join(file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("written");
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.join(file)).expect("readable")
    }

    /// What cargo prints, which must succeed: its output, and what it complains about.
    fn cargo(&self, arguments: &[&str]) -> [String; 2] {
        // The folder that this test is built in, where most of the dependencies are.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).args(["--quiet", "--offline"]).current_dir(&self.0);
        // With the profile of this workspace, so that what it has built is not built again.
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "limited");
        let Output { status, stdout, stderr } =
            cargo.env("CARGO_TARGET_DIR", target).output().expect("cargo runs");
        let [said, complained] =
            [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(status.success(), "{}:\n{said}\n{complained}", self.0.display());
        [said, complained]
    }
}

impl Drop for Crate {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
