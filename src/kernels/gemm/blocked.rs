//! The loops around a micro-kernel, shared by the two variants in Rust.
//!
//! A is cut into blocks of `BLOCK_ROWS x KC`, B into blocks of `KC x BLOCK_COLS`: each about half
//! of a second-level cache. Both are packed into panels that the micro-kernel reads front to back:
//! `MR` rows of A, column after column, and `NR` columns of B, row after row. One panel of A stays
//! in the first-level cache while the panels of B stream past it.

use super::view::Shape;
use super::{Args, Element, MatRef, SMALL};
use crate::sample::Line;
use crate::{Chunk, Error};
use std::cell::RefCell;

/// Rows of a block of A.
const BLOCK_ROWS: usize = 256;
/// Columns of a block of B: a multiple of every `NR`.
const BLOCK_COLS: usize = 240;
/// Elements of the largest micro-tile, 8 x 48.
const MAX_IN_A_TILE: usize = 384;

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
    pub(super) fn of(args: &Args, (a, b): (&'a [T], &'a [T]), chunk: &Chunk) -> Self {
        let rows = chunk.row as usize..(chunk.row + chunk.rows) as usize;
        let cols = chunk.col as usize..(chunk.col + chunk.cols) as usize;
        let depth = 0..args.k as usize;
        Product {
            alpha: T::narrow(args.alpha),
            a: MatRef::of(a, args.a_shape()).part(rows, depth.clone()),
            b: MatRef::of(b, args.b_shape()).part(depth, cols),
            beta: T::narrow(args.beta),
        }
    }
}

/// How a block's sums go into C: `c <- alpha * acc + beta * c`.
#[derive(Clone, Copy)]
pub(super) struct Update<T> {
    pub(super) alpha: T,
    pub(super) beta: T,
}

/// The innermost loops: `MR x NR` sums over one block of k, held in registers.
pub(super) trait Micro<T>: Copy {
    /// Rows of a micro-tile.
    const MR: usize;
    /// Columns of a micro-tile.
    const NR: usize;

    /// Adds the product of two packed panels to the micro-tile at the start of `c`, whose rows
    /// are `stride` apart.
    fn packed(self, a: &[T], b: &[T], update: Update<T>, c: &mut [T], stride: usize);

    /// The same from operands where they lie: up to `MR` rows of A and all `NR` columns of B, the
    /// elements of each row next to each other. Rows that A lacks repeat its last one.
    fn direct(
        self,
        a: MatRef<'_, T>,
        b: MatRef<'_, T>,
        update: Update<T>,
        c: &mut [T],
        stride: usize,
    );
}

/// The whole product.
#[inline(always)]
pub(super) fn run<T: Element, M: Micro<T>>(
    micro: M,
    product: Product<'_, T>,
    c: &mut [T],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    let Product { alpha, a, b, beta } = product;
    let (rows, cols, depth) = (a.rows(), b.cols(), a.cols());
    if alpha == T::default() || depth == 0 {
        scale(beta, c);
        return Ok(());
    }
    let one = T::from(1u8);
    let lines_up = a.shape().col_stride == 1 && b.shape().col_stride == 1;
    let small = rows.max(cols).max(depth) <= SMALL;
    for k in (0..depth).step_by(T::KC) {
        let ks = k..(k + T::KC).min(depth);
        let update = Update { alpha, beta: if k == 0 { beta } else { one } };
        let (a, b) = (a.part(0..rows, ks.clone()), b.part(ks, 0..cols));
        if small && lines_up {
            unpacked(micro, a, b, update, c, scratch)?;
        } else {
            packed(micro, a, b, update, c, scratch)?;
        }
    }
    Ok(())
}

/// `c <- beta c`, where a beta of 0 does not read C.
#[inline(always)]
fn scale<T: Element>(beta: T, c: &mut [T]) {
    let zero = T::default();
    c.iter_mut().for_each(|c| *c = if beta == zero { zero } else { beta * *c });
}

/// One block of k with both operands packed.
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
    for i in (0..rows).step_by(BLOCK_ROWS) {
        let is = i..(i + BLOCK_ROWS).min(rows);
        let a_panels = panels::<T>(&mut scratch.a, is.len().next_multiple_of(M::MR) * depth)?;
        pack(a.part(is.clone(), 0..depth).transposed(), M::MR, a_panels);
        for j in (0..cols).step_by(BLOCK_COLS) {
            let js = j..(j + BLOCK_COLS).min(cols);
            let b_panels = panels::<T>(&mut scratch.b, js.len().next_multiple_of(M::NR) * depth)?;
            pack(b.part(0..depth, js.clone()), M::NR, b_panels);
            for (p, a) in a_panels.chunks_exact(M::MR * depth).enumerate() {
                for (q, b) in b_panels.chunks_exact(M::NR * depth).enumerate() {
                    let (i, j) = (is.start + p * M::MR, js.start + q * M::NR);
                    let space = Space { i, j, rows: is.end - i, cols: js.end - j, stride: cols };
                    onto::<T, M>(c, space, |c, stride| micro.packed(a, b, update, c, stride));
                }
            }
        }
    }
    Ok(())
}

