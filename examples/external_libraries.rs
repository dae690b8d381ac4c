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

mod common;
#[path = "common/race.rs"]
mod race;

use abreast::exec::{Control, Executor, Locked, Serial, Threads};
use abreast::kernels::{conditional_range_sum, range_sum};
use abreast::{Error, Fault, Tasks};
use common::so;
use race::{race, say_if_busy};
use std::hint::black_box;
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
    for n in [MANY, 1_000_000_000] {
        let (all, thirds) = (n * (n - 1) / 2, multiples_of_three(n));
        println!("n = {n}: the sum is {all}, that of every third {thirds}");
        for (name, sum, conditional) in BINDINGS {
            assert_eq!((sum(n)?, conditional(n)?), (all, thirds), "{name}");
        }
        assert_eq!(abreast::range_sum_folded(n)?, all);
    }
    so("one function behind five bindings gives one integer");
    what_a_binding_costs()
}

const MANY: i64 = 10_000_000;

/// The sums by each binding, and folded, in turns.
fn what_a_binding_costs() -> Result<(), Fault> {
    println!("\nn = {MANY}, in turns");
    say_if_busy();
    let folded: Call = abreast::range_sum_folded;
    let calls: Vec<(&str, Call)> = BINDINGS.iter().map(|(name, sum, _)| (*name, *sum)).collect();
    let calls = [&calls[..], &[("folded", folded)]].concat();
    let race = race(calls.len(), calls.len() - 1, Duration::from_secs(1), |way| {
        let begin = Instant::now();
        black_box((calls[way].1)(black_box(MANY))?);
        Ok::<_, Error>(begin.elapsed())
    })?;
    println!("\n{:12}  {:>10}  against {}", "", "range_sum", BINDINGS[0].0);
    for (way, (name, _)) in calls.iter().enumerate() {
        let speed_up = if way == 0 { String::new() } else { race.speed_up(way, 0).to_string() };
        println!("{name:12}  {:>10.2?}  {speed_up}", race.time(way));
    }
    println!("\nthe last row is a loop whose compiler has seen that it has a closed form;");
    println!("the variants above are kept loops, so that their times are those of additions");
    let by_hand = race.speed_up(1, 0);
    so(match by_hand.is_faster() || by_hand.is_slower() {
        false => "bindgen and declarations by hand call the same C: no difference can be told\n",
        true => {
            "bindgen and declarations by hand call the same C: the difference is the machine's\n"
        }
    });
    Ok(())
}

/// 0 + 3 + 6 + .. below n.
fn multiples_of_three(n: i64) -> i64 {
    let most = (n - 1) / 3;
    3 * (most * (most + 1) / 2)
}

/// What numpy calls vectorising: an array in, an array out, one call across the border.
fn an_array_of_limits() -> Result<(), Fault> {
    use range_sum::vectorised;
    let limits: Vec<i64> = (0..10).collect();
    println!("an array of limits {limits:?}");
    println!("gives the sums     {:?}", abreast::range_sums(&limits)?);
    let variants =
        [vectorised::c, vectorised::c_by_hand, vectorised::cpp, vectorised::rust, vectorised::simd];
    for variant in variants {
        assert_eq!(variant(&limits)?, [0, 0, 1, 3, 6, 10, 15, 21, 28, 36]);
    }
    so("an array goes across the border in one call, not in ten\n");
    Ok(())
}

fn a_bad_argument() {
    let refusal = range_sum::c(-1).expect_err("no range has so few integers");
    println!("a bad argument never reaches C: {refusal}");
    assert!(refusal.to_string().starts_with("n = -1: must be between 0 and "));
    so("arguments are checked on this side, once, and the sentence names the one that is wrong\n");
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

const LIMIT: i64 = 10_000_000;

fn twenty_calls() -> Result<(), Fault> {
    println!("range_sum({LIMIT}) in C, without a lock and with one, in turns");
    say_if_busy();
    let (two, locked) = (Threads::new(2)?, Locked::new(Threads::new(2)?));
    // How many calls where, and how many of them may be in C at once.
    let rows: [(&dyn Executor, usize, usize); 4] =
        [(&Serial, 10, 1), (&Serial, 20, 1), (&two, 20, 2), (&locked, 20, 1)];
    let mut most_inside = [0; 4];
    let race = race(rows.len(), 3, Duration::from_secs(1), |way| {
        let (executor, count, most) = rows[way];
        let calls = Calls::new(count, LIMIT);
        let took = executor.run(&calls, &Control::default())?.wall;
        most_inside[way] = calls.most_inside.into_inner().max(most_inside[way]);
        assert!(most_inside[way] <= most, "{}", executor.name());
        let sums: Vec<i64> = calls.sums.into_iter().map(AtomicI64::into_inner).collect();
        assert_eq!(sums, vec![LIMIT * (LIMIT - 1) / 2; count]);
        Ok::<_, Fault>(took)
    })?;
    println!("\n{:18}  {:>5}  {:>10}  {:>12}", "", "calls", "time", "most at once");
    for (way, (executor, count, _)) in rows.iter().enumerate() {
        let (name, time, most) = (executor.name(), race.time(way), most_inside[way]);
        println!("{name:18}  {count:>5}  {time:>10.1?}  {most:>12}");
    }
    println!("\nspeed-up of twenty calls over twenty on one thread:");
    let [free, shared] = [2, 3].map(|way| race.speed_up(way, 1));
    println!("on two threads {free}, on two that share a lock {shared}");
    so(match (free.is_faster(), shared.is_faster()) {
        (true, false) => "calls of C gain from two threads if no lock is held around them",
        _ => "under a lock one call is in C at a time; what two threads gain cannot be told here",
    });
    Ok(())
}
