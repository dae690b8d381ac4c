//! Kernels for code that is async already: futures of what a pool of threads computes.
//!
//! | call | gives |
//! |---|---|
//! | [`to_thread`] | a future of what a closure returns on another thread |
//! | [`map`] | a future of what a kernel makes of operands that it owns |
//! | [`gather`] | every output, in the order of the futures; one that fails does not stop the others |
//! | [`try_gather`] | every output, or the first error; the futures after it are dropped |
//! | [`timed`] | an output, and how long it took |
//!
//! They work on any runtime. Dropping a future of this module cancels what it stands for: what has
//! not begun never does, a closure finds its [`Cancel`](crate::exec::Cancel) set, and a kernel ends
//! with the chunk it is at. Nothing borrows from the future, so C may go on reading its operands
//! for that long.
//!
//! ```
//! use abreast::aio;
//! use abreast::exec::Threads;
//! use abreast::kernels::dot::Dot;
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let pool = Threads::new(2)?;
//! let dots = (1..=3).map(|k| {
//!     let (x, y) = (vec![k as f64; 1000], vec![2.0; 1000]);
//!     aio::map(&pool, (x, y), |(x, y)| Dot::job(x, y), None)
//! });
//! assert_eq!(aio::try_gather(dots).await?, [2000.0, 4000.0, 6000.0]);
//! # Ok::<(), abreast::Fault>(())
//! # }).unwrap();
//! ```

mod gather;
#[cfg(all(test, feature = "kernels"))]
mod tests;
mod thread;

pub use gather::{gather, try_gather};
pub use thread::{ToThread, map, to_thread};

use std::future::Future;
use std::time::{Duration, Instant};

/// The output of a future, and the time from the first poll until it was there.
///
/// ```
/// use abreast::{aio, exec::Threads};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let pool = Threads::new(1)?;
/// let (answer, took) = aio::timed(aio::to_thread(&pool, |_| 6 * 7)).await;
/// assert_eq!(answer?, 42);
/// assert!(!took.is_zero());
/// # Ok::<(), abreast::Fault>(())
/// # }).unwrap();
/// ```
pub async fn timed<F: Future>(future: F) -> (F::Output, Duration) {
    let began = Instant::now();
    let output = future.await;
    (output, began.elapsed())
}
