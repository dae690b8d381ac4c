//! Two archives with one name, and what helps: made by this test, in folders that go when it ends.

use std::path::PathBuf;
use std::process::{Command, Output};

const HEADER: &str = include_str!("../csrc/symbol_prefix/special.h");
const SOURCE: &str = include_str!("../csrc/symbol_prefix/special.inc");

/// What a crate that brings version N says: 3 to the power of its version.
const CALLER: &str = "#include \"special.h\"\ndouble CALLER(void) { return SPECIAL(power)(3); }\n";
const MAIN: &str = "#include <stdio.h>\ndouble first(void);\ndouble second(void);\n\
    int main(void) { printf(\"%g %g\", first(), second()); return 0; }\n";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path =
            std::env::temp_dir().join(format!("abreast-symbols-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        let folder = Folder(path);
        let files =
            [("special.h", HEADER), ("special.c", SOURCE), ("caller.c", CALLER), ("main.c", MAIN)];
        files.iter().for_each(|(file, text)| folder.write(file, text));
        folder
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.0.join(file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("written");
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.0).output().expect(program)
    }

    fn must(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.run(program, arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{program} {arguments:?}: {told}");
        assert_eq!(told, "", "{program} {arguments:?} had something to say");
        String::from_utf8(output.stdout).expect("text")
    }

    fn cc(&self, arguments: &[&str]) {
        self.must(&std::env::var("CC").unwrap_or_else(|_| "cc".to_owned()), arguments);
    }

    /// The archive of a crate that brings this version and calls it.
    fn archive(&self, name: &str, version: i32, flags: &[&str]) {
        let (library, caller) = (format!("{name}_special.o"), format!("{name}_caller.o"));
        let version = format!("-DSPECIAL_VERSION={version}");
        let own = format!("-DCALLER={name}");
        self.cc(&[&["-c", "special.c", "-o", &library, &version], flags].concat());
        self.cc(&[&["-c", "caller.c", "-o", &caller, &own], flags].concat());
        self.pack(name);
    }

    fn pack(&self, name: &str) {
        let members = [format!("{name}_caller.o"), format!("{name}_special.o")];
        self.must("ar", &["rcs", &format!("lib{name}.a"), &members[0], &members[1]]);
    }

    /// What the program says that is linked with the archives in this order.
    fn linked(&self, archives: [&str; 2]) -> String {
        self.cc(&["main.c", "-o", "main", archives[0], archives[1]]);
        self.must("./main", &[])
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const BOTH: [&str; 2] = ["libfirst.a", "libsecond.a"];

#[test]
fn without_a_prefix_the_linker_silently_takes_the_first() {
    let folder = Folder::new("wrong");
    folder.archive("first", 1, &[]);
    folder.archive("second", 2, &[]);
    // Right would be "3 9". Nothing is said about it: `must` looks.
    assert_eq!(folder.linked(BOTH), "3 3");
    assert_eq!(folder.linked([BOTH[1], BOTH[0]]), "9 9");
}

#[test]
fn a_prefix_by_macro_keeps_copies_apart() {
    let folder = Folder::new("macro");
    folder.archive("first", 1, &["-DSPECIAL_PREFIX=first_"]);
    folder.archive("second", 2, &["-DSPECIAL_PREFIX=second_"]);
    assert_eq!(folder.linked(BOTH), "3 9");
    assert_eq!(folder.linked([BOTH[1], BOTH[0]]), "3 9");
}

#[test]
#[cfg(target_os = "linux")]
fn a_prefix_after_the_fact_keeps_copies_apart() {
    let folder = Folder::new("objcopy");
    for (name, version) in [("first", 1), ("second", 2)] {
        // The stack protector would need a name of the C library, which must not get the prefix.
        folder.archive(name, version, &["-fno-stack-protector"]);
        for object in ["caller", "special"] {
            let object = format!("{name}_{object}.o");
            folder.must("objcopy", &[&format!("--prefix-symbols={name}_"), &object]);
            // The door stays as it was.
            let door = format!("{name}_{name}={name}");
            folder.must("objcopy", &["--redefine-sym", &door, &object]);
        }
        folder.pack(name);
    }
    assert_eq!(folder.linked(BOTH), "3 9");
}

#[test]
fn cargo_refuses_two_packages_with_one_links_key() {
    let folder = Folder::new("links");
    let package = |name: &str, rest: &str| {
        let head =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        folder.write(&format!("{name}/Cargo.toml"), &(head + rest));
        folder.write(&format!("{name}/src/lib.rs"), "");
        folder.write(&format!("{name}/build.rs"), "fn main() {}");
    };
    let program =
        "[dependencies]\none = { path = \"../one\" }\ntwo = { path = \"../two\" }\n[workspace]\n";
    package("program", program);
    let ask = || {
        let manifest = ["--manifest-path", "program/Cargo.toml"];
        folder.run(env!("CARGO"), &[&["generate-lockfile", "--offline"], &manifest[..]].concat())
    };
    package("one", "links = \"special\"\n");
    package("two", "links = \"special\"\n");
    let refused = ask();
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("`special`"), "{told}");
    package("two", "links = \"special_v2\"\n");
    assert!(ask().status.success());
}
