//! 39. Pinned struct: the caller allocates it, C points back into it, and takes its memory from hooks.
//!
//! # What goes wrong
//! `z_stream`, `jpeg_compress_struct`, `bz_stream` are structs of the caller's: C fills them in, and its own
//! state keeps a pointer back. In C they stay where they were declared. In Rust every `return`, `push` and
//! `Box::new` of the value that holds one is a move, and C still has the old address. zlib compares the two and
//! refuses the moved stream (`Z_STREAM_ERROR`); other libraries read and write where the struct used to be.
//!
//! Three more faults come with such structs. Their hooks are declared as plain function pointers and the struct
//! is made with `zeroed()`, but a Rust function pointer is never null. The hook that frees is not told the
//! size, which Rust's allocator must be given back. And a panic in a hook must not unwind into C.
//!
//! # The right way
//! The struct is made in a box, and the box is opened to a raw pointer, which [`Mean`] owns: `Mean` may move,
//! the struct does not, and no safe code reaches it. (`Pin<Box<T>>` of a type that is not `Unpin` tells users
//! of a type the same. It is not used here, since a `Box` also claims to be the only way to its content.) The
//! declaration has `Option` for hooks that may be null. The pointers to input and output are set for one
//! call and taken away after it, so that none of them outlives its slice.
//!
//! The hooks ([`Budget`]) put the size in front of each block, check the product of items and size, give null
//! instead of panicking, and share what they count by `Cell`s: they are called while a method of `Mean` runs.
//! What `opaque` points to lies in the same box.
//!
//! ```
//! use abreast_patterns::pinned_struct::{Mean, Progress};
//!
//! let mean = Mean::new(2, 4096)?; // over two numbers, with at most 4096 bytes
//! let mut streams = vec![mean]; // moved
//! let mut out = [0.0; 4];
//! let progress = streams[0].feed(&[1.0, 3.0, 5.0], &mut out);
//! assert_eq!(progress, Progress { read: 3, written: 3 });
//! assert_eq!(out, [1.0, 2.0, 4.0, 0.0]);
//! assert!(streams[0].used() > 0);
//! # Ok::<(), abreast_patterns::pinned_struct::Error>(())
//! ```
//!
//! # The wrong way
//! `moved_and_refused` moves a struct that C has initialised: this library compares the address, and says -2.
//! `moved_and_believed` does the same with a library that does not: it reads from freed memory and crashes.
//! `hooks_zeroed` declares a hook as a plain function pointer and zeroes the struct: Rust aborts.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/pinned_struct/pinned_struct.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/pinned_struct/pinned_struct.c"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/pinned_struct/wrong.c"), "```")]
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, dealloc};
use std::cell::Cell;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr::{NonNull, null, null_mut};

// Pattern: a struct that stays at its address, and hooks that give C memory.

/// The declarations of `pinned_struct.h`, and those of `wrong.c`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::c_void;
    use std::marker::{PhantomData, PhantomPinned};

    pub type ab_mean_alloc = unsafe extern "C" fn(*mut c_void, usize, usize) -> *mut c_void;
    pub type ab_mean_release = unsafe extern "C" fn(*mut c_void, *mut c_void);

    #[repr(C)]
    #[derive(Debug)]
    pub struct ab_mean {
        pub next_in: *const f64,
        pub avail_in: usize,
        pub next_out: *mut f64,
        pub avail_out: usize,
        /// `Option`: null is allowed, and a function pointer of Rust is never null.
        pub alloc: Option<ab_mean_alloc>,
        pub release: Option<ab_mean_release>,
        pub opaque: *mut c_void,
        pub state: *mut c_void,
        /// Not `Unpin`: a `Pin<&mut ab_mean>` gives no way to move it.
        pub pinned: PhantomData<PhantomPinned>,
    }

    pub const AB_MEAN_OK: i32 = 0;
    pub const AB_MEAN_WIDTH: i32 = -1;
    pub const AB_MEAN_STREAM: i32 = -2;
    pub const AB_MEAN_MEMORY: i32 = -4;

    unsafe extern "C" {
        pub fn ab_mean_init(mean: *mut ab_mean, width: usize) -> i32;
        pub fn ab_mean_run(mean: *mut ab_mean) -> i32;
        pub fn ab_mean_end(mean: *mut ab_mean) -> i32;
    }

    // Counterexample: of `wrong.c`.

    #[repr(C)]
    #[derive(Debug)]
    pub struct ab_total {
        pub sum: f64,
        pub home: *mut ab_total,
        pub next_in: *const f64,
        pub avail_in: usize,
    }

    unsafe extern "C" {
        pub fn ab_total_init(total: *mut ab_total);
        pub fn ab_total_run(total: *mut ab_total) -> f64;
    }
}

