//! The floating-point environment of a job: the one that every program starts with, whatever its
//! caller or an earlier task has made of it.
//!
//! The same bits come out only where numbers are rounded to nearest, subnormal ones are kept, and no
//! exception traps. A thread has these modes to itself, and takes over those of the thread that
//! started it. So the work of a job runs within a [`Guard`]: it sets the usual modes where they
//! differ and puts back what it found, also when the work panics. The flags of INVALID, DIVBYZERO and
//! OVERFLOW are put back as well: variants compute in lanes whose results nobody wants, so those flags
//! say nothing about the values. INEXACT, UNDERFLOW and DENORMAL, which nearly every operation
//! raises, stay.
//!
//! Where the environment is the usual one, this reads two registers twice and writes none. What that
//! costs depends on the CPU: `abreast overhead` says. Where the result of a plain call shows that nothing has
//! changed, it is not looked at again: a finite sum has met no infinity and no NaN on its way, so none of the
//! three flags was raised.
#![allow(unsafe_code)]

use modes::{Kept, Modes};
use std::cell::Cell;
use std::marker::PhantomData;

thread_local! {
    /// What the last work on this thread that did not leave the usual modes has left.
    static LEFT: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// What work on this thread has left behind, in words, if it was not the usual modes: since this was
/// asked last. Nobody else suffers for it; the gate names who did it.
#[cfg(feature = "harness")]
pub(crate) fn left_behind() -> Option<&'static str> {
    LEFT.take()
}

fn note(what: &'static str) {
    // A thread that is just ending has no place for it any more.
    let _ = LEFT.try_with(|left| left.set(Some(what)));
}

const ROUNDING: &str = "sums are no longer rounded to nearest";
const FLUSHED: &str = "subnormal results are flushed to zero (FTZ)";
const TRAPS: &str = "floating-point exceptions trap";

/// Keeps the usual environment until it is dropped; then what was there is put back.
pub(crate) struct Guard {
    found: Modes,
    kept: Option<Kept>,
    // The modes are this thread's.
    here: PhantomData<*const ()>,
}

impl Guard {
    pub(crate) fn enter() -> Guard {
        let found = Modes::read();
        let kept = if found.are_usual() { None } else { found.set_usual() };
        Guard { found, kept, here: PhantomData }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.found.put_back(self.kept);
    }
}

/// A [`Guard`] that found the usual modes: small enough to stay in registers.
pub(crate) struct Usual(Modes);

impl Usual {
    /// Nothing where other modes are set: see [`within`].
    #[inline(always)]
    pub(crate) fn enter() -> Option<Usual> {
        let found = Modes::read();
        found.are_usual().then_some(Usual(found))
    }

    /// Ends it where nothing can have changed.
    #[inline(always)]
    pub(crate) fn leave(self) {
        std::mem::forget(self);
    }
}

impl Drop for Usual {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.put_back(None);
    }
}

/// Does the work in the usual environment.
#[inline(always)]
pub(crate) fn within<R>(work: impl FnOnce() -> R) -> R {
    match Usual::enter() {
        Some(_guard) => work(),
        None => apart(work),
    }
}

/// Where modes change, the compiler must not move arithmetic past the change: it moves none into a call
/// and none out of one.
#[cold]
#[inline(never)]
fn apart<R>(work: impl FnOnce() -> R) -> R {
    #[inline(never)]
    fn call<R>(work: impl FnOnce() -> R) -> R {
        work()
    }
    let _guard = Guard::enter();
    call(work)
}

/// Within a guard: sets the usual modes again after code that may have changed them.
#[inline(always)]
pub(crate) fn settle() {
    let found = Modes::read();
    if !found.are_usual() {
        note(found.what());
        let _ = found.set_usual();
    }
}

/// As [`settle`], at a tenth of the price: sees what C's own functions change, which change both units
/// of x86, but not who sets the one of SSE alone.
#[inline(always)]
pub(crate) fn settle_quickly() {
    if !Modes::look_usual() {
        settle();
    }
}

/// For tests: whether a flag is raised that a call puts back.
#[cfg(all(test, feature = "kernels", target_arch = "x86_64", not(miri)))]
pub(crate) fn is_loud() -> bool {
    Modes::read().is_loud()
}

/// SSE has one register for modes and flags, and the old x87 unit has its own.
#[cfg(all(any(target_arch = "x86_64", target_arch = "x86"), not(miri)))]
mod modes {
    use std::arch::asm;

