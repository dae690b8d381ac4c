//! Structs that move although C points into them, and hooks that are null.
#![allow(unsafe_code)]

use crate::{Counterexample, End};
use abreast_patterns::pinned_struct::raw::{
    ab_mean, ab_mean_alloc, ab_mean_end, ab_mean_init, ab_mean_run, ab_total, ab_total_init,
    ab_total_run,
};
use std::mem::MaybeUninit;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "moved_and_refused",
        run: moved_and_refused,
        ends: &[End::Says("where it was: 0, moved: -2")],
    },
    Counterexample {
        name: "moved_and_believed",
        run: moved_and_believed,
        ends: &[End::Signal(libc::SIGSEGV, ""), End::Report("heap-use-after-free")],
    },
    Counterexample {
        name: "hooks_zeroed",
        run: hooks_zeroed,
        ends: &[End::Signal(libc::SIGABRT, "attempted to zero-initialize type")],
    },
];

fn moved_and_refused() {
    // SAFETY: for C a struct of zeros is one without hooks and without anything to read.
    let mut streams = vec![unsafe { MaybeUninit::<ab_mean>::zeroed().assume_init() }];
    // SAFETY: the struct is there.
    unsafe { ab_mean_init(&mut streams[0], 2) };
    // SAFETY: initialised, and where it was.
    let before = unsafe { ab_mean_run(&mut streams[0]) };
    // One more stream, and all of them lie elsewhere.
    let mut moved = Box::new(streams.remove(0));
    // SAFETY: none. C has initialised another address.
    let after = unsafe { ab_mean_run(&mut *moved) };
    println!("where it was: {before}, moved: {after}");
    // Back again, or its memory would never be freed.
    streams.push(*moved);
    // SAFETY: where it was initialised.
    unsafe { ab_mean_end(&mut streams[0]) };
}

/// A user of a stream, with something of its own: the library is only told of the stream.
struct User {
    total: ab_total,
    #[expect(dead_code, reason = "large enough that its memory is filled when it is freed")]
    history: [f64; 256],
}

fn user() -> User {
    // SAFETY: a struct of numbers and pointers.
    let total = unsafe { MaybeUninit::<ab_total>::zeroed().assume_init() };
    let mut user = Box::new(User { total, history: [0.0; 256] });
    // SAFETY: if it stayed where it is.
    unsafe { ab_total_init(&mut user.total) };
    *user
}

fn moved_and_believed() {
    let mut user = user();
    let x = [1.0, 2.0, 3.0];
    (user.total.next_in, user.total.avail_in) = (x.as_ptr(), x.len());
    // SAFETY: none. The library reads the struct where it was.
    println!("sum: {}", unsafe { ab_total_run(&mut user.total) });
}

/// As a header without nullability is translated by hand.
struct Hooks {
    alloc: ab_mean_alloc,
}

fn hooks_zeroed() {
    // SAFETY: none. No function is at address 0.
    #[allow(invalid_value, reason = "this is the point")]
    let hooks: Hooks = unsafe { std::mem::zeroed() };
    println!("a hook at {:?}", hooks.alloc as *const ());
}
