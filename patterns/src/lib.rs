//! Binding patterns between Rust, C and C++ that execute: each with what goes wrong without it, the
//! foreign code beside the Rust, a safe type to copy, a counterexample that dies as described, the tests
//! that prove it, and its price on your machine.
//!
//! # How to read it
//! The modules below are the chapters' pages, numbered in reading order. Each has the same sections:
//! *what goes wrong*, *the right way* (with an example that is a test), *the wrong way* (the counterexamples
//! of `tests/counterexamples`, run only in child processes, and how they end) and *the foreign side* (the very
//! files that were compiled). In each, `raw` is what C or C++ promises and the types around it are
//! what Rust code should see.
//!
//! Comments that begin with `Pattern:`, `Example:` or `Counterexample:` say what the lines behind them are, in Rust as in C
//! and C++: what to take over, what it is shown on, and the same task done wrong ([`index::marks`]).
//!
//! # How to copy one
//! `abreast patterns copy NAME DIR`, or [`index::copy::copy`], writes the pattern of a page into a crate, and with
//! `--with-example` all of the page. By hand: take `src/<pattern>.rs` and `csrc/<pattern>/`, and compile the latter in your `build.rs`:
//!
//! ```no_run
//! # mod cc {
//! #   pub struct Build;
//! #   impl Build {
//! #     pub fn new() -> Build { Build }
//! #     pub fn include(&mut self, _: &str) -> &mut Build { self }
//! #     pub fn file(&mut self, _: &str) -> &mut Build { self }
//! #     pub fn compile(&mut self, _: &str) {}
//! #   }
//! # }
//! cc::Build::new()
//!     .include("csrc") // for C++ also .cpp(true).std("c++17")
//!     .file("csrc/owned_handle/owned_handle.c")
//!     .compile("owned_handle");
//! ```
//!
//! A page uses nothing of this crate but itself, and of others only what its code names (libc, libloading, thiserror,
//! num-complex, cxx). `tests/copied.rs` compiles copies of all. Rows of the index live apart, in [`index`].
//!
//! # What stands in your header
//! `abreast patterns --for 'int f(void (*cb)(void *), void *user)'` reads a declaration and names its pages.
#![doc = include_str!("../SIGNS.md")]
//!
//! # The index
#![doc = include_str!("../INDEX.md")]

// It brings the C++ standard library, which pages without a bridge need too.
use cxx as _;

pub mod index;

// Layout
pub mod layout_handshake;
pub mod by_value;
pub mod opaque_handle;
pub mod enums_as_integers;
pub mod complex_numbers;
pub mod fortran_abi;
pub mod cpp_values;
pub mod unions_and_tails;

// Ownership
pub mod owned_handle;
pub mod borrowing_child;
pub mod who_frees;
pub mod output_buffer;
pub mod retained_pointer;
pub mod pinned_struct;
pub mod cpp_classes;

// Errors and unwinding
pub mod status_codes;
pub mod errno;
pub mod exception_firewall;
pub mod panic_firewall;
pub mod panic_parcel;
pub mod unwind_corridor;
pub mod longjmp_quarantine;
pub mod error_handlers;

// Callbacks
pub mod scoped_callback;
pub mod stored_callback;
pub mod kept_callback;
pub mod std_function;
pub mod batching;

// Strings, slices, views
pub mod slices;
pub mod strided_views;
pub mod aliasing;
pub mod strings;

// Threads
pub mod thread_contracts;
pub mod process_fence;
pub mod ladder;
pub mod library_threads;

// Build and proof
pub mod sanitizer_lanes;
pub mod drift_triangle;
pub mod inline_shim;
pub mod levels;
pub mod thin_lto;
pub mod symbol_prefix;
#[cfg(feature = "loading")]
pub mod loading;
pub mod linked_library;
pub mod completion_waker;
pub mod measurement_traps;

// Both directions
pub mod both_directions;
pub mod virtual_class;
