// Counterexample: a bridge without `trycatch.hpp`.
//! A bridge that leaves catching to cxx. Sound for functions that throw nothing but `std::exception`s
//! that have something to say; for others see the counterexamples `cxx_meets_a_number` and
//! `cxx_meets_a_null_what`. That is a condition, so the function is declared `unsafe`: in a bridge, as in any
//! block of foreign functions, what is not is callable with every argument by everybody.

// The lint looks at what cxx makes of the declaration, and does not find the section that is there.
#[allow(missing_docs, clippy::missing_safety_doc)]
#[cxx::bridge(namespace = "ab::firewall")]
mod bridge {
    unsafe extern "C++" {
        include!("exception_firewall/wrong.hpp");

        /// Throws what `what` stands for in `rehearsal.cpp`, and cxx catches it.
        ///
        /// # Safety
        /// `what` is not 6: cxx reads the text of the exception, which has none there.
        unsafe fn rehearse_by_default(what: i32) -> Result<()>;
    }
}

pub use bridge::rehearse_by_default;
