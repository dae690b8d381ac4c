//! Compare your own functions.

#![forbid(unsafe_code)]

#[doc(hidden)]
pub mod format;
pub mod machine;
pub mod measure;
pub mod random;
