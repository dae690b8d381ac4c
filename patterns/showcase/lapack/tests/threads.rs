//! What page `library_threads` says of a BLAS with threads of its own is what that BLAS does.
#![cfg(target_os = "linux")]
#![allow(unsafe_code)]

use ab_lapack::Build;
use ab_lapack::fortran_abi::Abi;
use std::ffi::c_char;
use std::process::Command;
use std::sync::Barrier;

type Int = <Build as Abi>::Int;

// Page `fortran_abi`: two texts of one letter, whose lengths stand behind all others.
unsafe extern "C" {
    fn dgemm_(
        transa: *const c_char,
        transb: *const c_char,
        m: *const Int,
        n: *const Int,
        k: *const Int,
        alpha: *const f64,
        a: *const f64,
        lda: *const Int,
        b: *const f64,
        ldb: *const Int,
        beta: *const f64,
        c: *mut f64,
        ldc: *const Int,
        transa_length: usize,
        transb_length: usize,
    );
}

const N: usize = 300;

/// Whether each element of A B is the number that it is, where A is all ones and B all twos.
fn is_right() -> bool {
    let (a, b, mut c) = (vec![1.0; N * N], vec![2.0; N * N], vec![0.0; N * N]);
    let (n, no) = (N as Int, c"N".as_ptr());
    // SAFETY: three matrices of N x N numbers, of which only C is written; INTEGERs of this build; letters of length 1.
    unsafe {
        dgemm_(
            no,
            no,
            &n,
            &n,
            &n,
            &1.0,
            a.as_ptr(),
            &n,
            b.as_ptr(),
            &n,
            &0.0,
            c.as_mut_ptr(),
            &n,
            1,
            1,
        );
    }
    c.iter().all(|x| *x == 2.0 * N as f64)
}

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").expect("Linux has it").count()
}

/// Runs the test of this name, of which the work is ignored otherwise, in a process with this environment; what it
/// printed behind `said: `.
fn in_a_process(name: &str, library_threads: usize) -> String {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", name, "--ignored", "--nocapture", "--test-threads", "1"]);
    command.env("OPENBLAS_NUM_THREADS", library_threads.to_string());
    let output = command.output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let (_, said) = text.split_once("said: ").expect("it says something");
    said.lines().next().unwrap_or_default().to_owned()
}

#[test]
#[ignore = "in a process of its own: see below"]
fn four_callers() {
    let (before, met) = (threads(), Barrier::new(5));
    let most = std::thread::scope(|scope| {
        let caller = || {
            let right = is_right();
            met.wait();
            met.wait();
            right
        };
        let callers = [(); 4].map(|()| scope.spawn(caller));
        met.wait();
        let most = threads() - before - callers.len();
        met.wait();
        assert!(callers.into_iter().all(|caller| caller.join().expect("no panic")));
        most
    });
    // Its pool may be there from the start.
    println!("\nsaid: {before} {most}");
}

/// The threads of a process with four callers that are neither theirs nor the program's two: main and the test.
fn of_the_library(library_threads: usize) -> usize {
    let said = in_a_process("four_callers", library_threads);
    let counts: Vec<usize> = said.split(' ').map(|n| n.parse().expect("a number")).collect();
    counts[0] + counts[1] - 2
}

#[test]
fn one_pool_serves_all_callers_and_the_variable_limits_it() {
    let cores = std::thread::available_parallelism().expect("Linux says").get();
    for limit in [1, 2, 4] {
        // Never more than cores, and the caller is one of them. The reference has no threads.
        let others = if cfg!(feature = "openblas") { limit.min(cores) - 1 } else { 0 };
        assert_eq!(of_the_library(limit), others, "of {limit}, for four callers together");
    }
}

#[test]
#[ignore = "in a process of its own: see below"]
fn a_forked_child_multiplies() {
    assert!(is_right());
    // SAFETY: the child multiplies, and ends without anything else of this process.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: ends the child if it waits for ever.
        unsafe { libc::alarm(60) };
        let code = if is_right() { 0 } else { 1 };
        // SAFETY: no handler of its parent's runs.
        unsafe { libc::_exit(code) };
    }
    let mut status = 0;
    // SAFETY: a child of this process.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    let code = libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
    println!("\nsaid: {code:?} {}", is_right());
}

#[test]
fn a_fork_does_not_stop_this_library() {
    for library_threads in [1, 4] {
        assert_eq!(in_a_process("a_forked_child_multiplies", library_threads), "Some(0) true");
    }
}
