//! A kernel that leaves its thread rounding upwards: neither its next chunk nor anybody else may
//! suffer for it, on no executor.
#![allow(unsafe_code)]

use super::trial;
use abreast::bag::Bag;
use abreast::exec::{Async, Control, Executor, Locked, Procs, Serial, Sim, Threads};
use abreast::graph::{Graph, Lowered};
use abreast::kernel::{self, ChunkArgs, Job, Kernel, Layout, Operands};
use abreast::{Error, Fault, Plan, Variant, aio};
use libtest_mimic::Trial;
use std::borrow::Cow;
use std::ffi::c_int;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};

// C's own way to set the modes; it knows nothing of Rust.
unsafe extern "C" {
    fn fesetround(mode: c_int) -> c_int;
    fn fegetround() -> c_int;
}

const TO_NEAREST: c_int = 0;
const UPWARDS: c_int = if cfg!(target_arch = "aarch64") { 0x40_0000 } else { 0x800 };

/// Rust computes to nearest only: between two calls of this there is no arithmetic of Rust's but
/// that of code which sets the mode itself, as the guard of every job does. That is what is tested.
fn round(mode: c_int) {
    // SAFETY: sets modes of this thread; see above for what comes after.
    assert_eq!(unsafe { fesetround(mode) }, 0);
}

fn rounding() -> c_int {
    // SAFETY: reads the mode.
    unsafe { fegetround() }
}

/// What the kernel does when its chunk is done.
#[derive(Clone, Copy)]
enum Then {
    Nothing,
    /// Leaves the thread rounding upwards.
    Up,
    /// And the last chunk fails.
    UpAndFail,
    /// And the last chunk panics.
    UpAndPanic,
}

/// Sums of fractions, with as many roundings as it has terms.
pub struct Rude;

const CHUNKS: u64 = 20;

impl Kernel for Rude {
    const NAME: &'static str = "rude";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", fractions)];

    /// A [`Then`].
    type Args = u64;
    type Input<'i> = ();
    type Item = f64;
    type Output = f64;

    fn plan(_: &u64, (): ()) -> Result<Plan, Error> {
        Plan::range(100 * CHUNKS, 100)
    }

    fn finish(_: &u64, _: &Plan, items: Cow<'_, [f64]>) -> f64 {
        items.iter().fold(0.1, |sum, item| black_box(sum) + item)
    }
}

fn fractions(c: ChunkArgs<'_, '_, Rude>) -> Result<(), Error> {
    let rows = c.chunk.row..c.chunk.row + c.chunk.rows;
    c.out[0] = rows.fold(0.0, |sum, i| sum + 1.0 / black_box(3.0 + i as f64));
    if *c.args != Then::Nothing as u64 {
        // The arithmetic is done.
        round(UPWARDS);
    }
    let is_last = c.chunk.index + 1 == CHUNKS;
    if is_last && *c.args == Then::UpAndFail as u64 {
        return Err(Error::argument("then", 2, "mutants"));
    }
    assert!(!(is_last && *c.args == Then::UpAndPanic as u64), "mutants");
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    vec![
        trial("a_kernel_that_leaves_other_modes_changes_no_bits", rude_everywhere),
        trial("what_ends_badly_puts_the_modes_back", ends_badly),
        trial("a_closure_does_not_inherit_the_modes_of_the_one_before", closures),
        trial("a_pool_made_in_other_modes_computes_to_nearest", made_upwards),
    ]
}

fn polite() -> u64 {
    plain(Then::Nothing).expect("a sum").to_bits()
}

fn job<'i>(then: Then) -> Job<'i, Rude> {
    Job::new(then as u64, ()).expect("a plan")
}

/// The plain call.
fn plain(then: Then) -> Result<f64, Error> {
    kernel::call(Variant::<Rude>::chosen(), then as u64, ())
}

fn run(executor: &dyn Executor, then: Then) -> Result<f64, Fault> {
    job(then).on(executor)
}

fn executors() -> Vec<Box<dyn Executor>> {
    let threads = |width| Threads::new(width).expect("threads");
    vec![
        Box::new(Serial),
        Box::new(threads(1)),
        Box::new(threads(3)),
        Box::new(Async::new(1).expect("threads")),
        Box::new(Async::new(3).expect("threads")),
        Box::new(Locked::new(threads(2))),
        Box::new(Sim::new(2).expect("a simulation")),
        Box::new(Lowered(threads(1))),
        Box::new(Procs::new(1).expect("workers")),
        Box::new(Procs::new(3).expect("workers")),
    ]
}

