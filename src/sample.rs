//! Seeded operands, the same on every machine, and the storage that the gate watches.

mod guarded;
mod magnitude;

pub(crate) use guarded::Guarded;
pub(crate) use magnitude::Float;
pub use magnitude::Magnitude;

use crate::simd::Real;
use crate::{Error, memory};
use bytemuck::{Pod, Zeroable};

/// SplitMix64 by index: random number `i` of the stream `seed`, without any state in between.
///
/// Output `i` of the generator whose state starts at `seed` and grows by the golden gamma before
/// each output. Any chunking of the indices gives the same numbers.
#[inline(always)]
pub const fn splitmix64(seed: u64, i: u64) -> u64 {
    let mut z = seed.wrapping_add(i.wrapping_add(1).wrapping_mul(GOLDEN_GAMMA));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What SplitMix64's state grows by: the odd number nearest to 2^64 over the golden ratio.
pub const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// An element type with seeded random operands.
pub trait Sampled: Real {
    /// Number `i` in [-1, 1) of stream `seed`, with all the random bits the type can hold.
    fn drawn(seed: u64, i: u64) -> Self;

    /// `n` numbers in [-1, 1) from stream `seed`.
    fn uniform(n: usize, seed: u64) -> Vec<Self> {
        (0..n as u64).map(|i| Self::drawn(seed, i)).collect()
    }

    /// As [`Sampled::uniform`], for an `n` that somebody else has chosen.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is no room for them.
    fn try_uniform(n: usize, seed: u64) -> Result<Vec<Self>, Error> {
        memory::collect(n, (0..n as u64).map(|i| Self::drawn(seed, i)), "the operands")
    }

    /// The values that find careless code, each with its name. `huge` squared still fits.
    fn special() -> [(&'static str, Self); 6];
}

impl Sampled for f64 {
    fn drawn(seed: u64, i: u64) -> f64 {
        2.0 * ((splitmix64(seed, i) >> 11) as f64 / (1u64 << 53) as f64) - 1.0
    }
    fn special() -> [(&'static str, f64); 6] {
        let (inf, tiny) = (f64::INFINITY, f64::from_bits(1));
        [
            ("NaN", f64::NAN),
            ("inf", inf),
            ("-inf", -inf),
            ("-0", -0.0),
            ("subnormal", tiny),
            ("huge", 1e154),
        ]
    }
}

impl Sampled for f32 {
    fn drawn(seed: u64, i: u64) -> f32 {
        2.0 * ((splitmix64(seed, i) >> 40) as f32 / (1u32 << 24) as f32) - 1.0
    }
    fn special() -> [(&'static str, f32); 6] {
        let (inf, tiny) = (f32::INFINITY, f32::from_bits(1));
        [
            ("NaN", f32::NAN),
            ("inf", inf),
            ("-inf", -inf),
            ("-0", -0.0),
            ("subnormal", tiny),
            ("huge", 1e19),
        ]
    }
}

/// 64-bit FNV-1a: short, public, the same in every language.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    fnv1a_after(0xCBF2_9CE4_8422_2325, bytes)
}

/// The hash of some bytes and those that follow them: of the first ones it is `hash`.
///
/// ```
/// use abreast::sample::{fnv1a, fnv1a_after};
/// assert_eq!(fnv1a_after(fnv1a(b"foo"), b"bar"), fnv1a(b"foobar"));
/// ```
pub fn fnv1a_after(hash: u64, bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3))
}

/// One cache line. A vector of these is memory aligned for the widest vector there is, without
/// any unsafe code.
#[repr(C, align(64))]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(crate) struct Line([u8; 64]);

/// A vector of `T` that begins at a cache line: a misaligned one halves what 64-byte loads can do.
///
/// ```
/// let x = abreast::sample::Aligned::from(&[1.0, 2.0, 3.0][..]);
/// assert_eq!(x.as_slice(), [1.0, 2.0, 3.0]);
/// assert_eq!(x.as_slice().as_ptr().addr() % 64, 0);
/// ```
#[derive(Debug, Clone)]
pub struct Aligned<T> {
    lines: Vec<Line>,
    len: usize,
    element: std::marker::PhantomData<T>,
}

impl<T: Pod> Aligned<T> {
    /// So many elements of zeros, for `purpose`, which an error names.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is no room for them.
    pub fn zeroed(len: usize, purpose: &'static str) -> Result<Self, Error> {
        let lines = memory::zeroed(len.saturating_mul(size_of::<T>()).div_ceil(64), purpose)?;
        Ok(Aligned { lines, len, element: std::marker::PhantomData })
    }

    /// The elements.
    pub fn as_slice(&self) -> &[T] {
        &bytemuck::cast_slice(&self.lines)[..self.len]
    }

    /// The elements, to write.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut bytemuck::cast_slice_mut(&mut self.lines)[..self.len]
    }
}

impl<T: Pod> From<&[T]> for Aligned<T> {
    fn from(elements: &[T]) -> Self {
        assert!(64 % size_of::<T>() == 0, "elements must divide a cache line");
        let lines = vec![Line::zeroed(); size_of_val(elements).div_ceil(64)];
        let mut new = Aligned { lines, len: elements.len(), element: std::marker::PhantomData };
        new.as_mut_slice().copy_from_slice(elements);
        new
    }
}

/// Where operands and output lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// So many bytes past a cache line, rounded up to whole elements.
    Moved(usize),
    /// At memory that may not be touched.
    Guarded(Side),
}

