use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::owned_handle::Rng;
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 6,
    name: "owned_handle",
    title: "Owned handle",
    chapter: Chapter::Ownership,
    goes_wrong: "a handle is forgotten, ended twice, or used after its end",
    tests: &[
        "nothing_is_left_whichever_way_out",
        "given_away_and_taken_back_it_goes_on_where_it_was",
        "another_thread_may_end_it",
    ],
    proofs: &[Proof::Counterexample("ended_twice"), Proof::Counterexample("never_ended")],
    cost: Cost::Measured(&[Pair {
        what: "make and end a handle of C",
        run: |times| {
            timed(times, |seed| {
                black_box(Rng::new(seed).ok());
            })
        },
        baseline: "Box::new and drop",
        run_baseline: |times| {
            timed(times, |seed| {
                black_box(Box::new(seed));
            })
        },
    }]),
};
