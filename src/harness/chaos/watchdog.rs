//! Tells of a run that does not end.

use crate::exec::Procs;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// A run that does not end.
#[derive(Debug, Clone)]
pub struct Hung {
    /// The kernel.
    pub kernel: &'static str,
    /// How long it has been going on.
    pub time: Duration,
    /// The workers that are alive: each with its process number and its state, as `/proc` has it.
    pub workers: Vec<(u32, String)>,
}

/// Watches runs.
#[derive(Default)]
pub(super) struct Watchdog {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The run that goes on, and since when.
    now: Option<(&'static str, Instant)>,
    is_over: bool,
}

impl Watchdog {
    /// One run.
    pub(super) fn run<T>(&self, kernel: &'static str, run: impl FnOnce() -> T) -> T {
        self.lock().now = Some((kernel, Instant::now()));
        let outcome = run();
        self.lock().now = None;
        outcome
    }

    /// Does `work` and tells `hung`, once, when one of its runs takes longer than `patience`.
    pub(super) fn over<T>(
        &self,
        patience: Duration,
        hung: &(dyn Fn(&Hung) + Sync),
        executor: &Procs,
        work: impl FnOnce() -> T,
    ) -> T {
        std::thread::scope(|threads| {
            threads.spawn(|| {
                if let Some((kernel, time)) = self.wait(patience) {
                    let workers = executor.pids().into_iter().map(|pid| (pid, state_of(pid)));
                    hung(&Hung { kernel, time, workers: workers.collect() });
                }
            });
            let outcome = work();
            self.lock().is_over = true;
            self.changed.notify_all();
            outcome
        })
    }

    /// Waits for a run that takes too long, or for the end of all.
    fn wait(&self, patience: Duration) -> Option<(&'static str, Duration)> {
        let mut state = self.lock();
        while !state.is_over {
            if let Some((kernel, since)) = state.now
                && since.elapsed() > patience
            {
                return Some((kernel, since.elapsed()));
            }
            // Runs that begin meanwhile are not too long before this time is over again.
            let look = patience.min(Duration::from_secs(1));
            let waited = self.changed.wait_timeout(state, look);
            state = waited.unwrap_or_else(|dead| dead.into_inner()).0;
        }
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|dead| dead.into_inner())
    }
}

/// "S (sleeping)".
fn state_of(pid: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let state = status.lines().find_map(|line| line.strip_prefix("State:"));
    state.map_or_else(|| "gone".to_owned(), |state| state.trim().to_owned())
}
