//! The program with worker processes: it is its own worker, so it is run as a program here.
#![cfg(target_os = "linux")]

use abreast::Remote;
use abreast::exec::Procs;
use abreast::harness::metg;
use abreast::kernel::Job;
use abreast_patterns::index::REMOTES;
use serde_json::Value;
use std::process::Command;

/// Runs the program and gives its exit code and what it printed.
fn abreast(arguments: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_abreast"));
    let output = command.args(arguments.split(' ')).output().expect("it starts");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn json(arguments: &str) -> Value {
    let (code, out, err) = abreast(arguments);
    assert_eq!(code, Some(0), "abreast {arguments}: {err}");
    serde_json::from_str(&out).expect("JSON")
}

#[test]
fn a_kernel_has_the_same_bits_in_worker_processes() {
    for kernel in ["pi --n 1e5 --chunk 100", "axpy --n 50000", "gemm --n 64", "escape --size 64x64"]
    {
        let here = json(&format!("run {kernel} --exec serial --json"));
        for executor in ["procs:1", "procs:3"] {
            let there = json(&format!("run {kernel} --exec {executor} --json"));
            assert_eq!(there["exec"], executor);
            assert_eq!((&there["hash"], &there["value"]), (&here["hash"], &here["value"]));
        }
    }
}

#[test]
fn the_check_covers_worker_processes() {
    let checked = json("check dot --quick --variant rust,c --json");
    let matrix = &checked["same_bits"][0];
    let executors: Vec<&str> =
        matrix["executors"].as_array().unwrap().iter().flat_map(Value::as_str).collect();
    for executor in ["serial", "threads:64", "graph:2", "procs:1", "procs:2", "procs:4"] {
        assert!(executors.contains(&executor), "{executors:?}");
    }
    for row in matrix["rows"].as_array().unwrap() {
        assert_eq!(row["cells"].as_array().unwrap().len(), executors.len());
    }
}

#[test]
fn chaos_loses_nothing_and_counts_what_it_did() {
    // A busy machine may need longer until somebody has been hit.
    let hit =
        |chaos: &Value| chaos["kills"].as_u64() > Some(0) && chaos["respawned"].as_u64() > Some(0);
    let chaos = (0..8)
        .map(|k| json(&format!("chaos pi escape axpy --seconds {} --json", 1 << k)))
        .find(hit)
        .expect("a worker was killed in one of them");
    assert_eq!(chaos["well"], true);
    assert_eq!(chaos["rounds"].as_array().unwrap().len(), 4, "families hold several kernels");
    let inside = chaos["inside"].as_object().expect("what workers did to themselves");
    assert!(inside.contains_key("truncate") && inside.contains_key("close all"), "{chaos:#}");
    for what in ["overdue", "orphaned"] {
        let time = |name: &str| chaos[what][name].as_f64().expect("a time");
        assert_eq!(chaos[what]["trials"], 9);
        assert!(time("best") <= time("median") && time("median") <= time("worst"), "{chaos:#}");
        assert!(time("best") > 0.0, "{chaos:#}");
    }
}

#[test]
fn without_a_kernel_that_takes_any_n_nobody_hangs() {
    let chaos = json("chaos axpy --seconds 1 --json");
    assert_eq!((&chaos["overdue"], &chaos["orphaned"]), (&Value::Null, &Value::Null));
    let (code, out, err) = abreast("chaos axpy --victim");
    assert_eq!((code, &out[..]), (Some(2), ""), "{err}");
    assert!(err.contains("one of them must need no memory"), "{err}");
}

#[test]
fn workers_of_the_program_know_the_task_that_granularity_is_measured_with() {
    let others = [metg::REMOTE].into_iter().chain(REMOTES.iter().copied());
    let kernels = abreast::kernels::REGISTRY.iter().map(Remote::from).chain(others);
    let executor = Procs::new(2).unwrap().program(env!("CARGO_BIN_EXE_abreast"), kernels);
    let job = Job::<metg::Spin>::new([9, 1000], ()).unwrap();
    let (mut here, mut there) = (job.blank().unwrap(), job.blank().unwrap());
    job.call_into(&mut here).unwrap();
    let report = job.on_into(&executor, &mut there).unwrap();
    assert_eq!((report.tasks, report.ran_locally), (9, 0));
    assert_eq!(there, here);
}

#[test]
fn granularity_is_measured_in_optimised_builds_alone() {
    let (code, out, err) = abreast("metg --rounds 1 --json");
    if cfg!(debug_assertions) {
        assert_eq!((code, &out[..]), (Some(2), ""));
        assert!(
            err.contains("its times would mean nothing") && err.trim().lines().count() == 1,
            "{err}"
        );
        return;
    }
    assert_eq!(code, Some(0), "{err}");
    let metg: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(metg["schema"], "abreast.metg/1");
    let names = metg["curves"].as_array().unwrap().iter().map(|curve| &curve["executor"]);
    let names: Vec<&str> = names.filter_map(Value::as_str).collect();
    for kind in ["threads:", "graph:", "async:", "procs:", "rayon alone:"] {
        assert!(names.iter().any(|name| name.starts_with(kind)), "{kind} is not in {names:?}");
    }
    assert_eq!(metg["rivals"].as_array().unwrap().len(), 2, "measured, or skipped with a reason");
}

#[test]
fn bad_counts_and_names_are_one_sentence() {
    let sentences = [
        ("run pi --exec procs:0", "procs = 0: must be between 1 and 1024"),
        ("run pi --exec procs:many", "procs = many: must be a whole number"),
        ("run pi --exec prcs:2", "did you mean 'procs'?"),
        ("chaos pi --workers 0", "workers = 0"),
        ("chaos pi --seconds 0", "seconds = 0"),
        ("metg --exec thread:2", "did you mean 'threads'?"),
        ("metg --rounds 0", "rounds = 0"),
        ("chaos nothing", "unknown kernel 'nothing'"),
    ];
    for (arguments, sentence) in sentences {
        let (code, out, err) = abreast(arguments);
        assert_eq!((code, &out[..]), (Some(2), ""), "abreast {arguments}");
        assert!(err.contains(sentence) && err.trim().lines().count() == 1, "{arguments}: {err}");
    }
}
