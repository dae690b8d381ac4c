//! A bridge that leaves catching to cxx. Sound for functions that throw nothing but `std::exception`s
//! that have something to say; for others see the exhibits `cxx_meets_a_number` and
//! `cxx_meets_a_null_what`.

#[allow(missing_docs)]
#[cxx::bridge(namespace = "ab::firewall")]
mod bridge {
    unsafe extern "C++" {
        include!("exception_firewall/wrong.hpp");

        fn rehearse_by_default(what: i32) -> Result<()>;
    }
}

pub use bridge::rehearse_by_default;
