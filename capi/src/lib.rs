//! The C API of `abreast`: every kernel of its registry for C, C++, and whatever can load a shared
//! library.
//!
//! The header is `include/abreast.h`, made from this crate by cbindgen and checked in;
//! `scripts/header` renews it and `tests/header.rs` proves it fresh. C++ programs can take
//! `include/abreast.hpp` on top: handles that free themselves, failures as exceptions.
//!
//! This is a package of its own and not a feature of `abreast`, because a feature cannot change what
//! kind of library a package is: every build of the crate would link a shared library as well.
//!
//! # Who owns what
//! | what crosses | whose it is |
//! |---|---|
//! | arrays and scalars, by pointer | the caller's, before, during and after; no pointer is kept |
//! | texts that are returned (`abreast_version`, `abreast_status_name`, `abreast_kernel_name`, `abreast_variant_name`) | the library's, for good |
//! | names that are passed in | the caller's; end with a zero byte, read during the call |
//! | [`abreast_pool`], [`abreast_sample`] | the caller's to free, once, from any thread |
//! | [`abreast_options`], [`abreast_view`] | the caller's; read during the call |
//!
//! A handle is a number in a table, not a pointer: one that has been freed, belongs to something
//! else or was made up is refused with `ABREAST_HANDLE`.
//!
//! # What a call does when it fails
//! It returns a status other than `ABREAST_OK`, and `abreast_last_error` has the words on the same
//! thread. Everything that can be checked is, before anything is written: pointers, sizes, shapes,
//! handles, enumerators, the sizes of structs. Out-parameters are then as they were. The arrays that
//! `axpy` and `gemm` update in place are the one exception: when the arithmetic itself ends early
//! (`ABREAST_NO_MEMORY`, `ABREAST_C_STATUS`, `ABREAST_EXCEPTION`, `ABREAST_PANIC`) they may have
//! been updated in part. No panic and no exception leaves a function.
//!
//! # Threads
//! Every function may be called from any number of threads at once, with the same handles too. What
//! one call writes no other may read or write meanwhile: that remains the caller's business.
//!
//! # The floating-point environment
//! Every function computes as a program starts: to nearest, with subnormal numbers, no exception
//! traps. So the bits do not depend on what the caller has set, on its thread or where a pool was
//! made. On return the caller's modes are as they were; INVALID, DIVBYZERO and OVERFLOW are as they were
//! too, wherever the work was done, and the other flags may have been raised.
//!
//! # fork and dlclose
//! In a child of fork everything works but a pool of the parent's, whose threads stayed there: a call
//! that would use it fails with `ABREAST_FORKED`, and freeing it is all that is left to do. Once loaded
//! the library stays: `dlclose` does not unload it, as its threads may still be on their way out.
//!
//! # How it is built
//! | file | what is in it |
//! |---|---|
//! | `status.rs` | the numbers, and which error has which |
//! | `boundary.rs` | where panics stop; the last error of a thread |
//! | `pointers.rs` | from pointers to slices: the checks, and the promise that makes the rest sound |
//! | `handles.rs` | the table behind the handles |
//! | `fork.rs` | its locks, when the process forks |
//! | `options.rs` `pool.rs` `names.rs` `sample.rs` `operands.rs` `about.rs` | what is not a kernel |
//! | `kernels/` | the kernels, by family |

#![allow(non_camel_case_types)]
// These are C's names.
// Each function's contract is its own paragraph, written for readers of the header.
#![allow(clippy::missing_safety_doc)]
// What is exported and what turns pointers into slices is unsafe by nature: docs/unsafe.md.
#![allow(unsafe_code)]

mod about;
mod boundary;
mod fork;
mod handles;
mod kernels;
mod names;
mod operands;
mod options;
mod pointers;
mod pool;
mod sample;
mod status;

pub use about::*;
pub use boundary::abreast_last_error;
pub use kernels::*;
pub use names::{abreast_kernel_name, abreast_variant_count, abreast_variant_name};
pub use operands::{abreast_duniform, abreast_hash, abreast_suniform};
pub use options::*;
pub use pool::{
    abreast_pool, abreast_pool_free, abreast_pool_new, abreast_pool_per_core, abreast_pool_width,
};
pub use sample::{abreast_sample, abreast_sample_free, abreast_sample_new, abreast_sample_run};
pub use status::*;
