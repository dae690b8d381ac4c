//! A kernel of your own in the house of others: written once, run on any executor, checked.
//!
//! The kernel is `asum`, the sum of absolute values. Its five bodies are plain Rust here, each
//! with a loop of its own; in your crate some of them may be C or C++.

use abreast::exec::{self, Control, Serial, Threads};
use abreast::kernel::{Bodies, BodyFn, Kernel, Layout, Part};
use abreast::plan::fold;
use abreast::{Body, Error, Fault, How, Level, Plan};
use std::borrow::Cow;

struct Asum;

impl Kernel for Asum {
    const NAME: &'static str = "asum";
    const LAYOUT: Layout = Layout::PerChunk;
    const BODIES: Bodies<BodyFn<Self>> = Bodies {
        c: by_index,
        c_by_hand: by_index,
        cpp: by_while,
        rust: by_iterator,
        simd: by_fold,
    };

    type Args = ();
    type Input<'i> = &'i [i64];
    type Item = u64;
    type Output = u64;

    fn plan((): &(), x: &[i64]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, 4096)
    }

    fn finish((): &(), _: &Plan, parts: Cow<'_, [u64]>) -> u64 {
        fold(parts.iter().copied(), u64::wrapping_add).unwrap_or_default()
    }
}

fn by_index(part: Part<'_, '_, Asum>) -> Result<(), Error> {
    let p = part.open();
    let mut sum = 0u64;
    for i in p.chunk.range() {
        sum = sum.wrapping_add(p.input[i].unsigned_abs());
    }
    p.out[0] = sum;
    Ok(())
}

fn by_while(part: Part<'_, '_, Asum>) -> Result<(), Error> {
    let p = part.open();
    let (mut sum, mut i) = (0u64, p.chunk.range().start);
    while i < p.chunk.range().end {
        sum = sum.wrapping_add(p.input[i].unsigned_abs());
        i += 1;
    }
    p.out[0] = sum;
    Ok(())
}

fn by_iterator(part: Part<'_, '_, Asum>) -> Result<(), Error> {
    let p = part.open();
    p.out[0] = p.input[p.chunk.range()].iter().map(|x| x.unsigned_abs()).sum();
    Ok(())
}

fn by_fold(part: Part<'_, '_, Asum>) -> Result<(), Error> {
    let p = part.open();
    let magnitudes = p.input[p.chunk.range()].iter().map(|x| x.unsigned_abs());
    p.out[0] = magnitudes.fold(0, u64::wrapping_add);
    Ok(())
}

fn main() -> Result<(), Fault> {
    let x: Vec<i64> = (-500_000..500_000).collect();
    let threads = Threads::new(2)?;
    for body in Body::ALL {
        let how = How { body, level: Level::best() };
        let here = exec::run::<Asum>(&Serial, how, &Control::default(), (), &x)?;
        let there = exec::run::<Asum>(&threads, how, &Control::default(), (), &x)?;
        println!("{body:9} serial {here}, two threads {there}");
        assert_eq!((here, there), (250_000_000_000, 250_000_000_000));
    }
    Ok(())
}
