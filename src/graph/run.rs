//! One run of a graph: what the wants need, as tasks for an executor.

use super::nodes::{Nodes, Work};
use super::values::{Reads, Value, Values};
use crate::error::{discard, panic_text};
use crate::remote::Message;
use crate::tasks::{Fill, Model};
use crate::{Fault, Tasks, fpenv};
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// No next node in the chain.
const NONE: u32 = u32::MAX;

/// The nodes that the wants need. A chain of plain nodes is one task.
pub(super) struct Run<'r, 'e> {
    nodes: &'r Nodes<'e>,
    values: Values,
    // The first node of each task, and for each node the one that runs after it in the same task.
    heads: Vec<u32>,
    next: Vec<u32>,
    // The tasks that task i needs are needs[starts[i]..starts[i + 1]].
    needs: Vec<u32>,
    starts: Vec<usize>,
    spoiled: Spoiled,
}

/// The lowest task after which a serial run would have met a panic in a value's `drop`.
///
/// The executor cannot know: by then, that task may have ended well on another thread.
struct Spoiled {
    task: AtomicUsize,
    // The node comes second, so that two such panics in one task have an order too.
    lowest: Mutex<Option<(usize, u32, String)>>,
}

impl<'r, 'e> Run<'r, 'e> {
    pub(super) fn new(nodes: &'r Nodes<'e>, wants: &[u32]) -> Self {
        let readers = readers(nodes, wants);
        let count = readers.len();
        let (mut heads, mut next, mut task_of) = (Vec::new(), vec![NONE; count], vec![NONE; count]);
        let (mut needs, mut starts) = (Vec::new(), vec![0]);
        for node in (0..count as u32).filter(|node| readers[*node as usize] > 0) {
            if let Some(before) = chained(nodes, &readers, node) {
                next[before as usize] = node;
                task_of[node as usize] = task_of[before as usize];
                continue;
            }
            task_of[node as usize] = heads.len() as u32;
            heads.push(node);
            needs.extend(nodes.needs(node).iter().map(|need| task_of[*need as usize]));
            starts.push(needs.len());
        }
        let spoiled = Spoiled { task: AtomicUsize::new(usize::MAX), lowest: Mutex::new(None) };
        Run { nodes, values: Values::new(readers), heads, next, needs, starts, spoiled }
    }

    pub(super) fn values(&self) -> &Values {
        &self.values
    }

    /// How many nodes run.
    pub(super) fn node_count(&self) -> usize {
        (0..self.len()).map(|task| self.chain(task).count()).sum()
    }

    /// The fault that a serial run would have met, if any, once the executor has ended.
    pub(super) fn settle<R>(&self, outcome: Result<R, Fault>) -> Result<R, Fault> {
        let outcome = self.spoiled.outranks(outcome);
        if outcome.is_err() {
            // What was left half-way. A value that panics now says nothing new.
            for node in 0..self.next.len() as u32 {
                let left = self.values.take(node);
                catch_unwind(AssertUnwindSafe(|| drop(left))).unwrap_or_else(discard);
            }
        }
        outcome
    }

    /// The nodes of a task, in order.
    fn chain(&self, task: usize) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(self.heads[task]), |node| self.after(*node))
    }

    /// The node that runs after this one in the same task.
    fn after(&self, node: u32) -> Option<u32> {
        Some(self.next[node as usize]).filter(|next| *next != NONE)
    }

    /// Does the rest of a task, whose first node has made a value: each node reads that of the one before, which
    /// stays here, since nobody else does.
    fn rest(&self, task: usize, head: u32, value: Value) -> Result<(), Fault> {
        let (mut node, mut value) = (head, value);
        // While one makes its value, that of the one before is alive, too.
        self.values.born();
        while let Some(next) = self.after(node) {
            let reads = Reads::of(&self.values, Some((node, &value)));
            let made = self.nodes.run(next, task, &reads);
            // The next node must not suffer for what this one has done.
            fpenv::settle();
            let before = match made {
                Ok(made) => std::mem::replace(&mut value, made),
                Err(fault) => {
                    // A value that panics now says nothing new.
                    catch_unwind(AssertUnwindSafe(|| drop(value))).unwrap_or_else(discard);
                    return Err(fault);
                }
            };
            self.drop_value(node, before, || task);
            node = next;
        }
        self.values.gone();
        self.values.put(node, value);
        Ok(())
    }

    /// Drops what a node was the last to read.
    fn release_needs(&self, node: u32) {
        for need in self.nodes.needs(node) {
            if let Some(value) = self.values.release(*need) {
                self.drop_value(*need, value, || self.last_reader(*need));
            }
        }
    }

    /// Drops a value that nobody will read any more; `reader` is the task that would have read it last.
    fn drop_value(&self, node: u32, value: Value, reader: impl FnOnce() -> usize) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
            let why = panic_text(panic);
            let why = format!("'{}': dropping its value: {why}", self.nodes.name(node));
            self.spoiled.at(reader(), node, why);
        }
    }

    /// The task that reads a node's value last when tasks run in order.
    fn last_reader(&self, value: u32) -> usize {
        let reads = |task: &usize| self.chain(*task).any(|n| self.nodes.needs(n).contains(&value));
        (0..self.len()).rev().find(reads).expect("a value is dropped by a reader")
    }
}

