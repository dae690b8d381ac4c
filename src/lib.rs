//! Numeric kernels in C, C++, Rust and SIMD that give the same bits, executors that run them from one
//! thread to worker processes, and what it takes to add kernels and executors of your own.
//!
//! ```
//! use abreast::{Threads, kernels::dot::Dot};
//! let (x, y) = (vec![0.1f64; 200_000], vec![0.2; 200_000]);
//! let d = abreast::dot(&x, &y)?; // the default variant at the best level here
//! let c = abreast::kernels::dot::cpp(&x, &y)?; // C++
//! let p = Dot::job(&x, &y)?.variant("c")?.on(&Threads::new(2)?)?; // C, on two threads
//! assert!(d.to_bits() == c.to_bits() && d.to_bits() == p.to_bits());
//! # Ok::<(), abreast::Fault>(())
//! ```
//!
//! - Call a kernel: the functions below, or [`kernels`] for one variant of it.
//! - Run it elsewhere: a [`Job`](kernel::Job) of it, [on](kernel::Job::on) an executor of [`exec`].
//! - Describe work first and run it later: [`graph`], [`bag`], and `aio` for async code.
//! - Write a kernel of your own: [`Kernel`], with as many [variants](Variant) as you have.
//! - Write an executor of your own: [`executor`] and [`remote`].
//!
//! # Features
//! All but `bindgen` are on by default. `kernels`: the kernels, for which C and C++ are compiled; without it
//! there is nothing but Rust. `procs`: worker processes (Linux). `aio`: async code. `harness`: the gate, the
//! comparison and its reports. `bindgen`: makes the declarations of C anew, for which libclang is needed.
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
//! | variant | one way a kernel is written; a kernel has as many as it has |
//! | baseline | the variant that others are compared with: the first, unless another is named |
//! | level | an instruction set: `v1`, `v3`, `v4`, `neon`; our variants exist at each |
//! | plan | how a problem is cut into chunks; depends on the problem only |
//! | chunk | one piece of a plan |
//! | job | a problem whose shapes have been checked, with the variant and the level to run it with |
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
//!
//! # Modules
//! Each stands on those below it only; `tests/layout` fails on any other import.
//!
//! | floor | modules |
//! |---|---|
//! | 4 | `harness` |
//! | 3 | [`graph`], [`bag`], [`executors`], `aio` |
//! | 2 | [`exec`] |
//! | 1 | [`kernel`], [`kernels`] |
//! | 0 | [`plan`], [`tasks`], [`executor`], [`remote`], [`level`], [`ffi`], [`simd`], [`exact`], [`sample`], errors, memory, floating-point modes, forks |

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
pub mod source;
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
