//! `gemm`: the product of two matrices, added to a third.
//!
//! `C <- alpha A B + beta C`: A is m x k, B k x n, C m x n, each a [strided view](MatRef) of a
//! slice; 2mnk flops, mk + kn + mn elements read, mn written.
//!
//! **What is computed.** k is cut into blocks of [`KC`](Element::KC) terms: 256 doubles, 512
//! floats. Element c of C goes through the blocks in order, with `fma(x, y, z)` = x y + z:
//!
//! ```text
//! for each block:
//!     acc = 0
//!     for l in the block, in order: acc = fma(a[i, l], b[l, j], acc)
//!     old = beta c in the first block (0 when beta = 0), c in the others
//!     c   = fma(alpha, acc, old)
//! ```
//!
//! When k = 0 or alpha = 0, c becomes beta c. As in BLAS, C is not read when beta = 0, and A and B
//! are not read when alpha = 0. Which of several NaNs survives is not specified.
//!
//! **Class.** `fma` rounds once wherever the CPU has the instruction, so all levels but v1
//! give the same bits; at v1 product and sum are rounded each, by all five variants alike.
//! The order of operations is fixed per element: tiles, panels and registers do not show.
//!
//! **Plan.** Bands of 256 whole rows; when C is a single band, tiles of 256 x 1024. So C is updated
//! where it is if it lies row-major and dense and has more than 256 rows or at most 1024 columns; and so is its
//! transpose, since `(A B)^T = B^T A^T` has the same terms in the same order.
//!
//! **Accuracy.** A term meets at most one rounding of its own, one for each addition of its block
//! and one for each block and for alpha: with `r = min(k, KC) + ceil(k / KC) + 2`,
//! `|error| <= gamma(r) * (|alpha| |A| |B| + |beta| |C|)` (Higham, section 3.5).
//!
//! **The loops.** A micro-kernel keeps a small tile of C in registers. The variants in Rust read A and B where
//! they lie, in tiles of up to 8 rows, as long as B fits the caches or C has few rows. The last
//! vector of a row is moved to the left until it ends with the row, which computes some elements twice and needs
//! neither padding nor a mask; a C that is narrower than a vector gets shorter ones, and a C of one column
//! has vectors of rows, from squares of A that are transposed in registers. Otherwise A and B are packed
//! (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008). The C and C++
//! variants are plain loops. They read A where it lies if its rows are dense, and so they do B if C has at most 64
//! rows; else they copy as many columns of B as a tile has. Their last vector, too, is moved to the left. At v4
//! gcc makes of them what the SIMD variant says; at v3 it finds 2 x 5 registers of sums, not 6 x 2, and loses
//! about a quarter of the speed.

mod blocked;
mod c;
mod columns;
mod cpp;
#[cfg(any(feature = "ndarray", feature = "nalgebra"))]
mod foreign;
mod workload;
mod rust;
mod simd;
#[cfg(test)]
mod tests;
mod view;

pub use view::{MatMut, MatRef};

use crate::exact::{Twofold, gamma};
use crate::kernel::{
    Class, Cost, Digest, Expected, Input, Job, Kernel, Layout, Operands, Request, Variant,
    Workload, five,
};
use crate::sample::Sampled;
use crate::simd::Real;
use crate::{Error, Level, Plan, fpenv};
use bytemuck::{Pod, Zeroable};
use std::borrow::Cow;
use std::marker::PhantomData;
use view::Shape;

/// The matrix product over `f64` (`gemm`) or `f32` (`gemm_f32`).
#[derive(Debug, Clone, Copy)]
pub struct Gemm<T>(PhantomData<T>);

/// The element types that have all five variants.
pub trait Element: Real + Sampled {
    #[doc(hidden)]
    const NAME: &'static str;
    /// How many terms are summed before the sum goes into C: part of the definition.
    const KC: usize;
    #[doc(hidden)]
    const VARIANTS: &'static [Variant<Gemm<Self>>];
    /// The nearest number of this type.
    fn narrow(x: f64) -> Self;
    /// `self * b + c` with one rounding.
    fn fused(self, b: Self, c: Self) -> Self;
}

