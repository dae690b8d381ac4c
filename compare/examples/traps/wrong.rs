//! What does less is done sooner.

use super::{Naive, Trap, per_call};
use abreast_compare::inputs::uniform;
use abreast_compare::results::GroupResult;
use abreast_compare::{AnyGroup, Group, Within};
use std::hint::black_box;

pub const TRAP: Trap = Trap {
    name: "wrong",
    question: "a sum, one by one or in eight lanes?",
    naive,
    group,
    check,
    why: "The lanes forget the last numbers where eight does not divide n. A clock does not look at results. Here \
          what disagrees is named, with the input that shows it, and is not timed.",
};

fn one_by_one(x: &[f64]) -> f64 {
    x.iter().sum()
}

fn lanes(x: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    for eight in x.chunks_exact(8) {
        sums.iter_mut().zip(eight).for_each(|(sum, x)| *sum += x);
    }
    sums.iter().sum()
}

fn naive() -> Naive {
    // A number that eight divides, as most that people try.
    let x = uniform(1024, 42);
    [
        ("one by one", per_call(20_000, || _ = black_box(one_by_one(black_box(&x))))),
        ("lanes", per_call(20_000, || _ = black_box(lanes(black_box(&x))))),
    ]
}

fn group() -> AnyGroup {
    let group = Group::new(TRAP.name, uniform).sizes([1024]).agree(Within::relative(1e-12));
    group.variant("one by one", |x| one_by_one(x)).variant("lanes", |x| lanes(x)).into()
}

fn check(group: &GroupResult) {
    assert!(!group.agreement.agreed);
    let named: Vec<&str> = group.agreement.findings.iter().map(|f| &f.variant[..]).collect();
    assert_eq!((named, &group.timed[..]), (vec!["lanes"], &["one by one".to_owned()][..]));
    assert!(group.agreement.findings[0].what.contains("where one by one gives"));
}
