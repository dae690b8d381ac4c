//! The library's own operands and its hash, so that a result can be compared with one from anywhere else.

use crate::boundary::boundary;
use crate::pointers::{Caller, Span};
use crate::status::{Refusal, abreast_status};
use abreast::sample::{Sampled, fnv1a};
use std::ffi::c_void;

/// `x[i]` <- number i in [-1, 1) of stream `seed`, i < n: the operands of the kernels' samples, the same on
/// every machine. `dot` and `axpy` take `y` from stream ~seed, where their `x` is from `seed`.
///
/// Fails with `ABREAST_NO_MEMORY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_duniform(n: usize, seed: u64, x: *mut f64) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| uniform(caller, n, seed, x))
}

/// As `abreast_duniform`, over floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_suniform(n: usize, seed: u64, x: *mut f32) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| uniform(caller, n, seed, x))
}

fn uniform<T: Sampled>(caller: &Caller, n: usize, seed: u64, x: *mut T) -> Result<(), Refusal> {
    let x = Span::of("x", n, x)?;
    caller.write(x, &T::try_uniform(n, seed)?);
    Ok(())
}

/// `*hash` <- the 64-bit FNV-1a hash of `n` bytes: what `abreast_sample_run` gives for a result of these
/// bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_hash(
    n: usize,
    bytes: *const c_void,
    hash: *mut u64,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        let (bytes, hash) = (Span::of("bytes", n, bytes.cast::<u8>())?, Span::one("hash", hash)?);
        caller.write(hash, &[fnv1a(caller.read(bytes))]);
        Ok(())
    })
}
