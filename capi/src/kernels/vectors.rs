//! `sum`, `dot` and `axpy` over doubles and floats.

use crate::boundary::boundary;
use crate::options::{Chosen, abreast_options};
use crate::pointers::{Caller, Span};
use crate::status::{Refusal, abreast_status};
use abreast::kernels::{axpy, dot, sum};

/// `*result` <- the sum of `x[i]`, i < n, in the library's fixed order. The empty sum is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_dsum(
    n: usize,
    x: *const f64,
    result: *mut f64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| sum_of(caller, n, x, result, options))
}

/// As `abreast_dsum`, over floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_ssum(
    n: usize,
    x: *const f32,
    result: *mut f32,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| sum_of(caller, n, x, result, options))
}

fn sum_of<T: sum::Element>(
    caller: &Caller,
    n: usize,
    x: *const T,
    result: *mut T,
    options: *const abreast_options,
) -> Result<(), Refusal> {
    let (x, result) = (Span::of("x", n, x)?, Span::one("result", result)?);
    let chosen = Chosen::of::<sum::Sum<T>>(caller, options)?;
    caller.write(result, &[chosen.call::<sum::Sum<T>>((), caller.read(x))?]);
    Ok(())
}

/// `*result` <- the sum of `x[i]` * `y[i]`, i < n, in the library's fixed order. `x` and `y` may overlap.
/// The empty product is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_ddot(
    n: usize,
    x: *const f64,
    y: *const f64,
    result: *mut f64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| dot_of(caller, n, (x, y), result, options))
}

/// As `abreast_ddot`, over floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_sdot(
    n: usize,
    x: *const f32,
    y: *const f32,
    result: *mut f32,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| dot_of(caller, n, (x, y), result, options))
}

fn dot_of<T: dot::Element>(
    caller: &Caller,
    n: usize,
    (x, y): (*const T, *const T),
    result: *mut T,
    options: *const abreast_options,
) -> Result<(), Refusal> {
    let (x, y) = (Span::of("x", n, x)?, Span::of("y", n, y)?);
    let result = Span::one("result", result)?;
    let chosen = Chosen::of::<dot::Dot<T>>(caller, options)?;
    let input = (caller.read(x), caller.read(y));
    caller.write(result, &[chosen.call::<dot::Dot<T>>((), input)?]);
    Ok(())
}

/// `y[i]` <- alpha * `x[i]` + `y[i]`, i < n: the product rounded, then the sum. `x` and `y` do not
/// overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_daxpy(
    n: usize,
    alpha: f64,
    x: *const f64,
    y: *mut f64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| axpy_of(caller, n, alpha, x, y, options))
}

/// As `abreast_daxpy`, over floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_saxpy(
    n: usize,
    alpha: f32,
    x: *const f32,
    y: *mut f32,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| axpy_of(caller, n, alpha, x, y, options))
}

fn axpy_of<T: axpy::Element>(
    caller: &Caller,
    n: usize,
    alpha: T,
    x: *const T,
    y: *mut T,
    options: *const abreast_options,
) -> Result<(), Refusal> {
    let (x, y) = (Span::of("x", n, x)?, Span::of("y", n, y)?);
    let chosen = Chosen::of::<axpy::Axpy<T>>(caller, options)?;
    let updated = caller.update(y, &[x])?;
    chosen.call_into::<axpy::Axpy<T>>(alpha, caller.read(x), updated)
}
