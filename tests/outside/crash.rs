//! A kernel of somebody else's, whose C crashes on request, in worker processes.

use abreast::exec::{Procs, worker_main};
use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands};
use abreast::{Error, Plan, Remote, Variant};
use std::borrow::Cow;

unsafe extern "C" {
    fn own_squares(first: u64, n: u64, out: *mut u64, crash: u64);
}

struct Squares;

impl Kernel for Squares {
    const NAME: &'static str = "own_squares";
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("c", squares)];

    /// How many, and the chunk that crashes.
    type Args = [u64; 2];
    type Input<'i> = ();
    type Item = u64;
    type Output = Vec<u64>;

    fn plan([n, _]: &[u64; 2], (): ()) -> Result<Plan, Error> {
        Plan::range(*n, 10)
    }

    fn finish(_: &[u64; 2], _: &Plan, items: Cow<'_, [u64]>) -> Vec<u64> {
        items.into_owned()
    }
}

fn squares(c: ChunkArgs<'_, '_, Squares>) -> Result<(), Error> {
    let crash = u64::from(c.chunk.index == c.args[1]);
    // SAFETY: `out` holds the chunk's rows. If it crashes, it takes a worker with it.
    unsafe { own_squares(c.chunk.row, c.chunk.rows, c.out.as_mut_ptr(), crash) };
    Ok(())
}

fn main() -> Result<(), Error> {
    worker_main([Remote::of::<Squares>()]);
    let workers = Procs::new(2)?;
    let mut squares = vec![0; 100];
    let fault = Job::<Squares>::new([100, 4], ())?.on_into(&workers, &mut squares);
    println!("{}", fault.expect_err("a crash"));
    let right = (0..100).filter(|i| squares[*i as usize] == i * i).count();
    println!("{right} of 100 are right, and the program lives");
    Ok(())
}
