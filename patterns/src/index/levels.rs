use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::levels::{Level, sum_of_squares};
use std::hint::black_box;
use std::time::Duration;

pub static ROW: Row = Row {
    number: 30,
    name: "levels",
    title: "One body, many levels",
    chapter: Chapter::Build,
    goes_wrong: "an inline function compiled for AVX2 ends up in the code for every CPU",
    tests: &["every_level_gives_the_same_bits", "a_level_that_is_not_here_cannot_be_had"],
    proofs: &[Proof::Counterexample("linker_keeps_one")],
    cost: Cost::Measured(&[Pair {
        what: "1000 squares at the best level",
        run: |times| squares(times, Level::best()),
        baseline: "the same body at the baseline",
        run_baseline: |times| squares(times, Level::BASELINE),
    }]),
};

fn squares(times: u64, level: Level) -> Duration {
    let x = [0.5; 1000];
    timed(times, |_| {
        black_box(sum_of_squares(level, black_box(&x)));
    })
}
