//! Which library this is, and whether a header fits it.

use crate::boundary::boundary;
use crate::kernels::escape::abreast_view;
use crate::options::abreast_options;
use crate::pointers::{Caller, known_size};
use crate::status::{ABREAST_ABI_MISMATCH, Refusal, abreast_status};
use std::ffi::c_char;

/// This binary interface; a new number means: compile again.
pub const ABREAST_ABI: u32 = 2;

/// The version of the library, `"0.1.0"`. The text is the library's: do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn abreast_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Whether a program's header fits this library: write `ABREAST_CHECK_ABI()`, which passes what the
/// header says. A header from before some member of a struct was there fits as well. Fails with
/// `ABREAST_ABI_MISMATCH`.
#[unsafe(no_mangle)]
pub extern "C" fn abreast_check_abi(
    abi: u32,
    size_of_options: usize,
    size_of_view: usize,
) -> abreast_status {
    // SAFETY: no pointer is involved.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |_| {
        if abi != ABREAST_ABI {
            let text = format!("ABREAST_ABI = {abi} in the header, {ABREAST_ABI} in the library");
            return Err(Refusal::new(ABREAST_ABI_MISMATCH, text));
        }
        known_size::<abreast_options>("sizeof(abreast_options)", size_of_options)?;
        known_size::<abreast_view>("sizeof(abreast_view)", size_of_view)?;
        Ok(())
    })
}
