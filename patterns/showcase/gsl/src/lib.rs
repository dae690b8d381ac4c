//! Integrals and roots of closures by the GNU Scientific Library.
//!
//! ```
//! use ab_gsl::{Root, Tolerance, Workspace};
//!
//! let mut workspace = Workspace::new(100)?;
//! let sine = workspace.integrate(0.0, std::f64::consts::PI, Tolerance::relative(1e-12), f64::sin)?;
//! assert!((sine.value - 2.0).abs() <= 1e-11 && sine.error_bound < 1e-10);
//!
//! let root = Root::new(0.0, 2.0, |x| x * x - 2.0)?.solve(1e-14, 100)?;
//! assert!((root - 2f64.sqrt()).abs() <= 1e-14);
//! # Ok::<(), ab_gsl::Error>(())
//! ```
//!
//! # Errors
//! Bad input is refused before GSL sees it, by a sentence that names argument, value and rule. What GSL refuses or does
//! not reach is [`Error::Gsl`] with its own words.
//!
//! # For the whole process
//! The first call sets GSL's error handler, which would abort, and leaves it set. Other code in the process
//! that uses GSL then gets status codes. If it sets a handler of its own later, errors here have the general text
//! of their code; one that aborts aborts here too.
//!
//! # Panics
//! A panic of a closure stops GSL and goes on from the call here, with its payload.

mod callback;
mod error;
mod handler;
mod integrate;
mod root;

pub use error::{Code, Error, Failure};
pub use integrate::{Integral, Tolerance, Workspace};
pub use root::Root;
