//! Steps in processes of their own: what a harness builds on that must outlive the functions it calls.
//! Who compares functions with a [`Group`](crate::Group) needs nothing of this.
//!
//! The program starts itself again with a job, and the new process, a *worker*, says in a file that
//! nobody else knows what it is about to do, before it does it. So when it crashes, exits or does not
//! come back, the step in work is known, and the rest goes on in another worker. What a call leaves
//! behind that its process should not have, [`Watch`] sees.
//!
//! | part | what it does |
//! |---|---|
//! | [`run`] | starts a worker, listens, ends it with all that it started |
//! | [`Role`], [`Channel`] | the worker's own side |
//! | [`settle`] | finds out who is to blame for an end, and goes on without them |
//! | [`Watch`] | what a call must leave as it was |
//!
//! How long a step may take is CPU time on Linux, so that a busy machine fails nobody. For a step that
//! uses none, the same time counts while every thread of the worker sleeps; one that waits for a
//! processor does not sleep. Elsewhere the time on the wall counts.
//!
//! What a worker does not protect from is a function that means harm: it can forge messages.

mod blame;
mod channel;
mod limit;
mod memory;
mod process;
mod watch;

pub use blame::{Accusation, Attempt, Death, settle};
pub use channel::{Channel, Role, wait_for_the_end};
pub use limit::{Overdue, threads};
pub(crate) use memory::{fill_freed, kept};
pub use process::{End, Next, Start, run};
pub use watch::{Watch, blocked_signals, rounding};
