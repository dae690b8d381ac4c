//! Bugs in Rust, of the kinds that unsafe code of an executor or a border could have. They are found only where
//! Rust itself is instrumented; races only where its standard library is, too.
#![allow(unsafe_code)]

use crate::{Bug, freed, numbers};
use std::cell::UnsafeCell;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;

/// What AddressSanitizer must find.
pub const MEMORY: &[Bug] = &[
    Bug { name: "rust_heap_read", report: "heap-buffer-overflow", run: heap_read },
    Bug { name: "rust_heap_write", report: "heap-buffer-overflow", run: heap_write },
    Bug { name: "rust_stack_read", report: "stack-buffer-overflow", run: stack_read },
    Bug { name: "rust_use_after_free", report: "heap-use-after-free", run: use_after_free },
    Bug { name: "rust_slice_of_what_grew", report: "heap-use-after-free", run: slice_of_what_grew },
    Bug { name: "rust_double_free", report: "attempting double-free", run: double_free },
];

/// What ThreadSanitizer must find.
pub const RACES: &[Bug] = &[
    Bug { name: "rust_counter_without_atomic", report: "data race", run: counter_without_atomic },
    Bug {
        name: "rust_result_before_its_flag",
        report: "data race",
        run: || hand_over(Ordering::Relaxed),
    },
    Bug { name: "rust_freed_while_read", report: "heap-use-after-free", run: freed_while_read },
];

fn heap_read() {
    let x = black_box(numbers(100));
    // SAFETY: none. There are 100.
    black_box(unsafe { x.add(100).read() });
}

/// A chunk that is one element longer than its slice.
fn heap_write() {
    let x = black_box(numbers(100));
    for i in 0..=black_box(100) {
        // SAFETY: none. There are 100.
        unsafe { x.add(i).write(2.0) };
    }
}

fn stack_read() {
    let x = black_box([1.0_f64; 8]);
    // SAFETY: none. There are 8.
    black_box(unsafe { *x.as_ptr().add(black_box(8)) });
}

fn use_after_free() {
    let x = black_box(freed(100));
    // SAFETY: none. They are gone.
    black_box(unsafe { x.add(50).read() });
}

fn slice_of_what_grew() {
    let mut x = black_box(vec![1.0; 100]);
    // SAFETY: none. The slice outlives what it is of.
    let slice: &[f64] = unsafe { std::slice::from_raw_parts(x.as_ptr(), x.len()) };
    x.reserve(100_000);
    black_box(x);
    black_box(slice.iter().sum::<f64>());
}

fn double_free() {
    let x = black_box(Box::into_raw(Box::new(1.0)));
    for _ in 0..2 {
        // SAFETY: none. The second time it is gone.
        drop(unsafe { Box::from_raw(black_box(x)) });
    }
}

/// What several threads write.
struct Shared<T>(UnsafeCell<T>);

// SAFETY: none for those that race.
unsafe impl<T> Sync for Shared<T> {}

/// Two workers claim chunks from a counter that is no atomic.
fn counter_without_atomic() {
    let (next, start) = (Shared(UnsafeCell::new(0_usize)), Barrier::new(2));
    let claim = || {
        // The whole struct, not the cell in it: that is what is Sync.
        let next = &next;
        start.wait();
        for _ in 0..1000 {
            // SAFETY: none. The other thread is at it.
            unsafe { *next.0.get() += 1 };
        }
    };
    thread::scope(|scope| {
        scope.spawn(claim);
        scope.spawn(claim);
    });
}

/// A worker writes its result and says so by a flag; `Relaxed` says nothing of what was written before.
fn hand_over(ordering: Ordering) {
    let [store, load] = match ordering {
        Ordering::Relaxed => [Ordering::Relaxed; 2],
        _ => [Ordering::Release, Ordering::Acquire],
    };
    let (result, done) = (Shared(UnsafeCell::new(0.0)), AtomicBool::new(false));
    thread::scope(|scope| {
        // Kept until the result is read: to drop the handle of a thread that has ended is to acquire what it did.
        let _worker = scope.spawn(|| {
            let result = &result;
            // SAFETY: nobody reads before the flag says so, if it did.
            unsafe { result.0.get().write(2.5) };
            done.store(true, store);
        });
        while !done.load(load) {
            thread::yield_now();
        }
        // SAFETY: none, where the flag orders nothing.
        black_box(unsafe { result.0.get().read() });
    });
}

/// One thread frees what another reads.
fn freed_while_read() {
    let x = Shared(UnsafeCell::new(Some(Box::new([1.0; 100]))));
    let address = {
        // SAFETY: no other thread is there yet.
        let x = unsafe { &*x.0.get() };
        Shared(UnsafeCell::new(std::ptr::from_ref(&**x.as_ref().expect("just made"))))
    };
    let freed = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            let address = &address;
            freed.wait();
            // SAFETY: none. It is gone.
            black_box(unsafe { (**address.0.get())[50] });
        });
        // SAFETY: the other thread does not look here.
        drop(unsafe { (*x.0.get()).take() });
        freed.wait();
    });
}

/// The same structures as they should be: nothing may be reported. A standard library that is not instrumented
/// would make a race of the lock.
pub fn clean() {
    hand_over(Ordering::Release);
    let (next, start) = (Mutex::new(0), Barrier::new(2));
    let claim = || {
        start.wait();
        (0..1000).for_each(|_| *next.lock().expect("nothing panics") += 1);
    };
    thread::scope(|scope| {
        scope.spawn(claim);
        scope.spawn(claim);
    });
    black_box(next);
}
