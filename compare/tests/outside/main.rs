//! A crate outside of the workspace compares its own C with two rewrites, as docs/comparing.md shows,
//! and every mutant is named. No test depends on which variant is faster.

mod crate_of_guide;
mod saved_runs;

use abreast_compare::results::Standing;
use crate_of_guide::{GUIDE, block, commands, the_crate};
use serde_json::Value;
use std::io::{BufRead, Read};
use std::time::Duration;

#[test]
fn the_benchmark_of_the_guide_is_shorter_than_25_lines() {
    let lines = block("benches/dot.rs").lines().filter(|line| !line.trim().is_empty());
    assert!(lines.count() < 25);
}

/// The signs are those of the engine, and so are the words that stand beside them.
#[test]
fn the_guide_explains_every_sign() {
    use Standing::{Faster, Impossible, Layout, Same, Slower, Unknown};
    let signs = [Same, Layout, Unknown, Impossible];
    for standing in signs {
        let legend = Standing::legend([standing].into_iter()).expect("a sign");
        let (sign, words) = legend.split_once(' ').expect("a sign and words");
        let row = GUIDE.lines().find(|line| line.starts_with(&format!("| `{sign}` |")));
        assert!(row.is_some_and(|row| row.contains(words)), "{legend}");
    }
    assert_eq!((Faster.mark(), Slower.mark()), (' ', ' '), "the others have none");
}

#[test]
fn every_command_of_the_guide_works_as_it_stands() {
    assert!(commands().len() > 6);
    for command in commands() {
        let said = the_crate().run(command);
        said.ends_with(0);
        match command {
            _ if command.contains("--help") => said.has(&["--sizes LIST"]),
            _ if command.contains("--list") => said.has(&["dot/lanes: benchmark"]),
            _ if command.contains("lanes") => said.has(&["both agree on"]),
            _ if command.contains("cargo test") => said.has(&["nothing is timed without --bench"]),
            _ if command.contains("--json") => &said,
            _ if command.contains("--layouts") => said.has(&["layouts"]),
            _ if command.contains("--inputs") => said.has(&["16 inputs in turn"]),
            _ if command.contains("--cold") => said.has(&["cold caches"]),
            _ if command.contains("--latency") => {
                said.has(&["needed the result of the one before"])
            }
            _ if command.contains("--save") => said.has(&["saved as"]),
            _ if command.contains("--against") => said.has(&["against main", "of 3 times"]),
            _ => said.has(&["all three agree on", "(within 1e-12)"]).has(&["4 starts, one layout"]),
        };
    }
    let text = std::fs::read_to_string(the_crate().folder().join("dot.json")).expect("dot.json");
    has_the_form_of_the_schema(&serde_json::from_str(&text).expect("JSON"));
    let text = std::fs::read_to_string(the_crate().folder().join("dot.md")).expect("dot.md");
    assert!(text.contains("| 64 | lanes |") && text.contains("GFLOP/s"), "{text}");
    let text = std::fs::read_to_string(the_crate().folder().join("dot.html")).expect("dot.html");
    is_a_report(&text);
}

