//! Input slices as one value, and as bytes that can be moved, hashed or sent elsewhere.

use bytemuck::Pod;

/// The read-only operands of a kernel: none, one slice, or a tuple of slices.
pub trait Operands<'i>: Copy + Send + Sync {
    /// Each slice as bytes, in order.
    fn bytes(self) -> Vec<&'i [u8]>;

    /// The operands again, from bytes laid out as [`Operands::bytes`] gave them. `None` when the
    /// number of slices, a length or an alignment does not fit.
    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self>;
}

impl<'i> Operands<'i> for () {
    fn bytes(self) -> Vec<&'i [u8]> {
        Vec::new()
    }
    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self> {
        slices.is_empty().then_some(())
    }
}

impl<'i, T: Pod + Sync> Operands<'i> for &'i [T] {
    fn bytes(self) -> Vec<&'i [u8]> {
        vec![bytemuck::cast_slice(self)]
    }
    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self> {
        let [slice] = slices else { return None };
        bytemuck::try_cast_slice(slice).ok()
    }
}

impl<'i, T: Pod + Sync, U: Pod + Sync> Operands<'i> for (&'i [T], &'i [U]) {
    fn bytes(self) -> Vec<&'i [u8]> {
        vec![bytemuck::cast_slice(self.0), bytemuck::cast_slice(self.1)]
    }
    fn from_bytes(slices: &[&'i [u8]]) -> Option<Self> {
        let [first, second] = slices else { return None };
        Some((bytemuck::try_cast_slice(first).ok()?, bytemuck::try_cast_slice(second).ok()?))
    }
}
