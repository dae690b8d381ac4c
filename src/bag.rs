//! A bag: elements in partitions, gone through lazily, one partition per task.
//!
//! `map`, `filter` and the like only describe; they fuse into one loop over each partition without a
//! list in between, compiled for the closures given. Nothing runs until a call that takes an executor:
//! `sum`, `group_by`, `collect` and so on.
//!
//! Partitions are combined in their order by a fixed tree, so **no result depends on the executor or
//! on its threads**. Nor does it depend on the number of partitions, with two exceptions: sums and
//! means of `f32` and `f64` are rounded in another order, and [`Bag::fold`] and [`Bag::reduction`] are
//! what their closures make them.
//!
//! ```
//! use abreast::bag::Bag;
//! use abreast::exec::{Control, Threads};
//! let (place, control) = (Threads::new(2)?, Control::default());
//! let words = Bag::lines("mary had\na little\nlamb", 2)?.flat_map(str::split_whitespace);
//! let words = words.map(str::to_uppercase).filter(|word| word.contains('A'));
//! assert_eq!(words.collect(&place, &control)?, ["MARY", "HAD", "A", "LAMB"]);
//! assert_eq!(words.map(|word| word.len() as u64).sum(&place, &control)?, 12);
//! # Ok::<(), abreast::Fault>(())
//! ```
//!
//! # Errors
//! A run ends with [`Fault::Panic`] when a closure panics, and with [`Fault::Kernel`] when a kernel of
//! [`Bag::map_kernel`] or a [`Source`] fails; the task is the partition. What the partitions gave is
//! combined here, after them: a fault of that names a task one past the last partition. Otherwise a run
//! ends with what the executor says.

mod end;
mod number;
mod run;
mod source;
mod table;

pub use end::Groups;
pub use number::Number;
pub use source::{Failed, Lines, Numbers, Of, Source};

use crate::exec::{Control, Executor};
use crate::kernel::{Job, Kernel};
use crate::{Error, Fault};
use source::{Filter, FlatMap, Map, TryMap};
use std::ops::Range;

/// More partitions than this are refused: almost certainly a typo.
pub const MAX_PARTS: usize = 1 << 20;

/// Elements in partitions. See the [module](self).
///
/// A bag can be run any number of times; an adaptor takes it by value.
pub struct Bag<S>(S);

fn check_parts(parts: usize) -> Result<(), Error> {
    if (1..=MAX_PARTS).contains(&parts) {
        return Ok(());
    }
    let rule = format!("must be between 1 and {MAX_PARTS}");
    Err(Error::argument("parts", parts, rule))
}

impl<T: Clone + Sync> Bag<Of<T>> {
    /// The elements of a list, cut into `parts` as even as can be; some are empty when there are
    /// fewer elements than that. Each run clones the elements.
    ///
    /// # Errors
    /// [`Error::Argument`] when `parts` is 0 or above [`MAX_PARTS`].
    pub fn of(items: Vec<T>, parts: usize) -> Result<Self, Error> {
        Self::new(Of { items, parts })
    }
}

impl<'t> Bag<Lines<'t>> {
    /// The lines of a text, without their line ends, in `parts` of about as many bytes.
    ///
    /// # Errors
    /// As [`Bag::of`].
    pub fn lines(text: &'t str, parts: usize) -> Result<Self, Error> {
        Self::new(Lines { text, parts })
    }
}

impl Bag<Numbers> {
    /// Whole numbers, cut into `parts` as even as can be.
    ///
    /// # Errors
    /// As [`Bag::of`].
    pub fn range(range: Range<u64>, parts: usize) -> Result<Self, Error> {
        Self::new(Numbers { range, parts })
    }
}

impl<S: Source> Bag<S> {
    /// A bag of elements from a source of your own.
    ///
    /// # Errors
    /// As [`Bag::of`], about the source's partitions.
    pub fn new(source: S) -> Result<Self, Error> {
        check_parts(source.parts())?;
        Ok(Bag(source))
    }

    /// `f` of each element.
    pub fn map<U>(self, f: impl Fn(S::Item) -> U + Sync) -> Bag<impl Source<Item = U>> {
        Bag(Map(self.0, f))
    }

    /// The elements that `keep` says yes to.
    pub fn filter(
        self,
        keep: impl Fn(&S::Item) -> bool + Sync,
    ) -> Bag<impl Source<Item = S::Item>> {
        Bag(Filter(self.0, keep))
    }

