//! CPU time of this process.

use std::time::Duration;

/// What all threads have used so far.
#[cfg(unix)]
pub fn used() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), used.tv_nsec.unsigned_abs() as u32)
}
