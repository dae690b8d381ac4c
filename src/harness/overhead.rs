//! What crossing a language border costs, in nanoseconds per call.
//!
//! Each crossing runs the same chain, `x = f(x, y)`: a call must return before the next can begin,
//! as in code that needs its results. `f` is two instructions long, so what remains is the call.
//! The baseline is a Rust function that may not be inlined: a call costs what a call costs, and
//! only the rest is the border's.
//!
//! # Three ways to measure this wrongly
//! - Sending each result through [`black_box`] puts a store and a load on the chain. On many CPUs
//!   they take longer than the call, which hides behind them: C then looks as cheap as inlined Rust.
//!   [`Overhead::traps`] shows what it does here. The true figures pass only the first and the last
//!   link through `black_box`.
//! - A guard around code that the optimiser can see through is removed together with its cost; the
//!   guard priced here surrounds a function declared `extern "C-unwind"`. `traps` shows both.
//! - Block after block, the slower half minute loses. Here all crossings take turns, in every
//!   round in another order, and what one costs more than another is said round by round.

use crate::ffi::crossing::{self, Pointer, cpp};
use crate::fpenv;
use abreast_compare::prices::{self, Row};
use serde::Serialize;
use std::hint::black_box;
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

/// One way to call a function, ready to be timed.
#[derive(Debug, Clone, Copy)]
pub struct Crossing {
    /// Its short name, unique: `c-by-hand`.
    pub name: &'static str,
    /// What is called and how, for the table.
    pub what: &'static str,
    run: fn(u64) -> Chain,
}

/// A chain of dependent calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// How long it took.
    pub took: Duration,
    /// Where it ended: the same for every crossing.
    pub end: u64,
}

impl Crossing {
    /// Runs a chain of `calls` calls.
    pub fn run(&self, calls: u64) -> Chain {
        (self.run)(calls)
    }
}

/// The baseline's name among the [`CROSSINGS`].
pub const BASELINE: &str = "rust";

/// The crossings, cheapest idea first.
pub static CROSSINGS: &[Crossing] = &[
    Crossing {
        name: "inlined",
        what: "Rust, inlined: no call at all",
        run: |calls| chain(calls, crossing::inlined),
    },
    Crossing {
        name: BASELINE,
        what: "Rust, never inlined: the baseline",
        run: |calls| chain(calls, crossing::called),
    },
    Crossing { name: "c", what: "C, declared by bindgen", run: |calls| chain(calls, crossing::c) },
    Crossing {
        name: "c-by-hand",
        what: "C, declared by hand",
        run: |calls| chain(calls, crossing::c_by_hand),
    },
    Crossing {
        name: "c-pointer",
        what: "C, through a function pointer",
        run: |calls| {
            let pointer = Pointer::opaque();
            chain(calls, |x, y| pointer.call(x, y))
        },
    },
    Crossing {
        name: "c-slice",
        what: "C, with a slice as pointer and length",
        run: |calls| chain_of_slices(calls, crossing::c_slice),
    },
    Crossing {
        name: "c-guarded",
        what: "C that may unwind, inside catch_unwind",
        run: |calls| chain(calls, guarded(crossing::c_unwind)),
    },
    Crossing {
        name: "c-modes",
        what: "C, its floating-point modes kept as in every job",
        run: |calls| chain(calls, in_usual_modes(crossing::c)),
    },
    Crossing { name: "cpp", what: "C++ through cxx", run: |calls| chain(calls, cpp::step) },
    Crossing {
        name: "cpp-slice",
        what: "C++ through cxx, with a slice",
        run: |calls| chain_of_slices(calls, cpp::slice),
    },
    Crossing {
        name: "cpp-result",
        what: "C++ that may throw, as a Result through cxx",
        run: |calls| chain(calls, |x, y| cpp::guarded(x, y).unwrap_or(y)),
    },
];

