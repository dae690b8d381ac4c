//! A kernel of your own in three languages, and the whole program for it:
//!
//! ```text
//! cargo run -p abreast-own-crate -- check             do the variants agree, on every executor?
//! cargo run -p abreast-own-crate --release -- compare which is faster?
//! cargo run -p abreast-own-crate -- run asum --exec procs:2 --variant cpp
//! ```

use abreast::exact::{Twofold, gamma};
use abreast::kernel::{
    ChunkArgs, Cost, Entry, Expected, Input, Kernel, Layout, Operands, Request, Workload,
};
use abreast::plan::fold;
use abreast::sample::Sampled;
use abreast::{Error, Plan, Variant};
use std::borrow::Cow;
use std::process::ExitCode;

/// The sum of absolute values.
struct Asum;

impl Kernel for Asum {
    const NAME: &'static str = "asum";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = &[
        Variant::new("c", c).about("a C loop"),
        Variant::new("cpp", cpp).about("the same in C++"),
        Variant::new("rust", rust).about("a Rust iterator").default(),
    ];
    type Args = ();
    type Input<'i> = &'i [f64];
    type Item = f64;
    type Output = f64;

    fn plan((): &(), x: &[f64]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, 65_536)
    }

    fn finish((): &(), _: &Plan, partials: Cow<'_, [f64]>) -> f64 {
        fold(partials.iter().copied(), |a, b| a + b).unwrap_or(0.0)
    }
}

// SAFETY: both functions only read `n` numbers and keep nothing.
unsafe extern "C" {
    fn my_asum_c(n: usize, x: *const f64) -> f64;
    fn my_asum_cpp(n: usize, x: *const f64) -> f64;
}

fn c(c: ChunkArgs<'_, '_, Asum>) -> Result<(), Error> {
    // SAFETY: pointer and length are those of a slice.
    c.out[0] = unsafe { my_asum_c(c.input.len(), c.input.as_ptr()) };
    Ok(())
}

fn cpp(c: ChunkArgs<'_, '_, Asum>) -> Result<(), Error> {
    // SAFETY: pointer and length are those of a slice.
    c.out[0] = unsafe { my_asum_cpp(c.input.len(), c.input.as_ptr()) };
    Ok(())
}

fn rust(c: ChunkArgs<'_, '_, Asum>) -> Result<(), Error> {
    c.out[0] = c.input.iter().fold(0.0, |sum, x| sum + x.abs());
    Ok(())
}

impl Workload for Asum {
    const FORMULA: &'static str = "sum of |x[i]|";

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.elements(1 << 20, 8)?;
        Ok(Input::new(n as u64, ()).with(&f64::try_uniform(n, request.seed)?))
    }

    /// In twice the precision; what one rounding per addition may lose is allowed.
    fn oracle(input: &Input<Self>) -> Vec<Expected> {
        let sum = input.input().iter().fold(Twofold::default(), |sum, x| sum.plus(x.abs()));
        let bound = gamma(input.n, f64::EPSILON / 2.0) * sum.hi;
        vec![Expected::Real { hi: sum.hi, lo: sum.lo, bound }]
    }

    fn cost(input: &Input<Self>) -> Cost {
        Cost { read: 8 * input.n, written: 0, flops: input.n, elements: input.n }
    }
}

fn main() -> ExitCode {
    abreast_cli::main(&[Entry::of::<Asum>()])
}