macro_rules! element {
    ($real:ident, $name:literal, $kc:literal, $bound:ident, $by_hand:ident) => {
        impl Element for $real {
            const NAME: &'static str = $name;
            const KC: usize = $kc;
            const VARIANTS: &'static [Variant<Gemm<$real>>] =
                &five(c::$bound, c::$by_hand, cpp::$real, rust::run, simd::run);
            #[inline(always)]
            fn narrow(x: f64) -> $real {
                x as $real
            }
            #[inline(always)]
            fn fused(self, b: $real, c: $real) -> $real {
                self.mul_add(b, c)
            }
        }
    };
}
// KC fills 2 KiB per row of a panel of A and per column of a panel of B.
element!(f64, "gemm", 256, bound_f64, by_hand_f64);
element!(f32, "gemm_f32", 512, bound_f32, by_hand_f32);

/// The scalars of a product: factors, sizes, and how A and B lie in their slices.
///
/// `alpha` and `beta` are doubles for both element types: widening a float loses nothing.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Args {
    alpha: f64,
    beta: f64,
    m: u64,
    n: u64,
    k: u64,
    a: Strides,
    b: Strides,
}

/// How a matrix lies in its slice.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
struct Strides {
    offset: u64,
    row: i64,
    col: i64,
}

impl Strides {
    fn of(shape: Shape) -> Strides {
        Strides {
            offset: shape.offset as u64,
            row: shape.row_stride as i64,
            col: shape.col_stride as i64,
        }
    }

    fn shape(self, rows: u64, cols: u64) -> Shape {
        Shape {
            rows: rows as usize,
            cols: cols as usize,
            row_stride: self.row as isize,
            col_stride: self.col as isize,
            offset: self.offset as usize,
        }
    }
}

impl Args {
    /// The arguments of `alpha a b + beta c`; see [`Gemm::job`].
    ///
    /// # Errors
    /// [`Error::Argument`] when A has not as many columns as B has rows.
    pub fn new<T: Element>(
        alpha: T,
        a: MatRef<'_, T>,
        b: MatRef<'_, T>,
        beta: T,
    ) -> Result<Args, Error> {
        check_depth(&a, &b)?;
        // Where subnormal numbers are flushed, widening one would lose it.
        Ok(fpenv::within(|| Args::of(alpha, &a, &b, beta)))
    }

    /// As [`Args::new`], of a product that exists, where the floating-point environment is the usual one.
    #[inline(always)]
    fn of<T: Element>(alpha: T, a: &MatRef<'_, T>, b: &MatRef<'_, T>, beta: T) -> Args {
        Args {
            alpha: alpha.into(),
            beta: beta.into(),
            m: a.rows() as u64,
            n: b.cols() as u64,
            k: a.cols() as u64,
            a: Strides::of(a.shape()),
            b: Strides::of(b.shape()),
        }
    }

    /// Whether C is read: not when `beta` is 0.
    pub fn reads_c(&self) -> bool {
        fpenv::within(|| self.beta != 0.0)
    }

    fn a_shape(&self) -> Shape {
        self.a.shape(self.m, self.k)
    }

    fn b_shape(&self) -> Shape {
        self.b.shape(self.k, self.n)
    }
}

/// Rows of a band of C, and of a tile.
const BAND: u64 = 256;
/// Columns of a tile, when C is a single band.
const TILE_COLS: u64 = 1024;

/// The most bytes of packed panels in C and C++: 256 rows of A and 240 columns of B, `KC` terms deep.
const PANELS: usize = (256 + 240) * 2048;

