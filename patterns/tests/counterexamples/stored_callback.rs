//! Data of callbacks that goes too early, or never.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::stored_callback::raw::{
    ab_relax_free, ab_relax_new, ab_relax_register, ab_relax_run, ab_relax_unregister,
};
use std::ffi::{c_int, c_void};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "freed_while_running",
        run: freed_while_running,
        ends: &[
            End::Report("heap-use-after-free"),
            // What the C library fills freed memory with, instead of 2.5.
            End::Says("weight: a5a5a5a5a5a5a5a5"),
        ],
    },
    Counterexample { name: "never_destroyed", run: never_destroyed, ends: &[End::Says("alive: 1"), End::Report("detected memory leaks")] },
];

/// What a closure would have captured.
struct Captured {
    weights: [f64; 256],
}

static ENTERED: Barrier = Barrier::new(2);
static GO_ON: Barrier = Barrier::new(2);
static READ: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" fn slow(data: *mut c_void, _: u64, _: f64) -> c_int {
    ENTERED.wait();
    GO_ON.wait();
    // SAFETY: none. It is freed by now.
    let captured = unsafe { &*data.cast::<Captured>() };
    READ.store(captured.weights[100].to_bits(), SeqCst);
    ENTERED.wait();
    0
}

unsafe extern "C" fn nothing(_: *mut c_void) {}

fn freed_while_running() {
    let data = Box::into_raw(Box::new(Captured { weights: [2.5; 256] }));
    let relax = ab_relax_new();
    // SAFETY: the iteration is alive.
    let number = unsafe { ab_relax_register(relax, slow, data.cast(), nothing) };
    // SAFETY: the iteration is alive.
    unsafe { ab_relax_run(relax, 1) };
    ENTERED.wait();
    // SAFETY: the iteration is alive.
    unsafe { ab_relax_unregister(relax, number) };
    // SAFETY: none. No call begins any more, but one is running.
    drop(unsafe { Box::from_raw(data) });
    GO_ON.wait();
    ENTERED.wait();
    println!("weight: {:x}", READ.load(SeqCst));
}

static ALIVE: AtomicU64 = AtomicU64::new(0);

struct Counted(#[expect(dead_code, reason = "it is only there to be alive")] f64);

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, SeqCst);
    }
}

unsafe extern "C" fn idle(_: *mut c_void, _: u64, _: f64) -> c_int {
    0
}

fn never_destroyed() {
    ALIVE.fetch_add(1, SeqCst);
    let data = Box::into_raw(Box::new(Counted(2.5)));
    let relax = ab_relax_new();
    // SAFETY: the functions do not look at the data; nobody ever takes it back.
    let number = unsafe { ab_relax_register(relax, idle, data.cast(), nothing) };
    // SAFETY: the iteration is alive.
    unsafe { ab_relax_unregister(relax, number) };
    // SAFETY: made above, ended once.
    unsafe { ab_relax_free(relax) };
    println!("alive: {}", ALIVE.load(SeqCst));
}
