//! The gallery of traps in `examples/traps`: each runs through, and what of it does not depend on a clock is asserted
//! there. No test looks at a time.
//!
//! `cargo test` builds the examples before it runs a test; they are run from where it puts them.

use std::path::PathBuf;
use std::process::{Command, Output};

const PAGE: &str = include_str!("../../docs/bias.md");

fn traps(words: &[&str]) -> Output {
    let test = std::env::current_exe().expect("a test has a file");
    let target = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
    let program: PathBuf =
        target.join("examples").join(format!("traps{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is missing: cargo build --examples", program.display());
    Command::new(program).args(words).output().expect("it starts")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

fn names() -> Vec<String> {
    let list = text(traps(&["--list"]).stdout);
    list.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect()
}

#[test]
fn every_trap_is_told_from_both_sides() {
    let Output { status, stdout, stderr } = traps(&["--check"]);
    let (told, complaint) = (text(stdout), text(stderr));
    assert!(status.success(), "{told}\n{complaint}");
    let names = names();
    let parts: Vec<&str> = told.trim_end().split("\n\n").collect();
    assert_eq!((parts.len(), names.len()), (10, 10), "{told}");
    for (part, name) in parts.iter().zip(&names) {
        assert!(part.starts_with(&format!("{name}: ")), "{name} in\n{part}");
        assert!(part.contains("\n  a clock around a loop   "), "{part}");
        let ours = ["abreast-compare", "256 inputs in turn", "on cold caches"];
        assert!(ours.iter().any(|who| part.contains(&format!("\n  {who:<24}"))), "{part}");
        assert!(part.lines().all(|line| line.chars().count() <= 80), "{part}");
    }
    let wrong = parts.last().expect("a last one").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(wrong.contains("lanes at n = ") && wrong.contains("where one by one gives"), "{wrong}");
}

#[test]
fn one_trap_alone_is_told_and_one_that_is_not_there_is_said() {
    let told = text(traps(&["wrong", "--check"]).stdout);
    assert!(told.starts_with("wrong: ") && !told.contains("drift: "), "{told}");
    for word in ["nothing", "--nothing"] {
        let Output { status, stderr, .. } = traps(&[word]);
        assert_eq!(status.code(), Some(2));
        assert!(text(stderr).contains(&format!("{word}: there are --list, --check and dead-code")));
    }
}

#[test]
fn the_page_on_bias_has_every_trap() {
    for name in names() {
        assert!(PAGE.contains(&format!("| `{name}` |")), "{name} is not in docs/bias.md");
    }
}