/// Why there is no stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error("width = 0: an average is over one number or more")]
    Width,
    #[error("width = {width}: needs more than the {limit} bytes allowed, or than there are")]
    Memory { width: usize, limit: usize },
    #[error("C returned the unknown status {0}")]
    Unknown(i32),
}

/// How far a block has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Progress {
    pub read: usize,
    pub written: usize,
}

/// A moving average.
#[derive(Debug)]
pub struct Mean {
    /// From `Box::leak`. C points to both of its fields.
    place: NonNull<Place>,
}

/// What stays at its address.
#[derive(Debug)]
struct Place {
    stream: raw::ab_mean,
    budget: Budget,
}

// SAFETY: the place is reachable through this value only, and C keeps nothing per thread. It is not Sync:
// `used` reads a `Cell`.
unsafe impl Send for Mean {}

impl Mean {
    /// An average over the last `width` numbers, for which C may take `limit` bytes, those in front of each
    /// block included.
    ///
    /// # Errors
    /// [`Error::Width`] for 0; [`Error::Memory`] if `limit` or the memory does not suffice.
    pub fn new(width: usize, limit: usize) -> Result<Mean, Error> {
        let place = Place { stream: idle(), budget: Budget { limit, used: Cell::new(0) } };
        let place = NonNull::from(Box::leak(Box::new(place)));
        // SAFETY: made on the line above; a place, nothing is read.
        let stream = unsafe { &raw mut (*place.as_ptr()).stream };
        // SAFETY: the same.
        let budget = unsafe { &raw mut (*place.as_ptr()).budget };
        // SAFETY: nobody else has the stream yet. Its address is that of the box, for good.
        unsafe { (*stream).opaque = budget.cast() };
        // SAFETY: hooks and opaque are set, and belong together.
        match unsafe { raw::ab_mean_init(stream, width) } {
            raw::AB_MEAN_OK => Ok(Mean { place }),
            status => {
                // SAFETY: from `Box::leak` above. C has let go of it, as it has failed.
                drop(unsafe { Box::from_raw(place.as_ptr()) });
                Err(match status {
                    raw::AB_MEAN_WIDTH => Error::Width,
                    raw::AB_MEAN_MEMORY => Error::Memory { width, limit },
                    status => Error::Unknown(status),
                })
            }
        }
    }

    /// Reads numbers and writes an average for each, until one of the slices ends.
    pub fn feed(&mut self, input: &[f64], output: &mut [f64]) -> Progress {
        // SAFETY: the place is alive; C is not running, and nobody else has it.
        let stream = unsafe { &mut self.place.as_mut().stream };
        (stream.next_in, stream.avail_in) = (input.as_ptr(), input.len());
        (stream.next_out, stream.avail_out) = (output.as_mut_ptr(), output.len());
        // SAFETY: the struct that C has initialised, where it was; the slices are as long as told.
        let status = unsafe { raw::ab_mean_run(self.for_c()) };
        assert_eq!(status, raw::AB_MEAN_OK, "the struct has not moved");
        // SAFETY: as above.
        let stream = unsafe { &mut self.place.as_mut().stream };
        let [read, written] = [input.len() - stream.avail_in, output.len() - stream.avail_out];
        // What was borrowed is given back.
        (stream.next_in, stream.avail_in) = (null(), 0);
        (stream.next_out, stream.avail_out) = (null_mut(), 0);
        Progress { read, written }
    }

    /// The struct as C knows it.
    fn for_c(&self) -> *mut raw::ab_mean {
        // SAFETY: the place is alive; an address, nothing is read.
        unsafe { &raw mut (*self.place.as_ptr()).stream }
    }

    /// How many bytes C has at present.
    pub fn used(&self) -> usize {
        // SAFETY: the place is alive; the budget is shared, never borrowed mutably.
        unsafe { &(*self.place.as_ptr()).budget }.used.get()
    }
}

