//! Sample problems for `gemm`, and what is right.

use super::*;

impl<T: Element> Workload for Gemm<T>
where
    Vec<T>: Digest,
{
    const FAMILY: &'static str = "gemm";
    const FORMULA: &'static str = "C <- alpha A B + beta C";
    const UNIT: &'static str = "rows = columns";
    const CLASS: Class = Class::Fused(
        "a fused multiply-add is one operation instead of two, and gemm is nothing but these: \
         twice the speed",
    );
    const SIZES: &'static [u64] = &[0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 130];
    const SWEEP: &'static [u64] = &[8, 32, 64, 128, 256, 512];

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.length(512)?;
        let Some(area) = n.checked_mul(n).filter(|area| i64::try_from(*area).is_ok()) else {
            return Err(Error::argument("n", n, "n * n must be below 2^63"));
        };
        Request::size(area).elements(0, 3 * size_of::<T>())?;
        let n = n as usize;
        let (square, seed) = (Shape::row_major(n, n), request.seed);
        let (a, b) = (T::try_uniform(n * n, seed)?, T::try_uniform(n * n, !seed)?);
        let c = T::try_uniform(n * n, seed ^ START)?;
        Ok(laid_out((square, square), a, b, c, T::narrow(0.75), T::narrow(-0.5)))
    }

    fn special() -> Vec<(&'static str, Input<Self>)> {
        let mut problems = special_values();
        problems.extend(special_shapes());
        problems
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        let args = &problem.args;
        let (a, b) = problem.input();
        let (a, b) = (MatRef::of(a, args.a_shape()), MatRef::of(b, args.b_shape()));
        let cols = b.cols();
        let rows = (0..a.rows()).zip(problem.start.chunks(cols.max(1)));
        rows.flat_map(|(i, c)| oracle_row(args, a, b, i, c)).collect()
    }

    fn cost(problem: &Input<Self>) -> Cost {
        let Args { m, n, k, .. } = problem.args;
        let size = size_of::<T>() as u64;
        Cost {
            read: (m * k + k * n + m * n) * size,
            written: m * n * size,
            flops: 2 * m * n * k,
            elements: m * n,
        }
    }
}

/// Row `i` of the result in double-double arithmetic, each element with its bound.
fn oracle_row<T: Element>(
    args: &Args,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    i: usize,
    c: &[T],
) -> Vec<Expected> {
    let mut sums = vec![(Twofold::default(), 0.0f64); c.len()];
    if args.alpha != 0.0 {
        for l in 0..a.cols() {
            for (j, (sum, magnitude)) in sums.iter_mut().enumerate() {
                let term = Twofold::product(a.at(i, l).into(), b.at(l, j).into());
                *sum = *sum + term;
                *magnitude += term.hi.abs();
            }
        }
    }
    // What a term meets: its product, the additions of its block, and the update of every block.
    let roundings = a.cols().min(T::KC) + a.cols().div_ceil(T::KC) + 2;
    let gamma = gamma(roundings as u64, T::ROUNDOFF);
    let near = |(c, (sum, magnitude)): (&T, (Twofold, f64))| {
        let old = match args.beta == 0.0 {
            true => Twofold::default(),
            false => Twofold::product(args.beta, (*c).into()),
        };
        let product = match args.alpha == 0.0 {
            true => Twofold::default(),
            false => sum.times(args.alpha),
        };
        let exact = product + old;
        let bound = gamma * (args.alpha.abs() * magnitude + old.hi.abs());
        Expected::Real { hi: exact.hi, lo: exact.lo, bound }
    };
    c.iter().zip(sums).map(near).collect()
}

/// Dense row-major operands with random elements.
fn sample<T: Element>(
    m: usize,
    n: usize,
    k: usize,
    alpha: T,
    beta: T,
    seed: u64,
) -> Input<Gemm<T>> {
    let shapes = (Shape::row_major(m, k), Shape::row_major(k, n));
    strided(shapes, T::uniform(m * k, seed), T::uniform(k * n, !seed), alpha, beta, seed)
}

/// What turns a seed into that of C.
const START: u64 = 0x5EED;

/// A problem over these slices; C is random.
fn strided<T: Element>(
    shapes: (Shape, Shape),
    a: Vec<T>,
    b: Vec<T>,
    alpha: T,
    beta: T,
    seed: u64,
) -> Input<Gemm<T>> {
    let c = T::uniform(shapes.0.rows * shapes.1.cols, seed ^ START);
    laid_out(shapes, a, b, c, alpha, beta)
}

