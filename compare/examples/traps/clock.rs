//! A clock takes longer than a short call.

use super::{Naive, Trap, are_timed};
use abreast_compare::inputs::integers;
use abreast_compare::{AnyGroup, Group};
use std::hint::black_box;
use std::time::{Duration, Instant};

pub const TRAP: Trap = Trap {
    name: "clock",
    question: "the remainder by a power of two, by division or by a mask?",
    naive,
    group,
    check: are_timed,
    why: "The clock is read twice for each call, which takes tens of nanoseconds, and is counted as the function's \
          time. Here it is read around many calls, and what an empty call takes stands in the table.",
};

/// Four numbers and a power of two.
type Numbers = ([u64; 4], u64);

fn divide((x, by): &Numbers) -> u64 {
    x.iter().map(|x| x % by).sum()
}

fn mask((x, by): &Numbers) -> u64 {
    x.iter().map(|x| x & (by - 1)).sum()
}

fn numbers(n: usize, seed: u64) -> Numbers {
    let four = integers(4, u64::MAX, seed).try_into().expect("four");
    (four, 1 << (n % 60))
}

fn naive() -> Naive {
    let x = numbers(16, 42);
    let clocked = |remainders: fn(&Numbers) -> u64| {
        let mut took = Duration::ZERO;
        for _ in 0..100_000 {
            let clock = Instant::now();
            black_box(remainders(black_box(&x)));
            took += clock.elapsed();
        }
        took.as_secs_f64() / 1e5
    };
    [("divide", clocked(divide)), ("mask", clocked(mask))]
}

fn group() -> AnyGroup {
    let group = Group::new(TRAP.name, numbers).sizes([16]);
    group.variant("divide", divide).variant("mask", mask).into()
}
