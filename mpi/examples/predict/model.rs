//! A model of a run in the manner of LogGP: rank 0 hands out, computes and gathers, and does one thing at a time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// What the model stands on.
pub const ASSUMPTIONS: &[&str] = &[
    "rank 0 does one thing at a time: sending, taking, looking, computing; half of what a chunk of another rank costs \
     it comes before the chunk and half after it",
    "a byte costs rank 0 its price whichever rank it goes to or comes from, and the network never makes anybody wait; \
     between machines it may be slower than within the one that was measured",
    "a short message takes its latency to any rank, and costs who sends or takes it the overhead",
    "each rank computes on one thread, as fast as one does here alone: no rank is slowed down by the memory or the \
     clock that it shares with others",
    "rank 0 has room for all operands and results, and messages above some megabytes cost what one of 32 MiB does",
    "a larger problem has the chunks of the measured one, each several times",
];

/// What messages and chunks cost, in seconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Costs {
    /// From sending a short message until it is there: L + 2 o.
    pub latency: f64,
    /// What a short message costs who sends or takes it: o.
    pub overhead: f64,
    /// Each byte of operands.
    pub byte_out: Byte,
    /// Each byte of results.
    pub byte_in: Byte,
    /// Looking whether a rank has sent something.
    pub look: f64,
    /// The beginning and the end of a run.
    pub run: f64,
    /// A chunk, besides its work, for the rank that does it.
    pub chunk: f64,
    /// A chunk of another rank, for rank 0.
    pub away: f64,
    /// What a rank that waits needs to begin, besides.
    pub wake: f64,
}

/// A byte of a message. In a large one it costs more: its memory is new each time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Byte {
    /// Of a message of about [`Byte::SMALL`] bytes, or fewer.
    pub small: f64,
    /// Of one of about [`Byte::LARGE`] bytes, or more.
    pub large: f64,
}

impl Byte {
    /// Bytes of messages whose price is measured.
    pub const SMALL: u64 = 1 << 20;
    /// The same of large ones.
    pub const LARGE: u64 = 32 << 20;

    /// What so many cost in one message: between the two sizes something in between.
    fn seconds(self, bytes: f64) -> f64 {
        let [small, large] = [Byte::SMALL, Byte::LARGE].map(|bytes| (bytes as f64).ln());
        let part = ((bytes.max(1.0).ln() - small) / (large - small)).clamp(0.0, 1.0);
        bytes * (self.small + part * (self.large - self.small))
    }
}

/// What is computed.
#[derive(Debug, Clone)]
pub struct Work {
    /// The seconds of all chunks before each, and of all.
    before: Vec<f64>,
    /// Bytes of operands that a chunk reads.
    pub reads: f64,
    /// Bytes of its result.
    pub makes: f64,
}

impl Work {
    /// Chunks of these seconds.
    pub fn of(seconds: impl IntoIterator<Item = f64>, reads: f64, makes: f64) -> Work {
        let mut before = vec![0.0];
        before.extend(seconds.into_iter().scan(0.0, |sum, seconds| {
            *sum += seconds;
            Some(*sum)
        }));
        Work { before, reads, makes }
    }

    /// So many chunks of the same kind, in the same order.
    pub fn stretched(&self, chunks: usize) -> Work {
        let seconds = |i| self.seconds(i * self.len() / chunks..i * self.len() / chunks + 1);
        Work::of((0..chunks).map(seconds), self.reads, self.makes)
    }

    /// The seconds of each.
    pub fn each(&self) -> impl Iterator<Item = f64> {
        self.before.windows(2).map(|two| two[1] - two[0])
    }

    /// How many chunks.
    pub fn len(&self) -> usize {
        self.before.len() - 1
    }

    fn seconds(&self, chunks: Range<usize>) -> f64 {
        self.before[chunks.end] - self.before[chunks.start]
    }
}

/// The two schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Static,
    Dynamic,
}

/// Batches that each rank has, what part of its share a batch is, and how long rank 0 computes between two looks: as
/// the schedule `dynamic` has them.
const IN_FLIGHT: usize = 2;
const PART: usize = 8;
const GLANCE: f64 = 20e-6;

/// The seconds of a run on so many ranks.
pub fn predict(kind: Kind, work: &Work, costs: &Costs, ranks: usize) -> f64 {
    let mut run = Run {
        work,
        costs,
        now: costs.run,
        ranks: vec![Rank::default(); ranks],
        arrivals: BinaryHeap::new(),
    };
    match kind {
        Kind::Static => run.fixed(),
        Kind::Dynamic => run.dynamic(),
    }
    run.now
}

struct Run<'r> {
    work: &'r Work,
    costs: &'r Costs,
    /// Rank 0's clock.
    now: f64,
    ranks: Vec<Rank>,
    /// When the results of which batch are at rank 0, and whose: the first to come is on top.
    arrivals: BinaryHeap<Reverse<(Time, usize, usize)>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Rank {
    /// Until when it has something to do.
    busy: f64,
    batches: usize,
    knows_job: bool,
}

