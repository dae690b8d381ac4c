//! The defects that only C can have.
#![allow(unsafe_code)]

use crate::square::{Plant, Square};
use abreast::Error;
use abreast::kernel::ChunkArgs;

mod by_hand {
    unsafe extern "C" {
        pub fn mutant_harm(act: u32) -> i32;
        pub fn mutant_fatal(act: u32);
        pub fn mutant_square(n: usize, x: *const f64, out: *mut f64);
        pub fn mutant_writes_after(n: usize, x: *const f64, out: *mut f64);
        pub fn mutant_writes_before(n: usize, x: *const f64, out: *mut f64);
        pub fn mutant_changes_input(n: usize, x: *const f64, out: *mut f64);
        pub fn mutant_hidden_static(n: usize, x: *const f64, out: *mut f64);
        pub fn mutant_leaves_ftz(n: usize, x: *const f64, out: *mut f64);
        pub fn mutant_leaves_rounding(n: usize, x: *const f64, out: *mut f64);
        pub fn mutant_blocks_signal(n: usize, x: *const f64, out: *mut f64);
        pub fn mutant_leaves_x87(n: usize, x: *const f64, out: *mut f64);
        pub fn mutant_static_double(n: usize, x: *const f64, out: *mut f64);
    }
}

/// A door into C, as a kernel's `c.rs` has it.
///
/// SAFETY of every call: only the first of these is sound, which is the point of them; each other breaks the
/// contract of a variant in one way. What makes them harmless where they are used: the gate runs a
/// variant with a fence of 16 items around its output, on operands that it makes anew when they have
/// changed, and on a thread whose floating-point environment dies with it. `x` and `out` are `n`
/// long, and a chunk is no longer than the work array.
macro_rules! door {
    ($($name:ident $function:ident;)*) => {$(
        pub(crate) fn $name<P: Plant>(c: ChunkArgs<'_, '_, Square<P>>) -> Result<(), Error> {
            // SAFETY: as above.
            unsafe { by_hand::$function(c.input.len(), c.input.as_ptr(), c.out.as_mut_ptr()) };
            Ok(())
        }
    )*};
}

door! {
    square mutant_square;
    writes_after mutant_writes_after;
    writes_before mutant_writes_before;
    changes_input mutant_changes_input;
    hidden_static mutant_hidden_static;
    leaves_ftz mutant_leaves_ftz;
    leaves_rounding mutant_leaves_rounding;
    blocks_signal mutant_blocks_signal;
    leaves_x87 mutant_leaves_x87;
    static_double mutant_static_double;
}

/// Writes the first item of the next chunk's slice, and nothing beyond the buffer: only the order
/// of the chunks can show it.
pub(crate) fn writes_into_next<P: Plant>(c: ChunkArgs<'_, '_, Square<P>>) -> Result<(), Error> {
    let is_last = c.chunk.row + c.chunk.rows == *c.args;
    let function = if is_last { by_hand::mutant_square } else { by_hand::mutant_writes_after };
    // SAFETY: as above.
    unsafe { function(c.input.len(), c.input.as_ptr(), c.out.as_mut_ptr()) };
    Ok(())
}

/// Does harm to this process; see csrc/harm.h.
pub(crate) fn harm(act: u32) -> i32 {
    // SAFETY: it takes no pointer and touches nothing of ours. That it may end or stop the process
    // is what it is for, and no memory is left in a state that anybody sees afterwards.
    unsafe { by_hand::mutant_harm(act) }
}

/// What C's `x[from]` is, which may lie outside of `x`.
#[cfg(target_os = "linux")]
pub(crate) fn peek(x: &[f64], from: isize) {
    // SAFETY: none, which is the point: the gate puts `x` where such a read ends the process.
    std::hint::black_box(unsafe { x.as_ptr().wrapping_offset(from).read_volatile() });
}

/// What [`fatal`] does; see csrc/fatal.h, in whose order they are.
#[cfg(target_os = "linux")]
#[derive(Debug, Clone, Copy)]
#[repr(u32)]
pub(crate) enum FatalAct {
    Print,
    Exit,
    Quit,
    Crash,
    Abort,
    Kill,
    CloseOutput,
    ReplaceOutput,
    CloseAll,
    Babble,
    Fork,
    Orphan,
    CrashAtExit,
    Thread,
    Loop,
    Sleep,
    Stop,
    LoopAtExit,
    Eat,
    Folder,
    Ignore,
    Handle,
    Umask,
    Open,
    Keep,
}

/// Ends, stops or spoils this process.
#[cfg(target_os = "linux")]
pub(crate) fn fatal(act: FatalAct) {
    // SAFETY: it takes no pointer and touches nothing of ours; the registry of these kernels is for
    // processes that may be lost.
    unsafe { by_hand::mutant_fatal(act as u32) }
}
