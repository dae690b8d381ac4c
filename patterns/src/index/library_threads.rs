use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::library_threads::Budget;
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 47,
    name: "library_threads",
    title: "Threads below the border",
    chapter: Chapter::Threads,
    goes_wrong: "every thread of a pool gets a pool of the library's; a forked child waits for one",
    tests: &[
        "all_teams_together_keep_to_the_budget",
        "the_sum_is_the_same_for_any_number_of_threads",
        "a_team_goes_to_another_thread_between_two_calls",
        "a_forked_child_is_refused_and_drops_its_team_in_peace",
        "what_cannot_be_started_is_given_back",
    ],
    proofs: &[
        Proof::File("tests/openmp.rs"),
        Proof::Counterexample("every_caller_has_its_own_threads"),
        Proof::Counterexample("used_in_a_forked_child"),
        Proof::CompileFail("E0596"),
        Proof::Check("sanitize-threads"),
    ],
    cost: Cost::Measured(&[
        Pair {
            what: "a sum of 8192 numbers by the caller and one more thread",
            run: |times| sums(times, 1),
            baseline: "by the caller alone",
            run_baseline: |times| sums(times, 0),
        },
        Pair {
            what: "a team of two, started and ended",
            run: |times| teams(times, 1),
            baseline: "of the caller alone",
            run_baseline: |times| teams(times, 0),
        },
    ]),
};

fn sums(times: u64, extra: u32) -> std::time::Duration {
    let (budget, x) = (Budget::new(extra), vec![1.0; 8192]);
    let mut team = budget.team(2).expect("a thread");
    timed(times, |_| {
        let _ = black_box(team.sum(black_box(&x)));
    })
}

fn teams(times: u64, extra: u32) -> std::time::Duration {
    let budget = Budget::new(extra);
    timed(times, |_| {
        let _ = black_box(budget.team(2));
    })
}
