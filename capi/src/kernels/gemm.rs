//! The matrix product, as CBLAS has it.

use super::zeros;
use crate::boundary::boundary;
use crate::options::{Chosen, abreast_options, no_such};
use crate::pointers::{Caller, Span};
use crate::status::{ABREAST_TOO_LARGE, Refusal, abreast_status};
use abreast::kernel::Job;
use abreast::kernels::gemm::{Args, Element, Gemm};
use abreast::{Error, Level, MatRef};

/// Which way the elements of a matrix follow each other. CBLAS's numbers.
pub type abreast_layout = i32;

/// Row after row; a leading dimension is the distance between rows.
pub const ABREAST_ROW_MAJOR: abreast_layout = 101;
/// Column after column; a leading dimension is the distance between columns.
pub const ABREAST_COL_MAJOR: abreast_layout = 102;

/// Whether a matrix is used as it is stored. CBLAS's numbers.
pub type abreast_transpose = i32;

/// op(X) = X.
pub const ABREAST_NO_TRANS: abreast_transpose = 111;
/// op(X) = X transposed.
pub const ABREAST_TRANS: abreast_transpose = 112;

/// C <- alpha op(A) op(B) + beta C, with op(A) of `m` x `k`, op(B) of `k` x `n` and C of `m` x `n`.
///
/// As in BLAS, C is not read when `beta` is 0, and A and B are not when `alpha` is 0. `lda`, `ldb`
/// and `ldc` are at least as long as a stored row (column, when column-major) and at least 1; what
/// lies between the rows is neither read nor written. From its first element to its last, C must
/// not overlap A or B. A C without such gaps is updated where it is, any other through a copy.
///
/// Fails with `ABREAST_UNKNOWN` for `layout`, `transa` or `transb`, with `ABREAST_ARGUMENT` for a
/// leading dimension that is too small, with `ABREAST_TOO_LARGE` for a matrix that no memory holds
/// and with `ABREAST_NO_MEMORY` when there is no room to work.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_dgemm(
    layout: abreast_layout,
    transa: abreast_transpose,
    transb: abreast_transpose,
    m: usize,
    n: usize,
    k: usize,
    alpha: f64,
    a: *const f64,
    lda: usize,
    b: *const f64,
    ldb: usize,
    beta: f64,
    c: *mut f64,
    ldc: usize,
    options: *const abreast_options,
) -> abreast_status {
    let a = Operand { name: "a", trans: transa, start: a, ld: lda };
    let b = Operand { name: "b", trans: transb, start: b, ld: ldb };
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        product(caller, layout, (m, n, k), (alpha, beta), (a, b), (c, ldc), options)
    })
}

/// As `abreast_dgemm`, over floats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_sgemm(
    layout: abreast_layout,
    transa: abreast_transpose,
    transb: abreast_transpose,
    m: usize,
    n: usize,
    k: usize,
    alpha: f32,
    a: *const f32,
    lda: usize,
    b: *const f32,
    ldb: usize,
    beta: f32,
    c: *mut f32,
    ldc: usize,
    options: *const abreast_options,
) -> abreast_status {
    let a = Operand { name: "a", trans: transa, start: a, ld: lda };
    let b = Operand { name: "b", trans: transb, start: b, ld: ldb };
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        product(caller, layout, (m, n, k), (alpha, beta), (a, b), (c, ldc), options)
    })
}

/// A factor as C describes it.
struct Operand<T> {
    name: &'static str,
    trans: abreast_transpose,
    start: *const T,
    ld: usize,
}

/// Everything but the layout: column-major C = A B is row-major C' = B' A', with the same memory.
fn product<T: Element>(
    caller: &Caller,
    layout: abreast_layout,
    (m, n, k): (usize, usize, usize),
    factors: (T, T),
    (a, b): (Operand<T>, Operand<T>),
    (c, ldc): (*mut T, usize),
    options: *const abreast_options,
) -> Result<(), Refusal> {
    let ((rows, cols), (left, right)) = match layout {
        ABREAST_ROW_MAJOR => ((m, n), (a, b)),
        ABREAST_COL_MAJOR => ((n, m), (b, a)),
        other => return Err(no_such("layout", other, "101 (rows), 102 (columns)").into()),
    };
    let left = left.factor(rows, k)?;
    let right = right.factor(k, cols)?;
    let c = Stored::new("c", c, rows, cols, ldc)?;
    c.span.apart_from(left.stored.span)?;
    c.span.apart_from(right.stored.span)?;
    let chosen = Chosen::of::<Gemm<T>>(caller, options)?;
    multiply(caller, factors, (left.view(caller)?, right.view(caller)?), c, &chosen)
}

