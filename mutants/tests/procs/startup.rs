//! Workers that do not come up: what happened is said, and `main` is blamed only when it is to blame.

use super::faults::{Script, myself};
use super::leaks::in_time;
use super::*;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("workers_killed_before_their_greeting_are_said_to_be_killed", killed),
        trial("a_program_that_fails_before_main_is_quoted", exits),
        trial("a_huge_stack_for_threads_does_not_keep_workers_from_starting", huge_stack),
        trial("a_deadline_of_any_length_is_one", || in_time("deadlines")),
    ]
}

pub fn scene(name: &str) -> bool {
    match name {
        "deadlines" => deadlines(),
        _ => return false,
    }
    true
}

fn fault_of(lines: &str) -> String {
    let script = Script::new("startup", lines);
    let executor = pool(3).0.program(script.path(), kernels());
    let (outcome, _) = squares_of(&executor, Args::at(20, 0, Act::Nothing), &Control::default());
    outcome.expect_err("no worker comes up").to_string()
}

fn killed() {
    for (signal, name) in [("KILL", "SIGKILL"), ("SEGV", "SIGSEGV"), ("TERM", "SIGTERM")] {
        let fault = fault_of(&format!("kill -{signal} $$"));
        assert!(fault.contains(name) && !fault.contains("worker_main"), "{fault}");
    }
}

fn exits() {
    let fault = fault_of("exit 127");
    assert!(fault.contains("exited with status 127"), "{fault}");
    let fault = fault_of("exit 0");
    assert!(fault.contains("exited with status 0") && fault.contains("worker_main"), "{fault}");
}

fn huge_stack() {
    let lines = format!("RUST_MIN_STACK=1000000000000000 exec {}", myself());
    let script = Script::new("stack", &lines);
    let executor = pool(2).0.program(script.path(), kernels());
    let (outcome, out) = squares_of(&executor, Args::at(20, 0, Act::Nothing), &Control::default());
    assert_eq!((outcome.map(|report| report.tasks), out), (Ok(20), squares(20)));
}

fn deadlines() {
    let (executor, _) = pool(2);
    for seconds in [u64::MAX, u64::MAX / 2, i64::MAX as u64, i64::MAX as u64 + 1, u32::MAX.into()] {
        let deadline = Some(std::time::Duration::new(seconds, 999_999_999));
        let control = Control { deadline, attempts: u32::MAX, ..Control::default() };
        let cpu = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let (outcome, out) =
            squares_of(&executor, Args { every: 1, ..Args::at(8, 0, Act::Nap) }, &control);
        assert_eq!((outcome.map(|report| report.tasks), out), (Ok(8), squares(8)));
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        // It sleeps while it waits, four tenths of a second in all.
        let used = (now.tv_sec - cpu.tv_sec) * 1_000_000_000 + now.tv_nsec - cpu.tv_nsec;
        assert!(used < 200_000_000, "{seconds} s: {used} ns of computing to wait");
    }
}
