//! `square`: `out[i] = x[i] * x[i]`, sound and with one defect at a time in one of its variants.

use crate::c;
use abreast::exact::Twofold;
use abreast::kernel::{
    ChunkArgs, Cost, Expected, Input, Kernel, Layout, Operands, Request, RunFn, Workload,
};
use abreast::sample::Sampled;
use abreast::simd::Real;
use abreast::{Error, Level, Plan, Variant};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

/// The kernel, with the variants of the plant `P`.
pub struct Square<P>(PhantomData<P>);

/// Variants under a name.
pub trait Plant: Sized + 'static {
    /// The kernel's name.
    const NAME: &'static str;
    /// Its variants.
    const VARIANTS: &'static [Variant<Square<Self>>];

    /// What its sample does besides making operands.
    fn sample(_n: usize) {}

    /// What its oracle does besides knowing the answer.
    fn oracle(_n: usize) {}
}

/// Elements per chunk: `MUTANTS_CHUNK` of `csrc/mutants.h`.
const CHUNK: u64 = 4096;

impl<P: Plant> Kernel for Square<P> {
    const NAME: &'static str = P::NAME;
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = P::VARIANTS;

    /// How many elements.
    type Args = u64;
    type Input<'i> = &'i [f64];
    type Item = f64;
    type Output = Vec<f64>;

    fn plan(_: &u64, x: &[f64]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, CHUNK)
    }

    fn finish(_: &u64, _: &Plan, items: Cow<'_, [f64]>) -> Vec<f64> {
        items.into_owned()
    }
}

impl<P: Plant> Workload for Square<P> {
    const FORMULA: &'static str = "out[i] = x[i] * x[i]";
    const SIZES: &'static [u64] = &[0, 1, 2, 3, 17, 33, 257, 4096, 4097, 20_000];
    const SWEEP: &'static [u64] = &[1 << 10, 1 << 14];

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.elements(1 << 14, 2 * size_of::<f64>())?;
        P::sample(n);
        Ok(Input::new(n as u64, n as u64).with(&f64::uniform(n, request.seed)))
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        let near = |x: &f64| {
            let exact = Twofold::product(*x, *x);
            // One rounding, and room for the defects that are meant to hide within the bound.
            Expected::Real { hi: exact.hi, lo: exact.lo, bound: 4.0 * f64::ROUNDOFF * exact.hi }
        };
        P::oracle(problem.input().len());
        problem.input().iter().map(near).collect()
    }

    fn cost(problem: &Input<Self>) -> Cost {
        let n = problem.n;
        Cost { read: 8 * n, written: 8 * n, flops: n, elements: n }
    }
}

/// Rust's variant without a defect.
pub(crate) fn rust<P: Plant>(c: ChunkArgs<'_, '_, Square<P>>) -> Result<(), Error> {
    c.out.iter_mut().zip(c.input).for_each(|(out, x)| *out = x * x);
    Ok(())
}

/// The same, then `spoil`, which is where the defect is.
pub(crate) fn spoilt<P: Plant>(
    c: ChunkArgs<'_, '_, Square<P>>,
    spoil: impl FnOnce(&[f64], &mut [f64], Level),
) -> Result<(), Error> {
    c.out.iter_mut().zip(c.input).for_each(|(out, x)| *out = x * x);
    spoil(c.input, c.out, c.level);
    Ok(())
}

/// The sound variants: one in C, one in Rust.
pub(crate) const fn sound<P: Plant>() -> [Variant<Square<P>>; 2] {
    [Variant::new("c", c::square), Variant::new("rust", rust)]
}

/// A broken variant in C, beside a sound one.
pub(crate) const fn broken_c<P: Plant>(broken: RunFn<Square<P>>) -> [Variant<Square<P>>; 2] {
    [Variant::new("c", broken), Variant::new("rust", rust)]
}

/// A broken variant in Rust, beside a sound one.
pub(crate) const fn broken_rust<P: Plant>(broken: RunFn<Square<P>>) -> [Variant<Square<P>>; 2] {
    [Variant::new("c", c::square), Variant::new("rust", broken)]
}

/// A broken variant that the two sound ones can outvote.
const fn outvoted<P: Plant>(
    name: &'static str,
    broken: RunFn<Square<P>>,
) -> [Variant<Square<P>>; 3] {
    [Variant::new("c", c::square), Variant::new("rust", rust), Variant::new(name, broken)]
}

/// The next number away from zero: a defect within every bound.
fn nudge(out: &mut [f64]) {
    out.iter_mut().take(1).for_each(|x| *x = f64::from_bits(x.to_bits() + 1));
}

/// Makes the first result wrong whose operand is between two numbers.
fn far(x: &[f64], out: &mut [f64], from: f64, to: f64) {
    let is_far = |x: &f64| from < x.abs() && x.abs() < to;
    if let Some(i) = x.iter().position(is_far) {
        out[i] = 0.0;
    }
}

