//! Escape-time fractals.

use super::zeros;
use crate::boundary::boundary;
use crate::options::{Chosen, abreast_options, no_such};
use crate::pointers::{Caller, Span, Versioned};
use crate::status::{Refusal, abreast_status};
use abreast::kernel::Job;
use abreast::kernels::escape::{Args, Escape, View};
use abreast::{Error, Executor, Level, Serial};
use num_complex::Complex64;
use std::mem::offset_of;

/// A view of the complex plane. Pixel (i, j), column i and row j, is the point center +
/// ((i - width / 2) + (j - height / 2) i) * pitch with halves of integers and
/// pitch = max(extent_re / width, extent_im / height).
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct abreast_view {
    /// `sizeof(abreast_view)`. A smaller one is an older header's, from before some member was there:
    /// what is missing is 0.
    pub size: usize,
    /// The point in the middle.
    pub center_re: f64,
    /// Its imaginary part.
    pub center_im: f64,
    /// How much of the plane is in the picture, across.
    pub extent_re: f64,
    /// And down.
    pub extent_im: f64,
    /// The constant of a Julia set.
    pub c_re: f64,
    /// Its imaginary part.
    pub c_im: f64,
    /// Pixels across.
    pub width: u64,
    /// Pixels down.
    pub height: u64,
    /// The most updates that a pixel makes, below 2^32.
    pub max_iter: u64,
    /// 1 for the Julia set of c, 0 for Mandelbrot, which leaves c alone.
    pub julia: i32,
}

// SAFETY: repr(C), the size first, then numbers.
unsafe impl Versioned for abreast_view {
    const DEFAULT: Self = abreast_view {
        size: size_of::<Self>(),
        center_re: 0.0,
        center_im: 0.0,
        extent_re: 0.0,
        extent_im: 0.0,
        c_re: 0.0,
        c_im: 0.0,
        width: 0,
        height: 0,
        max_iter: 0,
        julia: 0,
    };
    const MEMBERS: &'static [usize] = &[
        offset_of!(Self, center_re),
        offset_of!(Self, center_im),
        offset_of!(Self, extent_re),
        offset_of!(Self, extent_im),
        offset_of!(Self, c_re),
        offset_of!(Self, c_im),
        offset_of!(Self, width),
        offset_of!(Self, height),
        offset_of!(Self, max_iter),
        offset_of!(Self, julia),
    ];
}

/// `counts[j * width + i]` <- how many updates z <- z^2 + c pixel (i, j) makes until |z| > 2, at most
/// `max_iter`. `counts` has `n` = width * height elements, and does not overlap `view`.
///
/// Fails with `ABREAST_ABI_MISMATCH` for a `view->size` that is larger than this library's or cuts a
/// member, `ABREAST_UNKNOWN` for a `julia` that is neither 0 nor 1, `ABREAST_ARGUMENT` for numbers that make
/// no picture or another `n`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_escape(
    view: *const abreast_view,
    n: usize,
    counts: *mut u32,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        let args = Args::from(&checked(caller.sized("view", view)?)?);
        let pixels = Job::<Escape>::at(Level::best(), args, ())?.items();
        if n != pixels {
            let rule = format!("must be {pixels}, the pixels of the view");
            return Err(Error::argument("n", n, rule).into());
        }
        let counts = Span::of("counts", n, counts)?;
        let chosen = Chosen::of::<Escape>(caller, options)?;
        caller.write(counts, &chosen.call::<Escape>(args, ())?);
        Ok(())
    })
}

/// `counts[j * width + i]` <- what `abreast_escape` gives for pixel (i, `first` + j), for j < `rows`: some rows of the
/// picture, for whoever makes the others elsewhere. `counts` has `n` = width * rows elements, and does not
/// overlap `view`.
///
/// Fails as `abreast_escape` does, and with `ABREAST_ARGUMENT` for rows that the picture has not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_escape_rows(
    view: *const abreast_view,
    first: u64,
    rows: u64,
    n: usize,
    counts: *mut u32,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        let args = Args::from(&checked(caller.sized("view", view)?)?);
        let job = Job::<Escape>::at(Level::best(), args, ())?;
        let pixels = rows_of(&job, first, rows)?;
        if n as u64 != pixels {
            let rule = format!("must be {pixels}, the pixels of the rows");
            return Err(Error::argument("n", n, rule).into());
        }
        let counts = Span::of("counts", n, counts)?;
        let chosen = Chosen::of::<Escape>(caller, options)?;
        let mut made = zeros(n, "the counts")?;
        let executor: &dyn Executor = chosen.pool.as_deref().map_or(&Serial, |pool| pool);
        job.choose(chosen.choice)?.rows_into(first..first + rows, executor, &mut made)?;
        caller.write(counts, &made);
        Ok(())
    })
}

/// How many pixels these rows have, if the picture has them.
fn rows_of(job: &Job<'_, Escape>, first: u64, rows: u64) -> Result<u64, Error> {
    let (all, width) = (job.plan().rows(), job.plan().cols());
    if first.checked_add(rows).is_some_and(|end| end <= all) {
        return Ok(rows * width);
    }
    let rule = format!("must be at most {all}, the rows of the view");
    Err(Error::argument("first + rows", format!("{first} + {rows}"), rule))
}

/// The view in the crate's own words, whose rules the kernel checks.
fn checked(view: abreast_view) -> Result<View, Refusal> {
    let complex = Complex64::new;
    let julia = match view.julia {
        0 => None,
        1 => Some(complex(view.c_re, view.c_im)),
        other => return Err(no_such("julia", other, "0 (Mandelbrot), 1 (Julia)").into()),
    };
    Ok(View {
        center: complex(view.center_re, view.center_im),
        extent: complex(view.extent_re, view.extent_im),
        width: view.width,
        height: view.height,
        max_iter: view.max_iter,
        julia,
    })
}