    /// The flags of INVALID, DIVBYZERO and OVERFLOW.
    const LOUD: u32 = 1 << 0 | 1 << 2 | 1 << 3;
    /// The flags of DENORMAL, UNDERFLOW and INEXACT.
    const QUIET: u32 = 1 << 1 | 1 << 4 | 1 << 5;
    /// To nearest, subnormal numbers kept, every exception masked.
    const USUAL: u32 = 0x1F80;
    const ROUND_BITS: u32 = 0x6000;
    const FTZ: u32 = 0x8000;
    const DAZ: u32 = 0x0040;

    /// The bits of the x87 control word that mean something.
    const X87_BITS: u16 = 0x0F3F;
    /// To nearest, every exception masked, at the precision that the system gives to programs.
    const X87_USUAL: u16 = if cfg!(windows) { 0x027F } else { 0x037F };

    /// All of x87, where its modes had to be changed, as `fnstenv` stores it: control word, flags,
    /// registers in use, last instruction.
    pub(super) type Kept = [u32; 7];

    /// The two registers as they were found.
    #[derive(Clone, Copy)]
    pub(super) struct Modes {
        mxcsr: u32,
        x87: u16,
    }

    impl Modes {
        #[inline(always)]
        pub(super) fn read() -> Modes {
            Modes { mxcsr: mxcsr(), x87: x87() }
        }

        #[inline(always)]
        pub(super) fn look_usual() -> bool {
            x87_is_usual(x87())
        }

        #[cfg(all(test, feature = "kernels", target_arch = "x86_64"))]
        pub(super) fn is_loud(self) -> bool {
            self.mxcsr & LOUD != 0
        }

        #[inline(always)]
        pub(super) fn are_usual(self) -> bool {
            self.mxcsr & !(LOUD | QUIET) == USUAL && x87_is_usual(self.x87)
        }

        #[cold]
        #[inline(never)]
        pub(super) fn set_usual(self) -> Option<Kept> {
            set_mxcsr(self.mxcsr & (LOUD | QUIET) | USUAL);
            if x87_is_usual(self.x87) {
                return None;
            }
            let all = take_x87();
            set_x87(X87_USUAL);
            Some(all)
        }

        #[inline(always)]
        pub(super) fn put_back(self, kept: Option<Kept>) {
            let now = Modes::read();
            if (now.mxcsr ^ self.mxcsr) & !QUIET != 0 || now.x87 != self.x87 {
                self.put_back_from(now, kept);
            }
        }

        /// What is not usual, in words.
        #[cold]
        pub(super) fn what(self) -> &'static str {
            match self.mxcsr {
                bits if bits & ROUND_BITS != 0 => super::ROUNDING,
                bits if bits & FTZ != 0 => super::FLUSHED,
                bits if bits & DAZ != 0 => "subnormal operands are taken as zero (DAZ)",
                bits if bits & USUAL != USUAL => super::TRAPS,
                _ => "the modes of the x87 unit are changed",
            }
        }

        #[cold]
        #[inline(never)]
        fn put_back_from(self, now: Modes, kept: Option<Kept>) {
            if !now.are_usual() {
                super::note(now.what());
            }
            set_mxcsr(self.mxcsr & !QUIET | now.mxcsr & QUIET);
            match kept {
                Some(all) => put_back_x87(&all),
                None if now.x87 != self.x87 => {
                    // Masks everything first: a flag that the new modes unmask would trap.
                    let _ = take_x87();
                    set_x87(self.x87);
                }
                None => {}
            }
        }
    }

    fn x87_is_usual(word: u16) -> bool {
        word & X87_BITS == X87_USUAL & X87_BITS
    }

    #[inline(always)]
    fn mxcsr() -> u32 {
        let mut value = 0u32;
        // SAFETY: stores four bytes, to a variable of that size.
        unsafe {
            asm!("stmxcsr [{}]", in(reg) &raw mut value, options(nostack, preserves_flags));
        }
        value
    }

    #[inline(always)]
    fn x87() -> u16 {
        let mut word = 0u16;
        // SAFETY: stores two bytes, to a variable of that size.
        unsafe {
            asm!("fnstcw [{}]", in(reg) &raw mut word, options(nostack, preserves_flags));
        }
        word
    }

    fn set_mxcsr(value: u32) {
        // SAFETY: loads a value that this register had, or one that differs from it in the modes of
        // a program's start and in flags: no reserved bit is set. Rust computes with the usual modes
        // only: this sets them, or gives back those of whoever is not Rust.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const value, options(nostack, readonly)) }
    }

    fn set_x87(word: u16) {
        // SAFETY: as for `set_mxcsr`. No exception is pending: `take_x87` has masked all.
        unsafe { asm!("fldcw [{}]", in(reg) &raw const word, options(nostack, readonly)) }
    }

    /// All of x87, and masks its exceptions, so that none that is pending traps from here on.
    fn take_x87() -> Kept {
        let mut all = [0; 7];
        // SAFETY: stores 28 bytes, to a variable of that size. No register of x87 is in use where a
        // function begins or ends.
        unsafe { asm!("fnstenv [{}]", in(reg) &raw mut all, options(nostack)) }
        all
    }

    fn put_back_x87(all: &Kept) {
        // SAFETY: loads what `take_x87` stored; none of x87's registers is in use, then and now.
        // Clearing the flags first keeps one that a task has unmasked from trapping.
        unsafe {
            asm!("fnclex", "fldenv [{}]", in(reg) all.as_ptr(), options(nostack, readonly));
        }
    }
}

