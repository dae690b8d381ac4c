//! A task of a chosen length: a chain of steps that no compiler shortens and no CPU overlaps.

use crate::kernel::{ChunkArgs, Kernel, Layout, Operands, Variant};
use crate::remote::Remote;
use crate::sample::splitmix64;
use crate::{Error, Plan};
use std::borrow::Cow;
use std::cell::Cell;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Tasks that each go through so many steps: a kernel, so that it can be sent to other processes.
#[derive(Debug, Clone, Copy)]
pub struct Spin;

/// What a worker process must know to take part: give it to
/// [`worker_main`](crate::exec::worker_main) beside the kernels of the program.
pub const REMOTE: Remote = Remote::of::<Spin>();

impl Kernel for Spin {
    const NAME: &'static str = "spin";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", run)];

    /// How many tasks, and how many steps each.
    type Args = [u64; 2];
    type Input<'i> = ();
    type Item = u64;
    type Output = ();

    fn plan(args: &[u64; 2], (): ()) -> Result<Plan, Error> {
        Plan::range(args[0], 1)
    }

    fn finish(_: &[u64; 2], _: &Plan, _: Cow<'_, [u64]>) {}
}

fn run(c: ChunkArgs<'_, '_, Spin>) -> Result<(), Error> {
    c.out[0] = task(c.args[1]);
    Ok(())
}

/// Each step needs the one before.
fn chain(start: u64, steps: u64) -> u64 {
    (0..steps).fold(start, |x, _| splitmix64(x, 0))
}

/// One task. Its chain begins with the end of this thread's last one, times nought: so a CPU that
/// looks far ahead cannot begin it early, and so many tasks take so many times as long as one.
fn task(steps: u64) -> u64 {
    thread_local! {
        static LAST: Cell<u64> = const { Cell::new(0) };
    }
    let end = chain(START ^ (LAST.get() & black_box(0)), steps);
    LAST.set(end);
    end
}

const START: u64 = 1;

/// Where a task of so many steps ends.
pub(super) fn end(steps: u64) -> u64 {
    chain(START, steps)
}

/// Time of one thread for as many tasks in a loop.
pub(super) fn alone(tasks: u64, steps: u64) -> Duration {
    let began = Instant::now();
    for _ in 0..tasks {
        black_box(task(black_box(steps)));
    }
    began.elapsed()
}

/// Nanoseconds of a step: the best of many short runs.
pub(super) fn step_ns() -> f64 {
    const STEPS: u64 = 20_000;
    let least = (0..50).map(|_| alone(1, STEPS)).min().unwrap_or_default();
    (least.as_secs_f64() * 1e9 / STEPS as f64).max(0.01)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Job;

    #[test]
    fn a_worker_that_gets_the_task_in_bytes_ends_where_everybody_does() {
        let job = Job::<Spin>::new([5, 1000], ()).unwrap();
        let spec = job.spec();
        let remote = REMOTE.open(&spec).unwrap();
        let mut out = [0; 8];
        for chunk in 0..5 {
            remote.chunk(chunk, &mut out).unwrap();
            assert_eq!(u64::from_ne_bytes(out), end(1000), "whatever ran on this thread before");
        }
        assert_ne!(end(1000), end(999));
        assert!(remote.chunk(5, &mut out).is_err());
    }
}
