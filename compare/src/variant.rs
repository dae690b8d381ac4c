//! A variant: the function under its name, and the loop that calls it.
//!
//! The loop is compiled around the closure, so that a call costs what it costs in a program: no
//! pointer is called in between, and a Rust function may be inlined. The gate and the timing run
//! the same loop, so what was judged is what is timed. An empty call goes through it too.

use crate::agree::{Agree, Leaf};
use crate::crowd::{Crowd, crowd};
use crate::series::{Series, word};
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Calls of one variant.
pub(crate) trait Run<I, O> {
    /// Makes the calls and returns the last output and the time of the calls alone.
    fn run(&mut self, series: Series<'_, I>) -> (Duration, O);

    /// One call on one input.
    fn once(&mut self, input: &I) -> (Duration, O) {
        self.run(Series::once(input, &mut || ()))
    }

    /// One call, which `around` makes. What is prepared for it and what is dropped after it is outside.
    fn within(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut()));
}

/// A function from an input to an output.
struct Returning<F>(F);

impl<I, O: Agree, F: FnMut(&I) -> O> Run<I, O> for Returning<F> {
    fn run(&mut self, mut series: Series<'_, I>) -> (Duration, O) {
        if std::mem::needs_drop::<O>() {
            return batches(&mut series, |series, outputs, made, now| {
                let mut turn = series.turn(made);
                series.ready();
                let start = Instant::now();
                for _ in 0..now {
                    outputs.push((self.0)(black_box(turn.next())));
                }
                black_box(&*outputs);
                start.elapsed()
            });
        }
        if series.is_chain() {
            return self.chain(series, black_box(0));
        }
        let (mut turn, mut left) = (series.turn(0), series.calls());
        series.ready();
        let start = Instant::now();
        loop {
            let output = (self.0)(black_box(turn.next()));
            black_box(&output);
            left -= 1;
            if left == 0 {
                return (start.elapsed(), output);
            }
        }
    }

    fn within(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut())) {
        let mut output = None;
        around(&mut || output = Some((self.0)(black_box(input))));
        black_box(&output);
    }
}