    /// All that `f` makes of each element, one after another.
    pub fn flat_map<U: IntoIterator>(
        self,
        f: impl Fn(S::Item) -> U + Sync,
    ) -> Bag<impl Source<Item = U::Item>> {
        Bag(FlatMap(self.0, f))
    }

    /// The elements of the elements.
    pub fn flatten<U>(self) -> Bag<impl Source<Item = U>>
    where
        S::Item: IntoIterator<Item = U>,
    {
        self.flat_map(|item| item)
    }

    /// One field of each element.
    ///
    /// ```
    /// # use abreast::{bag::Bag, exec::{Control, Serial}};
    /// #[derive(Clone)]
    /// struct Person { name: &'static str, age: u32 }
    /// let people = [("Ada", 36), ("Alan", 41)].map(|(name, age)| Person { name, age });
    /// let ages = Bag::of(people.to_vec(), 2)?.filter(|p| p.name != "Ada").pluck(|p| &p.age);
    /// assert_eq!(ages.collect(&Serial, &Control::default())?, [41]);
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn pluck<U: Clone>(
        self,
        field: impl for<'a> Fn(&'a S::Item) -> &'a U + Sync,
    ) -> Bag<impl Source<Item = U>> {
        self.map(move |item| field(&item).clone())
    }

    /// What the kernel `K` gives for each element; `job` makes the job of it. Each call
    /// runs whole where its partition runs.
    ///
    /// A refusal or an error of the kernel ends the run with [`Fault::Kernel`], whose task is the
    /// partition.
    ///
    /// ```
    /// # use abreast::{bag::Bag, exec::{Control, Serial}};
    /// use abreast::kernels::pi::Pi;
    /// let hits = Bag::range(0..10, 4)?.map_kernel(|seed| Pi::job(1000, *seed));
    /// let hits = hits.sum(&Serial, &Control::default())?;
    /// assert!((hits as f64 / 10_000.0 - 0.785).abs() < 0.02);
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn map_kernel<K: Kernel>(
        self,
        job: impl for<'a> Fn(&'a S::Item) -> Result<Job<'a, K>, Error> + Sync,
    ) -> Bag<impl Source<Item = K::Output>> {
        Bag(TryMap(self.0, move |item| job(&item)?.call()))
    }
}

/// A reduction that is ready to run: see [`Bag::reduction`].
pub struct Reduction<'b, S, P, A> {
    bag: &'b Bag<S>,
    per_part: P,
    aggregate: A,
    every: usize,
}

impl<S: Source, P, A> Reduction<'_, S, P, A> {
    /// How many neighbours are aggregated at a time, 8 unless said. With 2 the tree is the one of
    /// [`plan::fold`](crate::plan::fold).
    pub fn split_every(self, every: usize) -> Self {
        Reduction { every, ..self }
    }

    /// Runs it.
    ///
    /// # Errors
    /// [`Fault::Refused`] when [`split_every`](Reduction::split_every) is below 2; otherwise as
    /// [every run of a bag](crate::bag#errors).
    pub fn compute<R: Send>(
        self,
        executor: &dyn Executor,
        control: &Control<'_>,
    ) -> Result<R, Fault>
    where
        P: Fn(&mut dyn Iterator<Item = S::Item>) -> R + Sync,
        A: Fn(Vec<R>) -> R,
    {
        let Reduction { bag, per_part, aggregate, every } = self;
        if every < 2 {
            return Err(Error::argument("split_every", every, "must be at least 2").into());
        }
        let part = |i, failed: &_| per_part(&mut bag.0.part(i, failed));
        let mut made = bag.each(executor, control, part)?;
        bag.combined(|| {
            while made.len() > 1 {
                let mut rest = made.into_iter();
                made = Vec::with_capacity(rest.len().div_ceil(every));
                while let Some(first) = rest.next() {
                    let group: Vec<R> =
                        std::iter::once(first).chain(rest.by_ref().take(every - 1)).collect();
                    made.push(if group.len() == 1 { alone(group) } else { aggregate(group) });
                }
            }
            alone(made)
        })
    }
}

/// The only element.
fn alone<R>(mut list: Vec<R>) -> R {
    list.pop().expect("a bag has partitions")
}
