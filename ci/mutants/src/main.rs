//! Proof that the sanitizers can fail: each seeded bug runs in a process of its own, which
//! must die of the report that its sanitizer is known for.
//!
//! With the names of lists (`c`, `rust`, `races`): runs into all of theirs, prints what was found, and fails when
//! one was not. With the name of a bug: runs into it.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int};
use std::hint::black_box;
use std::process::{Command, ExitCode};

mod rust;

/// Declares the bugs in C and C++ and makes the table of them.
///
/// SAFETY of every call: none. Each has undefined behaviour on purpose, in a process that exists
/// for nothing else and that the sanitizer ends.
macro_rules! bugs {
    ($($function:ident($($name:ident: $type:ty = $value:expr),*) $(-> $out:ty)?, $report:literal;)*) => {
        unsafe extern "C" {
            $(fn $function($($name: $type),*) $(-> $out)?;)*
        }

        const C: &[Bug] = &[$(Bug {
            name: stringify!($function),
            report: $report,
            run: || {
                // SAFETY: none, see above.
                black_box(unsafe { $function($(black_box($value)),*) });
            },
        }),*];
    };
}

/// Every list, by its name.
const LISTS: [(&str, &[Bug]); 3] = [("c", C), ("rust", rust::MEMORY), ("races", rust::RACES)];

struct Bug {
    name: &'static str,
    /// What the sanitizer says about it.
    report: &'static str,
    run: fn(),
}

bugs! {
    bug_heap_read(x: *const f64 = numbers(100), n: usize = 100) -> f64, "heap-buffer-overflow";
    bug_heap_write(x: *mut f64 = numbers(100), n: usize = 100), "heap-buffer-overflow";
    bug_wide_tail(x: *const f64 = numbers(101), n: usize = 101) -> f64, "heap-buffer-overflow";
    bug_stack_write(n: usize = 9) -> f64, "stack-buffer-overflow";
    bug_global_read(k: usize = 16) -> c_int, "global-buffer-overflow";
    bug_use_after_free(x: *const f64 = freed(100)) -> f64, "heap-use-after-free";
    bug_use_after_return() -> f64, "stack-use-after-return";
    bug_double_free(), "attempting double-free";
    bug_free_inside(), "attempting free on address which was not malloc";
    bug_leak(n: usize = 1000) -> usize, "detected memory leaks";
    bug_overlap(p: *mut c_char = numbers(100).cast(), n: usize = 100), "memcpy-param-overlap";
    bug_wrong_delete(n: usize = 100), "alloc-dealloc-mismatch";
    bug_beyond_size(n: usize = 100) -> f64, "heap-buffer-overflow";
    bug_signed_overflow(k: i64 = 2) -> i64, "signed integer overflow";
    bug_shift(k: u32 = 32) -> u32, "shift exponent 32 is too large";
    bug_misaligned(p: *const c_char = numbers(2).cast()) -> f64, "load of misaligned address";
    bug_division(k: c_int = 0) -> c_int, "division by zero";
    bug_most_negative(k: c_int = -1) -> c_int, "cannot be represented in type 'int'";
    bug_null(x: *const f64 = std::ptr::null()) -> f64, "load of null pointer";
    bug_index(k: usize = 4) -> c_int, "index 4 out of bounds";
    bug_bool(p: *const u8 = [2u8].as_ptr()) -> c_int, "not a valid value for type '_Bool'";
    bug_unreachable(k: c_int = 3) -> c_int, "execution reached an unreachable program point";
    bug_no_return(k: c_int = 1) -> c_int, "end of a value-returning function";
    bug_negative_length(k: c_int = -3) -> c_int, "variable length array bound evaluates to non-positive";
}

/// An array from Rust's allocator, never given back.
fn numbers(n: usize) -> *mut f64 {
    vec![1.0; n].leak().as_mut_ptr()
}

/// An array that Rust has given back.
fn freed(n: usize) -> *const f64 {
    let x = black_box(vec![1.0; n]);
    let gone = x.as_ptr();
    drop(x);
    gone
}

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let list = |name: &String| LISTS.iter().find(|(list, _)| list == name);
    let lists: Vec<_> = names.iter().filter_map(list).flat_map(|(_, bugs)| bugs.iter()).collect();
    match names.as_slice() {
        [name] if lists.is_empty() => run_into(name),
        [_, ..] => find_all(&lists),
        [] => ExitCode::from(2),
    }
}

/// Runs into one bug; `none` runs into none, as a control. Returning at all is a miss.
fn run_into(name: &str) -> ExitCode {
    let mut all = LISTS.iter().flat_map(|(_, bugs)| bugs.iter());
    match all.find(|bug| bug.name == name) {
        Some(bug) => (bug.run)(),
        None if name == "none" => rust::clean(),
        None => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}

fn find_all(bugs: &[&Bug]) -> ExitCode {
    let mut missed = 0;
    for bug in bugs {
        let (died, said) = child(bug.name);
        let found = died && said.contains(bug.report);
        println!("{:<28} {:<8} {}", bug.name, if found { "found" } else { "MISSED" }, bug.report);
        if !found {
            println!("{said}");
            missed += 1;
        }
    }
    let (died, said) = child("none");
    if died || !said.is_empty() {
        println!("the clean run is not silent:\n{said}");
        missed += 1;
    }
    println!("{} seeded bugs, {missed} missed", bugs.len());
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether a process that runs into the bug failed, and what it wrote to stderr.
fn child(name: &str) -> (bool, String) {
    let program = std::env::current_exe().expect("a path");
    let output = Command::new(program).arg(name).output().expect("a process");
    (!output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}
