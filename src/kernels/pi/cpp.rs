//! `pi` in C++, through a cxx bridge.
#![allow(unsafe_code)]

use super::Pi;
use crate::Error;
use crate::kernel::Part;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the function touches no memory, keeps no state and is noexcept; its arithmetic is
    // unsigned, so it is defined for every argument. A level comes from a `Level`, so this CPU has
    // it.
    unsafe extern "C++" {
        include!("kernels/pi/pi.hpp");

        fn pi(level: i32, seed: u64, from: u64, to: u64) -> u64;
    }
}

pub(super) fn body(part: Part<'_, '_, Pi>) -> Result<(), Error> {
    let p = part.open();
    let (from, to) = (p.chunk.row, p.chunk.row + p.chunk.rows);
    p.out[0] = bridge::pi(p.level.code(), p.args.seed, from, to);
    Ok(())
}