impl<T: Element> Kernel for Gemm<T> {
    const NAME: &'static str = <T as Element>::NAME;
    const LAYOUT: Layout = Layout::InPlace;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] = <T as Element>::VARIANTS;

    type Args = Args;
    type Input<'i> = (&'i [T], &'i [T]);
    type Item = T;
    type Output = Vec<T>;

    fn plan(args: &Args, (a, b): (&[T], &[T])) -> Result<Plan, Error> {
        args.a_shape().check("A", a.len())?;
        args.b_shape().check("B", b.len())?;
        // More than one band: whole rows, so that C in row-major order needs no copy.
        let across = if args.m > BAND { args.n.max(1) } else { TILE_COLS };
        Plan::tiles(args.m, args.n, BAND, across)
    }

    fn finish(_: &Args, plan: &Plan, items: Cow<'_, [T]>) -> Vec<T> {
        if plan.is_row_major() { items.into_owned() } else { plan.assemble(&items) }
    }
}

impl<T: Element> Gemm<T> {
    /// `alpha a b + beta C` for the C that is given to [`Job::on_into`]: dense, tile after tile, which is
    /// row-major as it is when there is one column of tiles.
    ///
    /// # Errors
    /// As [`Args::new`] and [`Job::new`].
    ///
    /// ```
    /// use abreast::{MatRef, Threads, kernels::gemm::Gemm};
    /// let x = vec![1.0; 600 * 600];
    /// let a = MatRef::row_major(&x, 600, 600)?;
    /// let mut c = vec![0.0; 600 * 600]; // three bands of whole rows
    /// Gemm::job(1.0, a, a.transposed(), 0.0)?.on_into(&Threads::new(2)?, &mut c)?;
    /// assert!(c.iter().all(|c| *c == 600.0));
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn job<'i>(
        alpha: T,
        a: MatRef<'i, T>,
        b: MatRef<'i, T>,
        beta: T,
    ) -> Result<Job<'i, Self>, Error> {
        Job::new(Args::new(alpha, a, b, beta)?, (a.data(), b.data()))
    }
}

/// `C <- alpha A B + beta C`, by the fastest variant at the best level here.
///
/// As in BLAS, C is not read when `beta` is 0, and A and B are not read when `alpha` is 0. A C
/// that lies dense, row after row or column after column, is updated where it is, unless it has at most 256 of
/// these and they are longer than 1024; any other is copied to and fro.
///
/// # Errors
/// [`Error::Argument`] when the sizes of A, B and C do not fit; [`Error::Memory`] when there is no
/// room for packed panels or a copy of C; [`Error::Level`] when the environment variable
/// `ABREAST_ISA` asks for what this CPU lacks.
///
/// ```
/// use abreast::{MatMut, MatRef, gemm};
/// let a = [1.0, 2.0, 3.0, 4.0];
/// let b = [5.0, 6.0, 7.0, 8.0];
/// let mut c = [f64::NAN; 4]; // beta = 0 does not read it
/// let (a, b) = (MatRef::row_major(&a, 2, 2)?, MatRef::row_major(&b, 2, 2)?);
/// gemm(1.0, a, b, 0.0, &mut MatMut::row_major(&mut c, 2, 2)?)?;
/// assert_eq!(c, [19.0, 22.0, 43.0, 50.0]);
/// gemm(1.0, a, b.transposed(), 1.0, &mut MatMut::row_major(&mut c, 2, 2)?)?;
/// assert_eq!(c, [19.0 + 17.0, 22.0 + 23.0, 43.0 + 39.0, 50.0 + 53.0]);
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn gemm<T: Element>(
    alpha: T,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    beta: T,
    c: &mut MatMut<'_, T>,
) -> Result<(), Error> {
    with(Variant::chosen(), alpha, a, b, beta, c)
}

#[inline]
fn with<T: Element>(
    variant: &'static Variant<Gemm<T>>,
    alpha: T,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    beta: T,
    c: &mut MatMut<'_, T>,
) -> Result<(), Error> {
    let level = Level::chosen()?;
    fpenv::within(|| update(variant, level, alpha, &a, &b, beta, c))
}

