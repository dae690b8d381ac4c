//! `abreast ab` and `abreast show` over runs as they were saved once, and `abreast noise`. The runs that lie
//! here stay as they are: later versions have to read them.

use serde_json::Value;
use std::process::{Command, Output};

const OLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/runs/old.sh");
const NEW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/runs/new.sh");

fn abreast(words: &[&str]) -> (i32, String, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_abreast")).args(words).output();
    let Output { status, stdout, stderr } = program.expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code().expect("a code"), text(stdout), text(stderr))
}

fn file(program: &str) -> String {
    program.replace(".sh", ".json")
}

#[test]
fn two_builds_are_compared_and_the_slower_one_is_told() {
    let (code, out, err) = abreast(&["ab", OLD, NEW, "--starts", "2"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("dot/lanes at n = 4096 is slower than in"), "{out}");
    assert!(out.contains("1.10 times as long (1.10-1.10)") || out.contains("1.10-1.11"), "{out}");
    assert!(out.contains("2 of 3 times indistinguishable"), "{out}");
    let (code, _, err) = abreast(&["ab", OLD, NEW, "--fail-if", "slower > 5%"]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("failed: dot/lanes at n = 4096"), "{err}");
    let (code, _, err) = abreast(&["ab", OLD, NEW, "--fail-if", "slower > 20%"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(abreast(&["ab", OLD, OLD, "--fail-if", "slower > 0%"]).0, 0);
    let (_, out, _) = abreast(&["ab", OLD, NEW, "--json"]);
    let found: Value = serde_json::from_str(&out).expect("one object");
    assert_eq!(found["changes"].as_array().map(Vec::len), Some(3));
}

#[test]
fn what_cannot_be_compared_is_a_sentence() {
    for (words, part) in [
        (&["ab", OLD, "no/such/program"][..], "no/such/program"),
        (&["ab", OLD, file(NEW).as_str()], "cannot be started"),
        (&["ab", OLD, NEW, "--fail-if", "faster"], "slower > 5%"),
        (&["ab", OLD, NEW, "--starts", "0"], "starts"),
        (&["ab", OLD, NEW, "--", "disagree"], "its variants do not agree"),
        (&["ab", OLD, NEW, "--", "stranger"], "it is no benchmark with abreast-compare"),
        (&["ab", OLD, NEW, "--", "broken"], "error: group dot: no size is left"),
        (&["ab", OLD, NEW, "--", "unreadable"], "its schema is another/1"),
        (&["show", "no-such.json"], "no-such.json"),
        (&["show", OLD], "is not a saved run"),
        (&["noise", "--pairs", "0"], "pairs"),
        (&["noise", "--pairs", "1e9"], "must be at most 10000"),
        (&["noise", "--fail-rates", "x"], "fail-rates"),
    ] {
        let (code, out, err) = abreast(words);
        assert_eq!((code, out.as_str()), (2, ""), "{words:?}: {err}");
        assert!(err.contains(part), "{words:?}: {err}");
    }
}

#[test]
fn saved_runs_are_shown_alone_and_side_by_side() {
    let (code, out, err) = abreast(&["show", &file(OLD)]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("my-dot/dot, 2026-11-29T10:00:00Z, on AMD EPYC"), "{out}");
    assert!(out.contains("dot/c at n = 64") && out.contains("20.0 ns"), "{out}");
    let (_, out, _) = abreast(&["show", &file(OLD), &file(NEW)]);
    assert!(out.contains("dot/lanes at n = 4096 is slower than in"), "{out}");
    let (_, out, _) = abreast(&["show", &file(OLD), &file(NEW), "--json"]);
    let runs: Value = serde_json::from_str(&out).expect("one object");
    assert_eq!(runs["runs"][0]["times"].as_array().map(Vec::len), Some(3));
    assert_eq!(runs["against"][0]["changes"][2]["standing"], "slower");
}

#[test]
fn noise_counts_false_alarms_and_what_is_found() {
    let (code, out, err) = abreast(&["noise", "--pairs", "20", "--json"]);
    assert_eq!(code, 0, "{err}");
    let noise: Value = serde_json::from_str(&out).expect("one object");
    assert_eq!(noise["schema"], "abreast.noise/1");
    // On a busy machine anything may be said of a pair, but every pair is counted.
    assert_eq!(noise["false_alarms"]["of"], 20, "{noise}");
    let sizes = noise["sizes"].as_array().expect("sizes");
    assert_eq!(sizes.len(), 4);
    for size in sizes {
        assert!(size["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{size}");
        let found = size["found"].as_array().expect("found");
        assert!(found.len() == 5 && found.iter().all(|one| one["slower"]["of"] == 1), "{size}");
    }
}

#[test]
fn runs_that_fail_by_a_rule_are_counted() {
    let (code, out, err) = abreast(&["noise", "--fail-rates", "1", "--json"]);
    assert_eq!(code, 0, "{err}");
    let noise: Value = serde_json::from_str(&out).expect("one object");
    for kind in ["unchanged", "slower_by_5_percent"] {
        assert_eq!(noise["fail_rates"][kind]["of"], 1, "{noise}");
    }
}