/// A problem over these slices.
fn laid_out<T: Element>(
    (a_shape, b_shape): (Shape, Shape),
    a: Vec<T>,
    b: Vec<T>,
    c: Vec<T>,
    alpha: T,
    beta: T,
) -> Input<Gemm<T>> {
    let (m, n) = (a_shape.rows, b_shape.cols);
    let args = Args {
        alpha: alpha.into(),
        beta: beta.into(),
        m: m as u64,
        n: n as u64,
        k: a_shape.cols as u64,
        a: Strides::of(a_shape),
        b: Strides::of(b_shape),
    };
    Input::new(m.max(n) as u64, args).with(&a).with(&b).starting(c)
}

/// Values that find careless code: one in A, and NaN where BLAS says nothing is read.
fn special_values<T: Element>() -> Vec<(&'static str, Input<Gemm<T>>)> {
    let (m, n, k) = (37, 53, 70);
    let (alpha, beta, zero) = (T::narrow(0.75), T::narrow(-0.5), T::default());
    let in_a = |(name, value)| {
        let mut a = T::uniform(m * k, 5);
        a[3 * k + 11] = value;
        let shapes = (Shape::row_major(m, k), Shape::row_major(k, n));
        (name, strided(shapes, a, T::uniform(k * n, 6), alpha, beta, 7))
    };
    let nan = T::narrow(f64::NAN);
    let mut unread_c = sample(m, n, k, alpha, zero, 8);
    unread_c.start.fill(nan);
    let shapes = (Shape::row_major(m, k), Shape::row_major(k, n));
    let unread_ab = strided(shapes, vec![nan; m * k], vec![nan; k * n], zero, beta, 9);
    let mut problems: Vec<_> = T::special().into_iter().map(in_a).collect();
    problems.extend([
        ("beta = 0, C is NaN", unread_c),
        ("alpha = 0, A and B are NaN", unread_ab),
        ("alpha = beta = 0", sample(m, n, k, zero, zero, 10)),
        ("beta = 1", sample(m, n, k, alpha, T::narrow(1.0), 11)),
    ]);
    problems
}

/// Shapes and strides that find careless loops.
fn special_shapes<T: Element>() -> Vec<(&'static str, Input<Gemm<T>>)> {
    let (alpha, beta) = (T::narrow(0.75), T::narrow(-0.5));
    let dense = |m, n, k| sample(m, n, k, alpha, beta, 12);
    let of_shapes = |a: Shape, b: Shape| {
        let random = |shape: Shape, seed| T::uniform(shape.rows * shape.cols, seed);
        strided((a, b), random(a, 13), random(b, 14), alpha, beta, 15)
    };
    let straight = Shape::row_major;
    let transposed = |rows, cols| straight(cols, rows).transposed();
    let backward = |rows: usize, cols: usize| Shape {
        row_stride: -(cols as isize),
        col_stride: -1,
        offset: rows * cols - 1,
        ..straight(rows, cols)
    };
    let one_row = |rows, cols| Shape { row_stride: 0, ..straight(rows, cols) };
    let one_column = |rows, cols| Shape { col_stride: 0, row_stride: 1, ..straight(rows, cols) };
    vec![
        ("k = 0", dense(19, 23, 0)),
        ("one row", dense(1, 300, 77)),
        ("one column", dense(300, 1, 77)),
        ("tall", dense(600, 5, 9)),
        ("wide", dense(5, 2100, 9)),
        ("deep", dense(3, 4, 1100)),
        ("k = KC - 1", dense(9, 30, T::KC - 1)),
        ("k = KC", dense(9, 30, T::KC)),
        ("k = KC + 1", dense(9, 30, T::KC + 1)),
        ("A transposed", of_shapes(transposed(41, 30), straight(30, 70))),
        ("B transposed", of_shapes(straight(41, 30), transposed(30, 70))),
        ("both transposed, large", of_shapes(transposed(90, 110), transposed(110, 100))),
        ("both backward", of_shapes(backward(41, 30), backward(30, 70))),
        ("both backward, large", of_shapes(backward(90, 110), backward(110, 100))),
        ("one row for all", of_shapes(one_row(41, 30), one_row(30, 70))),
        ("one column for all", of_shapes(one_column(70, 100), one_column(100, 90))),
    ]
}