/// What naive measurements report, to be read beside the true figures.
pub static TRAPS: &[Crossing] = &[
    Crossing {
        name: "inlined-through-memory",
        what: "Rust, inlined, each result through black_box",
        run: |calls| chain(calls, |x, y| black_box(crossing::inlined(x, y))),
    },
    Crossing {
        name: "c-through-memory",
        what: "C by bindgen, each result through black_box",
        run: |calls| chain(calls, |x, y| black_box(crossing::c(x, y))),
    },
    Crossing {
        name: "inlined-guarded",
        what: "Rust that can be inlined, inside catch_unwind",
        run: |calls| chain(calls, guarded(crossing::inlined)),
    },
];

/// What a plain call of a kernel does about the modes.
#[inline(always)]
fn in_usual_modes(step: impl Fn(u64, u64) -> u64) -> impl Fn(u64, u64) -> u64 {
    move |x, y| {
        fpenv::within(|| {
            let next = step(x, y);
            fpenv::settle_quickly();
            next
        })
    }
}

/// Times `calls` dependent calls. Inlined into each crossing's own function, so that the loop holds
/// the call and nothing else.
#[inline(always)]
fn chain(calls: u64, step: impl Fn(u64, u64) -> u64) -> Chain {
    let (mut x, y) = black_box((1, 0x9E37_79B9_7F4A_7C15));
    let clock = Instant::now();
    for _ in 0..calls {
        x = step(x, y);
    }
    // The end must be known before the clock is read, or the loop could move behind it.
    let end = black_box(x);
    Chain { took: clock.elapsed(), end }
}

#[inline(always)]
fn chain_of_slices(calls: u64, step: impl Fn(u64, &[u64]) -> u64) -> Chain {
    let y = [0x9E37_79B9_7F4A_7C15];
    let y = black_box(&y[..]);
    chain(calls, |x, _| step(x, y))
}

#[inline(always)]
fn guarded(step: impl Fn(u64, u64) -> u64 + Copy) -> impl Fn(u64, u64) -> u64 {
    move |x, y| catch_unwind(std::panic::AssertUnwindSafe(|| step(x, y))).unwrap_or(y)
}

/// What the crossings cost here: the answer of [`overhead`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overhead {
    /// The crossings, in the order of [`CROSSINGS`].
    pub prices: Vec<Price>,
    /// What naive measurements would have said, in the order of [`TRAPS`].
    pub traps: Vec<Price>,
    /// The difference of `c` and `c-by-hand`, which are the same machine code: no difference
    /// smaller than this means anything.
    pub floor_ns: f64,
    /// What one turn of an empty loop takes.
    pub empty_ns: f64,
    /// Rounds, in each of which every crossing had its turn; the middle one counts.
    pub rounds: usize,
}

/// One crossing's price: nanoseconds per dependent call, compared with a never-inlined Rust function.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Price {
    /// The crossing's name.
    pub name: &'static str,
    /// What is called and how.
    pub what: &'static str,
    /// What it costs.
    #[serde(flatten)]
    pub price: prices::Price,
}

impl Overhead {
    /// The crossing called `name`, among the prices or the traps.
    pub fn price(&self, name: &str) -> Option<prices::Price> {
        let mut all = self.prices.iter().chain(&self.traps);
        all.find(|row| row.name == name).map(|row| row.price)
    }

    /// The result in words.
    pub fn verdict(&self) -> String {
        let said = |name: &str| match self.price(name) {
            None => "not measured".to_owned(),
            Some(p) if p.low_ns.is_none() => "an unknown amount".to_owned(),
            // Neither what the floor hides nor what the one digit cannot show.
            Some(p) if !p.differs() || p.over_ns.abs() <= self.floor_ns.max(0.05) => {
                "the same".to_owned()
            }
            Some(p) if p.over_ns < 0.0 => format!("{:.1} ns less", -p.over_ns),
            Some(p) => format!("{:.1} ns more", p.over_ns),
        };
        format!(
            "Against a Rust function that is not inlined, a call costs: C {}, C++ through cxx {}, \
             C++ with a slice {} (noise floor {:.2} ns).",
            said("c"),
            said("cpp"),
            said("cpp-slice"),
            self.floor_ns,
        )
    }
}

