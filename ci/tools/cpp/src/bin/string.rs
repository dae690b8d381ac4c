//! C++ hands its string to Rust, which copies it.

#[path = "../../../task.rs"]
mod task;

use cpp::cpp;

cpp! {{
    #include "string.hpp"
}}

fn greet(name: &str) -> String {
    let (name, length) = (name.as_ptr(), name.len());
    let mut greeting = String::new();
    let to = &raw mut greeting;
    // SAFETY: C++ reads the name, and hands on `to` as it is here with a text and its length.
    unsafe {
        cpp!([name as "const char *", length as "size_t", to as "void *"] {
            const std::string greeting = greet(std::string(name, length));
            const char *text = greeting.data();
            size_t size = greeting.size();
            rust!(take [to: *mut String as "void *", text: *const u8 as "const char *", size: usize as "size_t"] {
                // SAFETY: as said above.
                let (to, text) = unsafe { (&mut *to, std::slice::from_raw_parts(text, size)) };
                *to = String::from_utf8_lossy(text).into_owned();
            });
        })
    }
    greeting
}

fn main() {
    task::string(greet);
}
