//! What the gate and the stopwatch need to know about a kernel.

use super::{Choice, Kernel, Slices};
use crate::sample::Operand;
use crate::{Error, Isa, memory};
use bytemuck::Pod;
use num_complex::Complex64;
use std::any::TypeId;

/// Whether a kernel gives the same bits at every level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Same bits from every variant, level, executor and worker count.
    SameBits,
    /// Same bits wherever a fused multiply-add exists; levels without it are held to the oracle's
    /// bound and agree among themselves. The text says why this is worth it.
    Fused(&'static str),
    /// Each variant is within the oracle's bound, and may have bits of its own at each level: always the
    /// same ones, on every executor and with any worker count. The text says why.
    Bounded(&'static str),
}

impl Class {
    /// Whether the two must give the same bits.
    pub fn compares(self, a: Choice, b: Choice) -> bool {
        let of = |choice: Choice| (choice.variant, choice.level.isa());
        self.compares_names(of(a), of(b))
    }

    /// As [`Class::compares`], of variants and levels by name: also of levels that this CPU does not have.
    pub fn compares_names(self, a: (&str, Isa), b: (&str, Isa)) -> bool {
        match self {
            Class::SameBits => true,
            Class::Fused(_) => a.1.has_fma() == b.1.has_fma(),
            Class::Bounded(_) => a == b,
        }
    }
}

/// What a kernel computes with: which of the machine's peaks bounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// Double precision.
    F64,
    /// Single precision.
    F32,
    /// Integers, counted as 64-bit ones.
    Int,
}

impl Arithmetic {
    /// What `T` is made for.
    pub fn of<T: 'static>() -> Arithmetic {
        let item = TypeId::of::<T>();
        if item == TypeId::of::<f64>() {
            return Arithmetic::F64;
        }
        if item == TypeId::of::<f32>() { Arithmetic::F32 } else { Arithmetic::Int }
    }
}

/// What one call reads, writes and computes, for GB/s and GFLOP/s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "harness", derive(serde::Serialize, serde::Deserialize))]
pub struct Cost {
    /// Bytes read, each counted once.
    pub read: u64,
    /// Bytes written.
    pub written: u64,
    /// Additions and multiplications (integer ones for integer kernels).
    pub flops: u64,
    /// What the kernel counts per second: elements, samples, updates.
    pub elements: u64,
}

/// A kernel argument besides `n` and `seed`, for the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    /// Its name: `center` is given as `--center`.
    pub name: &'static str,
    /// The form of its value: `RE+IMi`.
    pub form: &'static str,
    /// One line of help.
    pub help: &'static str,
}

/// A request for a problem: a size, a seed, and arguments by name.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The size, in the kernel's own sense; each kernel has a default.
    pub n: Option<i64>,
    /// The seed of random operands.
    pub seed: u64,
    /// Further arguments as text: see [`Param`].
    pub given: Vec<(String, String)>,
}

impl Request {
    /// A problem of size `n` with the seed of all reports, 42.
    pub fn size(n: u64) -> Request {
        Request { n: i64::try_from(n).ok(), seed: 42, given: Vec::new() }
    }

    /// `n` as a length, or `default` when none was given.
    ///
    /// # Errors
    /// [`Error::Argument`] when it is negative.
    pub fn length(&self, default: u64) -> Result<u64, Error> {
        let Some(n) = self.n else { return Ok(default) };
        u64::try_from(n).map_err(|_| Error::argument("n", n, "must be at least 0"))
    }

    /// As [`Request::length`], for a problem that needs `bytes_each` bytes of operands per element.
    ///
    /// # Errors
    /// Also [`Error::Memory`] when this machine does not have that much.
    pub fn elements(&self, default: u64, bytes_each: usize) -> Result<usize, Error> {
        let n = self.length(default)?;
        let bytes = usize::try_from(n).unwrap_or(usize::MAX).saturating_mul(bytes_each);
        memory::probe::<u8>(bytes, "the operands")?;
        Ok(n as usize)
    }

