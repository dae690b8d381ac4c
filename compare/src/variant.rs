//! A variant: the function under its name, and the loop that calls it.
//!
//! The loop is compiled around the closure, so that a call costs what it costs in a program: no
//! pointer is called in between, and a Rust function may be inlined. The gate and the timing run
//! the same loop, so what was judged is what is timed. An empty call goes through it too.

use crate::agree::{Agree, Leaf, leaves, same_bits};
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

/// Calls of one variant. `run` makes at least one call and returns the last output and the time of
/// the calls alone. At most `batch` outputs or prepared copies are alive at a time.
pub(crate) trait Run<I, O> {
    fn run(&mut self, input: &I, calls: u64, batch: usize) -> (Duration, O);

    /// One call, which `around` makes. What is prepared for it and what is dropped after it is outside.
    fn once(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut()));
}

/// A function from an input to an output.
struct Returning<F>(F);

impl<I, O, F: FnMut(&I) -> O> Run<I, O> for Returning<F> {
    fn run(&mut self, input: &I, calls: u64, batch: usize) -> (Duration, O) {
        if std::mem::needs_drop::<O>() {
            batches(calls, batch, |outputs, now| {
                let start = Instant::now();
                for _ in 0..now {
                    outputs.push((self.0)(black_box(input)));
                }
                black_box(&*outputs);
                start.elapsed()
            })
        } else {
            let start = Instant::now();
            let mut left = calls;
            loop {
                let output = (self.0)(black_box(input));
                black_box(&output);
                left = left.saturating_sub(1);
                if left == 0 {
                    return (start.elapsed(), output);
                }
            }
        }
    }

    fn once(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut())) {
        let mut output = None;
        around(&mut || output = Some((self.0)(black_box(input))));
        black_box(&output);
    }
}

/// A function with a loop of its own.
struct Looped<F>(F);

impl<I, O, F: FnMut(&I, u64, usize) -> (Duration, O)> Run<I, O> for Looped<F> {
    fn run(&mut self, input: &I, calls: u64, batch: usize) -> (Duration, O) {
        (self.0)(input, calls.max(1), batch.max(1))
    }

    fn once(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut())) {
        let mut output = None;
        around(&mut || output = Some((self.0)(input, 1, 1)));
        black_box(&output);
    }
}

/// A function that changes its input, run on copies.
struct InPlace<F>(F);

impl<I: Clone, F: FnMut(&mut I)> Run<I, I> for InPlace<F> {
    fn run(&mut self, input: &I, calls: u64, batch: usize) -> (Duration, I) {
        batches(calls, batch, |copies, now| {
            copies.extend((0..now).map(|_| input.clone()));
            let start = Instant::now();
            for copy in copies.iter_mut() {
                (self.0)(black_box(copy));
            }
            black_box(&*copies);
            start.elapsed()
        })
    }

    fn once(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut())) {
        let mut copy = input.clone();
        around(&mut || (self.0)(black_box(&mut copy)));
        black_box(&copy);
    }
}

/// `calls` calls in batches. Each begins with an empty buffer: what is dropped there is not timed.
fn batches<O>(
    calls: u64,
    batch: usize,
    mut one: impl FnMut(&mut Vec<O>, u64) -> Duration,
) -> (Duration, O) {
    let mut kept = Vec::with_capacity(batch.max(1));
    let (mut took, mut left) = (Duration::ZERO, calls.max(1));
    loop {
        kept.clear();
        let now = left.min(batch.max(1) as u64);
        took += one(&mut kept, now);
        left -= now;
        if left == 0 {
            return (took, kept.pop().expect("a batch has at least one call"));
        }
    }
}

/// The time of so many empty calls.
pub(crate) type Empty<I> = Box<dyn FnMut(&I, u64, usize) -> Duration>;

/// How the timing loop treats a variant: each kind has an empty call of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Returns something that needs no dropping.
    Plain,
    /// Returns something that is dropped outside of the time.
    Kept,
    /// Works on copies that are made and dropped outside of the time.
    InPlace,
}

