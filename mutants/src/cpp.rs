//! C++ that throws.
#![allow(unsafe_code)]

use abreast::Error;

#[cxx::bridge(namespace = "mutants")]
#[allow(clippy::multiple_unsafe_ops_per_block, reason = "what cxx writes for a Result")]
mod bridge {
    // SAFETY: takes a number and throws; the Result makes cxx catch it.
    unsafe extern "C++" {
        include!("mutants/csrc/throws.hpp");

        fn throws(chunk: u64) -> Result<u64>;
    }
}

/// The exception, as a kernel reports it.
pub(crate) fn throws(chunk: u64) -> Result<(), Error> {
    let caught = |exception: cxx::Exception| Error::Exception {
        function: "mutants::throws",
        what: exception.what().to_owned(),
    };
    bridge::throws(chunk).map(drop).map_err(caught)
}