/// The floating-point environment is the usual one here. By reference: a copy of what has just been written has to wait
/// for it.
#[inline]
fn update<T: Element>(
    variant: &'static Variant<Gemm<T>>,
    level: Level,
    alpha: T,
    a: &MatRef<'_, T>,
    b: &MatRef<'_, T>,
    beta: T,
    c: &mut MatMut<'_, T>,
) -> Result<(), Error> {
    check_depth(a, b)?;
    let (rows, cols) = (c.view().rows(), c.view().cols());
    if (rows, cols) != (a.rows(), b.cols()) {
        return Err(another_size((rows, cols), (a.rows(), b.cols())));
    }
    let args = Args::of(alpha, a, b, beta);
    let whole_rows = args.m > BAND || args.n <= TILE_COLS;
    match c.as_row_major() {
        Some(c) if whole_rows => Job::plain_here(variant, level, &args, (a.data(), b.data()), c),
        _ => update_otherwise(variant, level, alpha, a, b, beta, c),
    }
}

/// As [`update`], into a C that does not lie row after row, or is cut into tiles side by side: out of the way of the rest.
#[inline(never)]
fn update_otherwise<T: Element>(
    variant: &'static Variant<Gemm<T>>,
    level: Level,
    alpha: T,
    a: &MatRef<'_, T>,
    b: &MatRef<'_, T>,
    beta: T,
    c: &mut MatMut<'_, T>,
) -> Result<(), Error> {
    let row_major = c.as_row_major().is_some();
    let mut turned = c.reborrow().transposed();
    if !row_major && turned.as_row_major().is_some() {
        // C lies column after column: its transpose has the same terms in the same order.
        return update(variant, level, alpha, &b.transposed(), &a.transposed(), beta, &mut turned);
    }
    strided(variant, level, Args::of(alpha, a, b, beta), (a.data(), b.data()), c)
}

/// Whether A has as many columns as B has rows.
#[inline]
fn check_depth<T: Element>(a: &MatRef<'_, T>, b: &MatRef<'_, T>) -> Result<(), Error> {
    if a.cols() == b.rows() { Ok(()) } else { Err(unequal_depth(a.cols(), b.rows())) }
}

#[cold]
fn unequal_depth(cols_of_a: usize, rows_of_b: usize) -> Error {
    Error::argument("rows of B", rows_of_b, format!("must be {cols_of_a}, the columns of A"))
}

#[cold]
fn another_size((rows, cols): (usize, usize), (m, n): (usize, usize)) -> Error {
    let rule = format!("A B is {m} x {n}");
    Error::argument("rows x cols of C", format!("{rows} x {cols}"), rule)
}

/// Into a C of any layout, through a copy.
#[inline(never)]
fn strided<T: Element>(
    variant: &'static Variant<Gemm<T>>,
    level: Level,
    args: Args,
    input: (&[T], &[T]),
    c: &mut MatMut<'_, T>,
) -> Result<(), Error> {
    let job = Job::planned(variant, level, args, input)?;
    let mut tiles = job.blank()?;
    if args.reads_c() {
        tiled(job.plan(), |i, j, at| tiles[at] = c.view().at(i, j));
    }
    job.each(&mut tiles)?;
    tiled(job.plan(), |i, j, at| c.set(i, j, tiles[at]));
    Ok(())
}

/// For each element of C: its row, its column, and its place in a buffer laid out tile after tile.
fn tiled(plan: &Plan, mut each: impl FnMut(usize, usize, usize)) {
    for chunk in (0..plan.len()).map(|i| plan.chunk(i)) {
        let mut at = plan.offset(chunk.index as usize) as usize;
        for i in chunk.row..chunk.row + chunk.rows {
            for j in chunk.col..chunk.col + chunk.cols {
                each(i as usize, j as usize, at);
                at += 1;
            }
        }
    }
}

crate::kernels::five_functions! {
    /// `C <- alpha A B + beta C` over doubles; see [`gemm()`].
    ///
    /// # Errors
    /// As [`gemm()`].
    (
        alpha: f64, a: MatRef<'_, f64>, b: MatRef<'_, f64>, beta: f64, c: &mut MatMut<'_, f64>
    ) -> () = with
}
