// Pattern: the -sys crate.
//! lib.rs of the -sys crate: the header, in Rust. Types that are safe to use are a crate of their own.
#![no_std]

/// Of the header that this was written from.
pub const AB_WINDOW_VERSION: i32 = 10300;

pub const AB_WINDOW_HANN: i32 = 0;
pub const AB_WINDOW_HAMMING: i32 = 1;

unsafe extern "C" {
    pub fn ab_window_version() -> i32;
    pub fn ab_window_choose(kind: i32) -> i32;
    pub fn ab_window_chosen() -> i32;
    pub fn ab_window_fill(x: *mut f64, n: usize);
}
