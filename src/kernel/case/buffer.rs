//! The output of a watched run, and what lies around it.

use crate::sample::{Guarded, Place};
use crate::{Error, memory};
use bytemuck::Pod;
use std::ops::Range;

/// Items before and after the output that no variant may touch.
const FENCE: usize = 16;

/// A buffer of items, filled with a poison within and around.
pub(super) enum Buffer<T> {
    Fenced(Vec<T>, Range<usize>),
    Guarded(Guarded),
}

impl<T: Pod> Buffer<T> {
    pub(super) fn new(
        len: usize,
        place: Place,
        poison: u8,
        purpose: &'static str,
    ) -> Result<Buffer<T>, Error> {
        let moved = match place {
            Place::Moved(bytes) => bytes.div_ceil(size_of::<T>()),
            Place::Guarded(side) => {
                let bytes = len.saturating_mul(size_of::<T>());
                if let Some(mut guarded) = Guarded::new(bytes, side) {
                    guarded.room_mut().fill(poison);
                    return Ok(Buffer::Guarded(guarded));
                }
                0
            }
        };
        let mut items = memory::zeroed::<T>(len + 2 * FENCE + moved, purpose)?;
        bytemuck::cast_slice_mut::<_, u8>(&mut items).fill(poison);
        Ok(Buffer::Fenced(items, FENCE + moved..FENCE + moved + len))
    }

    pub(super) fn items(&self) -> &[T] {
        match self {
            Buffer::Fenced(items, inner) => &items[inner.clone()],
            Buffer::Guarded(guarded) => bytemuck::cast_slice(guarded.bytes()),
        }
    }

    pub(super) fn items_mut(&mut self) -> &mut [T] {
        match self {
            Buffer::Fenced(items, inner) => &mut items[inner.clone()],
            Buffer::Guarded(guarded) => bytemuck::cast_slice_mut(guarded.bytes_mut()),
        }
    }

    /// Whether what lies around the items is still the poison.
    pub(super) fn is_fenced(&self, poison: u8) -> bool {
        let all = match self {
            Buffer::Fenced(items, _) => bytemuck::cast_slice(items),
            Buffer::Guarded(guarded) => guarded.room(),
        };
        let inner: &[u8] = bytemuck::cast_slice(self.items());
        let start = inner.as_ptr().addr() - all.as_ptr().addr();
        let around = all[..start].iter().chain(&all[start + inner.len()..]);
        around.copied().all(|byte| byte == poison)
    }
}
