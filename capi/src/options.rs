//! Which variant, at which level, on which threads.

use crate::pointers::{Caller, Versioned};
use crate::pool::{POOLS, abreast_pool};
use crate::status::Refusal;
use abreast::kernel::{self, Entry, Job};
use abreast::{Choice, Error, Isa, Kernel, Level, Threads, Variant};
use std::ffi::c_char;
use std::mem::offset_of;
use std::sync::Arc;

/// An instruction-set level. All give the same bits, except that `gemm` has two sets: with a fused
/// multiply-add, and without (`ABREAST_LEVEL_V1`).
pub type abreast_level = i32;

/// The best this CPU has, or what the environment variable `ABREAST_ISA` names.
pub const ABREAST_LEVEL_BEST: abreast_level = 0;
/// What every x86-64 CPU has: SSE2.
pub const ABREAST_LEVEL_V1: abreast_level = 1;
/// x86-64-v3: AVX2 and FMA.
pub const ABREAST_LEVEL_V3: abreast_level = 2;
/// x86-64-v4: AVX-512.
pub const ABREAST_LEVEL_V4: abreast_level = 3;
/// The vector unit of every 64-bit ARM.
pub const ABREAST_LEVEL_NEON: abreast_level = 4;

/// How a kernel is called. Wherever a pointer to it is asked for, null means: the default variant at
/// the best level, on the calling thread. `ABREAST_OPTIONS` in an initialiser means the same.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct abreast_options {
    /// `sizeof(abreast_options)`. A smaller one is an older header's, from before some member was there:
    /// what is missing is as in `ABREAST_OPTIONS`.
    pub size: usize,
    /// Which variant, by name, `"rust"`; null is the kernel's default. `abreast_variant_name` lists the
    /// names. The text ends with a zero byte, is read during the call only, and no pointer to it is
    /// kept. All variants give the same bits.
    pub variant: *const c_char,
    /// Which level.
    pub level: abreast_level,
    /// Where: `{0}` is the calling thread.
    pub pool: abreast_pool,
}

// SAFETY: repr(C), the size first, then a pointer and numbers.
unsafe impl Versioned for abreast_options {
    const DEFAULT: Self = abreast_options {
        size: size_of::<Self>(),
        variant: std::ptr::null(),
        level: ABREAST_LEVEL_BEST,
        pool: abreast_pool { id: 0 },
    };
    const MEMBERS: &'static [usize] =
        &[offset_of!(Self, variant), offset_of!(Self, level), offset_of!(Self, pool)];
}

/// Options that have been checked.
pub(crate) struct Chosen {
    pub(crate) choice: Choice,
    pub(crate) pool: Option<Arc<Threads>>,
}

impl Chosen {
    /// What C has chosen, for the kernel `K`.
    pub(crate) fn of<K: Kernel>(
        caller: &Caller,
        options: *const abreast_options,
    ) -> Result<Self, Refusal> {
        Self::from(caller, options, |name| match name {
            None => Ok(Variant::<K>::chosen().name),
            Some(name) => Ok(Variant::<K>::named(name)?.name),
        })
    }

    /// What C has chosen, for the kernel of this entry.
    pub(crate) fn of_entry(
        caller: &Caller,
        options: *const abreast_options,
        entry: &Entry,
    ) -> Result<Self, Refusal> {
        Self::from(caller, options, |name| match name {
            None => Ok(entry.default_variant().name),
            Some(name) => Ok(entry.variant(name)?.name),
        })
    }

    /// `find` has the kernel's own text for the variant of that name, or of none. C's text is not looked
    /// at any more once this has returned: a call may even write over it.
    fn from(
        caller: &Caller,
        options: *const abreast_options,
        find: impl FnOnce(Option<&str>) -> Result<&'static str, Error>,
    ) -> Result<Self, Refusal> {
        if options.is_null() {
            let choice = Choice { variant: find(None)?, level: Level::chosen()? };
            return Ok(Chosen { choice, pool: None });
        }
        let options = caller.sized("options", options)?;
        let name = match options.variant.is_null() {
            true => None,
            false => Some(caller.name("options.variant", options.variant)?),
        };
        let choice = Choice { variant: find(name)?, level: level(options.level)? };
        let pool = match options.pool.id {
            0 => None,
            id => Some(POOLS.get(id)?),
        };
        Ok(Chosen { choice, pool })
    }

    /// Runs a kernel there.
    pub(crate) fn call<K: Kernel>(
        &self,
        args: K::Args,
        input: K::Input<'_>,
    ) -> Result<K::Output, Refusal> {
        if let Some(row) = self.plain::<K>()? {
            return Ok(kernel::call(row, args, input)?);
        }
        let job = Job::<K>::at(self.choice.level, args, input)?.choose(self.choice)?;
        match &self.pool {
            None => Ok(job.call()?),
            Some(pool) => Ok(job.on(&**pool)?),
        }
    }

    /// Runs a kernel there, into a buffer laid out by its plan.
    pub(crate) fn call_into<K: Kernel>(
        &self,
        args: K::Args,
        input: K::Input<'_>,
        out: &mut [K::Item],
    ) -> Result<(), Refusal> {
        if let Some(row) = self.plain::<K>()? {
            return Ok(kernel::call_into(row, args, input, out)?);
        }
        let job = Job::<K>::at(self.choice.level, args, input)?.choose(self.choice)?;
        match &self.pool {
            None => Ok(job.call_into(out)?),
            Some(pool) => Ok(job.on_into(&**pool, out).map(drop)?),
        }
    }

    /// The variant, where a plain call will do: on this thread, at the chosen level. That call looks at
    /// the floating-point modes once and not twice, which a small problem notices.
    fn plain<K: Kernel>(&self) -> Result<Option<&'static Variant<K>>, Error> {
        if self.pool.is_some() || self.choice.level != Level::chosen()? {
            return Ok(None);
        }
        Ok(Some(Variant::named(self.choice.variant)?))
    }
}

fn level(number: abreast_level) -> Result<Level, Error> {
    match number {
        ABREAST_LEVEL_BEST => Level::chosen(),
        ABREAST_LEVEL_V1 => Level::new(Isa::V1),
        ABREAST_LEVEL_V3 => Level::new(Isa::V3),
        ABREAST_LEVEL_V4 => Level::new(Isa::V4),
        ABREAST_LEVEL_NEON => Level::new(Isa::Neon),
        other => Err(no_such("level", other, "0 to 4, see ABREAST_LEVEL_BEST")),
    }
}

/// A number that C could give and that means nothing.
pub(crate) fn no_such(what: &'static str, number: i32, known: &str) -> Error {
    Error::Unknown { what, given: number.to_string(), hint: format!("known: {known}") }
}
