//! A program of one line is linked again. Which linker there is decides whether that works; that nothing is
//! left, and that the program is as it was, is so in any case.

use super::*;
use crate::layouts::made::Target;

/// A package with a program that cargo has built.
struct Package {
    folder: PathBuf,
}

impl Package {
    fn new(name: &str) -> Package {
        let folder =
            std::env::temp_dir().join(format!("abreast-link-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).expect("a folder");
        let manifest = "[package]\nname = \"one-line\"\nedition = \"2024\"\n[workspace]\n";
        fs::write(folder.join("Cargo.toml"), manifest).expect("Cargo.toml");
        let source = "fn main() { println!(\"here\") }\n#[inline(never)] pub fn other() {}\n";
        fs::write(folder.join("src/main.rs"), source).expect("main.rs");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--offline", "--target-dir"]).arg(folder.join("target"));
        let built = cargo.current_dir(&folder).status().expect("cargo starts");
        assert!(built.success(), "the package is built");
        Package { folder }
    }

    fn made(&self) -> Made {
        let folder = self.folder.join("target/debug");
        let target_folder = self.folder.join("target").display().to_string();
        Made {
            cargo: env!("CARGO").into(),
            program: folder.join("one-line"),
            folder,
            target: Target {
                kind: "bin",
                name: "one-line".to_owned(),
                manifest: self.folder.join("Cargo.toml"),
                source: self.folder.join("src/main.rs"),
            },
            options: ["--offline", "--target-dir", &target_folder].map(str::to_owned).to_vec(),
        }
    }

    /// Everything that cargo keeps of programs, and the program itself.
    fn files(&self) -> (Vec<String>, Vec<u8>) {
        let folders = ["", "deps", ".fingerprint"].map(|name| self.made().folder.join(name));
        let mut all: Vec<String> = folders.iter().flat_map(|folder| names(folder)).collect();
        all.sort();
        (all, fs::read(self.made().program).expect("the program"))
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_program_is_linked_again_and_nothing_is_left() {
    let package = Package::new("again");
    let before = package.files();
    match again(&package.made(), 2, 42) {
        Ok(layouts) => {
            assert_eq!((layouts.count(), layouts.note()), (2, None));
            for start in 0..2 {
                let program = layouts.program(start).expect("a program");
                let said = Command::new(program).output().expect("it starts");
                assert_eq!(said.stdout, b"here\n");
            }
        }
        Err(why) => assert!(why.contains("not lld"), "{why}"),
    }
    assert_eq!(package.files(), before);
}

#[test]
fn a_linker_without_the_option_is_named_and_nothing_is_left() {
    let package = Package::new("option");
    let before = package.files();
    let why = build(&package.made(), "-Clink-arg=-Wl,--no-shuffle-sections-here").err();
    let why = why.expect("no linker has it");
    assert!(why.contains("not lld") || why.contains("linking failed"), "{why}");
    let mut made = package.made();
    made.options.push("--no-such-option".to_owned());
    let why = again(&made, 2, 42).expect_err("cargo refuses");
    assert!(why.contains("no-such-option"), "{why}");
    made.cargo = "/no/such/cargo".into();
    assert!(again(&made, 2, 42).expect_err("no cargo").contains("cannot be started"));
    assert_eq!(package.files(), before);
}

#[test]
fn a_layout_that_is_none_is_found() {
    let package = Package::new("none");
    let file = |name: &str, text: &str| {
        fs::write(package.folder.join(name), text).expect("written");
        Program::open(&package.folder.join(name)).expect("it is there")
    };
    let programs = [file("a", "1"), file("b", "2"), file("c", "1")];
    assert_eq!(differ(&programs[..2]), Ok(()));
    assert!(differ(&programs).expect_err("twice").contains("the same program twice"));
}
