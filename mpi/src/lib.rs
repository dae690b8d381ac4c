//! An executor over MPI: the chunks of a job on many machines, with the bits of one thread.
//!
//! [`with_world`] is the whole of a program: rank 0 runs what it is given, the other ranks do chunks for it.
//! [`Mpi`] is an [`Executor`](abreast::Executor) like any other, outside of the crate `abreast` and with nothing but
//! its public interface. `README.md` says what to install, how to start it, and what each failure does.
//!
//! Nothing is reduced by MPI, whose sums depend on the number of ranks: results are gathered and folded in plan
//! order.
//!
//! | file | what it holds |
//! |---|---|
//! | `world.rs`, `hello.rs` | how ranks begin, agree and end |
//! | `executor.rs`, `run.rs`, `share.rs` | a run on rank 0, and its own part of it |
//! | `jobs.rs` | which operands go to which rank |
//! | `fixed.rs`, `dynamic.rs`, `queue.rs` | the two schedules |
//! | `serve.rs` | the other ranks |
//! | `post.rs`, `frame.rs`, `fault.rs`, `channel.rs` | messages, and what hands them to MPI |
//! | `supervise.rs`, `record.rs`, `last_words.rs` | who says which rank died in which task |
//! | `program/` | the commands of `abreast-mpi` |

mod channel;
mod dynamic;
mod executor;
mod fault;
mod fixed;
mod frame;
mod hello;
mod idle;
mod jobs;
mod last_words;
mod names;
mod post;
pub mod program;
mod queue;
mod record;
mod run;
mod serve;
mod share;
mod supervise;
mod world;

pub use executor::{Mpi, Schedule};
pub use names::EXECUTORS;
pub use world::{World, with_world};
