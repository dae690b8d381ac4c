//! Adaptive integration: a closure that is called during one call.
#![allow(unsafe_code)]

use crate::callback::Slot;
use crate::error::{Error, finite};
use crate::handler;
use ab_gsl_sys as raw;
use std::ptr::NonNull;

/// How accurate a result must be: its error bound is at most the larger one of the two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// In units of the result.
    pub absolute: f64,
    /// In parts of the result.
    pub relative: f64,
}

impl Tolerance {
    /// In parts of the result alone.
    pub fn relative(relative: f64) -> Tolerance {
        Tolerance { absolute: 0.0, relative }
    }
}

/// An integral.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integral {
    /// GSL's estimate.
    pub value: f64,
    /// GSL's bound on the distance from the true value.
    pub error_bound: f64,
}

/// Room for the intervals of an integration, which may be used again.
#[derive(Debug)]
pub struct Workspace {
    workspace: NonNull<raw::gsl_integration_workspace>,
    limit: usize,
}

// Page `thread_contracts`: one context per object. GSL keeps nothing of a workspace in globals or thread-locals.
// SAFETY: as above, and it is owned.
unsafe impl Send for Workspace {}
// SAFETY: all that reaches C has `&mut self`.
unsafe impl Sync for Workspace {}

impl Workspace {
    /// The most intervals: far more than are of use, and far from where GSL's `n * sizeof (double)` wraps around.
    pub const MAX: usize = 10_000_000;

    /// Room for this many intervals.
    ///
    /// # Errors
    /// [`Error::Argument`] unless there are 1 to [`Workspace::MAX`]; [`Error::Gsl`] without memory.
    pub fn new(limit: usize) -> Result<Workspace, Error> {
        handler::install()?;
        if !(1..=Self::MAX).contains(&limit) {
            return Err(Error::argument("limit", limit, "1 to 10000000"));
        }
        // Page `owned_handle`: made here, ended by Drop.
        // SAFETY: any number that does not wrap.
        let workspace = handler::object(|| unsafe { raw::gsl_integration_workspace_alloc(limit) })?;
        Ok(Workspace { workspace, limit })
    }

    /// The integral of `f` from `lower` to `upper`, which may be the smaller one, by Gauss and Kronrod's rule of 21
    /// points in intervals that are halved where the error is largest.
    ///
    /// # Errors
    /// - [`Error::Argument`]: a bound or a tolerance is not finite, or a tolerance is below 0.
    /// - [`Error::NotFinite`]: `f` is not finite where it was asked. It is not called again.
    /// - [`Error::Gsl`]: the tolerance is too small for a double, or not reached.
    ///
    /// # Panics
    /// When `f` does.
    pub fn integrate(
        &mut self,
        lower: f64,
        upper: f64,
        tolerance: Tolerance,
        f: impl FnMut(f64) -> f64,
    ) -> Result<Integral, Error> {
        finite("lower", lower)?;
        finite("upper", upper)?;
        not_negative("tolerance.absolute", tolerance.absolute)?;
        not_negative("tolerance.relative", tolerance.relative)?;
        // Page `scoped_callback`: C has the closure during this call only, so it may borrow what it likes.
        let mut slot = Slot::new(f);
        let function = Slot::function(&raw mut slot);
        let (mut value, mut error_bound) = (f64::NAN, f64::NAN);
        // SAFETY: the workspace is alive and ours, and has room for `limit`; the slot stays in its place and is not
        // touched until C returns; C does not keep it. Two places for one double each.
        let status = handler::status(|| unsafe {
            raw::gsl_integration_qag(
                &function,
                lower,
                upper,
                tolerance.absolute,
                tolerance.relative,
                self.limit,
                raw::GSL_INTEG_GAUSS21,
                self.workspace.as_ptr(),
                &mut value,
                &mut error_bound,
            )
        });
        slot.complaint()?;
        // Page `output_buffer`: what C wrote is looked at after its status.
        status?;
        Ok(Integral { value, error_bound })
    }
}

fn not_negative(name: &'static str, value: f64) -> Result<(), Error> {
    let rule = "finite and 0 or more";
    if value.is_finite() && value >= 0.0 { Ok(()) } else { Err(Error::argument(name, value, rule)) }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // Page `who_frees`: by the function that belongs to the one that made it.
        // SAFETY: made by `new`, ended here only.
        unsafe { raw::gsl_integration_workspace_free(self.workspace.as_ptr()) };
    }
}
