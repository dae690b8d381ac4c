//! 2. By value only what is trivial: a class with a destructor goes through a pointer.
//!
//! # What goes wrong
//! Two doubles are returned in two registers. Give the C++ struct a destructor, even an empty one, and
//! it still has 16 bytes with the same fields in the same places, but now the caller has to pass a hidden
//! pointer to where the result goes. Rust knows of no destructor, passes no pointer, and reads two
//! registers. C++ writes the result to whatever the first argument happened to be.
//! [Generators fall for it too](https://github.com/rust-lang/rust-bindgen/issues/778).
//!
//! # The right way
//! Whatever crosses by value is asserted to be trivial, an aggregate and of standard layout, in the header,
//! next to the type: the edit that adds a destructor does not compile. Trivially copyable is enough on
//! Linux, but not for the ABIs of Windows, which return in memory what has a constructor, a private
//! member or an initialiser of a member (`clang++ --target=x86_64-pc-windows-msvc -S -emit-llvm` shows an
//! `sret`). Everything else crosses as a pointer to room that the caller has, or behind a handle. For small
//! trivial types by value is right, and need not be feared: see the price.
//!
//! ```
//! use abreast_patterns::by_value::Interval;
//!
//! let length = Interval::new(1.9, 2.1)?;
//! let width = Interval::new(-1.0, 3.0)?;
//! let area = length * width;
//! assert!(area.contains(-2.1) && area.contains(6.3) && !area.contains(6.4));
//! # Ok::<(), abreast_patterns::by_value::NoInterval>(())
//! ```
//!
//! # The wrong way
//! `destructor_by_value` declares a class with a destructor as a struct: on x86-64 its sample count reads
//! as an address, and an argument that nobody was to write to holds the result. On AArch64 the hidden
//! pointer has a register of its own, and the result goes wherever that points, or the process crashes.
//!
//! # The foreign side
#![doc = concat!("```cpp\n", include_str!("../csrc/by_value/by_value.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/by_value/by_value.cpp"), "```")]
//! For the counterexample:
#![doc = concat!("```cpp\n", include_str!("../csrc/by_value/wrong.cpp"), "```")]
#![allow(unsafe_code)]

// Pattern: a struct that crosses by value, since C++ has checked that it may, and one that crosses behind a pointer.

/// The declarations of `by_value.hpp`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    #[repr(C)]
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct ab_interval {
        pub low: f64,
        pub high: f64,
    }

    unsafe extern "C" {
        // Safe: the header says that any numbers may come, NaN too.
        pub safe fn ab_interval_mul(a: ab_interval, b: ab_interval) -> ab_interval;
        pub fn ab_interval_mul_to(
            a: *const ab_interval,
            b: *const ab_interval,
            out: *mut ab_interval,
        );
    }
}

/// All numbers between two ends, which belong to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval(raw::ab_interval);

/// These are not the ends of an interval.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("low is {low}, high is {high}; neither may be NaN, and low must not be above high")]
pub struct NoInterval {
    /// The lower end that was given.
    pub low: f64,
    /// The upper end that was given.
    pub high: f64,
}

impl Interval {
    /// The numbers from `low` to `high`.
    ///
    /// # Errors
    /// [`NoInterval`] when an end is NaN or `low > high`.
    pub fn new(low: f64, high: f64) -> Result<Interval, NoInterval> {
        match low <= high {
            true => Ok(Interval(raw::ab_interval { low, high })),
            false => Err(NoInterval { low, high }),
        }
    }

    // Example: what else an interval is asked.

    /// Is `x` one of its numbers?
    pub fn contains(self, x: f64) -> bool {
        self.0.low <= x && x <= self.0.high
    }

    /// The ends.
    pub fn ends(self) -> (f64, f64) {
        (self.0.low, self.0.high)
    }
}

impl std::ops::Mul for Interval {
    type Output = Interval;

    fn mul(self, other: Interval) -> Interval {
        Interval(raw::ab_interval_mul(self.0, other.0))
    }
}

