//! 44. `std::optional`, `std::variant`, `std::span`, templates: taken apart in C++, put together in Rust.
//!
//! # What goes wrong
//! These are templates of C++'s library, and the standard does not say how they lie in memory. A `std::optional<double>`
//! has its flag behind the value in one library, and another one may differ; a Rust `Option<f64>` has it in front, which is
//! not promised either. Code that reads one as the other takes a part of the value for the flag. A
//! `std::variant` knows which alternative it holds by an index, which changes for all alternatives behind a new one;
//! taking the wrong alternative throws. A `std::span` may be passed in two registers or by address. And a template has
//! no symbol until it is instantiated: there is nothing to link.
//!
//! # The right way
//! Each crosses as the parts that C has, in a function of C++ that is written once:
//!
//! | in C++ | across | in Rust |
//! |---|---|---|
//! | result `std::optional<T>` | 0 or 1, and a place that is written only with 1 | `Option<T>` |
//! | parameter `std::optional<T>` | `const T *`, null for none | `Option<T>` |
//! | `std::span<const T>` | pointer and length | `&[T]` |
//! | `std::variant<..>` | a number of our own for the alternative, and its fields | an `enum` |
//! | `template <class T>` | one function for each `T` that is wanted | a sealed trait with a constant for it |
//!
//! The variant is taken apart by a visitor with one function for each alternative. When the library adds one, the
//! visitor no longer compiles; with numbers from `index()` everything would go on compiling. The numbers come in as
//! [integers](crate::enums_as_integers): [`Roots`] is made of a known one, and an unknown one is an error.
//!
//! An alternative whose copy throws can leave a variant without a value, and then the visit throws as well: such a
//! function needs an [exception firewall](crate::exception_firewall). A `T` that is no plain number (a `std::string`) is
//! not written to a place of Rust's: it crosses [behind a pointer](crate::cpp_classes).
//!
//! ```
//! use abreast_patterns::cpp_values::{Roots, largest, roots};
//!
//! assert_eq!(largest(&[0.5, 2.0, 1.5], None), Some(2.0));
//! assert_eq!(largest(&[0.5_f32, 2.0, 1.5], Some(2.0)), Some(1.5));
//! assert_eq!(largest::<i32>(&[], None), None);
//!
//! assert_eq!(roots(1.0, -3.0, 2.0)?, Roots::Two { lower: 1.0, upper: 2.0 });
//! assert_eq!(roots(1.0, 0.0, 4.0)?, Roots::Conjugates { re: 0.0, im: 2.0 });
//! # Ok::<(), abreast_patterns::cpp_values::Error>(())
//! ```
//!
//! What was not instantiated is refused by the compiler, not by the linker:
//!
//! ```compile_fail,E0277
//! # use abreast_patterns::cpp_values::largest;
//! largest(&[1_u8, 2], None);
//! ```
//!
//! # The wrong way
//! `optional_as_a_struct` has C++ write a `std::optional<double>` of 2 to a struct of a flag and a double: the flag is
//! the first byte of the 2, which is 0. `other_alternative_taken` asks for one root where there are two: the exception
//! meets `noexcept` and the process ends.
//!
//! # The foreign side
#![doc = concat!("```cpp\n", include_str!("../csrc/cpp_values/cpp_values.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/cpp_values/cpp_values.cpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/cpp_values/wrong.cpp"), "```")]
#![allow(unsafe_code)]

// Pattern: an optional, a span, a variant and a template, put together from parts.

/// The declarations of `cpp_values.hpp`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    /// An instantiation of `largest`.
    pub type Largest<T> = unsafe extern "C" fn(*const T, usize, *const T, *mut T) -> i32;

    #[repr(C)]
    #[derive(Debug, Clone, Copy, Default)]
    pub struct ab_roots {
        pub kind: i32,
        pub first: f64,
        pub second: f64,
    }

    unsafe extern "C" {
        pub fn ab_largest_f64(x: *const f64, n: usize, below: *const f64, out: *mut f64) -> i32;
        pub fn ab_largest_f32(x: *const f32, n: usize, below: *const f32, out: *mut f32) -> i32;
        pub fn ab_largest_i32(x: *const i32, n: usize, below: *const i32, out: *mut i32) -> i32;
        pub fn ab_quadratic_roots(a: f64, b: f64, c: f64, out: *mut ab_roots);
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f64 {}
    impl Sealed for f32 {}
    impl Sealed for i32 {}
}

/// A type that the template was instantiated for.
pub trait Element: sealed::Sealed + Copy + Default {
    /// Its function.
    #[doc(hidden)]
    const LARGEST: raw::Largest<Self>;
}

impl Element for f64 {
    const LARGEST: raw::Largest<f64> = raw::ab_largest_f64;
}

impl Element for f32 {
    const LARGEST: raw::Largest<f32> = raw::ab_largest_f32;
}

impl Element for i32 {
    const LARGEST: raw::Largest<i32> = raw::ab_largest_i32;
}

/// The largest element that is less than `below`, or the largest of all; `None` where there is none. A NaN is neither
/// an element nor a bound.
pub fn largest<T: Element>(x: &[T], below: Option<T>) -> Option<T> {
    let mut out = T::default();
    let below = below.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: n elements, of the type that this function was instantiated for; a bound that is alive, or null; a
    // place for one element. C++ keeps none of them.
    let found = unsafe { T::LARGEST(x.as_ptr(), x.len(), below, &mut out) };
    (found != 0).then_some(out)
}

