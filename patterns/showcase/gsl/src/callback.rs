//! A closure as GSL calls it.
#![allow(unsafe_code)]

use crate::error::Error;
use ab_gsl_sys::gsl_function;
use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A closure, and what has become of it while C was running.
pub(crate) struct Slot<F> {
    f: F,
    panic: Option<Box<dyn Any + Send>>,
    not_finite: Option<(f64, f64)>,
}

impl<F: FnMut(f64) -> f64> Slot<F> {
    pub(crate) fn new(f: F) -> Self {
        Slot { f, panic: None, not_finite: None }
    }

    /// The closure as C's struct.
    ///
    /// Who calls it through C sees to it that the slot is alive and that nobody else uses it meanwhile.
    pub(crate) fn function(slot: *mut Self) -> gsl_function {
        gsl_function { function: Some(evaluated::<F>), params: slot.cast() }
    }

    /// The value at `x`; NaN, at which GSL gives up, once something has gone wrong.
    fn evaluate(&mut self, x: f64) -> f64 {
        if self.panic.is_some() || self.not_finite.is_some() {
            return f64::NAN;
        }
        // Page `panic_parcel`: a panic does not cross C's frames. It is kept until C has returned.
        match catch_unwind(AssertUnwindSafe(|| (self.f)(x))) {
            Ok(value) => {
                self.not_finite = (!value.is_finite()).then_some((x, value));
                value
            }
            Err(payload) => {
                self.panic = Some(payload);
                f64::NAN
            }
        }
    }

    /// What the closure has to say about the call that has just ended; it may be called again afterwards.
    ///
    /// # Panics
    /// When the closure has, with its payload.
    pub(crate) fn complaint(&mut self) -> Result<(), Error> {
        let not_finite = self.not_finite.take();
        if let Some(payload) = self.panic.take() {
            resume_unwind(payload);
        }
        not_finite.map_or(Ok(()), |(x, value)| Err(Error::NotFinite { x, value }))
    }
}

/// What C is given as the function: one for each type of closure, as it is called through a pointer.
unsafe extern "C" fn evaluated<F: FnMut(f64) -> f64>(x: f64, params: *mut c_void) -> f64 {
    // SAFETY: C hands on the pointer of `Slot::function`, with the promise that is made there.
    let slot = unsafe { &mut *params.cast::<Slot<F>>() };
    slot.evaluate(x)
}
