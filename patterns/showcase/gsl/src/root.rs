//! Brent's method: a closure that a handle keeps, and calls in its later calls.
#![allow(unsafe_code)]

use crate::callback::Slot;
use crate::error::{Error, finite};
use crate::handler;
use ab_gsl_sys as raw;
use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

type Closure<'f> = Box<dyn FnMut(f64) -> f64 + 'f>;

/// What C keeps a pointer to: its own struct, which points to the closure beside it.
struct Kept<'f> {
    function: raw::gsl_function,
    slot: Slot<Closure<'f>>,
}

/// A bracket around a root of a function, which is kept.
///
/// ```
/// let mut calls = 0;
/// let mut root = ab_gsl::Root::new(0.0, 1.0, |x: f64| {
///     calls += 1; // borrowed until `root` has ended
///     x.cos() - x
/// })?;
/// let mut solvers = vec![root]; // moved, with the closure set
/// while solvers[0].bracket().1 - solvers[0].bracket().0 > 1e-9 {
///     solvers[0].step()?;
/// }
/// assert!((solvers[0].estimate() - 0.739_085_133_2).abs() < 1e-9);
/// drop(solvers);
/// assert!(calls > 2);
/// # Ok::<(), ab_gsl::Error>(())
/// ```
///
/// A solver stays on its thread, as its closure might have to:
///
/// ```compile_fail,E0277
/// let mut root = ab_gsl::Root::new(0.0, 2.0, |x| x - 1.0).unwrap();
/// std::thread::spawn(move || root.step().unwrap());
/// ```
pub struct Root<'f> {
    solver: NonNull<raw::gsl_root_fsolver>,
    // Page `kept_callback`: the closure lies in memory of its own, so a solver that moves leaves it where C looks. From
    // `Box::leak`, as a `Box` claims wherever it is moved that nobody else has a pointer to its content.
    kept: NonNull<Kept<'f>>,
    /// Dropping it drops the closure, which may look at what it has borrowed.
    owns: PhantomData<Kept<'f>>,
}

impl<'f> Root<'f> {
    /// Looks for a root of `f` between `lower` and `upper`. Calls `f` at both.
    ///
    /// # Errors
    /// - [`Error::Argument`]: a bound is not finite, or `lower` is not below `upper`.
    /// - [`Error::NotFinite`]: `f` is not finite at one of them.
    /// - [`Error::Gsl`]: its values there have one sign; or there is no memory.
    ///
    /// # Panics
    /// When `f` does.
    pub fn new(lower: f64, upper: f64, f: impl FnMut(f64) -> f64 + 'f) -> Result<Self, Error> {
        handler::install()?;
        finite("lower", lower)?;
        finite("upper", upper)?;
        if lower >= upper {
            return Err(Error::argument("lower", lower, "below upper"));
        }
        // Page `owned_handle`.
        // SAFETY: a type of the library's own, which it never changes.
        let solver = handler::object(|| unsafe {
            raw::gsl_root_fsolver_alloc(raw::gsl_root_fsolver_brent)
        })?;
        // From here on Drop ends both, whatever happens.
        let mut root = Root { solver, kept: kept(Box::new(f)), owns: PhantomData };
        root.set(lower, upper)?;
        Ok(root)
    }

    fn set(&mut self, lower: f64, upper: f64) -> Result<(), Error> {
        let solver = self.solver.as_ptr();
        // SAFETY: in the place of what is alive until `solver` has ended.
        let function = unsafe { &raw mut (*self.kept.as_ptr()).function };
        // SAFETY: the solver is alive; it keeps `function` and calls it in this call and in `step`.
        let status = handler::status(|| unsafe {
            raw::gsl_root_fsolver_set(solver, function, lower, upper)
        });
        self.complaint()?;
        Ok(status?)
    }

    /// Makes the bracket smaller, and returns it. Calls `f` at most once.
    ///
    /// # Errors
    /// [`Error::NotFinite`], [`Error::Gsl`].
    ///
    /// # Panics
    /// When `f` does. The next step calls it again.
    pub fn step(&mut self) -> Result<(f64, f64), Error> {
        let solver = self.solver.as_ptr();
        // Page `kept_callback`: `&mut self`, so the closure has no way to the solver that calls it.
        // SAFETY: the solver is alive, and so is the closure that `set` has given to it.
        let status = handler::status(|| unsafe { raw::gsl_root_fsolver_iterate(solver) });
        self.complaint()?;
        status?;
        Ok(self.bracket())
    }

    /// Steps until the bracket is at most this wide, and returns the estimate.
    ///
    /// # Errors
    /// [`Error::Argument`] unless `width` is above 0; [`Error::NotConverged`]; those of [`Root::step`].
    ///
    /// # Panics
    /// When `f` does.
    pub fn solve(&mut self, width: f64, steps: usize) -> Result<f64, Error> {
        if width.is_nan() || width <= 0.0 {
            return Err(Error::argument("width", width, "above 0"));
        }
        for _ in 0..steps {
            let (lower, upper) = self.step()?;
            if upper - lower <= width {
                return Ok(self.estimate());
            }
        }
        let (lower, upper) = self.bracket();
        Err(Error::NotConverged { steps, lower, upper })
    }

    /// Where the root is taken to be.
    pub fn estimate(&self) -> f64 {
        // SAFETY: the solver is alive.
        unsafe { raw::gsl_root_fsolver_root(self.solver.as_ptr()) }
    }

    /// Between which numbers it is.
    pub fn bracket(&self) -> (f64, f64) {
        // SAFETY: the solver is alive.
        let lower = unsafe { raw::gsl_root_fsolver_x_lower(self.solver.as_ptr()) };
        // SAFETY: the same.
        (lower, unsafe { raw::gsl_root_fsolver_x_upper(self.solver.as_ptr()) })
    }

    fn complaint(&mut self) -> Result<(), Error> {
        // SAFETY: alive, and C is not running: nobody else looks at it.
        unsafe { &mut (*self.kept.as_ptr()).slot }.complaint()
    }
}

/// Page `pinned_struct`: a struct that points into itself, filled in once it is where it stays.
fn kept(f: Closure<'_>) -> NonNull<Kept<'_>> {
    let function = raw::gsl_function { function: None, params: std::ptr::null_mut() };
    let kept = NonNull::from(Box::leak(Box::new(Kept { function, slot: Slot::new(f) })));
    // SAFETY: just made.
    let slot = unsafe { &raw mut (*kept.as_ptr()).slot };
    // SAFETY: the same.
    unsafe { (*kept.as_ptr()).function = Slot::function(slot) };
    kept
}

impl Drop for Root<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `new`, ended here only.
        unsafe { raw::gsl_root_fsolver_free(self.solver.as_ptr()) };
        // Page `kept_callback`: the closure last. Its drop is anybody's code, and C no longer knows of it.
        // SAFETY: from `Box::leak`, taken back here only.
        drop(unsafe { Box::from_raw(self.kept.as_ptr()) });
    }
}

impl fmt::Debug for Root<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Root").field("bracket", &self.bracket()).finish_non_exhaustive()
    }
}
