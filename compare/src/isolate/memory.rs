//! What calls do with the heap: memory that a call finds, and memory that it keeps.

use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Fills memory that the next allocations of about this many numbers get, so that a call that reads
/// what it has not written gets something else for each pattern.
pub(crate) fn fill_freed(numbers: usize, pattern: u8) {
    let sizes =
        [8, 4].map(|size| size * numbers).into_iter().filter(|size| (16..1 << 20).contains(size));
    let blocks: Vec<Vec<u8>> = sizes.flat_map(|size| vec![vec![pattern; size]; 3]).collect();
    // Nobody may find out that it is never read.
    black_box(&blocks);
}

/// Calls in a row, at most, and how long they may take.
const CALLS: u32 = 2000;
const TIME: Duration = Duration::from_millis(50);
/// Fewer calls say nothing about what each of them keeps.
const MIN_CALLS: u32 = 64;
/// The heap grows in steps of about half of this.
const STEPS: u64 = 256 * 1024;

/// Bytes that each call keeps for good, if the process grows by a call as often as it is made. None
/// where the system does not tell, or where calls take too long.
pub(crate) fn kept(mut call: impl FnMut()) -> Option<u64> {
    // The fastest of some: on a busy machine one call may wait for long.
    let (began, mut each) = (Instant::now(), Duration::MAX);
    for _ in (0..MIN_CALLS).take_while(|i| *i < 4 || began.elapsed() < 8 * TIME) {
        let start = Instant::now();
        call();
        each = each.min(start.elapsed());
    }
    let calls = (TIME.as_nanos() / each.as_nanos().max(1)).min(u128::from(CALLS)) as u32;
    if calls < MIN_CALLS {
        return None;
    }
    let mut growth = || -> Option<u64> {
        let before = data_bytes()?;
        (0..calls).for_each(|_| call());
        Some(data_bytes()?.saturating_sub(before))
    };
    // Twice: a pool that fills up stops growing.
    let least = growth()?.min(growth()?);
    (least >= STEPS).then(|| least / u64::from(calls))
}

/// Bytes of private writable memory.
fn data_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    // No test of what is kept runs here: other tests of the same process allocate meanwhile.
    #[test]
    fn calls_that_take_too_long_are_not_repeated() {
        let mut calls = 0;
        let slow = || {
            calls += 1;
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(kept(slow), None);
        assert!(calls <= MIN_CALLS, "{calls}");
    }
}
