//! Input slices as one value, made from bytes that were kept, moved or hashed without their types.

use bytemuck::Pod;

/// The read-only operands of a kernel: none, one slice, or a tuple of slices.
pub trait Operands<'i>: Copy + Send + Sync {
    /// The operands, from the bytes of each slice in order. `None` when the number of slices, a
    /// length or an alignment does not fit.
    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self>;

    /// The bytes of each slice, in order.
    fn bytes(self) -> Vec<&'i [u8]>;
}

impl<'i> Operands<'i> for () {
    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self> {
        slices.is_empty().then_some(())
    }

    fn bytes(self) -> Vec<&'i [u8]> {
        Vec::new()
    }
}

impl<'i, T: Pod + Sync> Operands<'i> for &'i [T] {
    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self> {
        let [slice] = slices else { return None };
        bytemuck::try_cast_slice(slice).ok()
    }

    fn bytes(self) -> Vec<&'i [u8]> {
        vec![bytemuck::cast_slice(self)]
    }
}

impl<'i, T: Pod + Sync, U: Pod + Sync> Operands<'i> for (&'i [T], &'i [U]) {
    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self> {
        let [first, second] = slices else { return None };
        Some((bytemuck::try_cast_slice(first).ok()?, bytemuck::try_cast_slice(second).ok()?))
    }

    fn bytes(self) -> Vec<&'i [u8]> {
        vec![bytemuck::cast_slice(self.0), bytemuck::cast_slice(self.1)]
    }
}
