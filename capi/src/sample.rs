//! The door by name: any kernel of the registry, on operands that the library makes from a seed.

use crate::boundary::boundary;
use crate::handles::{Kind, Table};
use crate::options::{Chosen, abreast_options};
use crate::pointers::{Caller, Span};
use crate::status::{Refusal, abreast_status};
use abreast::kernel::{Case, Entry, Request};
use abreast::kernels::REGISTRY;
use abreast::{Control, Executor, Fault, Serial};
use std::ffi::c_char;

pub(crate) static SAMPLES: Table<Problem> = Table::new(Kind::Sample);

/// What is behind a handle.
pub(crate) struct Problem {
    entry: &'static Entry,
    case: Box<dyn Case>,
}

/// A problem of some kernel with operands of its own. Made by `abreast_sample_new`, ended by
/// `abreast_sample_free`; copies are the same problem. `{0}` is none.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct abreast_sample {
    /// The library's own.
    pub id: u64,
}

/// Makes a problem of size `n`, in the kernel's own sense, for the kernel of that name, with operands
/// from `seed`: the same on every machine. `*sample` is the caller's to free; the name ends with a zero
/// byte and is read during the call only.
///
/// Fails with `ABREAST_NULL`, `ABREAST_MISALIGNED` or `ABREAST_TEXT` for the pointers,
/// `ABREAST_UNKNOWN` for a name that no kernel has, `ABREAST_ARGUMENT` or `ABREAST_NO_MEMORY` for
/// an `n` that the kernel cannot have.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_sample_new(
    kernel: *const c_char,
    n: i64,
    seed: u64,
    sample: *mut abreast_sample,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        let sample = Span::one("sample", sample)?;
        let entry = Entry::find(REGISTRY, caller.name("kernel", kernel)?)?;
        let case = entry.case(&Request { n: Some(n), seed, given: Vec::new() })?;
        let id = SAMPLES.insert(Problem { entry, case })?;
        caller.write(sample, &[abreast_sample { id }]);
        Ok(())
    })
}

/// Runs the problem and gives the 64-bit FNV-1a hash of the result's bytes: the same for every
/// variant, level (see `abreast_level`) and pool. Any number of threads may do so at once.
///
/// Fails with `ABREAST_HANDLE`, and as every kernel does for `options`; with `ABREAST_NULL` or
/// `ABREAST_MISALIGNED` for `hash`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_sample_run(
    sample: abreast_sample,
    hash: *mut u64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        let hash = Span::one("hash", hash)?;
        let problem = SAMPLES.get(sample.id)?;
        let chosen = Chosen::of_entry(caller, options, problem.entry)?;
        caller.write(hash, &[run(&*problem.case, &chosen)?]);
        Ok(())
    })
}

fn run(case: &dyn Case, chosen: &Chosen) -> Result<u64, Refusal> {
    let executor: &dyn Executor = match &chosen.pool {
        Some(pool) => &**pool,
        None => &Serial,
    };
    let mut drive = |tasks: &dyn abreast::Tasks| -> Result<(), Fault> {
        executor.run(tasks, &Control::default()).map(drop)
    };
    // Any pattern will do: what a variant leaves unwritten then shows in the hash.
    Ok(case.run(chosen.choice, 0xA5, &mut drive)?.hash)
}

/// Ends the problem. Runs of it go on undisturbed; `{0}` is left alone. Fails with
/// `ABREAST_HANDLE` when it has been freed already.
#[unsafe(no_mangle)]
pub extern "C" fn abreast_sample_free(sample: abreast_sample) -> abreast_status {
    // SAFETY: no pointer is involved.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |_| {
        if sample.id != 0 {
            SAMPLES.remove(sample.id)?;
        }
        Ok(())
    })
}
