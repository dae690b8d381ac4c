//! Instruction-set levels: the same ones for every language.
//!
//! A table of "C against SIMD" that compares SSE2 with AVX-512 says nothing about C, so each variant
//! exists at each level. A [`Level`] is a proof: it can only be had on a CPU that has its
//! instructions, so variants that take one need no check of their own.

use crate::Error;
use std::sync::OnceLock;

/// The names of the levels, on every machine; see [`Level`] for the ones this CPU has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Isa {
    /// What every CPU of the architecture has: SSE2 on x86-64; on architectures other than that and ARM, whatever they have.
    V1,
    /// x86-64-v3: AVX2 and FMA.
    V3,
    /// x86-64-v4, Ice Lake class: AVX-512.
    V4,
    /// The vector unit of every 64-bit ARM.
    Neon,
}

impl Isa {
    /// Every name, weakest first.
    pub const ALL: [Isa; 4] = [Isa::V1, Isa::V3, Isa::V4, Isa::Neon];

    /// The name used on the command line, in reports and in `ABREAST_ISA`.
    pub const fn name(self) -> &'static str {
        match self {
            Isa::V1 => "v1",
            Isa::V3 => "v3",
            Isa::V4 => "v4",
            Isa::Neon => "neon",
        }
    }

    /// Whether a fused multiply-add is one instruction at this level.
    pub const fn has_fma(self) -> bool {
        !matches!(self, Isa::V1)
    }

    /// The level called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`], with the nearest name.
    pub fn parse(name: &str) -> Result<Isa, Error> {
        let known = Isa::ALL.into_iter().find(|isa| isa.name() == name);
        known.ok_or_else(|| Error::unknown("level", name, Isa::ALL.map(Isa::name)))
    }
}

/// What [`Level::chosen`] says, once it was asked.
static CHOSEN: OnceLock<Result<Level, Error>> = OnceLock::new();

/// An instruction-set level that this CPU has.
///
/// ```
/// use abreast::Level;
/// let best = Level::best();
/// assert!(Level::available().contains(&best));
/// assert!(Level::named("v5").is_err());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Level {
    isa: Isa,
    // Holding one of these tokens is fearless_simd's own proof of the same fact.
    simd: fearless_simd::Level,
}

impl Level {
    /// The level `isa`, if this CPU has it.
    ///
    /// # Errors
    /// [`Error::Level`] with the best level of this CPU.
    pub fn new(isa: Isa) -> Result<Level, Error> {
        Self::detect(isa)
            .ok_or_else(|| Error::Level { asked: isa.name(), best: Self::best().name() })
    }

    /// The level called `name`, if this CPU has it.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a name that is none, [`Error::Level`] for one this CPU lacks.
    pub fn named(name: &str) -> Result<Level, Error> {
        Level::new(Isa::parse(name)?)
    }

    /// Every level of this CPU, weakest first.
    pub fn available() -> Vec<Level> {
        Isa::ALL.into_iter().filter_map(Self::detect).collect()
    }

    /// The best level of this CPU.
    pub fn best() -> Level {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(|| *Self::available().last().expect("every CPU has its own lowest level"))
    }

    /// The level that plain calls use: the best one, unless the environment variable
    /// `ABREAST_ISA` names another. Read once; an empty one is as good as none.
    ///
    /// # Errors
    /// As [`Level::named`], when the variable names no level or one this CPU lacks.
    #[inline]
    pub fn chosen() -> Result<Level, Error> {
        match CHOSEN.get() {
            Some(Ok(level)) => Ok(*level),
            _ => Self::choose(),
        }
    }

    #[cold]
    fn choose() -> Result<Level, Error> {
        let choice = || match std::env::var_os("ABREAST_ISA") {
            Some(name) if !name.is_empty() => {
                Self::named(&name.to_string_lossy()).map_err(from_environment)
            }
            _ => Ok(Self::best()),
        };
        CHOSEN.get_or_init(choice).clone()
    }