impl<F> Returning<F> {
    /// Calls of which none can begin before the one before has ended: where its input is, is computed from that
    /// output and `none`, which is zero. In registers, since a way through memory would be part of every call.
    fn chain<I, O: Agree>(&mut self, mut series: Series<'_, I>, none: usize) -> (Duration, O)
    where
        F: FnMut(&I) -> O,
    {
        let (mut turn, mut left) = (series.turn(0), series.calls());
        let mut offset = 0;
        series.ready();
        let start = Instant::now();
        loop {
            let output = (self.0)(turn.next_behind(offset));
            offset = word(&output) & none;
            left -= 1;
            if left == 0 {
                return (start.elapsed(), output);
            }
        }
    }
}

/// A function with a loop of its own.
struct Looped<F>(F);

impl<I, O, F: FnMut(Series<'_, I>) -> (Duration, O)> Run<I, O> for Looped<F> {
    fn run(&mut self, series: Series<'_, I>) -> (Duration, O) {
        (self.0)(series)
    }

    fn within(&mut self, input: &I, around: &mut dyn FnMut(&mut dyn FnMut())) {
        let mut output = None;
        around(&mut || output = Some(self.once(input)));
        black_box(&output);
    }
}

/// A function that changes its input, run on copies.
struct InPlace<F>(F);

impl<I: Clone, F: FnMut(&mut I)> Run<I, I> for InPlace<F> {
    fn run(&mut self, mut series: Series<'_, I>) -> (Duration, I) {
        batches(&mut series, |series, copies, made, now| {
            let mut turn = series.turn(made);
            copies.extend((0..now).map(|_| turn.next().clone()));
            series.ready();
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

/// The calls in batches. Each begins with an empty buffer: what is dropped there is not timed. `one` is told
/// how many calls were made before, and how many it is to make.
fn batches<I, O>(
    series: &mut Series<'_, I>,
    mut one: impl FnMut(&mut Series<'_, I>, &mut Vec<O>, u64, u64) -> Duration,
) -> (Duration, O) {
    let (batch, calls) = (series.batch(), series.calls());
    let mut kept = Vec::with_capacity(batch);
    let (mut took, mut made) = (Duration::ZERO, 0);
    loop {
        kept.clear();
        let now = (calls - made).min(batch as u64);
        took += one(series, &mut kept, made, now);
        made += now;
        if made == calls {
            return (took, kept.pop().expect("a batch has at least one call"));
        }
    }
}

/// The time of so many empty calls, made as those of [`Run::run`].
pub(crate) type Empty<I> = Box<dyn FnMut(Series<'_, I>) -> Duration>;

/// The empty call of a kind.
fn empty<I, O>(mut call: impl Run<I, O> + 'static) -> Empty<I> {
    Box::new(move |series| call.run(series).0)
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

/// Stands for an output that needs dropping.
struct Dropped;

impl Drop for Dropped {
    fn drop(&mut self) {}
}

impl Agree for Dropped {
    fn leaves(&self, _: &mut dyn FnMut(Leaf)) {}
}

impl<I: 'static, O: Agree + 'static> Variant<I, O> {
    pub(crate) fn returning(name: String, run: impl FnMut(&I) -> O + 'static) -> Self {
        let (kind, empty): (Kind, Empty<I>) = if std::mem::needs_drop::<O>() {
            (Kind::Kept, empty(Returning(|_: &I| Dropped)))
        } else {
            // Its output depends on its input, and so on the call before in a chain.
            (Kind::Plain, empty(Returning(|input: &I| std::ptr::from_ref(input).addr())))
        };
        Variant { name, kind, call: Box::new(Returning(run)), empty, crowd: None }
    }
}

impl<I: 'static, O: 'static> Variant<I, O> {
    pub(crate) fn looped(
        name: String,
        in_place: bool,
        run: impl FnMut(Series<'_, I>) -> (Duration, O) + 'static,
        empty: impl FnMut(Series<'_, I>) -> Duration + 'static,
    ) -> Self {
        let kind = if in_place { Kind::InPlace } else { Kind::Plain };
        Variant { name, kind, call: Box::new(Looped(run)), empty: Box::new(empty), crowd: None }
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
        variant.call.run(Series::new(inputs, calls, batch, &mut || ())).1
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
        let run = |series: Series<'_, ()>| (Duration::from_nanos(series.calls()), ());
        let mut looped = Variant::looped("loop".into(), false, run, |_| Duration::ZERO);
        let mut times = 0;
        looped.call.within(&(), &mut |call| {
            times += 1;
            call();
        });
        assert_eq!((made.get(), times), (2, 1));
    }

    #[test]
    fn a_loop_of_its_own_is_told_what_to_call_and_gives_the_time() {
        let run = |series: Series<'_, u64>| {
            let all: u64 = series.inputs().iter().sum();
            (Duration::from_nanos(series.calls() * 2), all + series.calls() + series.batch() as u64)
        };
        let empty = |series: Series<'_, u64>| Duration::from_nanos(series.calls());
        let mut looped = Variant::looped("loop".into(), true, run, empty);
        assert_eq!(looped.call.once(&100), (Duration::from_nanos(2), 102), "one of each");
        assert_eq!(calls_of(&mut looped, &[100, 200], 7, 3), 310);
        let mut ready = || ();
        let seven = Series::new(&[100], 7, 3, &mut ready);
        assert_eq!((looped.empty)(seven), Duration::from_nanos(7));
        assert_eq!(looped.kind, Kind::InPlace);
    }

    #[test]
    fn in_a_chain_every_call_is_made_and_the_inputs_take_turns_too() {
        let seen = Rc::new(std::cell::RefCell::new(Vec::new()));
        let log = seen.clone();
        let mut variant = Variant::returning("log".into(), move |x: &f64| {
            log.borrow_mut().push(*x);
            -x
        });
        let mut ready = || ();
        let series = Series::new(&[1.0, 2.0, f64::NAN], 7, 1, &mut ready).chained(true);
        assert_eq!(variant.call.run(series).1, -1.0);
        let seen: Vec<u64> = seen.borrow().iter().map(|x| x.to_bits()).collect();
        assert_eq!(seen, [1.0, 2.0, f64::NAN, 1.0, 2.0, f64::NAN, 1.0].map(f64::to_bits));
    }

    /// If `none` were one, the last bit of an output would decide which input is the next.
    #[test]
    fn in_a_chain_the_place_of_an_input_is_computed_from_the_output_before() {
        let mut seen = Vec::new();
        let mut log = Returning(|x: &u64| {
            seen.push(*x);
            *x
        });
        let mut ready = || ();
        let inputs = [10, 11, 12, 13];
        log.chain(Series::new(&inputs, 3, 1, &mut ready), 1);
        // The second one is odd, and the third call takes the place behind its own.
        assert_eq!(seen, [10, 11, 13]);
    }

    #[test]
    fn no_more_outputs_are_alive_than_a_batch() {
        struct Counted(Rc<Cell<usize>>, Rc<Cell<usize>>);
        impl Drop for Counted {
            fn drop(&mut self) {
                self.0.set(self.0.get() - 1);
            }
        }
        impl Agree for Counted {
            fn leaves(&self, _: &mut dyn FnMut(Leaf)) {}
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
    fn orders(calls: u64, batch: usize) -> [String; 3] {
        let log = Rc::new(std::cell::RefCell::new(String::new()));
        let seen = || {
            let log = log.clone();
            move |name: char| log.borrow_mut().push(name)
        };
        let (plain, kept, in_place) = (seen(), seen(), seen());
        let mut ready = || log.borrow_mut().push('|');
        let inputs = ['a', 'b', 'c'];
        let mut plain = Returning(move |name: &char| plain(*name));
        let _ = plain.run(Series::new(&inputs, calls, batch, &mut ready));
        let plain = log.take();
        let mut kept = Returning(move |name: &char| {
            kept(*name);
            Dropped
        });
        let _ = kept.run(Series::new(&inputs, calls, batch, &mut ready));
        let kept = log.take();
        let mut in_place = InPlace(move |name: &mut char| in_place(*name));
        let _ = in_place.run(Series::new(&inputs, calls, batch, &mut ready));
        [plain, kept, log.take()]
    }

    #[test]
    fn inputs_are_taken_in_turn_across_batches_and_all_is_ready_before_the_clock_is_read() {
        assert_eq!(orders(7, 2), ["|abcabca", "|ab|ca|bc|a", "|ab|ca|bc|a"]);
        assert_eq!(orders(1, 1), ["|a"; 3]);
    }
}
