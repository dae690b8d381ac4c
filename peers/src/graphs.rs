//! Graphs of small nodes: ours beside one that somebody writes by hand for his own graph, with a counter for each
//! node, on rayon's threads.

use crate::race::{NAP, pooled};
use crate::tasks::{THREADS, rayon_pool, threads};
use abreast::exec::Control;
use abreast::graph::{Delayed, Graph};
use abreast_compare::{AnyGroup, Group};
use rayon::Scope;
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Which nodes read which.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// One after another.
    Chain,
    /// One, all others but one that read it, and one that reads these.
    Fan,
    /// Rows of cells, each of which reads three of the row before.
    Stencil,
}

/// Cells of one row of a stencil.
const ROW: usize = 200;

impl Form {
    /// What node `i` of `n` reads.
    fn reads(self, i: usize, n: usize) -> Vec<usize> {
        match self {
            _ if i == 0 => Vec::new(),
            Form::Chain => vec![i - 1],
            Form::Fan if i + 1 == n => (1..n - 1).collect(),
            Form::Fan => vec![0],
            Form::Stencil if i < ROW => Vec::new(),
            Form::Stencil => {
                let (above, column) = (i - i % ROW - ROW, i % ROW);
                vec![
                    above + column.saturating_sub(1),
                    above + column,
                    above + (column + 1).min(ROW - 1),
                ]
            }
        }
    }
}

/// The value of node `i` from those that it reads.
fn value(i: usize, reads: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = reads.fold((0.0, 0), |(sum, count), x| (sum + x, count + 1));
    if count == 0 { i as f64 } else { sum / f64::from(count) + 1.0 }
}

/// The same graph in both forms.
struct Graphs {
    graph: Graph<'static>,
    wanted: Delayed<f64>,
    counted: Counted,
    result: Cell<f64>,
}

impl Graphs {
    fn new(form: Form, n: usize) -> Graphs {
        let n = n.max(3);
        let graph = Graph::new();
        let mut nodes: Vec<Delayed<f64>> = Vec::with_capacity(n);
        for i in 0..n {
            let reads: Vec<_> = form.reads(i, n).into_iter().map(|j| nodes[j]).collect();
            // One input and three are what a user would write so; a vector of them is for many.
            nodes.push(match reads[..] {
                [] => graph.task("first", (), move |()| value(i, std::iter::empty())),
                [one] => graph.task("next", one, move |x: &f64| value(i, [*x].into_iter())),
                [a, b, c] => {
                    graph.task("three", (a, b, c), move |(a, b, c): (&f64, &f64, &f64)| {
                        value(i, [*a, *b, *c].into_iter())
                    })
                }
                _ => graph
                    .task("many", reads, move |xs: Vec<&f64>| value(i, xs.into_iter().copied())),
            });
        }
        // All nodes are run for the last one, but for a stencil, whose last cell needs a triangle only.
        let wanted = match form {
            Form::Stencil => {
                let row = nodes[n - n.min(ROW)..].to_vec();
                graph.task("last row", row, |xs: Vec<&f64>| xs.into_iter().sum())
            }
            Form::Chain | Form::Fan => nodes[n - 1],
        };
        Graphs { graph, wanted, counted: Counted::new(form, n), result: Cell::new(f64::NAN) }
    }
}

/// A graph as a list of who reads whom, with a counter for each node.
struct Counted {
    form: Form,
    reads: Vec<Vec<usize>>,
    readers: Vec<Vec<usize>>,
    missing: Vec<AtomicU32>,
    values: Vec<AtomicU64>,
}

impl Counted {
    fn new(form: Form, n: usize) -> Counted {
        let reads: Vec<Vec<usize>> = (0..n).map(|i| form.reads(i, n)).collect();
        let mut readers = vec![Vec::new(); n];
        for (i, reads) in reads.iter().enumerate() {
            reads.iter().for_each(|j| readers[*j].push(i));
        }
        let missing = reads.iter().map(|_| AtomicU32::new(0)).collect();
        let values = reads.iter().map(|_| AtomicU64::new(0)).collect();
        Counted { form, reads, readers, missing, values }
    }

    fn run(&self) -> f64 {
        for (missing, reads) in self.missing.iter().zip(&self.reads) {
            missing.store(reads.len() as u32, Ordering::Relaxed);
        }
        rayon::scope(|scope| {
            let first = (0..self.reads.len()).filter(|i| self.reads[*i].is_empty());
            first.for_each(|i| scope.spawn(move |scope| self.node(scope, i)));
        });
        let value = |i: usize| f64::from_bits(self.values[i].load(Ordering::Relaxed));
        let n = self.values.len();
        match self.form {
            Form::Stencil => (n - n.min(ROW)..n).map(value).sum(),
            Form::Chain | Form::Fan => value(n - 1),
        }
    }

    /// Does a node, and then one of those that waited for it; the others are for whoever has time.
    fn node<'s>(&'s self, scope: &Scope<'s>, mut i: usize) {
        loop {
            let reads = self.reads[i]
                .iter()
                .map(|j| f64::from_bits(self.values[*j].load(Ordering::Relaxed)));
            self.values[i].store(value(i, reads).to_bits(), Ordering::Relaxed);
            let mut next = None;
            for &reader in &self.readers[i] {
                if self.missing[reader].fetch_sub(1, Ordering::AcqRel) > 1 {
                    continue;
                }
                match next {
                    None => next = Some(reader),
                    Some(_) => scope.spawn(move |scope| self.node(scope, reader)),
                }
            }
            match next {
                Some(next) => i = next,
                None => return,
            }
        }
    }
}

/// A graph of so many nodes, which is made beforehand.
pub fn graph(name: &str, form: Form, sizes: &[usize]) -> AnyGroup {
    let group = Group::new(name, move |n, _| Graphs::new(form, n)).sizes(sizes.iter().copied());
    let threads = threads();
    let ours = move |g: &Graphs| {
        let done = g.graph.compute(&threads, &Control::default(), g.wanted).expect("no node fails");
        g.result.set(done.value);
    };
    let group = pooled(group, THREADS, NAP, ours, |g: &Graphs| g.result.take());
    let pool = rayon_pool();
    let by_hand = move |g: &Graphs| {
        let counted = &g.counted;
        g.result.set(pool.install(|| counted.run()));
    };
    pooled(group, "counters on rayon", NAP, by_hand, |g: &Graphs| g.result.take()).into()
}
