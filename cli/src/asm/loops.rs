//! The loops among executed instructions.

use petgraph::algo::kosaraju_scc;
use petgraph::graphmap::DiGraphMap;
use std::collections::BTreeSet;

/// Instructions that follow each other again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loop {
    /// The one that is executed first, and once in each iteration.
    pub header: u64,
    /// All of them, with those of inner loops and of functions that it calls.
    pub body: BTreeSet<u64>,
    inner: Vec<Loop>,
}

/// The loop that does the most instructions itself: those of its inner loops count for them. `times` says how
/// often an instruction counts, and `edges` which ones follow each other.
pub fn hottest(edges: &[(u64, u64)], times: impl Fn(u64) -> u64) -> Option<Loop> {
    let sum = |body: &BTreeSet<u64>| body.iter().map(|address| times(*address)).sum::<u64>();
    let own = |l: &Loop| sum(&l.body) - l.inner.iter().map(|inner| sum(&inner.body)).sum::<u64>();
    let mut all = nest(edges);
    let mut next = 0;
    while let Some(outer) = all.get(next) {
        let inner = outer.inner.clone();
        all.extend(inner);
        next += 1;
    }
    all.into_iter().filter(|l| times(l.header) > 0).max_by_key(own)
}

/// A loop is a set of instructions each of which can come after each other one. Without the ways back to its
/// header what is left of such sets are its inner loops.
fn nest(edges: &[(u64, u64)]) -> Vec<Loop> {
    let graph = DiGraphMap::<u64, ()>::from_edges(edges);
    let mut loops = Vec::new();
    for component in kosaraju_scc(&graph).into_iter().filter(|component| component.len() > 1) {
        let body: BTreeSet<u64> = component.into_iter().collect();
        let (within, from_outside): (Vec<_>, Vec<_>) =
            edges.iter().filter(|(_, to)| body.contains(to)).partition(|(f, _)| body.contains(f));
        let entered = from_outside.iter().map(|(_, to)| *to).min();
        let Some(header) = entered.or_else(|| body.first().copied()) else { continue };
        let rest: Vec<(u64, u64)> = within.into_iter().filter(|(_, to)| *to != header).collect();
        loops.push(Loop { header, body, inner: nest(&rest) });
    }
    loops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_that_does_the_work_is_found_wherever_it_is_entered() {
        // 1 -> 2 -> 3 -> 4 with an inner loop 2 3 and an outer one 2 3 4; entered at 3, its test.
        let edges = [(1, 3), (2, 3), (3, 2), (3, 4), (4, 3), (4, 5)];
        let found = hottest(&edges, |address| if address == 2 { 100 } else { 10 });
        let found = found.expect("a loop");
        assert_eq!((found.header, Vec::from_iter(found.body)), (3, vec![2, 3, 4]));
        let simple = hottest(&[(1, 2), (2, 3), (3, 2), (3, 4)], |_| 1).expect("a loop");
        assert_eq!((simple.header, Vec::from_iter(simple.body)), (2, vec![2, 3]));
        // An inner loop is preferred when it does more than what is around it.
        let nested = [(1, 2), (2, 3), (3, 4), (4, 3), (4, 5), (5, 2), (5, 6)];
        let hot = |weight: u64| hottest(&nested, |a| if [3, 4].contains(&a) { weight } else { 7 });
        assert_eq!(hot(9).expect("a loop").header, 3);
        assert_eq!(hot(6).expect("a loop").header, 2);
        assert_eq!(hottest(&[(1, 2), (2, 3)], |_| 1), None);
    }
}
