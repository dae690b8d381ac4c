//! A named kernel in a graph: one node per chunk, which may be shipped, and one that finishes.

use super::nodes::{Pieces, Work, named};
use super::values::{Held, Reads, Value};
use super::{Delayed, Graph};
use crate::kernel::{Job, Kernel, Layout};
use crate::remote::{JobSpec, Message};
use crate::tasks::Fill;
use crate::{Error, Fault};
use bytemuck::allocation::try_zeroed_vec;
use std::borrow::Cow;
use std::sync::Arc;

/// A job whose chunks are nodes.
struct Call<'e, K: Kernel> {
    job: Job<'e, K>,
    spec: JobSpec<'e>,
}

impl<'e> Graph<'e> {
    /// Calls a kernel: one node per chunk of its plan, named `dot 0`, `dot 1`, and one named `dot`
    /// that finishes at home as every other executor does, so the bits agree.
    ///
    /// The chunks may run in worker processes. An in-place kernel begins with zeros. Each chunk's items
    /// are copied once when they are put together.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is no room for so many nodes.
    ///
    /// ```
    /// use abreast::exec::{Control, Threads};
    /// use abreast::graph::Graph;
    /// use abreast::kernels::dot::Dot;
    /// let x = vec![0.1f64; 200_000];
    /// let graph = Graph::new();
    /// let dot = graph.call(Dot::job(&x, &x)?)?;
    /// let norm = graph.task("root", dot, |dot| dot.sqrt());
    /// let norm = graph.compute(&Threads::new(2)?, &Control::default(), norm)?.value;
    /// assert_eq!(norm, abreast::dot(&x, &x)?.sqrt());
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn call<K: Kernel>(&self, job: Job<'e, K>) -> Result<Delayed<K::Output>, Error>
    where
        K::Output: Send + Sync + 'static,
    {
        let chunks = job.plan().len();
        let spec = job.spec();
        let call = Arc::new(Call { job, spec });
        let mut nodes = self.nodes.borrow_mut();
        nodes.reserve(chunks.saturating_add(1))?;
        let first = nodes.list.len() as u32;
        for chunk in 0..chunks {
            nodes.push(Work::Piece(call.clone(), chunk), 0..0);
        }
        let after = nodes.list.len() as u32;
        let finish = move |reads: &Reads<'_>| {
            let parts: Vec<Held<'_>> = (first..after).map(|node| reads.hold(node)).collect();
            let parts: Vec<&[K::Item]> =
                parts.iter().map(|part| &part.get::<Vec<_>>()[..]).collect();
            Ok(Box::new(call.finish(&parts)?) as Value)
        };
        let work = Work::Closure(K::NAME.into(), Box::new(finish));
        let needs = nodes.needs_of(|needs| needs.extend(first..after));
        let node = nodes.push(work, needs);
        Ok(self.delayed(node))
    }
}

impl<K: Kernel> Call<'_, K> {
    fn blank(&self, items: usize) -> Result<Vec<K::Item>, Error> {
        try_zeroed_vec(items).map_err(|()| Error::Memory {
            bytes: items.saturating_mul(size_of::<K::Item>()),
            purpose: "a chunk's output",
        })
    }

    fn finish(&self, parts: &[&[K::Item]]) -> Result<K::Output, Error> {
        let mut items = Vec::new();
        items.try_reserve_exact(self.job.items()).map_err(|_| Error::Memory {
            bytes: self.job.items().saturating_mul(size_of::<K::Item>()),
            purpose: "the output",
        })?;
        parts.iter().for_each(|part| items.extend_from_slice(part));
        Ok(self.job.finish(Cow::Owned(items)))
    }
}

impl<K: Kernel> Pieces for Call<'_, K> {
    fn name(&self, piece: usize) -> Cow<'_, str> {
        Cow::Owned(format!("{} {piece}", K::NAME))
    }

    fn run(&self, task: usize, piece: usize) -> Result<Value, Fault> {
        named(&self.name(piece), task, || {
            let mut items = self.blank(self.job.share(piece))?;
            self.job.chunk(piece, &mut items)?;
            Ok(Box::new(items) as Value)
        })
    }

    fn message(&self, piece: usize) -> Option<Message<'_>> {
        let bytes = self.job.share(piece) * size_of::<K::Item>();
        let start = (K::LAYOUT == Layout::InPlace).then(|| vec![0; bytes]);
        Some(Message { job: &self.spec, chunk: piece, bytes, start })
    }

    fn receive(&self, task: usize, piece: usize, fill: Fill<'_>) -> Result<Value, Fault> {
        let blank = self.blank(self.job.share(piece));
        let mut items = blank.map_err(|why| Fault::Kernel { task, why })?;
        fill(bytemuck::cast_slice_mut(&mut items))?;
        Ok(Box::new(items) as Value)
    }
}
