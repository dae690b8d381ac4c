//! Prints what one element costs when a loop calls C for each. `scripts/thin-lto` builds it twice and
//! looks into the loop.

use std::hint::black_box;
use std::time::Instant;

unsafe extern "C" {
    // A pure function of a number.
    safe fn ab_cubic(x: f64) -> f64;
}

/// The loop, under a name that a disassembly can be searched for.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn the_loop(n: usize, x: &[f64; 1024], y: &mut [f64; 1024]) {
    for (x, y) in x.iter().zip(y).take(n) {
        *y = ab_cubic(*x);
    }
}

fn main() {
    let x: [f64; 1024] = std::array::from_fn(|i| i as f64);
    let mut y = [0.0; 1024];
    let mut best = f64::INFINITY;
    for _ in 0..200 {
        let clock = Instant::now();
        for _ in 0..100 {
            the_loop(black_box(1024), black_box(&x), black_box(&mut y));
        }
        best = best.min(clock.elapsed().as_secs_f64() * 1e9 / (100.0 * 1024.0));
    }
    let right = x.iter().zip(&y).all(|(x, y)| y.to_bits() == ((x * x - 2.0) * x + 0.5).to_bits());
    assert!(right, "the bits differ");
    println!("{best:.2} ns per element");
}
