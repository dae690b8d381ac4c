//! Libraries that are gone while somebody still needs them.
#![allow(unsafe_code)]

use crate::{Counterexample, End};
use std::ffi::{CString, c_void};
use std::mem::transmute;
use std::path::Path;
use std::sync::mpsc;

const ENDS: &[End] = &[End::Signal(libc::SIGSEGV, ""), End::Report("SEGV")];

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "function_kept_after_the_unload",
        run: function_kept_after_the_unload,
        ends: ENDS,
    },
    Counterexample {
        name: "unloaded_before_its_thread_ends",
        run: unloaded_before_its_thread_ends,
        ends: ENDS,
    },
    Counterexample {
        name: "exit_while_its_thread_works",
        run: exit_while_its_thread_works,
        ends: ENDS,
    },
];

/// A library of the page, and a function of it.
fn loaded(library: &str, symbol: &str) -> (usize, *mut c_void) {
    let path = Path::new(env!("OUT_DIR")).join(library);
    let c = |text: &str| CString::new(text).expect("no zero inside");
    let path = c(path.to_str().expect("plain"));
    // SAFETY: a path and a name.
    unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
        assert!(!library.is_null(), "the build script made it");
        (library as usize, libc::dlsym(library, c(symbol).as_ptr()))
    }
}

fn function_kept_after_the_unload() {
    let (library, version) = loaded("plugin.so", "ab_plugin_version");
    // SAFETY: the type is that of the header.
    let version: unsafe extern "C" fn() -> i32 = unsafe { transmute(version) };
    // SAFETY: nobody has used it.
    unsafe { libc::dlclose(library as *mut c_void) };
    // SAFETY: none. There is nothing at this address.
    println!("version {}", unsafe { version() });
}

fn unloaded_before_its_thread_ends() {
    let (library, scratch) = loaded("wrong_plugin.so", "ab_wrong_scratch");
    // SAFETY: the type is that of the file.
    let scratch: unsafe extern "C" fn() = unsafe { transmute(scratch) };
    let ((used, is_used), (end, ends)) = (mpsc::channel(), mpsc::channel());
    let thread = std::thread::spawn(move || {
        // SAFETY: the library is loaded.
        unsafe { scratch() };
        used.send(()).expect("main waits");
        ends.recv().expect("main sends");
    });
    is_used.recv().expect("the thread sends");
    // SAFETY: none. The end of the thread calls a function of it.
    unsafe { libc::dlclose(library as *mut c_void) };
    end.send(()).expect("the thread waits");
    println!("the thread has ended: {}", thread.join().is_ok());
}

fn exit_while_its_thread_works() {
    let (_, start) = loaded("wrong_plugin.so", "ab_wrong_start");
    // SAFETY: the type is that of the file.
    let start: unsafe extern "C" fn() -> i32 = unsafe { transmute(start) };
    // SAFETY: none. The thread works on when main has returned.
    println!("started: {}", unsafe { start() });
}