/// On which side of the elements memory may not be touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before the first.
    Before,
    /// After the last.
    After,
}

/// An operand's bytes in aligned storage, with guard bytes on both sides, that can be moved away
/// from its alignment, or to the edge of what may be touched.
#[derive(Debug)]
pub(crate) struct Operand {
    store: Store,
    start: usize,
    len: usize,
    element: usize,
    float: Option<Float>,
}

#[derive(Debug)]
enum Store {
    Lines(Vec<Line>),
    Guarded(Guarded),
}

const GUARD: Line = Line([0xC3; 64]);

impl Operand {
    pub(crate) fn new<T: Pod>(elements: &[T]) -> Result<Operand, Error> {
        Operand::of(bytemuck::cast_slice(elements), size_of::<T>(), Float::of::<T>())
    }

    fn of(bytes: &[u8], element: usize, float: Option<Float>) -> Result<Operand, Error> {
        // One guard line before, the operand, and room to shift it by up to a line before the
        // last guard.
        let all = bytes.len().div_ceil(64) + 3;
        let mut lines = memory::room(all, "the operands")?;
        lines.resize(all, GUARD);
        bytemuck::cast_slice_mut(&mut lines)[64..64 + bytes.len()].copy_from_slice(bytes);
        let (start, len) = (64, bytes.len());
        Ok(Operand { store: Store::Lines(lines), start, len, element, float })
    }

    /// The operand with what lies around it.
    fn all(&self) -> &[u8] {
        match &self.store {
            Store::Lines(lines) => bytemuck::cast_slice(lines),
            Store::Guarded(guarded) => guarded.bytes(),
        }
    }

    fn all_mut(&mut self) -> &mut [u8] {
        match &mut self.store {
            Store::Lines(lines) => bytemuck::cast_slice_mut(lines),
            Store::Guarded(guarded) => guarded.bytes_mut(),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.all()[self.start..self.start + self.len]
    }

    /// Moves the operand; whether there is such a place.
    pub(crate) fn place(&mut self, place: Place) -> bool {
        match place {
            Place::Moved(bytes) => self.shift(bytes),
            Place::Guarded(side) => self.guard(side),
        }
    }

    fn shift(&mut self, bytes: usize) -> bool {
        if let Store::Guarded(guarded) = &self.store {
            let Ok(back) = Operand::of(guarded.bytes(), self.element, self.float) else {
                return false;
            };
            *self = back;
        }
        let start = 64 + bytes.next_multiple_of(self.element).min(64);
        let moved = self.bytes().to_vec();
        let all = self.all_mut();
        all.fill(GUARD.0[0]);
        all[start..start + moved.len()].copy_from_slice(&moved);
        self.start = start;
        true
    }

    fn guard(&mut self, side: Side) -> bool {
        let Some(mut guarded) = Guarded::new(self.len, side) else { return false };
        guarded.bytes_mut().copy_from_slice(self.bytes());
        (self.store, self.start) = (Store::Guarded(guarded), 0);
        true
    }

    /// Multiplies its numbers; whether it has any.
    pub(crate) fn magnify(&mut self, magnitude: Magnitude) -> bool {
        let (from, to) = (self.start, self.start + self.len);
        let Some(float) = self.float else { return false };
        magnitude.apply(&mut self.all_mut()[from..to], float);
        true
    }

    /// A hash of the operand and its guards.
    pub(crate) fn hash(&self) -> u64 {
        fnv1a(self.all())
    }
}

impl Clone for Operand {
    /// A copy in memory of the usual kind.
    fn clone(&self) -> Operand {
        Operand::of(self.bytes(), self.element, self.float).expect("room for a copy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::SplitMix64;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    #[test]
    fn splitmix64_by_index_is_the_generator() {
        for seed in [0, 1, 42, u64::MAX] {
            let mut generator = SplitMix64::seed_from_u64(seed);
            for i in 0..1000 {
                assert_eq!(splitmix64(seed, i), generator.next_u64());
            }
        }
    }

    #[test]
    fn fnv1a_has_its_published_values() {
        assert_eq!(fnv1a(b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_F739_67E8);
    }

    #[test]
    fn a_shifted_operand_keeps_its_bytes_and_its_guards() {
        let mut operand = Operand::new(&[1.0f64, 2.0, 3.0]).unwrap();
        let before = operand.bytes().to_vec();
        for shift in 0..64 {
            assert!(operand.place(Place::Moved(shift)));
            assert_eq!(operand.bytes(), before);
            assert_eq!(operand.bytes().as_ptr().addr() % 8, 0);
            let is_guarded = operand.place(Place::Guarded(Side::After));
            assert!(is_guarded || cfg!(not(unix)));
            assert_eq!((operand.bytes(), operand.clone().bytes()), (&before[..], &before[..]));
        }
    }
}
