//! The loops around a micro-kernel, shared by the two variants in Rust.
//!
//! C is cut into tiles whose sums fit into registers. A tile reads rows of A where they lie if they are dense; else a block
//! of up to `BLOCK_ROWS x KC` of A is copied row after row. So it is with B if it is small or A has few rows: packing would
//! cost more than it wins. Otherwise a block of B is copied into panels as wide as the tiles, so that what a tile reads lies
//! together and stays in the caches.

use super::view::Shape;
use super::{Args, Element, MatRef};
use crate::sample::Line;
use crate::{Chunk, Error};
use fearless_simd::{Simd, SimdBase, SimdFloatElement};
use std::cell::RefCell;
use std::ops::Range;

/// Rows of a block of A.
pub(super) const BLOCK_ROWS: usize = 256;
/// Bytes across a block of B: with `KC` terms, half of a second-level cache.
const BLOCK_ACROSS: usize = 1920;
/// A B of up to so many bytes is read where it lies: of a square one, what a tile of three vectors across needs is then at
/// most 48 KiB, about a first-level cache.
const IN_CACHE: usize = 1 << 18;
/// Up to so many rows a B of any size is.
const FEW_ROWS: usize = 64;

/// One product `C <- alpha A B + beta C`, C packed row-major and as large as `a` and `b` say.
#[derive(Clone, Copy)]
pub(super) struct Product<'a, T> {
    pub(super) alpha: T,
    pub(super) a: MatRef<'a, T>,
    pub(super) b: MatRef<'a, T>,
    pub(super) beta: T,
}

impl<'a, T: Element> Product<'a, T> {
    /// The part of a problem that fills one chunk of C.
    #[inline(always)]
    pub(super) fn of(args: &Args, (a, b): (&'a [T], &'a [T]), chunk: &Chunk) -> Self {
        let rows = chunk.row as usize..(chunk.row + chunk.rows) as usize;
        let cols = chunk.col as usize..(chunk.col + chunk.cols) as usize;
        let depth = 0..args.k as usize;
        let product = Product {
            alpha: T::narrow(args.alpha),
            a: MatRef::of(a, args.a_shape()).part(rows, depth.clone()),
            b: MatRef::of(b, args.b_shape()).part(depth, cols),
            beta: T::narrow(args.beta),
        };
        product.turned()
    }

    /// A C of one row or one column lies as its transpose does: the one of the two whose rows of A or of B
    /// are dense.
    #[inline(always)]
    fn turned(self) -> Self {
        let across = |x: MatRef<'a, T>| x.shape().col_stride != 1 && x.shape().row_stride == 1;
        let row = self.a.rows() == 1 && across(self.b);
        let column = self.b.cols() == 1 && across(self.a);
        match row || column {
            true => Product { a: self.b.transposed(), b: self.a.transposed(), ..self },
            false => self,
        }
    }
}

/// How a block's sums go into C: `c <- alpha * acc + beta * c`.
#[derive(Clone, Copy)]
pub(super) struct Update<T> {
    pub(super) alpha: T,
    pub(super) beta: T,
}

impl<T: Element> Update<T> {
    /// One element; `S` is the level.
    #[inline(always)]
    pub(super) fn one<S: Simd>(self, sum: T, c: &mut T) {
        let zero = T::default();
        let old = if self.beta == zero { zero } else { self.beta * *c };
        *c = fused::<S, T>(self.alpha, sum, old);
    }
}

/// `a * b + c`, with one rounding where the level `S` has an instruction for it.
#[inline(always)]
pub(super) fn fused<S: Simd, T: Element>(a: T, b: T, c: T) -> T {
    let bytes = T::Native::<S>::LEN * size_of::<T>();
    if bytes > 16 || cfg!(target_arch = "aarch64") { a.fused(b, c) } else { a * b + c }
}

/// A matrix with dense rows, from its first element on.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, T> {
    pub(super) at: &'a [T],
    pub(super) stride: usize,
}

impl<'a, T: Element> Rows<'a, T> {
    /// Nothing where rows of `matrix` are not dense, overlap or go backward.
    #[inline(always)]
    fn of(matrix: MatRef<'a, T>) -> Option<Self> {
        let Shape { cols, row_stride, col_stride, offset, .. } = matrix.shape();
        let dense = col_stride == 1 && row_stride >= cols as isize;
        dense.then(|| Rows { at: &matrix.data()[offset..], stride: row_stride as usize })
    }

    #[inline(always)]
    fn from(self, i: usize, j: usize) -> Self {
        Rows { at: &self.at[i * self.stride + j..], ..self }
    }
}

