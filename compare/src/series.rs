//! A series of calls for one reading of the clock: on which inputs, how many, and how they follow each other.

use crate::agree::{Agree, Leaf};

/// What is to be called, and how often. What a loop of its own is given
/// ([`variant_looped`](crate::Group::variant_looped)).
pub struct Series<'s, I> {
    inputs: &'s [I],
    calls: u64,
    batch: usize,
    is_chain: bool,
    ready: Ready<'s>,
}

/// What is done right before the clock is read.
pub(crate) type Ready<'r> = &'r mut dyn FnMut();

impl<'s, I> Series<'s, I> {
    /// One call, for those who make it themselves.
    pub fn once(input: &'s I, ready: &'s mut dyn FnMut()) -> Self {
        Series::new(std::slice::from_ref(input), 1, 1, ready)
    }

    /// At least one call, on at least one input.
    pub(crate) fn new(inputs: &'s [I], calls: u64, batch: usize, ready: Ready<'s>) -> Self {
        assert!(!inputs.is_empty(), "a call needs an input");
        Series { inputs, calls: calls.max(1), batch: batch.max(1), is_chain: false, ready }
    }

    /// The same calls, one of which may begin when the last one has ended.
    pub(crate) fn chained(self, is_chain: bool) -> Self {
        Series { is_chain, ..self }
    }

    /// The inputs of the calls. These take them in turn, from the first one on.
    pub fn inputs(&self) -> &'s [I] {
        self.inputs
    }

    /// How many calls to make: at least one.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How many outputs or prepared copies should be alive at a time: at least one.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Whether each call must need the result of the one before: its arguments are read from an address that is
    /// computed from that result. Only asked of functions that return a value and change no array.
    pub fn is_chain(&self) -> bool {
        self.is_chain
    }

    /// To be called when all is prepared, each time before the clock is read: it empties the caches if that is
    /// wanted.
    pub fn ready(&mut self) {
        (self.ready)();
    }

    /// The inputs in turn, after so many calls.
    pub(crate) fn turn(&self, made: u64) -> Turn<'s, I> {
        Turn { all: self.inputs, next: (made % self.inputs.len() as u64) as usize }
    }
}

/// Whose turn it is. What this takes is part of what an empty call takes.
pub(crate) struct Turn<'i, I> {
    all: &'i [I],
    next: usize,
}

impl<'i, I> Turn<'i, I> {
    #[inline(always)]
    pub(crate) fn next(&mut self) -> &'i I {
        self.next_behind(0)
    }

    /// The same, at an address that `offset` is part of, which is zero and not known to be.
    #[inline(always)]
    pub(crate) fn next_behind(&mut self, offset: usize) -> &'i I {
        let now = self.next;
        self.next = if now + 1 == self.all.len() { 0 } else { now + 1 };
        &self.all[now.wrapping_add(offset)]
    }
}

/// A number that each value of an output has a part in.
#[inline(always)]
pub(crate) fn word(output: &impl Agree) -> usize {
    let mut word = 0;
    output.leaves(&mut |leaf| word |= bits(leaf));
    word as usize
}

#[inline(always)]
fn bits(leaf: Leaf) -> u64 {
    match leaf {
        Leaf::F64(x) => x.to_bits(),
        Leaf::F32(x) => x.to_bits().into(),
        Leaf::Int(x) => x.cast_unsigned(),
        Leaf::Uint(x) => x,
        Leaf::Bool(x) => x.into(),
        Leaf::Char(x) => u32::from(x).into(),
        Leaf::Len(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_come_in_turn_from_where_the_calls_are() {
        let mut ready = || ();
        let series = Series::new(b"abc", 0, 0, &mut ready);
        assert_eq!((series.calls(), series.batch(), series.is_chain()), (1, 1, false));
        let mut turn = series.turn(4);
        let next: Vec<u8> = (0..4).map(|_| *turn.next()).collect();
        assert_eq!(next, *b"bcab");
    }

    #[test]
    fn every_value_has_a_part_in_the_word() {
        assert_eq!(word(&(1u8, [2i64, 4], 8u128)), 15);
        assert_eq!(word(&(0.0f64, 1.0f32, false, 'a')), 0x3F80_0000 | 0x61);
        assert_eq!(word(&()), 0);
    }
}
