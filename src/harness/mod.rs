//! Agree first, then measure. What does not agree is not timed.
//!
//! - [`agree`]: the gate that every body passes before it is timed.
//! - [`matrix`]: the same bits from every body, level and executor, as a table of hashes.
//! - [`overhead`]: what crossing a language border costs.

pub mod agree;
pub mod matrix;
pub mod overhead;