/// How long a chain is: long against the clock, short against a time slice.
const BLOCK: Duration = Duration::from_micros(20);
const ROUNDS: usize = 250;

/// Measures every crossing, interleaved; takes about a fifth of a second.
///
/// Only an optimised build says anything: without optimisation even the "inlined" one is a call.
///
/// ```
/// let prices = abreast::harness::overhead::overhead();
/// assert!(prices.prices.iter().all(|row| row.price.ns > 0.0));
/// println!("{}", prices.verdict());
/// ```
pub fn overhead() -> Overhead {
    let all: Vec<&Crossing> = CROSSINGS.iter().chain(TRAPS).collect();
    let runs: Vec<_> = all.iter().map(|crossing| |calls| crossing.run(calls).took).collect();
    let at = |name| CROSSINGS.iter().position(|crossing| crossing.name == name);
    let base = at(BASELINE).expect("the baseline is one of the crossings");
    let rows: Vec<Row<'_>> = runs.iter().map(|run| Row { run, base }).collect();
    let found = prices::prices(&rows, ROUNDS, BLOCK, || ());
    let priced = all.iter().zip(found.rows);
    let priced = priced.map(|(c, price)| Price { name: c.name, what: c.what, price });
    let mut prices: Vec<Price> = priced.collect();
    let traps = prices.split_off(CROSSINGS.len());
    let mut found =
        Overhead { prices, traps, floor_ns: 0.0, empty_ns: found.empty_ns, rounds: ROUNDS };
    let over = |name| found.price(name).map_or(f64::NAN, |price| price.over_ns);
    found.floor_ns = (over("c") - over("c-by-hand")).abs();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chain_ends_where_the_formula_says() {
        for crossing in CROSSINGS.iter().chain(TRAPS) {
            let mut expected = 1u64;
            for calls in 0..50 {
                let end = crossing.run(calls).end;
                assert_eq!(end, expected, "{} after {calls} calls", crossing.name);
                expected = (expected ^ 0x9E37_79B9_7F4A_7C15).wrapping_add(0x9E37_79B9_7F4A_7C15);
            }
        }
    }

    #[test]
    fn the_answer_names_each_crossing_once_and_the_baseline_costs_itself() {
        let prices = overhead();
        let mut names: Vec<_> = prices.prices.iter().chain(&prices.traps).map(|r| r.name).collect();
        assert_eq!(names.len(), CROSSINGS.len() + TRAPS.len());
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CROSSINGS.len() + TRAPS.len());
        assert_eq!(prices.price(BASELINE).unwrap().over_ns, 0.0);
        let pair = prices.price("c").unwrap().over_ns - prices.price("c-by-hand").unwrap().over_ns;
        assert_eq!(prices.floor_ns, pair.abs());
    }

    #[test]
    fn the_verdict_keeps_silent_about_differences_within_the_floor_or_without_an_interval() {
        let price = |name, over_ns, (low, high): (f64, f64)| {
            let (low_ns, high_ns) = (Some(low), Some(high));
            Price {
                name,
                what: "",
                price: prices::Price { ns: 2.0 + over_ns, over_ns, low_ns, high_ns },
            }
        };
        let mut prices = Overhead {
            prices: vec![
                price("c", 0.05, (0.04, 0.06)),
                price("cpp", 1.0, (0.9, 1.1)),
                price("cpp-slice", -0.5, (-0.6, -0.4)),
            ],
            traps: Vec::new(),
            floor_ns: 0.1,
            empty_ns: 0.2,
            rounds: 1,
        };
        assert_eq!(
            prices.verdict(),
            "Against a Rust function that is not inlined, a call costs: C the same, \
             C++ through cxx 1.0 ns more, C++ with a slice 0.5 ns less (noise floor 0.10 ns)."
        );
        prices.prices[1].price.low_ns = Some(-0.1);
        prices.prices[2].price.low_ns = None;
        assert_eq!(
            prices.verdict(),
            "Against a Rust function that is not inlined, a call costs: C the same, \
             C++ through cxx the same, C++ with a slice an unknown amount (noise floor 0.10 ns)."
        );
    }
}
