//! A kernel of somebody else's, whose C body crashes on request, in worker processes.

use abreast::exec::{self, Control, Procs, worker_main};
use abreast::kernel::{Bodies, BodyFn, Kernel, Layout, Part, Remote};
use abreast::{Body, Error, How, Level, Plan};
use std::borrow::Cow;

unsafe extern "C" {
    fn own_squares(first: u64, n: u64, out: *mut u64, crash: u64);
}

struct Squares;

impl Kernel for Squares {
    const NAME: &'static str = "own_squares";
    const LAYOUT: Layout = Layout::PerElement;
    const BODIES: Bodies<BodyFn<Self>> =
        Bodies { c: body, c_by_hand: body, cpp: body, rust: body, simd: body };

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

fn body(part: Part<'_, '_, Squares>) -> Result<(), Error> {
    let p = part.open();
    let crash = u64::from(p.chunk.index == p.args[1]);
    // SAFETY: `out` holds the chunk's rows. If it crashes, it takes a worker with it.
    unsafe { own_squares(p.chunk.row, p.chunk.rows, p.out.as_mut_ptr(), crash) };
    Ok(())
}

fn main() -> Result<(), Error> {
    worker_main([Remote::of::<Squares>()]);
    let place = Procs::new(2)?;
    let how = How { body: Body::C, level: Level::best() };
    let mut squares = vec![0; 100];
    let control = Control::default();
    let fault = exec::run_into::<Squares>(&place, how, &control, [100, 4], (), &mut squares);
    println!("{}", fault.expect_err("a crash"));
    let right = (0..100).filter(|i| squares[*i as usize] == i * i).count();
    println!("{right} of 100 are right, and the program lives");
    Ok(())
}