/// What a tile of C is made of: `rows x cols` sums of `depth` terms.
pub(super) struct Tile<'a, T> {
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) depth: usize,
    pub(super) a: Rows<'a, T>,
    pub(super) b: Rows<'a, T>,
    pub(super) update: Update<T>,
}

/// Whether the level has 32 registers for vectors, not 16.
pub(super) const fn has_32_registers<S: Simd>() -> bool {
    <f64 as SimdFloatElement>::Native::<S>::LEN == 8 || cfg!(target_arch = "aarch64")
}

/// The innermost loops: the sums of a tile, held in registers.
pub(super) trait Micro<T>: Copy {
    /// Columns that are summed together.
    const WIDTH: usize;
    /// Rows of the largest tile.
    const ROWS: usize;

    /// Columns of the largest tile of so many rows, divided by `WIDTH`.
    fn across(rows: usize) -> usize;

    /// Updates the tile at the start of `c`, whose rows are `stride` apart.
    fn tile(self, tile: &Tile<'_, T>, c: &mut [T], stride: usize);
}

/// The whole product.
#[inline(always)]
pub(super) fn run<T: Element, M: Micro<T>>(
    micro: M,
    product: &Product<'_, T>,
    c: &mut [T],
) -> Result<(), Error> {
    let Product { alpha, a, b, beta } = *product;
    let (rows, cols, depth) = (a.rows(), b.cols(), a.cols());
    if alpha == T::default() || depth == 0 {
        scale(beta, c);
        return Ok(());
    }
    let stays = rows <= FEW_ROWS || depth * cols <= IN_CACHE / size_of::<T>();
    let direct = Rows::of(a).zip(Rows::of(b)).filter(|_| stays);
    for k in (0..depth).step_by(T::KC) {
        let ks = k..(k + T::KC).min(depth);
        let update = Update { alpha, beta: if k == 0 { beta } else { T::from(1u8) } };
        if let Some((a, b)) = direct {
            let (a, b) = (a.from(0, k), b.from(k, 0));
            let whole = Tile { rows, cols, depth: ks.len(), a, b, update };
            if rows <= M::ROWS && cols <= M::across(rows) * M::WIDTH {
                micro.tile(&whole, c, cols);
            } else {
                unpacked(micro, &whole, c);
            }
        } else {
            let (a, b) = (a.part(0..rows, ks.clone()), b.part(ks, 0..cols));
            with_scratch(|scratch| packed(micro, a, b, update, c, scratch))?;
        }
    }
    Ok(())
}

/// `c <- beta c`, where a beta of 0 does not read C.
#[inline(always)]
pub(super) fn scale<T: Element>(beta: T, c: &mut [T]) {
    let zero = T::default();
    c.iter_mut().for_each(|c| *c = if beta == zero { zero } else { beta * *c });
}

/// `total` in shares of at most `most`, as even as can be, the last ones largest.
#[inline(always)]
fn shares(total: usize, most: usize) -> impl Iterator<Item = usize> {
    let mut left = total;
    std::iter::from_fn(move || {
        let share = if left <= most { left } else { left / left.div_ceil(most) };
        left -= share;
        (share > 0).then_some(share)
    })
}

/// Ranges of columns, as even as can be: at most `vectors * WIDTH` each, and at least `WIDTH` if there are.
#[inline(always)]
fn ranges<T, M: Micro<T>>(
    cols: Range<usize>,
    vectors: usize,
) -> impl Iterator<Item = Range<usize>> {
    let mut from = cols.start;
    shares(cols.len().div_ceil(M::WIDTH), vectors).map(move |vectors| {
        let range = from..cols.end.min(from + vectors * M::WIDTH);
        from = range.end;
        range
    })
}

/// The columns of a block of B.
#[inline(always)]
fn blocks<T, M: Micro<T>>(cols: usize) -> impl Iterator<Item = Range<usize>> {
    ranges::<T, M>(0..cols, BLOCK_ACROSS / size_of::<T>() / M::WIDTH)
}

/// One block of k with both operands where they lie.
#[inline(always)]
fn unpacked<T: Element, M: Micro<T>>(micro: M, whole: &Tile<'_, T>, c: &mut [T]) {
    for block in blocks::<T, M>(whole.cols) {
        let mut i = 0;
        for rows in shares(whole.rows, M::ROWS) {
            for js in ranges::<T, M>(block.clone(), M::across(rows)) {
                let (a, b) = (whole.a.from(i, 0), whole.b.from(0, js.start));
                let tile = Tile { rows, cols: js.len(), a, b, ..*whole };
                micro.tile(&tile, &mut c[i * whole.cols + js.start..], whole.cols);
            }
            i += rows;
        }
    }
}

/// One block of k with B packed, and A where its rows are not dense.
#[inline(always)]
fn packed<T: Element, M: Micro<T>>(
    micro: M,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    update: Update<T>,
    c: &mut [T],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    let (rows, cols, depth) = (a.rows(), b.cols(), a.cols());
    for top in (0..rows).step_by(BLOCK_ROWS) {
        let is = top..rows.min(top + BLOCK_ROWS);
        let a = a.part(is.clone(), 0..depth);
        let a = match Rows::of(a) {
            Some(rows) => rows,
            None => scratch.a.copy(a)?,
        };
        for block in blocks::<T, M>(cols) {
            let panels = scratch.b.elements::<T>(block.len() * depth)?;
            let across = M::across(M::ROWS);
            for js in ranges::<T, M>(block.clone(), across) {
                let panel = &mut panels[(js.start - block.start) * depth..][..js.len() * depth];
                copy(b.part(0..depth, js.clone()), panel, js.len());
            }
            let mut i = 0;
            for rows in shares(is.len(), M::ROWS) {
                for js in ranges::<T, M>(block.clone(), across) {
                    let panel = &panels[(js.start - block.start) * depth..];
                    let b = Rows { at: panel, stride: js.len() };
                    let tile = Tile { rows, cols: js.len(), depth, a: a.from(i, 0), b, update };
                    micro.tile(&tile, &mut c[(top + i) * cols + js.start..], cols);
                }
                i += rows;
            }
        }
    }
    Ok(())
}

/// Copies a matrix, row after row, `stride` apart.
#[inline(always)]
fn copy<T: Element>(from: MatRef<'_, T>, to: &mut [T], stride: usize) {
    if from.shape().col_stride == 1 {
        for (i, row) in to.chunks_mut(stride).enumerate() {
            // A copy of constant length needs no call.
            let (whole, rest) = from.row(i).as_chunks::<8>();
            let (to_whole, to_rest) = row[..from.cols()].as_chunks_mut::<8>();
            for (to, from) in to_whole.iter_mut().zip(whole) {
                *to = *from;
            }
            for (to, from) in to_rest.iter_mut().zip(rest) {
                *to = *from;
            }
        }
    } else if from.shape().row_stride == 1 {
        let columns = from.transposed();
        for j in 0..columns.rows() {
            for (row, x) in to.chunks_mut(stride).zip(columns.row(j)) {
                row[j] = *x;
            }
        }
    } else {
        for (i, row) in to.chunks_mut(stride).enumerate() {
            for (j, x) in row[..from.cols()].iter_mut().enumerate() {
                *x = from.at(i, j);
            }
        }
    }
}

/// A thread's packed blocks, kept from call to call: little more than half a megabyte each.
pub(super) struct Scratch {
    pub(super) a: Buffer,
    pub(super) b: Buffer,
}

/// Lends this thread's scratch space.
pub(super) fn with_scratch<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    thread_local! {
        static SCRATCH: RefCell<Scratch> =
            const { RefCell::new(Scratch { a: Buffer(Vec::new()), b: Buffer(Vec::new()) }) };
    }
    SCRATCH.with_borrow_mut(work)
}

/// Memory that begins at a cache line and grows when it must.
pub(super) struct Buffer(Vec<Line>);

impl Buffer {
    /// The first `len` elements.
    fn elements<T: Element>(&mut self, len: usize) -> Result<&mut [T], Error> {
        let bytes = len * size_of::<T>();
        let lines = bytes.div_ceil(size_of::<Line>());
        if let Some(more) = lines.checked_sub(self.0.len()) {
            let refused = |_| Error::Memory { bytes, purpose: "packed panels" };
            self.0.try_reserve_exact(more).map_err(refused)?;
            self.0.resize(lines, bytemuck::Zeroable::zeroed());
        }
        Ok(&mut bytemuck::cast_slice_mut(&mut self.0)[..len])
    }

    /// A copy with dense rows, each of which begins at a cache line of its own set.
    #[inline(always)]
    pub(super) fn copy<T: Element>(&mut self, from: MatRef<'_, T>) -> Result<Rows<'_, T>, Error> {
        let line = size_of::<Line>() / size_of::<T>();
        let stride = from.cols().next_multiple_of(line) + line;
        let copied = self.elements::<T>(from.rows() * stride)?;
        copy(from, copied, stride);
        Ok(Rows { at: copied, stride })
    }
}
