//! 43. C++ classes: owned, shared, changed in place and iterated over, through a bridge of cxx.
//!
//! # What goes wrong
//! A Rust value moves by its bytes. A `std::string` of a few letters points into itself, a `std::map`'s nodes point to
//! the map, so an object of C++ that is held by value in Rust (as an array of bytes of the right size) is broken by
//! the first `return`. A reference or an iterator into a container is good until the container grows, and C++ says so
//! in its documentation only. And `mem::swap` of two `&mut` exchanges bytes.
//!
//! # The right way
//! cxx has a type for each way in which C++ holds an object:
//!
//! | in C++ | in Rust | note |
//! |---|---|---|
//! | `std::unique_ptr<T>` | `UniquePtr<T>` | may be null: dereferencing panics. Ends it by C++'s destructor |
//! | `std::shared_ptr<T>` | `SharedPtr<T>` | gives `&T` only; nobody may change it meanwhile, in C++ either |
//! | `const T &` | `&T` | with the lifetime of what it was had from |
//! | `T &` | `Pin<&mut T>` | no `&mut T`: that could be swapped |
//! | `const std::string &` | `&CxxString` | bytes: `to_str` checks them. On the stack by `let_cxx_string!` |
//! | `std::vector<T>` | `CxxVector<T>` | `as_slice` for numbers: its iterator makes a call for each element |
//! | a pair of iterators | a class of ten lines, with a lifetime in the bridge | `BinCursor<'h>` |
//!
//! An opaque type of the bridge is neither `Unpin`, `Send` nor `Sync`, and has no size: it can be neither moved nor
//! swapped. The second and third can be granted (`unsafe impl Send for ffi::Histogram`), by whoever has read the
//! class. [`Histogram`] keeps a `UniquePtr` that is not null; [`Bins`] borrows it while it goes through the map.
//!
//! cxx takes what C++ throws for a `std::exception` with a text; for a library that throws other things there is an
//! [exception firewall](crate::exception_firewall). A function without `-> Result` that throws ends the process.
//!
//! ```
//! use abreast_patterns::cpp_classes::Histogram;
//!
//! let mut histogram = Histogram::new("residuals", 0.5)?;
//! for x in [0.1, 0.2, 1.6, -0.1] {
//!     histogram.add(x)?;
//! }
//! assert_eq!(histogram.values(), [0.1, 0.2, 1.6, -0.1]);
//! assert_eq!(histogram.all_bins()?.collect::<Vec<_>>(), [(-1, 1), (0, 2), (3, 1)]);
//! let shared = histogram.share()?;
//! let another = shared.clone();
//! drop(shared);
//! assert_eq!(another.name().to_str()?, "residuals");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing is added while somebody iterates:
//!
//! ```compile_fail,E0502
//! # use abreast_patterns::cpp_classes::Histogram;
//! let mut histogram = Histogram::new("residuals", 0.5).unwrap();
//! for (bin, _) in histogram.all_bins().unwrap() {
//!     histogram.add(bin as f64).unwrap();
//! }
//! ```
//!
//! nothing is swapped by its bytes:
//!
//! ```compile_fail,E0596
//! # use abreast_patterns::cpp_classes::Histogram;
//! let mut a = Histogram::new("a", 0.5).unwrap();
//! let mut b = Histogram::new("b", 0.5).unwrap();
//! std::mem::swap(&mut *a.as_cpp(), &mut *b.as_cpp());
//! ```
//!
//! and nobody has said that a thread may have it:
//!
//! ```compile_fail,E0277
//! # use abreast_patterns::cpp_classes::Histogram;
//! let histogram = Histogram::new("residuals", 0.5).unwrap();
//! std::thread::spawn(move || histogram.values().len());
//! ```
//!
//! Up to cxx 1.0.194 `let_cxx_string!` dropped a string that was not yet made, if the expression for its content
//! panicked. This page asks for a newer version, and makes the content first.
//!
//! # The wrong way
//! `moved_by_its_bytes` has an object of C++ as a struct of the right size, and moves it: what is added afterwards
//! arrives where the object used to be. `slice_kept_while_it_grows` keeps the slice of a vector by a pointer, while
//! samples are added: it reads freed memory.
//!
//! # The foreign side
#![doc = concat!("```cpp\n", include_str!("../csrc/cpp_classes/cpp_classes.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/cpp_classes/cpp_classes.cpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/cpp_classes/wrong.cpp"), "```")]
#![allow(unsafe_code)]

