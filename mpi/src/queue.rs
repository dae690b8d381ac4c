//! Tasks that nobody has been given yet.

use abreast::executor::check_order;
use abreast::{Error, Tasks};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// The tasks that are ready, in ascending order.
pub enum Queue {
    /// All of them, in their order.
    List(Range<usize>),
    /// Those whose needs have ended.
    Graph(Graph),
}

/// A graph on its way.
pub struct Graph {
    ready: BinaryHeap<Reverse<usize>>,
    /// How many needs of each task have not ended.
    left: Vec<u32>,
    /// Who needs each task.
    after: Vec<Vec<usize>>,
}

impl Queue {
    /// All of `tasks`.
    ///
    /// # Errors
    /// As [`check_order`].
    pub fn of(tasks: &dyn Tasks) -> Result<Queue, Error> {
        if !tasks.is_graph() {
            return Ok(Queue::List(0..tasks.len()));
        }
        check_order(tasks)?;
        let mut after = vec![Vec::new(); tasks.len()];
        for i in 0..tasks.len() {
            tasks.needs(i).iter().for_each(|need| after[*need as usize].push(i));
        }
        let left: Vec<u32> = (0..tasks.len()).map(|i| tasks.needs(i).len() as u32).collect();
        let ready = (0..tasks.len()).filter(|i| left[*i] == 0).map(Reverse).collect();
        Ok(Queue::Graph(Graph { ready, left, after }))
    }

    /// Whether tasks need each other.
    pub fn is_graph(&self) -> bool {
        matches!(self, Queue::Graph(_))
    }

    /// How many are ready.
    pub fn len(&self) -> usize {
        match self {
            Queue::List(list) => list.len(),
            Queue::Graph(graph) => graph.ready.len(),
        }
    }

    /// Whether none is ready.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lowest that is ready.
    pub fn first(&self) -> Option<usize> {
        match self {
            Queue::List(list) => (!list.is_empty()).then_some(list.start),
            Queue::Graph(graph) => graph.ready.peek().map(|Reverse(task)| *task),
        }
    }

    /// The first ones are somebody's now: so many of a list, or one.
    pub fn take(&mut self, count: usize) {
        match self {
            Queue::List(list) => list.start += count,
            Queue::Graph(graph) => drop(graph.ready.pop()),
        }
    }

    /// There is no point in running the first one, nor what comes after it.
    pub fn skip(&mut self) {
        match self {
            Queue::List(list) => list.start = list.end,
            Queue::Graph(graph) => drop(graph.ready.pop()),
        }
    }

    /// Tasks have ended: those that need nothing else are ready.
    pub fn ended(&mut self, tasks: Range<usize>) {
        let Queue::Graph(graph) = self else { return };
        for task in tasks.flat_map(|task| std::mem::take(&mut graph.after[task])) {
            graph.left[task] -= 1;
            if graph.left[task] == 0 {
                graph.ready.push(Reverse(task));
            }
        }
    }
}
