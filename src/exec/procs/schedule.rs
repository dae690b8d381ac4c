//! What a run does next. This is decided here and done in `run.rs`: nothing here waits, sends or
//! receives, so a test drives it through every order of events (`schedule_tests.rs`).
//!
//! The rule that it keeps: [`Step::Wait`] is only said when no worker that could take a task is left
//! without one, when all that was given has been sent, and when somebody alive has something to do.
//! Whatever happens - a start or a sending that fails, an answer, a death - changes the state, and
//! then the next step is asked for again.

use super::frame::MIN_AT_HAND;
use super::pending::Pending;
use std::collections::VecDeque;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Give a task to a worker, which has to be started first if it is not alive.
    Give { worker: usize, task: usize },
    /// Send what the worker has been given.
    Flush(usize),
    /// Run a task here that cannot be sent away.
    RunHere(usize),
    /// Wait until somebody answers, can be sent to, dies or is late.
    Wait,
    /// Everything has ended.
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    /// There is no process.
    Absent,
    /// There is none, and the system would not start one. Not tried again before a worker has
    /// ended: until then nothing has become free.
    Refused,
    Alive,
}

/// Why a worker that is alive is given nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    No,
    /// It has no room for the task that it was to get; the end of one makes room.
    NoRoom,
    /// Its link is full.
    Full,
}

#[derive(Debug)]
struct Slot {
    life: Life,
    /// What it has; the first is in work.
    tasks: VecDeque<usize>,
    /// How many it should have.
    at_hand: usize,
    hold: Hold,
    /// Whether it has been given tasks that have not been sent.
    is_unsent: bool,
}

impl Slot {
    fn of(life: Life) -> Slot {
        let (tasks, at_hand) = (VecDeque::new(), MIN_AT_HAND);
        Slot { life, tasks, at_hand, hold: Hold::No, is_unsent: false }
    }
}

/// The state of a run.
pub(super) struct Schedule {
    pending: Pending,
    slots: Vec<Slot>,
    /// How many workers may have something at the same time.
    max_busy: usize,
    alive: usize,
    busy: usize,
    /// Whose turn it is.
    turn: usize,
    /// Workers that may have something unsent.
    unsent: VecDeque<usize>,
}

impl Schedule {
    /// A run over `pending`. `alive` says of each worker whether it is.
    pub(super) fn new(pending: Pending, alive: &[bool], max_busy: usize) -> Schedule {
        let life = |alive: &bool| if *alive { Life::Alive } else { Life::Absent };
        Schedule {
            pending,
            slots: alive.iter().map(life).map(Slot::of).collect(),
            max_busy: max_busy.max(1),
            alive: alive.iter().filter(|alive| **alive).count(),
            busy: 0,
            turn: 0,
            unsent: VecDeque::new(),
        }
    }

    /// What to do now. Of the tasks only those are run that are worth it.
    pub(super) fn next(&mut self, goes_on: impl Fn(usize) -> bool) -> Step {
        if self.pending.has_ready()
            && let Some(worker) = self.candidate()
            && let Some(task) = self.pending.next(goes_on)
        {
            self.turn = (worker + 1) % self.slots.len();
            return Step::Give { worker, task };
        }
        if let Some(worker) = self.next_unsent() {
            return Step::Flush(worker);
        }
        if let Some(task) = self.pending.take_home() {
            return Step::RunHere(task);
        }
        if self.busy == 0 && self.pending.is_empty() { Step::Done } else { Step::Wait }
    }

    /// Who gets the next task: a worker that has nothing if there is one, else the next one in turn.
    fn candidate(&self) -> Option<usize> {
        let turns = || (self.turn..self.slots.len()).chain(0..self.turn);
        let is_idle = |w: &usize| {
            self.slots[*w].life == Life::Alive && self.slots[*w].tasks.is_empty() && self.wants(*w)
        };
        turns().find(is_idle).or_else(|| turns().find(|w| self.wants(*w)))
    }

    fn wants(&self, w: usize) -> bool {
        let slot = &self.slots[w];
        match slot.life {
            Life::Absent => self.alive < self.max_busy,
            Life::Refused => false,
            Life::Alive => {
                let may_begin = !slot.tasks.is_empty() || self.busy < self.max_busy;
                slot.hold == Hold::No && slot.tasks.len() < slot.at_hand && may_begin
            }
        }
    }

