//! `abreast ab` and `abreast show` over runs as they were saved once, and `abreast noise`. The runs that lie
//! here stay as they are: later versions have to read them.

use abreast_cli::{Console, Screen, run_with};
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
        (&["ab", OLD, NEW, "--", "stranger"], "it is no benchmark with abreast-compare"),
        (&["ab", OLD, NEW, "--", "broken"], "error: group dot: no size is left"),
        (&["ab", OLD, NEW, "--", "unreadable"], "its schema is another/1"),
        (&["show", "no-such.json"], "no-such.json"),
        (&["show", OLD], "is not a saved run"),
        (&["ab", OLD, NEW, "--summary", "no/such/page.md"], "--summary: no/such/page.md"),
        (&["history", "no-such.json"], "no-such.json"),
        (&["history", OLD], "there is no saved run among these files"),
        (&["history", &file(OLD), "--baseline", "zip"], "has only c, lanes"),
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
fn a_build_whose_variants_disagree_is_no_bad_input() {
    let (code, out, err) = abreast(&["ab", OLD, NEW, "--", "disagree"]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("its variants do not agree"), "{err}");
}

#[test]
fn the_page_of_a_job_is_added_to_and_what_fails_comes_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.md");
    std::fs::write(&page, "# Somebody else's\n").expect("written");
    let words = ["ab", OLD, NEW, "--starts", "1", "--summary", page.to_str().expect("text")];
    assert_eq!(abreast(&[&words[..], &["--fail-if", "slower > 5%"]].concat()).0, 3);
    assert_eq!(abreast(&words).0, 0);
    let text = std::fs::read_to_string(&page).expect("read");
    let begins = "# Somebody else's\n## Failed\n\n- dot/lanes at n = 4096 is slower than in ";
    assert!(text.starts_with(begins), "{text}");
    assert_eq!(text.matches("## Against").count(), 2, "{text}");
    assert!(text.contains("| dot/lanes at n = 4096 | 1.10x |"), "{text}");
}

/// What older versions printed: form 1 as it was printed, form 2 made from it by the names that it changed. None
/// of it is a saved run, and each is told what it is.
#[test]
fn what_is_in_another_form_is_told_what_it_is() {
    let forms = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/forms");
    let files = std::fs::read_dir(forms).expect("a folder").flatten();
    let mut seen = 0;
    for path in files.map(|entry| entry.path()) {
        let text = std::fs::read_to_string(&path).expect("read");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let schema = value["schema"].as_str().expect("a schema");
        for command in ["show", "history"] {
            let (code, out, err) = abreast(&[command, path.to_str().expect("text")]);
            assert_eq!((code, out.as_str()), (2, ""), "{err}");
            let told = err.contains(&format!("its schema is {schema}, a comparison of kernels"));
            assert!(told && err.contains("abreast-compare-saved/1"), "{err}");
        }
        seen += 1;
    }
    assert_eq!(seen, 2);
}

/// A folder of runs, in which `lanes` takes longer from one on.
fn folder_of_runs(count: usize, at: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(file(OLD)).expect("read");
    for day in 0..count {
        let mut run: Value = serde_json::from_str(&text).expect("JSON");
        run["created"] = format!("2026-11-{:02}T10:00:00Z", day + 1).into();
        for entry in run["entries"].as_array_mut().expect("entries") {
            let is_slower = day >= at && entry["variant"] == "lanes";
            let factor = if is_slower { 1.1 } else { 1.0 } * (1.0 + 0.001 * (day * 7 % 5) as f64);
            for seconds in entry["starts"][0].as_array_mut().expect("rounds") {
                *seconds = (seconds.as_f64().expect("a time") * factor).into();
            }
        }
        std::fs::write(folder.path().join(format!("r{day}.json")), run.to_string())
            .expect("written");
    }
    folder
}

#[test]
fn a_folder_of_runs_is_a_history_with_its_change_points() {
    let folder = folder_of_runs(24, 15);
    let here = folder.path().to_str().expect("text");
    let page = folder.path().join("page.html");
    let words = ["history", here, "--html", page.to_str().expect("text")];
    let (code, out, err) = abreast(&words);
    assert_eq!((code, err.as_str()), (0, ""));
    let line = "dot/lanes at n = 4096: slower from r15 (2026-11-16T10:00:00Z) on, after r14 \
                (2026-11-15T10:00:00Z): 1.10 times as long against c (1.10-1.10)";
    assert_eq!(out.lines().next(), Some(line), "{out}");
    assert!(out.contains("1 change point in 3 lines of 24 runs"), "{out}");
    let html = std::fs::read_to_string(&page).expect("a page");
    assert!(html.contains("slower from r15") && html.contains("<svg"), "{html}");
    assert_eq!(abreast(&words).0, 0, "our own page is replaced");
    std::fs::write(&page, "<!DOCTYPE html>\n").expect("written");
    let (code, _, err) = abreast(&words);
    assert!(code == 2 && err.contains("is not a history that abreast wrote"), "{err}");
    // The times of the machine alone.
    let (_, out, _) = abreast(&["history", here, "--times", "--json"]);
    let history: Value = serde_json::from_str(&out).expect("one object");
    assert!(history["lines"].as_array().expect("lines").iter().all(|line| line["over"].is_null()));
    assert_eq!(history["lines"][0]["changes"][0]["to"], 15);
}

#[test]
fn what_cannot_be_read_is_left_out_of_a_history_and_said() {
    let folder = folder_of_runs(12, 6);
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write("cut.json", "{\"schema\": \"abreast-compare-sav");
    write("package.json", "{\"name\": \"something\"}");
    write("notes.txt", "not looked at");
    let here = folder.path().to_str().expect("text");
    // A run that is named twice is there once.
    let again = folder.path().join("r3.json");
    let (code, out, err) = abreast(&["history", here, again.to_str().expect("text")]);
    assert_eq!(code, 2, "{err}");
    assert!(out.contains("of 12 runs") && out.contains("slower from r6"), "{out}");
    for part in ["cut.json: is not a saved run", "package.json: is not a saved run: it names no"] {
        assert!(err.contains(part), "{err}");
    }
}

#[test]
fn forty_columns_are_enough_and_nothing_is_painted_without_a_terminal() {
    let folder = folder_of_runs(24, 15);
    let here = folder.path().to_str().expect("text");
    let (old, new) = (file(OLD), file(NEW));
    for words in [&["history", here][..], &["show", &old, &new], &["show", &old], &["ab", OLD, NEW]]
    {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let screen = Screen { columns: Some(40), ..Screen::default() };
        let mut console = Console { out: &mut out, err: &mut err, lively: false, screen };
        let words = ["abreast"].iter().chain(words).chain(&["--color=never"]).map(Into::into);
        assert_eq!(run_with(&[], words, &mut console), 0);
        let text = String::from_utf8(out).expect("text");
        // A path is not cut.
        let is_wide = |line: &&str| line.chars().count() > 40 && !line.contains('/');
        assert_eq!(text.lines().find(is_wide), None, "{text}");
    }
    let (_, plain, _) = abreast(&["history", here]);
    assert!(!plain.contains('\u{1b}'), "{plain}");
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
