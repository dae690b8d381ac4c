//! The crossing to C++, through a cxx bridge.
#![allow(unsafe_code)]

pub(crate) use bridge::{
    crossing_guarded as guarded, crossing_slice as slice, crossing_step as step,
};

#[cxx::bridge(namespace = "abreast")]
#[allow(clippy::multiple_unsafe_ops_per_block, reason = "what cxx writes for a Result")]
mod bridge {
    // SAFETY: pure functions of their arguments. The slice is read within its own length; what is
    // not noexcept returns a Result, so that cxx catches what it throws.
    unsafe extern "C++" {
        include!("crossing/crossing.hpp");

        fn crossing_step(x: u64, y: u64) -> u64;
        fn crossing_slice(x: u64, y: &[u64]) -> u64;
        fn crossing_guarded(x: u64, y: u64) -> Result<u64>;
    }
}
