//! Every order of events, up to a depth: no run sleeps with work undone, and each run ends.
//!
//! The driver below does what `run.rs` does, over workers that are only numbers. Whenever something
//! could go one way or another, it asks for a choice; all sequences of choices are tried in turn. After
//! the last choice that is tried everything goes well, so each run has to come to its end.

use super::*;
use crate::{Fault, Tasks};

/// What is to be run.
#[derive(Clone)]
struct Model {
    max_busy: usize,
    needs: Vec<Vec<u32>>,
    is_graph: bool,
    /// Tasks that cannot be sent away.
    local: Vec<usize>,
    /// Tasks that a worker has no room for besides others.
    large: Vec<usize>,
    /// Workers that are alive when it begins.
    alive: Vec<bool>,
    attempts: u32,
}

impl Model {
    fn row(workers: usize, tasks: usize) -> Model {
        Model {
            max_busy: workers,
            needs: vec![Vec::new(); tasks],
            is_graph: false,
            local: Vec::new(),
            large: Vec::new(),
            alive: vec![false; workers],
            attempts: 2,
        }
    }

    fn graph(workers: usize, needs: &[&[u32]]) -> Model {
        let needs = needs.iter().map(|needs| needs.to_vec()).collect();
        Model { needs, is_graph: true, ..Model::row(workers, 0) }
    }
}

impl Tasks for Model {
    fn len(&self) -> usize {
        self.needs.len()
    }
    fn run(&self, _: usize) -> Result<(), Fault> {
        Ok(())
    }
    fn is_graph(&self) -> bool {
        self.is_graph
    }
    fn needs(&self, i: usize) -> &[u32] {
        &self.needs[i]
    }
}

/// A sequence of choices: those that are given, and then the first of each.
#[derive(Default)]
struct Choices {
    given: Vec<usize>,
    /// How many ways there were, for each choice so far.
    ways: Vec<usize>,
}

impl Choices {
    /// At most this many are tried.
    const DEPTH: usize = 9;

    fn one_of(&mut self, ways: usize) -> usize {
        let at = self.ways.len();
        self.ways.push(ways);
        self.given.get(at).copied().unwrap_or_default()
    }

    /// The next sequence; false when all have been tried.
    fn advance(&mut self) -> bool {
        self.ways.truncate(Self::DEPTH);
        self.given.resize(self.ways.len(), 0);
        while let (Some(last), Some(ways)) = (self.given.pop(), self.ways.pop()) {
            if last + 1 < ways {
                self.given.push(last + 1);
                self.ways.clear();
                return true;
            }
        }
        false
    }
}

/// A worker as it is.
#[derive(Clone, Default)]
struct Peer {
    is_alive: bool,
    /// What it has been given, and how many of that have been sent.
    tasks: VecDeque<usize>,
    sent: usize,
    is_full: bool,
}

struct Driver<'d> {
    problem: &'d Model,
    schedule: Schedule,
    peers: Vec<Peer>,
    choices: &'d mut Choices,
    /// How often each task has ended, and how often it has killed its worker.
    ended: Vec<u32>,
    deaths: Vec<u32>,
    story: Vec<String>,
}

/// What can happen while the driver waits.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Answer(usize),
    Writable(usize),
    Death(usize),
}

