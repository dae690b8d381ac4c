//! Functions whose data has moved, and one that is entered while it runs.
#![allow(unsafe_code)]

use crate::{Counterexample, End};
use abreast_patterns::kept_callback::raw::{
    ab_root, ab_root_free, ab_root_new, ab_root_set, ab_root_step,
};
use std::ffi::c_void;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "closure_moved_with_its_owner",
        run: closure_moved_with_its_owner,
        ends: &[
            // What the C library fills freed memory with, instead of 2.5.
            End::Says("weight: a5a5a5a5a5a5a5a5"),
            End::Report("heap-use-after-free"),
        ],
    },
    Counterexample {
        name: "entered_while_running",
        run: entered_while_running,
        ends: &[End::Says("weight: a5a5a5a5a5a5a5a5"), End::Report("heap-use-after-free")],
    },
];

/// A handle, and beside it what its function needs.
struct Solver {
    root: *mut ab_root,
    weights: [f64; 256],
}

unsafe extern "C" fn weighted(data: *mut c_void, x: f64, y: *mut f64) -> i32 {
    // SAFETY: none. There was a solver once.
    let weight = unsafe { (*data.cast::<Solver>()).weights[100] };
    println!("weight: {:x}", weight.to_bits());
    // SAFETY: the caller gives the place of one double.
    unsafe { y.write(x - weight) };
    0
}

fn solver() -> Solver {
    let mut solver = Box::new(Solver { root: ab_root_new(), weights: [2.5; 256] });
    let data = (&raw mut *solver).cast();
    // SAFETY: if it stayed where it is.
    unsafe { ab_root_set(solver.root, weighted, data, 0.0, 4.0) };
    *solver
}

fn closure_moved_with_its_owner() {
    let solver = solver();
    // SAFETY: none. The solver has another address now than C knows.
    unsafe { ab_root_step(solver.root) };
    // SAFETY: made by `solver`, ended once.
    unsafe { ab_root_free(solver.root) };
}

/// What a closure would have captured: also a way to its own solver.
struct Captured {
    root: *mut ab_root,
    weights: Box<[f64; 256]>,
    is_running: bool,
}

unsafe extern "C" fn runs_itself(data: *mut c_void, x: f64, y: *mut f64) -> i32 {
    // SAFETY: none. The outer call has such a reference already.
    let captured = unsafe { &mut *data.cast::<Captured>() };
    if captured.is_running {
        drop(std::mem::replace(&mut captured.weights, Box::new([1.0; 256])));
        return 1;
    }
    let weights: *const [f64; 256] = &raw const *captured.weights;
    captured.is_running = x == 2.0;
    if captured.is_running {
        // SAFETY: none. It is running already.
        unsafe { ab_root_step(captured.root) };
    }
    // SAFETY: none. The weights are freed by now.
    let weight = unsafe { (*weights)[100] };
    println!("weight: {:x}", weight.to_bits());
    // SAFETY: the caller gives the place of one double.
    unsafe { y.write(x - weight) };
    0
}

fn entered_while_running() {
    let root = ab_root_new();
    let mut captured = Captured { root, weights: Box::new([2.5; 256]), is_running: false };
    // SAFETY: alive as long as this process uses it.
    unsafe { ab_root_set(root, runs_itself, (&raw mut captured).cast(), 0.0, 4.0) };
    // SAFETY: the same.
    unsafe { ab_root_step(root) };
    // SAFETY: made above, ended once.
    unsafe { ab_root_free(root) };
}
