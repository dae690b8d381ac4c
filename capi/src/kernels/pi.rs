//! Random points.

use super::scalar;
use crate::boundary::boundary;
use crate::options::abreast_options;
use crate::pointers::Caller;
use crate::status::abreast_status;
use abreast::kernels::pi::{Pi, Points};

/// `*hits` <- how many of the first `n` points of stream `seed`, uniform in the unit square, lie in
/// the quarter circle: 4 hits / n is an estimate of pi. `n` is below 2^63.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_pi_hits(
    n: u64,
    seed: u64,
    hits: *mut u64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| scalar::<Pi>(caller, Points { n, seed }, ("hits", hits), options))
}

/// As `abreast_pi_hits`, among the points `first`, .., `first` + `n` - 1 of that stream: the hits of pieces add up to
/// those of the whole. `first` + `n` is below 2^63.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_pi_hits_range(
    first: u64,
    n: u64,
    seed: u64,
    hits: *mut u64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        scalar::<Pi>(caller, Points::from(first, n, seed)?, ("hits", hits), options)
    })
}
