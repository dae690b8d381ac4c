//! `escape` in C: the same function through two declarations.
#![allow(unsafe_code)]

use super::{Args, Escape};
use crate::ffi::bound;
use crate::kernel::ChunkArgs;
use crate::{Chunk, Error};
use std::mem::offset_of;

/// The declaration by hand, as a person reads it off the header.
mod by_hand {
    use super::{Args, Chunk};
    use libc::c_int;

    unsafe extern "C" {
        pub fn ab_escape(level: c_int, view: *const Args, chunk: *const Chunk, counts: *mut u32);
    }
}

// What the header calls ab_view is Args, field by field, and ab_chunk is Chunk.
const _: () = {
    assert!(size_of::<Args>() == size_of::<bound::ab_view>());
    assert!(offset_of!(Args, center_re) == offset_of!(bound::ab_view, center_re));
    assert!(offset_of!(Args, extent_re) == offset_of!(bound::ab_view, extent_re));
    assert!(offset_of!(Args, c_re) == offset_of!(bound::ab_view, c_re));
    assert!(offset_of!(Args, width) == offset_of!(bound::ab_view, width));
    assert!(offset_of!(Args, height) == offset_of!(bound::ab_view, height));
    assert!(offset_of!(Args, max_iter) == offset_of!(bound::ab_view, max_iter));
    assert!(offset_of!(Args, julia) == offset_of!(bound::ab_view, julia));
    assert!(size_of::<Chunk>() == size_of::<bound::ab_chunk>());
    assert!(offset_of!(Chunk, row) == offset_of!(bound::ab_chunk, row));
    assert!(offset_of!(Chunk, rows) == offset_of!(bound::ab_chunk, rows));
    assert!(offset_of!(Chunk, col) == offset_of!(bound::ab_chunk, col));
    assert!(offset_of!(Chunk, cols) == offset_of!(bound::ab_chunk, cols));
};

/// One door into C: calls the function with the view, the chunk and its counts.
///
/// SAFETY of every call: the view and the chunk are references whose layout is checked above; by
/// `ChunkArgs`, `counts` holds one element per pixel of the chunk and `max_iter` is in range; the level
/// is one this CPU has. C writes the counts, keeps no pointer and no state.
macro_rules! door {
    ($name:ident, $function:path) => {
        pub(super) fn $name(c: ChunkArgs<'_, '_, Escape>) -> Result<(), Error> {
            let (view, chunk) = (std::ptr::from_ref(c.args), std::ptr::from_ref(&c.chunk));
            // SAFETY: as above.
            unsafe { $function(c.level.code(), view.cast(), chunk.cast(), c.out.as_mut_ptr()) };
            Ok(())
        }
    };
}

door!(bound, bound::ab_escape);
door!(by_hand, by_hand::ab_escape);
