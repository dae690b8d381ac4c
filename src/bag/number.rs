//! Numbers that can be summed.

use crate::plan::fold;

/// A primitive number, whose sum is kept in a wider type.
///
/// Only this crate implements it.
pub trait Number: Copy + Send + sealed::Sealed {
    /// What sums are kept in: `i128` for whole numbers, `f64` for the others.
    #[doc(hidden)]
    type Total: Copy + Send;
    #[doc(hidden)]
    fn total(items: impl Iterator<Item = Self>) -> Self::Total;
    #[doc(hidden)]
    fn both(a: Self::Total, b: Self::Total) -> Self::Total;
    #[doc(hidden)]
    fn from_total(total: Self::Total) -> Option<Self>;
    #[doc(hidden)]
    fn ratio(total: Self::Total, count: usize) -> f64;
}

mod sealed {
    pub trait Sealed {}
}

/// Elements that are added one after another before the sums are folded by the tree: short enough
/// for a small error, long enough for the tree to cost nothing.
const BLOCK: usize = 256;

macro_rules! whole {
    ($($number:ty)*) => {$(
        impl sealed::Sealed for $number {}

        // Every value fits 128 bits, and so does the sum of as many as can be counted.
        impl Number for $number {
            type Total = i128;

            fn total(items: impl Iterator<Item = Self>) -> i128 {
                items.fold(0, |sum, item| sum + item as i128)
            }

            fn both(a: i128, b: i128) -> i128 {
                a + b
            }

            fn from_total(total: i128) -> Option<Self> {
                total.try_into().ok()
            }

            fn ratio(total: i128, count: usize) -> f64 {
                total as f64 / count as f64
            }
        }
    )*};
}

whole!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

macro_rules! rounded {
    ($($number:ty)*) => {$(
        impl sealed::Sealed for $number {}

        impl Number for $number {
            type Total = f64;

            fn total(mut items: impl Iterator<Item = Self>) -> f64 {
                let block = || {
                    let first = f64::from(items.next()?);
                    let rest = items.by_ref().take(BLOCK - 1);
                    Some(rest.fold(first, |sum, item| sum + f64::from(item)))
                };
                fold(std::iter::from_fn(block), |a, b| a + b).unwrap_or(0.0)
            }

            fn both(a: f64, b: f64) -> f64 {
                a + b
            }

            fn from_total(total: f64) -> Option<Self> {
                Some(total as $number)
            }

            fn ratio(total: f64, count: usize) -> f64 {
                total / count as f64
            }
        }
    )*};
}

rounded!(f32 f64);
