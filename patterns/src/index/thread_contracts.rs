use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::thread_contracts::{Affine, Context, Global, Owner, Plan};
use std::hint::black_box;
use std::time::Duration;

pub static ROW: Row = Row {
    number: 25,
    name: "thread_contracts",
    title: "Four thread contracts",
    chapter: Chapter::Threads,
    goes_wrong: "two threads share what C keeps for one of them",
    tests: &[
        "a_plan_serves_all_threads_at_once",
        "a_context_per_thread_needs_no_lock",
        "a_global_plan_is_not_changed_before_it_has_run",
        "an_owner_serves_all_threads",
        "c_tells_the_wrong_thread",
        "an_owner_survives_a_panic_and_refuses_itself",
        "bad_sizes_are_refused_and_named",
    ],
    proofs: &[Proof::CompileFail("E0277"), Proof::Counterexample("unlocked_global")],
    cost: Cost::Measured(&[
        Pair {
            what: "the global library behind its lock",
            run: |times| two_points(times, |x, out| Global.run(x, out).unwrap()),
            baseline: "a re-entrant plan",
            run_baseline: by_plan,
        },
        Pair {
            what: "a context of the thread's own",
            run: |times| {
                let context = Context::new().unwrap();
                two_points(times, |x, out| context.run(x, out).unwrap())
            },
            baseline: "a re-entrant plan",
            run_baseline: by_plan,
        },
        Pair {
            what: "there and back to the owner's thread",
            run: |times| {
                let owner = Owner::new(2).unwrap();
                two_points(times, |x, out| {
                    let x = *x;
                    let run = move |affine: &mut Affine| {
                        let mut out = [0.0; 2];
                        affine.run(&x, &mut out).map(|()| out)
                    };
                    *out = owner.call(run).unwrap().unwrap();
                })
            },
            baseline: "a re-entrant plan",
            run_baseline: by_plan,
        },
    ]),
};

/// Two points: the price is that of the contract, not of the transform.
fn two_points(times: u64, mut run: impl FnMut(&[f64; 2], &mut [f64; 2])) -> Duration {
    timed(times, |i| {
        let mut out = [0.0; 2];
        run(&[i as f64, 1.0], &mut out);
        black_box(out);
    })
}

fn by_plan(times: u64) -> Duration {
    let plan = Plan::new(2).unwrap();
    two_points(times, |x, out| plan.run(x, out).unwrap())
}
