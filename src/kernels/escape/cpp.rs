//! `escape` in C++, through a cxx bridge: the view crosses as the C struct, the counts as a slice.
#![allow(unsafe_code)]

use super::{Args, Escape};
use crate::Error;
use crate::kernel::ChunkArgs;

// SAFETY: `Args` is `repr(C)` with the fields of `ab_view`, as `c.rs` asserts, and plain data.
unsafe impl cxx::ExternType for Args {
    type Id = cxx::type_id!("ab_view");
    type Kind = cxx::kind::Trivial;
}

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the declaration is that of the header. The function writes only within `counts`, keeps
    // no pointer, and is noexcept.
    unsafe extern "C++" {
        include!("kernels/escape/escape.hpp");

        #[namespace = ""]
        #[cxx_name = "ab_view"]
        type Args = super::Args;

        /// # Safety
        /// This CPU has the instructions of `level`; `cols` is not 0; the view is one that
        /// `Args::check` accepts, so that its sizes and `max_iter` fit in the types of C++.
        unsafe fn escape(
            level: i32,
            view: &Args,
            row: u64,
            col: u64,
            cols: u64,
            counts: &mut [u32],
        );
    }
}

pub(super) fn run(c: ChunkArgs<'_, '_, Escape>) -> Result<(), Error> {
    let at = c.chunk;
    // SAFETY: a `Level` is one that this CPU has; by `ChunkArgs` the plan accepted the view, and its chunks
    // have columns.
    unsafe { bridge::escape(c.level.code(), c.args, at.row, at.col, at.cols, c.out) };
    Ok(())
}
