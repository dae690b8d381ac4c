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

/// Calls of one variant.
pub(crate) trait Run<I, O> {
    /// Makes at least one call and returns the last output and the time of the calls alone. The inputs are taken
    /// in turn, from the first one on. At most `batch` outputs or prepared copies are alive at a time; `ready` is
    /// called when all is prepared, each time before the clock is read.
    fn run(&mut self, inputs: &[I], calls: u64, batch: usize, ready: Ready<'_>) -> (Duration, O);

    /// One call on one input.
    fn once(&mut self, input: &I) -> (Duration, O) {
        self.run(std::slice::from_ref(input), 1, 1, &mut || ())
    }

    /// One call, which `around` makes. What is prepared for it and what is dropped after it is outside.
    fn within(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut()));
}

/// What is done right before the clock is read.
pub(crate) type Ready<'r> = &'r mut dyn FnMut();

/// A function from an input to an output.
struct Returning<F>(F);

impl<I, O, F: FnMut(&I) -> O> Run<I, O> for Returning<F> {
    fn run(&mut self, inputs: &[I], calls: u64, batch: usize, ready: Ready<'_>) -> (Duration, O) {
        if std::mem::needs_drop::<O>() {
            batches(calls, batch, |outputs, made, now| {
                let mut turn = Turn::after(made, inputs);
                ready();
                let start = Instant::now();
                for _ in 0..now {
                    outputs.push((self.0)(black_box(turn.next())));
                }
                black_box(&*outputs);
                start.elapsed()
            })
        } else {
            let mut turn = Turn::after(0, inputs);
            let mut left = calls;
            ready();
            let start = Instant::now();
            loop {
                let output = (self.0)(black_box(turn.next()));
                black_box(&output);
                left = left.saturating_sub(1);
                if left == 0 {
                    return (start.elapsed(), output);
                }
            }
        }
    }

    fn within(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut())) {
        let mut output = None;
        around(&mut || output = Some((self.0)(black_box(input))));
        black_box(&output);
    }
}

/// Whose turn it is. What this takes is part of what an empty call takes.
struct Turn<'i, I> {
    all: &'i [I],
    rest: std::slice::Iter<'i, I>,
}

impl<'i, I> Turn<'i, I> {
    /// After so many calls.
    fn after(made: u64, all: &'i [I]) -> Self {
        Turn { all, rest: all[(made % all.len() as u64) as usize..].iter() }
    }

    #[inline(always)]
    fn next(&mut self) -> &'i I {
        if let Some(input) = self.rest.next() {
            return input;
        }
        self.rest = self.all[1..].iter();
        &self.all[0]
    }
}

/// A function with a loop of its own.
struct Looped<F>(F);

impl<I, O, F: FnMut(&I, u64, usize) -> (Duration, O)> Run<I, O> for Looped<F> {
    fn run(&mut self, inputs: &[I], calls: u64, batch: usize, ready: Ready<'_>) -> (Duration, O) {
        if let [input] = inputs {
            ready();
            return (self.0)(input, calls.max(1), batch.max(1));
        }
        // The loop knows one input, so each call has a loop and its time is taken alone.
        let mut took = Duration::ZERO;
        let mut one = |input| {
            ready();
            let (time, output) = (self.0)(input, 1, 1);
            took += time;
            output
        };
        let turns = inputs.iter().cycle().take(calls.max(1) as usize);
        let last = turns.map(&mut one).last().expect("at least one call");
        (took, last)
    }

    fn within(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut())) {
        let mut output = None;
        around(&mut || output = Some((self.0)(input, 1, 1)));
        black_box(&output);
    }
}

/// A function that changes its input, run on copies.
struct InPlace<F>(F);

impl<I: Clone, F: FnMut(&mut I)> Run<I, I> for InPlace<F> {
    fn run(&mut self, inputs: &[I], calls: u64, batch: usize, ready: Ready<'_>) -> (Duration, I) {
        batches(calls, batch, |copies, made, now| {
            let from = (made % inputs.len() as u64) as usize;
            copies.extend(inputs.iter().cycle().skip(from).take(now as usize).cloned());
            ready();
            let start = Instant::now();
            for copy in copies.iter_mut() {
                (self.0)(black_box(copy));
            }
            black_box(&*copies);
            start.elapsed()
        })
    }

    fn within(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut())) {
        let mut copy = input.clone();
        around(&mut || (self.0)(black_box(&mut copy)));
        black_box(&copy);
    }
}

/// `calls` calls in batches. Each begins with an empty buffer: what is dropped there is not timed. `one` is told
/// how many calls were made before, and how many it is to make.
fn batches<O>(
    calls: u64,
    batch: usize,
    mut one: impl FnMut(&mut Vec<O>, u64, u64) -> Duration,
) -> (Duration, O) {
    let mut kept = Vec::with_capacity(batch.max(1));
    let (mut took, mut made, calls) = (Duration::ZERO, 0, calls.max(1));
    loop {
        kept.clear();
        let now = (calls - made).min(batch.max(1) as u64);
        took += one(&mut kept, made, now);
        made += now;
        if made == calls {
            return (took, kept.pop().expect("a batch has at least one call"));
        }
    }
}

/// The time of so many empty calls, made as those of [`Run::run`].
pub(crate) type Empty<I> = Box<dyn FnMut(&[I], u64, usize, Ready<'_>) -> Duration>;

/// The empty call of a kind.
fn empty<I, O>(mut call: impl Run<I, O> + 'static) -> Empty<I> {
    Box::new(move |inputs, calls, batch, ready| call.run(inputs, calls, batch, ready).0)
}

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
            (Kind::Kept, empty(Returning(|_: &I| Dropped)))
        } else {
            (Kind::Plain, empty(Returning(|_: &I| ())))
        };
        Variant { name, kind, call: Box::new(Returning(run)), empty, crowd: None }
    }
}