    fn next_unsent(&mut self) -> Option<usize> {
        while let Some(w) = self.unsent.pop_front() {
            if self.slots[w].is_unsent && self.slots[w].hold != Hold::Full {
                return Some(w);
            }
        }
        None
    }

    pub(super) fn is_graph(&self) -> bool {
        self.pending.is_graph()
    }

    /// Whether the link of worker `w` is full, as far as is known.
    pub(super) fn is_full(&self, w: usize) -> bool {
        self.slots[w].hold == Hold::Full
    }

    /// The task that worker `w` has in work.
    pub(super) fn first(&self, w: usize) -> Option<usize> {
        self.slots[w].tasks.front().copied()
    }

    /// Worker `w` is there now.
    pub(super) fn started(&mut self, w: usize) {
        self.slots[w] = Slot::of(Life::Alive);
        self.alive += 1;
    }

    /// Worker `w` could not be started for this task. False when nobody is left to do it.
    pub(super) fn start_failed(&mut self, w: usize, task: usize) -> bool {
        self.slots[w].life = Life::Refused;
        self.pending.put_back(task);
        self.alive > 0
    }

    /// Worker `w` has been given a task; `is_unsent` says whether it has not been sent yet.
    pub(super) fn given(&mut self, w: usize, task: usize, is_unsent: bool) {
        self.busy += usize::from(self.slots[w].tasks.is_empty());
        self.slots[w].tasks.push_back(task);
        if is_unsent && !std::mem::replace(&mut self.slots[w].is_unsent, true) {
            self.unsent.push_back(w);
        }
        if !is_unsent {
            self.slots[w].is_unsent = false;
        }
    }

    /// Worker `w` has no room for this task besides those that it has.
    pub(super) fn no_room(&mut self, w: usize, task: usize) {
        self.pending.put_back(task);
        if !self.slots[w].tasks.is_empty() {
            self.slots[w].hold = Hold::NoRoom;
        }
    }

    /// The link of worker `w` is full. What could not be given for that goes to whoever is next.
    pub(super) fn full(&mut self, w: usize, task: Option<usize>) {
        self.slots[w].hold = Hold::Full;
        task.into_iter().for_each(|task| self.pending.put_back(task));
    }

    /// The link of worker `w` is not full any more.
    pub(super) fn writable(&mut self, w: usize) {
        self.slots[w].hold = Hold::No;
        if self.slots[w].is_unsent {
            self.unsent.push_back(w);
        }
    }

    /// All that worker `w` has been given is sent.
    pub(super) fn flushed(&mut self, w: usize) {
        self.slots[w].is_unsent = false;
    }

    /// The task is to be run here.
    pub(super) fn keep_here(&mut self, task: usize) {
        self.pending.keep_home(task);
    }

    /// Worker `w` has ended its first task, and should have so many from now on.
    pub(super) fn finished(&mut self, w: usize, at_hand: usize) {
        let slot = &mut self.slots[w];
        slot.at_hand = at_hand.max(1);
        if slot.hold == Hold::NoRoom {
            slot.hold = Hold::No;
        }
        if slot.tasks.pop_front().is_some() && slot.tasks.is_empty() {
            self.busy -= 1;
        }
    }

    /// Worker `w` is dead: what it had is to be put back, or to be given up.
    pub(super) fn ended(&mut self, w: usize) -> VecDeque<usize> {
        let slot = std::mem::replace(&mut self.slots[w], Slot::of(Life::Absent));
        self.alive -= usize::from(slot.life == Life::Alive);
        self.busy -= usize::from(!slot.tasks.is_empty());
        for slot in self.slots.iter_mut().filter(|slot| slot.life == Life::Refused) {
            slot.life = Life::Absent;
        }
        slot.tasks
    }

    pub(super) fn put_back(&mut self, task: usize) {
        self.pending.put_back(task);
    }

    /// The task has run, or never will: others may have waited for that.
    pub(super) fn over(&mut self, task: usize) {
        self.pending.ended(task);
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
