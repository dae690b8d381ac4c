//! A kernel of your own, in the variants that you have: written once, run on any executor.

use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands};
use abreast::{Error, Fault, Plan, Variant, executors, plan::fold};
use std::borrow::Cow;

/// The sum of absolute values.
struct Asum;

impl Kernel for Asum {
    const NAME: &'static str = "asum";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] =
        &[Variant::new("fold", by_fold), Variant::new("sum", by_sum).default()];
    type Args = ();
    type Input<'i> = &'i [i64];
    type Item = u64;
    type Output = u64;

    fn plan((): &(), x: &[i64]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, 4096)
    }
    fn finish((): &(), _: &Plan, partials: Cow<'_, [u64]>) -> u64 {
        fold(partials.iter().copied(), |a, b| a + b).unwrap_or(0)
    }
}

fn by_fold(c: ChunkArgs<'_, '_, Asum>) -> Result<(), Error> {
    c.out[0] = c.input.iter().fold(0, |sum, x| sum + x.unsigned_abs());
    Ok(())
}

fn by_sum(c: ChunkArgs<'_, '_, Asum>) -> Result<(), Error> {
    c.out[0] = c.input.iter().map(|x| x.unsigned_abs()).sum();
    Ok(())
}

fn main() -> Result<(), Fault> {
    let x: Vec<i64> = (-500_000..500_000).collect();
    for executor in ["serial", "threads:2", "graph:2", "locked:threads:2"] {
        for variant in Asum::VARIANTS {
            let job = Job::<Asum>::new((), &x)?.variant(variant.name)?;
            let sum = job.on(&*executors::parse(executor)?)?;
            println!("{executor:16} {:8} {sum}", variant.name);
            assert_eq!(sum, 250_000_000_000);
        }
    }
    Ok(())
}
