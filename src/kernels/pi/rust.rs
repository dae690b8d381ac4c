//! `pi` in plain Rust: one loop over the points, and the compiler does the rest.

use super::Pi;
use crate::Error;
use crate::kernel::Part;
use crate::sample::splitmix64;
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;

pub(super) fn body(part: Part<'_, '_, Pi>) -> Result<(), Error> {
    let p = part.open();
    let (from, to) = (p.chunk.row, p.chunk.row + p.chunk.rows);
    p.out[0] = dispatch!(p.level.simd(), level => hits(level, p.args.seed, from, to));
    Ok(())
}

#[simd]
fn hits<S: Simd>(_: S, seed: u64, from: u64, to: u64) -> u64 {
    let mut hits = 0u64;
    for i in from..to {
        let z = splitmix64(seed, i);
        let (x, y) = (z >> 32, z & 0xFFFF_FFFF);
        // No carry out: a sum of 64 bits with one is smaller than either term.
        hits = hits.wrapping_add(u64::from((x * x).wrapping_add(y * y) >= x * x));
    }
    hits
}
