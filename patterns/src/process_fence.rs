//! 26. Process fence: what may crash runs in a worker process, and its crash is a typed fault.
//!
//! # What goes wrong
//! The library reads through a null pointer for one input out of a million. No `Result` and no
//! `catch_unwind` sees that: the service is gone, and with it every other request.
//!
//! # The right way
//! `Fence` (with the feature `fence`) runs each call in a worker process of
//! [`abreast`](https://docs.rs/abreast): this very program, started again, which `worker_main` at the
//! top of `main` turns into a worker. A crash arrives as `Fault::Crashed` with the signal's name, a call
//! that does not end as `Fault::Late`; the next call gets a fresh worker. Only plain data crosses.
//!
//! Without a fence the library's rule becomes a condition: [`integrate_here`] is `unsafe`, and
//! [`integrate_checked`] asks first. That is the better way while the rule is known and can be checked
//! at all. The fence is for the others, and contains crashes, not wrong numbers.
//!
//! ```
//! use abreast_patterns::process_fence::{Integral, integrate_checked};
//!
//! let cube = Integral { points: 2, c: [0.0, 0.0, 0.0, 4.0], from: 0.0, to: 3.0 };
//! assert!((integrate_checked(&cube)? - 81.0).abs() < 1e-12);
//! assert!(integrate_checked(&Integral { points: 9, ..cube }).is_err());
//! # Ok::<(), abreast_patterns::process_fence::NoRule>(())
//! ```
//!
//! # The wrong way
//! `null_in_process` makes the call that crashes without a fence: the program ends with SIGSEGV, and
//! what comes after it is never said.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/process_fence/process_fence.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/process_fence/process_fence.c"), "```")]
#![allow(unsafe_code)]

// Pattern: plain data, and a worker process that makes the call.

/// The declaration of `process_fence.h`.
#[allow(missing_docs)]
pub mod raw {
    unsafe extern "C" {
        pub fn ab_integrate(integral: *const super::Integral) -> f64;
    }
}

/// What to integrate: `c[0] + c[1] x + c[2] x^2 + c[3] x^3`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "fence", derive(bytemuck::Pod, bytemuck::Zeroable))]
#[repr(C)]
pub struct Integral {
    /// How many points the rule has.
    pub points: u64,
    /// The coefficients.
    pub c: [f64; 4],
    /// The lower limit.
    pub from: f64,
    /// The upper limit.
    pub to: f64,
}

#[cfg(feature = "fence")]
pub use fence::{Fault, Fence, REMOTE};

