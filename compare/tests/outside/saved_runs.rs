//! `--save`, `--against` and `--fail-if`. What is slower is written into the saved file: no test
//! depends on how fast something is.

use crate::crate_of_guide::{Said, the_crate};
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
