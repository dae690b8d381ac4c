//! A buffer that belongs to who waits, not to who reads.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::completion_waker::raw::{
    ab_summer_free, ab_summer_new, ab_summer_pause, ab_summer_submit,
};
use std::ffi::c_void;
use std::sync::mpsc;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "buffer_dies_with_its_future",
    run: buffer_dies_with_its_future,
    ends: &[End::Says("256 ones add up to 256: false"), End::Report("heap-use-after-free")],
}];

unsafe extern "C" fn tell(user: *mut c_void, _: i32, sum: f64) {
    // SAFETY: the sender of the function below, which waits for this.
    let sender = unsafe { &*user.cast::<mpsc::Sender<f64>>() };
    sender.send(sum).expect("waited for");
}

/// So many that the C library overwrites them as soon as they are freed.
fn buffer_dies_with_its_future() {
    let (sender, sums) = mpsc::channel::<f64>();
    let (summer, ones, mut id) = (ab_summer_new(), vec![1.0; 256], 0);
    let user = (&raw const sender).cast_mut().cast();
    // SAFETY: alive.
    unsafe { ab_summer_pause(summer, 1) };
    // SAFETY: none. C reads the numbers when it comes to it, and they are freed in the next line.
    unsafe { ab_summer_submit(summer, 256, ones.as_ptr(), tell, user, &mut id) };
    drop(ones);
    // SAFETY: alive.
    unsafe { ab_summer_pause(summer, 0) };
    println!("256 ones add up to 256: {}", sums.recv() == Ok(256.0));
    // SAFETY: made above, ended once.
    unsafe { ab_summer_free(summer) };
}