/// The same through pointers: what a type that is not trivial would need.
pub fn mul_to(a: &Interval, b: &Interval) -> Interval {
    let mut out = a.0;
    // SAFETY: three pointers to intervals that are alive for the call; only `out` is written to, and it
    // is ours.
    unsafe { raw::ab_interval_mul_to(&a.0, &b.0, &mut out) };
    Interval(out)
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn every_product_is_in_the_product_both_ways() {
        let ends = [-1e300, -2.5, -0.1, 0.0, 1e-300, 0.3, 7.0];
        let intervals: Vec<Interval> = (0..ends.len())
            .flat_map(|i| ends[i..].iter().map(move |&high| Interval::new(ends[i], high).unwrap()))
            .collect();
        for &a in &intervals {
            for &b in &intervals {
                let product = a * b;
                assert_eq!(mul_to(&a, &b), product);
                for x in [a.ends().0, a.ends().1] {
                    for y in [b.ends().0, b.ends().1] {
                        assert!(product.contains(x * y), "{a:?} {b:?} {product:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn infinite_ends_leave_no_nan() {
        let all = Interval::new(f64::NEG_INFINITY, f64::INFINITY).unwrap();
        let none = Interval::new(0.0, 0.0).unwrap();
        let (low, high) = (all * none).ends();
        assert!(low < 0.0 && low > -1e-300 && high > 0.0 && high < 1e-300);
        assert_eq!((all * all).ends(), (f64::NEG_INFINITY, f64::INFINITY));
    }

    #[test]
    fn ends_that_are_none_are_refused() {
        for (low, high) in [(1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::NAN)] {
            let refused = Interval::new(low, high).unwrap_err();
            assert_eq!(refused.low.to_bits(), low.to_bits());
            assert!(refused.to_string().contains(&format!("high is {high}")));
        }
    }

    #[test]
    fn what_is_no_interval_gives_some_result_and_nothing_worse() {
        for (low, high) in [(f64::NAN, f64::NAN), (1.0, f64::NAN), (2.0, 1.0)] {
            let (none, some) =
                (raw::ab_interval { low, high }, raw::ab_interval { low: 1.0, high: 2.0 });
            let product = raw::ab_interval_mul(none, some);
            assert!(product.low.is_nan() || product.low.is_finite());
        }
        // A result that is NaN stays one: no end of it is made up.
        let nan = raw::ab_interval { low: f64::NAN, high: f64::NAN };
        let product = raw::ab_interval_mul(nan, nan);
        assert!(product.low.is_nan() && product.high.is_nan());
    }

    /// What the C++ compiler says of the header with this behind it: nothing when it is content.
    fn complaints(behind: &str) -> String {
        let file = std::env::temp_dir().join(format!(
            "ab-by-value-{}-{:?}.cpp",
            std::process::id(),
            std::thread::current().id()
        ));
        let header = concat!(env!("CARGO_MANIFEST_DIR"), "/csrc/by_value/by_value.hpp");
        std::fs::write(&file, format!("#include \"{header}\"\n{behind}\n")).unwrap();
        let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
        let output =
            Command::new(compiler).args(["-std=c++17", "-fsyntax-only"]).arg(&file).output();
        std::fs::remove_file(&file).unwrap();
        let output = output.expect("the compiler that built this crate");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), text.is_empty(), "{text}");
        text
    }

    #[test]
    fn the_header_refuses_a_destructor() {
        assert_eq!(complaints("struct s { double x; }; AB_BY_VALUE(s);"), "");
        let members = [
            "~s() {}",
            "s(const s &) {}",
            "virtual void f();",
            "private: double y;",
            // Trivially copyable, and returned in memory on Windows all the same.
            "s(double y) : x(y) {}",
            "double y = 1;",
        ];
        for body in members {
            let text = complaints(&format!("struct s {{ double x; {body} }}; AB_BY_VALUE(s);"));
            assert!(text.contains("must not cross the border by value"), "{body}: {text}");
        }
    }
}
