//! 48. Installed libraries: a -sys crate that finds the library, and brings it along where it is missing.
//!
//! # What goes wrong
//! `println!("cargo::rustc-link-lib=window")` links whatever library has this name on the machine that builds: another version,
//! or none. Two crates that each bring the sources put the library into a program twice; a setting that is made in
//! one copy is not seen in the other. C code of a crate above includes the header of `/usr/include`, while
//! the archive of the sources is linked. And a shared library may have another version at run time than the one that the
//! program was built with.
//!
//! # The right way
//! One crate whose name ends in `-sys` answers one question, where the library is, and declares its functions. It has
//! no types of its own. Its conventions, each in the files below and each run by `tests/linked.rs`:
//!
//! | | how |
//! |---|---|
//! | once in a program | `links = "ab_window"`: cargo refuses a second package that says so |
//! | the installed one first | the crate pkg-config, with the versions that will do: `"1.3".."2"` |
//! | otherwise the sources | `vendor/`, compiled by cc. No download: a build must not need a network |
//! | the program chooses | the feature `vendored`; features only add, so there is none for "installed" |
//! | the distributor decides | `AB_WINDOW_NO_VENDOR`: an error with the reason instead of a silent copy |
//! | static or shared | `AB_WINDOW_STATIC=1` or `PKG_CONFIG_ALL_STATIC=1`, which the crate pkg-config reads; what lies in `/usr` it links shared all the same. The sources: static |
//! | C code above it | `cargo::metadata=include=..` becomes `DEP_AB_WINDOW_INCLUDE` in build scripts of direct dependents |
//! | built again when needed | `cargo::rerun-if-env-changed`, `rerun-if-changed`; without any of them, whenever a file of the package changes |
//!
//! The version of the crate follows that of the library, and a new major version of the library is a new major
//! version of the crate: two of them in one program are what `links` refuses.
//!
//! The safe crate above it, [`Windows`] here, asks once which version is there at run time, before it calls anything
//! else: [`Error::Version`] instead of a call with other arguments.
//!
//! ```
//! use abreast_patterns::linked_library::{Kind, Windows};
//!
//! let windows = Windows::new()?;
//! assert_eq!(windows.of(Kind::Hann, 5).len(), 5);
//! # Ok::<(), abreast_patterns::linked_library::Error>(())
//! ```
//!
//! # The wrong way
//! `linked_twice` has the library in the program, and a second one in a shared library that brought it along: the
//! window that is chosen in one is not chosen in the other.
//!
//! # The foreign side
//! The library:
#![doc = concat!("```c\n", include_str!("../csrc/linked_library/window.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/linked_library/window.c"), "```")]
#![doc = concat!("```text\n", include_str!("../csrc/linked_library/window.pc"), "```")]
//! the -sys crate:
#![doc = concat!("```toml\n", include_str!("../csrc/linked_library/sys_manifest.toml"), "```")]
#![doc = concat!("```text\n", include_str!("../csrc/linked_library/sys_build.rs"), "```")]
#![doc = concat!("```text\n", include_str!("../csrc/linked_library/sys_lib.rs"), "```")]
//! a package above it that has C of its own:
#![doc = concat!("```text\n", include_str!("../csrc/linked_library/user_build.rs"), "```")]
//! and the second copy of the counterexample:
#![doc = concat!("```c\n", include_str!("../csrc/linked_library/another_plugin.c"), "```")]
#![allow(unsafe_code)]

use std::sync::{Mutex, PoisonError};

// Pattern: a question which version is there, before anything else is called.

/// What `ab-window-sys` is for whoever uses it. In this package the sources are compiled with those of other pages.
#[allow(missing_docs)]
pub mod raw {
    pub const AB_WINDOW_VERSION: i32 = 10300;

    unsafe extern "C" {
        // Safe: these take and return numbers, and what they share is atomic.
        pub safe fn ab_window_version() -> i32;
        pub safe fn ab_window_choose(kind: i32) -> i32;
        pub safe fn ab_window_chosen() -> i32;

        pub fn ab_window_fill(x: *mut f64, n: usize);
    }
}

/// Why there are no windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error(
        "ab_window is of version {found} at run time, where {} or later of the same major version is needed",
        raw::AB_WINDOW_VERSION
    )]
    Version { found: i32 },
}

/// A kind of window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Hann,
    Hamming,
}

/// The library, once its version is known.
#[derive(Debug, Clone, Copy)]
pub struct Windows(());

/// Whether a library of this version has what `header` declares: 10300 is 1.3.0.
fn will_do(found: i32, header: i32) -> bool {
    found / 10_000 == header / 10_000 && found / 100 >= header / 100
}

impl Windows {
    /// The library that is there.
    ///
    /// # Errors
    /// [`Error::Version`] for one that is older than the declarations, or of another major version.
    pub fn new() -> Result<Windows, Error> {
        let found = raw::ab_window_version();
        if will_do(found, raw::AB_WINDOW_VERSION) {
            Ok(Windows(()))
        } else {
            Err(Error::Version { found })
        }
    }

    /// A window of `n` numbers.
    pub fn of(self, kind: Kind, n: usize) -> Vec<f64> {
        static CHOOSING: Mutex<()> = Mutex::new(());
        let mut window = vec![0.0; n];
        // Choice and use are two calls.
        let _choosing = CHOOSING.lock().unwrap_or_else(PoisonError::into_inner);
        raw::ab_window_choose(kind as i32);
        // SAFETY: n numbers, which C does not keep.
        unsafe { raw::ab_window_fill(window.as_mut_ptr(), n) };
        window
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_lack_something_are_refused() {
        for (found, expected) in [
            (10300, true),
            (10299, false),
            (10305, true),
            (11000, true),
            (10200, false),
            (20000, false),
            (300, false),
            (0, false),
            (-1, false),
            (i32::MIN, false),
            (i32::MAX, false),
        ] {
            assert_eq!(will_do(found, raw::AB_WINDOW_VERSION), expected, "{found}");
        }
        assert_eq!(
            Error::Version { found: 10200 }.to_string(),
            "ab_window is of version 10200 at run time, where 10300 or later of the same major version is needed"
        );
    }

    #[test]
    fn the_declarations_are_those_of_the_sources() {
        let header = include_str!("../csrc/linked_library/window.h");
        let sys = include_str!("../csrc/linked_library/sys_lib.rs");
        let version = raw::AB_WINDOW_VERSION;
        assert!(header.contains(&format!("\n#define AB_WINDOW_VERSION {version}\n")));
        assert!(sys.contains(&format!("\npub const AB_WINDOW_VERSION: i32 = {version};\n")));
        assert_eq!(raw::ab_window_version(), version);
    }

    #[test]
    fn windows_are_made_as_asked_from_several_threads() {
        let (windows, begin) = (Windows::new().unwrap(), std::sync::Barrier::new(2));
        std::thread::scope(|scope| {
            for (kind, ends) in [(Kind::Hann, 0.0), (Kind::Hamming, 0.08)] {
                let begin = &begin;
                scope.spawn(move || {
                    begin.wait();
                    for _ in 0..200_000 {
                        let window = windows.of(kind, 2);
                        assert!((window[0] - ends).abs() < 1e-12, "{kind:?}: {}", window[0]);
                    }
                });
            }
        });
        assert!(windows.of(Kind::Hann, 0).is_empty());
        assert_eq!(windows.of(Kind::Hamming, 1), [1.0]);
        assert_eq!(raw::ab_window_choose(7), -1);
    }
}
