//! What a bag comes to: the calls that run it.

use super::number::Number;
use super::table::Table;
use super::{Bag, Reduction, Source};
use crate::exec::{Control, Executor};
use crate::{Error, Fault};
use std::cmp::Ordering;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Keys in order of first appearance, each with its elements in their order.
pub type Groups<K, T> = Vec<(K, Vec<T>)>;

impl<S: Source> Bag<S> {
    /// Makes an `R` of each partition and then one of them all: `aggregate` is given up to
    /// [`split_every`](Reduction::split_every) neighbours at a time, in order, until one is left. A
    /// single partition is not aggregated. Run it with [`Reduction::compute`].
    ///
    /// ```
    /// # use abreast::{bag::Bag, exec::{Control, Serial}};
    /// let words = Bag::of(vec!["four", "small", "words", "here"], 2)?;
    /// let longest = words.reduction(
    ///     |words| words.map(str::len).max().unwrap_or(0),
    ///     |lengths| lengths.into_iter().max().unwrap_or(0),
    /// );
    /// assert_eq!(longest.compute(&Serial, &Control::default())?, 5);
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn reduction<R, P, A>(&self, per_part: P, aggregate: A) -> Reduction<'_, S, P, A>
    where
        P: Fn(&mut dyn Iterator<Item = S::Item>) -> R + Sync,
        A: Fn(Vec<R>) -> R,
    {
        Reduction { bag: self, per_part, aggregate, every: 8 }
    }

    /// Folds each partition from `begin()` on, then the partitions' results. O(n).
    ///
    /// `begin()` must be neutral, `join` associative, and both must fit `step`: otherwise the result
    /// depends on the number of partitions (never on the executor).
    ///
    /// # Errors
    /// As [every run of a bag](crate::bag#errors).
    pub fn fold<R: Send>(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        begin: impl Fn() -> R + Sync,
        step: impl Fn(R, S::Item) -> R + Sync,
        join: impl Fn(R, R) -> R,
    ) -> Result<R, Fault> {
        self.folded(
            executor,
            control,
            |i, failed| self.0.part(i, failed).fold(begin(), &step),
            join,
        )
    }