impl Drop for Mean {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`, at this address, ended here only.
        unsafe { raw::ab_mean_end(self.for_c()) };
        // SAFETY: from `Box::leak` in `new`; C has no pointer into it any more.
        drop(unsafe { Box::from_raw(self.place.as_ptr()) });
    }
}

/// A struct as C wants it before `init`, without `opaque`.
fn idle() -> raw::ab_mean {
    raw::ab_mean {
        next_in: null(),
        avail_in: 0,
        next_out: null_mut(),
        avail_out: 0,
        alloc: Some(allocate),
        release: Some(release),
        opaque: null_mut(),
        state: null_mut(),
        pinned: PhantomData,
    }
}

/// Memory of Rust's for C, up to a limit.
#[derive(Debug)]
pub struct Budget {
    limit: usize,
    used: Cell<usize>,
}

impl Budget {
    /// Counts these bytes if there is room for them.
    fn take(&self, bytes: usize) -> Option<()> {
        let used = self.used.get().checked_add(bytes).filter(|used| *used <= self.limit)?;
        self.used.set(used);
        Some(())
    }

    fn give_back(&self, bytes: usize) {
        self.used.set(self.used.get() - bytes);
    }
}

/// Bytes in front of each block, which hold its size; also the alignment, which is malloc's.
const HEAD: usize = 16;

/// A head and the block behind it.
fn layout(items: usize, size: usize) -> Option<Layout> {
    let bytes = items.checked_mul(size)?.checked_add(HEAD)?;
    Layout::from_size_align(bytes, HEAD).ok()
}

unsafe extern "C" fn allocate(opaque: *mut c_void, items: usize, size: usize) -> *mut c_void {
    // SAFETY: C hands on what `new` has set: the budget beside the stream, which is only shared.
    let budget = unsafe { &*opaque.cast::<Budget>() };
    let Some(layout) = layout(items, size) else { return null_mut() };
    if budget.take(layout.size()).is_none() {
        return null_mut();
    }
    // SAFETY: its size is not 0, as there is a head.
    let block = unsafe { alloc(layout) };
    if block.is_null() {
        budget.give_back(layout.size());
        return null_mut();
    }
    // SAFETY: there is room for a head, aligned.
    unsafe { block.cast::<usize>().write(layout.size()) };
    block.wrapping_add(HEAD).cast()
}

unsafe extern "C" fn release(opaque: *mut c_void, memory: *mut c_void) {
    // SAFETY: as in `allocate`.
    let budget = unsafe { &*opaque.cast::<Budget>() };
    let block = memory.cast::<u8>().wrapping_sub(HEAD);
    // SAFETY: C gives back what it had from `allocate`, once.
    let bytes = unsafe { block.cast::<usize>().read() };
    budget.give_back(bytes);
    // SAFETY: `layout` has made one of this size, with this alignment.
    let layout = unsafe { Layout::from_size_align_unchecked(bytes, HEAD) };
    // SAFETY: `allocate` has it from `alloc`, with this layout.
    unsafe { dealloc(block, layout) };
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of the last `width` numbers at each place, in another way than C's ring.
    fn means(width: usize, x: &[f64]) -> Vec<f64> {
        let window = |i: usize| &x[(i + 1).saturating_sub(width)..=i];
        (0..x.len()).map(|i| window(i).iter().sum::<f64>() / window(i).len() as f64).collect()
    }

    #[test]
    fn it_may_move_between_blocks_of_any_size() {
        // Whole numbers: their sums are exact in any order.
        let x: Vec<f64> = (0..200u32).map(|i| f64::from(i * 37 % 101)).collect();
        for width in [1, 2, 3, 7, 300] {
            let mut mean = Mean::new(width, 1 << 16).unwrap();
            let (mut found, mut rest) = (Vec::new(), &x[..]);
            for block in (0..8).cycle() {
                let mut out = [f64::NAN; 5];
                let progress = mean.feed(&rest[..block.min(rest.len())], &mut out);
                assert_eq!(progress.read, progress.written);
                found.extend_from_slice(&out[..progress.written]);
                rest = &rest[progress.read..];
                if rest.is_empty() {
                    break;
                }
                // Elsewhere, and with something else in its old place.
                let moved = Box::new(mean);
                let noise = [block; 4];
                mean = *moved;
                assert_eq!(noise, [block; 4]);
            }
            assert_eq!(found, means(width, &x), "width = {width}");
        }
    }

    #[test]
    fn the_slice_that_ends_first_ends_the_block() {
        let mut mean = Mean::new(3, 4096).unwrap();
        assert_eq!(mean.feed(&[], &mut [0.0; 2]), Progress { read: 0, written: 0 });
        assert_eq!(mean.feed(&[1.0; 5], &mut []), Progress { read: 0, written: 0 });
        assert_eq!(mean.feed(&[1.0; 5], &mut [0.0; 2]), Progress { read: 2, written: 2 });
        // C has no pointer to the slices any more.
        // SAFETY: alive, and C is not running.
        let stream = unsafe { &mean.place.as_ref().stream };
        assert_eq!((stream.next_in, stream.next_out), (null(), null_mut()));
    }

    #[test]
    fn all_memory_of_c_comes_from_the_hooks_and_goes_back() {
        let mean = Mean::new(10, 4096).unwrap();
        // The state, the window, and a head for each.
        assert_eq!(mean.used(), 5 * 8 + 10 * 8 + 2 * HEAD);
        let budget = Budget { limit: 100, used: Cell::new(0) };
        let opaque = std::ptr::from_ref(&budget).cast_mut().cast();
        // SAFETY: the budget lives.
        let [a, b] = [40, 20].map(|items| unsafe { allocate(opaque, items, 1) });
        assert!((a as usize).is_multiple_of(HEAD) && (b as usize).is_multiple_of(HEAD));
        assert_eq!(budget.used.get(), 60 + 2 * HEAD);
        for (items, size) in [(1, 1), (usize::MAX, 2), (usize::MAX, 1), (1, isize::MAX as usize)] {
            // SAFETY: the same.
            assert!(unsafe { allocate(opaque, items, size) }.is_null(), "{items} x {size}");
        }
        for block in [a, b] {
            // SAFETY: made above, given back once.
            unsafe { release(opaque, block) };
        }
        assert_eq!(budget.used.get(), 0);
    }

    #[test]
    fn what_the_budget_or_memory_cannot_hold_is_an_error() {
        assert_eq!(Mean::new(0, 4096).unwrap_err(), Error::Width);
        let whole = 5 * 8 + 10 * 8 + 2 * HEAD;
        // No room for the state, or none for the window: then the state goes back.
        for limit in [0, 60, whole - 1] {
            assert_eq!(Mean::new(10, limit).unwrap_err(), Error::Memory { width: 10, limit });
        }
        assert!(Mean::new(10, whole).is_ok());
        for width in [usize::MAX, usize::MAX / 8 + 2, isize::MAX as usize / 8] {
            let limit = usize::MAX;
            assert_eq!(Mean::new(width, limit).unwrap_err(), Error::Memory { width, limit });
        }
    }

    #[test]
    fn c_refuses_a_copy_and_a_single_hook() {
        let mean = Mean::new(1, 4096).unwrap();
        // SAFETY: alive, and C is not running; the copy is only shown to C, which looks at its address.
        let mut copy = unsafe { mean.for_c().read() };
        // SAFETY: its fields are those of a stream.
        assert_eq!(unsafe { raw::ab_mean_run(&mut copy) }, raw::AB_MEAN_STREAM);
        // SAFETY: the same.
        assert_eq!(unsafe { raw::ab_mean_end(&mut copy) }, raw::AB_MEAN_STREAM);
        let mut half = raw::ab_mean { release: None, ..idle() };
        // SAFETY: a struct before `init`.
        assert_eq!(unsafe { raw::ab_mean_init(&mut half, 1) }, raw::AB_MEAN_STREAM);
        let mut by_malloc = raw::ab_mean { alloc: None, ..half };
        // SAFETY: without hooks C uses its own, and the struct stays where it is.
        assert_eq!(unsafe { raw::ab_mean_init(&mut by_malloc, 1) }, raw::AB_MEAN_OK);
        // SAFETY: initialised on the line above.
        assert_eq!(unsafe { raw::ab_mean_end(&mut by_malloc) }, raw::AB_MEAN_OK);
    }
}
