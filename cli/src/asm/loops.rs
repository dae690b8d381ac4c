//! The loops among executed instructions.

use petgraph::algo::kosaraju_scc;
use petgraph::graphmap::DiGraphMap;
use std::collections::BTreeSet;

/// Which instructions come after which.
#[derive(Debug, Default)]
pub struct Flow {
    /// Within a function: what comes after a call is what follows when it returns.
    pub within: Vec<(u64, u64)>,
    /// From a call to the first instruction of what is called.
    pub calls: Vec<(u64, u64)>,
}

/// Instructions that follow each other again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loop {
    /// The one that is executed first, and once in each iteration.
    pub header: u64,
    /// All of them, with those of inner loops and of functions that it calls.
    pub body: BTreeSet<u64>,
}

/// The loop that does the most instructions itself: those of its inner loops count for them. `times` says how
/// often an instruction counts.
pub fn hottest(flow: &Flow, times: impl Fn(u64) -> u64) -> Option<Loop> {
    let mut all = Vec::new();
    nest(&flow.within, &mut all);
    all.iter_mut().for_each(|l| flow.add_called(&mut l.body));
    let own = |l: &&Loop| {
        let inner = |m: &&Loop| m.body.len() < l.body.len() && m.body.is_subset(&l.body);
        let of_inner: BTreeSet<u64> =
            all.iter().filter(inner).flat_map(|m| m.body.iter().copied()).collect();
        l.body.difference(&of_inner).map(|address| times(*address)).sum::<u64>()
    };
    all.iter().filter(|l| times(l.header) > 0).max_by_key(own).cloned()
}

impl Flow {
    /// Adds what the functions consist of that the body calls, and those that they call.
    fn add_called(&self, body: &mut BTreeSet<u64>) {
        let called =
            |from: u64| self.calls.iter().filter(move |(f, _)| *f == from).map(|(_, to)| *to);
        let mut next: Vec<u64> = body.iter().flat_map(|from| called(*from)).collect();
        while let Some(address) = next.pop() {
            if body.insert(address) {
                next.extend(self.within.iter().filter(|(f, _)| *f == address).map(|(_, to)| *to));
                next.extend(called(address));
            }
        }
    }
}

/// A loop is a set of instructions each of which can come after each other one. Without the ways back to its
/// header what is left of such sets are its inner loops.
fn nest(edges: &[(u64, u64)], loops: &mut Vec<Loop>) {
    let graph = DiGraphMap::<u64, ()>::from_edges(edges);
    for component in kosaraju_scc(&graph).into_iter().filter(|component| component.len() > 1) {
        let body: BTreeSet<u64> = component.into_iter().collect();
        let (within, from_outside): (Vec<_>, Vec<_>) =
            edges.iter().filter(|(_, to)| body.contains(to)).partition(|(f, _)| body.contains(f));
        let entered = from_outside.iter().map(|(_, to)| *to).min();
        let Some(header) = entered.or_else(|| body.first().copied()) else { continue };
        let rest: Vec<(u64, u64)> = within.into_iter().filter(|(_, to)| *to != header).collect();
        loops.push(Loop { header, body });
        nest(&rest, loops);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(
        within: &[(u64, u64)],
        calls: &[(u64, u64)],
        times: impl Fn(u64) -> u64,
    ) -> Option<(u64, Vec<u64>)> {
        let flow = Flow { within: within.to_vec(), calls: calls.to_vec() };
        hottest(&flow, times).map(|l| (l.header, Vec::from_iter(l.body)))
    }

    #[test]
    fn the_loop_that_does_the_work_is_found_wherever_it_is_entered() {
        // An inner loop 2 3, entered at 3, its test; and around it 2 3 4.
        let edges = [(1, 3), (2, 3), (3, 2), (3, 4), (4, 3), (4, 5)];
        let weight = |address| if address == 2 { 100 } else { 10 };
        assert_eq!(found(&edges, &[], weight), Some((3, vec![2, 3, 4])));
        let simple = [(1, 2), (2, 3), (3, 2), (3, 4)];
        assert_eq!(found(&simple, &[], |_| 1), Some((2, vec![2, 3])));
        // An inner loop is preferred when it does more than what is around it.
        let nested = [(1, 2), (2, 3), (3, 4), (4, 3), (4, 5), (5, 2), (5, 6)];
        let hot =
            |weight: u64| found(&nested, &[], |a| if [3, 4].contains(&a) { weight } else { 7 });
        assert_eq!(hot(9), Some((3, vec![3, 4])));
        assert_eq!(hot(6), Some((2, vec![2, 3, 4, 5])));
        assert_eq!(found(&[(1, 2), (2, 3)], &[], |_| 1), None);
    }

    #[test]
    fn what_a_loop_calls_belongs_to_it_and_is_no_loop_by_being_called_twice() {
        // 2 and 4 call 10 11, which calls 20; nothing leads back from there.
        let within = [(1, 2), (2, 3), (3, 4), (4, 5), (5, 2), (5, 6), (10, 11)];
        let calls = [(2, 10), (4, 10), (11, 20)];
        let body = vec![2, 3, 4, 5, 10, 11, 20];
        assert_eq!(found(&within, &calls, |_| 1), Some((2, body)));
        // A loop in what is called does its own work.
        let within = [&within[..], &[(11, 10)]].concat();
        let weight = |address| if address >= 10 { 9 } else { 1 };
        assert_eq!(found(&within, &calls, weight), Some((10, vec![10, 11, 20])));
    }
}
