//! The border to C: raw declarations, and what a status code means.
//!
//! Nothing here is public API; patterns to copy are in the kernels' `c.rs` and `cpp.rs`.

#[cfg(feature = "harness")]
pub(crate) mod crossing;
mod status;
pub(crate) use status::{caught, check};

/// What bindgen makes of the headers in `csrc/`. Checked in, so that nobody needs libclang;
/// `scripts/bindings` renews it and `tests/bindings.rs` proves it fresh.
#[allow(unsafe_code, missing_docs, non_camel_case_types, dead_code)]
pub(crate) mod bound {
    #[cfg(not(feature = "bindgen"))]
    include!("generated.rs");
    #[cfg(feature = "bindgen")]
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

/// The declarations that bindgen makes now, for the test that compares them with the checked-in
/// file.
#[cfg(feature = "bindgen")]
#[doc(hidden)]
pub const FRESH: &str = include_str!(concat!(env!("OUT_DIR"), "/generated.rs"));
