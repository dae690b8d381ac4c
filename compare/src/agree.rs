//! When do two outputs agree?

use std::fmt;

/// A value that an output is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Leaf {
    /// A number in double precision.
    F64(f64),
    /// A number in single precision.
    F32(f32),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A truth value.
    Bool(bool),
    /// A character.
    Char(char),
    /// The start of a slice, an array or a tuple with this many parts, each of which follows.
    Len(usize),
}

/// An output that can be compared with another one: it says which values it is made of.
///
/// For a type of your own, visit the fields one after another, after [`Leaf::Len`] with their
/// number. Outputs do not borrow from inputs. The feature `num-complex` adds complex numbers.
pub trait Agree {
    /// Calls `visit` with every value, in order.
    fn leaves(&self, visit: &mut dyn FnMut(Leaf));
}

macro_rules! leaf {
    ($($type:ty => $leaf:ident as $as:ty;)*) => {$(
        impl Agree for $type {
            fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
                visit(Leaf::$leaf(<$as>::from(*self)));
            }
        }
    )*};
}

leaf! {
    f64 => F64 as f64; f32 => F32 as f32; bool => Bool as bool; char => Char as char;
    i8 => Int as i64; i16 => Int as i64; i32 => Int as i64; i64 => Int as i64;
    u8 => Uint as u64; u16 => Uint as u64; u32 => Uint as u64; u64 => Uint as u64;
}

impl Agree for usize {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        visit(Leaf::Uint(*self as u64));
    }
}

impl Agree for isize {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        visit(Leaf::Int(*self as i64));
    }
}

impl Agree for u128 {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        [(self >> 64) as u64, *self as u64].leaves(visit);
    }
}

impl Agree for i128 {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        self.cast_unsigned().leaves(visit);
    }
}

impl<T: Agree> Agree for [T] {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        visit(Leaf::Len(self.len()));
        self.iter().for_each(|part| part.leaves(visit));
    }
}

impl<T: Agree, const N: usize> Agree for [T; N] {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        self[..].leaves(visit);
    }
}

impl<T: Agree> Agree for Vec<T> {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        self[..].leaves(visit);
    }
}

impl<T: Agree + ?Sized> Agree for Box<T> {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        (**self).leaves(visit);
    }
}

impl<T: Agree> Agree for Option<T> {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        self.as_slice().leaves(visit);
    }
}

impl Agree for str {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        visit(Leaf::Len(self.chars().count()));
        self.chars().for_each(|c| visit(Leaf::Char(c)));
    }
}

impl Agree for String {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        self[..].leaves(visit);
    }
}

impl Agree for () {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        visit(Leaf::Len(0));
    }
}

macro_rules! tuple {
    ($($count:literal: $($name:ident . $index:tt)+;)*) => {$(
        impl<$($name: Agree),+> Agree for ($($name,)+) {
            fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
                visit(Leaf::Len($count));
                $(self.$index.leaves(visit);)+
            }
        }
    )*};
}

tuple! {
    1: A.0;
    2: A.0 B.1;
    3: A.0 B.1 C.2;
    4: A.0 B.1 C.2 D.3;
    5: A.0 B.1 C.2 D.3 E.4;
    6: A.0 B.1 C.2 D.3 E.4 F.5;
}

#[cfg(feature = "num-complex")]
impl<T: Agree> Agree for num_complex::Complex<T> {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        visit(Leaf::Len(2));
        self.re.leaves(visit);
        self.im.leaves(visit);
    }
}

/// Every value of an output.
pub(crate) fn leaves(output: &impl Agree) -> Vec<Leaf> {
    let mut all = Vec::new();
    output.leaves(&mut |leaf| all.push(leaf));
    all
}

/// How close two floating-point numbers must be. Everything else must be equal.
///
/// The default is [`Within::exact`]: the same bits. NaN agrees with nothing, unless
/// [`Within::or_nan`] says so.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Within {
    relative: f64,
    absolute: f64,
    nan: bool,
}

impl Within {
    /// The same bits.
    pub fn exact() -> Within {
        Within::default()
    }

    /// A difference of at most `bound` times the larger magnitude of the two.
    pub fn relative(bound: f64) -> Within {
        Within { relative: bound, ..Within::default() }
    }

    /// A difference of at most `bound`.
    pub fn absolute(bound: f64) -> Within {
        Within { absolute: bound, ..Within::default() }
    }