impl<I: 'static, O: 'static> Variant<I, O> {
    pub(crate) fn looped(
        name: String,
        in_place: bool,
        run: impl FnMut(&I, u64, usize) -> (Duration, O) + 'static,
        mut nothing: impl FnMut(&I, u64, usize) -> Duration + 'static,
    ) -> Self {
        let kind = if in_place { Kind::InPlace } else { Kind::Plain };
        let nothing = move |input: &I, calls, batch| (nothing(input, calls, batch), ());
        let (call, empty) = (Box::new(Looped(run)), empty(Looped(nothing)));
        Variant { name, kind, call, empty, crowd: None }
    }
}

impl<I: Clone + 'static> Variant<I, I> {
    pub(crate) fn in_place(name: String, run: impl FnMut(&mut I) + 'static) -> Self {
        let (call, empty) = (Box::new(InPlace(run)), empty(InPlace(|_: &mut I| ())));
        Variant { name, kind: Kind::InPlace, call, empty, crowd: None }
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
const MAX_TOGETHER: usize = 10_000;

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
        (0..MAX_TOGETHER).take_while(|_| began.elapsed() < TOGETHER).any(|i| differs(&i))
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

    fn calls_of<I: 'static, O>(
        variant: &mut Variant<I, O>,
        inputs: &[I],
        calls: u64,
        batch: usize,
    ) -> O {
        variant.call.run(inputs, calls, batch, &mut || ()).1
    }

    #[test]
    fn every_call_is_made_and_the_last_output_comes_back() {
        let calls = Rc::new(Cell::new(0));
        let count = calls.clone();
        let mut plain = Variant::returning("count".into(), move |step: &u64| {
            count.set(count.get() + step);
            count.get()
        });
        assert_eq!(calls_of(&mut plain, &[1], 5, 1), 5);
        let count = calls.clone();
        let mut kept = Variant::returning("boxed".into(), move |step: &u64| {
            count.set(count.get() + step);
            Box::new(count.get())
        });
        assert_eq!(*calls_of(&mut kept, &[1], 7, 3), 12);
        assert_eq!((plain.kind, kept.kind), (Kind::Plain, Kind::Kept));
    }

    #[test]
    fn in_place_each_call_has_a_copy_of_its_own() {
        let mut variant = Variant::in_place("push".into(), |list: &mut Vec<u8>| list.push(1));
        let input = vec![9];
        assert_eq!(calls_of(&mut variant, std::slice::from_ref(&input), 10, 4), [9, 1]);
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
        kept.call.within(&1, &mut around);
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
        in_place.call.within(&Outside(inside.clone()), &mut around);
        let took = |calls| (Duration::from_nanos(calls), ());
        let run = move |(): &(), calls, _: usize| took(calls);
        let mut looped = Variant::looped("loop".into(), false, run, |(), _, _| Duration::ZERO);
        let mut times = 0;
        looped.call.within(&(), &mut |call| {
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
        let ready = || ();
        assert_eq!(looped.call.run(&[100], 0, 0, &mut || ()), (took(1), 102), "one of each");
        assert_eq!(looped.call.run(&[100], 7, 3, &mut { ready }), (took(7), 110));
        assert_eq!((looped.empty)(&[100], 7, 3, &mut { ready }), Duration::from_nanos(7));
        // Several inputs: one call at a time.
        assert_eq!(looped.call.run(&[100, 200], 4, 3, &mut { ready }), (took(4), 202));
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
        let last = calls_of(&mut variant, &[()], 10, 4);
        assert_eq!((alive.get(), last.1.get()), (1, 4));
    }

    /// The order in which a variant of each kind sees three inputs; a bar is what was made ready in between.
    fn orders(calls: u64, batch: usize) -> [String; 4] {
        let log = Rc::new(std::cell::RefCell::new(String::new()));
        let seen = || {
            let log = log.clone();
            move |name: char| log.borrow_mut().push(name)
        };
        let (plain, kept, in_place, looped) = (seen(), seen(), seen(), seen());
        let mut ready = || log.borrow_mut().push('|');
        let inputs = ['a', 'b', 'c'];
        let mut plain = Returning(move |name: &char| plain(*name));
        let _ = plain.run(&inputs, calls, batch, &mut ready);
        let plain = log.take();
        let mut kept = Returning(move |name: &char| {
            kept(*name);
            Dropped
        });
        let _ = kept.run(&inputs, calls, batch, &mut ready);
        let kept = log.take();
        let mut in_place = InPlace(move |name: &mut char| in_place(*name));
        let _ = in_place.run(&inputs, calls, batch, &mut ready);
        let in_place = log.take();
        let mut looped = Looped(move |name: &char, calls, _| {
            (0..calls).for_each(|_| looped(*name));
            (Duration::ZERO, ())
        });
        let _ = looped.run(&inputs, calls, batch, &mut ready);
        [plain, kept, in_place, log.take()]
    }

    #[test]
    fn inputs_are_taken_in_turn_across_batches_and_all_is_ready_before_the_clock_is_read() {
        assert_eq!(orders(7, 2), ["|abcabca", "|ab|ca|bc|a", "|ab|ca|bc|a", "|a|b|c|a|b|c|a"]);
        assert_eq!(orders(1, 1), ["|a"; 4]);
    }
}