impl Driver<'_> {
    fn run(&mut self) {
        for _ in 0..500 {
            match self.schedule.next(|_| true) {
                Step::Give { worker, task } => {
                    if !self.give(worker, task) {
                        return;
                    }
                }
                Step::Flush(w) => self.flush(w),
                Step::RunHere(task) => self.over(task),
                Step::Wait => self.wait(),
                Step::Done => {
                    let all = self.ended.iter().all(|count| *count == 1);
                    assert!(all, "each task once: {:?}: {:#?}", self.ended, self.story);
                    return;
                }
            }
        }
        panic!("it does not end: {:#?}", self.story);
    }

    /// False when nobody is left to do it, which ends the run with a fault.
    fn give(&mut self, w: usize, task: usize) -> bool {
        let ready = self.problem.needs[task].iter().all(|need| self.ended[*need as usize] > 0);
        assert!(ready && self.ended[task] == 0, "{task} is given: {:#?}", self.story);
        if self.problem.local.contains(&task) {
            self.schedule.keep_here(task);
            return true;
        }
        if !self.peers[w].is_alive {
            if self.choices.one_of(2) == 1 {
                self.story.push(format!("{w} cannot be started"));
                return self.schedule.start_failed(w, task);
            }
            self.story.push(format!("{w} is started"));
            self.peers[w] = Peer { is_alive: true, ..Peer::default() };
            self.schedule.started(w);
        }
        if self.problem.large.contains(&task) && !self.peers[w].tasks.is_empty() {
            self.schedule.no_room(w, task);
            return true;
        }
        // Given to be sent later, given and sent, not sent because the link is full, or broken.
        let way = self.choices.one_of(4);
        self.story.push(format!("{task} is given to {w}: {way}"));
        match way {
            0 | 1 => {
                self.peers[w].tasks.push_back(task);
                if way == 1 {
                    self.peers[w].sent = self.peers[w].tasks.len();
                }
                self.schedule.given(w, task, way == 0);
            }
            2 => {
                self.peers[w].is_full = true;
                self.schedule.full(w, Some(task));
            }
            _ => {
                self.schedule.put_back(task);
                self.reap(w);
            }
        }
        true
    }

    fn flush(&mut self, w: usize) {
        let way = self.choices.one_of(3);
        self.story.push(format!("{w} is flushed: {way}"));
        match way {
            0 => {
                self.peers[w].sent = self.peers[w].tasks.len();
                self.schedule.flushed(w);
            }
            1 => {
                self.peers[w].is_full = true;
                self.schedule.full(w, None);
            }
            _ => self.reap(w),
        }
    }

    fn wait(&mut self) {
        self.check();
        let alive = |w: &usize| self.peers[*w].is_alive;
        let workers = || (0..self.peers.len()).filter(alive);
        let answers = workers().filter(|w| self.peers[*w].sent > 0).map(Happening::Answer);
        let writable = workers().filter(|w| self.peers[*w].is_full).map(Happening::Writable);
        let deaths = workers().map(Happening::Death);
        let happenings: Vec<Happening> = answers.chain(writable).chain(deaths).collect();
        let what = happenings[self.choices.one_of(happenings.len())];
        self.story.push(format!("{what:?}"));
        match what {
            Happening::Answer(w) => {
                let task = self.peers[w].tasks.pop_front().expect("it was sent");
                self.peers[w].sent -= 1;
                assert_eq!(self.schedule.first(w), Some(task));
                self.schedule.finished(w, 2);
                self.over(task);
            }
            Happening::Writable(w) => {
                self.peers[w].is_full = false;
                self.schedule.writable(w);
            }
            Happening::Death(w) => self.reap(w),
        }
    }

    /// What the schedule promises when it says that there is nothing to do but to wait.
    fn check(&self) {
        let alive = || self.peers.iter().filter(|peer| peer.is_alive);
        let busy = alive().filter(|peer| !peer.tasks.is_empty()).count();
        let may_act = alive().any(|peer| peer.sent > 0 || peer.is_full);
        assert!(may_act, "nobody is at work: {:#?}", self.story);
        let unsent = alive().any(|peer| peer.sent < peer.tasks.len() && !peer.is_full);
        assert!(!unsent, "somebody is not sent what to do: {:#?}", self.story);
        let is_idle = |peer: &Peer| peer.tasks.is_empty() && !peer.is_full;
        if self.schedule.pending.has_ready() && busy < self.problem.max_busy {
            assert!(!alive().any(is_idle), "somebody idle, and work undone: {:#?}", self.story);
        }
        assert!(busy <= self.problem.max_busy, "{:#?}", self.story);
    }

    fn reap(&mut self, w: usize) {
        self.story.push(format!("{w} is dead"));
        let peer = std::mem::take(&mut self.peers[w]);
        let tasks = self.schedule.ended(w);
        assert_eq!(tasks, peer.tasks);
        for (executor, task) in tasks.into_iter().enumerate() {
            self.deaths[task] += u32::from(executor == 0 && peer.sent > 0);
            if executor == 0 && self.deaths[task] >= self.problem.attempts {
                self.over(task);
            } else {
                self.schedule.put_back(task);
            }
        }
    }

    fn over(&mut self, task: usize) {
        self.ended[task] += 1;
        self.schedule.over(task);
    }
}