#[cfg(feature = "fence")]
mod fence {
    use super::{Integral, raw};
    use abreast::exec::{Control, Procs, is_worker};
    use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands};
    use abreast::{Error, Plan, Remote, Variant};
    use std::borrow::Cow;
    use std::time::Duration;

    /// One call, as a kernel of one row with one variant.
    #[derive(Debug)]
    pub struct Call;

    /// The call, as `worker_main` has to know it.
    pub const REMOTE: Remote = Remote::of::<Call>();

    impl Kernel for Call {
        const NAME: &'static str = "abreast_patterns_integrate";
        const LAYOUT: Layout = Layout::PerElement;
        const OPERANDS: Operands = Operands::Whole;
        const VARIANTS: &'static [Variant<Self>] = &[Variant::new("c", integrate)];
        type Args = Integral;
        type Input<'i> = ();
        type Item = f64;
        type Output = f64;

        fn plan(_: &Integral, (): ()) -> Result<Plan, Error> {
            Plan::range(1, 1)
        }

        fn finish(_: &Integral, _: &Plan, items: Cow<'_, [f64]>) -> f64 {
            items[0]
        }
    }

    fn integrate(call: ChunkArgs<'_, '_, Call>) -> Result<(), Error> {
        // `Call` is private, but whoever has `REMOTE` can open it with bytes of their own, anywhere.
        if !is_worker() {
            return Err(Error::argument(
                "process",
                "not a worker",
                "must be one: the call may crash",
            ));
        }
        // SAFETY: the pointer is that of a reference. For a rule that the library lacks there is no
        // reason: it dies of that, or hangs, and takes a worker with it that has nothing else to lose.
        call.out[0] = unsafe { raw::ab_integrate(call.args) };
        Ok(())
    }

    /// How a call behind the fence failed.
    #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
    #[non_exhaustive]
    pub enum Fault {
        /// The worker died of it: "was killed by SIGSEGV".
        #[error("the library crashed: its worker {0}")]
        Crashed(String),
        /// It did not end in time, and was ended.
        #[error("the library did not return within {0:?}")]
        Late(Duration),
        /// The system, or a program without `worker_main`.
        #[error("the fence does not stand: {0}")]
        Broken(String),
    }

    /// A worker process that makes the calls, one at a time. The first call starts it, and a call after
    /// a crash starts another one; dropping the fence ends it.
    ///
    /// ```standalone_crate,no_run
    /// use abreast_patterns::process_fence::{Fence, Integral, REMOTE};
    /// use std::time::Duration;
    ///
    /// fn main() {
    ///     abreast::exec::worker_main([REMOTE]);
    ///     let fence = Fence::new(Duration::from_secs(1)).expect("a fence");
    ///     let no_rule = Integral { points: 9, c: [1.0; 4], from: 0.0, to: 1.0 };
    ///     println!("{}", fence.integrate(&no_rule).expect_err("a crash"));
    /// }
    /// ```
    #[derive(Debug)]
    pub struct Fence {
        worker: Procs,
        allowed: Duration,
    }

    impl Fence {
        /// A fence that allows each call this long.
        ///
        /// # Errors
        /// [`Fault::Broken`].
        pub fn new(allowed: Duration) -> Result<Fence, Fault> {
            let worker = Procs::new(1).map_err(|why| Fault::Broken(why.to_string()))?;
            Ok(Fence { worker, allowed })
        }

        /// The integral, computed in the worker, whatever the library makes of it.
        ///
        /// # Errors
        /// [`Fault`].
        pub fn integrate(&self, integral: &Integral) -> Result<f64, Fault> {
            // What kills a worker once does so again.
            let control =
                Control { attempts: 1, deadline: Some(self.allowed), ..Control::default() };
            let mut value = [0.0];
            let job = Job::<Call>::new(*integral, ());
            let job = job.map_err(|why| Fault::Broken(why.to_string()))?;
            match job.control(&control).on_into(&self.worker, &mut value) {
                Ok(_) => Ok(value[0]),
                Err(abreast::Fault::Lost { how, .. }) => Err(Fault::Crashed(how)),
                Err(abreast::Fault::Deadline { allowed, .. }) => Err(Fault::Late(allowed)),
                Err(other) => Err(Fault::Broken(other.to_string())),
            }
        }
    }
}

// Example: the same call in this process, and tests.

/// A rule that the library does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("points = {0}: must be 2 or 3")]
pub struct NoRule(pub u64);

/// The integral, computed in this process.
///
/// # Safety
/// `points` is 2 or 3.
pub unsafe fn integrate_here(integral: &Integral) -> f64 {
    // SAFETY: the pointer is that of a reference; the library has the rule, as the caller promises.
    unsafe { raw::ab_integrate(integral) }
}

/// The integral, computed in this process when the library can.
///
/// # Errors
/// [`NoRule`].
pub fn integrate_checked(integral: &Integral) -> Result<f64, NoRule> {
    if !(2..=3).contains(&integral.points) {
        return Err(NoRule(integral.points));
    }
    // SAFETY: just checked.
    Ok(unsafe { integrate_here(integral) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_rule_is_checked_and_needs_no_fence() {
        let cubic = Integral { points: 3, c: [1.0, 2.0, 3.0, 4.0], from: -1.0, to: 2.0 };
        // x + x^2 + x^3 + x^4 between the limits.
        assert!((integrate_checked(&cubic).unwrap() - 30.0).abs() < 1e-12);
        for points in [0, 1, 4, u64::MAX] {
            assert_eq!(integrate_checked(&Integral { points, ..cubic }), Err(NoRule(points)));
        }
        assert_eq!(NoRule(4).to_string(), "points = 4: must be 2 or 3");
    }
}
