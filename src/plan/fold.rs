//! Partial results, combined by one tree: the other half of why results do not change with who computes
//! what.

use crate::Error;

/// Combines `parts` in order by a balanced tree, with O(log n) memory: the pairwise summation that
/// keeps rounding errors at O(log n), and the same tree whatever computed the parts.
///
/// ```
/// let text = |s: &str| s.to_owned();
/// let tree = abreast::plan::fold("abcde".split("").filter(|s| !s.is_empty()).map(text),
///     |a, b| format!("({a}{b})"));
/// assert_eq!(tree.as_deref(), Some("(((ab)(cd))e)"));
/// ```
#[inline]
pub fn fold<T>(parts: impl IntoIterator<Item = T>, combine: impl FnMut(T, T) -> T) -> Option<T> {
    let mut parts = parts.into_iter();
    let (first, second) = (parts.next()?, parts.next());
    match second {
        // The common small problem: no call, and no room for trees.
        None => Some(first),
        Some(second) => fold_many([first, second].into_iter().chain(parts), combine),
    }
}

#[inline(never)]
fn fold_many<T>(parts: impl Iterator<Item = T>, mut combine: impl FnMut(T, T) -> T) -> Option<T> {
    // A binary counter: slot h holds a complete tree of 2^h parts, or nothing.
    let mut trees: [Option<T>; 64] = [const { None }; 64];
    for part in parts {
        let (mut tree, mut height) = (part, 0);
        while let Some(left) = trees[height].take() {
            tree = combine(left, tree);
            height += 1;
        }
        trees[height] = Some(tree);
    }
    trees.into_iter().flatten().reduce(|right, left| combine(left, right))
}

/// Partial results of neighbours in plan order, combined as far as [`fold`] would: where the parts are, and
/// before anybody has all of them.
///
/// The tree of `fold` puts together 2^h parts that begin at a multiple of 2^h, whatever lies around
/// them. So each place keeps the complete trees of its own range, at most two of a height, and
/// [joins](Trees::join) those of the range that follows. The bits are those of one `fold` over all parts.
///
/// ```
/// use abreast::plan::{Trees, fold};
/// let parts = [0.1, 0.7, 1e16, -1e16, 0.3];
/// let add = |a, b| a + b;
/// let left = Trees::of(0, parts[..3].iter().copied(), add);
/// let right = Trees::of(3, parts[3..].iter().copied(), add); // somewhere else
/// assert_eq!(left.join(right, add)?.fold(add)?, fold(parts, add));
/// # Ok::<(), abreast::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Trees<T> {
    first: u64,
    end: u64,
    // In the order of their parts.
    trees: Vec<Tree<T>>,
}

/// 2^height parts from `first` on, which is a multiple of that.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tree<T> {
    first: u64,
    height: u32,
    value: T,
}

impl<T> Trees<T> {
    /// The trees of `parts`, of which the first is part number `first` of the whole.
    pub fn of(
        first: u64,
        parts: impl IntoIterator<Item = T>,
        mut combine: impl FnMut(T, T) -> T,
    ) -> Trees<T> {
        let mut all = Trees { first, end: first, trees: Vec::new() };
        for value in parts {
            all.push(Tree { first: all.end, height: 0, value }, &mut combine);
        }
        all
    }

    /// How many values it holds: O(log n) of n parts.
    pub fn len(&self) -> usize {
        self.trees.len()
    }

    /// Whether there are no parts.
    pub fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    /// These parts and those that follow them.
    ///
    /// # Errors
    /// [`Error::Argument`] when `right` does not begin where this ends.
    pub fn join(
        mut self,
        right: Trees<T>,
        mut combine: impl FnMut(T, T) -> T,
    ) -> Result<Trees<T>, Error> {
        if right.first != self.end {
            let rule = format!("the parts before it end at {}", self.end);
            return Err(Error::argument("right", format!("parts from {}", right.first), rule));
        }
        for tree in right.trees {
            self.push(tree, &mut combine);
        }
        Ok(self)
    }

    /// All parts in one value, that of [`fold`](fold()); none of no parts.
    ///
    /// # Errors
    /// [`Error::Argument`] when the first part is not part 0 of the whole: parts before it are missing.
    pub fn fold(self, mut combine: impl FnMut(T, T) -> T) -> Result<Option<T>, Error> {
        if self.first != 0 {
            return Err(Error::argument("parts", self.first, "the first must be part 0"));
        }
        let values = self.trees.into_iter().rev().map(|tree| tree.value);
        Ok(values.reduce(|right, left| combine(left, right)))
    }

    fn push(&mut self, mut tree: Tree<T>, combine: &mut impl FnMut(T, T) -> T) {
        self.end += 1 << tree.height;
        while let Some(left) = self.trees.pop_if(|left| left.is_left_of(&tree)) {
            let value = combine(left.value, tree.value);
            tree = Tree { first: left.first, height: left.height + 1, value };
        }
        self.trees.push(tree);
    }
}

impl<T> Tree<T> {
    /// Whether the two are the halves of a tree. They are neighbours.
    fn is_left_of(&self, right: &Tree<T>) -> bool {
        self.height == right.height && (self.first >> self.height).is_multiple_of(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What was combined with what, in brackets.
    fn bracket(a: String, b: String) -> String {
        format!("({a}{b})")
    }

    fn leaves(range: std::ops::Range<u64>) -> impl Iterator<Item = String> {
        range.map(|i| format!("{i} "))
    }

    proptest! {
        #[test]
        fn trees_of_any_ranges_joined_are_the_fold_of_all(
            n in 0u64..400, cuts in proptest::collection::vec(0u64..400, 0..12), last_first: bool
        ) {
            let mut cuts: Vec<u64> = cuts.into_iter().map(|cut| cut.min(n)).chain([0, n]).collect();
            cuts.sort_unstable();
            let places = cuts.windows(2).map(|cut| Trees::of(cut[0], leaves(cut[0]..cut[1]), bracket));
            let places: Vec<Trees<String>> = places.collect();
            for place in &places {
                prop_assert!(place.len() <= 2 * 9);
            }
            let join = |a: Trees<String>, b| a.join(b, bracket).unwrap();
            // Whichever neighbours meet first.
            let all = match last_first {
                true => places.into_iter().rev().reduce(|right, left| join(left, right)),
                false => places.into_iter().reduce(join),
            };
            prop_assert_eq!(all.unwrap().fold(bracket).unwrap(), fold(leaves(0..n), bracket));
        }
    }

    #[test]
    fn what_does_not_follow_is_not_joined_and_what_does_not_begin_is_not_folded() {
        let of = |range: std::ops::Range<u64>| Trees::of(range.start, leaves(range), bracket);
        let refusal = of(0..3).join(of(4..5), bracket).unwrap_err().to_string();
        assert!(refusal.contains("parts from 4: the parts before it end at 3"), "{refusal}");
        assert!(of(0..3).join(of(2..5), bracket).is_err());
        assert!(of(1..3).fold(bracket).unwrap_err().to_string().contains("must be part 0"));
        assert_eq!(of(0..0).fold(bracket), Ok(None));
        assert!(of(5..5).is_empty());
    }

    #[test]
    fn the_fold_is_one_tree_whatever_the_count() {
        assert_eq!(fold(Vec::<i32>::new(), |a, b| a + b), None);
        for n in 1..200u64 {
            assert_eq!(fold(1..=n, |a, b| a + b), Some(n * (n + 1) / 2));
        }
    }
}