/// One register for modes, one for flags.
#[cfg(all(target_arch = "aarch64", not(miri)))]
mod modes {
    use std::arch::asm;

    /// The flags of INVALID, DIVBYZERO and OVERFLOW.
    const LOUD: u64 = 0b111;

    /// Nothing but the two registers is changed.
    pub(super) type Kept = ();

    /// The two registers as they were found.
    #[derive(Clone, Copy)]
    pub(super) struct Modes {
        fpcr: u64,
        fpsr: u64,
    }

    impl Modes {
        #[inline(always)]
        pub(super) fn read() -> Modes {
            let (fpcr, fpsr);
            // SAFETY: reads two registers that every thread may read.
            unsafe {
                asm!("mrs {}, fpcr", "mrs {}, fpsr", out(reg) fpcr, out(reg) fpsr,
                     options(nostack, preserves_flags));
            }
            Modes { fpcr, fpsr }
        }

        #[inline(always)]
        pub(super) fn look_usual() -> bool {
            Modes::read().are_usual()
        }

        /// To nearest, subnormal numbers kept, nothing traps: all modes are 0.
        #[inline(always)]
        pub(super) fn are_usual(self) -> bool {
            self.fpcr == 0
        }

        #[cold]
        #[inline(never)]
        pub(super) fn set_usual(self) -> Option<Kept> {
            set_fpcr(0);
            None
        }

        #[inline(always)]
        pub(super) fn put_back(self, _: Option<Kept>) {
            let now = Modes::read();
            if now.fpcr != self.fpcr || (now.fpsr ^ self.fpsr) & LOUD != 0 {
                self.put_back_from(now);
            }
        }

        /// What is not usual, in words.
        #[cold]
        pub(super) fn what(self) -> &'static str {
            match self.fpcr {
                bits if bits >> 22 & 3 != 0 => super::ROUNDING,
                bits if bits >> 24 & 1 != 0 => super::FLUSHED,
                _ => super::TRAPS,
            }
        }

        #[cold]
        #[inline(never)]
        fn put_back_from(self, now: Modes) {
            if !now.are_usual() {
                super::note(now.what());
            }
            let flags = now.fpsr & !LOUD | self.fpsr & LOUD;
            // SAFETY: loads flags that this register has or had.
            unsafe { asm!("msr fpsr, {}", in(reg) flags, options(nostack)) }
            set_fpcr(self.fpcr);
        }
    }

    fn set_fpcr(modes: u64) {
        // SAFETY: loads the modes of a program's start, with which Rust computes, or gives back those
        // of whoever is not Rust.
        unsafe { asm!("msr fpcr, {}", in(reg) modes, options(nostack)) }
    }
}

/// Where nobody has looked yet, the environment is left alone.
#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64"))))]
mod modes {
    pub(super) type Kept = ();

    #[derive(Clone, Copy)]
    pub(super) struct Modes;

    impl Modes {
        pub(super) fn read() -> Modes {
            Modes
        }

        pub(super) fn look_usual() -> bool {
            true
        }

        pub(super) fn are_usual(self) -> bool {
            true
        }

        pub(super) fn set_usual(self) -> Option<Kept> {
            None
        }

        pub(super) fn what(self) -> &'static str {
            super::ROUNDING
        }

        pub(super) fn put_back(self, _: Option<Kept>) {}
    }
}
