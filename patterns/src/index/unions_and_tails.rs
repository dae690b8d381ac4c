use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::unions_and_tails::{Series, raw};
use std::hint::black_box;
use std::time::Duration;

pub static ROW: Row = Row {
    number: 45,
    name: "unions_and_tails",
    title: "Unions, bitfields, flexible arrays",
    chapter: Chapter::Layout,
    goes_wrong: "the wrong member is read, bits are cut, what stands behind a struct is left behind",
    tests: &[
        "c_has_the_struct_as_it_is_declared_here",
        "the_tail_goes_with_its_series",
        "each_member_is_read_by_its_tag",
        "what_does_not_fit_is_refused_and_its_neighbours_stay",
    ],
    proofs: &[
        Proof::Counterexample("tail_left_behind"),
        Proof::Counterexample("other_member_read"),
        Proof::Counterexample("bits_from_the_other_end"),
        Proof::CompileFail("E0507"),
        Proof::Check("sanitize"),
    ],
    cost: Cost::Measured(&[Pair {
        what: "a bitfield by a function of C",
        run: |times| {
            let series = Series::new(&[1.0; 4]).expect("memory");
            timed(times, |_| {
                black_box(black_box(&series).decimals());
            })
        },
        baseline: "by a mask, right on this ABI only",
        run_baseline: by_a_mask,
    }]),
};

#[allow(unsafe_code)]
fn by_a_mask(times: u64) -> Duration {
    let series = raw::ab_series_new(4);
    if series.is_null() {
        return Duration::ZERO;
    }
    let took = timed(times, |_| {
        // SAFETY: the series is alive.
        let bits = unsafe { (*black_box(series)).bits };
        black_box(bits >> 2 & 31);
    });
    // SAFETY: made above, ended once.
    unsafe { raw::ab_series_free(series) };
    took
}
