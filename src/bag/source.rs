//! Where the elements of a bag come from, partition by partition.

use crate::Error;
use std::cell::Cell;
use std::ops::Range;

/// Elements in partitions, each of which can be gone through at any time and on any thread.
///
/// The bags of this crate are made of these, each adaptor around the one before. Implement it to
/// put elements of your own into a bag: [`Bag::new`](super::Bag::new).
pub trait Source: Sync {
    /// What an element is.
    type Item;

    /// How many partitions there are.
    fn parts(&self) -> usize;

    /// The elements of partition `i`, in order. An iterator that cannot go on tells `failed` and ends.
    fn part<'s>(&'s self, i: usize, failed: &'s Failed) -> impl Iterator<Item = Self::Item>;
}

/// Where the iterator of a partition says why it ended early.
#[derive(Default)]
pub struct Failed(Cell<Option<Error>>);

impl Failed {
    /// Keeps the first error.
    pub fn because(&self, why: Error) {
        let first = self.0.take().unwrap_or(why);
        self.0.set(Some(first));
    }

    pub(super) fn into_error(self) -> Option<Error> {
        self.0.into_inner()
    }
}

/// Element numbers of partition `i` when `len` elements are cut into `parts`: as even as can be.
fn share(len: u64, parts: usize, i: usize) -> Range<u64> {
    let end = |i: usize| (u128::from(len) * i as u128 / parts as u128) as u64;
    end(i)..end(i + 1)
}

/// A list.
pub struct Of<T> {
    pub(super) items: Vec<T>,
    pub(super) parts: usize,
}

impl<T: Clone + Sync> Source for Of<T> {
    type Item = T;

    fn parts(&self) -> usize {
        self.parts
    }

    fn part<'s>(&'s self, i: usize, _: &'s Failed) -> impl Iterator<Item = T> {
        let share = share(self.items.len() as u64, self.parts, i);
        self.items[share.start as usize..share.end as usize].iter().cloned()
    }
}

/// The lines of a text.
pub struct Lines<'t> {
    pub(super) text: &'t str,
    pub(super) parts: usize,
}

impl Lines<'_> {
    /// Where partition `i` begins: at the first line that begins at its even share of the bytes or
    /// after, so no partition need read another.
    fn begin(&self, i: usize) -> usize {
        let even = share(self.text.len() as u64, self.parts, i).start as usize;
        if even == 0 {
            return 0;
        }
        let rest = &self.text.as_bytes()[even - 1..];
        rest.iter().position(|byte| *byte == b'\n').map_or(self.text.len(), |at| even + at)
    }
}

impl<'t> Source for Lines<'t> {
    type Item = &'t str;

    fn parts(&self) -> usize {
        self.parts
    }

    fn part<'s>(&'s self, i: usize, _: &'s Failed) -> impl Iterator<Item = &'t str> {
        self.text[self.begin(i)..self.begin(i + 1)].lines()
    }
}

/// Whole numbers.
pub struct Numbers {
    pub(super) range: Range<u64>,
    pub(super) parts: usize,
}

impl Source for Numbers {
    type Item = u64;

    fn parts(&self) -> usize {
        self.parts
    }

    fn part<'s>(&'s self, i: usize, _: &'s Failed) -> impl Iterator<Item = u64> {
        let first = self.range.start;
        let share = share(self.range.end.saturating_sub(first), self.parts, i);
        first + share.start..first + share.end
    }
}

/// The struct of an adaptor, and where its elements come from: each line of the table below is one
/// whole adaptor.
macro_rules! adaptors {
    ($($name:ident [$($made:tt)*] [$($bound:tt)*] $item:ty,
        |$items:ident, $f:ident, $failed:ident| $body:expr;)*) => {$(
        pub(super) struct $name<S, F>(pub(super) S, pub(super) F);

        impl<S: Source, F: $($bound)* + Sync $($made)*> Source for $name<S, F> {
            type Item = $item;

            fn parts(&self) -> usize {
                self.0.parts()
            }

            fn part<'s>(&'s self, i: usize, $failed: &'s Failed) -> impl Iterator<Item = $item> {
                let ($items, $f) = (self.0.part(i, $failed), &self.1);
                $body
            }
        }
    )*};
}

adaptors! {
    Map [, U] [Fn(S::Item) -> U] U, |items, f, failed| items.map(f);
    Filter [] [Fn(&S::Item) -> bool] S::Item, |items, f, failed| items.filter(f);
    FlatMap [, U: IntoIterator] [Fn(S::Item) -> U] U::Item, |items, f, failed| items.flat_map(f);
    TryMap [, U] [Fn(S::Item) -> Result<U, Error>] U, |items, f, failed| {
        items.map_while(move |item| f(item).map_err(|why| failed.because(why)).ok())
    };
}
