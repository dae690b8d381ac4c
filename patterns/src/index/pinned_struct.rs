use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::pinned_struct::{Mean, raw};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 39,
    name: "pinned_struct",
    title: "Pinned struct",
    chapter: Chapter::Ownership,
    goes_wrong: "a struct that C points back into moves, or its hooks are null",
    tests: &[
        "it_may_move_between_blocks_of_any_size",
        "the_slice_that_ends_first_ends_the_block",
        "all_memory_of_c_comes_from_the_hooks_and_goes_back",
        "what_the_budget_or_memory_cannot_hold_is_an_error",
        "c_refuses_a_copy_and_a_single_hook",
    ],
    proofs: &[
        Proof::Counterexample("moved_and_refused"),
        Proof::Counterexample("moved_and_believed"),
        Proof::Counterexample("hooks_zeroed"),
        Proof::Check("memcheck"),
    ],
    cost: Cost::Measured(&[Pair {
        what: "a stream in its box, with hooks, begun and ended",
        run: |times| {
            timed(times, |_| {
                black_box(Mean::new(black_box(8), 4096).ok());
            })
        },
        baseline: "in a local variable of C's caller, by malloc",
        run_baseline: |times| {
            timed(times, |_| {
                let mut stream = std::mem::MaybeUninit::<raw::ab_mean>::zeroed();
                let stream = black_box(stream.as_mut_ptr());
                #[allow(unsafe_code)]
                // SAFETY: null hooks are those of C; the struct stays here until the end.
                unsafe {
                    raw::ab_mean_init(stream, black_box(8));
                }
                #[allow(unsafe_code)]
                // SAFETY: the same struct, in the same place.
                unsafe {
                    raw::ab_mean_end(stream);
                }
            })
        },
    }]),
};
