//! One cell of the unwinding table: `program EVENT ABI CATCH`, each a number. The frames, from above:
//!
//! main - perhaps `catch_unwind` - caller (Rust) - middle (C++, perhaps `catch (...)` or noexcept, or C) - callback
//! (Rust) - what happens (a panic here, or in C++ below a throw or a longjmp to the middle).
//!
//! Unsound on purpose: some cells are undefined behaviour, which is what the table is about.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};

/// The payload, to be recognised.
struct Parcel(u32);

struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        note(self.0);
    }
}

fn note(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").expect("somebody listens");
    out.flush().expect("somebody listens");
}

macro_rules! lane {
    ($name:ident, $abi:literal, $middle:literal, $bottom:literal) => {
        mod $name {
            use super::*;

            unsafe extern $abi {
                #[link_name = $middle]
                fn middle(handling: i32, event: i32, callback: extern $abi fn(i32));
                #[link_name = $bottom]
                fn bottom(event: i32);
            }

            extern $abi fn callback(event: i32) {
                let _guard = Guard("dropped in the callback");
                match event {
                    2 => panic_any(Parcel(0x5A5A)),
                    // SAFETY: none in general: this is what the cell is about.
                    below => unsafe { bottom(below) },
                }
            }

            pub fn caller(handling: i32, event: i32) {
                let _guard = Guard("dropped in the caller");
                // SAFETY: none in general: this is what the cell is about.
                unsafe { middle(handling, event, callback) };
                note("returned");
            }
        }
    };
}

lane!(c, "C", "ab_middle_c", "ab_bottom_c");
lane!(c_unwind, "C-unwind", "ab_middle_c_unwind", "ab_bottom_c_unwind");

fn main() {
    let cell: Vec<i32> = std::env::args().skip(1).map(|n| n.parse().expect("a number")).collect();
    let [event, abi, catch] = cell[..] else { panic!("EVENT ABI CATCH") };
    let caller = if abi == 0 { c::caller } else { c_unwind::caller };
    // 0 nobody, 1 catch_unwind, 2 swallowed in C++, 3 rethrown in C++, 4 noexcept, 5 C: from 2 on the end is shown by
    // catch_unwind as well.
    let handling = (catch - 1).max(0);
    if catch == 0 {
        caller(handling, event);
        return;
    }
    match catch_unwind(AssertUnwindSafe(|| caller(handling, event))) {
        Ok(()) => {}
        Err(payload) if payload.downcast_ref::<Parcel>().is_some_and(|p| p.0 == 0x5A5A) => {
            note("arrived whole");
        }
        Err(_) => note("arrived as something else"),
    }
}
