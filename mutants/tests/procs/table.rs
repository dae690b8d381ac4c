//! Which failure does each executor survive? The table of docs/executors.md, made anew and compared.

use super::*;
use abreast::executors;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

pub fn trials() -> Vec<Trial> {
    vec![trial("the_docs_say_what_each_executor_survives", table)]
}

const EXECUTORS: [&str; 5] = ["serial", "threads:2", "graph:2", "async:2", "procs:2"];

const FAILURES: [(&str, Act); 8] = [
    ("the variant returns an error", Act::Fail),
    ("Rust panics", Act::Panic),
    ("C++ throws", Act::Throw),
    ("C segfaults", Act::Segfault),
    ("C aborts", Act::Abort),
    ("C calls `exit`", Act::Exit),
    ("`kill -9`", Act::Kill),
    ("an endless loop", Act::Spin),
];

/// What a cell can say.
const FAULT: &str = "a fault";
const DIES: &str = "the program dies";
const FOR_EVER: &str = "runs for ever";
const CONTAINED: &str = "retried, then a fault; the others are done";

fn table() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/executors.md");
    let page = std::fs::read_to_string(page).expect("docs/executors.md");
    // All cells at once: those that run for ever are the slow ones.
    let rows: Vec<String> = std::thread::scope(|scope| {
        let rows: Vec<_> = FAILURES.iter().map(|failure| scope.spawn(|| row(*failure))).collect();
        rows.into_iter().map(|row| row.join().expect("a row")).collect()
    });
    let names =
        EXECUTORS.map(|executor| format!(" `{}` |", executor.split(':').next().unwrap())).concat();
    let head = format!("| |{names}\n|---|---|---|---|---|---|\n");
    let table = head + &rows.join("\n");
    println!("{table}");
    assert!(page.contains(&table), "docs/executors.md does not have this table:\n{table}");
}

fn row((name, act): (&str, Act)) -> String {
    let cells = EXECUTORS.map(|executor| format!(" {} |", outcome(executor, act)));
    format!("| {name} |{}", cells.concat())
}

/// What happens when a chunk does this, seen from outside: in a process of its own.
fn outcome(executor: &str, act: Act) -> &'static str {
    let mut scene = leaks::scene_of("cell");
    scene.env("ABREAST_TEST_EXECUTOR", executor).env("ABREAST_TEST_ACT", (act as u32).to_string());
    let child = scene.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
    // Only what runs for ever is given up soon; a limit for the others is one against a hang.
    let ends = act != Act::Spin || executor.starts_with("procs");
    let patience = Duration::from_secs(if ends { 600 } else { 3 });
    let Some((code, said)) = wait(child, patience) else { return FOR_EVER };
    match (code, said.trim()) {
        (Some(0), "fault") => FAULT,
        (Some(0), "fault, others done") => CONTAINED,
        (Some(0), said) => panic!("{executor}, {act:?}: {said}"),
        _ => DIES,
    }
}

/// The exit code of the process and what it said; none when it did not end, and was killed.
fn wait(mut child: Child, patience: Duration) -> Option<(Option<i32>, String)> {
    let began = Instant::now();
    while began.elapsed() < patience {
        if child.try_wait().expect("a child").is_some() {
            let output = child.wait_with_output().expect("its output");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            return Some((output.status.code(), said));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    child.wait().expect("reaped");
    None
}

/// One cell, in the process that `outcome` started: chunk 17 of 40 fails.
pub fn cell() {
    let variable = |name| std::env::var(name).expect("set by the table");
    let executor = executors::parse(&variable("ABREAST_TEST_EXECUTOR")).expect("an executor");
    let act: u64 = variable("ABREAST_TEST_ACT").parse().expect("a number");
    let args = Args { act, ..Args::at(40, 17, Act::Nothing) };
    let control = Control { deadline: Some(Duration::from_secs(2)), ..Control::default() };
    let (outcome, out) = squares_of(&*executor, args, &control);
    let fault = outcome.expect_err("chunk 17 fails");
    let attempts = match &fault {
        Fault::Kernel { task: 17, .. } | Fault::Panic { task: 17, .. } => 1,
        Fault::Lost { task: 17, attempts, .. } | Fault::Deadline { task: 17, attempts, .. } => {
            *attempts
        }
        other => panic!("{other}"),
    };
    let others_done = (0..40).all(|i| i == 17 || out[i] == (i * i) as u64);
    assert!((0..17).all(|i| out[i] == (i * i) as u64), "what is below the fault is always done");
    println!("{}", if attempts == 3 && others_done { "fault, others done" } else { "fault" });
}
