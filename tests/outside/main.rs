//! A crate outside the repository, without the default features: what a user gets.
//!
//! It calls a plain function, runs a kernel of its own (examples/your_kernel.rs, word for word) on
//! several executors, and all kernels on an executor of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

const PLAIN_CALL: &str = r#"
fn main() -> Result<(), abreast::Error> {
    println!("{}", abreast::dot(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])?);
    Ok(())
}
"#;

/// The crate, in a folder that goes when the test ends.
struct Outside(PathBuf);

impl Outside {
    /// A crate that takes `abreast` with these features only.
    fn new(name: &str, features: &str) -> Outside {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = format!("abreast-{name}-{}", std::process::id());
        let outside = Outside(std::env::temp_dir().join(folder));
        let manifest = format!(
            "[package]\nname = \"outside\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n\
             abreast = {{ path = {checkout:?}, default-features = false, features = [{features}] }}\n\n\
             [build-dependencies]\ncc = \"1\"\n\n\
             [workspace]\n"
        );
        outside.write("Cargo.toml", &manifest);
        // The same versions as here, so that nothing needs the network.
        outside.copy(&checkout.join("Cargo.lock"), "Cargo.lock");
        outside
    }

    /// A program of it, from a file of this repository.
    fn program(&self, name: &str, from: &str) {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
        self.copy(&checkout.join(from), &format!("src/bin/{name}.rs"));
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.0.join(file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("written");
    }

    fn copy(&self, from: &Path, to: &str) {
        self.write(to, &std::fs::read_to_string(from).expect("readable"));
    }

    /// What `cargo` prints, run in this crate.
    fn cargo(&self, arguments: &[&str]) -> String {
        // What is built already is not built again: cargo keeps crates apart by their features.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", target)
            // With the profile of this workspace, so that what it has built is not built again.
            .env("CARGO_PROFILE_DEV_DEBUG", "limited")
            .output()
            .expect("cargo runs");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "cargo {arguments:?}:\n{}", text(&output.stderr));
        text(&output.stdout)
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_crate_outside_calls_a_kernel_and_runs_its_own() {
    let outside = Outside::new("runs", "\"kernels\", \"procs\"");
    outside.write("src/bin/plain_call.rs", PLAIN_CALL);
    outside.program("your_kernel", "examples/your_kernel.rs");
    assert_eq!(outside.cargo(&["run", "--quiet", "--bin", "plain_call"]), "32\n");
    let table = outside.cargo(&["run", "--quiet", "--bin", "your_kernel"]);
    assert_eq!(table.lines().count(), 4 * 2, "four executors, two variants:\n{table}");
    assert!(table.lines().all(|line| line.ends_with(" 250000000000")), "{table}");
}

#[test]
fn an_executor_of_a_crate_outside_runs_every_kernel() {
    let outside = Outside::new("post", "\"kernels\", \"procs\"");
    outside.program("post", "tests/outside/post.rs");
    let story = outside.cargo(&["run", "--quiet", "--bin", "post"]);
    let kernels = abreast::kernels::REGISTRY.len();
    let lines = [
        "the far side knows other kernels",
        &format!("{kernels} kernels: the same bits"),
        "25 runs well, 290 errors and 310 panics as here",
        "1 of 11 tasks ran here: 328350",
        "40 events, one task at a time",
        "post",
    ];
    assert_eq!(story.lines().count(), lines.len(), "{story}");
    for (said, line) in story.lines().zip(lines) {
        assert!(said.contains(line), "{said:?} does not say {line:?}:\n{story}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_crash_in_a_crate_outside_costs_one_chunk() {
    let outside = Outside::new("crash", "\"procs\"");
    outside.program("crash", "tests/outside/crash.rs");
    outside.write("crash.c", include_str!("crash.c"));
    outside
        .write("build.rs", "fn main() { cc::Build::new().file(\"crash.c\").compile(\"crash\"); }");
    let story = outside.cargo(&["run", "--quiet", "--bin", "crash"]);
    assert_eq!(
        story,
        "task 4 killed its worker 3 times; the last one was killed by SIGSEGV\n\
         90 of 100 are right, and the program lives\n"
    );
}

#[test]
fn a_crate_outside_gets_few_crates() {
    let outside = Outside::new("tree", "\"kernels\"");
    outside.write("src/bin/plain_call.rs", PLAIN_CALL);
    let tree = outside.cargo(&["tree", "--edges", "normal", "--prefix", "none"]);
    let mut crates: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    crates.sort();
    crates.dedup();
    for heavy in ["serde", "serde_json", "plotters", "clap", "criterion", "bindgen", "tokio"] {
        assert!(!crates.contains(&heavy), "{heavy} comes along: {crates:?}");
    }
    assert!(crates.len() <= MAX_CRATES, "{} crates: {crates:?}", crates.len());
}

/// Itself, `abreast` and the crates that it needs, half of them only while compiling macros. There
/// are 29; a few more may come, another tree of them may not.
const MAX_CRATES: usize = 32;