    /// Or a difference of at most `bound`: near zero a relative bound asks for too much.
    #[must_use]
    pub fn or_absolute(self, bound: f64) -> Within {
        Within { absolute: bound, ..self }
    }

    /// Or both are NaN.
    #[must_use]
    pub fn or_nan(self) -> Within {
        Within { nan: true, ..self }
    }

    /// What is wrong with the bounds.
    pub(crate) fn mistake(&self) -> Option<String> {
        let (relative, absolute) = (self.relative, self.absolute);
        if !(0.0..1.0).contains(&relative) {
            return Some(format!(
                "Within::relative({relative:?}): must be at least 0 and below 1, where zero would agree with anything"
            ));
        }
        (!(0.0..f64::INFINITY).contains(&absolute))
            .then(|| format!("Within::absolute({absolute:?}): must be at least 0 and finite"))
    }

    pub(crate) fn accepts_nan(&self) -> bool {
        self.nan
    }

    /// Whether the values are close enough.
    pub(crate) fn accepts(&self, a: Leaf, b: Leaf) -> bool {
        match (a, b) {
            (Leaf::F64(a), Leaf::F64(b)) => self.near(a, b, a.to_bits() == b.to_bits()),
            (Leaf::F32(a), Leaf::F32(b)) => {
                self.near(f64::from(a), f64::from(b), a.to_bits() == b.to_bits())
            }
            _ => a == b,
        }
    }

    fn near(&self, a: f64, b: f64, same_bits: bool) -> bool {
        if a.is_nan() || b.is_nan() {
            return self.nan && a.is_nan() && b.is_nan();
        }
        if self.relative == 0.0 && self.absolute == 0.0 {
            return same_bits;
        }
        let close = |bound: f64| (a - b).abs() <= bound;
        let finite = a.is_finite() && b.is_finite();
        a == b || finite && (close(self.absolute) || close(self.relative * a.abs().max(b.abs())))
    }
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.relative, self.absolute) {
            (0.0, 0.0) => write!(f, "bit for bit"),
            (relative, 0.0) => write!(f, "within {relative:e}"),
            (0.0, absolute) => write!(f, "within {absolute:e} absolute"),
            (relative, absolute) => write!(f, "within {relative:e}, or {absolute:e} absolute"),
        }
    }
}

/// The same bits, value by value. NaN with the same bits counts.
pub(crate) fn same_bits(a: Leaf, b: Leaf) -> bool {
    match (a, b) {
        (Leaf::F64(a), Leaf::F64(b)) => a.to_bits() == b.to_bits(),
        (Leaf::F32(a), Leaf::F32(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

impl Leaf {
    pub(crate) fn is_nan(self) -> bool {
        self.number().is_some_and(f64::is_nan)
    }

    /// The value as a number, if it is one that the hints look at.
    pub(crate) fn number(self) -> Option<f64> {
        match self {
            Leaf::F64(x) => Some(x),
            Leaf::F32(x) => Some(f64::from(x)),
            Leaf::Int(x) => Some(x as f64),
            Leaf::Uint(x) => Some(x as f64),
            Leaf::Bool(_) | Leaf::Char(_) | Leaf::Len(_) => None,
        }
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leaf::F64(x) => write!(f, "{x:?}"),
            Leaf::F32(x) => write!(f, "{x:?}"),
            Leaf::Int(x) => write!(f, "{x}"),
            Leaf::Uint(x) => write!(f, "{x}"),
            Leaf::Bool(x) => write!(f, "{x}"),
            Leaf::Char(x) => write!(f, "{x:?}"),
            Leaf::Len(x) => write!(f, "length {x}"),
        }
    }
}

/// The place of value `index` in its output: `[1][37]`, or nothing for an output that is one value.
pub(crate) fn path(leaves: &[Leaf], index: usize) -> String {
    // The parts that are open, each with the number of the one in progress and of all.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for &leaf in &leaves[..index.min(leaves.len())] {
        match leaf {
            Leaf::Len(len) if len > 0 => open.push((0, len)),
            _ => close_part(&mut open),
        }
    }
    open.iter().map(|(at, _)| format!("[{at}]")).collect()
}

fn close_part(open: &mut Vec<(usize, usize)>) {
    while let Some((at, len)) = open.last_mut() {
        *at += 1;
        if at < len {
            return;
        }
        open.pop();
    }
}

#[cfg(test)]
mod tests;
