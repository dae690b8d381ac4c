//! A result that nobody uses need not be computed.

use super::{Naive, Trap, are_timed, per_call};
use abreast_compare::inputs::integers;
use abreast_compare::{AnyGroup, Group};

pub const TRAP: Trap = Trap {
    name: "dead-code",
    question: "a polynomial, by Horner's rule or in four chains?",
    naive,
    group,
    check: are_timed,
    why: "The results are dropped, so the optimiser removes the calls, and the clock sees an empty loop. \
          Here input and output pass through black_box in each call.",
};

const X: u64 = 0x9E37_79B9_7F4A_7C15;

/// Each step waits for the one before.
fn horner(coefficients: &[u64]) -> u64 {
    coefficients.iter().fold(0, |sum: u64, c| sum.wrapping_mul(X).wrapping_add(*c))
}

/// Four polynomials in x^4, which do not wait for each other.
fn chains(coefficients: &[u64]) -> u64 {
    let (first, fours) = coefficients.split_at(coefficients.len() % 4);
    let x4 = X.wrapping_pow(4);
    let mut sums = [0u64; 4];
    sums[3] = horner(first);
    for four in fours.chunks_exact(4) {
        for (sum, c) in sums.iter_mut().zip(four) {
            *sum = sum.wrapping_mul(x4).wrapping_add(*c);
        }
    }
    horner(&sums)
}

fn naive() -> Naive {
    let c = integers(1000, u64::MAX, 42);
    [
        ("horner", per_call(20_000, || _ = horner(&c))),
        ("chains", per_call(20_000, || _ = chains(&c))),
    ]
}

fn group() -> AnyGroup {
    let make = |n, seed| integers(n, u64::MAX, seed);
    let group = Group::new(TRAP.name, make).sizes([1000]);
    group.variant("horner", |c| horner(c)).variant("chains", |c| chains(c)).into()
}
