//! The loops behind the limits. Each is as plain as the machine allows: enough independent
//! vectors to hide latency, and nothing else in the way.

use crate::kernel::Arithmetic;
use crate::level::at_level;
use crate::simd::Real;
use crate::{Isa, Level};
use fearless_simd::{Simd, SimdBase, SimdFloat};
use fearless_simd_macros::simd;
use std::hint::black_box;

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub(super) enum Loop {
    /// Reads this many words of 8 bytes, again and again, as one stream or as four side by side:
    /// which is faster depends on the prefetchers.
    Load { words: usize, four: bool },
    /// Copies the first half of this many words to the second.
    Copy { words: usize },
    /// Computes in registers.
    Compute { arithmetic: Arithmetic, fused: bool },
}

/// The smallest working set: 4 KiB.
pub(super) const MIN_WORDS: usize = 1 << 9;
/// Bytes that a memory loop moves: enough for a tenth of a millisecond in the nearest cache.
const MOVED: usize = 32 << 20;
/// Rounds of a compute loop over its vectors.
const STEPS: usize = 40_000;
/// Independent chains of a compute loop, where there are 16 registers.
const FEW: usize = 12;
/// The same where there are 32. Units that take a wide vector in two halves need that many.
const MANY: usize = 24;
/// Vectors that a memory loop handles at once.
const GROUP: usize = 8;

impl Loop {
    /// Every loop of the level: working sets from 4 KiB up to `words`, all arithmetic.
    pub(super) fn all(level: Level, words: usize) -> impl Iterator<Item = Loop> {
        let sets = || (0..32).map(|power| MIN_WORDS << power).take_while(move |w| *w <= words);
        let loads = sets().flat_map(|words| [false, true].map(|four| Loop::Load { words, four }));
        let copies = sets().map(|words| Loop::Copy { words });
        let fma = level.has_fma();
        let peaks = [
            (Arithmetic::F64, false),
            (Arithmetic::F32, false),
            (Arithmetic::Int, false),
            (Arithmetic::F64, true),
            (Arithmetic::F32, true),
        ];
        let peaks = peaks.into_iter().filter(move |(_, fused)| fma || !fused);
        let computes = peaks.map(|(arithmetic, fused)| Loop::Compute { arithmetic, fused });
        loads.chain(copies).chain(computes)
    }

    /// Bytes or operations of one run at its level's width.
    pub(super) fn amount(self, level: Level) -> u64 {
        let lanes = |arithmetic| at_level!(level, simd => lanes(simd, arithmetic));
        let amount = match self {
            Loop::Load { words, .. } | Loop::Copy { words } => passes(words) * words * 8,
            Loop::Compute { arithmetic, fused } => {
                STEPS * chains(level) * lanes(arithmetic) * (1 + usize::from(fused))
            }
        };
        amount as u64
    }

    /// One run, in `memory`.
    pub(super) fn run(self, level: Level, memory: &mut [u64]) {
        match self {
            Loop::Load { words, four } => {
                for _ in 0..passes(words) {
                    let memory = black_box(&memory[..words]);
                    black_box(match four {
                        false => at_level!(level, simd => load::<_, 1>(simd, memory)),
                        true => at_level!(level, simd => load::<_, 4>(simd, memory)),
                    });
                }
            }
            Loop::Copy { words } => {
                let (from, to) = memory[..words].split_at_mut(words / 2);
                for _ in 0..passes(words) {
                    let (from, to) = (black_box(&*from), black_box(&mut *to));
                    at_level!(level, simd => copy(simd, from, to));
                }
            }
            Loop::Compute { arithmetic, fused } if chains(level) == MANY => {
                compute::<MANY>(level, arithmetic, fused);
            }
            Loop::Compute { arithmetic, fused } => compute::<FEW>(level, arithmetic, fused),
        }
    }
}

fn chains(level: Level) -> usize {
    match level.isa() {
        Isa::V1 | Isa::V3 => FEW,
        Isa::V4 | Isa::Neon => MANY,
    }
}

fn compute<const CHAINS: usize>(level: Level, arithmetic: Arithmetic, fused: bool) {
    match (arithmetic, fused) {
        (Arithmetic::F64, false) => add_and_multiply::<f64, CHAINS>(level, 1.0),
        (Arithmetic::F32, false) => add_and_multiply::<f32, CHAINS>(level, 1.0),
        (Arithmetic::F64, true) => multiply_add::<f64, CHAINS>(level, 0.5),
        (Arithmetic::F32, true) => multiply_add::<f32, CHAINS>(level, 0.5),
        (Arithmetic::Int, _) => add_integers::<CHAINS>(level, 1),
    }
}