    /// The sum; 0 of nothing. O(n).
    ///
    /// Whole numbers are summed in 128 bits: the sum is exact whatever the partitions. Others are
    /// rounded to `f64` after each addition, 256 in a row and the rest pairwise, so that
    /// `|error| <= gamma(256 + log2(n)) * sum |x|`; the last bits depend on the number of partitions.
    ///
    /// # Errors
    /// [`Fault::Kernel`] with the sum when its type cannot hold it; otherwise as
    /// [every run](crate::bag#errors).
    pub fn sum(&self, executor: &dyn Executor, control: &Control<'_>) -> Result<S::Item, Fault>
    where
        S::Item: Number,
    {
        let total = |i, failed: &_| S::Item::total(self.0.part(i, failed));
        let total = self.folded(executor, control, total, S::Item::both)?;
        S::Item::from_total(total).ok_or_else(|| {
            let rule = format!("is more than {} can hold", std::any::type_name::<S::Item>());
            self.unfit(Error::argument("sum", S::Item::ratio(total, 1), rule))
        })
    }

    /// The mean, `sum / n`; `None` of nothing. O(n), in one pass, with sums as in [`Bag::sum`]: of
    /// whole numbers it is the same bits whatever the partitions.
    ///
    /// # Errors
    /// As [every run of a bag](crate::bag#errors).
    pub fn mean(&self, executor: &dyn Executor, control: &Control<'_>) -> Result<Option<f64>, Fault>
    where
        S::Item: Number,
    {
        let part = |i, failed: &_| {
            let mut count = 0;
            let total = S::Item::total(self.0.part(i, failed).inspect(|_| count += 1));
            (total, count)
        };
        let both = |a: (_, usize), b: (_, usize)| (S::Item::both(a.0, b.0), a.1 + b.1);
        let (total, count) = self.folded(executor, control, part, both)?;
        Ok((count > 0).then(|| S::Item::ratio(total, count)))
    }

    /// How many elements there are. O(n).
    ///
    /// # Errors
    /// As [every run of a bag](crate::bag#errors).
    pub fn count(&self, executor: &dyn Executor, control: &Control<'_>) -> Result<usize, Fault> {
        self.folded(executor, control, |i, failed| self.0.part(i, failed).count(), |a, b| a + b)
    }

    /// The least element, of equal ones the first; `None` of nothing. O(n).
    ///
    /// # Errors
    /// As [every run of a bag](crate::bag#errors).
    pub fn min(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
    ) -> Result<Option<S::Item>, Fault>
    where
        S::Item: Ord + Send,
    {
        self.extreme(executor, control, Ordering::Less)
    }

    /// The greatest element, of equal ones the first; `None` of nothing. O(n).
    ///
    /// # Errors
    /// As [every run of a bag](crate::bag#errors).
    pub fn max(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
    ) -> Result<Option<S::Item>, Fault>
    where
        S::Item: Ord + Send,
    {
        self.extreme(executor, control, Ordering::Greater)
    }

    fn extreme(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        side: Ordering,
    ) -> Result<Option<S::Item>, Fault>
    where
        S::Item: Ord + Send,
    {
        // The later one must be strictly beyond the earlier to take its place.
        let better = |a: S::Item, b: S::Item| if b.cmp(&a) == side { b } else { a };
        let part = |i, failed: &_| self.0.part(i, failed).reduce(better);
        self.folded(executor, control, part, |a, b| match (a, b) {
            (Some(a), Some(b)) => Some(better(a, b)),
            (a, b) => a.or(b),
        })
    }

    /// The `k` greatest elements, greatest first, equal ones in their order. O(n log k) in memory
    /// for 2k elements per partition.
    ///
    /// # Errors
    /// As [every run of a bag](crate::bag#errors).
    pub fn topk(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        k: usize,
    ) -> Result<Vec<S::Item>, Fault>
    where
        S::Item: Ord + Send,
    {
        // A stable sort keeps earlier ones before equal later ones.
        let cut = |mut best: Vec<S::Item>| {
            best.sort_by(|a, b| b.cmp(a));
            best.truncate(k);
            best
        };
        let part = |i, failed: &_| {
            let mut best = Vec::new();
            for item in self.0.part(i, failed) {
                best.push(item);
                if best.len() >= k.saturating_mul(2).max(64) {
                    best = cut(best);
                }
            }
            cut(best)
        };
        self.folded(executor, control, part, |mut a, b| {
            a.extend(b);
            cut(a)
        })
    }

    /// How often each element occurs, in order of first appearance, whatever the partitions. O(n) for
    /// good hashes.
    ///
    /// ```
    /// # use abreast::{bag::Bag, exec::{Control, Serial}};
    /// let letters = Bag::of("abracadabra".chars().collect(), 3)?;
    /// let frequencies = letters.frequencies(&Serial, &Control::default())?;
    /// assert_eq!(frequencies, [('a', 5), ('b', 2), ('r', 2), ('c', 1), ('d', 1)]);
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    ///
    /// # Errors
    /// As [every run of a bag](crate::bag#errors).
    pub fn frequencies(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
    ) -> Result<Vec<(S::Item, usize)>, Fault>
    where
        S::Item: Hash + Eq + Send,
    {
        let part = |i, failed: &_| {
            let mut table = Table::new();
            self.0.part(i, failed).for_each(|item| *table.at(item) += 1);
            table
        };
        let both = |a: Table<_, usize>, b| a.and(b, |count, more| *count += more);
        Ok(self.folded(executor, control, part, both)?.into_list())
    }

    /// The elements of each key, in their order, the keys in order of first appearance, whatever
    /// the partitions. O(n) for good hashes.
    ///
    /// ```
    /// # use abreast::{bag::Bag, exec::{Control, Serial}};
    /// let numbers = Bag::range(0..7, 3)?;
    /// let groups = numbers.group_by(&Serial, &Control::default(), |n| n % 3)?;
    /// assert_eq!(groups, [(0, vec![0, 3, 6]), (1, vec![1, 4]), (2, vec![2, 5])]);
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    ///
    /// # Errors
    /// As [every run of a bag](crate::bag#errors).
    pub fn group_by<K: Hash + Eq + Send>(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        key: impl Fn(&S::Item) -> K + Sync,
    ) -> Result<Groups<K, S::Item>, Fault>
    where
        S::Item: Send,
    {
        let part = |i, failed: &_| {
            let mut table: Table<K, Vec<S::Item>> = Table::new();
            self.0.part(i, failed).for_each(|item| table.at(key(&item)).push(item));
            table
        };
        let both = |a: Table<K, Vec<_>>, b| a.and(b, |group, more| group.extend(more));
        Ok(self.folded(executor, control, part, both)?.into_list())
    }

    /// All elements, in order. O(n).
    ///
    /// # Errors
    /// As [every run of a bag](crate::bag#errors).
    pub fn collect(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
    ) -> Result<Vec<S::Item>, Fault>
    where
        S::Item: Send,
    {
        let lists: Vec<Vec<_>> =
            self.each(executor, control, |i, failed| self.0.part(i, failed).collect())?;
        Ok(lists.into_iter().flatten().collect())
    }

    /// The first `n` elements, or all if there are fewer.
    ///
    /// Partitions run one after another until there are enough, the last one only as far as it must:
    /// no element is computed that is not given.
    ///
    /// # Errors
    /// As [every run of a bag](crate::bag#errors).
    pub fn take(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        n: usize,
    ) -> Result<Vec<S::Item>, Fault>
    where
        S::Item: Send,
    {
        let missing = AtomicUsize::new(n);
        let lists = self.each_in_line(executor, control, |i, failed| {
            let most = missing.load(Relaxed);
            let list: Vec<_> = match most {
                0 => Vec::new(),
                _ => self.0.part(i, failed).take(most).collect(),
            };
            missing.fetch_sub(list.len(), Relaxed);
            list
        })?;
        Ok(lists.into_iter().flatten().collect())
    }
}
