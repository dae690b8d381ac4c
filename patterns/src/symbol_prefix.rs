//! 32. Symbol prefix: two copies of a C library in one program, each called by who brought it.
//!
//! # What goes wrong
//! C has one namespace, and it is the program's. Two crates bring the same library along, in two
//! versions, each as a static archive. The linker takes the first definition of a name that it finds
//! and never looks at the second archive for it: no error, no warning, and one of the crates computes
//! with the other's version. Which one depends on the order of archives.
//!
//! # The right way
//! 1. Give each copy names of its own: by a macro, where the library has one or lets one be added, as
//!    here; or after the fact, with `objcopy --prefix-symbols`, on the archive (which renames what it
//!    needs from others as well, so those names have to be given back with `--redefine-sym`).
//! 2. Say `links = "special"` in Cargo.toml of the crate that brings a copy under its *own* names. Cargo
//!    refuses a second such crate in one program, before the linker can choose.
//!
//! Both are proved by `tests/symbols.rs`, with archives and packages that it makes.
//!
//! Where each copy ends up in a shared library of its own, hiding is enough: compile the copy with
//! `-fvisibility=hidden`, link it with `-Wl,--exclude-libs,ALL`, or with a version script that ends in
//! `local: *;`. Without one of them the first library that is loaded lends its names to the second, in the
//! order of the command line. Between two static archives visibility does nothing, since they end up in one
//! library; there `ld -r` makes one object of a copy, and `objcopy --keep-global-symbols` makes local what nobody
//! outside needs. (`capi/` hides both of its libraries in these ways.)
//!
//! ```
//! use abreast_patterns::symbol_prefix::{v1, v2};
//!
//! assert_eq!((v1::version(), v1::power(3.0)), (1, 3.0));
//! assert_eq!((v2::version(), v2::power(3.0)), (2, 9.0));
//! ```
//!
//! # The wrong way
//! `tests/symbols.rs` links two archives without a prefix: both callers get 3 to the power of the same
//! version, and with the archives in another order of the other.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/symbol_prefix/special.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/symbol_prefix/special.inc"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/symbol_prefix/special_v1.c"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/symbol_prefix/special_v2.c"), "```")]
#![allow(unsafe_code)]

// Pattern: two copies of one library, by their prefixes.

/// The declarations of `special.h`, once per copy.
#[allow(missing_docs)]
pub mod raw {
    unsafe extern "C" {
        // Safe: functions of nothing and of a number, without state.
        pub safe fn ab_special_v1_version() -> i32;
        pub safe fn ab_special_v1_power(x: f64) -> f64;
        pub safe fn ab_special_v2_version() -> i32;
        pub safe fn ab_special_v2_power(x: f64) -> f64;
    }
}

/// Names for one copy without its prefix: a namespace is what C lacks.
macro_rules! copy {
    ($(#[$doc:meta])* $copy:ident: $version:ident, $power:ident) => {
        $(#[$doc])*
        pub mod $copy {
            /// The version of this copy.
            pub fn version() -> i32 {
                super::raw::$version()
            }

            /// `x` to the power of this copy's version.
            pub fn power(x: f64) -> f64 {
                super::raw::$power(x)
            }
        }
    };
}

copy! {
    /// The copy in version 1.
    v1: ab_special_v1_version, ab_special_v1_power
}
copy! {
    /// The copy in version 2.
    v2: ab_special_v2_version, ab_special_v2_power
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_copy_calls_itself() {
        // `power` asks `version` of its own copy, not of whichever was linked first.
        assert_eq!([v1::version(), v2::version()], [1, 2]);
        for x in [-2.0, 0.0, 0.5, 3.0] {
            assert_eq!([v1::power(x), v2::power(x)], [x, x * x]);
        }
    }
}