fn passes(words: usize) -> usize {
    (MOVED / 8 / words).max(1)
}

#[simd]
fn lanes<S: Simd>(_: S, arithmetic: Arithmetic) -> usize {
    match arithmetic {
        Arithmetic::F64 => S::f64s::LEN,
        Arithmetic::F32 => S::f32s::LEN,
        Arithmetic::Int => S::u64s::LEN,
    }
}

#[simd]
fn load<S: Simd, const STREAMS: usize>(simd: S, memory: &[u64]) -> u64 {
    let width = S::u64s::LEN;
    let step = GROUP / STREAMS * width;
    let length = memory.len() / STREAMS;
    let mut seen = [S::u64s::splat(simd, 0); GROUP];
    for i in (0..length).step_by(step) {
        for (stream, seen) in seen.chunks_exact_mut(GROUP / STREAMS).enumerate() {
            let group = &memory[stream * length + i..][..step];
            for (seen, vector) in seen.iter_mut().zip(group.chunks_exact(width)) {
                *seen |= S::u64s::from_slice(simd, vector);
            }
        }
    }
    let all = seen.into_iter().reduce(|a, b| a | b);
    all.map_or(0, |all| all.as_slice()[0])
}

#[simd]
fn copy<S: Simd>(simd: S, from: &[u64], to: &mut [u64]) {
    let width = S::u64s::LEN;
    let groups = from.chunks_exact(GROUP * width).zip(to.chunks_exact_mut(GROUP * width));
    for (from, to) in groups {
        for (from, to) in from.chunks_exact(width).zip(to.chunks_exact_mut(width)) {
            S::u64s::from_slice(simd, from).store_slice(to);
        }
    }
}

fn add_and_multiply<T: Real, const CHAINS: usize>(level: Level, one: T) {
    let one = black_box(one);
    black_box(at_level!(level, simd => adding::<_, T, CHAINS>(simd, one)));
}

fn multiply_add<T: Real, const CHAINS: usize>(level: Level, half: T) {
    let half = black_box(half);
    black_box(at_level!(level, simd => fusing::<_, T, CHAINS>(simd, half)));
}

fn add_integers<const CHAINS: usize>(level: Level, one: u64) {
    let one = black_box(one);
    black_box(at_level!(level, simd => counting::<_, CHAINS>(simd, one)));
}

/// Half of the chains add, half multiply.
#[simd]
fn adding<S: Simd, T: Real, const CHAINS: usize>(simd: S, one: T) -> T {
    let one = T::Native::<S>::splat(simd, one);
    let mut chains = [one; CHAINS];
    for _ in 0..STEPS {
        for pair in chains.chunks_exact_mut(2) {
            pair[0] += one;
            pair[1] *= one;
        }
    }
    sum(chains)
}

/// Every chain tends to 1, so no number becomes large or subnormal.
#[simd]
fn fusing<S: Simd, T: Real, const CHAINS: usize>(simd: S, half: T) -> T {
    let half = T::Native::<S>::splat(simd, half);
    let mut chains = [half; CHAINS];
    for _ in 0..STEPS {
        for chain in &mut chains {
            *chain = chain.mul_add(half, half);
        }
    }
    sum(chains)
}

/// Each chain adds another chain: a constant step would be multiplied out by the compiler.
#[simd]
fn counting<S: Simd, const CHAINS: usize>(simd: S, one: u64) -> u64 {
    let mut chains = [S::u64s::splat(simd, one); CHAINS];
    for _ in 0..STEPS {
        for i in 0..CHAINS {
            chains[i] += chains[(i + CHAINS / 2) % CHAINS];
        }
    }
    let all = chains.into_iter().reduce(|a, b| a + b);
    all.map_or(0, |all| all.as_slice()[0])
}

#[inline(always)]
fn sum<S: Simd, T: Real, V: SimdFloat<S, Element = T>, const CHAINS: usize>(
    chains: [V; CHAINS],
) -> T {
    let all = chains.into_iter().reduce(|a, b| a + b);
    all.map_or(T::default(), |all| all.as_slice()[0])
}
