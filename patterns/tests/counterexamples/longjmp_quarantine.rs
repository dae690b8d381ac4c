//! A jump over a frame of Rust.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::longjmp_quarantine::raw::{ab_cholesky_give_up, ab_cholesky_visit};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

pub const COUNTEREXAMPLES: &[Counterexample] =
    &[Counterexample { name: "jumped_over", run: jumped_over, ends: &[End::Says("entered 3, left 2\n")] }];

static ENTERED: AtomicU32 = AtomicU32::new(0);
static LEFT: AtomicU32 = AtomicU32::new(0);

/// Would unlock something, say.
struct Frame;

impl Drop for Frame {
    fn drop(&mut self) {
        LEFT.fetch_add(1, Relaxed);
    }
}

extern "C" fn visit(_: *mut c_void) {
    let _frame = Frame;
    if ENTERED.fetch_add(1, Relaxed) == 1 {
        // SAFETY: none. It jumps over this frame, which has a destructor.
        unsafe { ab_cholesky_give_up() }
    }
}

fn jumped_over() {
    for _ in 0..3 {
        // SAFETY: none: the callback is one that jumps.
        unsafe { ab_cholesky_visit(visit, std::ptr::null_mut()) };
    }
    println!("entered {}, left {}", ENTERED.load(Relaxed), LEFT.load(Relaxed));
}
