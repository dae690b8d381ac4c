//! A lazy graph: describe the work, look at it, then run what a result needs on any executor.
//!
//! A [`Graph`] is made of *nodes*: closures, and chunks of [named kernels](Graph::call). Each gives a
//! [`Delayed`], a promise that later nodes take as input; that one reads the other is an *edge*. A
//! promise can only name nodes that exist already, so a cycle cannot be written. Nothing runs
//! until [`Graph::compute`], and then:
//!
//! - only what the wanted values need runs, each node once, however many read it;
//! - a value reaches its readers as `&T` and is dropped after the last of them;
//! - a chain of nodes, each the only input of the next and read by nobody else, runs as one task;
//! - kernels may run in worker processes, closures run where the graph lives;
//! - a node that fails or panics ends the run with the [`Fault`] that running the
//!   tasks one after another would have met, and the fault names the node.
//!
//! ```
//! use abreast::exec::{Control, Threads};
//! use abreast::graph::Graph;
//! let graph = Graph::new();
//! let squares: Vec<_> =
//!     (1..=4).map(|i| graph.task(format!("square {i}"), (), move |()| i * i)).collect();
//! let sum = graph.reduce("add", squares, |a, b| a + b).expect("there are some");
//! let mean = graph.task("mean", sum, |sum| f64::from(*sum) / 4.0);
//! let done = graph.compute(&Threads::new(2)?, &Control::default(), mean)?;
//! assert_eq!(done.value, 7.5);
//! assert_eq!(done.nodes, 4 + 3 + 1);
//! # Ok::<(), abreast::Fault>(())
//! ```
//!
//! Building a node and running it take some hundred nanoseconds each (`cargo bench --bench graph`), so let a node
//! do at least some microseconds of work.

mod call;
mod inputs;
mod lowered;
mod nodes;
mod picture;
mod run;
mod stats;
mod values;

pub use inputs::Inputs;
pub use lowered::Lowered;
pub use stats::Stats;

use crate::exec::{Control, Executor, Report};
use crate::plan::fold;
use crate::{Error, Fault};
use inputs::Ticket;
use nodes::{Nodes, Work};
use run::Run;
use std::borrow::Cow;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use values::{Reads, Value};

/// Work that is described first and run later. See the [module](self).
///
/// What its nodes borrow must live longer than the graph: declare it before.
pub struct Graph<'e> {
    // Tells promises of different graphs apart.
    id: u32,
    nodes: RefCell<Nodes<'e>>,
}

/// The promise of a `T`: a node of a graph. It is a number, so copies are free.
pub struct Delayed<T> {
    ticket: Ticket,
    makes: PhantomData<fn() -> T>,
}

impl<T> Clone for Delayed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Delayed<T> {}

impl<T> std::fmt::Debug for Delayed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Delayed({})", self.ticket.node)
    }
}

/// What a run gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Computed<T> {
    /// What was wanted.
    pub value: T,
    /// How many nodes ran: those that the wants need.
    pub nodes: usize,
    /// The most values that were alive at the same time. On one thread the same in every run.
    pub peak_live: usize,
    /// What the executor says. It counts tasks, each of which is a node or a chain of nodes.
    pub report: Report,
}

