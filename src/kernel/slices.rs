//! Input slices as one value, made from bytes that were kept, moved or hashed without their types.

use bytemuck::Pod;
use std::ops::Range;

/// The read-only operands of a kernel: none, one slice, or a tuple of slices.
pub trait Slices<'i>: Copy + Send + Sync {
    /// Bytes of an element of each slice.
    const SIZES: &'static [usize];

    /// The operands, from the bytes of each slice in order. `None` when the number of slices, a
    /// length or an alignment does not fit.
    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self>;

    /// The bytes of each slice, in order.
    fn bytes(self) -> Vec<&'i [u8]>;

    /// The same elements of each slice.
    ///
    /// # Panics
    /// When a slice is too short.
    fn slice(self, range: Range<usize>) -> Self;

    /// The first slice that is not `len` long: its position and its length.
    fn other_than(self, len: usize) -> Option<(usize, usize)>;
}

impl<'i> Slices<'i> for () {
    const SIZES: &'static [usize] = &[];

    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self> {
        slices.is_empty().then_some(())
    }

    fn bytes(self) -> Vec<&'i [u8]> {
        Vec::new()
    }

    fn slice(self, _: Range<usize>) -> Self {}

    fn other_than(self, _: usize) -> Option<(usize, usize)> {
        None
    }
}

impl<'i, T: Pod + Sync> Slices<'i> for &'i [T] {
    const SIZES: &'static [usize] = &[size_of::<T>()];

    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self> {
        let [slice] = slices else { return None };
        bytemuck::try_cast_slice(slice).ok()
    }

    fn bytes(self) -> Vec<&'i [u8]> {
        vec![bytemuck::cast_slice(self)]
    }

    #[inline]
    fn slice(self, range: Range<usize>) -> Self {
        &self[range]
    }

    #[inline]
    fn other_than(self, len: usize) -> Option<(usize, usize)> {
        (self.len() != len).then_some((0, self.len()))
    }
}

impl<'i, T: Pod + Sync, U: Pod + Sync> Slices<'i> for (&'i [T], &'i [U]) {
    const SIZES: &'static [usize] = &[size_of::<T>(), size_of::<U>()];

    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self> {
        let [first, second] = slices else { return None };
        Some((bytemuck::try_cast_slice(first).ok()?, bytemuck::try_cast_slice(second).ok()?))
    }

    fn bytes(self) -> Vec<&'i [u8]> {
        vec![bytemuck::cast_slice(self.0), bytemuck::cast_slice(self.1)]
    }

    #[inline]
    fn slice(self, range: Range<usize>) -> Self {
        (&self.0[range.clone()], &self.1[range])
    }

    #[inline]
    fn other_than(self, len: usize) -> Option<(usize, usize)> {
        let second = || (self.1.len() != len).then_some((1, self.1.len()));
        self.0.other_than(len).or_else(second)
    }
}