impl<T: Copy> Operand<T> {
    /// op(X) of `rows` x `cols`.
    fn factor(self, rows: usize, cols: usize) -> Result<Factor<T>, Refusal> {
        let transposed = match self.trans {
            ABREAST_NO_TRANS => false,
            ABREAST_TRANS => true,
            other => {
                let what = if self.name == "a" { "transa" } else { "transb" };
                return Err(no_such(what, other, "111 (as it is), 112 (transposed)").into());
            }
        };
        let (rows, cols) = if transposed { (cols, rows) } else { (rows, cols) };
        let stored = Stored::new(self.name, self.start, rows, cols, self.ld)?;
        Ok(Factor { stored, transposed })
    }
}

/// A factor whose shape has been checked.
struct Factor<T> {
    stored: Stored<T>,
    transposed: bool,
}

impl<T: Copy> Factor<T> {
    /// op(X), to read.
    fn view<'c>(&self, caller: &'c Caller) -> Result<MatRef<'c, T>, Refusal> {
        let Stored { rows, cols, ld, span } = self.stored;
        let view = MatRef::new(caller.read(span), rows, cols, ld, 1, 0)?;
        Ok(if self.transposed { view.transposed() } else { view })
    }
}

/// A matrix as it lies in memory, row after row.
struct Stored<T> {
    rows: usize,
    cols: usize,
    ld: isize,
    /// From the first element to the last.
    span: Span<T>,
}

impl<T> Stored<T> {
    fn new(
        name: &'static str,
        start: *const T,
        rows: usize,
        cols: usize,
        ld: usize,
    ) -> Result<Self, Refusal> {
        let least = cols.max(1);
        if ld < least {
            let rule = format!("must be at least {least}");
            return Err(Error::argument(format!("ld{name}"), ld, rule).into());
        }
        let len = match rows.checked_sub(1) {
            Some(gaps) if cols > 0 => gaps.checked_mul(ld).and_then(|n| n.checked_add(cols)),
            _ => Some(0),
        };
        let (Some(len), Ok(ld)) = (len, isize::try_from(ld)) else {
            let text =
                format!("{name} has {rows} rows of {cols}, {ld} apart: no memory is so large");
            return Err(Refusal::new(ABREAST_TOO_LARGE, text));
        };
        Ok(Stored { rows, cols, ld, span: Span::of(name, len, start)? })
    }

    /// Row `i` alone, without the gap behind it.
    fn row(&self, i: usize) -> Span<T> {
        self.span.part(i * self.ld as usize, self.cols)
    }

    /// How many rows have anything in them.
    fn full_rows(&self) -> usize {
        if self.cols == 0 { 0 } else { self.rows }
    }
}

fn multiply<T: Element>(
    caller: &Caller,
    (alpha, beta): (T, T),
    (a, b): (MatRef<'_, T>, MatRef<'_, T>),
    c: Stored<T>,
    chosen: &Chosen,
) -> Result<(), Refusal> {
    let args = Args::new(alpha, a, b, beta)?;
    let input = (a.data(), b.data());
    let plan = *Job::<Gemm<T>>::at(Level::best(), args, input)?.plan();
    if plan.is_row_major() && (c.ld as usize == c.cols || c.full_rows() <= 1) {
        // Overlaps have been looked for; the factors' slices are others.
        return chosen.call_into::<Gemm<T>>(args, input, caller.update(c.span, &[])?);
    }
    let mut dense = zeros(c.full_rows() * c.cols, "a copy of c")?;
    if args.reads_c() {
        for (i, row) in dense.chunks_mut(c.cols).enumerate() {
            row.copy_from_slice(caller.read(c.row(i)));
        }
    }
    let mut tiles = plan.disassemble(&dense);
    chosen.call_into::<Gemm<T>>(args, input, &mut tiles)?;
    for (i, row) in plan.assemble(&tiles).chunks(c.cols).enumerate() {
        caller.write(c.row(i), row);
    }
    Ok(())
}
