//! An object that points into itself, moved; and a slice of a vector that grows.
#![allow(unsafe_code)]

use crate::{Counterexample, End};
use abreast_patterns::cpp_classes::{
    Histogram,
    raw::{ab_window, ab_window_begin, ab_window_push},
};
use std::mem::MaybeUninit;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "moved_by_its_bytes",
        run: moved_by_its_bytes,
        ends: &[End::Says("pushed 2.5, holds [0.0, 0.0, 0.0, 0.0]")],
    },
    Counterexample {
        name: "slice_kept_while_it_grows",
        run: slice_kept_while_it_grows,
        ends: &[
            // What the C library fills freed memory with, instead of 100.
            End::Says("sample 100: a5a5a5a5a5a5a5a5"),
            End::Report("heap-use-after-free"),
        ],
    },
];

fn moved_by_its_bytes() {
    let mut first = MaybeUninit::<ab_window>::zeroed();
    // SAFETY: there is room for it.
    unsafe { ab_window_begin(first.as_mut_ptr()) };
    // SAFETY: none. What Rust does on `return`: the bytes, which belong to another address.
    let mut moved = unsafe { std::ptr::read(first.as_ptr()) };
    // SAFETY: none. C++ writes to where the object was.
    unsafe { ab_window_push(&mut moved, 2.5) };
    println!("pushed 2.5, holds {:?}", moved.values);
}

fn slice_kept_while_it_grows() {
    let mut histogram = Histogram::new("samples", 1000.0).expect("memory");
    // All in one bin, so that nothing else is allocated.
    (0..256).for_each(|i| histogram.add(f64::from(i)).expect("a bin"));
    let samples: *const [f64] = histogram.values();
    // No reference is in the way of this any more.
    (256..600).for_each(|i| histogram.add(f64::from(i)).expect("a bin"));
    // SAFETY: none. The vector has grown, and lies elsewhere.
    let sample = unsafe { (&*samples)[100] };
    println!("sample 100: {:x}", sample.to_bits());
}