use cxx::{Exception, SharedPtr, UniquePtr, let_cxx_string};
use std::ops::Deref;
use std::pin::Pin;

// Pattern: a bridge with a type for each way in which C++ holds an object.

/// The bridge. What it declares safe is so for every argument: C++ checks them, and throws `std::exception`s.
// What cxx makes of a declaration is not ours to split up.
#[allow(missing_docs, clippy::multiple_unsafe_ops_per_block)]
#[cxx::bridge(namespace = "ab")]
pub mod ffi {
    unsafe extern "C++" {
        include!("cpp_classes/cpp_classes.hpp");

        #[cxx_name = "histogram"]
        type Histogram;
        #[cxx_name = "bin_cursor"]
        type BinCursor<'h>;

        // Safe: any text and number; what is thrown is a std::exception with a text.
        fn make_histogram(name: &CxxString, width: f64) -> Result<UniquePtr<Histogram>>;
        // Safe: any number.
        fn add(self: Pin<&mut Histogram>, x: f64) -> Result<()>;
        // Safe: references into the object, with its lifetime, and nothing is thrown.
        fn name(self: &Histogram) -> &CxxString;
        fn samples(self: &Histogram) -> &CxxVector<f64>;
        // Safe: the iterators are good as long as the histogram is borrowed, so nothing is added.
        fn bins_of<'h>(of: &'h Histogram) -> Result<UniquePtr<BinCursor<'h>>>;
        // Safe: steps no further than the end, and nothing is thrown.
        fn step(self: Pin<&mut BinCursor<'_>>) -> bool;
        fn bin(self: &BinCursor<'_>) -> i64;
        fn count(self: &BinCursor<'_>) -> u64;
        // Safe: null would be shared as null.
        fn share(whole: UniquePtr<Histogram>) -> Result<SharedPtr<Histogram>>;
        // Example: how many there are.
        // Safe: an atomic counter.
        fn histograms_alive() -> i64;
    }
}

/// A histogram of C++, owned.
pub struct Histogram {
    /// Not null.
    whole: UniquePtr<ffi::Histogram>,
}

impl Histogram {
    /// An empty one with bins of this width.
    ///
    /// # Errors
    /// Unless the width is finite and above 0; or without memory.
    pub fn new(name: &str, width: f64) -> Result<Histogram, Exception> {
        let_cxx_string!(name = name);
        Ok(Histogram { whole: ffi::make_histogram(&name, width)? })
    }

    /// Adds a sample.
    ///
    /// # Errors
    /// Where it lies in no bin, because it is no number or too large; or without memory. Then nothing is added.
    pub fn add(&mut self, x: f64) -> Result<(), Exception> {
        self.as_cpp().add(x)
    }

    /// For functions of C++ that take a `histogram &`.
    pub fn as_cpp(&mut self) -> Pin<&mut ffi::Histogram> {
        self.whole.pin_mut()
    }

    /// Shares it: from here on nobody changes it any more.
    ///
    /// # Errors
    /// Without memory; then it is gone.
    pub fn share(self) -> Result<Shared, Exception> {
        ffi::share(self.whole).map(Shared)
    }
}

impl Deref for Histogram {
    type Target = ffi::Histogram;

    fn deref(&self) -> &ffi::Histogram {
        &self.whole
    }
}

/// A histogram that several own. The last one ends it.
#[derive(Clone)]
pub struct Shared(SharedPtr<ffi::Histogram>);

impl Deref for Shared {
    type Target = ffi::Histogram;

    fn deref(&self) -> &ffi::Histogram {
        &self.0
    }
}

impl ffi::Histogram {
    /// All samples, in the order in which they came.
    pub fn values(&self) -> &[f64] {
        self.samples().as_slice()
    }

    /// The bins that have samples, from below: k and how many lie in `[k width, (k + 1) width)`.
    ///
    /// # Errors
    /// Without memory for the iterators.
    pub fn all_bins(&self) -> Result<Bins<'_>, Exception> {
        ffi::bins_of(self).map(Bins)
    }
}

/// The bins of a histogram, which is borrowed meanwhile.
pub struct Bins<'h>(UniquePtr<ffi::BinCursor<'h>>);

