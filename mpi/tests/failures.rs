//! What each failure does to a job on ranks: the table of README.md, made anew and compared.
#![cfg(target_os = "linux")]

mod launch;

use launch::{Ended, failing, ranks};

const SCHEDULES: [&str; 2] = ["mpi:static:serial", "mpi:dynamic:serial"];

const FAILURES: [(&str, &str); 10] = [
    ("the variant returns an error", "Fail"),
    ("Rust panics", "Panic"),
    ("C++ throws", "Throw"),
    ("C segfaults", "Segfault"),
    ("C aborts", "Abort"),
    ("C calls `exit(3)`", "Exit"),
    ("C calls `exit(0)`", "Leave"),
    ("C calls `_exit(0)`", "Quit"),
    ("`kill -9`", "Kill"),
    ("an endless loop, with a deadline", "Spin"),
];

/// What a cell can say.
const FAULT: &str = "the fault of one thread; the ranks go on";
const ENDS: &str = "the job ends, and says which rank and which task";

#[test]
fn the_readme_says_what_each_failure_does() {
    let rows = FAILURES.map(|(name, act)| {
        // Both are rank 1's: it has the second share, and it is the first to be given anything.
        let cells = [cell(SCHEDULES[0], act, 17), cell(SCHEDULES[1], act, 0)];
        let cells = cells.map(|cell| format!(" {cell} |"));
        format!("| {name} |{}", cells.concat())
    });
    let names = SCHEDULES.map(|executor| format!(" `{}` |", executor.rsplit_once(':').unwrap().0));
    let table = format!("| on any rank |{}\n|---|---|---|\n{}", names.concat(), rows.join("\n"));
    println!("{table}");
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let page = std::fs::read_to_string(page).expect("README.md");
    assert!(page.contains(&table), "README.md does not have this table:\n{table}");
}

#[test]
fn rank_0_and_its_own_tasks_are_no_exception() {
    for (act, chunk) in [("Fail", 2), ("Panic", 2), ("Segfault", 2), ("Quit", 2)] {
        let said = cell("mpi:static:serial", act, chunk);
        assert_eq!(said, if matches!(act, "Fail" | "Panic") { FAULT } else { ENDS }, "{act}");
    }
}

#[test]
fn threads_within_ranks_make_no_difference() {
    for executor in ["mpi:static:threads:2", "mpi:dynamic:threads:2"] {
        assert_eq!(cell(executor, "Throw", 17), FAULT);
        assert_eq!(cell(executor, "Segfault", 17), ENDS);
    }
}

/// In worker processes within the ranks a crash is one chunk's, as `procs` has it.
#[test]
fn worker_processes_within_ranks_keep_the_ranks_alive() {
    let Ended { code, out, err } = on_three("mpi:dynamic:procs:1", "Segfault", 17, 60);
    assert_eq!(code, Some(0), "{out}{err}");
    let lost = "task 17 killed its worker 3 times; the last one was killed by SIGSEGV";
    assert_eq!(out.matches(lost).count(), 2, "{out}");
    assert!(out.contains("afterwards well"), "{out}");
}

/// An error with a text that is far longer than a message.
#[test]
fn a_long_error_arrives_cut() {
    let Ended { code, out, err } = on_three("mpi:static:serial", "Tell", 17, 60);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("task 17: chunk = "), "{out}");
}

/// Deadlines are those of tasks, not of runs.
#[test]
fn who_is_in_time_is_left_alone() {
    let Ended { code, out, err } = on_three("mpi:static:serial", "Nap", 17, 60);
    assert_eq!(code, Some(0), "{out}{err}");
    assert_eq!(out.lines().filter(|line| *line == "well").count(), 2, "{out}");
}

/// What happens when chunk `chunk` of 40 does this on three ranks, seen from outside.
fn cell(executor: &str, act: &str, chunk: u64) -> &'static str {
    let seconds = if act == "Spin" { 2 } else { 60 };
    let Ended { code, out, err } = on_three(executor, act, chunk, seconds);
    let both = format!("{executor}, {act}: {code:?}\n{out}{err}");
    if code == Some(0) {
        assert_eq!(out.matches("\nas one thread\n").count(), 2, "{both}");
        assert_eq!(out.matches(&format!("\ntask {chunk}")).count(), 2, "{both}");
        assert!(out.contains("afterwards well"), "{both}");
        return FAULT;
    }
    let named = match act {
        "Spin" => format!("task {chunk} of harm (rust) did not end in its time"),
        _ => format!("task {chunk} of harm (rust): "),
    };
    // Threads within a rank have other tasks at the same time.
    let died = err.lines().filter(|line| line.starts_with("abreast-mpi: rank "));
    let is_named = |line: &str| {
        let of_threads = format!("task {chunk} or ");
        let last = format!("or task {chunk} of");
        line.contains(&named) || line.contains(&of_threads) || line.contains(&last)
    };
    assert!(died.clone().any(is_named), "{both}");
    let rank = match (executor, chunk) {
        ("mpi:static:serial", _) => Some(chunk / 13),
        ("mpi:dynamic:serial", 0) => Some(1),
        _ => None,
    };
    let who = rank.map(|rank| format!("abreast-mpi: rank {rank} of 3"));
    assert!(who.is_none_or(|who| err.contains(&who)), "{both}");
    assert!(code.is_some_and(|code| code != 0), "{both}");
    assert!(!out.contains("afterwards"), "{both}");
    ENDS
}

fn on_three(executor: &str, act: &str, chunk: u64, seconds: u64) -> Ended {
    ranks(3, failing(), &[executor, act, &chunk.to_string(), &seconds.to_string()])
}