/// How often each node's value is read; a want counts as a reader that never has done. 0 for nodes
/// that need not run.
fn readers(nodes: &Nodes<'_>, wants: &[u32]) -> Vec<u32> {
    let mut readers = vec![0; nodes.list.len()];
    wants.iter().for_each(|want| readers[*want as usize] += 1);
    for node in (0..readers.len()).rev() {
        if readers[node] > 0 {
            nodes.needs(node as u32).iter().for_each(|need| readers[*need as usize] += 1);
        }
    }
    readers
}

/// The node whose task `node` joins, if they are neighbours in a chain.
fn chained(nodes: &Nodes<'_>, readers: &[u32], node: u32) -> Option<u32> {
    let &[before] = nodes.needs(node) else { return None };
    let plain = |node: u32| nodes.list[node as usize].is_plain();
    (readers[before as usize] == 1 && plain(before) && plain(node)).then_some(before)
}

impl Tasks for Run<'_, '_> {
    fn len(&self) -> usize {
        self.heads.len()
    }

    fn is_graph(&self) -> bool {
        true
    }

    fn needs(&self, i: usize) -> &[u32] {
        &self.needs[self.starts[i]..self.starts[i + 1]]
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        if self.spoiled.before(i) {
            return Ok(());
        }
        let head = self.heads[i];
        let made = self.nodes.run(head, i, &Reads::of(&self.values, None))?;
        self.values.born();
        if self.after(head).is_none() {
            self.values.put(head, made);
            self.release_needs(head);
            return Ok(());
        }
        fpenv::settle();
        self.release_needs(head);
        self.rest(i, head, made)
    }

    fn name(&self, i: usize) -> Cow<'_, str> {
        let head = self.nodes.name(self.heads[i]);
        match self.chain(i).skip(1).last() {
            None => head,
            Some(last) if self.next[self.heads[i] as usize] == last => {
                Cow::Owned(format!("{head} > {}", self.nodes.name(last)))
            }
            Some(last) => Cow::Owned(format!("{head} > .. > {}", self.nodes.name(last))),
        }
    }

    fn model(&self, i: usize) -> Model {
        let model = self.nodes.list[self.heads[i] as usize].model;
        let cost = |node| self.nodes.list[node as usize].model.cost;
        Model { cost: self.chain(i).map(cost).fold(0, u64::saturating_add), ..model }
    }

    fn message(&self, i: usize) -> Option<Message<'_>> {
        match &self.nodes.list[self.heads[i] as usize].work {
            Work::Closure(..) => None,
            Work::Piece(pieces, piece) => pieces.message(*piece),
        }
    }

    fn receive(&self, i: usize, fill: Fill<'_>) -> Result<(), Fault> {
        let node = self.heads[i];
        match &self.nodes.list[node as usize].work {
            Work::Closure(..) => {
                Err(Fault::NotShippable { task: i, name: self.name(i).into_owned() })
            }
            Work::Piece(pieces, piece) => {
                let made = pieces.receive(i, *piece, fill)?;
                self.values.born();
                self.values.put(node, made);
                self.release_needs(node);
                Ok(())
            }
        }
    }
}

impl Spoiled {
    /// Whether a serial run would not have come to task `i`.
    fn before(&self, i: usize) -> bool {
        self.task.load(Ordering::Relaxed) < i
    }

    fn at(&self, task: usize, node: u32, why: String) {
        self.task.fetch_min(task, Ordering::Relaxed);
        let mut lowest = self.lowest.lock().unwrap_or_else(|dead| dead.into_inner());
        if lowest.as_ref().is_none_or(|known| (task, node) < (known.0, known.1)) {
            *lowest = Some((task, node, why));
        }
    }

    /// The outcome that a serial run would have had. Within a task a value is dropped before the
    /// next node runs, so of the same task this panic comes first.
    fn outranks<R>(&self, outcome: Result<R, Fault>) -> Result<R, Fault> {
        let mut lowest = self.lowest.lock().unwrap_or_else(|dead| dead.into_inner());
        let Some((task, _, why)) = lowest.take() else { return outcome };
        match outcome {
            Err(Fault::Kernel { task: other, .. } | Fault::Panic { task: other, .. })
            | Err(Fault::Lost { task: other, .. } | Fault::Deadline { task: other, .. })
                if other < task =>
            {
                outcome
            }
            _ => Err(Fault::Panic { task, why }),
        }
    }
}
