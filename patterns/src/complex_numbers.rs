//! 5. Complex numbers: behind pointers, never by value.
//!
//! # What goes wrong
//! In memory all agree: C's `double _Complex`, C++'s `std::complex<double>`, Fortran's `COMPLEX*16` and
//! `num_complex::Complex64` are two doubles, real part first. As arguments and results they do not:
//! an ABI may treat `_Complex` unlike a struct of two doubles, and Fortran compilers differ among
//! themselves. `zdotc` returns its complex result in registers with one and through a hidden first
//! pointer with another. The binding works on the author's machine and crashes on the next one.
//! Generators do not warn: bindgen declares such a function with
//! [a struct of two numbers by value](https://github.com/rust-lang/rust-bindgen/issues/3255). A type that C's
//! convention is known of, `core::num::Complex`, has been
//! [accepted](https://github.com/rust-lang/rust/issues/154023) and is not stable yet: with it by value will be
//! right for C, and still not for Fortran.
//!
//! # The right way
//! No header has a complex number by value; a test reads the headers and fails at the first that does.
//! Vectors are passed as the pointers of their doubles, results through a pointer. [`Complex64`] is
//! `repr(C)`, so the cast is one of the few that need no more than a look at the layout, and that
//! the three languages agree is a test over bytes.
//!
//! ```
//! use abreast_patterns::complex_numbers::dotc;
//! use num_complex::Complex64;
//!
//! let i = Complex64::I;
//! // The first factor is conjugated: i times its conjugate is 1.
//! assert_eq!(dotc(&[i, i], &[i, 2.0 * i])?, Complex64::new(3.0, 0.0));
//! # Ok::<(), abreast_patterns::complex_numbers::LengthsDiffer>(())
//! ```
//!
//! # The wrong way
//! `result_by_value` declares a `zdotc` of the other convention as one that returns a value. The pointer
//! to n is taken for the room of the result, the vector for n: a number so large that the sum runs to
//! the end of memory. A segmentation fault.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/complex_numbers/complex_numbers.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/complex_numbers/complex_numbers.c"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/complex_numbers/ramp.cpp"), "```")]
//! For the counterexample:
#![doc = concat!("```c\n", include_str!("../csrc/complex_numbers/wrong.c"), "```")]
#![allow(unsafe_code)]

use num_complex::Complex64;

// Pattern: complex numbers behind pointers to their real parts.

/// The declarations of `complex_numbers.h`.
#[allow(missing_docs)]
pub mod raw {
    unsafe extern "C" {
        pub fn ab_zdotc(n: usize, x: *const f64, y: *const f64, out: *mut f64);
        // Example: what the types of C and C++ have in memory, for a test.
        pub fn ab_complex_ramp_c(n: usize, out: *mut f64);
        pub fn ab_complex_ramp_cpp(n: usize, out: *mut f64);
    }
}

// What the casts below rest on; that the real part comes first is a test.
const _: () = {
    assert!(size_of::<Complex64>() == 2 * size_of::<f64>());
    assert!(align_of::<Complex64>() == align_of::<f64>());
    assert!(std::mem::offset_of!(Complex64, re) == 0);
};

/// The vectors of an inner product have different lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("x has {x} elements, y has {y}; an inner product needs as many of each")]
pub struct LengthsDiffer {
    /// Elements of x.
    pub x: usize,
    /// Elements of y.
    pub y: usize,
}

