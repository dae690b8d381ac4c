//! What there is to choose from: the names of the kernels and of their variants.

use crate::boundary::boundary;
use crate::fork::Lock;
use crate::pointers::{Caller, Span};
use crate::status::abreast_status;
use abreast::Error;
use abreast::kernel::Entry;
use abreast::kernels::REGISTRY;
use std::collections::BTreeMap;
use std::ffi::{CString, c_char};

/// Names as C wants them: with a zero byte at the end, and for good. None is ever taken out.
pub(crate) static NAMES: Lock<BTreeMap<&'static str, CString>> = Lock::new(BTreeMap::new());

/// The name for C. (The test below proves that no name has a zero byte within.)
fn lasting(name: &'static str) -> *const c_char {
    let mut names = NAMES.lock();
    names.entry(name).or_insert_with(|| CString::new(name).unwrap_or_default()).as_ptr()
}

/// The name of kernel number `index`, `"dot"`, or null when there are not so many: count from 0
/// until then. The text is the library's and lives as long as it: do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn abreast_kernel_name(index: usize) -> *const c_char {
    REGISTRY.get(index).map_or(std::ptr::null(), |entry| lasting(entry.name))
}

/// `*count` <- how many variants the kernel of that name has, at least 1. The name ends with a zero
/// byte and is read during the call only.
///
/// Fails with `ABREAST_NULL`, `ABREAST_MISALIGNED` or `ABREAST_TEXT` for the pointers, and with
/// `ABREAST_UNKNOWN` for a name that no kernel has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_variant_count(
    kernel: *const c_char,
    count: *mut usize,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        let count = Span::one("count", count)?;
        let entry = Entry::find(REGISTRY, caller.name("kernel", kernel)?)?;
        caller.write(count, &[entry.variants().count()]);
        Ok(())
    })
}

/// `*name` <- the name of variant number `index` of the kernel of that name, `"rust"`: what
/// `abreast_options.variant` takes. The text is the library's and lives as long as it: do not free
/// it.
///
/// Fails as `abreast_variant_count` does, and with `ABREAST_ARGUMENT` for an `index` that is not
/// below that count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_variant_name(
    kernel: *const c_char,
    index: usize,
    name: *mut *const c_char,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        let name = Span::one("name", name)?;
        let entry = Entry::find(REGISTRY, caller.name("kernel", kernel)?)?;
        let Some(variant) = entry.variants().nth(index) else {
            let (count, kernel) = (entry.variants().count(), entry.name);
            let rule = format!("must be below {count}, the number of variants of {kernel}");
            return Err(Error::argument("index", index, rule).into());
        };
        caller.write(name, &[lasting(variant.name)]);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{ABREAST_LEVEL_BEST, Chosen, abreast_options};
    use crate::pointers::LONGEST_NAME;
    use crate::pool::abreast_pool;
    use crate::status::{ABREAST_TEXT, ABREAST_UNKNOWN};
    use abreast::kernels::dot::Dot;
    use std::ffi::CStr;

    #[test]
    fn every_name_can_be_a_text_of_c() {
        for entry in REGISTRY {
            for name in entry.variants().map(|variant| variant.name).chain([entry.name]) {
                assert!(name.len() <= LONGEST_NAME && !name.contains('\0'), "{name:?}");
                let (text, again) = (lasting(name), lasting(name));
                // SAFETY: a text of the library's, which ends with a zero byte.
                assert_eq!(unsafe { CStr::from_ptr(text) }.to_str(), Ok(name));
                assert_eq!(text, again);
            }
        }
    }

    /// What both ways to choose make of the name, which must be the same.
    fn chosen(variant: Option<&CStr>) -> Result<&'static str, (abreast_status, String)> {
        let options = abreast_options {
            size: size_of::<abreast_options>(),
            variant: variant.map_or(std::ptr::null(), CStr::as_ptr),
            level: ABREAST_LEVEL_BEST,
            pool: abreast_pool { id: 0 },
        };
        // SAFETY: the options are this function's own, and the text ends with a zero byte.
        let caller = unsafe { Caller::promises() };
        let entry = Entry::find(REGISTRY, "dot").unwrap();
        let ways = [
            Chosen::of::<Dot<f64>>(&caller, &raw const options),
            Chosen::of_entry(&caller, &raw const options, entry),
        ];
        let [typed, named] = ways.map(|way| match way {
            Ok(chosen) => Ok(chosen.choice.variant),
            Err(refusal) => Err((refusal.status, refusal.text)),
        });
        assert_eq!(typed, named);
        typed
    }

    #[test]
    fn every_row_is_chosen_by_its_name_and_the_default_by_none() {
        let rows = Entry::find(REGISTRY, "dot").unwrap();
        for row in rows.variants() {
            assert_eq!(chosen(Some(&CString::new(row.name).unwrap())), Ok(row.name));
        }
        assert_eq!(chosen(None), Ok(rows.default_variant().name));
    }

    #[test]
    fn what_names_no_row_is_refused_in_words() {
        let refused = |name| chosen(Some(name)).unwrap_err();
        let rows = Entry::find(REGISTRY, "dot").unwrap().variants();
        let known = rows.map(|row| row.name).collect::<Vec<_>>().join(", ");
        let far = |name: &str| format!("unknown variant '{name}'; known: {known}");
        let (status, text) = refused(c"");
        assert_eq!(status, ABREAST_UNKNOWN);
        assert!(text.starts_with("unknown variant ''; "), "{text}");
        assert_eq!(refused(c"fortran"), (ABREAST_UNKNOWN, far("fortran")));
        let near = "unknown variant 'rest'; did you mean 'rust'?";
        assert_eq!(refused(c"rest"), (ABREAST_UNKNOWN, near.to_owned()));
        let (status, text) = refused(c"r\xffst");
        assert_eq!(status, ABREAST_TEXT);
        assert!(text.starts_with("options.variant: invalid utf-8"), "{text}");
        let long = CString::new("rust".repeat(64)).unwrap();
        let (status, text) = refused(&long);
        assert_eq!(status, ABREAST_UNKNOWN);
        assert!(text.starts_with("options.variant has no end"), "{text}");
    }
}