impl Kind {
    /// The name of the row with its empty call.
    pub(crate) fn empty_name(self) -> &'static str {
        match self {
            Kind::Plain | Kind::Kept => "(empty call)",
            Kind::InPlace => "(empty call in place)",
        }
    }
}

/// A variant under its name.
pub(crate) struct Variant<I, O> {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) call: Box<dyn Run<I, O>>,
    pub(crate) empty: Empty<I>,
    /// For those that several threads may call.
    pub(crate) crowd: Option<Crowd<I>>,
}

/// Calls from several threads at once: what differs from what a call alone returned, in words.
pub(crate) type Crowd<I> = Box<dyn Fn(&I, &[Leaf]) -> Result<Option<String>, String>>;

/// Stands for an output that needs dropping.
struct Dropped;

impl Drop for Dropped {
    fn drop(&mut self) {}
}

impl<I: 'static, O: 'static> Variant<I, O> {
    pub(crate) fn returning(name: String, run: impl FnMut(&I) -> O + 'static) -> Self {
        let (kind, empty): (Kind, Empty<I>) = if std::mem::needs_drop::<O>() {
            let mut empty = Returning(|_: &I| Dropped);
            (Kind::Kept, Box::new(move |input, calls, batch| empty.run(input, calls, batch).0))
        } else {
            let mut empty = Returning(|_: &I| ());
            (Kind::Plain, Box::new(move |input, calls, batch| empty.run(input, calls, batch).0))
        };
        Variant { name, kind, call: Box::new(Returning(run)), empty, crowd: None }
    }
}

impl<I: 'static, O: 'static> Variant<I, O> {
    pub(crate) fn looped(
        name: String,
        in_place: bool,
        run: impl FnMut(&I, u64, usize) -> (Duration, O) + 'static,
        empty: impl FnMut(&I, u64, usize) -> Duration + 'static,
    ) -> Self {
        let kind = if in_place { Kind::InPlace } else { Kind::Plain };
        Variant { name, kind, call: Box::new(Looped(run)), empty: Box::new(empty), crowd: None }
    }
}

impl<I: Clone + 'static> Variant<I, I> {
    pub(crate) fn in_place(name: String, run: impl FnMut(&mut I) + 'static) -> Self {
        let mut empty = InPlace(|_: &mut I| ());
        Variant {
            name,
            kind: Kind::InPlace,
            call: Box::new(InPlace(run)),
            empty: Box::new(move |input, calls, batch| empty.run(input, calls, batch).0),
            crowd: None,
        }
    }
}

impl<I: Sync + 'static, O: Agree + 'static> Variant<I, O> {
    pub(crate) fn shared(name: String, run: impl Fn(&I) -> O + Send + Sync + 'static) -> Self {
        let run = Arc::new(run);
        let together = run.clone();
        let crowd: Crowd<I> = Box::new(move |input, alone| crowd(&*together, input, alone));
        Variant { crowd: Some(crowd), ..Variant::returning(name, move |input| run(input)) }
    }
}

/// Threads that call at once, for how long, and how often at most.
const THREADS: usize = 8;
const TOGETHER: Duration = Duration::from_millis(200);
const MOST_TOGETHER: usize = 10_000;

