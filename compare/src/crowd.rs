//! Calls from several threads at once.

use crate::agree::{Agree, Leaf, leaves, same_bits};
use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// What differs from what a call alone returned, in words.
pub(crate) type Crowd<I> = Box<dyn Fn(&I, &[Leaf]) -> Result<Option<String>, String>>;

/// Threads that call at once, for how long, and how often at most.
const THREADS: usize = 8;
const TOGETHER: Duration = Duration::from_millis(200);
const MAX_TOGETHER: usize = 10_000;

pub(crate) fn crowd<I: Sync, O: Agree>(
    run: &(impl Fn(&I) -> O + Sync),
    input: &I,
    alone: &[Leaf],
) -> Result<Option<String>, String> {
    let barrier = Barrier::new(THREADS);
    let one = || {
        barrier.wait();
        let began = Instant::now();
        let differs = |_: &usize| {
            let output = leaves(&run(black_box(input)));
            output.len() != alone.len() || output.iter().zip(alone).any(|(a, b)| !same_bits(*a, *b))
        };
        (0..MAX_TOGETHER).take_while(|_| began.elapsed() < TOGETHER).any(|i| differs(&i))
    };
    let differs = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(one)).collect();
        let ended: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        ended.into_iter().collect::<Result<Vec<bool>, _>>()
    });
    let differs = differs.map_err(|_| format!("panicked in one of {THREADS} threads"))?;
    let what = || format!("calls from {THREADS} threads at once gave other bits than a call alone");
    Ok(differs.contains(&true).then(what))
}
