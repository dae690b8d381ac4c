//! A page can be copied: it needs its folder of foreign code, the crates that it names, and nothing
//! else of this one.

use abreast_patterns::index::PATTERNS;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Two pages that are asked for most, and each another kind: C, and C++.
const COPIED: [&str; 2] = ["stored_callback", "std_function"];

/// The build script of the copy: what the front page of the book says, for both languages.
const BUILD: &str = r#"
fn main() {
    for (is_cpp, extension) in [(false, "c"), (true, "cpp")] {
        let files: Vec<_> = std::fs::read_dir("csrc/PAGE").unwrap().map(|file| file.unwrap().path()).collect();
        let files: Vec<_> = files.into_iter().filter(|file| file.extension().unwrap() == extension).collect();
        if !files.is_empty() {
            let mut build = cc::Build::new();
            build.cpp(is_cpp).std(if is_cpp { "c++17" } else { "c11" });
            build.include("csrc").files(files).compile(&format!("PAGE_{extension}"));
        }
    }
}
"#;

fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    std::fs::read_to_string(package().join(format!("src/{name}.rs"))).expect("a page")
}

/// Lines of code that name the crate: another page, or what only this crate has.
fn strings_attached(page: &str) -> Vec<&str> {
    let code = page.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.filter(|line| line.contains("crate::") || line.contains("super::super")).collect()
}

#[test]
fn no_page_needs_another() {
    for row in PATTERNS {
        assert_eq!(strings_attached(&page(row.name)), [""; 0], "{}", row.name);
    }
    assert_eq!(strings_attached("//! [x](crate::y)\nuse crate::y;\n"), ["use crate::y;"]);
}

#[test]
fn copied_into_a_crate_of_its_own_it_passes_its_tests() {
    for name in COPIED {
        let folder = std::env::temp_dir().join(format!("copied-{name}-{}", std::process::id()));
        let copy = Copy(folder);
        copy.write("src/lib.rs", &format!("pub mod {name};\n"));
        // The examples on the page shall mean the copy: README.md says how.
        let page = page(name).replace("abreast_patterns", "my_crate");
        copy.write(&format!("src/{name}.rs"), &page);
        for file in package().join("csrc").join(name).read_dir().expect("a folder") {
            let file = file.expect("readable");
            let text = std::fs::read_to_string(file.path()).expect("text");
            let to = format!("csrc/{name}/{}", file.file_name().to_str().expect("plain"));
            copy.write(&to, &text);
        }
        copy.write("build.rs", &BUILD.replace("PAGE", name));
        copy.write(
            "Cargo.toml",
            "[package]\nname = \"my-crate\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nthiserror = \"2\"\n\n[build-dependencies]\ncc = \"1\"\n\n[workspace]\n",
        );
        let lock = package().parent().expect("the workspace").join("Cargo.lock");
        copy.write("Cargo.lock", &std::fs::read_to_string(lock).expect("readable"));
        copy.passes_its_tests();
    }
}

/// A crate in a folder that goes when the test ends.
struct Copy(PathBuf);

impl Copy {
    fn write(&self, file: &str, text: &str) {
        let file = self.0.join(file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("written");
    }

    fn passes_its_tests(&self) {
        // In a target folder of its own, which is kept: what is built once is not built again.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("copied");
        let output = Command::new(env!("CARGO"))
            .args(["test", "--quiet", "--offline"])
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", target)
            .output()
            .expect("cargo runs");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (said, complained) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{}:\n{said}\n{complained}", self.0.display());
        let passed = said.lines().filter(|line| line.starts_with("test result: ok.")).count();
        assert!(passed >= 2, "its own tests and its examples:\n{said}");
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
