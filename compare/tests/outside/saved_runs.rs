//! `--save`, `--against` and `--fail-if`. What is slower is written into the saved file: no test
//! depends on how fast something is.

use crate::crate_of_guide::{Said, block, the_crate};
use serde_json::Value;
use std::path::PathBuf;

fn bench(arguments: &str) -> Said {
    the_crate().optimised("dot", &format!("--quick --starts 2 {arguments}"))
}

fn file(name: &str) -> PathBuf {
    the_crate().folder().join(name)
}

/// Changes a saved run.
fn edit(from: &str, to: &str, change: impl Fn(&mut Value)) {
    let text = std::fs::read_to_string(file(from)).expect("a saved run");
    let mut saved: Value = serde_json::from_str(&text).expect("JSON");
    change(&mut saved);
    std::fs::write(file(to), saved.to_string()).expect("written");
}

/// Makes the times of a saved run so many times as long.
fn scale(saved: &mut Value, factor: f64) {
    for entry in saved["entries"].as_array_mut().expect("entries") {
        for start in entry["starts"].as_array_mut().expect("starts") {
            for seconds in start.as_array_mut().expect("seconds") {
                *seconds = Value::from(seconds.as_f64().expect("a number") * factor);
            }
        }
    }
}

#[test]
fn a_run_is_held_against_a_saved_one() {
    bench("--sizes 16,64 --save runs/then.json").ends_with(0).has(&["saved as", "then.json"]);
    let said = bench("--sizes 16,64 --against runs/then.json");
    said.ends_with(0).has(&["against runs/then.json", "of 6 times"]);

    edit("runs/then.json", "runs/fast.json", |saved| scale(saved, 1e-3));
    let rule = "--fail-if slower>5%";
    let said = bench(&format!("--sizes 16,64 --against runs/fast.json {rule} --json=against.json"));
    said.ends_with(3).has(&["failed: dot/lanes at n = 64 is slower than in runs/fast.json"]);
    said.has(&["slower > 5% means: more than 1.05 times as long"]);
    let text = std::fs::read_to_string(file("against.json")).expect("against.json");
    let results: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(results["against"]["changes"].as_array().map(Vec::len), Some(6));
    assert_eq!(results["against"]["changes"][0]["standing"], "slower");

    edit("runs/then.json", "runs/slow.json", |saved| scale(saved, 1e3));
    let said = bench(&format!("--sizes 16,64 --against runs/slow.json {rule}"));
    said.ends_with(0).has(&["dot/c at n = 16 is faster than in runs/slow.json"]);
}

#[test]
fn a_run_of_a_part_keeps_the_rest_and_nothing_in_common_is_an_error() {
    bench("--sizes 16,32 --save runs/parts.json").ends_with(0);
    bench("lanes --sizes 16 --save runs/parts.json")
        .ends_with(0)
        .has(&["not timed: zip (not asked for)"]);
    let said = bench("--sizes 16,32 --against runs/parts.json");
    said.ends_with(0).has(&["of 6 times"]);
    assert!(!said.stdout.contains("not in it"), "{}", said.stdout);
    let said = bench("--sizes 128 --against runs/parts.json --fail-if slower>5%");
    said.ends_with(2).has(&["has nothing in common", "n = 16, 32", "this run has", "n = 128"]);
}

#[test]
fn another_machine_is_named_and_fails_nothing_unless_that_is_asked_for() {
    bench("--sizes 16 --save runs/here.json").ends_with(0);
    edit("runs/here.json", "runs/elsewhere.json", |saved| {
        saved["machine"]["cores"] = Value::from(4096);
    });
    let against = "--sizes 16 --against runs/elsewhere.json";
    bench(against).ends_with(0).has(&["of another machine", "number of cores: 4096 then"]);
    let said = bench(&format!("{against} --fail-if slower>900000%"));
    said.ends_with(2).has(&["number of cores: 4096 then", "--any-machine"]);
    bench(&format!("{against} --fail-if slower>900000% --any-machine")).ends_with(0);
}

#[test]
fn a_saved_run_that_is_none_is_said_before_anything_is_measured() {
    bench("--against no-such-run").ends_with(2).has(&["there is no saved run no-such-run"]);
    std::fs::write(file("thesis.json"), "a thesis").expect("written");
    bench("--against thesis.json").ends_with(2).has(&["thesis.json: is not a saved run"]);
    bench("--sizes 16 --save thesis.json").ends_with(2).has(&["is not a saved run", "--force"]);
    assert_eq!(std::fs::read_to_string(file("thesis.json")).expect("read"), "a thesis");
    bench("--fail-if slower>5%").ends_with(2).has(&["--fail-if needs --against"]);
    let said = the_crate().bench("dot", "--save main");
    said.ends_with(2).has(&["nothing was timed, so nothing is saved as main"]);
}

#[test]
fn one_variant_alone_is_called_for_as_long_as_asked() {
    let said = bench("--only lanes --for 0.05");
    said.ends_with(0).has(&["dot/lanes at n = 64", "calls in", "each"]);
    bench("--only nothing").ends_with(2).has(&["no variant is called so", "dot/zip"]);
}

/// The steps of the guide's workflow, with fewer rounds. Whether this machine became busier in between is nothing
/// that a test may ask: what is slower is written into the saved file.
#[test]
fn the_workflow_of_the_guide_passes_and_fails_when_it_should() {
    let steps = block(".github/workflows/compare.yml").lines();
    let steps = steps.filter_map(|line| line.trim().strip_prefix("- run: "));
    let shorter = |step: &str| step.replace("-- --sizes", "-- --quick --starts 1 --sizes");
    let steps: Vec<String> = steps.map(shorter).collect();
    let [save, test, against] = &steps[..] else { panic!("{steps:?}") };
    the_crate().run(save).ends_with(0).has(&["saved as", "then.json"]);
    the_crate().run(test).ends_with(0);
    assert!(against.contains("'slower > 10%'"), "{against}");
    let against = &against.replace("\"$GITHUB_STEP_SUMMARY\"", "summary.md");
    let said = the_crate().run(&against.replace("10%", "900000%"));
    said.ends_with(0).has(&["against then.json", "of 6 times"]);
    let summary = std::fs::read_to_string(file("summary.md")).expect("summary.md");
    assert!(summary.contains("| 1024 | lanes |") && summary.contains("against then.json"));
    edit("then.json", "then.json", |saved| scale(saved, 1e-3));
    the_crate().run(against).ends_with(3).has(&["failed: dot/lanes at n = 1024 is slower"]);
    edit("then.json", "then.json", |saved| {
        for entry in saved["entries"].as_array_mut().expect("entries") {
            entry["group"] = Value::from("renamed");
        }
    });
    the_crate().run(against).ends_with(2).has(&["has nothing in common", "renamed/lanes"]);
}

/// The script beside it builds two programs, whatever `git` and `abreast` do with that.
#[cfg(unix)]
#[test]
fn the_script_of_the_guide_hands_two_programs_to_abreast() {
    let comparer =
        "#!/bin/sh\necho \"$@\"\ntest before != after && ./before --list && ./after --list\n";
    let tools = [("git", "#!/bin/sh\necho \"$@\"\n"), ("abreast", comparer)];
    let said = the_crate().script(block("compare.sh"), &["old", "new"], &tools);
    said.ends_with(0).has(&["checkout --quiet old"]).has(&["checkout --quiet new"]);
    said.has(&["ab before after --fail-if slower > 5% -- --sizes 2^10,2^16"]);
    assert_eq!(said.stdout.matches("dot/lanes: benchmark").count(), 2, "{}", said.stdout);
}
