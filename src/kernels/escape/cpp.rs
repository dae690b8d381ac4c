//! `escape` in C++, through a cxx bridge: the view crosses as the C struct, the counts as a slice.
#![allow(unsafe_code)]

use super::{Args, Escape};
use crate::Error;
use crate::kernel::Part;

// SAFETY: `Args` is `repr(C)` with the fields of `ab_view`, as `c.rs` asserts, and plain data.
unsafe impl cxx::ExternType for Args {
    type Id = cxx::type_id!("ab_view");
    type Kind = cxx::kind::Trivial;
}

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the function writes only within `counts`, keeps no pointer, and is noexcept; `cols`
    // is not 0 by `Part`. A level comes from a `Level`, so this CPU has it.
    unsafe extern "C++" {
        include!("kernels/escape/escape.hpp");

        #[namespace = ""]
        #[cxx_name = "ab_view"]
        type Args = super::Args;

        fn escape(level: i32, view: &Args, row: u64, col: u64, cols: u64, counts: &mut [u32]);
    }
}

pub(super) fn body(part: Part<'_, '_, Escape>) -> Result<(), Error> {
    let p = part.open();
    let at = p.chunk;
    bridge::escape(p.level.code(), p.args, at.row, at.col, at.cols, p.out);
    Ok(())
}
