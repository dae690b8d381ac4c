//! What goes wrong, in Rust's types.

use ab_gsl_sys as raw;
use std::ffi::c_int;

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument breaks a rule; nothing has been computed.
    #[error("{name} = {value}: must be {rule}")]
    Argument {
        /// Its name in the function's signature.
        name: &'static str,
        /// What it was.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// The closure's value is infinite or no number.
    #[error("f({x}) = {value}: must be finite")]
    NotFinite {
        /// Where.
        x: f64,
        /// The value there.
        value: f64,
    },
    /// The bracket is still wider than asked for.
    #[error(
        "after {steps} steps the root is between {lower} and {upper}: allow more steps, or a larger width"
    )]
    NotConverged {
        /// How many steps there were.
        steps: usize,
        /// The lower end.
        lower: f64,
        /// The upper end.
        upper: f64,
    },
    /// The library at run time is another one than this was written for.
    #[error(
        "GSL is of version {found} at run time: must be {built} or later, of the same major version"
    )]
    Version {
        /// What it says of itself.
        found: String,
        /// What it was when this was built.
        built: &'static str,
    },
    /// GSL itself says no.
    #[error(transparent)]
    Gsl(#[from] Failure),
}

impl Error {
    pub(crate) fn argument(name: &'static str, value: impl ToString, rule: &'static str) -> Error {
        Error::Argument { name, value: value.to_string(), rule }
    }
}

/// `Ok` for a finite number.
pub(crate) fn finite(name: &'static str, value: f64) -> Result<(), Error> {
    if value.is_finite() { Ok(()) } else { Err(Error::argument(name, value, "finite")) }
}

/// A failure that GSL reports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("GSL: {reason} ({code:?})")]
pub struct Failure {
    /// Its code.
    pub code: Code,
    /// Its words.
    pub reason: String,
}

// Page `status_codes`: those that the functions used here return, and room for all others.
/// The codes of `gsl_errno.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Code {
    Domain,
    Invalid,
    Failed,
    NoMemory,
    BadFunction,
    MaxIterations,
    BadTolerance,
    RoundOff,
    Singular,
    Divergent,
    Other(c_int),
}

// Page `enums_as_integers`: a number of C's is looked up, never taken for one of Rust's variants.
impl From<c_int> for Code {
    fn from(code: c_int) -> Code {
        match code {
            raw::GSL_EDOM => Code::Domain,
            raw::GSL_EINVAL => Code::Invalid,
            raw::GSL_EFAILED => Code::Failed,
            raw::GSL_ENOMEM => Code::NoMemory,
            raw::GSL_EBADFUNC => Code::BadFunction,
            raw::GSL_EMAXITER => Code::MaxIterations,
            raw::GSL_EBADTOL => Code::BadTolerance,
            raw::GSL_EROUND => Code::RoundOff,
            raw::GSL_ESING => Code::Singular,
            raw::GSL_EDIVERGE => Code::Divergent,
            other => Code::Other(other),
        }
    }
}