impl Iterator for Bins<'_> {
    type Item = (i64, u64);

    fn next(&mut self) -> Option<(i64, u64)> {
        self.0.pin_mut().step().then(|| (self.0.bin(), self.0.count()))
    }
}

// Counterexample: a class of C++ by its bytes.

/// The declarations of `wrong.cpp`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    /// As a tool writes it that knows the size of a class.
    #[repr(C)]
    #[derive(Debug)]
    pub struct ab_window {
        pub values: [f64; 4],
        pub next: *mut f64,
    }

    unsafe extern "C" {
        pub fn ab_window_begin(window: *mut ab_window);
        pub fn ab_window_push(window: *mut ab_window, x: f64);
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    /// The counter is one for the process: tests take turns.
    static COUNTED: Mutex<()> = Mutex::new(());

    fn counted(test: impl FnOnce()) {
        let _turn = COUNTED.lock().unwrap_or_else(|broken| broken.into_inner());
        test();
        assert_eq!(ffi::histograms_alive(), 0);
    }

    #[test]
    fn the_iterator_gives_the_bins_of_all_samples() {
        counted(|| {
            let mut histogram = Histogram::new("", 0.25).unwrap();
            assert_eq!(histogram.all_bins().unwrap().next(), None);
            assert_eq!(histogram.values(), [0.0; 0]);
            let samples: Vec<f64> = (0..500).map(|i| f64::from(i * 37 % 101) / 7.0 - 5.0).collect();
            let mut right = BTreeMap::new();
            for x in &samples {
                histogram.add(*x).unwrap();
                *right.entry((x / 0.25).floor() as i64).or_insert(0) += 1;
            }
            assert_eq!(histogram.values(), samples);
            let bins = histogram.all_bins().unwrap();
            assert_eq!(bins.collect::<Vec<_>>(), right.into_iter().collect::<Vec<_>>());
            let mut bins = histogram.all_bins().unwrap();
            assert_eq!(bins.by_ref().count(), histogram.all_bins().unwrap().count());
            assert_eq!((bins.next(), bins.next()), (None, None), "it stays at its end");
        });
    }

    #[test]
    fn the_owner_may_move_and_the_object_does_not() {
        counted(|| {
            // In the object, and in memory of its own; with a zero, and without ASCII.
            for name in ["", "short", "\u{e4}\0z", &"long".repeat(100)] {
                let mut histogram = Histogram::new(name, 1.0).unwrap();
                let place = std::ptr::from_ref(&*histogram);
                for x in 0..20 {
                    histogram.add(f64::from(x)).unwrap();
                    histogram = *Box::new(histogram);
                }
                assert_eq!(std::ptr::from_ref(&*histogram), place);
                assert_eq!(histogram.name().to_str(), Ok(name));
                assert_eq!(histogram.all_bins().unwrap().count(), 20);
            }
        });
    }

    #[test]
    fn an_exception_is_an_error_and_changes_nothing() {
        counted(|| {
            for width in [0.0, -1.0, f64::NAN, f64::INFINITY] {
                let error = Histogram::new("x", width).err().expect("refused");
                assert_eq!(error.what(), "width: must be finite and above 0");
            }
            let mut histogram = Histogram::new("x", 1e-10).unwrap();
            histogram.add(1.0).unwrap();
            for x in [f64::NAN, f64::NEG_INFINITY, f64::MAX, 1e10] {
                assert_eq!(histogram.add(x).unwrap_err().what(), "x: lies in no bin");
            }
            assert_eq!(histogram.values(), [1.0]);
        });
    }

    #[test]
    fn the_last_owner_ends_a_shared_one() {
        counted(|| {
            let mut histogram = Histogram::new("x", 1.0).unwrap();
            histogram.add(2.5).unwrap();
            let shared = histogram.share().unwrap();
            let another = shared.clone();
            drop(shared);
            assert_eq!(ffi::histograms_alive(), 1);
            assert_eq!(another.values(), [2.5]);
        });
    }
}