/// The sum of conj(x\[i\]) y\[i\].
///
/// # Errors
/// [`LengthsDiffer`].
pub fn dotc(x: &[Complex64], y: &[Complex64]) -> Result<Complex64, LengthsDiffer> {
    if x.len() != y.len() {
        return Err(LengthsDiffer { x: x.len(), y: y.len() });
    }
    let mut out = Complex64::ZERO;
    let pair = std::ptr::from_mut(&mut out).cast();
    // SAFETY: both slices have n complex numbers, which are 2n doubles; `pair` is two doubles of ours,
    // and no slice can overlap it.
    unsafe { raw::ab_zdotc(x.len(), x.as_ptr().cast(), y.as_ptr().cast(), pair) }
    Ok(out)
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    fn ramp(n: usize) -> Vec<Complex64> {
        (0..n).map(|i| Complex64::new((2 * i + 1) as f64, (2 * i + 2) as f64)).collect()
    }

    #[test]
    fn three_languages_have_the_same_bytes() {
        let ours: Vec<[u8; 16]> = ramp(9)
            .into_iter()
            // SAFETY: two doubles without padding are 16 bytes, all of them initialised.
            .map(|z| unsafe { std::mem::transmute::<Complex64, [u8; 16]>(z) })
            .collect();
        for write in [raw::ab_complex_ramp_c, raw::ab_complex_ramp_cpp] {
            let mut theirs = [0.0; 18];
            // SAFETY: room for 9 complex numbers.
            unsafe { write(9, theirs.as_mut_ptr()) };
            let theirs: Vec<u8> = theirs.iter().flat_map(|x| x.to_ne_bytes()).collect();
            assert_eq!(theirs, ours.concat());
        }
    }

    #[test]
    fn the_inner_product_is_that_of_num_complex() {
        for n in 0..20 {
            let (x, mut y) = (ramp(n), ramp(n));
            y.reverse();
            let expected: Complex64 = x.iter().zip(&y).map(|(x, y)| x.conj() * y).sum();
            assert_eq!(dotc(&x, &y), Ok(expected));
        }
    }

    #[test]
    fn vectors_of_different_lengths_are_refused() {
        assert_eq!(dotc(&ramp(2), &ramp(3)), Err(LengthsDiffer { x: 2, y: 3 }));
    }

    /// The first complex type that `text`, of a header, uses other than behind a pointer or reference.
    fn by_value(text: &str) -> Option<String> {
        let code = without_comments(text);
        let names = [
            "std::complex<double>",
            "std::complex<float>",
            "double _Complex",
            "float _Complex",
            "_Complex double",
            "_Complex float",
            "double complex",
            "float complex",
        ];
        let mut uses = names.iter().flat_map(|name| code.match_indices(name));
        let by_value = uses.find(|(at, name)| {
            let behind = code[at + name.len()..].trim_start();
            let behind = behind.strip_prefix("const").unwrap_or(behind).trim_start();
            !behind.starts_with(['*', '&'])
        });
        by_value.map(|(at, _)| code[at..].lines().next().unwrap_or_default().to_owned())
    }

    fn without_comments(text: &str) -> String {
        let mut pieces = text.split("/*");
        let first = pieces.next().unwrap_or_default().to_owned();
        let rest = pieces.filter_map(|piece| piece.split_once("*/")).map(|(_, code)| code);
        let code = first + &rest.collect::<String>();
        code.lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn headers(folder: &Path) -> Vec<PathBuf> {
        let paths = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
        let is_header = |file: &PathBuf| file.extension().is_some_and(|e| e == "h" || e == "hpp");
        files
            .into_iter()
            .filter(is_header)
            .chain(folders.iter().flat_map(|folder| headers(folder)))
            .collect()
    }

    #[test]
    fn no_header_has_a_complex_number_by_value() {
        let headers = headers(&Path::new(env!("CARGO_MANIFEST_DIR")).join("csrc"));
        assert!(headers.iter().any(|header| header.ends_with("complex_numbers.h")));
        for header in headers {
            let text = std::fs::read_to_string(&header).unwrap();
            assert_eq!(by_value(&text), None, "{}", header.display());
        }
    }

    #[test]
    fn the_search_finds_arguments_results_and_fields() {
        for wrong in [
            "double _Complex ab_f(void);",
            "void ab_f(int n, double complex z);",
            "std::complex<double> ab_f();",
            "/* fine */ struct s { _Complex float z; };",
            "void ab_f(const std::complex<float> *x, std::complex<float> z);",
        ] {
            assert!(by_value(wrong).is_some(), "{wrong}");
        }
        for right in [
            "void ab_f(double _Complex *z, const std::complex<double> &w);",
            "void ab_f(double _Complex const *z);",
            "/* returns no double _Complex by value */ void ab_f(void); // nor std::complex<double>",
        ] {
            assert_eq!(by_value(right), None, "{right}");
        }
    }
}