/// Declares seeds: a type, a kernel name, and its variants.
macro_rules! seeds {
    ($($(#[$doc:meta])* $plant:ident $name:literal $variants:expr;)*) => {$(
        $(#[$doc])*
        pub struct $plant;
        impl Plant for $plant {
            const NAME: &'static str = $name;
            const VARIANTS: &'static [Variant<Square<Self>>] = &$variants;
        }
    )*};
}

static CALLS: AtomicU64 = AtomicU64::new(0);

seeds! {
    /// No defect.
    Sound "square" sound();
    /// Does nothing.
    NullBody "null_body" outvoted("simd", |_| Ok(()));
    /// Forgets the last element of an odd number.
    ForgetsTail "forgets_tail" outvoted("simd", |c| {
        for (out, x) in c.out.chunks_exact_mut(2).zip(c.input.chunks_exact(2)) {
            out.copy_from_slice(&[x[0] * x[0], x[1] * x[1]]);
        }
        Ok(())
    });
    /// Adds to what its output holds, which a buffer of zeros would hide.
    AddsToOutput "adds_to_output" broken_rust(|c| {
        c.out.iter_mut().zip(c.input).for_each(|(out, x)| *out += x * x);
        Ok(())
    });
    /// Gives NaN.
    AllNan "all_nan" outvoted("cpp", |c| spoilt(c, |_, out, _| out.fill(f64::NAN)));
    /// Gives zeros.
    AllZero "all_zero" broken_rust(|c| spoilt(c, |_, out, _| out.fill(0.0)));
    /// Gives the right numbers in the wrong places.
    Permuted "permuted" outvoted("simd", |c| spoilt(c, |_, out, _| out.reverse()));
    /// Is wrong in the last element of 33.
    WrongTail "wrong_tail" outvoted("simd", |c| spoilt(c, |x, out, _| {
        if x.len() == 33 {
            out[32] = x[32];
        }
    }));
    /// Has one other bit, within every bound, at the best level only.
    OneLevel "one_level" outvoted("simd", |c| spoilt(c, |_, out, level| {
        if level == Level::best() {
            nudge(out);
        }
    }));
    /// Has one other bit when its operand is not at a multiple of 16 bytes.
    Misaligned "misaligned" outvoted("simd", |c| spoilt(c, |x, out, _| {
        if x.as_ptr().addr() % 16 != 0 {
            nudge(out);
        }
    }));
    /// Has other bits in each call.
    Unrepeatable "unrepeatable" broken_rust(|c| spoilt(c, |_, out, _| {
        for _ in 0..CALLS.fetch_add(1, Ordering::Relaxed) % 1000 {
            nudge(out);
        }
    }));
    /// Panics at 17 elements.
    Panics "panics" broken_rust(|c| spoilt(c, |x, _, _| assert_ne!(x.len(), 17, "mutants")));
    /// Reports an error at 17 elements.
    Fails "fails" broken_rust(|c| {
        let seventeen = c.input.len() == 17;
        rust(c)?;
        if seventeen { Err(Error::argument("n", 17, "mutants")) } else { Ok(()) }
    });
    /// Writes the item after its slice.
    WritesAfter "writes_after" broken_c(c::writes_after);
    /// Writes the item before its slice.
    WritesBefore "writes_before" broken_c(c::writes_before);
    /// Writes the first item of the next chunk.
    WritesIntoNext "writes_into_next" broken_c(c::writes_into_next);
    /// Writes to its operand.
    ChangesInput "changes_input" broken_c(c::changes_input);
    /// Keeps a work array between calls.
    HiddenStatic "hidden_static" broken_c(c::hidden_static);
    /// Leaves flush-to-zero on.
    LeavesFtz "leaves_ftz" broken_c(c::leaves_ftz);
    /// Leaves the rounding mode changed.
    LeavesRounding "leaves_rounding" broken_c(c::leaves_rounding);
    /// Leaves the precision of x87 changed.
    LeavesX87 "leaves_x87" broken_c(c::leaves_x87);
    /// Leaves a signal blocked.
    BlocksSignal "blocks_signal" broken_c(c::blocks_signal);
    /// Keeps a number between calls.
    StaticDouble "static_double" broken_c(c::static_double);
    /// Reads what its output holds, which shows where that is NaN.
    ReadsOldOutput "reads_old_output" broken_rust(|c| {
        c.out.iter_mut().zip(c.input).for_each(|(out, x)| *out = x * x + 0.0 * *out);
        Ok(())
    });
    /// Has nothing to do where three numbers of its output are right already.
    KnowsTheAnswer "knows_the_answer" broken_rust(|c| {
        let is_done = |i: &usize| c.out.get(*i) == c.input.get(*i).map(|x| x * x).as_ref();
        let n = c.input.len();
        let is_done = n > 2 && [0, n / 2, n - 1].iter().all(is_done);
        if is_done { Ok(()) } else { rust(c) }
    });
    /// Is wrong at some sizes between those of the list.
    OffList "off_list" outvoted("simd", |c| {
        let is_wrong = (600..2400).contains(c.args);
        spoilt(c, |_, out, _| out[..usize::from(is_wrong)].fill(0.0))
    });
    /// Is wrong on large numbers.
    Large "large" outvoted("simd", |c| spoilt(c, |x, out, _| far(x, out, 1e6, f64::INFINITY)));
    /// Is wrong on tiny numbers.
    Tiny "tiny" outvoted("simd", |c| spoilt(c, |x, out, _| far(x, out, 0.0, 1e-60)));
    /// Is wrong where large and tiny numbers stand beside each other.
    Mixed "mixed" outvoted("simd", |c| spoilt(c, |x, out, _| {
        if x.iter().any(|x| x.abs() < 1e-60) {
            far(x, out, 1e6, f64::INFINITY);
        }
    }));
}
