//! How a rank waits that has nothing to do.

use std::hint::spin_loop;
use std::thread;
use std::time::Duration;

/// Waits a little longer each time: an answer within microseconds costs nothing, and who waits long leaves the
/// core to others. MPI itself would keep it busy.
#[derive(Debug, Default)]
pub struct Idle(u32);

/// Looks in a row before the core is offered to others, and before the thread sleeps.
const SPINS: u32 = 100;
const YIELDS: u32 = 2000;
const SLEEP: Duration = Duration::from_micros(50);

impl Idle {
    /// There was something to do.
    pub fn reset(&mut self) {
        self.0 = 0;
    }

    /// There was nothing.
    pub fn pause(&mut self) {
        match self.0 {
            0..SPINS => spin_loop(),
            SPINS..YIELDS => thread::yield_now(),
            more => thread::sleep(SLEEP * (1 + (more - YIELDS) / 100).min(20)),
        }
        self.0 = self.0.saturating_add(1);
    }
}