/// One block of k of a small product, whose operands are read where they lie, but for the last
/// columns of B.
#[inline(always)]
fn unpacked<T: Element, M: Micro<T>>(
    micro: M,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    update: Update<T>,
    c: &mut [T],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    let (rows, cols, depth) = (a.rows(), b.cols(), a.cols());
    for j in (0..cols).step_by(M::NR) {
        let js = j..(j + M::NR).min(cols);
        let mut b = b.part(0..depth, js.clone());
        if js.len() < M::NR {
            let panel = panels::<T>(&mut scratch.b, M::NR * depth)?;
            pack(b, M::NR, panel);
            b = MatRef::of(panel, Shape::row_major(depth, M::NR));
        }
        for i in (0..rows).step_by(M::MR) {
            let is = i..(i + M::MR).min(rows);
            let space = Space { i, j, rows: is.len(), cols: js.len(), stride: cols };
            let a = a.part(is, 0..depth);
            onto::<T, M>(c, space, |c, stride| micro.direct(a, b, update, c, stride));
        }
    }
    Ok(())
}

/// A place in C: from (i, j) on there are `rows x cols` elements, rows `stride` apart.
#[derive(Clone, Copy)]
struct Space {
    i: usize,
    j: usize,
    rows: usize,
    cols: usize,
    stride: usize,
}

/// Lets `work` update the micro-tile at `space`: in place where a whole one fits, otherwise in a
/// padded copy, so that a micro-kernel knows no tails.
#[inline(always)]
fn onto<T: Element, M: Micro<T>>(c: &mut [T], space: Space, work: impl FnOnce(&mut [T], usize)) {
    let c = &mut c[space.i * space.stride + space.j..];
    if space.rows >= M::MR && space.cols >= M::NR {
        return work(c, space.stride);
    }
    let mut tile = [T::default(); MAX_IN_A_TILE];
    let (rows, cols) = (space.rows.min(M::MR), space.cols.min(M::NR));
    for (tile, c) in tile.chunks_mut(M::NR).zip(c.chunks(space.stride)).take(rows) {
        tile[..cols].copy_from_slice(&c[..cols]);
    }
    work(&mut tile, M::NR);
    for (tile, c) in tile.chunks(M::NR).zip(c.chunks_mut(space.stride)).take(rows) {
        c[..cols].copy_from_slice(&tile[..cols]);
    }
}

/// Packs a matrix into panels of `width` columns, row after row; the last is filled with zeros.
#[inline(always)]
fn pack<T: Element>(from: MatRef<'_, T>, width: usize, panels: &mut [T]) {
    for (p, panel) in panels.chunks_exact_mut(width * from.rows()).enumerate() {
        let (start, end) = (p * width, ((p + 1) * width).min(from.cols()));
        let from = from.part(0..from.rows(), start..end);
        if from.cols() < width {
            panel.fill(T::default());
        }
        if from.shape().col_stride == 1 {
            for (i, row) in panel.chunks_exact_mut(width).enumerate() {
                // The full width is a constant, and a copy of constant length needs no call.
                match from.cols() == width {
                    true => row.copy_from_slice(&from.row(i)[..width]),
                    false => row[..from.cols()].copy_from_slice(from.row(i)),
                }
            }
        } else if from.shape().row_stride == 1 {
            let columns = from.transposed();
            for j in 0..columns.rows() {
                for (row, x) in panel.chunks_exact_mut(width).zip(columns.row(j)) {
                    row[j] = *x;
                }
            }
        } else {
            for (i, row) in panel.chunks_exact_mut(width).enumerate() {
                for (j, x) in row[..from.cols()].iter_mut().enumerate() {
                    *x = from.at(i, j);
                }
            }
        }
    }
}

/// A thread's panels, kept from call to call: at most half a megabyte each.
pub(super) struct Scratch {
    a: Vec<Line>,
    b: Vec<Line>,
}

/// Lends this thread's scratch space.
pub(super) fn with_scratch<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    thread_local! {
        static SCRATCH: RefCell<Scratch> =
            const { RefCell::new(Scratch { a: Vec::new(), b: Vec::new() }) };
    }
    SCRATCH.with_borrow_mut(work)
}

/// The first `len` elements of a scratch buffer, which grows when it must.
fn panels<T: Element>(buffer: &mut Vec<Line>, len: usize) -> Result<&mut [T], Error> {
    let bytes = len * size_of::<T>();
    let lines = bytes.div_ceil(size_of::<Line>());
    if let Some(more) = lines.checked_sub(buffer.len()) {
        let refused = |_| Error::Memory { bytes, purpose: "packed panels" };
        buffer.try_reserve_exact(more).map_err(refused)?;
        buffer.resize(lines, bytemuck::Zeroable::zeroed());
    }
    Ok(&mut bytemuck::cast_slice_mut(buffer)[..len])
}
