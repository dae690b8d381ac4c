//! Any tasks, run as a graph.

use super::nodes::{Pieces, Work};
use super::values::Value;
use super::{Delayed, Graph};
use crate::exec::{Control, Event, Executor, Report};
use crate::remote::Message;
use crate::tasks::Fill;
use crate::{Fault, Tasks, memory};
use std::borrow::Cow;
use std::sync::Arc;

/// Runs tasks as the nodes of a [`Graph`] on the executor `E`, joined two at a time by a balanced tree.
///
/// It shows that the graph path gives the same bits and the same faults as any other. Tasks that
/// are a graph already go to `E` as they are.
///
/// ```
/// use abreast::exec::Threads;
/// use abreast::graph::Lowered;
/// use abreast::kernels::dot::Dot;
/// let x = vec![0.1; 300_000];
/// let dot = Dot::job(&x, &x)?.on(&Lowered(Threads::new(2)?))?;
/// assert_eq!(dot, abreast::dot(&x, &x)?);
/// # Ok::<(), abreast::Fault>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Lowered<E>(pub E);

impl<E: Executor> Executor for Lowered<E> {
    fn name(&self) -> String {
        format!("graph:{}", self.width())
    }

    fn width(&self) -> usize {
        self.0.width()
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        if tasks.is_graph() {
            return self.0.run(tasks, control);
        }
        let count = tasks.len();
        // The nodes, the joins, their values and the order to run them in.
        memory::probe::<[u64; 64]>(count, "the nodes of a graph")?;
        let graph = Graph::new();
        let ends = graph.pieces(Arc::new(Borrowed(tasks)), count)?;
        let Some(all) = graph.reduce("join", ends, |(), ()| ()) else {
            return self.0.run(tasks, control);
        };
        // Whoever listens knows nothing of the joins.
        let tell = |event| {
            if let Some(listener) = control.on_event
                && task_of(&event) < count
            {
                listener(event);
            }
        };
        let on_event = control.on_event.map(|_| &tell as &(dyn Fn(Event) + Sync));
        let report = graph.compute(&self.0, &Control { on_event, ..*control }, all)?.report;
        let joins = report.tasks.saturating_sub(count);
        let ran_locally = report.ran_locally.saturating_sub(joins);
        Ok(Report { tasks: report.tasks - joins, ran_locally, ..report })
    }
}

fn task_of(event: &Event) -> usize {
    match event {
        Event::Start { task, .. } | Event::End { task, .. } | Event::Lost { task, .. } => *task,
    }
}

/// Somebody else's tasks. Their faults and panics stay as they are: they name the task.
struct Borrowed<'t>(&'t dyn Tasks);

impl Pieces for Borrowed<'_> {
    fn name(&self, piece: usize) -> Cow<'_, str> {
        self.0.name(piece)
    }

    fn run(&self, _task: usize, piece: usize) -> Result<Value, Fault> {
        self.0.run(piece)?;
        Ok(Box::new(()))
    }

    fn message(&self, piece: usize) -> Option<Message<'_>> {
        self.0.message(piece)
    }

    fn receive(&self, _task: usize, piece: usize, fill: Fill<'_>) -> Result<Value, Fault> {
        self.0.receive(piece, fill)?;
        Ok(Box::new(()))
    }
}

impl<'e> Graph<'e> {
    /// One node for each piece, in order.
    fn pieces(
        &self,
        pieces: Arc<dyn Pieces + 'e>,
        count: usize,
    ) -> Result<Vec<Delayed<()>>, crate::Error> {
        let mut nodes = self.nodes.borrow_mut();
        nodes.reserve(count)?;
        let add = |piece| nodes.push(Work::Piece(Arc::clone(&pieces), piece), 0..0);
        let ends: Vec<u32> = (0..count).map(add).collect();
        Ok(ends.into_iter().map(|node| self.delayed(node)).collect())
    }
}
