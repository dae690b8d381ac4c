//! What a graph amounts to before anything has run.

use super::Graph;

/// Counts of a whole graph, wanted or not.
///
/// `W` workers cannot finish sooner than `max(work / W, critical_path)` (Graham 1966), however they
/// share the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Nodes.
    pub nodes: usize,
    /// Edges: one for each input of each node.
    pub edges: usize,
    /// The most nodes of equal depth, all of which can run at the same time.
    pub width: usize,
    /// Nodes on the longest path.
    pub depth: usize,
    /// The cost of all nodes, in the units of [`Graph::cost`].
    pub work: u64,
    /// The cost of the dearest path: no number of workers is faster.
    pub critical_path: u64,
}

impl Graph<'_> {
    /// Counts nodes and edges, width and depth, work and the critical path. O(nodes + edges).
    ///
    /// ```
    /// # use abreast::graph::Graph;
    /// let graph = Graph::new();
    /// let ends = [1, 2, 3, 4].map(|i| graph.task("read", (), move |()| i));
    /// graph.cost(ends[2], 10);
    /// graph.reduce("add", ends, |a, b| a + b);
    /// let stats = graph.stats();
    /// assert_eq!((stats.nodes, stats.edges, stats.width, stats.depth), (7, 6, 4, 3));
    /// assert_eq!((stats.work, stats.critical_path), (16, 12));
    /// ```
    pub fn stats(&self) -> Stats {
        let nodes = self.nodes.borrow();
        let depths = self.depths();
        let (mut work, mut edges, mut dearest) = (0u64, 0, vec![0u64; depths.len()]);
        for (i, node) in nodes.list.iter().enumerate() {
            let needs = nodes.needs(i as u32);
            let before = needs.iter().map(|need| dearest[*need as usize]).max().unwrap_or(0);
            dearest[i] = before.saturating_add(node.model.cost);
            work = work.saturating_add(node.model.cost);
            edges += needs.len();
        }
        let depth = depths.iter().max().map_or(0, |deepest| deepest + 1);
        let mut widths = vec![0; depth];
        depths.iter().for_each(|depth| widths[*depth] += 1);
        Stats {
            nodes: depths.len(),
            edges,
            width: widths.into_iter().max().unwrap_or(0),
            depth,
            work,
            critical_path: dearest.into_iter().max().unwrap_or(0),
        }
    }

    /// For each node how many must run before it, one after another.
    pub(super) fn depths(&self) -> Vec<usize> {
        let nodes = self.nodes.borrow();
        let mut depths: Vec<usize> = Vec::with_capacity(nodes.list.len());
        for i in 0..nodes.list.len() as u32 {
            let needs = nodes.needs(i).iter();
            depths.push(needs.map(|need| depths[*need as usize] + 1).max().unwrap_or(0));
        }
        depths
    }
}
