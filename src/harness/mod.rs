//! Agree first, then measure. What does not agree is not timed.
//!
//! - [`gate`]: the gate that every variant passes before it is timed.
//! - [`isolated`]: gate, same-bits table and times in processes of their own, which a variant may crash or never leave.
//! - [`same_bits`]: the same bits from every variant, level and executor, as a table of hashes.
//! - [`overhead`]: what crossing a language border costs.
//! - `chaos`: worker processes killed at random, and nothing lost.
//! - [`metg`](mod@metg): how small a task may be on each executor.
//! - [`compare`](mod@compare): every kernel and variant in one run, timed in several starts of the program.
//! - [`measure`]: the paired engine under it, which crate `abreast-compare` has for any functions.
//! - [`memory`]: what a call needs beyond its operands, by variant and executor.
//! - [`scale`](mod@scale): more threads on one problem, and on a problem each.
//! - [`roofline`](mod@roofline): what the machine can do.
//! - [`env`](mod@env): the environment card.
//! - [`model`]: what a comparison says; [`verdict`] says it in words.
//! - [`report`]: all of it as a page, as Markdown and as CSV.
//! - [`picture`]: measured lines as an SVG file.
//! - [`trace`]: which task ran where, and when.

pub use abreast_compare::measure;

pub mod gate;
#[cfg(all(feature = "procs", target_os = "linux"))]
pub mod chaos;
pub mod compare;
pub mod env;
pub mod isolated;
pub mod same_bits;
pub mod memory;
pub mod metg;
pub mod model;
pub mod overhead;
pub mod picture;
pub mod report;
pub mod roofline;
pub mod scale;
pub mod trace;
pub mod verdict;
