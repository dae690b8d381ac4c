//! One numeric kernel in five variants - C declared by bindgen, the same C declared by hand, C++
//! through cxx, plain Rust, Rust SIMD - proved to agree, run on one thread or many, measured side
//! by side.
//!
//! # Three nouns, one verb
//! `place.run(what, how)`: an *executor* runs a *kernel* with one of its five *variants*.
//!
//! ```
//! let x = [1.0, 2.0, 3.0];
//! let y = [4.0, 5.0, 6.0];
//! assert_eq!(abreast::dot(&x, &y)?, 32.0); // the fastest variant at the best level here
//! assert_eq!(abreast::kernels::dot::cpp(&x, &y)?, 32.0); // C++, the same bits
//! # Ok::<(), abreast::Error>(())
//! ```
//!
//! # The floors
//! Arrows go down only; `tests/layout.rs` fails on any other.
//!
//! | floor | modules | what lives there |
//! |---|---|---|
//! | 4 | `harness` | agree first, then measure |
//! | 3 | [`graph`], [`bag`], [`executors`], `aio` | front doors: work described first and run later; executors by name; futures |
//! | 2 | [`exec`] | who fills which slice, and when |
//! | 1 | [`kernel`], [`kernels`] | the vocabulary, and one folder per kernel |
//! | 0 | [`plan`], [`tasks`], [`level`], [`ffi`], [`simd`], [`exact`], [`sample`], errors, memory, floating-point modes, forks | what everything stands on |
//!
//! # Same bits
//! A kernel gives the same bits with every variant, at every level (but where its
//! [class](kernel::Class) says otherwise), on every executor, and in every floating-point environment:
//! whatever rounding mode, flushing of subnormal numbers or traps the caller, the maker of a pool or an
//! earlier task has left on a thread, the work of a job is done as a program starts. The caller's modes
//! are as they were afterwards, and so are its flags of INVALID, DIVBYZERO and OVERFLOW; a result that
//! overflowed says so itself. (On x86 and 64-bit ARM.)
//!
//! # Words
//! | word | meaning |
//! |---|---|
//! | kernel | one numeric problem: a formula with its checks and its plan |
//! | variant | one way a kernel is written: C, C by hand, C++, Rust, SIMD |
//! | level | an instruction set: v1, v3, v4, neon; every variant exists at each |
//! | plan | how a problem is cut into chunks; depends on the problem only |
//! | chunk | one piece of a plan |
//! | part | one chunk with its operands and its slice of the output: what a variant gets |
//! | job | a problem whose shapes have been checked |
//! | executor | what runs the chunks of a job: this thread, a pool, worker processes |
//! | worker | a process of this program that does chunks for another |
//! | graph | nodes that are run when their result is wanted |
//! | node | one call of a closure, or one chunk of a kernel |
//! | edge | that one node reads what another has made |
//! | bag | elements in partitions, gone through lazily |
//! | partition | what one task of a bag goes through |
//! | fold | combining partial results in plan order by a fixed tree |
//! | gate | the checks a variant must pass before it is timed |
//! | oracle | the right answer, computed by none of the variants |

#[cfg(feature = "aio")]
pub mod aio;
pub mod bag;
pub mod error;
pub mod exact;
pub mod exec;
pub mod executor;
pub mod executors;
#[cfg(feature = "kernels")]
pub mod ffi;
mod fork;
mod fpenv;
pub mod graph;
#[cfg(feature = "harness")]
pub mod harness;
pub mod kernel;
#[cfg(feature = "kernels")]
pub mod kernels;
pub mod level;
mod memory;

pub mod plan;
pub mod remote;
pub mod sample;
pub mod simd;
pub mod tasks;

pub use error::{Error, Fault};
pub use exec::{Serial, Threads};
pub use executor::{Control, Executor, Report};
pub use kernel::{Choice, Kernel, Variant};
#[cfg(feature = "kernels")]
pub use kernels::plain::*;
pub use level::{Isa, Level};
pub use plan::{Chunk, Plan};
pub use remote::Remote;
pub use tasks::Tasks;