    /// Its name.
    pub const fn isa(self) -> Isa {
        self.isa
    }

    /// Its name as text.
    pub const fn name(self) -> &'static str {
        self.isa.name()
    }

    /// The number C and C++ know it by (`ab_level` in `csrc/abreast.h`).
    pub const fn code(self) -> i32 {
        match self.isa {
            Isa::V1 | Isa::Neon => 0,
            Isa::V3 => 3,
            Isa::V4 => 4,
        }
    }

    /// The value `fearless_simd::dispatch!` takes: how Rust is compiled for the level.
    pub const fn simd(self) -> fearless_simd::Level {
        self.simd
    }

    /// Whether a fused multiply-add is one instruction at this level.
    pub const fn has_fma(self) -> bool {
        self.isa.has_fma()
    }

    fn detect(isa: Isa) -> Option<Level> {
        let cpu = fearless_simd::Level::new();
        let simd = match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::V1 => fearless_simd::Level::Sse2(cpu.as_sse2()?),
            #[cfg(target_arch = "x86_64")]
            Isa::V3 => fearless_simd::Level::Avx2(cpu.as_avx2()?),
            #[cfg(target_arch = "x86_64")]
            Isa::V4 => fearless_simd::Level::Avx512(cpu.as_avx512()?),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => fearless_simd::Level::Neon(cpu.as_neon()?),
            #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
            Isa::V1 => cpu,
            _ => return None,
        };
        Some(Level { isa, simd })
    }
}

/// Says where a name came from that nobody gave on the command line.
fn from_environment(why: Error) -> Error {
    match why {
        Error::Unknown { given, hint, .. } => {
            Error::Unknown { what: "ABREAST_ISA level", given, hint }
        }
        other => other,
    }
}

impl PartialEq for Level {
    fn eq(&self, other: &Self) -> bool {
        self.isa == other.isa
    }
}
impl Eq for Level {}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// `at_level!(level, simd => f(simd, ..))`: `f` for the vectors of `level`, compiled once for each level there is.
///
/// `fearless_simd::dispatch!` would compile it for SSE4.2 too, which no [`Level`] stands for: a quarter of all
/// vector code, which nobody runs.
#[cfg(feature = "kernels")]
macro_rules! at_level {
    ($level:expr, $simd:pat => $call:expr) => {
        match $level.simd() {
            #[cfg(target_arch = "x86_64")]
            fearless_simd::Level::Sse2(token) => $crate::level::at_level!(@at token, $simd => $call),
            #[cfg(target_arch = "x86_64")]
            fearless_simd::Level::Avx2(token) => $crate::level::at_level!(@at token, $simd => $call),
            #[cfg(target_arch = "x86_64")]
            fearless_simd::Level::Avx512(token) => $crate::level::at_level!(@at token, $simd => $call),
            #[cfg(target_arch = "x86_64")]
            _ => unreachable!("there is no such level"),
            #[cfg(not(target_arch = "x86_64"))]
            only => fearless_simd::dispatch!(only, $simd => $call),
        }
    };
    (@at $token:ident, $simd:pat => $call:expr) => {
        fearless_simd::Simd::vectorize(
            $token,
            #[inline(always)]
            || {
                let $simd = $token;
                $call
            },
        )
    };
}
#[cfg(feature = "kernels")]
pub(crate) use at_level;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_of_another_architecture_is_refused_with_a_sentence() {
        let foreign = if cfg!(target_arch = "aarch64") { "v4" } else { "neon" };
        let refusal = Level::named(foreign).unwrap_err().to_string();
        assert!(refusal.contains(foreign) && refusal.contains("best level here is"), "{refusal}");
    }

    #[test]
    fn levels_are_listed_weakest_first_and_end_with_the_best() {
        let all = Level::available();
        assert!(all.windows(2).all(|pair| pair[0].isa() < pair[1].isa()));
        assert_eq!(all.last(), Some(&Level::best()));
    }
}
