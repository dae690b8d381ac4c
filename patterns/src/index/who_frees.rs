use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::who_frees::{Nodes, raw};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 8,
    name: "who_frees",
    title: "Who frees",
    chapter: Chapter::Ownership,
    goes_wrong: "memory of one allocator is freed by another",
    tests: &[
        "every_array_goes_back_to_c",
        "what_no_memory_can_hold_is_an_error",
        "c_ends_what_it_was_given",
    ],
    proofs: &[Proof::Counterexample("boxed_by_rust"), Proof::Check("sanitize"), Proof::Check("memcheck")],
    cost: Cost::Measured(&[Pair {
        what: "C's array of one node, owned and given back by Drop",
        run: in_place,
        baseline: "the two calls of C alone",
        run_baseline: |times| {
            timed(times, |_| {
                let nodes = black_box(raw::ab_nodes_new(black_box(1)));
                // SAFETY: made on the line above, or null.
                #[allow(unsafe_code)]
                unsafe {
                    raw::ab_nodes_free(nodes)
                }
            })
        },
    }, Pair {
        what: "copied to a Vec and given back",
        run: |times| {
            timed(times, |_| {
                black_box(Nodes::new(black_box(1)).map(|nodes| nodes.to_vec()).ok());
            })
        },
        baseline: "used in place and given back",
        run_baseline: in_place,
    }]),
};

fn in_place(times: u64) -> std::time::Duration {
    timed(times, |_| {
        black_box(Nodes::new(black_box(1)).ok());
    })
}
