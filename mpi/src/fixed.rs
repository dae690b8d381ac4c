//! The schedule `static`: each rank has one range of the tasks.

use crate::idle::Idle;
use crate::run::{Batch, Run, Sent};
use abreast::Fault;
use std::ops::Range;

/// Does all tasks, if they are the chunks of one job; if not, none of them, and says so.
pub fn all(run: &mut Run<'_>) -> bool {
    let widths: Vec<usize> = run.slots.iter().map(Range::len).collect();
    let ranges = ranges(run.tasks.len(), &widths);
    let Some(batches) = batches(run, &ranges) else { return false };
    let mut sent: Vec<(usize, Sent)> =
        batches.into_iter().filter_map(|(rank, batch)| send(run, rank, batch)).collect();
    // A job that is large goes on its way only while this rank looks after it.
    run.team.post.borrow_mut().flush();
    run.here(ranges[0].clone());
    let mut idle = Idle::default();
    while !sent.is_empty() {
        let before = sent.len();
        sent.retain(|(rank, sent)| !took(run, *rank, sent));
        match sent.len() < before {
            true => idle.reset(),
            false => idle.pause(run.team.post.borrow_mut().is_moving()),
        }
    }
    true
}

/// The other ranks' shares; none when one of them is not neighbouring chunks of one job.
fn batches<'r>(run: &Run<'r>, ranges: &[Range<usize>]) -> Option<Vec<(usize, Batch<'r>)>> {
    let others = ranges.iter().enumerate().skip(1).filter(|(_, range)| !range.is_empty());
    let batch = |(rank, range): (usize, &Range<usize>)| {
        let batch = run.batch(range.start, range.len())?;
        (batch.tasks == *range).then_some((rank, batch))
    };
    match run.tasks.is_graph() {
        true => None,
        false => others.map(batch).collect(),
    }
}

fn send<'r>(run: &mut Run<'r>, rank: usize, batch: Batch<'r>) -> Option<(usize, Sent)> {
    let first = batch.tasks.start;
    if !run.state.goes_on(first) {
        return None;
    }
    match run.send(rank, batch) {
        Ok(sent) => {
            run.began(&sent);
            Some((rank, sent))
        }
        Err(why) => {
            run.state.failed(first, Fault::Refused(why));
            None
        }
    }
}

fn took(run: &Run<'_>, rank: usize, sent: &Sent) -> bool {
    let message = run.team.post.borrow_mut().poll(rank);
    let Some((head, body)) = message else { return false };
    run.took(rank, sent, &head, body.as_slice());
    true
}

/// Neighbouring ranges of `len` tasks, in proportion to these widths.
fn ranges(len: usize, widths: &[usize]) -> Vec<Range<usize>> {
    let all = widths.iter().sum::<usize>() as u128;
    let (mut first, mut sum) = (0, 0);
    let range = |width: &usize| {
        sum += *width as u128;
        let start = first;
        first = (len as u128 * sum / all) as usize;
        start..first
    };
    widths.iter().map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_all_tasks_by_width() {
        assert_eq!(ranges(10, &[1, 1, 1]), [0..3, 3..6, 6..10]);
        assert_eq!(ranges(2, &[1, 1, 1]), [0..0, 0..1, 1..2]);
        assert_eq!(ranges(12, &[2, 0, 4]), [0..4, 4..4, 4..12]);
        for len in 0..50 {
            let all: Vec<usize> = ranges(len, &[3, 1, 4, 1, 5]).into_iter().flatten().collect();
            assert_eq!(all, (0..len).collect::<Vec<_>>());
        }
    }
}
