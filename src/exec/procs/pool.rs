//! All workers of a pool as their parent sees them.

use super::member::{Terms, Worker};
use super::process::{Alive, Ending};
use crate::Fault;
use crate::fork::Origin;
use std::sync::Arc;
use std::time::Duration;

/// All workers of a pool: a place for each.
#[derive(Debug)]
pub(super) struct Pool {
    places: Vec<Option<Worker>>,
    /// Which places have had a worker.
    used: Vec<bool>,
    /// Whether any worker ever said hello.
    ever_greeted: bool,
    /// How many in a row have not.
    silent: usize,
    jobs: u32,
    alive: Arc<Alive>,
    origin: Origin,
}

/// Workers in a row that end without a hello before that is taken for the program's nature.
const MAX_SILENT: [usize; 2] = [3, 100];

/// How long a worker may take to introduce itself.
const GREETING: Duration = Duration::from_secs(2);

/// A worker that is no more.
pub(super) struct Ended {
    pub(super) ending: Ending,
    /// Whether it had introduced itself.
    pub(super) ready: bool,
    /// Whether it may have begun the first of its chunks.
    pub(super) begun: bool,
    /// What it said when it could not.
    pub(super) excuse: Option<String>,
}

impl Pool {
    pub(super) fn new(width: usize, alive: Arc<Alive>) -> Pool {
        Pool {
            places: (0..width).map(|_| None).collect(),
            used: vec![false; width],
            ever_greeted: false,
            silent: 0,
            jobs: 0,
            alive,
            origin: Origin::this(),
        }
    }

    pub(super) fn width(&self) -> usize {
        self.places.len()
    }

    pub(super) fn alive(&self) -> impl Iterator<Item = usize> {
        (0..self.places.len()).filter(|w| self.lives(*w))
    }

    pub(super) fn lives(&self, w: usize) -> bool {
        self.places[w].is_some()
    }

    /// Worker `w`, one that is alive.
    pub(super) fn get(&self, w: usize) -> &Worker {
        self.places[w].as_ref().expect("one that is alive")
    }

    pub(super) fn get_mut(&mut self, w: usize) -> Option<&mut Worker> {
        self.places[w].as_mut()
    }

    /// Starts worker `w`, and says whether it takes a dead one's place.
    pub(super) fn start(&mut self, w: usize, terms: &Terms) -> Result<bool, Fault> {
        self.places[w] = Some(Worker::start(w, terms, &self.alive)?);
        Ok(std::mem::replace(&mut self.used[w], true))
    }

    pub(super) fn ready(&mut self, w: usize) {
        (self.ever_greeted, self.silent) = (true, 0);
        if let Some(worker) = &mut self.places[w] {
            worker.ready = true;
        }
    }

    /// How long a worker may take to introduce itself: longer when the last ones took too long, which
    /// they may have done because the machine is slow.
    pub(super) fn greeting_time(&self) -> Duration {
        GREETING * (1 << self.silent.min(4))
    }

    /// Makes sure that worker `w` is dead, and says how it ended.
    pub(super) fn reap(&mut self, w: usize) -> Option<Ended> {
        let mut worker = self.places[w].take()?;
        let (ready, excuse) = (worker.ready, worker.excuse.take());
        let begun = ready && worker.knows_first();
        self.silent += usize::from(!ready);
        Some(Ended { ending: worker.end(), ready, begun, excuse })
    }

    /// How many have ended in a row without a hello, if they are too many.
    pub(super) fn too_many_silent(&self) -> Option<usize> {
        (self.silent >= MAX_SILENT[usize::from(self.ever_greeted)]).then_some(self.silent)
    }

    /// Ends every worker, whatever it is doing.
    pub(super) fn dismiss(&mut self) {
        for place in &mut self.places {
            place.take().map(Worker::end);
        }
    }

    /// Before a run: a worker that still has something is at work for a run that was broken off.
    pub(super) fn tidy(&mut self) {
        if self.places.iter().flatten().any(|worker| !worker.sent.is_empty()) {
            self.dismiss();
        }
    }

    /// After a run: its jobs are over. Who does not receive it is replaced when there is work.
    pub(super) fn forget(&mut self) {
        for place in &mut self.places {
            if place.as_mut().is_some_and(|worker| worker.forget().is_err()) {
                place.take().map(Worker::end);
            }
        }
    }

    pub(super) fn next_job(&mut self) -> u32 {
        self.jobs = self.jobs.wrapping_add(1);
        self.jobs
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if self.origin.is_this() {
            self.dismiss();
        } else {
            // They are the parent's, and so are the threads that wait for them.
            std::mem::forget(std::mem::take(&mut self.places));
        }
    }
}
