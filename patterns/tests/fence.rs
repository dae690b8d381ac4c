//! Calls in worker processes: this program again. Its own `main`, since a worker begins there.

use abreast::Plan;
use abreast::harness::chaos::Leaks;
use abreast::remote::JobSpec;
use abreast_patterns::index::REMOTES;
use abreast_patterns::ladder::{self, Cubic, Solve, Worker};
use abreast_patterns::process_fence::{Fault, Fence, Integral, REMOTE, integrate_checked};
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    abreast::exec::worker_main(REMOTES.iter().copied());
    let tests: [(&str, fn()); 5] = [
        ("what_may_crash_is_refused_outside_of_a_worker", refused_here),
        ("a_crash_names_its_signal_and_the_program_goes_on", crash),
        ("a_call_without_end_is_ended", hang),
        ("a_hundred_crashes_leave_nothing", hundred),
        ("the_last_rung_of_the_ladder_contains_an_abort", last_rung),
    ];
    let trials = tests.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    // One after another: what is left behind is counted by process.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

const LONG: Duration = Duration::from_secs(30);
const GOOD: Integral = Integral { points: 3, c: [1.0, 2.0, 3.0, 4.0], from: -1.0, to: 2.0 };
const NO_RULE: Integral = Integral { points: 9, ..GOOD };
const NO_END: Integral = Integral { points: 1, ..GOOD };

fn same_as_here(fence: &Fence) {
    let here = integrate_checked(&GOOD).unwrap();
    assert_eq!(fence.integrate(&GOOD).unwrap().to_bits(), here.to_bits());
}

fn crashed() -> Result<f64, Fault> {
    Err(Fault::Crashed("was killed by SIGSEGV".into()))
}

fn refused_here() {
    let job = JobSpec {
        kernel: REMOTE.name.into(),
        variant: "c".into(),
        level: "v1".into(),
        args: bytemuck::bytes_of(&NO_RULE).into(),
        plan: Plan::range(1, 1).unwrap(),
        part: None,
        operands: Vec::new(),
        files: Vec::new(),
    };
    let opened = REMOTE.open(&job).expect("a job that fits");
    let refused = opened.chunk(0, bytemuck::bytes_of_mut(&mut 0.0)).expect_err("no worker");
    assert!(refused.to_string().contains("must be one: the call may crash"), "{refused}");
}

fn crash() {
    let fence = Fence::new(LONG).unwrap();
    same_as_here(&fence);
    assert_eq!(fence.integrate(&NO_RULE), crashed());
    same_as_here(&fence);
}

fn hang() {
    let allowed = Duration::from_millis(50);
    let fence = Fence::new(allowed).unwrap();
    assert_eq!(fence.integrate(&NO_END), Err(Fault::Late(allowed)));
    same_as_here(&Fence::new(LONG).unwrap());
}

fn hundred() {
    let before = Leaks::now();
    let fence = Fence::new(LONG).unwrap();
    for _ in 0..100 {
        assert_eq!(fence.integrate(&NO_RULE), crashed());
    }
    same_as_here(&fence);
    drop(fence);
    assert_eq!(Leaks::now().beyond(&before), Vec::<String>::new());
}

fn last_rung() {
    let worker = Worker::new().unwrap();
    let root_of_two = Cubic { c: [-2.0, 0.0, 0.0, 1.0], start: 1.0 };
    let aborts = Cubic { start: f64::NAN, ..root_of_two };
    let flat = Cubic { c: [1.0, 0.0, 1.0, 0.0], start: 0.0 };
    for _ in 0..2 {
        assert_eq!(worker.solve(&root_of_two).unwrap().value, 1.259_921_049_894_873_2);
        let threw = Err(ladder::Fault::Threw("the tangent is flat".into()));
        assert_eq!(worker.solve(&flat), threw);
        let died = Err(ladder::Fault::Died("was killed by SIGABRT".into()));
        assert_eq!(worker.solve(&aborts), died);
    }
}
