use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::exception_firewall::{by_default::rehearse_by_default, raw, rehearse};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 13,
    name: "exception_firewall",
    title: "Exception firewall",
    chapter: Chapter::Errors,
    goes_wrong: "a C++ exception ends the process, with destructors left out",
    tests: &[
        "every_way_to_throw_arrives_as_its_kind_with_its_text",
        "a_constructor_that_throws_leaves_nothing_and_a_destructor_may_throw_if_it_says_so",
        "a_text_that_is_no_utf8_is_replaced_where_it_is_not",
        "a_null_what_is_an_empty_text",
        "a_long_text_is_cut_where_a_character_begins",
        "a_system_is_solved_or_its_right_side_untouched",
        "every_exported_function_is_noexcept",
    ],
    proofs: &[
        Proof::Counterexample("thrown_through_c"),
        Proof::Counterexample("cxx_meets_a_number"),
        Proof::Counterexample("cxx_meets_a_null_what"),
        Proof::Counterexample("destructor_throws_inside"),
        Proof::CompileFail("E0133"),
    ],
    cost: Cost::Measured(&[
        Pair {
            what: "a call through the firewall, nothing thrown",
            run: |times| {
                timed(times, |_| {
                    black_box(rehearse(black_box(0)).is_ok());
                })
            },
            baseline: "the same call without",
            run_baseline: |times| timed(times, |_| unguarded(black_box(0))),
        },
        Pair {
            what: "an exception becomes an error",
            run: |times| {
                timed(times, |_| {
                    black_box(rehearse(black_box(4)).is_ok());
                })
            },
            baseline: "through cxx as it comes",
            run_baseline: |times| {
                timed(times, |_| {
                    black_box(by_default(black_box(4)));
                })
            },
        },
    ]),
};

#[allow(unsafe_code)]
#[inline(always)]
fn by_default(error: i32) -> bool {
    // SAFETY: 4, a std::runtime_error with a text.
    unsafe { rehearse_by_default(error) }.is_ok()
}

#[allow(unsafe_code)]
#[inline(always)]
fn unguarded(nothing: i32) {
    // SAFETY: it throws only for numbers above 0, and this is 0.
    unsafe { raw::ab_gauss_unguarded(nothing) }
}
