//! What the groups have in common: variants that write into a buffer, variants on a pool, variants that are missing.

use crate::blas::Blas;
use crate::buffer::Buffer;
use abreast_compare::{Agree, Group, Series};
use std::cell::RefMut;
use std::hint::black_box;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The variant that is ours, and the baseline of every group of kernels.
pub const OURS: &str = "abreast";

/// The variant that is no rival: the operations of ours with nothing to wait for.
pub const LIMIT: &str = "limit";

/// How a call through one of the BLAS libraries is added to a group.
pub type Add<'a, I, O> = &'a dyn Fn(Group<I, O>, &'static str, &'static Blas) -> Group<I, O>;

/// Adds the libraries that are there, and says of the others why they are not.
pub fn with_blas<I: 'static, O: Agree + 'static>(
    group: Group<I, O>,
    add: Add<'_, I, O>,
) -> Group<I, O> {
    let libraries = [("OpenBLAS", crate::blas::openblas()), ("MKL", crate::blas::mkl())];
    libraries.into_iter().fold(group, |group, (name, blas)| match blas {
        Ok(blas) => add(group, name, blas),
        Err(why) => absent(group, name, why),
    })
}

/// A variant that cannot be called here.
pub fn absent<I: 'static, O: Agree + 'static>(
    group: Group<I, O>,
    name: &str,
    why: &str,
) -> Group<I, O> {
    let said = format!("{name} was skipped");
    group.variant(name, move |_| -> O { unreachable!("{said}") }).skip_if(name, true, why)
}

/// An input with the buffer that every variant writes to, one after the other.
pub trait Target<T> {
    /// The buffer as it is before the first call.
    fn target(&self) -> RefMut<'_, Buffer<T>>;
}

/// A variant that writes into its input's buffer, again and again. Only the calls are timed: the buffer is put back
/// before them.
pub fn writing<T, I>(
    group: Group<I, Vec<T>>,
    name: &str,
    mut call: impl FnMut(&I, &mut [T]) + 'static,
) -> Group<I, Vec<T>>
where
    T: Agree + Copy + Default + 'static,
    I: Target<T> + 'static,
{
    let run = move |series: Series<'_, I>| {
        let input = &series.inputs()[0];
        let mut target = input.target();
        let began = Instant::now();
        for _ in 0..series.calls() {
            call(black_box(input), black_box(&mut target));
        }
        (began.elapsed(), target.to_vec())
    };
    group.variant_looped(name, false, run, empty)
}

/// How long other threads may go on looking for work after a run: GNU's OpenMP does it for some milliseconds.
pub const NAP: Duration = Duration::from_millis(1);
pub const LONG_NAP: Duration = Duration::from_millis(12);

/// A variant that uses a pool of threads. They are woken by a call that is not timed, and have gone to sleep again
/// before another pool has its turn.
pub fn pooled<I: 'static, O: Agree + 'static>(
    group: Group<I, O>,
    name: &str,
    nap: Duration,
    mut call: impl FnMut(&I) + 'static,
    output: impl Fn(&I) -> O + 'static,
) -> Group<I, O> {
    let run = move |series: Series<'_, I>| {
        let input = &series.inputs()[0];
        call(input);
        let began = Instant::now();
        for _ in 0..series.calls() {
            call(black_box(input));
        }
        let took = began.elapsed();
        sleep(nap);
        (took, output(input))
    };
    group.variant_looped(name, false, run, empty)
}

fn empty<I>(series: Series<'_, I>) -> Duration {
    let input = &series.inputs()[0];
    let began = Instant::now();
    for _ in 0..series.calls() {
        black_box(input);
    }
    began.elapsed()
}
