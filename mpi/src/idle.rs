//! How a rank waits that has nothing to do.

use std::hint::spin_loop;
use std::thread;
use std::time::{Duration, Instant};

/// Waits a little longer each time: an answer within a millisecond costs nothing, and who waits long leaves the
/// core to others. MPI itself would keep it busy.
#[derive(Debug)]
pub struct Idle {
    looks: u32,
    since: Instant,
}

/// Looks in a row before the core is offered to others.
const SPINS: u32 = 100;

/// How long it is offered only, and how long the thread sleeps a little at a time.
const AWAKE: Duration = Duration::from_millis(1);
const DOZING: Duration = Duration::from_millis(200);

impl Default for Idle {
    fn default() -> Idle {
        Idle { looks: 0, since: Instant::now() }
    }
}

impl Idle {
    /// There was something to do.
    pub fn reset(&mut self) {
        self.looks = 0;
    }

    /// There was nothing. While bytes are `moving`, MPI takes them on only when it is asked to, so nobody sleeps.
    pub fn pause(&mut self, moving: bool) {
        self.looks = (self.looks + 1).min(SPINS + 1);
        match self.looks {
            0..SPINS => return spin_loop(),
            SPINS => self.since = Instant::now(),
            _ => {}
        }
        match self.since.elapsed() {
            waited if moving || waited < AWAKE => thread::yield_now(),
            waited if waited < DOZING => thread::sleep(Duration::from_micros(20)),
            _ => thread::sleep(Duration::from_micros(500)),
        }
    }
}
