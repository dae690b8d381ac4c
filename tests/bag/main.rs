//! The bag: the same results for any partitions and executors, little work done, and typed faults.

mod ends;
mod faults;

use abreast::exec::{Executor, Serial, Threads};

/// Numbers of partitions, some with fewer elements than partitions.
const PARTS: [usize; 6] = [1, 2, 3, 7, 64, 1000];

fn executors() -> Vec<Box<dyn Executor>> {
    let threads = [1, 2, 5].map(|n| Box::new(Threads::new(n).unwrap()) as Box<dyn Executor>);
    std::iter::once(Box::new(Serial) as Box<dyn Executor>).chain(threads).collect()
}
