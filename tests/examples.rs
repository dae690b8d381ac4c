//! The stories in `examples/`: each tells itself to the end and says what it is about. What it
//! says is asserted in the story.
//!
//! `cargo test` builds the examples before it runs a test; they are run from where it puts them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program that `cargo test` has built of `examples/NAME.rs`.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a file");
    let target = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
    let program = target.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is missing: cargo build --examples", program.display());
    program
}

/// Runs a story that must say `lines` and draw `pictures` into the folder it is given.
fn tells(name: &str, lines: &[&str], pictures: &[&str]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("story-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    let output = Command::new(program(name)).arg(&folder).output().expect("it starts");
    let story = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {}\n{story}\n{complaint}", output.status);
    for line in lines {
        assert!(story.contains(line), "{name} does not say '{line}':\n{story}");
    }
    for picture in pictures {
        let file = folder.join(picture);
        let drawn = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(drawn.trim_end().ends_with(['>', '}']), "{}: '{drawn}'", file.display());
        assert!(story.contains(&*file.to_string_lossy()), "{name} does not say where:\n{story}");
    }
}

#[test]
fn delayed_evaluation() {
    let lines = [
        "three additions are promised, 0 are done",
        "z = 9 after 3 additions",
        "[0, 2, 4, 6, 8, 10, 12, 14, 16, 18]",
        "mean(1, 2, 3, 4) = 2.5",
        "the shed stands after 2 of 4 nodes",
    ];
    tells("delayed_evaluation", &lines, &["delayed_evaluation.dot", "delayed_evaluation.svg"]);
}

#[test]
fn map_and_reduce() {
    let lines = ["[\"mary\", \"had\", \"a\", \"lamb\"]", "18 letters", "the 29, of 25, was 13"];
    tells("map_and_reduce", &lines, &[]);
}

#[cfg(feature = "aio")]
#[test]
fn asynchronous() {
    let lines = ["a1 b1", "to_thread ", "pi = 3.14166236 in", "did too", "overhead per task"];
    tells("asynchronous", &lines, &[]);
}
