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
    /// Changes each of this many words where it is: it need not be fetched to be written over.
    Update { words: usize },
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
/// Words between the halves of a copy besides those of the halves: were they a multiple of 4 KiB apart, loads
/// would wait for stores that look as if they went to the same place.
const APART: usize = 256;
/// Vectors that a memory loop handles at once.
const GROUP: usize = 8;

impl Loop {
    /// Every loop of the level: working sets from 4 KiB up to `words`, all arithmetic.
    pub(super) fn all(level: Level, words: usize) -> impl Iterator<Item = Loop> {
        let sets = || (0..32).map(|power| MIN_WORDS << power).take_while(move |w| *w <= words);
        let loads = sets().flat_map(|words| [false, true].map(|four| Loop::Load { words, four }));
        let copies = sets().flat_map(|words| [Loop::Copy { words }, Loop::Update { words }]);
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
            // Read and written.
            Loop::Update { words } => passes(words) * words * 16,
            Loop::Compute { arithmetic, fused } => {
                STEPS * chains(level) * lanes(arithmetic) * (1 + usize::from(fused))
            }
        };
        amount as u64
    }

    /// How often one run goes over its memory.
    pub(super) fn passes(self) -> usize {
        match self {
            Loop::Load { words, .. } | Loop::Copy { words } | Loop::Update { words } => {
                passes(words)
            }
            Loop::Compute { .. } => 1,
        }
    }

    /// So many passes, in `memory`.
    pub(super) fn run(self, level: Level, memory: &mut [u64], passes: usize) {
        match self {
            Loop::Load { words, four } => {
                let memory = &memory[..words];
                black_box(match four {
                    false => at_level!(level, simd => load(simd, memory, passes)),
                    true => at_level!(level, simd => load_by_four(simd, memory, passes)),
                });
            }
            Loop::Copy { words } => {
                let (from, to) = memory.split_at_mut(words / 2 + APART);
                let (from, to) = (&from[..words / 2], &mut to[..words / 2]);
                at_level!(level, simd => copy(simd, from, to, passes));
            }
            Loop::Update { words } => {
                at_level!(level, simd => update(simd, &mut memory[..words], passes));
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
fn load<S: Simd>(simd: S, memory: &[u64], passes: usize) -> u64 {
    let width = S::u64s::LEN;
    let mut seen = [S::u64s::splat(simd, 0); GROUP];
    for _ in 0..passes {
        for group in black_box(memory).chunks_exact(GROUP * width) {
            see(simd, &mut seen, group);
        }
    }
    any(seen)
}

/// Four streams side by side.
#[simd]
fn load_by_four<S: Simd>(simd: S, memory: &[u64], passes: usize) -> u64 {
    const EACH: usize = GROUP / 4;
    let step = EACH * S::u64s::LEN;
    let (front, back) = memory.split_at(memory.len() / 2);
    let quarters = [front, back].map(|half| half.split_at(half.len() / 2));
    let mut seen = [[S::u64s::splat(simd, 0); EACH]; 4];
    for _ in 0..passes {
        let halves = black_box(quarters);
        let [front, back] = halves.map(|(a, b)| a.chunks_exact(step).zip(b.chunks_exact(step)));
        for ((a, b), (c, d)) in front.zip(back) {
            for (seen, group) in seen.iter_mut().zip([a, b, c, d]) {
                see(simd, seen, group);
            }
        }
    }
    any(seen.map(|seen| seen[0] | seen[1]))
}

#[inline(always)]
fn see<S: Simd, const N: usize>(simd: S, seen: &mut [S::u64s; N], group: &[u64]) {
    for (seen, vector) in seen.iter_mut().zip(group.chunks_exact(S::u64s::LEN)) {
        *seen |= S::u64s::from_slice(simd, vector);
    }
}

#[inline(always)]
fn any<S: Simd, V: SimdBase<S, Element = u64> + std::ops::BitOr<Output = V>, const N: usize>(
    seen: [V; N],
) -> u64 {
    let all = seen.into_iter().reduce(|a, b| a | b);
    all.map_or(0, |all| all.as_slice()[0])
}

#[simd]
fn copy<S: Simd>(simd: S, from: &[u64], to: &mut [u64], passes: usize) {
    let width = S::u64s::LEN;
    for _ in 0..passes {
        let (from, to) = (black_box(from), black_box(&mut *to));
        let groups = from.chunks_exact(GROUP * width).zip(to.chunks_exact_mut(GROUP * width));
        for (from, to) in groups {
            for (from, to) in from.chunks_exact(width).zip(to.chunks_exact_mut(width)) {
                S::u64s::from_slice(simd, from).store_slice(to);
            }
        }
    }
}

#[simd]
fn update<S: Simd>(simd: S, words: &mut [u64], passes: usize) {
    let width = S::u64s::LEN;
    let ones = S::u64s::splat(simd, 1);
    for _ in 0..passes {
        for group in black_box(&mut *words).chunks_exact_mut(GROUP * width) {
            for vector in group.chunks_exact_mut(width) {
                (S::u64s::from_slice(simd, vector) ^ ones).store_slice(vector);
            }
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
