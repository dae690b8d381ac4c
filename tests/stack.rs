//! No kernel needs more than 64 KiB of stack: threads that C makes may have little (musl gives 128 KiB),
//! and so may those of a pool.
//!
//! A stack that overflows ends its process, so the calls are made in a child process, which says each
//! time what it is about to call. The tests loop over the registry: a new kernel is covered.

use abreast::kernel::{Case, Choice, Entry, Request};
use abreast::kernels::REGISTRY;
use abreast::{Error, Level, exec::Control, executors};
use std::io::Write;
use std::process::Command;
use std::thread::{Builder, scope};

const STACK: usize = 64 << 10;

/// Runs the ignored test `name` of this file in a process whose threads have [`STACK`] unless they ask
/// for another.
fn survives(name: &str) {
    let child = Command::new(std::env::current_exe().expect("a test has a file"))
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env("RUST_MIN_STACK", STACK.to_string())
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&child.stderr);
    let call = said.lines().rfind(|line| line.starts_with(CALL)).unwrap_or("no call at all");
    assert!(child.status.success(), "{call}: {}\n{}", child.status, tail(&said));
    assert!(said.contains(CALL), "nothing was called:\n{said}");
}

const CALL: &str = "calls ";

/// The last lines of what a process said.
fn tail(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(6)..].join("\n")
}

/// The entry's problems that are quickly done: from its list of sizes, and the hand-picked ones.
fn problems(entry: &Entry) -> Vec<(String, Box<dyn Case>)> {
    let sized = entry.sizes.iter().filter_map(|n| match entry.case(&Request::size(*n)) {
        Ok(case) => Some((format!("n = {n}"), case)),
        Err(Error::Argument { .. }) => None,
        Err(why) => panic!("{} n = {n}: {why}", entry.name),
    });
    let special = entry.special().into_iter().map(|(name, case)| (name.to_owned(), case));
    sized.chain(special).filter(|(_, case)| case.cost().flops <= 20_000_000).collect()
}

/// Does `call` with every problem of every kernel, by every variant at every level.
fn each_call(call: impl Fn(&dyn Case, Choice)) {
    for entry in REGISTRY {
        let problems = problems(entry);
        assert!(!problems.is_empty(), "{} has no small problem", entry.name);
        for level in Level::available() {
            for variant in entry.variants() {
                let choice = Choice { variant: variant.name, level };
                for (problem, case) in &problems {
                    // Not by eprintln, which the test harness would keep for a thread of its own.
                    let says = format!("{CALL}{} {choice} {problem}\n", entry.name);
                    std::io::stderr().write_all(says.as_bytes()).expect("a parent listens");
                    call(&**case, choice);
                }
            }
        }
    }
}

#[test]
fn no_kernel_overflows_a_stack_of_64_kib() {
    survives("calls_on_a_small_stack");
}

#[test]
fn no_kernel_overflows_the_small_stacks_of_a_pool() {
    survives("calls_on_executors_with_small_stacks");
}

#[test]
#[ignore = "run in a process of its own by no_kernel_overflows_a_stack_of_64_kib"]
fn calls_on_a_small_stack() {
    let small = || Builder::new().stack_size(STACK);
    with_a_large_stack(|| {
        each_call(|case, choice| {
            scope(|scope| {
                let call = || case.rehearse(choice).map(drop).expect("a sample is legal");
                small().spawn_scoped(scope, call).expect("a thread").join().expect("no panic");
            });
        });
    });
}

#[test]
#[ignore = "run in a process of its own by no_kernel_overflows_the_small_stacks_of_a_pool"]
fn calls_on_executors_with_small_stacks() {
    let names =
        ["threads:2", "graph:2"].into_iter().chain(cfg!(feature = "aio").then_some("async:2"));
    with_a_large_stack(|| {
        for name in names {
            let executor = executors::parse(name).expect("an executor of that name");
            each_call(|case, choice| {
                let control = Control::default();
                case.run(choice, 0x3F, &mut |tasks| executor.run(tasks, &control).map(drop))
                    .expect("a sample is legal");
            });
        }
    });
}

/// Making a problem is not what is tested: it may take more.
fn with_a_large_stack(work: impl FnOnce() + Send) {
    scope(|scope| {
        let thread = Builder::new().stack_size(8 << 20).spawn_scoped(scope, work);
        thread.expect("a thread").join().expect("no panic");
    });
}
