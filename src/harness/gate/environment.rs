//! The floating-point environment that a call leaves behind.
//!
//! Every job puts the modes back that it found, and says what it had to put back. Where nothing can
//! do that, three sums and products tell the same: they round as the mode says, and subnormal numbers
//! survive or not.

use crate::fpenv;
use std::hint::black_box;

/// What the calls on this thread have done to its environment since this was asked last, if
/// anything: sums should round to nearest, subnormal numbers be kept and nothing trap.
pub(super) fn violation() -> Option<&'static str> {
    if let Some(what) = fpenv::left_behind() {
        return Some(what);
    }
    // All operands through black_box: the compiler would compute in its own environment.
    let (one, tiny) = (black_box(1.0f64), black_box(f64::EPSILON / 8.0));
    let (up, down) = (one + tiny, one - tiny);
    if black_box(up) != 1.0 || black_box(down) != 1.0 {
        return Some("sums are no longer rounded to nearest");
    }
    let flushed = black_box(f64::MIN_POSITIVE) * black_box(0.5);
    if black_box(flushed) == 0.0 {
        return Some("subnormal results are flushed to zero (FTZ)");
    }
    let ignored = black_box(f64::from_bits(1)) * black_box(1e300);
    if black_box(ignored) == 0.0 {
        return Some("subnormal operands are taken as zero (DAZ)");
    }
    None
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_thread_begins_without_trouble() {
        assert_eq!(super::violation(), None);
    }
}
