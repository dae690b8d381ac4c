//! 28. Drift triangle: one header, three declarations in Rust, and a change that none of them misses.
//!
//! # What goes wrong
//! The linker compares names and nothing else. When a header gets a new version - a `size_t` becomes
//! an `int32_t`, a result a `float` - old declarations link and run as before, and read what is not
//! there: an energy of 0.5 arrives as 0.
//!
//! # The right way
//! Every way to declare C has a way to be held against the header, and something in `cargo test` must
//! do it:
//!
//! | declared | held against the header by |
//! |---|---|
//! | [`raw`], by hand | a parser of a few lines: `tests/drift.rs` |
//! | [`generated`], bindgen's output, checked in | the same parser; where libclang is, made anew and compared (the crate `abreast` does so for all its kernels, in `tests/bindings.rs`) |
//! | [`bridge`], cxx | the C++ compiler: cxx assigns each function to a pointer of the declared type |
//! | `drift_triangle.c`, the definitions | the C compiler, as the file includes its own header |
//!
//! `tests/drift.rs` proves that it would be noticed: it changes one prototype at a time in a copy of
//! the header, and every row of the table has to object. Two pointers of one type that trade places
//! are noticed by name only, by the parser.
//!
//! ```
//! use abreast_patterns::drift_triangle::Springs;
//!
//! let mut springs = Springs::new(vec![1.0, 0.0], vec![0.0, 1.0])?;
//! springs.leapfrog(100, 0.01)?;
//! assert!((springs.energy() - 1.0).abs() < 1e-4);
//! # Ok::<(), abreast_patterns::drift_triangle::Error>(())
//! ```
//!
//! # The wrong way
//! `declared_with_another_result` calls the energy through a declaration from when it was a `float`:
//! the linker is content, and one mass at unit speed has no energy.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/drift_triangle/drift_triangle.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/drift_triangle/drift_triangle.c"), "```")]
#![allow(unsafe_code)]

// Pattern: three declarations of one header.

/// The declarations of `drift_triangle.h`, by hand.
#[allow(missing_docs)]
pub mod raw {
    unsafe extern "C" {
        pub fn ab_springs_energy(n: usize, x: *const f64, v: *const f64) -> f64;
        pub fn ab_springs_leapfrog(n: usize, steps: u32, dt: f64, x: *mut f64, v: *mut f64) -> i32;
    }
}

/// The declarations of `drift_triangle.h` by bindgen, checked in: nobody needs libclang to build this.
#[allow(missing_docs)]
pub mod generated {
    include!("drift_triangle/generated.rs");
}

/// The declarations of `drift_triangle.h` in a bridge.
#[cxx::bridge]
#[allow(missing_docs, clippy::missing_safety_doc)]
pub mod bridge {
    unsafe extern "C++" {
        include!("drift_triangle/drift_triangle.h");
        unsafe fn ab_springs_energy(n: usize, x: *const f64, v: *const f64) -> f64;
        unsafe fn ab_springs_leapfrog(
            n: usize,
            steps: u32,
            dt: f64,
            x: *mut f64,
            v: *mut f64,
        ) -> i32;
    }
}

// Example: what is called by one of them.

/// Masses on springs.
#[derive(Debug, Clone, PartialEq)]
pub struct Springs {
    x: Vec<f64>,
    v: Vec<f64>,
}

/// Why there is no next state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Places and velocities of different numbers of masses.
    #[error("v has {v} numbers: must be as many as x, {x}")]
    Lengths {
        /// Places.
        x: usize,
        /// Velocities.
        v: usize,
    },
    /// A mass got beyond all numbers.
    #[error("a mass is at no finite place")]
    Beyond,
    /// A status that the header does not name.
    #[error("C returned {0}, which its header does not name")]
    Status(i32),
}

impl Springs {
    /// Masses at these places, with these velocities.
    ///
    /// # Errors
    /// [`Error::Lengths`].
    pub fn new(x: Vec<f64>, v: Vec<f64>) -> Result<Springs, Error> {
        if x.len() != v.len() {
            return Err(Error::Lengths { x: x.len(), v: v.len() });
        }
        Ok(Springs { x, v })
    }

    /// Their energy.
    pub fn energy(&self) -> f64 {
        // SAFETY: both hold as many numbers, and are only read.
        unsafe { raw::ab_springs_energy(self.x.len(), self.x.as_ptr(), self.v.as_ptr()) }
    }

    /// Takes so many steps of length `dt`.
    ///
    /// # Errors
    /// [`Error::Beyond`]; the masses are where they are then.
    pub fn leapfrog(&mut self, steps: u32, dt: f64) -> Result<(), Error> {
        let (n, x, v) = (self.x.len(), self.x.as_mut_ptr(), self.v.as_mut_ptr());
        // SAFETY: two vectors of n numbers each, both ours alone.
        match unsafe { raw::ab_springs_leapfrog(n, steps, dt, x, v) } {
            0 => Ok(()),
            1 => Err(Error::Beyond),
            other => Err(Error::Status(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_declarations_call_one_function() {
        let springs = Springs::new(vec![0.3, -2.0], vec![1.7, 0.1]).unwrap();
        let (n, x, v) = (2, springs.x.as_ptr(), springs.v.as_ptr());
        // SAFETY: two vectors of two numbers each.
        let generated = unsafe { generated::ab_springs_energy(n, x, v) };
        // SAFETY: as above.
        let bridged = unsafe { bridge::ab_springs_energy(n, x, v) };
        let bits = springs.energy().to_bits();
        assert_eq!([generated.to_bits(), bridged.to_bits()], [bits; 2]);
    }

    #[test]
    fn bad_input_is_named() {
        let lengths = Springs::new(vec![1.0], vec![]).unwrap_err();
        assert_eq!(lengths.to_string(), "v has 0 numbers: must be as many as x, 1");
        let mut springs = Springs::new(vec![1.0], vec![f64::INFINITY]).unwrap();
        assert_eq!(springs.leapfrog(1, 0.1), Err(Error::Beyond));
        let mut none = Springs::new(vec![], vec![]).unwrap();
        assert_eq!(none.leapfrog(1, f64::NAN), Ok(()));
        assert_eq!(none.energy(), 0.0);
    }
}
