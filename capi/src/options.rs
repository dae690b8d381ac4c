//! Which body, at which level, on which threads.

use crate::pointers::Caller;
use crate::pool::{POOLS, abreast_pool};
use crate::status::Refusal;
use abreast::exec::{self, Control, Threads};
use abreast::kernel::{self, Kernel};
use abreast::{Body, Error, How, Isa, Level};
use std::sync::Arc;

/// One way a kernel is written. All give the same bits.
pub type abreast_body = i32;

/// The fastest: explicit SIMD.
pub const ABREAST_BODY_BEST: abreast_body = 0;
/// C, declared to Rust by bindgen.
pub const ABREAST_BODY_C: abreast_body = 1;
/// The same C function, declared by hand.
pub const ABREAST_BODY_C_BY_HAND: abreast_body = 2;
/// C++, through cxx.
pub const ABREAST_BODY_CPP: abreast_body = 3;
/// Plain Rust.
pub const ABREAST_BODY_RUST: abreast_body = 4;
/// Rust with explicit vectors.
pub const ABREAST_BODY_SIMD: abreast_body = 5;

/// An instruction-set level. All give the same bits, except that `gemm` has two sets: with a fused
/// multiply-add, and without (`ABREAST_LEVEL_BASELINE`).
pub type abreast_level = i32;

/// The best this CPU has, or what the environment variable `ABREAST_ISA` names.
pub const ABREAST_LEVEL_BEST: abreast_level = 0;
/// What every x86-64 CPU has: SSE2.
pub const ABREAST_LEVEL_BASELINE: abreast_level = 1;
/// x86-64-v3: AVX2 and FMA.
pub const ABREAST_LEVEL_V3: abreast_level = 2;
/// x86-64-v4: AVX-512.
pub const ABREAST_LEVEL_V4: abreast_level = 3;
/// The vector unit of every 64-bit ARM.
pub const ABREAST_LEVEL_NEON: abreast_level = 4;

/// How a kernel is called. Wherever a pointer to it is asked for, null means: the best body at the
/// best level, on the calling thread. `ABREAST_OPTIONS` in an initialiser means the same.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct abreast_options {
    /// `sizeof(abreast_options)`.
    pub size: usize,
    /// Which body.
    pub body: abreast_body,
    /// Which level.
    pub level: abreast_level,
    /// Where: `{0}` is the calling thread.
    pub pool: abreast_pool,
}

/// Options that have been checked.
pub(crate) struct Chosen {
    pub(crate) how: How,
    pub(crate) pool: Option<Arc<Threads>>,
}

impl Chosen {
    /// What C has chosen.
    pub(crate) fn from(caller: &Caller, options: *const abreast_options) -> Result<Self, Refusal> {
        if options.is_null() {
            return Ok(Chosen { how: How::best()?, pool: None });
        }
        let options = caller.sized("options", options)?;
        let how = How { body: body(options.body)?, level: level(options.level)? };
        let pool = match options.pool.id {
            0 => None,
            id => Some(POOLS.get(id)?),
        };
        Ok(Chosen { how, pool })
    }

    /// Runs a kernel there.
    pub(crate) fn call<K: Kernel>(
        &self,
        args: K::Args,
        input: K::Input<'_>,
    ) -> Result<K::Output, Refusal> {
        match &self.pool {
            None => Ok(kernel::call::<K>(self.how, args, input)?),
            Some(pool) => Ok(exec::run::<K>(&**pool, self.how, &Control::default(), args, input)?),
        }
    }

    /// Runs a kernel there, into a buffer laid out by its plan.
    pub(crate) fn call_into<K: Kernel>(
        &self,
        args: K::Args,
        input: K::Input<'_>,
        out: &mut [K::Item],
    ) -> Result<(), Refusal> {
        match &self.pool {
            None => Ok(kernel::call_into::<K>(self.how, args, input, out)?),
            Some(pool) => {
                let control = Control::default();
                exec::run_into::<K>(&**pool, self.how, &control, args, input, out)?;
                Ok(())
            }
        }
    }
}

fn body(number: abreast_body) -> Result<Body, Error> {
    match number {
        ABREAST_BODY_BEST | ABREAST_BODY_SIMD => Ok(Body::Simd),
        ABREAST_BODY_C => Ok(Body::C),
        ABREAST_BODY_C_BY_HAND => Ok(Body::CByHand),
        ABREAST_BODY_CPP => Ok(Body::Cpp),
        ABREAST_BODY_RUST => Ok(Body::Rust),
        other => Err(no_such("body", other, "0 to 5, see ABREAST_BODY_BEST")),
    }
}

fn level(number: abreast_level) -> Result<Level, Error> {
    match number {
        ABREAST_LEVEL_BEST => Level::chosen(),
        ABREAST_LEVEL_BASELINE => Level::new(Isa::Baseline),
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
