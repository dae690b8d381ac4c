//! From what C and C++ report to [`Error`].

use super::bound;
use crate::Error;

/// `Ok` for `AB_OK`, otherwise the error that the header says the code means.
pub(crate) fn check(function: &'static str, code: bound::ab_status) -> Result<(), Error> {
    let meaning = match code {
        0 => return Ok(()),
        1 => "out of memory",
        _ => "a code that csrc/abreast.h does not have",
    };
    Err(Error::Status { function, code, meaning })
}

/// Turns a caught C++ exception into an error.
pub(crate) fn caught(function: &'static str) -> impl Fn(cxx::Exception) -> Error {
    move |exception| Error::Exception { function, what: exception.what().to_owned() }
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
            let said = check("f", code).unwrap_err().to_string();
            assert!(!said.contains("does not have"), "{said}");
        }
        assert!(check("f", -7).unwrap_err().to_string().contains("status -7"));
    }
}
