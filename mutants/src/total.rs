//! `total`: the sum of x, chunk by chunk, sound and with a wrong fold.

use abreast::exact::{Twofold, gamma};
use abreast::kernel::{
    ChunkArgs, Class, Cost, Expected, Input, Kernel, Layout, Operands, Request, Workload,
};
use abreast::plan::fold;
use abreast::sample::Sampled;
use abreast::simd::Real;
use abreast::{Error, Plan, Variant};
use std::borrow::Cow;
use std::marker::PhantomData;

/// The kernel, with the variants and the fold of the plant `P`.
pub struct Total<P>(PhantomData<P>);

/// Variants and a fold under a name.
pub trait Plant: Sized + 'static {
    /// The kernel's name.
    const NAME: &'static str;
    /// Its variants.
    const VARIANTS: &'static [Variant<Total<Self>>] = &sound();
    /// Whether its variants have the same bits.
    const CLASS: Class = Class::SameBits;
    /// How many partial results the fold leaves out at the end.
    const FORGOTTEN: usize = 0;
}

/// No defect.
pub struct Sound;
impl Plant for Sound {
    const NAME: &'static str = "total";
}

/// One variant adds from the other end: as near to the oracle, but other bits.
pub struct OtherFold;
impl Plant for OtherFold {
    const NAME: &'static str = "other_fold";
    const VARIANTS: &'static [Variant<Total<Self>>] = &[
        Variant::new("loop", by_loop),
        Variant::new("fold", by_fold),
        Variant::new("simd", backwards),
    ];
}

/// The same, but it says so: each within its bound is enough.
pub struct Bounded;
impl Plant for Bounded {
    const NAME: &'static str = "bounded";
    const CLASS: Class = Class::Bounded("one adds from the other end");
    const VARIANTS: &'static [Variant<Total<Self>>] =
        &[Variant::new("loop", by_loop), Variant::new("simd", backwards)];
}

/// The fold leaves out the last of several partial results.
pub struct ForgetsPart;
impl Plant for ForgetsPart {
    const NAME: &'static str = "forgets_part";
    const FORGOTTEN: usize = 1;
}

/// The sound variants.
const fn sound<P: Plant>() -> [Variant<Total<P>>; 2] {
    [Variant::new("loop", by_loop), Variant::new("fold", by_fold)]
}

fn by_loop<P: Plant>(c: ChunkArgs<'_, '_, Total<P>>) -> Result<(), Error> {
    let mut sum = 0.0;
    for x in c.input {
        sum += x;
    }
    c.out[0] = sum;
    Ok(())
}

fn by_fold<P: Plant>(c: ChunkArgs<'_, '_, Total<P>>) -> Result<(), Error> {
    c.out[0] = c.input.iter().fold(0.0, |sum, x| sum + x);
    Ok(())
}

fn backwards<P: Plant>(c: ChunkArgs<'_, '_, Total<P>>) -> Result<(), Error> {
    c.out[0] = c.input.iter().rev().fold(0.0, |sum, x| sum + x);
    Ok(())
}

/// Elements per chunk.
const CHUNK: u64 = 1000;

impl<P: Plant> Kernel for Total<P> {
    const NAME: &'static str = P::NAME;
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = P::VARIANTS;

    type Args = ();
    type Input<'i> = &'i [f64];
    type Item = f64;
    type Output = f64;

    fn plan((): &(), x: &[f64]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, CHUNK)
    }

    fn finish((): &(), _: &Plan, partials: Cow<'_, [f64]>) -> f64 {
        let kept = partials.len() - P::FORGOTTEN.min(partials.len().saturating_sub(1));
        fold(partials[..kept].iter().copied(), |a, b| a + b).unwrap_or_default()
    }
}

impl<P: Plant> Workload for Total<P> {
    const FORMULA: &'static str = "sum of x[i]";
    const CLASS: Class = P::CLASS;
    const SIZES: &'static [u64] = &[0, 1, 2, 3, 33, 1000, 1001, 20_000];
    const SWEEP: &'static [u64] = &[1 << 10, 1 << 14];

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.elements(1 << 14, size_of::<f64>())?;
        Ok(Input::new(n as u64, ()).with(&f64::uniform(n, request.seed)))
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        let x = problem.input();
        let sum = x.iter().fold(Twofold::default(), |sum, x| sum.plus(*x));
        let magnitude: f64 = x.iter().map(|x| x.abs()).sum();
        let additions = CHUNK + 64;
        let bound = gamma(additions, f64::ROUNDOFF) * magnitude;
        vec![Expected::Real { hi: sum.hi, lo: sum.lo, bound }]
    }

    fn cost(problem: &Input<Self>) -> Cost {
        let n = problem.n;
        Cost { read: 8 * n, written: 0, flops: n, elements: n }
    }
}
