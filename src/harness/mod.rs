//! Agree first, then measure. What does not agree is not timed.
//!
//! - [`overhead`]: what crossing a language border costs.

pub mod overhead;