/// Where a polynomial of degree two or less is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub enum Roots {
    None,
    Every,
    One(f64),
    Two {
        lower: f64,
        upper: f64,
    },
    /// `re + i im` and `re - i im`, with `im > 0`.
    Conjugates {
        re: f64,
        im: f64,
    },
}

/// Why there are no roots.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error("{0} = {1}: a coefficient must be finite")]
    NotFinite(char, f64),
    #[error("C++ returned roots of the unknown kind {0}")]
    UnknownKind(i32),
}

impl TryFrom<raw::ab_roots> for Roots {
    type Error = Error;

    fn try_from(roots: raw::ab_roots) -> Result<Roots, Error> {
        let (first, second) = (roots.first, roots.second);
        Ok(match roots.kind {
            0 => Roots::None,
            1 => Roots::Every,
            2 => Roots::One(first),
            3 => Roots::Two { lower: first, upper: second },
            4 => Roots::Conjugates { re: first, im: second },
            kind => return Err(Error::UnknownKind(kind)),
        })
    }
}

/// Where `a x^2 + b x + c` is 0.
///
/// # Errors
/// [`Error::NotFinite`] for a coefficient that is infinite or no number; [`Error::UnknownKind`] from a library that
/// knows more kinds than this page.
pub fn roots(a: f64, b: f64, c: f64) -> Result<Roots, Error> {
    if let Some((name, value)) =
        [('a', a), ('b', b), ('c', c)].into_iter().find(|(_, value)| !value.is_finite())
    {
        return Err(Error::NotFinite(name, value));
    }
    let mut out = raw::ab_roots::default();
    // SAFETY: a place for one struct, which C++ does not keep.
    unsafe { raw::ab_quadratic_roots(a, b, c, &mut out) };
    Roots::try_from(out)
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    /// The same in Rust, by sorting.
    fn by_sorting<T: Element + PartialOrd>(x: &[T], below: Option<T>) -> Option<T> {
        let is_number = |x: &T| x.partial_cmp(x).is_some();
        let mut all: Vec<T> = x.iter().copied().filter(is_number).collect();
        all.retain(|x| below.is_none_or(|below| *x < below));
        all.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
        all.last().copied()
    }

    fn agrees<T: Element + PartialOrd + std::fmt::Debug>(x: &[T]) {
        for end in 0..=x.len() {
            let bounds = x.iter().map(|bound| Some(*bound)).chain([None]);
            for below in bounds {
                let part = &x[..end];
                assert_eq!(largest(part, below), by_sorting(part, below), "{part:?} {below:?}");
            }
        }
    }

    #[test]
    fn each_instantiation_is_that_of_its_type() {
        agrees(&[2.5, -1.0, f64::NAN, 7.0, f64::NEG_INFINITY, 1e300, 7.0]);
        agrees(&[2.5_f32, -1.0, f32::NAN, 7.0, 16_777_217.0, f32::INFINITY]);
        agrees(&[5, -7, i32::MAX, i32::MIN, 16_777_217, 0]);
    }

    #[test]
    fn nothing_and_a_default_are_different() {
        assert_eq!(largest::<f64>(&[], None), None);
        assert_eq!(largest(&[f64::NAN], None), None);
        assert_eq!(largest(&[1.0], Some(1.0)), None);
        assert_eq!(largest(&[0.0, -1.0], None), Some(0.0));
        assert_eq!(largest(&[0, 1], Some(1)), Some(0));
        assert_eq!(largest(&[0.5], Some(f64::NAN)), None);
    }

    #[test]
    fn a_place_is_left_alone_when_there_is_nothing_to_write() {
        let mut out = 7.0;
        // SAFETY: no elements, no bound, a place.
        let found = unsafe { raw::ab_largest_f64(std::ptr::null(), 0, std::ptr::null(), &mut out) };
        assert_eq!((found, out), (0, 7.0));
    }

    #[test]
    fn each_alternative_arrives_as_its_own_case() {
        for (coefficients, expected) in [
            ([0.0, 0.0, 1.0], Roots::None),
            ([0.0, 0.0, 0.0], Roots::Every),
            ([0.0, 2.0, -1.0], Roots::One(0.5)),
            ([1.0, -2.0, 1.0], Roots::One(1.0)),
            ([-1.0, 3.0, -2.0], Roots::Two { lower: 1.0, upper: 2.0 }),
            ([1.0, 0.0, 0.0], Roots::One(0.0)),
            ([1.0, -2.0, 2.0], Roots::Conjugates { re: 1.0, im: 1.0 }),
            // No square overflows, and nothing cancels.
            ([1e300, -3e300, 2e300], Roots::Two { lower: 1.0, upper: 2.0 }),
            ([1.0, -1e17, 1.0], Roots::Two { lower: 1e-17, upper: 1e17 }),
        ] {
            let [a, b, c] = coefficients;
            assert_eq!(roots(a, b, c), Ok(expected), "{coefficients:?}");
        }
    }

    #[test]
    fn what_nobody_can_name_is_refused() {
        for kind in [-1, 5, i32::MIN, i32::MAX] {
            let roots = raw::ab_roots { kind, ..Default::default() };
            assert_eq!(Roots::try_from(roots), Err(Error::UnknownKind(kind)));
        }
        let refused = roots(1.0, f64::INFINITY, f64::NAN).unwrap_err();
        assert_eq!(refused.to_string(), "b = inf: a coefficient must be finite");
    }
}
