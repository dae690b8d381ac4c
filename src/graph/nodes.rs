//! The nodes of a graph, in the order in which they were made.

use super::values::{Reads, Value};
use crate::error::panic_text;
use crate::remote::Message;
use crate::tasks::{Fill, Model};
use crate::{Error, Fault};
use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What a closure of the user's has become.
pub(super) type Closure<'e> = Box<dyn Fn(&Reads<'_>) -> Result<Value, Error> + Send + Sync + 'e>;

/// All nodes. A node's needs are below it, so the order of making is an order to run in.
#[derive(Default)]
pub(super) struct Nodes<'e> {
    pub(super) list: Vec<Node<'e>>,
    // The needs of all nodes, one after another: one allocation, not one per node.
    needs: Vec<u32>,
}

pub(super) struct Node<'e> {
    pub(super) work: Work<'e>,
    pub(super) model: Model,
    needs: Range<usize>,
}

/// What a node does.
pub(super) enum Work<'e> {
    /// Runs where the graph lives.
    Closure(Cow<'static, str>, Closure<'e>),
    /// One piece of something that may also be done elsewhere.
    Piece(Arc<dyn Pieces + 'e>, usize),
}

/// Something in pieces, each of which can run here or, when it has a message, in another process.
/// `task` is the number that faults give.
pub(super) trait Pieces: Send + Sync {
    fn name(&self, piece: usize) -> Cow<'_, str>;
    fn run(&self, task: usize, piece: usize) -> Result<Value, Fault>;
    fn message(&self, piece: usize) -> Option<Message<'_>>;
    fn receive(&self, task: usize, piece: usize, fill: Fill<'_>) -> Result<Value, Fault>;
}

impl<'e> Nodes<'e> {
    /// The needs that `list` adds, for the node that is pushed next.
    pub(super) fn needs_of(&mut self, list: impl FnOnce(&mut Vec<u32>)) -> Range<usize> {
        let begin = self.needs.len();
        list(&mut self.needs);
        begin..self.needs.len()
    }

    /// Adds a node and gives its number.
    pub(super) fn push(&mut self, work: Work<'e>, needs: Range<usize>) -> u32 {
        let number = u32::try_from(self.list.len()).expect("a graph has fewer than 2^32 nodes");
        self.list.push(Node { work, model: Model::default(), needs });
        number
    }

    /// Makes room for `count` nodes with as many needs.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is not enough.
    pub(super) fn reserve(&mut self, count: usize) -> Result<(), Error> {
        let nodes = self.list.try_reserve(count);
        nodes.and_then(|()| self.needs.try_reserve(count)).map_err(|_| Error::Memory {
            bytes: count.saturating_mul(size_of::<Node<'_>>() + size_of::<u32>()),
            purpose: "the nodes of a graph",
        })
    }

    pub(super) fn needs(&self, node: u32) -> &[u32] {
        &self.needs[self.list[node as usize].needs.clone()]
    }

    pub(super) fn name(&self, node: u32) -> Cow<'_, str> {
        match &self.list[node as usize].work {
            Work::Closure(name, _) => Cow::Borrowed(name),
            Work::Piece(pieces, piece) => pieces.name(*piece),
        }
    }

    /// Does one node as part of task `task`.
    pub(super) fn run(&self, node: u32, task: usize, reads: &Reads<'_>) -> Result<Value, Fault> {
        match &self.list[node as usize].work {
            Work::Closure(name, f) => named(name, task, || f(reads)),
            Work::Piece(pieces, piece) => pieces.run(task, *piece),
        }
    }
}

impl Node<'_> {
    /// Whether it may share a task with its neighbour: nobody wants to see it alone.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.work, Work::Closure(..)) && self.model == Model::default()
    }
}

/// Runs `f`, whose error or panic becomes a fault that names the node.
pub(super) fn named<T>(
    name: &str,
    task: usize,
    f: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Fault> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(why)) => {
            let why = Error::Node { node: name.to_owned(), why: Box::new(why) };
            Err(Fault::Kernel { task, why })
        }
        Err(panic) => Err(Fault::Panic { task, why: format!("'{name}': {}", panic_text(panic)) }),
    }
}
