//! Tasks that need each other, at random, on every executor: needs come first, no more tasks run at
//! once than the throttle allows, and the fault reported is the one a serial run would have met.

use crate::faults::{executors, quiet, task_of};
use abreast::exec::{Control, Executor};
use abreast::sample::splitmix64;
use abreast::{Error, Fault, Tasks};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// Tasks that each need some of the tasks before them.
struct Dag {
    needs: Vec<Vec<u32>>,
    // One in so many tasks goes wrong.
    rarity: u64,
    seed: u64,
    ended: Vec<AtomicBool>,
    running: AtomicUsize,
    most: AtomicUsize,
    early: AtomicUsize,
}

impl Dag {
    fn new(len: usize, seed: u64, rarity: u64) -> Dag {
        quiet();
        // Few needs make wide graphs, near ones make deep graphs.
        let (fan, reach) = (1 + seed % 4, [3, 20, 1000][seed as usize % 3]);
        let need = |i: u64, k: u64| (i - 1 - splitmix64(seed, i * 8 + k) % reach.min(i)) as u32;
        let count = |i: u64| if i == 0 { 0 } else { splitmix64(!seed, i) % (fan + 1) };
        let needs = (0..len as u64).map(|i| (0..count(i)).map(|k| need(i, k)).collect()).collect();
        let ended = (0..len).map(|_| AtomicBool::new(false)).collect();
        let [running, most, early] = [(); 3].map(|()| AtomicUsize::new(0));
        Dag { needs, rarity, seed, ended, running, most, early }
    }

    fn expected(&self) -> Result<usize, Fault> {
        match (0..self.len()).find(|i| self.fate(*i) < 2) {
            None => Ok(self.len()),
            Some(task) if self.fate(task) == 0 => Err(failure(task)),
            Some(task) => Err(Fault::Panic { task, why: format!("seeded {task}") }),
        }
    }

    fn fate(&self, i: usize) -> u64 {
        splitmix64(self.seed ^ 0xDA6, i as u64) % self.rarity
    }
}

fn failure(task: usize) -> Fault {
    Fault::Kernel { task, why: Error::argument("task", task, "seeded") }
}

impl Tasks for Dag {
    fn len(&self) -> usize {
        self.needs.len()
    }

    fn is_graph(&self) -> bool {
        true
    }

    fn needs(&self, i: usize) -> &[u32] {
        &self.needs[i]
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let now = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let ended = |need: &u32| self.ended[*need as usize].load(Ordering::SeqCst);
        self.early.fetch_add(usize::from(!self.needs[i].iter().all(ended)), Ordering::SeqCst);
        for _ in 0..splitmix64(!self.seed, i as u64) % 1000 {
            std::hint::spin_loop();
        }
        self.running.fetch_sub(1, Ordering::SeqCst);
        match self.fate(i) {
            0 => return Err(failure(i)),
            1 => panic!("seeded {i}"),
            _ => self.ended[i].store(true, Ordering::SeqCst),
        }
        Ok(())
    }
}

#[test]
fn graphs_keep_their_order_their_throttle_and_the_serial_fault() {
    let (mut well, mut ill) = (0, 0);
    for seed in 0..48 {
        for executor in executors() {
            let throttle = [None, Some(1), Some(2), Some(5)][seed as usize / 12];
            let dag = Dag::new(300, seed, [400, 5000, 50, 1 << 40][seed as usize % 4]);
            let control = Control { throttle, ..Control::default() };
            let outcome = executor.run(&dag, &control).map(|report| report.tasks);
            let case = format!("seed {seed} on {}", executor.name());
            assert_eq!(outcome, dag.expected(), "{case}");
            assert_eq!(dag.early.load(Ordering::SeqCst), 0, "{case}");
            let must_end = outcome.as_ref().map_or_else(task_of, |count| *count);
            assert!(dag.ended[..must_end].iter().all(|e| e.load(Ordering::SeqCst)), "{case}");
            let most = dag.most.load(Ordering::SeqCst);
            assert!(most <= control.slots(executor.width()), "{most} tasks at once: {case}");
            *if outcome.is_ok() { &mut well } else { &mut ill } += 1;
        }
    }
    assert!(well > 50 && ill > 50, "{well} {ill}");
}

/// Two tasks that need nobody and wait for each other: done only where both run at once.
struct Pair {
    arrived: Mutex<usize>,
    both: Condvar,
}

impl Tasks for Pair {
    fn len(&self) -> usize {
        2
    }

    fn is_graph(&self) -> bool {
        true
    }

    fn run(&self, task: usize) -> Result<(), Fault> {
        // A limit against a hang, not a measure of speed.
        let long = Duration::from_secs(600);
        let mut arrived = self.arrived.lock().unwrap();
        *arrived += 1;
        self.both.notify_all();
        let (_arrived, waited) = self.both.wait_timeout_while(arrived, long, |n| *n < 2).unwrap();
        if waited.timed_out() { Err(failure(task)) } else { Ok(()) }
    }
}

#[test]
fn tasks_that_need_nobody_run_at_the_same_time() {
    let wide = |executor: &dyn Executor| {
        let name = executor.name();
        let is_pool = ["threads:", "graph:", "async:"].iter().any(|kind| name.starts_with(kind));
        is_pool && executor.width() > 1
    };
    let wide: Vec<_> = executors().into_iter().filter(|executor| wide(&**executor)).collect();
    assert!(!wide.is_empty());
    for executor in wide {
        let pair = Pair { arrived: Mutex::new(0), both: Condvar::new() };
        let outcome = executor.run(&pair, &Control::default()).map(|report| report.tasks);
        assert_eq!(outcome, Ok(2), "{}", executor.name());
    }
}

/// Two tasks, of which the first needs the second.
struct Backwards;

impl Tasks for Backwards {
    fn len(&self) -> usize {
        2
    }

    fn is_graph(&self) -> bool {
        true
    }

    fn needs(&self, i: usize) -> &[u32] {
        if i == 0 { &[1] } else { &[] }
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        panic!("task {i} of a refused list ran")
    }
}

#[test]
fn a_task_that_needs_a_later_one_is_refused() {
    for executor in executors() {
        let fault = executor.run(&Backwards, &Control::default()).unwrap_err();
        let rule = "task 0 needs = 1: a task may need only tasks of lower number";
        assert_eq!(fault.to_string(), rule, "{}", executor.name());
    }
}
