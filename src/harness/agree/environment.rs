//! The floating-point environment of this thread, seen from what arithmetic does in it.
//!
//! The registers (MXCSR on x86-64, FPCR on aarch64) can be read by unsafe code only. Three sums
//! and products tell the same: they round as the mode says, and subnormal numbers survive or not.

use std::hint::black_box;

/// What is wrong with this thread's environment, if anything: it should round to nearest and keep
/// subnormal numbers.
pub(super) fn trouble() -> Option<&'static str> {
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
        assert_eq!(super::trouble(), None);
    }
}
