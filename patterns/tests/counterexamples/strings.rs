//! Texts that do not end where they seem to.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::strings::raw::{ab_quantity, ab_quantity_set_name, ab_text_before};
use std::ffi::CStr;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "full_field_as_c_string",
        run: full_field_as_c_string,
        ends: &[End::Says("name: relaxation sweepm/s")],
    },
    Counterexample {
        name: "zero_inside",
        run: zero_inside,
        ends: &[End::Says("5 bytes before the end of \"speed\\0limit\\0\"")],
    },
];

fn full_field_as_c_string() {
    let mut quantity = ab_quantity { name: [0; 16], unit: [0; 8] };
    quantity.unit[..3].copy_from_slice(&c"m/s".to_bytes().iter().map(|b| *b as _).collect::<Vec<_>>());
    let name = "relaxation sweep";
    // SAFETY: pointer and length are those of a str.
    unsafe { ab_quantity_set_name(&mut quantity, name.as_ptr().cast(), name.len()) };
    let pointer = std::hint::black_box(&raw const quantity).cast();
    // SAFETY: none. There is a zero, but in the next field.
    let name = unsafe { CStr::from_ptr(pointer) };
    println!("name: {}", name.to_string_lossy());
}

fn zero_inside() {
    let text = "speed\0limit\0";
    // SAFETY: there is a zero; it is not the one that was meant.
    let length = unsafe { ab_text_before(text.as_ptr().cast(), 0x7F) };
    println!("{length} bytes before the end of {text:?}");
}