/// Tries all orders of events, and says how many there were.
fn explore(problem: &Model) -> usize {
    let mut choices = Choices::default();
    let mut count = 0;
    loop {
        choices.ways.clear();
        let pending = Pending::new(problem).expect("a list of tasks");
        let peer = |alive: &bool| Peer { is_alive: *alive, ..Peer::default() };
        let mut driver = Driver {
            problem,
            schedule: Schedule::new(pending, &problem.alive, problem.max_busy),
            peers: problem.alive.iter().map(peer).collect(),
            choices: &mut choices,
            ended: vec![0; problem.len()],
            deaths: vec![0; problem.len()],
            story: Vec::new(),
        };
        driver.run();
        count += 1;
        if !choices.advance() {
            return count;
        }
    }
}

#[test]
fn no_order_of_events_makes_a_run_wait_for_nobody() {
    let mut count = 0;
    for workers in 1..=3 {
        for tasks in 0..=4 {
            let all_alive = vec![true; workers];
            let row = Model::row(workers, tasks);
            count += explore(&row);
            count += explore(&Model { alive: all_alive.clone(), ..row.clone() });
            count += explore(&Model { alive: all_alive, max_busy: 1, ..row.clone() });
            count += explore(&Model { local: vec![1], large: vec![0, 2], ..row });
        }
    }
    assert!(count > 100_000, "{count}");
}

#[test]
fn no_order_of_events_makes_a_graph_wait_for_nobody() {
    let mut count = 0;
    let diamond: [&[u32]; 4] = [&[], &[0], &[0], &[1, 2]];
    let chain: [&[u32]; 3] = [&[], &[0], &[1]];
    for workers in 1..=3 {
        for needs in [&diamond[..], &chain[..]] {
            let graph = Model::graph(workers, needs);
            count += explore(&graph);
            count += explore(&Model { local: vec![1], ..graph.clone() });
            count += explore(&Model { max_busy: 1, large: vec![2], ..graph });
        }
    }
    assert!(count > 20_000, "{count}");
}

#[test]
fn what_is_not_worth_running_is_passed_over() {
    let problem = Model::row(2, 5);
    let mut schedule = Schedule::new(Pending::new(&problem).unwrap(), &[true, true], 2);
    assert_eq!(schedule.next(|task| task > 2), Step::Give { worker: 0, task: 3 });
    schedule.given(0, 3, false);
    assert_eq!(schedule.next(|_| false), Step::Wait);
    schedule.finished(0, 2);
    assert_eq!(schedule.next(|_| false), Step::Done);
}

#[test]
fn tasks_go_round_before_anybody_gets_a_second_one() {
    let problem = Model::row(3, 6);
    let mut schedule = Schedule::new(Pending::new(&problem).unwrap(), &[true; 3], 3);
    let mut given = Vec::new();
    while let Step::Give { worker, task } = schedule.next(|_| true) {
        schedule.given(worker, task, true);
        given.push((worker, task));
    }
    assert_eq!(given, [(0, 0), (1, 1), (2, 2), (0, 3), (1, 4), (2, 5)]);
}
