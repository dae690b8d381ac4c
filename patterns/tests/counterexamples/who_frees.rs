//! Memory that goes back to another allocator.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::who_frees::raw::ab_nodes_new;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "boxed_by_rust",
    run: boxed_by_rust,
    ends: &[
        End::Signal(libc::SIGABRT, "invalid pointer"),
        End::Signal(libc::SIGABRT, "double free or corruption"),
        End::Report("attempting free on address which was not malloc()-ed"),
    ],
}];

fn boxed_by_rust() {
    let nodes = std::ptr::slice_from_raw_parts_mut(ab_nodes_new(4), 4);
    // SAFETY: none. The memory is not of Rust's allocator.
    drop(unsafe { Box::from_raw(nodes) });
}
