//! One library twice in a program.
#![allow(unsafe_code)]

use crate::{Counterexample, End};
use abreast_patterns::linked_library::raw::ab_window_chosen;
use std::ffi::CString;
use std::mem::transmute;
use std::path::Path;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "linked_twice",
    run: linked_twice,
    // It was chosen.
    ends: &[End::Says("Hamming's chosen: false")],
}];

fn linked_twice() {
    let path = Path::new(env!("OUT_DIR")).join("another_plugin.so");
    let path = CString::new(path.to_str().expect("plain")).expect("no zero inside");
    // SAFETY: a path, a name, and the type that the header has for it.
    let choose: unsafe extern "C" fn(i32) -> i32 = unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
        assert!(!library.is_null(), "the build script made it");
        transmute(libc::dlsym(library, c"ab_window_choose".as_ptr()))
    };
    // SAFETY: takes a number; but it is that of the other copy.
    let status = unsafe { choose(1) };
    println!("status: {status}, Hamming's chosen: {}", ab_window_chosen() == 1);
}