    /// The text given for `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given.iter().rev().find(|(key, _)| key == name).map(|(_, text)| text.as_str())
    }

    /// The value given for `name`, parsed.
    ///
    /// # Errors
    /// [`Error::Argument`] with the expected `form`.
    pub fn parse<T: std::str::FromStr>(&self, name: &str, form: &str) -> Result<Option<T>, Error> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.trim().parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(Error::argument(name, text, format!("must have the form {form}"))),
        }
    }

    /// The complex number given for `name`: `-0.75+0.1i`, or a single real number.
    ///
    /// # Errors
    /// [`Error::Argument`] with the expected form.
    pub fn complex(&self, name: &str) -> Result<Option<Complex64>, Error> {
        self.parse(name, "RE+IMi, as in -0.75+0.1i")
    }
}

/// A sample problem: arguments, operands as bytes, and what an in-place buffer starts with.
#[derive(Debug, Clone)]
pub struct Input<K: Kernel> {
    /// The size it was made for.
    pub n: u64,
    /// Scalars.
    pub args: K::Args,
    /// What an in-place kernel finds in its output buffer; empty for the others.
    pub start: Vec<K::Item>,
    operands: Vec<Operand>,
    // The operand that there was no room for.
    missing: Option<Error>,
}

impl<K: Kernel> Input<K> {
    /// A problem without operands.
    pub fn new(n: u64, args: K::Args) -> Self {
        Input { n, args, start: Vec::new(), operands: Vec::new(), missing: None }
    }

    /// Adds a copy of the next input slice. If there is no room for it, whoever makes a
    /// [`Case`](super::Case) of the problem is told.
    pub fn with<T: Pod>(mut self, operand: &[T]) -> Self {
        match Operand::new(operand) {
            Ok(operand) => self.operands.push(operand),
            Err(why) => self.missing = self.missing.or(Some(why)),
        }
        self
    }

    /// The problem, if there was room for all its operands.
    pub(super) fn complete(self) -> Result<Self, Error> {
        match self.missing {
            Some(why) => Err(why),
            None => Ok(self),
        }
    }

    /// Sets what the in-place buffer starts with.
    pub fn starting(mut self, items: Vec<K::Item>) -> Self {
        self.start = items;
        self
    }

    /// The operands with their types.
    ///
    /// # Panics
    /// When there was no room for an operand, or when slices were added that [`Kernel::Input`] does not have: a mistake in
    /// [`Workload::problem`], found by the first test that makes one.
    pub fn input(&self) -> K::Input<'_> {
        if let Some(why) = &self.missing {
            panic!("{}: {why}", K::NAME);
        }
        let slices: Vec<&[u8]> = self.operands.iter().map(Operand::bytes).collect();
        K::Input::from_bytes(&slices).unwrap_or_else(|| {
            panic!("{}: the sample's operands are not those of the kernel", K::NAME)
        })
    }

    /// The operands' storage, with the guard bytes around them.
    pub(super) fn operands_mut(&mut self) -> &mut [Operand] {
        &mut self.operands
    }

    pub(super) fn operands(&self) -> &[Operand] {
        &self.operands
    }
}

/// One number of a result, for comparing and printing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// An integer of any width.
    Int(i128),
    /// Double precision.
    F64(f64),
    /// Single precision.
    F32(f32),
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Int(value) => write!(f, "{value}"),
            Number::F64(value) => write!(f, "{value:?}"),
            Number::F32(value) => write!(f, "{value:?}"),
        }
    }
}

/// What the oracle says about one number of the result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expected {
    /// Exactly this integer.
    Exact(i128),
    /// Within `bound` of `hi + lo`. A `hi` that is NaN or infinite must be met exactly.
    Real {
        /// The exact result, rounded.
        hi: f64,
        /// What rounding took away.
        lo: f64,
        /// The classical error bound for this kernel and these operands.
        bound: f64,
    },
}

impl Expected {
    /// How far `got` is from the oracle and whether that is allowed. Written so that NaN fails.
    pub fn accepts(&self, got: Number) -> bool {
        let (hi, lo, bound) = match (*self, got) {
            (Expected::Exact(want), Number::Int(got)) => return want == got,
            (Expected::Exact(_), _) | (_, Number::Int(_)) => return false,
            (Expected::Real { hi, lo, bound }, _) => (hi, lo, bound),
        };
        let got = match got {
            Number::F64(value) => value,
            Number::F32(value) => f64::from(value),
            Number::Int(_) => return false,
        };
        if hi.is_nan() {
            return got.is_nan();
        }
        if hi.is_infinite() {
            return got == hi;
        }
        // False for a NaN on either side.
        ((got - hi) - lo).abs() <= bound
    }
}