impl Default for Graph<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'e> Graph<'e> {
    /// A graph without nodes.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Graph { id: NEXT.fetch_add(1, Ordering::Relaxed), nodes: RefCell::default() }
    }

    /// Adds a node that calls `f` with references to its inputs: `()`, `&T`, a `Vec` of
    /// references, or a tuple of these; see [`Inputs`].
    ///
    /// `f` is `Fn`, so the node can be computed again. Two calls may give different values only if
    /// you want results to depend on how often you compute.
    ///
    /// # Panics
    /// When an input is a promise of another graph.
    ///
    /// ```
    /// # use abreast::{exec::{Control, Serial}, graph::Graph};
    /// let graph = Graph::new();
    /// let (a, b) = (graph.task("a", (), |()| 2), graph.task("b", (), |()| "xyz"));
    /// let repeat = graph.task("repeat", (a, b), |(a, b)| b.repeat(*a));
    /// let lengths = graph.task("lengths", vec![repeat, repeat], |all| all[0].len() + all[1].len());
    /// assert_eq!(graph.compute(&Serial, &Control::default(), lengths)?.value, 12);
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    #[track_caller]
    pub fn task<I: Inputs, T: Send + Sync + 'static>(
        &self,
        name: impl Into<Cow<'static, str>>,
        inputs: I,
        f: impl for<'a> Fn(I::Out<'a>) -> T + Send + Sync + 'e,
    ) -> Delayed<T> {
        self.node(name.into(), inputs, move |inputs| Ok(f(inputs)))
    }

    /// As [`Graph::task`], for a closure that may fail. A run that meets the error ends with
    /// [`Fault::Kernel`], whose [`Error::Node`] names the node.
    ///
    /// # Panics
    /// When an input is a promise of another graph.
    #[track_caller]
    pub fn try_task<I: Inputs, T: Send + Sync + 'static>(
        &self,
        name: impl Into<Cow<'static, str>>,
        inputs: I,
        f: impl for<'a> Fn(I::Out<'a>) -> Result<T, Error> + Send + Sync + 'e,
    ) -> Delayed<T> {
        self.node(name.into(), inputs, f)
    }

    #[track_caller]
    fn node<I: Inputs, T: Send + Sync + 'static>(
        &self,
        name: Cow<'static, str>,
        inputs: I,
        f: impl for<'a> Fn(I::Out<'a>) -> Result<T, Error> + Send + Sync + 'e,
    ) -> Delayed<T> {
        let foreign = self.foreign(&inputs);
        assert!(foreign.is_none(), "an input of '{name}' is a promise of another graph");
        let mut nodes = self.nodes.borrow_mut();
        // The promises are in the closure from here on, so their numbers are read first.
        let needs = nodes.needs_of(|needs| inputs.each(&mut |ticket| needs.push(ticket.node)));
        let work = move |reads: &Reads<'_>| {
            let held = inputs.hold(reads);
            Ok(Box::new(f(I::view(&held))?) as Value)
        };
        let node = nodes.push(Work::Closure(name, Box::new(work)), needs);
        drop(nodes);
        self.delayed(node)
    }

    fn delayed<T>(&self, node: u32) -> Delayed<T> {
        Delayed { ticket: Ticket { graph: self.id, node }, makes: PhantomData }
    }

    /// A promise of a list from a list of promises, in their order. Of none it is an empty list.
    ///
    /// # Panics
    /// When one is a promise of another graph.
    #[track_caller]
    pub fn gather<T: Clone + Send + Sync + 'static>(
        &self,
        parts: Vec<Delayed<T>>,
    ) -> Delayed<Vec<T>> {
        self.task("gather", parts, |parts| parts.into_iter().cloned().collect())
    }

    /// Combines `parts` in order, two at a time, by the tree of [`plan::fold`](fold): the same bits as
    /// folding the values themselves. `None` when there are no parts.
    ///
    /// # Panics
    /// When one is a promise of another graph.
    #[track_caller]
    pub fn reduce<T: Send + Sync + 'static>(
        &self,
        name: impl Into<Cow<'static, str>>,
        parts: impl IntoIterator<Item = Delayed<T>>,
        f: impl Fn(&T, &T) -> T + Send + Sync + 'e,
    ) -> Option<Delayed<T>> {
        let (name, f) = (name.into(), Arc::new(f));
        fold(parts, |a, b| {
            let f = Arc::clone(&f);
            self.task(name.clone(), (a, b), move |(a, b)| f(a, b))
        })
    }

    /// Runs what `want` needs on `place` and gives its value.
    ///
    /// # Errors
    /// [`Fault::Refused`] when `want` is a promise of another graph. [`Fault::Kernel`] or
    /// [`Fault::Panic`] from the first node that fails or whose value panics while it is dropped; its
    /// `task` counts the tasks of this run, its text names the node. Otherwise what the executor says.
    pub fn compute<T: Send + Sync + 'static>(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        want: Delayed<T>,
    ) -> Result<Computed<T>, Fault> {
        self.compute_all(executor, control, want)
    }

    /// As [`Graph::compute`] for several wants in one run: what they share runs once. The values
    /// come in the shape of the wants: a tuple of promises gives a tuple, a `Vec` gives a `Vec`.
    ///
    /// # Errors
    /// As [`Graph::compute`], and [`Fault::Refused`] when a promise is wanted twice: its value can be
    /// moved out once.
    ///
    /// ```
    /// # use abreast::{exec::{Control, Serial}, graph::Graph};
    /// let graph = Graph::new();
    /// let x = graph.task("x", (), |()| vec![3.0, 1.0, 2.0]);
    /// let count = graph.task("count", x, |x| x.len());
    /// let sum = graph.task("sum", x, |x| x.iter().sum::<f64>());
    /// let done = graph.compute_all(&Serial, &Control::default(), (sum, count))?;
    /// assert_eq!((done.value, done.nodes), ((6.0, 3), 3));
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn compute_all<W: Inputs>(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        wants: W,
    ) -> Result<Computed<W::Owned>, Fault> {
        let nodes = self.nodes.borrow();
        let run = Run::new(&nodes, &self.wanted(&wants)?);
        let report = run.settle(executor.run(&run, control))?;
        let (nodes, peak_live) = (run.node_count(), run.values().peak());
        Ok(Computed { value: wants.take(run.values()), nodes, peak_live, report })
    }

    /// The nodes wanted, each once.
    fn wanted(&self, wants: &impl Inputs) -> Result<Vec<u32>, Error> {
        if let Some(node) = self.foreign(wants) {
            return Err(Error::argument("want", node, "is a promise of another graph"));
        }
        let mut list = Vec::new();
        wants.each(&mut |ticket| list.push(ticket.node));
        let mut sorted = list.clone();
        sorted.sort_unstable();
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            let name = self.nodes.borrow().name(twice[0]).into_owned();
            return Err(Error::argument("want", name, "is wanted twice: clone the value instead"));
        }
        Ok(list)
    }

    /// The number of the first promise that is not of this graph.
    fn foreign(&self, inputs: &impl Inputs) -> Option<u32> {
        let mut foreign = None;
        inputs.each(&mut |ticket| {
            if ticket.graph != self.id && foreign.is_none() {
                foreign = Some(ticket.node);
            }
        });
        foreign
    }

    /// Says how long a node takes, in units of the model's own: what [`Stats::critical_path`] adds up
    /// and a simulation runs. 1 unless said.
    ///
    /// A node with a cost or a resource is always a task of its own.
    ///
    /// # Panics
    /// When it is a promise of another graph.
    #[track_caller]
    pub fn cost<T>(&self, node: Delayed<T>, units: u64) {
        self.modelled(node, |model| model.cost = units);
    }

    /// Says that a node occupies something of which there is one, such as "the stove", while it runs.
    ///
    /// # Panics
    /// When it is a promise of another graph.
    #[track_caller]
    pub fn occupies<T>(&self, node: Delayed<T>, resource: &'static str) {
        self.modelled(node, |model| model.resource = Some(resource));
    }

    /// Says that nobody need stand by while a node runs, as while a pot simmers.
    ///
    /// # Panics
    /// When it is a promise of another graph.
    #[track_caller]
    pub fn unattended<T>(&self, node: Delayed<T>) {
        self.modelled(node, |model| model.attended = false);
    }

    #[track_caller]
    fn modelled<T>(&self, node: Delayed<T>, change: impl FnOnce(&mut crate::tasks::Model)) {
        assert_eq!(node.ticket.graph, self.id, "a promise of another graph");
        change(&mut self.nodes.borrow_mut().list[node.ticket.node as usize].model);
    }
}
