//! A length that nobody has earned.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::output_buffer::raw::ab_primes_fails;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "length_without_status",
    run: length_without_status,
    // What fresh memory is filled with: by glibc, and by AddressSanitizer.
    ends: &[End::Says("a prime: 1515870810"), End::Says("a prime: 3200171710")],
}];

fn length_without_status() {
    // So many that glibc does not take them from its cache, which it leaves as it is.
    let mut primes: Vec<u32> = Vec::with_capacity(1000);
    let mut written = 0;
    // SAFETY: none. The status is not asked for, and half of the numbers are not there.
    unsafe {
        ab_primes_fails(30, primes.as_mut_ptr(), 1000, &mut written);
        primes.set_len(written);
    }
    println!("a prime: {}", primes[999]);
}