/// A result as one number to print, as bytes to hash, and as numbers to compare.
pub trait Digest {
    /// The number itself; for an array the sum of its elements, added one after another (in
    /// double precision when they are floating-point numbers).
    fn value(&self) -> Number;
    /// The output bytes.
    fn bytes(&self) -> &[u8];
    /// Every number.
    fn numbers(&self) -> Vec<Number>;
}

macro_rules! outcome {
    ($($scalar:ty => $number:ident, $sum:ty, $total:ident;)*) => {$(
        impl Digest for $scalar {
            fn value(&self) -> Number {
                Number::$number((*self).into())
            }
            fn bytes(&self) -> &[u8] {
                bytemuck::bytes_of(self)
            }
            fn numbers(&self) -> Vec<Number> {
                vec![self.value()]
            }
        }
        impl Digest for Vec<$scalar> {
            fn value(&self) -> Number {
                let mut all = self.iter().map(|x| <$sum>::from(*x));
                // Not `sum()`, which gives -0.0 for no numbers at all.
                let first = all.next().unwrap_or_default();
                Number::$total(all.fold(first, |sum, x| sum + x))
            }
            fn bytes(&self) -> &[u8] {
                bytemuck::cast_slice(self)
            }
            fn numbers(&self) -> Vec<Number> {
                self.iter().map(|x| x.value()).collect()
            }
        }
    )*};
}
outcome! {
    f64 => F64, f64, F64;
    f32 => F32, f64, F64;
    i64 => Int, i128, Int;
    u64 => Int, i128, Int;
    u32 => Int, i128, Int;
}

/// What proves a kernel right and says what it costs.
pub trait Workload: Kernel<Output: Digest> {
    /// The folder it lives in, when several kernels share one: `dot` and `dot_f32` are both `dot`.
    const FAMILY: &'static str = Self::NAME;
    /// Its formula on one line.
    const FORMULA: &'static str;
    /// What its size means: "elements", "samples", "rows = columns".
    const UNIT: &'static str = "elements";
    /// Whether the bits depend on the level.
    const CLASS: Class = Class::SameBits;
    /// Its arguments besides `n` and `seed`.
    const PARAMS: &'static [Param] = &[];
    /// The sizes the gate tries: around every lane width, block and chunk.
    const SIZES: &'static [u64] = &[
        0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 257, 1000, 4095,
        4097, 65_535, 65_536, 65_537, 200_003,
    ];
    /// The sizes the comparison sweeps, small to large.
    const SWEEP: &'static [u64] = &[64, 1 << 10, 1 << 14, 1 << 18, 1 << 22];

    /// A problem made to order: the same on every machine.
    ///
    /// # Errors
    /// An argument that breaks a rule.
    fn problem(request: &Request) -> Result<Input<Self>, Error>;

    /// The scalars of such a problem. What stands here makes its operands, too: a kernel with operands that knows
    /// its scalars without them says so.
    ///
    /// # Errors
    /// As [`Workload::problem`].
    fn args(request: &Request) -> Result<Self::Args, Error> {
        Ok(Self::problem(request)?.args)
    }

    /// Hand-picked hard problems, each with a name: special values, odd shapes.
    fn special() -> Vec<(&'static str, Input<Self>)> {
        Vec::new()
    }

    /// The right answer, from none of the variants: a closed form, or double-double arithmetic
    /// with the classical error bound. One [`Expected`] per number of the output.
    fn oracle(problem: &Input<Self>) -> Vec<Expected>;

    /// What one call costs.
    fn cost(problem: &Input<Self>) -> Cost;

    /// The numbers that a person should be shown, by name, where the output alone would be taken
    /// for something else: the hits of `pi` are not the number pi.
    fn named(_args: &Self::Args, _output: &Self::Output) -> Vec<(&'static str, Number)> {
        Vec::new()
    }

    /// What a person should know before the result is trusted: that the arithmetic does not carry
    /// as far as the problem asks.
    fn caveat(_problem: &Input<Self>) -> Option<String> {
        None
    }

    /// What it computes with: the output's own arithmetic, unless the kernel says otherwise (one
    /// that counts floating-point steps in integers).
    fn arithmetic() -> Arithmetic {
        Arithmetic::of::<Self::Item>()
    }
}
