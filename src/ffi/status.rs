//! From what C and C++ report to [`Error`].

use super::bound;
use crate::Error;

/// `Ok` for `AB_OK`, otherwise the error that the header says the code means. `work` is how many
/// bytes the function allocates while it runs, for when it cannot.
pub(crate) fn check(
    function: &'static str,
    code: bound::ab_status,
    work: usize,
) -> Result<(), Error> {
    match u32::try_from(code) {
        Ok(bound::AB_OK) => Ok(()),
        Ok(bound::AB_NO_MEMORY) => Err(Error::Memory { bytes: work, purpose: function }),
        _ => {
            let meaning = "a code that csrc/abreast.h does not have";
            Err(Error::Status { function, code, meaning })
        }
    }
}

/// Turns a caught C++ exception into an error. `std::bad_alloc` is [`check`]'s `AB_NO_MEMORY`: no room
/// for `work` bytes.
pub(crate) fn caught(function: &'static str, work: usize) -> impl Fn(cxx::Exception) -> Error {
    move |exception| match exception.what() {
        // What libstdc++ and libc++ call it; cxx passes on the text and no type.
        "std::bad_alloc" => Error::Memory { bytes: work, purpose: function },
        what => Error::Exception { function, what: what.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_the_header_has_a_meaning() {
        let header = include_str!("../../csrc/abreast.h");
        let codes: Vec<i32> = header
            .split("typedef int32_t ab_status;")
            .nth(1)
            .and_then(|after| after.split("\n\n").next())
            .expect("the header lists its status codes after their type")
            .lines()
            .filter_map(|line| line.strip_prefix("#define AB_"))
            .map(|rest| rest.split_whitespace().nth(1).unwrap().parse().unwrap())
            .collect();
        assert!(codes.len() >= 2, "{codes:?}");
        for code in codes.into_iter().filter(|code| *code != 0) {
            let said = check("f", code, 4096).unwrap_err().to_string();
            assert!(!said.contains("does not have"), "{said}");
        }
        assert!(check("f", -7, 4096).unwrap_err().to_string().contains("status -7"));
    }

    #[test]
    fn no_memory_in_c_is_the_error_that_no_memory_in_rust_is() {
        let want = Error::Memory { bytes: 4096, purpose: "f" };
        assert_eq!(check("f", bound::AB_NO_MEMORY as i32, 4096), Err(want));
    }
}
