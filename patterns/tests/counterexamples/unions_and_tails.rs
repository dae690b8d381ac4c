//! A struct that is taken for all there is, and fields that are taken for others.
#![allow(unsafe_code)]

use crate::{Counterexample, End};
use abreast_patterns::unions_and_tails::raw::{
    ab_series, ab_series_free, ab_series_new, ab_series_set_decimals, ab_series_set_step,
    ab_series_set_ticks, ab_series_sum,
};

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "tail_left_behind",
        run: tail_left_behind,
        // It is 0.5.
        ends: &[End::Says("the sum: 777")],
    },
    Counterexample {
        name: "other_member_read",
        run: other_member_read,
        // It is a quarter of a second.
        ends: &[End::Says("seconds: 1.235e-315")],
    },
    Counterexample {
        name: "bits_from_the_other_end",
        run: bits_from_the_other_end,
        // They are 1, 3 and 4.
        ends: &[End::Says("axis: 0, decimals: 0, count: 525")],
    },
];

fn tail_left_behind() {
    /// A copy by its type, and what happens to stand behind it.
    #[repr(C)]
    struct Copied {
        series: ab_series,
        other: f64,
    }
    let series = ab_series_new(1);
    // SAFETY: one sample.
    unsafe { (&raw mut (*series).values).cast::<f64>().write(0.5) };
    // SAFETY: none. The sample is no part of what is read.
    let copied = Box::new(Copied { series: unsafe { series.read() }, other: 777.0 });
    // SAFETY: none. There is no sample at this place.
    println!("the sum: {}", unsafe { ab_series_sum((&raw const *copied).cast()) });
    std::hint::black_box(copied.other);
    // SAFETY: made above, ended once.
    unsafe { ab_series_free(series) };
}

fn other_member_read() {
    let series = ab_series_new(4);
    // SAFETY: the series is alive; but nobody has asked which member holds.
    let step = unsafe {
        ab_series_set_ticks(series, 250_000_000);
        (*series).at.step
    };
    println!("seconds: {step:.3e}");
    // SAFETY: made above, ended once.
    unsafe { ab_series_free(series) };
}

fn bits_from_the_other_end() {
    let series = ab_series_new(4);
    // SAFETY: the series is alive.
    let bits = unsafe {
        ab_series_set_step(series, 0.5);
        ab_series_set_decimals(series, 3);
        (*series).bits
    };
    let (axis, decimals, count) = (bits >> 30, bits >> 25 & 31, bits & 0x1ff_ffff);
    println!("axis: {axis}, decimals: {decimals}, count: {count}");
    // SAFETY: made above, ended once.
    unsafe { ab_series_free(series) };
}