/// Seconds that can be put in order.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Time(f64);

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Time) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Time) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Run<'_> {
    fn fixed(&mut self) {
        let (chunks, ranks) = (self.work.len(), self.ranks.len());
        let start = |rank: usize| chunks * rank / ranks;
        for rank in (1..ranks).filter(|rank| start(*rank) < start(rank + 1)) {
            self.send(rank, start(rank)..start(rank + 1));
        }
        self.compute(0..start(1));
        self.look();
        while let Some(Reverse((at, rank, count))) = self.arrivals.pop() {
            self.now = self.now.max(at.0);
            self.take(rank, count);
        }
    }

    fn dynamic(&mut self) {
        let (mut next, all) = (0, self.work.len());
        loop {
            self.look();
            self.take_what_is_there();
            self.hand_out(&mut next);
            if next < all {
                let until = self.now + GLANCE;
                while next < all && self.now < until {
                    self.compute(next..next + 1);
                    next += 1;
                }
            } else if let Some(Reverse((at, ..))) = self.arrivals.peek() {
                self.now = self.now.max(at.0);
            } else {
                return;
            }
        }
    }

    fn take_what_is_there(&mut self) {
        while let Some(Reverse((at, rank, count))) = self.arrivals.peek().copied() {
            if at.0 > self.now {
                return;
            }
            self.arrivals.pop();
            self.take(rank, count);
        }
    }

    fn hand_out(&mut self, next: &mut usize) {
        for depth in 0..IN_FLIGHT {
            for rank in 1..self.ranks.len() {
                let left = self.work.len() - *next;
                if left > 0 && self.ranks[rank].batches == depth {
                    let most = (left / (PART * self.ranks.len())).max(1);
                    self.send(rank, *next..*next + most);
                    *next += most;
                }
            }
        }
    }

    fn send(&mut self, rank: usize, chunks: Range<usize>) {
        let Run { work, costs, .. } = *self;
        let (count, to) = (chunks.len() as f64, &mut self.ranks[rank]);
        // A batch with operands comes with a job of its own.
        let is_told = to.knows_job && work.reads == 0.0;
        let messages = if is_told { 1.0 } else { 2.0 };
        self.now += messages * costs.overhead
            + count * costs.away / 2.0
            + costs.byte_out.seconds(count * work.reads);
        let comes = self.now + costs.latency;
        let begins = if to.busy > comes { to.busy } else { comes + costs.wake };
        to.busy = begins + work.seconds(chunks) + count * costs.chunk + costs.overhead;
        (to.batches, to.knows_job) = (to.batches + 1, true);
        self.arrivals.push(Reverse((Time(to.busy + costs.latency), rank, count as usize)));
    }

    fn take(&mut self, rank: usize, count: usize) {
        let (costs, count) = (self.costs, count as f64);
        self.now += costs.overhead
            + count * costs.away / 2.0
            + costs.byte_in.seconds(count * self.work.makes);
        self.ranks[rank].batches -= 1;
    }

    fn compute(&mut self, chunks: Range<usize>) {
        self.now += chunks.len() as f64 * self.costs.chunk + self.work.seconds(chunks);
    }

    /// Rank 0 looks at each rank that has something to do.
    fn look(&mut self) {
        let busy = self.ranks.iter().filter(|rank| rank.batches > 0).count();
        self.now += busy as f64 * self.costs.look;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COSTS: Costs = Costs {
        latency: 1e-6,
        overhead: 2e-7,
        byte_out: Byte { small: 1e-9, large: 2e-9 },
        byte_in: Byte { small: 1e-9, large: 2e-9 },
        look: 1e-7,
        run: 1e-6,
        chunk: 1e-7,
        away: 4e-7,
        wake: 1e-6,
    };

    fn even(chunks: usize, reads: f64) -> Work {
        Work::of(std::iter::repeat_n(50e-6, chunks), reads, 8.0)
    }

    const BOTH: [Kind; 2] = [Kind::Static, Kind::Dynamic];

    #[test]
    fn one_rank_does_all_the_work_and_sends_nothing() {
        for kind in BOTH {
            let seconds = predict(kind, &even(1000, 1e6), &COSTS, 1);
            assert!((seconds - (1e-6 + 1000.0 * 50.1e-6)).abs() < 1e-9, "{kind:?}: {seconds}");
        }
    }

    #[test]
    fn ranks_bring_at_most_as_much_as_there_are_and_few_bring_nearly_that() {
        let work = even(20_000, 0.0);
        for kind in BOTH {
            let alone = predict(kind, &work, &COSTS, 1);
            for (ranks, least) in [(2, 1.9), (8, 7.0), (100, 20.0), (10_000, 1.0)] {
                let times = alone / predict(kind, &work, &COSTS, ranks);
                assert!(least < times && times <= ranks as f64, "{kind:?} on {ranks}: {times}");
            }
        }
    }

    #[test]
    fn operands_that_take_longer_than_the_work_do_not_pay() {
        let work = even(1000, 1e6);
        for kind in BOTH {
            assert!(predict(kind, &work, &COSTS, 2) > predict(kind, &work, &COSTS, 1), "{kind:?}");
        }
    }

    /// The last ranks have all of the work: equal shares wait for them.
    #[test]
    fn chunks_that_differ_are_for_dynamic() {
        let work = Work::of((0..4000).map(|i| if i < 2000 { 0.0 } else { 1e-4 }), 0.0, 8.0);
        let [fixed, dynamic] = BOTH.map(|kind| predict(kind, &work, &COSTS, 4));
        assert!(fixed > 0.1 && dynamic < 0.06, "{fixed} {dynamic}");
    }

    #[test]
    fn a_stretched_problem_has_the_same_chunks_each_several_times() {
        let work = Work::of([1.0, 2.0, 3.0], 5.0, 7.0).stretched(6);
        assert_eq!(work.before, [0.0, 1.0, 2.0, 4.0, 6.0, 9.0, 12.0]);
        assert_eq!((work.len(), work.reads, work.makes), (6, 5.0, 7.0));
    }
}
