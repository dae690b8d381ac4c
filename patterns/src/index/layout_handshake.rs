use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::layout_handshake::{Decay, Step, raw};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 1,
    name: "layout_handshake",
    title: "Layout handshake",
    chapter: Chapter::Layout,
    goes_wrong: "two declarations of one struct drift apart, and fields are read from the wrong place",
    tests: &[
        "every_field_arrives_in_its_place",
        "a_sorted_struct_is_refused_by_the_first_field_that_moved",
        "a_grown_struct_is_refused_before_c_writes_into_ours",
        "a_field_of_the_same_size_but_another_type_is_refused",
        "c_writes_no_more_of_its_layout_than_there_is_room_for",
    ],
    proofs: &[Proof::Counterexample("fields_sorted"), Proof::Counterexample("struct_grown")],
    cost: Cost::Measured(&[Pair {
        what: "begin and take one step, layouts compared before",
        run: |times| {
            timed(times, |_| {
                let mut decay = Decay::new(black_box(1.0)).expect("one library");
                black_box(decay.step(1e-3));
            })
        },
        baseline: "the step alone",
        run_baseline: |times| {
            timed(times, |_| {
                let (mut y, mut step) = (black_box(1.0), Step::default());
                // SAFETY: two values, alive for the call.
                #[allow(unsafe_code)]
                unsafe {
                    raw::ab_step_decay(0.0, 1e-3, &mut y, &mut step)
                };
                black_box(step);
            })
        },
    }]),
};