/// A page that needs nothing else and shows what was timed.
fn is_a_report(text: &str) {
    assert!(text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>\n"), "{text}");
    assert!(text.contains("<dt>C</dt>") && text.contains("opt-level=3"), "the compilers");
    assert!(text.contains("svg class=\"plot\"") && text.contains(">lanes<"), "{text}");
    assert!(!text.contains("src=") && !text.contains("http"), "{text}");
}

#[test]
fn a_timed_run_leaves_a_report_in_the_target_folder() {
    let said = the_crate().run("cargo bench --bench dot -- --quick --sizes 16");
    let line = said.ends_with(0).stdout.lines().find(|line| line.ends_with("my-dot/dot.html"));
    let path = line.and_then(|line| line.split("  ").nth(1)).expect("a path");
    is_a_report(&std::fs::read_to_string(the_crate().folder().join(path)).expect("a report"));
}

/// Which linker there is decides; that it is said is all that can be asked.
#[test]
fn the_program_is_linked_again_or_it_is_said_why_not() {
    let command = "cargo bench --bench dot -- --quick --sizes 16 --layouts 2 --json=layouts.json";
    let said = the_crate().run(command);
    let text = std::fs::read_to_string(the_crate().folder().join("layouts.json")).expect("JSON");
    let results: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(results["starts"], 4);
    match results["layouts"].as_u64() {
        Some(2) => said.ends_with(0).has(&["4 starts, 2 layouts of the code"]),
        _ => said.ends_with(0).has(&["--layouts 2 is left out: "]),
    };
}

/// The other benchmark of the crate has nothing of that name.
#[test]
fn one_filter_is_for_every_benchmark_that_cargo_starts() {
    let said = the_crate().run("cargo bench -- dot/lanes");
    said.ends_with(0).has(&["both agree on"]);
    assert!(!said.stderr.contains("nothing matches"), "{}", said.stderr);
    let said = the_crate().run("cargo bench --bench mutants -- dot/lanes");
    assert_ne!(said.has(&["nothing matches dot/lanes"]).code, Some(0));
}

/// How a call is made is not what it costs: every call on cold caches is a sample of its own, and each sample
/// has every input.
#[test]
fn calls_on_cold_caches_and_on_inputs_in_turn_are_made_so_and_called_so() {
    let json = |options: &str| {
        let command = format!("--quick --starts 1 --sizes 16 --json=mode.json {options}");
        the_crate().optimised("dot", &command).ends_with(0);
        let text = std::fs::read_to_string(the_crate().folder().join("mode.json")).expect("JSON");
        serde_json::from_str::<Value>(&text).expect("JSON")["groups"][0].clone()
    };
    let calls = |group: &Value| -> Vec<u64> {
        let columns = group["cells"][0]["samples"][0].as_array().expect("columns").iter();
        columns.map(|column| column["calls"].as_u64().expect("a number")).collect()
    };
    let cold = json("--cold --inputs 3");
    assert_eq!(cold["mode"], serde_json::json!({ "inputs": 3, "cold": true, "latency": false }));
    assert_eq!(calls(&cold), [3; 5], "the variants, the baseline again, the empty call");
    let warm = json("--inputs 3");
    assert!(calls(&warm).iter().all(|calls| calls % 3 == 0), "{warm}");
    // One more seed at the listed size, and another one.
    let tried = |group: &Value| group["agreement"]["inputs"].as_u64().expect("a number");
    assert_eq!(tried(&warm), tried(&json("")) + 2);
}

/// In which order the calls of a chain are made shows in the unit tests; here, that it is asked for and said.
#[test]
fn latency_is_a_mode_for_functions_that_return_numbers() {
    let latency = "--quick --starts 1 --sizes 16 --latency --json=mode.json";
    the_crate().optimised("dot", latency).ends_with(0);
    let text = std::fs::read_to_string(the_crate().folder().join("mode.json")).expect("JSON");
    let results: Value = serde_json::from_str(&text).expect("JSON");
    let mode = serde_json::json!({ "inputs": 1, "cold": false, "latency": true });
    assert_eq!(results["groups"][0]["mode"], mode);
    the_crate().optimised("dot", &format!("{latency} --cold")).ends_with(2).has(&["one of them"]);
}

#[test]
fn a_run_on_cold_caches_is_not_held_against_one_on_warm_ones() {
    let run = |options: &str| {
        let command = format!("--quick --starts 1 --sizes 16 --force {options}");
        the_crate().optimised("dot", &command)
    };
    let _ = std::fs::remove_file(the_crate().folder().join("runs/mode.json"));
    let said = run("--cold --save runs/mode.json");
    said.ends_with(0).has(&["dot  n = 16"]).has(&["cold caches"]).has(&["timed alone"]);
    run("--against runs/mode.json")
        .ends_with(2)
        .has(&["has nothing in common", "at n = 16, cold caches; this run has"]);
    run("--cold --against runs/mode.json").ends_with(0).has(&["of 3 times"]);
    run("--inputs 2 --save runs/mode.json").ends_with(0);
    run("--against runs/mode.json --cold")
        .ends_with(0)
        .has(&["not in this run: dot/c at n = 16, 2 inputs in turn and 2 more"]);
}

fn has_the_form_of_the_schema(results: &Value) {
    let compilers = results["compilers"].as_array().expect("compilers");
    let what: Vec<&Value> = compilers.iter().map(|compiler| &compiler["what"]).collect();
    assert_eq!(what, ["Rust", "C"]);
    assert!(compilers[1]["flags"].as_str().is_some_and(|f| f.contains("-O3")), "{compilers:?}");
    assert_eq!(results["schema"], "abreast-compare/1");
    assert_eq!((&results["starts"], &results["layouts"]), (&Value::from(4), &Value::from(1)));
    let group = &results["groups"][0];
    assert_eq!((&group["group"], &group["baseline"]), (&Value::from("dot"), &Value::from("c")));
    assert_eq!(group["agreement"]["agreed"], true);
    assert_eq!(group["timed"], serde_json::json!(["c", "zip", "lanes"]));
    let cell = &group["cells"][0];
    assert_eq!(
        (&cell["n"], &cell["bytes"], &cell["flops"]),
        (&64.into(), &1024.into(), &128.into())
    );
    assert_eq!(cell["rows"].as_array().expect("rows").len(), 3);
    let samples = cell["samples"].as_array().expect("samples");
    assert_eq!(samples.len(), 4, "one for each start");
    for start in samples {
        let columns = start.as_array().expect("columns");
        // Three variants, the baseline again, and an empty call.
        assert_eq!(columns.len(), 5, "{columns:?}");
        let seconds = |column: &Value| column["seconds"].as_array().expect("seconds").clone();
        assert!(columns.iter().flat_map(seconds).all(|s| s.as_f64().expect("a number") > 0.0));
    }
}

/// Runs the gate over the group of one mutant.
fn gate(group: &str) -> crate_of_guide::Said {
    the_crate().bench("mutants", &format!("--exact {group} --timeout 20"))
}

#[test]
fn every_mutant_is_named_and_fails_and_the_others_are_judged() {
    for (group, parts) in [
        ("hidden-static", &["the first call gave", "and the second"][..]),
        ("all-zero", &["n = 16, seed 42", "gives 0.0 where good gives", "every value is zero"]),
        ("nan", &["n = 16, seed 42", "is NaN"]),
        ("off-by-one", &["n = 16, seed 42", "where good gives", "off by"]),
        ("transposed", &["at [1]", "in another order (transposed?)"]),
        ("shifted", &["at [0]", "shifted by one"]),
        ("length", &["gives length 15 where good gives length 16"]),
        (
            "sort",
            &["bad at the special input signed zeros: at [1][0] gives 0.0 where good gives -0.0"],
        ),
        ("wears-out", &["called many times", "the first call gave"]),
        ("magnitudes", &["at the special input wide", "gives 0.0 where good gives"]),
        ("panic", &["panicked: index out of bounds"]),
        ("crash", &["n = 64, seed 42", "crashed with SIGSEGV"]),
        ("exit", &["n = 64, seed 42", "ended the process with exit code 0"]),
        ("hang", &["n = 64, seed 42", "did not return within 20 s"]),
    ] {
        let said = gate(group);
        said.ends_with(1).has(&[&["bad at "], parts].concat());
        // The others are judged all the same.
        said.has(&["good and rust agree on"]);
        said.has(&["not timed: bad"]);
    }
}

/// What most of these do is seen on Linux only.
#[cfg(target_os = "linux")]
#[test]
fn what_a_call_does_beside_its_result_is_named_and_the_others_are_judged() {
    for (group, part) in [
        ("rounding", "sums are no longer rounded to nearest"),
        ("folder", "the working folder is another one"),
        ("signal-mask", "the mask of blocked signals"),
        ("ignored-signal", "other signals are ignored"),
        ("umask", "the umask is another one"),
        ("descriptors", "4 calls have each left a descriptor open"),
        ("stdin", "it closed descriptor 0, standard input"),
        ("child", "it left a child process behind"),
        ("leak", "KiB of memory for good"),
        ("input", "changes its input"),
        ("watched", "changes its input"),
        ("elsewhere", "elsewhere in memory"),
        ("race", "calls from 8 threads at once gave other bits"),
        ("old-output", "NaN: hidden state, memory that is not initialised"),
        ("accumulates", "where it should only write"),
    ] {
        gate(group).ends_with(1).has(&["bad at ", part]).has(&["good and rust agree on"]);
    }
}

#[test]
fn whoever_ends_a_worker_alone_is_to_blame_for_the_end_of_another_variant() {
    let said = gate("other-dies");
    said.ends_with(1).has(&["bad at n = 16", "crashed with SIGABRT"]);
    said.has(&["rust and good agree on"]).has(&["not timed: bad"]);
}

#[test]
fn who_agrees_within_the_bound_only_is_said() {
    let said = gate("bound");
    said.ends_with(0)
        .has(&["good and rust have the same bits; within the bound only: other is up to"]);
}

#[test]
fn a_fault_at_sizes_that_nobody_listed_is_found_as_often_as_stated() {
    // More than a quarter of all sizes, by logarithm: 32 draws miss it less than once in 20,000 times.
    for seed in 1..4 {
        let said = the_crate().bench("mutants", &format!("--exact unlisted --seed {seed}"));
        said.ends_with(1).has(&["bad at n = ", "where good gives"]).has(&["97 %"]);
    }
}

#[test]
fn agreement_passes_and_prints_of_the_program_are_not_in_the_way() {
    let said = gate("fine");
    said.ends_with(0).has(&["all three agree on"]);
    // A process that has done its work and does not end is stopped.
    gate("linger").ends_with(0).has(&["all three agree on"]);
    let said = the_crate().bench("mutants", "--exact fine --json");
    said.ends_with(0);
    let json = said.stdout.lines().find(|line| line.starts_with('{')).expect("JSON");
    let results: Value = serde_json::from_str(json).expect("JSON");
    assert_eq!(results["groups"][0]["agreement"]["agreed"], true);
    assert!(said.stdout.starts_with("what a program prints"), "{}", said.stdout);
}

#[test]
fn bad_input_is_a_sentence_and_the_others_go_on() {
    for (group, parts) in [
        ("cannot-be-made", &["the input of n = 16", "cannot be made", "too many"][..]),
        ("nothing", &["the outputs hold no values", "semicolon"]),
        ("memory", &["n = 1125899906842624 does not fit in memory"]),
        ("memory-undeclared", &["n = 1125899906842624", "crashed", "while it was made"]),
        ("all-skipped", &["every variant is skipped"]),
        ("same-name", &["is there more than once"]),
        ("no-variant", &["has no variant"]),
        ("no-sizes", &["has no sizes"]),
        ("not-the-same", &["n = 4", "another one each time that it is made"]),
        ("twice", &["has two variants of the name good"]),
    ] {
        let said = the_crate().bench("mutants", &format!("{group} fine"));
        said.ends_with(2).has(&[&["error: group ", group], parts].concat());
        said.has(&["all three agree on"]);
    }
    the_crate()
        .bench("mutants", "fine --baseline zip")
        .ends_with(2)
        .has(&["group fine has no variant zip", "there are good, rust, bad"]);
    the_crate().bench("mutants", "nothing-like-this").ends_with(2).has(&[
        "nothing matches nothing-like-this",
        "fine/good",
        "hang/bad",
    ]);
    the_crate().bench("mutants", "--save-baseline x").ends_with(2).has(&["--save-baseline"]);
    the_crate().bench("mutants", "fine --sizes 2^x").ends_with(2).has(&["2^x", "is not a size"]);
}

#[test]
fn what_is_skipped_says_why() {
    let said = the_crate().bench("mutants", "--exact skipped");
    said.ends_with(0).has(&["not timed: bad (skipped: only for other machines)"]);
}

#[test]
fn test_runners_find_what_they_look_for() {
    let said = the_crate().bench("mutants", "--list --format terse");
    said.ends_with(0);
    let names = said.stdout.lines().skip(1);
    assert!(names.clone().all(|line| line.ends_with(": benchmark")), "{}", said.stdout);
    assert!(names.clone().any(|line| line == "hang/bad: benchmark"));
    let ignored = the_crate().bench("mutants", "--list --format terse --ignored");
    assert_eq!(ignored.ends_with(0).stdout.lines().count(), 1);
    the_crate().bench("mutants", "fine/rust --exact --nocapture --test-threads 1").ends_with(0);
}

#[test]
fn a_build_for_debugging_is_not_timed() {
    let said = the_crate().bench("mutants", "--bench --exact fine");
    said.ends_with(2).has(&["nothing is timed: this build has debug assertions"]);
    said.has(&["all three agree on"]);
}

#[test]
fn the_others_are_timed_when_one_crashes() {
    let said = the_crate().optimised("mutants", "--exact crash --sizes 64 --quick");
    said.ends_with(1).has(&["crashed with SIGSEGV"]).has(&["timed: good, rust"]);
    said.has(&["(empty call)"]).has(&["not timed: bad"]);
}

#[test]
fn allocations_are_counted_where_a_group_says_how() {
    let said = the_crate().optimised("mutants", "--exact allocates --quick --allocs");
    said.ends_with(0)
        .has(&["good", " 4 / 32 B"])
        .has(&["good", " 16 / 128 B"])
        .has(&["rust", " 0"]);
    said.has(&["allocations are those of one call"]);
    let said = the_crate().optimised("mutants", "--exact skipped --quick --allocs");
    said.ends_with(2).has(&["--allocs: it has no counter: add .allocations(..)"]);
}

#[test]
fn a_file_of_somebody_else_is_not_replaced() {
    let file = the_crate().folder().join("foreign.json");
    std::fs::write(&file, "a thesis").expect("written");
    let said = the_crate().bench("mutants", "--exact fine --json=foreign.json");
    said.ends_with(2).has(&["foreign.json was not written by this program"]);
    assert_eq!(std::fs::read_to_string(&file).expect("read"), "a thesis");
    the_crate().bench("mutants", "--exact fine --json=foreign.json --force").ends_with(0);
    assert!(std::fs::read_to_string(&file).expect("read").contains("abreast-compare/1"));
    the_crate().bench("mutants", "--exact fine --json=no/such/folder.json").ends_with(2);
}

#[test]
fn a_worker_starts_no_workers() {
    let variable = "ABREAST_COMPARE_WORKER";
    for value in ["1 /no/such/file", "nonsense"] {
        let said = the_crate().bench_with("mutants", "--exact fine", &[(variable, value)]);
        said.ends_with(2).has(&["a function that is compared must not start the comparison"]);
    }
}

#[test]
fn a_worker_that_hangs_ends_when_its_parent_was_killed() {
    let mut parent = the_crate().start("mutants", "--exact hang");
    let mut stderr = std::io::BufReader::new(parent.stderr.take().expect("stderr"));
    let mut line = String::new();
    while !line.contains("hanging") {
        line.clear();
        assert!(stderr.read_line(&mut line).expect("stderr") > 0, "it ended early");
    }
    parent.kill().expect("killed");
    parent.wait().expect("ended");
    // The worker has the other end of stderr: this is over when the worker is.
    let (ended, wait) = std::sync::mpsc::channel();
    std::thread::spawn(move || ended.send(stderr.read_to_end(&mut Vec::new())));
    wait.recv_timeout(Duration::from_secs(100)).expect("the worker is still there").expect("read");
}
