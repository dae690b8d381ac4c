//! Compare your own functions: agree first, then time them side by side.
//!
//! A [`Group`] holds variants of one function. Every variant gets the same seeded inputs and must
//! give the same output; only those that do are timed, in paired rounds in which every variant takes
//! its turn, so that a busy machine disturbs all of them alike. Ratios come with an interval, and what
//! lies inside the noise is called indistinguishable.
//!
//! ```no_run
//! // benches/sum.rs; in Cargo.toml: [[bench]] name = "sum", harness = false
//! use abreast_compare::{Group, Within, inputs::uniform, sizes::pow2};
//!
//! fn main() -> std::process::ExitCode {
//!     Group::new("sum", uniform)
//!         .sizes(pow2(4..=20))
//!         .variant("iter", |x| x.iter().sum::<f64>())
//!         .variant("halves", |x| {
//!             let (a, b) = x.split_at(x.len() / 2);
//!             a.iter().sum::<f64>() + b.iter().sum::<f64>()
//!         })
//!         .agree(Within::relative(1e-12))
//!         .bytes(|n| 8 * n)
//!         .main()
//! }
//! ```
//!
//! `cargo bench --bench sum` agrees and times, `cargo test --bench sum` only agrees,
//! `cargo bench --bench sum -- --help` lists the options. Several groups: [`main`].
//!
//! # What is tried before anything is timed
//!
//! The listed sizes, their neighbours, very small ones and 32 drawn at random; the special inputs.
//! Every variant is called twice on each, in both orders, and once on the same input elsewhere in
//! memory: hidden state, memory that is not initialised and what one variant leaves behind for another
//! show as different bits. After each call the input must be as it was, and so must the rounding of
//! numbers, the working folder, the signal mask and handlers, the umask, descriptors and children of the
//! process. Calls must not keep memory for good. [`variant_shared`](Group::variant_shared) is called from
//! several threads at once, [`overwrites`](Group::overwrites) is filled with NaN. All this happens in a process of its own, so that a variant that crashes, hangs or exits is named and the
//! others go on. To that end the program starts itself again: what it does before it calls
//! [`Group::main`] must be the same each time.
//!
//! # What is timed
//!
//! The closure, called in a loop that is compiled around it, on one input of the size, or on several in turn
//! ([`inputs`](Group::inputs)), or on [`cold`](Group::cold) caches, or in a chain in which each call needs the
//! result of the one before ([`latency`](Group::latency)); input and output pass through
//! [`std::hint::black_box`]. Outputs that need dropping, and the copies that
//! [`variant_mut`](Group::variant_mut) works on, are made and dropped outside of the time. An empty
//! call is timed in the same rounds, and so is the baseline once more: what it differs from itself is
//! the noise. The times come from four starts of the program, and an interval covers those of all:
//! where a start puts the stack and the code can move a short call by a third. One program has one
//! layout in its file: that is said with each verdict, and `--layouts 8` links it again in eight orders.

#![forbid(unsafe_code)]

mod against;
mod agree;
mod allocations;
mod args;
#[doc(hidden)]
pub mod beside;
#[doc(hidden)]
pub mod cargo;
mod comparison;
mod crowd;
mod examine;
#[doc(hidden)]
pub mod format;
mod gate;
mod group;
#[doc(hidden)]
pub mod heat;
#[doc(hidden)]
pub mod history;
mod host;
#[doc(hidden)]
pub mod html;
pub mod inputs;
pub mod isolate;
mod judge;
#[doc(hidden)]
pub mod layouts;
pub mod machine;
mod markdown;
pub mod measure;
#[doc(hidden)]
pub mod message;
mod mode;
#[doc(hidden)]
pub mod noise;
#[doc(hidden)]
pub mod number;
mod only;
mod output;
#[doc(hidden)]
pub mod paint;
mod present;
#[doc(hidden)]
pub mod prices;
mod process;
mod place;
#[doc(hidden)]
pub mod plot;
pub mod random;
#[doc(hidden)]
pub mod rate;
#[doc(hidden)]
pub mod ratio;
mod record;
mod report;
pub mod results;
mod run;
#[doc(hidden)]
pub mod runs;
mod saved;
mod series;
pub mod sizes;
#[doc(hidden)]
pub mod starts;
#[doc(hidden)]
pub mod summary;
mod table;
mod timing;
mod trials;
mod variant;
#[doc(hidden)]
pub mod verdict;
mod waits;
mod worker;

pub use agree::{Agree, Leaf, Within};
pub use allocations::Allocations;
pub use group::Group;
pub use host::{Host, in_gate, main_of, results_of, worker_main};
pub use record::{Compiler, record};
pub use run::main;
#[doc(hidden)]
pub use run::main_then;
pub use series::Series;
pub use worker::AnyGroup;
