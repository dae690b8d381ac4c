//! `sum` and `dot` cut as the library cuts them, for whoever has the pieces in several places: one number for
//! each chunk, and the fold that makes the result of them.

use super::zeros;
use crate::boundary::boundary;
use crate::options::{Chosen, abreast_options};
use crate::pointers::{Caller, Span};
use crate::status::{Refusal, abreast_status};
use abreast::kernel::{Job, Kernel};
use abreast::kernels::{dot, sum};
use abreast::{Error, Level};
use std::borrow::Cow;
use std::ffi::c_char;

/// The kernels whose parts can be had, and how many elements each of their chunks has.
const CHUNKS: [(&str, u64); 4] = [
    (<sum::Sum<f64> as Kernel>::NAME, sum::CHUNK),
    (<sum::Sum<f32> as Kernel>::NAME, sum::CHUNK),
    (<dot::Dot<f64> as Kernel>::NAME, dot::CHUNK),
    (<dot::Dot<f32> as Kernel>::NAME, dot::CHUNK),
];

/// `*elements` <- how many elements a chunk of that kernel has, the last one aside, for every n: `"sum"`,
/// `"sum_f32"`, `"dot"` or `"dot_f32"`. The name ends with a zero byte and is read during the call only.
///
/// Chunks begin at multiples of it. So whoever cuts `x` there, and only there, gets by
/// `abreast_dsum_parts` and the like the same parts from the pieces as from the whole, and by
/// `abreast_dfold` from the parts, in their order, the result that `abreast_dsum` has, wherever the pieces are.
///
/// Fails with `ABREAST_NULL`, `ABREAST_MISALIGNED` or `ABREAST_TEXT` for the pointers, and with
/// `ABREAST_UNKNOWN` for any other name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_chunk(
    kernel: *const c_char,
    elements: *mut usize,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        let elements = Span::one("elements", elements)?;
        let kernel = caller.name("kernel", kernel)?;
        let known = CHUNKS.iter().find(|(name, _)| *name == kernel);
        let unknown = || Error::unknown("kernel with parts", kernel, CHUNKS.map(|row| row.0));
        caller.write(elements, &[known.ok_or_else(unknown)?.1 as usize]);
        Ok(())
    })
}

/// `parts[j]` <- the sum of chunk j of `x`, in the library's fixed order; see `abreast_chunk`. `x` has `n`
/// elements, and `parts` has `count`, one for each chunk, and does not overlap `x`.
///
/// Fails with `ABREAST_ARGUMENT` for another `count`, and with `ABREAST_NO_MEMORY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_dsum_parts(
    n: usize,
    x: *const f64,
    count: usize,
    parts: *mut f64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| sum_parts(caller, n, x, (count, parts), options))
}

/// As `abreast_dsum_parts`, over floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_ssum_parts(
    n: usize,
    x: *const f32,
    count: usize,
    parts: *mut f32,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| sum_parts(caller, n, x, (count, parts), options))
}

fn sum_parts<T: sum::Element>(
    caller: &Caller,
    n: usize,
    x: *const T,
    (count, parts): (usize, *mut T),
    options: *const abreast_options,
) -> Result<(), Refusal> {
    let (x, parts) = (Span::of("x", n, x)?, Span::of("parts", count, parts)?);
    parts.apart_from(x)?;
    let chosen = Chosen::of::<sum::Sum<T>>(caller, options)?;
    let made = parts_of::<sum::Sum<T>, T>(caller.read(x), count, &chosen)?;
    caller.write(parts, &made);
    Ok(())
}

/// `parts[j]` <- the sum of `x[i]` * `y[i]` over chunk j, in the library's fixed order; see `abreast_chunk`.
/// `x` and `y` have `n` elements each and may overlap; `parts` has `count`, one for each chunk, and overlaps
/// neither.
///
/// Fails with `ABREAST_ARGUMENT` for another `count`, and with `ABREAST_NO_MEMORY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_ddot_parts(
    n: usize,
    x: *const f64,
    y: *const f64,
    count: usize,
    parts: *mut f64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| dot_parts(caller, n, (x, y), (count, parts), options))
}

/// As `abreast_ddot_parts`, over floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_sdot_parts(
    n: usize,
    x: *const f32,
    y: *const f32,
    count: usize,
    parts: *mut f32,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| dot_parts(caller, n, (x, y), (count, parts), options))
}

fn dot_parts<T: dot::Element>(
    caller: &Caller,
    n: usize,
    (x, y): (*const T, *const T),
    (count, parts): (usize, *mut T),
    options: *const abreast_options,
) -> Result<(), Refusal> {
    let (x, y) = (Span::of("x", n, x)?, Span::of("y", n, y)?);
    let parts = Span::of("parts", count, parts)?;
    parts.apart_from(x)?;
    parts.apart_from(y)?;
    let chosen = Chosen::of::<dot::Dot<T>>(caller, options)?;
    let input = (caller.read(x), caller.read(y));
    let made = parts_of::<dot::Dot<T>, T>(input, count, &chosen)?;
    caller.write(parts, &made);
    Ok(())
}

/// One item for each chunk of the kernel's plan.
fn parts_of<'c, K: Kernel<Args = (), Item = T>, T: Copy + Default>(
    input: K::Input<'c>,
    count: usize,
    chosen: &Chosen,
) -> Result<Vec<T>, Refusal> {
    let chunks = Job::<K>::at(Level::best(), (), input)?.items();
    if count != chunks {
        let rule = format!("must be {chunks}, one for each chunk");
        return Err(Error::argument("count", count, rule).into());
    }
    let mut parts = zeros(chunks, "the parts")?;
    chosen.call_into::<K>((), input, &mut parts)?;
    Ok(parts)
}

/// `*result` <- what `abreast_dsum` and `abreast_ddot` make of their parts: added by one fixed tree, whatever
/// made them. `parts` has `count` elements in the order of the chunks; the fold of none is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_dfold(
    count: usize,
    parts: *const f64,
    result: *mut f64,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| fold(caller, count, parts, result))
}

/// As `abreast_dfold`, over floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_sfold(
    count: usize,
    parts: *const f32,
    result: *mut f32,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| fold(caller, count, parts, result))
}

/// The two kernels fold alike, which the tests of this crate prove.
fn fold<T: sum::Element>(
    caller: &Caller,
    count: usize,
    parts: *const T,
    result: *mut T,
) -> Result<(), Refusal> {
    let (parts, result) = (Span::of("parts", count, parts)?, Span::one("result", result)?);
    // A fold does not ask what its parts were made of.
    let job = Job::<sum::Sum<T>>::at(Level::best(), (), &[])?;
    caller.write(result, &[job.finish(Cow::Borrowed(caller.read(parts)))]);
    Ok(())
}
