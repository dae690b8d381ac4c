//! How long this thread had to wait for a core, as Linux counts it. Elsewhere nothing is told.

use std::fs::File;
use std::time::Duration;

/// The file that tells, kept open: it is read between short blocks of calls.
pub(crate) struct Waits(Option<File>);

impl Waits {
    /// Of the thread that calls this.
    pub(crate) fn of_this_thread() -> Waits {
        Waits(File::open("/proc/thread-self/schedstat").ok())
    }

    /// All the time so far.
    pub(crate) fn so_far(&self) -> Option<Duration> {
        let mut text = [0; 96];
        let length = read_at_start(self.0.as_ref()?, &mut text)?;
        waited(std::str::from_utf8(&text[..length]).ok()?)
    }

    /// The time since then; none where nothing is told.
    pub(crate) fn since(&self, then: Option<Duration>) -> Duration {
        let passed = self.so_far().zip(then).map(|(now, then)| now.saturating_sub(then));
        passed.unwrap_or_default()
    }
}

#[cfg(unix)]
fn read_at_start(file: &File, text: &mut [u8]) -> Option<usize> {
    std::os::unix::fs::FileExt::read_at(file, text, 0).ok()
}

#[cfg(not(unix))]
fn read_at_start(_: &File, _: &mut [u8]) -> Option<usize> {
    None
}

/// Nanoseconds on a core, nanoseconds of waiting for one, and how often it got one.
fn waited(text: &str) -> Option<Duration> {
    text.split_whitespace().nth(1)?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_number_counts() {
        assert_eq!(waited("165275 1806418 2\n"), Some(Duration::from_nanos(1_806_418)));
        assert_eq!(waited("165275"), None);
        assert_eq!(waited("a b c"), None);
    }

    #[test]
    fn waiting_never_becomes_less() {
        let waits = Waits::of_this_thread();
        let (first, second) = (waits.so_far(), waits.so_far());
        assert_eq!(first.is_some(), second.is_some());
        assert!(second >= first);
        assert_eq!(waits.since(None), Duration::ZERO);
    }
}
