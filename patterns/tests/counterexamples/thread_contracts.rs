//! A library with a global plan, without its lock.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::thread_contracts::raw::{ab_dct_global_plan, ab_dct_global_run};
use std::sync::Barrier;
use std::thread;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "unlocked_global",
    run: unlocked_global,
    ends: &[End::Report("data race"), End::Says("four ones add up to 8")],
}];

/// As many as the largest plan reads and writes, so that nothing but the plan can be wrong.
const ROOM: usize = 64;

fn unlocked_global() {
    let at_once = Barrier::new(2);
    let race = |n: usize| {
        at_once.wait();
        for _ in 0..1000 {
            transform_of_ones(n, || ());
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| race(4));
        scope.spawn(|| race(8));
    });
    // The same once more, with the worst moment made certain.
    let turn = Barrier::new(2);
    let sum = thread::scope(|scope| {
        let both = || {
            turn.wait();
            turn.wait();
        };
        let four = scope.spawn(move || transform_of_ones(4, both)[0]);
        turn.wait();
        plan(8);
        turn.wait();
        four.join().unwrap()
    });
    println!("four ones add up to {sum}");
}

fn transform_of_ones(n: usize, meanwhile: impl FnOnce()) -> [f64; ROOM] {
    plan(n);
    meanwhile();
    let mut out = [0.0; ROOM];
    // SAFETY: none. There is page for any plan, but nobody has seen to it that it is this thread's.
    unsafe { ab_dct_global_run([1.0; ROOM].as_ptr(), out.as_mut_ptr()) };
    out
}

fn plan(n: usize) {
    // SAFETY: none. No lock is held.
    unsafe { ab_dct_global_plan(n) };
}
