//! Episode "external libraries": C and C++ from many threads.
//!
//! `range_sum(n)` adds the integers below n, `conditional_range_sum(n)` those that 3 divides. Both are
//! C, and C++, and Rust, and SIMD. What to look at:
//!
//! - C declared by bindgen and C declared by hand are the same machine code; C++ comes through cxx;
//!   all of them, checked against the formula, give the same integers;
//! - a bad argument is refused on this side of the border, by a sentence that names it;
//! - twenty calls on two threads take the time of ten. Under `Locked`, which lets one call run at a
//!   time as an interpreter with a global lock does, they take the time of twenty.
//!
//! `cargo run --release --example external_libraries`

use abreast::exec::{Control, Executor, Locked, Serial, Threads};
use abreast::kernels::{conditional_range_sum, range_sum};
use abreast::{Error, Fault, Tasks};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn main() -> Result<(), Fault> {
    every_binding()?;
    an_array_of_limits()?;
    a_bad_argument();
    twenty_calls()
}

/// A kernel as a library has it: a function of integers.
type Call = fn(i64) -> Result<i64, Error>;

const BINDINGS: [(&str, Call, Call); 5] = [
    ("C by bindgen", range_sum::c, conditional_range_sum::c),
    ("C by hand", range_sum::c_by_hand, conditional_range_sum::c_by_hand),
    ("C++ by cxx", range_sum::cpp, conditional_range_sum::cpp),
    ("Rust", range_sum::rust, conditional_range_sum::rust),
    ("SIMD", range_sum::simd, conditional_range_sum::simd),
];

fn every_binding() -> Result<(), Fault> {
    for n in [10_000_000, 1_000_000_000] {
        let (all, thirds) = (n * (n - 1) / 2, multiples_of_three(n));
        println!("n = {n}: the sum is {all}, that of every third {thirds}\n");
        println!("{:12}  {:>10}  {:>22}", "", "range_sum", "conditional_range_sum");
        for (name, sum, conditional) in BINDINGS {
            let (sum, one) = timed(|| sum(n))?;
            let (conditional, other) = timed(|| conditional(n))?;
            println!("{name:12}  {one:>10.2?}  {other:>22.2?}");
            assert_eq!((sum, conditional), (all, thirds), "{name}");
        }
        let (folded, took) = timed(|| abreast::range_sum_folded(n))?;
        println!("{:12}  {took:>10.2?}", "folded");
        assert_eq!(folded, all);
        println!();
    }
    println!("the last row is a loop whose compiler has seen that it has a closed form;");
    println!("the variants above are kept loops, so that their times are those of additions\n");
    Ok(())
}

/// 0 + 3 + 6 + .. below n.
fn multiples_of_three(n: i64) -> i64 {
    let most = (n - 1) / 3;
    3 * (most * (most + 1) / 2)
}

fn timed<T>(call: impl FnOnce() -> Result<T, Error>) -> Result<(T, Duration), Error> {
    let begin = Instant::now();
    let made = call()?;
    Ok((made, begin.elapsed()))
}

/// What numpy calls vectorising: an array in, an array out, one call across the border.
fn an_array_of_limits() -> Result<(), Fault> {
    use range_sum::vectorised;
    let limits: Vec<i64> = (0..10).collect();
    println!("an array of limits {limits:?}");
    println!("gives the sums     {:?}\n", abreast::range_sums(&limits)?);
    let variants =
        [vectorised::c, vectorised::c_by_hand, vectorised::cpp, vectorised::rust, vectorised::simd];
    for variant in variants {
        assert_eq!(variant(&limits)?, [0, 0, 1, 3, 6, 10, 15, 21, 28, 36]);
    }
    Ok(())
}

fn a_bad_argument() {
    let refusal = range_sum::c(-1).expect_err("no range has so few integers");
    println!("a bad argument never reaches C: {refusal}\n");
    assert!(refusal.to_string().starts_with("n = -1: must be between 0 and "));
}

/// Calls of C as tasks, and how many of them were ever in C at the same time.
struct Calls {
    limit: i64,
    sums: Vec<AtomicI64>,
    inside: AtomicUsize,
    most_inside: AtomicUsize,
}

impl Calls {
    fn new(count: usize, limit: i64) -> Calls {
        let sums = (0..count).map(|_| AtomicI64::new(0)).collect();
        let (inside, most_inside) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Calls { limit, sums, inside, most_inside }
    }
}

impl Tasks for Calls {
    fn len(&self) -> usize {
        self.sums.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let now = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_inside.fetch_max(now, Ordering::SeqCst);
        let sum = range_sum::c(self.limit);
        self.inside.fetch_sub(1, Ordering::SeqCst);
        let sum = sum.map_err(|why| Fault::Kernel { task: i, why })?;
        self.sums[i].store(sum, Ordering::SeqCst);
        Ok(())
    }
}

const LIMIT: i64 = 50_000_000;

fn twenty_calls() -> Result<(), Fault> {
    println!("range_sum({LIMIT}) in C, without a lock and with one; best of three\n");
    println!("{:18}  {:>5}  {:>10}  {:>13}", "", "calls", "time", "most at once");
    let (two, locked) = (Threads::new(2)?, Locked::new(Threads::new(2)?));
    // How many calls where, and how many of them may be in C at once.
    let ten = row(&Serial, 10, 1)?;
    let twenty = row(&Serial, 20, 1)? / ten;
    let two = row(&two, 20, 2)? / ten;
    let locked = row(&locked, 20, 1)? / ten;
    println!("\nin times of ten calls on one thread: twenty on one {twenty:.2},");
    println!("on two {two:.2}, on two that share a lock {locked:.2}");
    Ok(())
}

/// Makes the calls and says how many seconds they took.
fn row(executor: &dyn Executor, count: usize, most: usize) -> Result<f64, Fault> {
    let (name, mut best, mut most_inside) = (executor.name(), Duration::MAX, 0);
    for _ in 0..3 {
        let calls = Calls::new(count, LIMIT);
        best = best.min(executor.run(&calls, &Control::default())?.wall);
        most_inside = most_inside.max(calls.most_inside.into_inner());
        let sums: Vec<i64> = calls.sums.into_iter().map(AtomicI64::into_inner).collect();
        assert_eq!(sums, vec![LIMIT * (LIMIT - 1) / 2; count]);
    }
    println!("{name:18}  {count:>5}  {best:>10.1?}  {most_inside:>13}");
    assert!(most_inside <= most, "{name}");
    Ok(best.as_secs_f64())
}
