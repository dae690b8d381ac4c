//! A function that changes its input has another one in the second call.

use super::{Naive, Trap, are_timed, per_call};
use abreast_compare::inputs::integers;
use abreast_compare::{AnyGroup, Group};
use std::collections::BinaryHeap;
use std::hint::black_box;

pub const TRAP: Trap = Trap {
    name: "sorted-already",
    question: "to sort a thousand numbers, by a heap or by insertion?",
    naive,
    group,
    check: are_timed,
    why: "The first call sorts, the others are given what is sorted already, which insertion sees at once. \
          Here each call has a copy of its own (.variant_mut).",
};

/// Returns how many numbers were moved.
pub fn insertion(x: &mut [u64]) -> u64 {
    let mut moved = 0;
    for end in 1..x.len() {
        let (number, mut at) = (x[end], end);
        while at > 0 && x[at - 1] > number {
            x[at] = x[at - 1];
            at -= 1;
            moved += 1;
        }
        x[at] = number;
    }
    moved
}

fn by_heap(x: &mut Vec<u64>) {
    *x = BinaryHeap::from(std::mem::take(x)).into_sorted_vec();
}

pub fn numbers(n: usize, seed: u64) -> Vec<u64> {
    integers(n, u64::MAX, seed)
}

fn naive() -> Naive {
    let (mut a, mut b) = (numbers(1000, 42), numbers(1000, 42));
    let heap = per_call(1000, || by_heap(black_box(&mut a)));
    let mut moved = Vec::new();
    let by_insertion = per_call(1000, || moved.push(insertion(black_box(&mut b))));
    assert!(moved[0] > 100_000 && moved[1..].iter().all(|moved| *moved == 0), "one call sorts");
    [("heap", heap), ("insertion", by_insertion)]
}

fn group() -> AnyGroup {
    let group = Group::new(TRAP.name, numbers).sizes([1000]);
    let group = group.variant_mut("heap", by_heap);
    group.variant_mut("insertion", |x| _ = insertion(x)).into()
}
