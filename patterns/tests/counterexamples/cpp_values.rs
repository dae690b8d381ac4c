//! Objects of C++'s library, read as what they look like.
#![allow(unsafe_code)]

use crate::{Counterexample, End};

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "optional_as_a_struct",
        run: optional_as_a_struct,
        // There is one, and it is 2.
        ends: &[End::Says("has a value: 0")],
    },
    Counterexample {
        name: "other_alternative_taken",
        run: other_alternative_taken,
        ends: &[End::Signal(libc::SIGABRT, "bad_variant_access")],
    },
];

/// What it looks like from outside.
#[repr(C)]
#[derive(Default)]
struct Optional {
    has_value: u8,
    value: f64,
}

unsafe extern "C" {
    fn ab_largest_whole(x: *const f64, n: usize, out: *mut Optional);
    fn ab_quadratic_only(a: f64, b: f64, c: f64) -> f64;
}

fn optional_as_a_struct() {
    let (x, mut out) = ([0.5, 2.0], Optional::default());
    // SAFETY: none. It is as large as a std::optional<double>, and that is all.
    unsafe { ab_largest_whole(x.as_ptr(), x.len(), &mut out) };
    println!("has a value: {}, which would be {:e}", out.has_value, out.value);
}

fn other_alternative_taken() {
    // SAFETY: none. It throws, and may not.
    let root = unsafe { ab_quadratic_only(1.0, -3.0, 2.0) };
    println!("the root: {root}");
}
