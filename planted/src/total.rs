//! `total`: the sum of x, chunk by chunk, sound and with a wrong fold.

use abreast::exact::{Twofold, gamma};
use abreast::kernel::{Ask, Bodies, BodyFn, Cost, Evidence, Kernel, Layout, Near, Part, Problem};
use abreast::plan::fold;
use abreast::sample::Sampled;
use abreast::simd::Real;
use abreast::{Error, Plan};
use std::borrow::Cow;
use std::marker::PhantomData;

/// The kernel, with the bodies and the fold of the plant `P`.
pub struct Total<P>(PhantomData<P>);

/// Bodies and a fold under a name.
pub trait Plant: Sized + 'static {
    /// The kernel's name.
    const NAME: &'static str;
    /// What the simd body does with a chunk.
    const SIMD: fn(&[f64]) -> f64 = forwards;
    /// How many parts the fold leaves out at the end.
    const FORGOTTEN: usize = 0;
}

/// No defect.
pub struct Sound;
impl Plant for Sound {
    const NAME: &'static str = "total";
}

/// One body adds from the other end: as near to the oracle, but other bits.
pub struct OtherFold;
impl Plant for OtherFold {
    const NAME: &'static str = "other_fold";
    const SIMD: fn(&[f64]) -> f64 = |x| x.iter().rev().fold(0.0, |sum, x| sum + x);
}

/// The fold leaves out the last of several parts.
pub struct ForgetsPart;
impl Plant for ForgetsPart {
    const NAME: &'static str = "forgets_part";
    const FORGOTTEN: usize = 1;
}

fn forwards(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |sum, x| sum + x)
}

fn sound<P: Plant>(part: Part<'_, '_, Total<P>>) -> Result<(), Error> {
    let p = part.open();
    p.out[0] = forwards(&p.input[p.chunk.range()]);
    Ok(())
}

fn simd<P: Plant>(part: Part<'_, '_, Total<P>>) -> Result<(), Error> {
    let p = part.open();
    p.out[0] = P::SIMD(&p.input[p.chunk.range()]);
    Ok(())
}

/// Elements per chunk.
const CHUNK: u64 = 1000;

impl<P: Plant> Kernel for Total<P> {
    const NAME: &'static str = P::NAME;
    const LAYOUT: Layout = Layout::PerChunk;
    const BODIES: Bodies<BodyFn<Self>> =
        Bodies { c: sound, c_by_hand: sound, cpp: sound, rust: sound, simd };

    type Args = ();
    type Input<'i> = &'i [f64];
    type Item = f64;
    type Output = f64;

    fn plan((): &(), x: &[f64]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, CHUNK)
    }

    fn finish((): &(), _: &Plan, parts: Cow<'_, [f64]>) -> f64 {
        let kept = parts.len() - P::FORGOTTEN.min(parts.len().saturating_sub(1));
        fold(parts[..kept].iter().copied(), |a, b| a + b).unwrap_or_default()
    }
}

impl<P: Plant> Evidence for Total<P> {
    const FORMULA: &'static str = "sum of x[i]";
    const SIZES: &'static [u64] = &[0, 1, 2, 3, 33, 1000, 1001, 20_000];
    const SWEEP: &'static [u64] = &[1 << 10, 1 << 14];

    fn problem(ask: &Ask) -> Result<Problem<Self>, Error> {
        let n = ask.elements(1 << 14, size_of::<f64>())?;
        Ok(Problem::new(n as u64, ()).with(&f64::uniform(n, ask.seed)))
    }

    fn oracle(problem: &Problem<Self>) -> Vec<Near> {
        let x = problem.input();
        let sum = x.iter().fold(Twofold::default(), |sum, x| sum.plus(*x));
        let magnitude: f64 = x.iter().map(|x| x.abs()).sum();
        let additions = CHUNK + 64;
        let bound = gamma(additions, f64::ROUNDOFF) * magnitude;
        vec![Near::Real { hi: sum.hi, lo: sum.lo, bound }]
    }

    fn cost(problem: &Problem<Self>) -> Cost {
        let n = problem.n;
        Cost { read: 8 * n, written: 0, flops: n, elements: n }
    }
}