fn rude_everywhere() {
    let right = polite();
    for executor in executors() {
        for _ in 0..3 {
            assert_eq!(
                run(&*executor, Then::Up).map(f64::to_bits),
                Ok(right),
                "{}",
                executor.name()
            );
        }
        assert_eq!(rounding(), TO_NEAREST, "{}", executor.name());
    }
    assert_eq!(plain(Then::Up).map(f64::to_bits), Ok(right), "plain");
    let polluting = job(Then::Up);
    let mut items = polluting.blank().expect("memory");
    polluting.call_into(&mut items).expect("sums");
    let sum = polluting.finish(items.into());
    assert_eq!((rounding(), sum.to_bits()), (TO_NEAREST, right), "a job");
    assert_eq!(polluting.call().map(f64::to_bits), Ok(right), "a job's call");

    let pool = Threads::new(1).expect("a thread");
    let graph = Graph::new();
    let sum = graph.call(job(Then::Up)).expect("nodes");
    let sum = graph.compute(&pool, &Control::default(), sum).expect("a sum").value;
    assert_eq!(sum.to_bits(), right, "graph");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for _ in 0..3 {
        let sum = aio::map(&pool, (), |()| Ok(job(Then::Up)), None);
        assert_eq!(runtime.block_on(sum).map(f64::to_bits), Ok(right), "aio");
    }
    assert_eq!(rounding(), TO_NEAREST);
}

fn ends_badly() {
    for executor in executors() {
        let fault = run(&*executor, Then::UpAndFail).expect_err("a failure");
        assert!(matches!(fault, Fault::Kernel { .. }), "{}: {fault}", executor.name());
        let fault = run(&*executor, Then::UpAndPanic).expect_err("a panic");
        assert!(matches!(fault, Fault::Panic { .. }), "{}: {fault}", executor.name());
        assert_eq!(rounding(), TO_NEAREST, "{}", executor.name());
    }
    let call = || plain(Then::UpAndPanic);
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!(rounding(), TO_NEAREST, "a plain call that panics");
}

fn closures() {
    let pool = Threads::new(1).expect("a thread");
    let third = (1.0 / black_box(3.0f64)).to_bits();
    let rude = || {
        let third = 1.0 / black_box(3.0f64);
        round(UPWARDS);
        third.to_bits()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for _ in 0..3 {
        assert_eq!(runtime.block_on(aio::to_thread(&pool, move |_| rude())), Ok(third), "aio");
    }
    for executor in [&Serial as &dyn Executor, &pool, &Async::new(1).expect("a thread")] {
        let graph = Graph::new();
        let tasks: Vec<_> = (0..5).map(|_| graph.task("one", (), move |()| rude())).collect();
        // Two nodes in a chain are one task.
        let after = graph.task("after", tasks[0], move |_| rude());
        let all = graph.gather([tasks, vec![after]].concat());
        let all = graph.compute(executor, &Control::default(), all).expect("thirds").value;
        assert!(all.iter().all(|one| *one == third), "graph on {}", executor.name());
        let bag = Bag::range(0..20, 20).expect("partitions").map(move |_| rude());
        let all = bag.collect(executor, &Control::default()).expect("thirds");
        assert!(all.iter().all(|one| *one == third), "bag on {}", executor.name());
        assert_eq!(rounding(), TO_NEAREST, "{}", executor.name());
    }
}

fn made_upwards() {
    let right = polite();
    round(UPWARDS);
    let (threads, tasks) = (Threads::new(2), Async::new(2));
    let here = run(&Serial, Then::Nothing);
    let there = tasks.as_ref().map(|tasks| run(tasks, Then::Nothing));
    let still = rounding();
    round(TO_NEAREST);
    assert_eq!(still, UPWARDS, "the caller's own");
    assert_eq!(here.map(f64::to_bits), Ok(right), "serially");
    assert_eq!(there.expect("threads").map(f64::to_bits), Ok(right), "async");
    for executor in [&threads.expect("threads") as &dyn Executor, &tasks.expect("threads")] {
        assert_eq!(
            run(executor, Then::Nothing).map(f64::to_bits),
            Ok(right),
            "{}",
            executor.name()
        );
    }
}
