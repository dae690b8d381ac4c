//! Threads that wait for work.

use crate::Error;

/// More threads than this are refused: a slip, not a wish.
pub(super) const MOST: usize = 4096;

/// A pool of `count` threads for the executor called `name`.
///
/// # Errors
/// [`Error::Argument`] when `count` is 0 or above [`MOST`], or when the system does not give that
/// many threads.
pub(super) fn pool(name: &str, count: usize) -> Result<rayon::ThreadPool, Error> {
    if !(1..=MOST).contains(&count) {
        return Err(Error::argument(name, count, format!("must be between 1 and {MOST}")));
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .thread_name(|i| format!("abreast-{i}"))
        .build()
        .map_err(|why| Error::argument(name, count, why.to_string()))
}

/// One for each core this process may use; two hardware threads of a core count once.
pub(super) fn cores() -> usize {
    let allowed = std::thread::available_parallelism().map_or(1, |n| n.get());
    allowed.min(num_cpus::get_physical()).max(1)
}
