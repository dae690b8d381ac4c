//! A buffer that is gone before the context that points to it.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::retained_pointer::raw::{ab_fir_new, ab_fir_run, ab_fir_set_taps};

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "buffer_dropped_first",
    run: buffer_dropped_first,
    // What glibc fills freed memory with here.
    ends: &[End::Says("y[500] = a5a5a5a5a5a5a5a5"), End::Report("heap-use-after-free")],
}];

fn buffer_dropped_first() {
    // So many that glibc does not put them into its cache, which it leaves as it is.
    const N: usize = 1000;
    let mut impulse = vec![0.0; N];
    impulse[0] = 1.0;
    let mut y = vec![0.0; N];
    let fir = ab_fir_new();
    // SAFETY: none. C reads the taps after they have been freed.
    unsafe {
        let taps = vec![1.0; N];
        ab_fir_set_taps(fir, taps.as_ptr(), N);
        drop(taps);
        ab_fir_run(fir, N, impulse.as_ptr(), y.as_mut_ptr());
    }
    println!("y[{}] = {:x}", N / 2, y[N / 2].to_bits());
}