fn crowd<I: Sync, O: Agree>(
    run: &(impl Fn(&I) -> O + Sync),
    input: &I,
    alone: &[Leaf],
) -> Result<Option<String>, String> {
    let barrier = Barrier::new(THREADS);
    let one = || {
        barrier.wait();
        let began = Instant::now();
        let differs = |_: &usize| {
            let output = leaves(&run(black_box(input)));
            output.len() != alone.len() || output.iter().zip(alone).any(|(a, b)| !same_bits(*a, *b))
        };
        (0..MOST_TOGETHER).take_while(|_| began.elapsed() < TOGETHER).any(|i| differs(&i))
    };
    let differs = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(one)).collect();
        let ended: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        ended.into_iter().collect::<Result<Vec<bool>, _>>()
    });
    let differs = differs.map_err(|_| format!("panicked in one of {THREADS} threads"))?;
    let what = || format!("calls from {THREADS} threads at once gave other bits than a call alone");
    Ok(differs.contains(&true).then(what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    #[test]
    fn every_call_is_made_and_the_last_output_comes_back() {
        let calls = Rc::new(Cell::new(0));
        let count = calls.clone();
        let mut plain = Variant::returning("count".into(), move |step: &u64| {
            count.set(count.get() + step);
            count.get()
        });
        assert_eq!(plain.call.run(&1, 5, 1).1, 5);
        let count = calls.clone();
        let mut kept = Variant::returning("boxed".into(), move |step: &u64| {
            count.set(count.get() + step);
            Box::new(count.get())
        });
        assert_eq!(*kept.call.run(&1, 7, 3).1, 12);
        assert_eq!((plain.kind, kept.kind), (Kind::Plain, Kind::Kept));
    }

    #[test]
    fn in_place_each_call_has_a_copy_of_its_own() {
        let mut variant = Variant::in_place("push".into(), |list: &mut Vec<u8>| list.push(1));
        let input = vec![9];
        assert_eq!(variant.call.run(&input, 10, 4).1, [9, 1]);
        assert_eq!(input, [9]);
    }

    #[test]
    fn a_single_call_is_made_with_nothing_else_around_it() {
        let (made, inside) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
        let (count, now) = (made.clone(), inside.clone());
        let mut kept = Variant::returning("boxed".into(), move |step: &u64| {
            assert!(now.get(), "called outside");
            count.set(count.get() + 1);
            Box::new(*step)
        });
        let mut around = |call: &mut dyn FnMut()| {
            inside.set(true);
            call();
            inside.set(false);
        };
        kept.call.once(&1, &mut around);
        assert_eq!(made.get(), 1);
        /// Copies are made outside of what is looked at.
        struct Outside(Rc<Cell<bool>>);
        impl Clone for Outside {
            fn clone(&self) -> Self {
                assert!(!self.0.get(), "copied inside");
                Outside(self.0.clone())
            }
        }
        let (count, now) = (made.clone(), inside.clone());
        let mut in_place = Variant::in_place("outside".into(), move |_: &mut Outside| {
            assert!(now.get(), "called outside");
            count.set(count.get() + 1);
        });
        in_place.call.once(&Outside(inside.clone()), &mut around);
        let took = |calls| (Duration::from_nanos(calls), ());
        let run = move |(): &(), calls, _: usize| took(calls);
        let mut looped = Variant::looped("loop".into(), false, run, |(), _, _| Duration::ZERO);
        let mut times = 0;
        looped.call.once(&(), &mut |call| {
            times += 1;
            call();
        });
        assert_eq!((made.get(), times), (2, 1));
    }

    #[test]
    fn a_loop_of_its_own_is_told_how_often_and_gives_the_time() {
        let took = |calls| Duration::from_nanos(calls * 2);
        let run = move |add: &u64, calls, batch: usize| (took(calls), add + calls + batch as u64);
        let empty = |_: &u64, calls, _| Duration::from_nanos(calls);
        let mut looped = Variant::looped("loop".into(), true, run, empty);
        assert_eq!(looped.call.run(&100, 0, 0), (took(1), 102), "at least one of each");
        assert_eq!(looped.call.run(&100, 7, 3), (took(7), 110));
        assert_eq!((looped.empty)(&100, 7, 3), Duration::from_nanos(7));
        assert_eq!(looped.kind, Kind::InPlace);
    }

    #[test]
    fn no_more_outputs_are_alive_than_a_batch() {
        struct Counted(Rc<Cell<usize>>, Rc<Cell<usize>>);
        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.set(self.0.get() - 1);
            }
        }
        let (alive, most) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let (a, m) = (alive.clone(), most.clone());
        let mut variant = Variant::returning("counted".into(), move |(): &()| {
            a.set(a.get() + 1);
            m.set(m.get().max(a.get()));
            Counted(a.clone(), m.clone())
        });
        let (_, last) = variant.call.run(&(), 10, 4);
        assert_eq!((alive.get(), last.1.get()), (1, 4));
    }
}
