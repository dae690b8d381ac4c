//! List scheduling: whenever a worker or a resource is free, the ready task with the longest way to
//! the end gets it.

use crate::exec::ready::Ready;
use crate::tasks::Model;
use crate::{Error, Tasks, memory};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// What is told about each task as the virtual time goes by.
pub(super) trait Stage {
    /// It begins now; or, when this says `false`, it is passed over and takes no time.
    fn begins(&mut self, _task: usize, _lane: usize, _at: u64) -> bool {
        true
    }

    /// It ends now.
    fn ends(&mut self, _task: usize, _lane: usize, _at: u64) {}
}

/// How it went.
pub(super) struct Digest {
    pub(super) makespan: u64,
    pub(super) critical_path: u64,
    pub(super) work: u64,
}

/// Plays the tasks on so many workers. Those that nobody attends get slots from `unattended` upwards.
pub(super) fn schedule(
    tasks: &dyn Tasks,
    workers: usize,
    unattended: usize,
    stage: &mut dyn Stage,
) -> Result<Digest, Error> {
    let ready = Ready::new(tasks)?;
    let work = work(tasks)?;
    // Who waits, who runs and what is occupied: trees and heaps that grow with the tasks.
    memory::probe::<[u64; 8]>(tasks.len(), "a simulation")?;
    let ways = ways(tasks)?;
    let mut floor = Floor {
        tasks,
        ways: &ways,
        waiting: BTreeMap::new(),
        workers: Lanes::new(0, workers),
        unattended: Lanes::new(unattended, usize::MAX - unattended),
        occupied: BTreeSet::new(),
    };
    ready.first().iter().for_each(|task| floor.wait(*task));
    let mut running = BinaryHeap::new();
    let mut now = 0;
    loop {
        while let Some((task, slot)) = floor.start() {
            if stage.begins(task, slot, now) {
                running.push(Reverse((now + tasks.model(task).cost, task, slot)));
            } else {
                floor.leave(task, slot);
                ready.ended(task, |next| floor.wait(next));
            }
        }
        let Some(Reverse((end, ..))) = running.peek() else { break };
        now = *end;
        // All that end together make room before anybody starts.
        while let Some(Reverse((_, task, slot))) = pop_at(&mut running, now) {
            stage.ends(task, slot, now);
            floor.leave(task, slot);
            ready.ended(task, |next| floor.wait(next));
        }
    }
    let critical_path = ways.into_iter().max().unwrap_or(0);
    Ok(Digest { makespan: now, critical_path, work })
}

/// When a task ends, which, and on which slot; the soonest is on top.
type Ends = BinaryHeap<Reverse<(u64, usize, usize)>>;

fn pop_at(running: &mut Ends, now: u64) -> Option<Reverse<(u64, usize, usize)>> {
    if running.peek()?.0.0 == now { running.pop() } else { None }
}

/// All costs; no moment of the simulation is later than this.
fn work(tasks: &dyn Tasks) -> Result<u64, Error> {
    let mut costs = (0..tasks.len()).map(|i| tasks.model(i).cost);
    costs.try_fold(0u64, u64::checked_add).ok_or_else(|| {
        let rule = format!("all tasks together must be at most {}", u64::MAX);
        Error::argument("cost", "too much", rule)
    })
}

/// The longest way from the start of each task to the end of everything.
fn ways(tasks: &dyn Tasks) -> Result<Vec<u64>, Error> {
    let mut ways = memory::zeroed::<u64>(tasks.len(), "a simulation")?;
    for i in (0..tasks.len()).rev() {
        ways[i] += tasks.model(i).cost;
        for need in tasks.needs(i) {
            let need = *need as usize;
            ways[need] = ways[need].max(ways[i]);
        }
    }
    Ok(ways)
}

/// Who waits for what, and what is free.
struct Floor<'f> {
    tasks: &'f dyn Tasks,
    ways: &'f [u64],
    /// The ready tasks by what they ask for: the longest way first, then the lowest number.
    waiting: BTreeMap<Claim, BinaryHeap<(u64, Reverse<usize>)>>,
    workers: Lanes,
    unattended: Lanes,
    occupied: BTreeSet<&'static str>,
}

/// What a task needs besides other tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    resource: Option<&'static str>,
    attended: bool,
}

impl Floor<'_> {
    fn claim(&self, task: usize) -> Claim {
        let Model { resource, attended, .. } = self.tasks.model(task);
        Claim { resource, attended }
    }

    fn wait(&mut self, task: usize) {
        let executor = self.waiting.entry(self.claim(task)).or_default();
        executor.push((self.ways[task], Reverse(task)));
    }

    /// The next task that can have what it asks for, with its slot; it has it now.
    fn start(&mut self) -> Option<(usize, usize)> {
        let grants = |claim: &Claim| {
            let is_free = claim.resource.is_none_or(|name| !self.occupied.contains(name));
            is_free && (!claim.attended || self.workers.has_one())
        };
        let open = self.waiting.iter().filter(|(claim, _)| grants(claim));
        let (claim, _) = open.max_by_key(|(_, tasks)| tasks.peek().copied())?;
        let claim = *claim;
        let tasks = self.waiting.get_mut(&claim)?;
        let (_, Reverse(task)) = tasks.pop()?;
        if tasks.is_empty() {
            self.waiting.remove(&claim);
        }
        self.occupied.extend(claim.resource);
        let slots = if claim.attended { &mut self.workers } else { &mut self.unattended };
        Some((task, slots.take()))
    }

    /// The task gives back what it had.
    fn leave(&mut self, task: usize, slot: usize) {
        let claim = self.claim(task);
        if let Some(name) = claim.resource {
            self.occupied.remove(name);
        }
        let slots = if claim.attended { &mut self.workers } else { &mut self.unattended };
        slots.give_back(slot);
    }
}

/// Numbered places, of which the lowest free one is taken first.
struct Lanes {
    /// Free ones below `next`.
    free: BTreeSet<usize>,
    next: usize,
    left: usize,
}

impl Lanes {
    fn new(first: usize, count: usize) -> Lanes {
        Lanes { free: BTreeSet::new(), next: first, left: count }
    }

    fn has_one(&self) -> bool {
        !self.free.is_empty() || self.left > 0
    }

    fn take(&mut self) -> usize {
        self.free.pop_first().unwrap_or_else(|| {
            self.left -= 1;
            self.next += 1;
            self.next - 1
        })
    }

    fn give_back(&mut self, slot: usize) {
        self.free.insert(slot);
    }
}
