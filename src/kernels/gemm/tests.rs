//! What a caller would notice: right numbers from every variant for any layout, and refusals in words.

use super::*;
use proptest::prelude::*;

/// How a matrix lies in memory, made from random bits: transposed, either way round, with gaps.
fn layout(rows: usize, cols: usize, bits: u8) -> (Shape, usize) {
    let shape = if bits & 1 == 0 {
        Shape::row_major(rows, cols)
    } else {
        Shape::row_major(cols, rows).transposed()
    };
    let gap = 1 + usize::from(bits >> 1 & 1);
    let mut shape = Shape {
        row_stride: shape.row_stride * gap as isize,
        col_stride: shape.col_stride * gap as isize,
        offset: 3,
        ..shape
    };
    if bits & 4 != 0 && rows > 0 {
        shape.offset += (rows - 1) * shape.row_stride as usize;
        shape.row_stride = -shape.row_stride;
    }
    if bits & 8 != 0 && cols > 0 {
        shape.offset += (cols - 1) * shape.col_stride as usize;
        shape.col_stride = -shape.col_stride;
    }
    (shape, rows * cols * gap + 3)
}

fn view<'a, T: Copy>(data: &'a [T], s: Shape) -> MatRef<'a, T> {
    MatRef::new(data, s.rows, s.cols, s.row_stride, s.col_stride, s.offset).unwrap()
}

/// Every variant at every level against three plain loops; then against each other, bit for bit.
fn agrees<T: Element>([m, n, k]: [usize; 3], bits: [u8; 3], alpha: T, beta: T) {
    let [(a_shape, a_len), (b_shape, b_len), (c_shape, c_len)] =
        [layout(m, k, bits[0]), layout(k, n, bits[1]), layout(m, n, bits[2])];
    let (a, b, c) = (T::uniform(a_len, 1), T::uniform(b_len, 2), T::uniform(c_len, 3));
    let (a, b) = (view(&a, a_shape), view(&b, b_shape));
    let mut by_class: [Option<Vec<T>>; 2] = [None, None];
    for choice in Variant::<Gemm<T>>::choices() {
        let mut got = c.clone();
        let Shape { rows, cols, row_stride, col_stride, offset } = c_shape;
        let mut out = MatMut::new(&mut got, rows, cols, row_stride, col_stride, offset).unwrap();
        let variant = Variant::named(choice.variant).unwrap();
        update(variant, choice.level, alpha, &a, &b, beta, &mut out).unwrap();
        near(out.view(), alpha, a, b, beta, view(&c, c_shape));
        let expected = by_class[usize::from(choice.level.has_fma())].get_or_insert(got.clone());
        let same = bytemuck::cast_slice::<T, u8>(expected) == bytemuck::cast_slice::<T, u8>(&got);
        assert!(same, "{choice} differs for {m} x {n} x {k}, layouts {bits:?}");
        untouched(&c, &got, c_shape);
    }
}

fn near<T: Element>(
    got: MatRef<'_, T>,
    alpha: T,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    beta: T,
    c: MatRef<'_, T>,
) {
    let wide = |x: T| -> f64 { x.into() };
    for i in 0..got.rows() {
        for j in 0..got.cols() {
            let old = wide(beta) * wide(c.at(i, j));
            let terms = || (0..a.cols()).map(|l| wide(a.at(i, l)) * wide(b.at(l, j)));
            let exact = wide(alpha) * terms().sum::<f64>() + old;
            let size = wide(alpha).abs() * terms().map(f64::abs).sum::<f64>() + old.abs();
            // Twice: the loop above rounds as well.
            let bound = 2.0 * gamma(a.cols() as u64 + 4, T::ROUNDOFF) * size;
            let error = (wide(got.at(i, j)) - exact).abs();
            assert!(error <= bound, "({i}, {j}): {:?}, expected {exact}", got.at(i, j));
        }
    }
}

/// What lies between the elements of C is nobody's business.
fn untouched<T: Element>(before: &[T], after: &[T], shape: Shape) {
    let mut inside = vec![false; before.len()];
    for i in 0..shape.rows {
        for j in 0..shape.cols {
            let (down, right) = (i as isize * shape.row_stride, j as isize * shape.col_stride);
            inside[(shape.offset as isize + down + right) as usize] = true;
        }
    }
    for (at, inside) in inside.into_iter().enumerate() {
        assert!(inside || before[at] == after[at], "element {at} is not part of C");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_shape_and_layout_is_multiplied_right(
        size in prop::array::uniform3(0usize..90),
        bits in prop::array::uniform3(0u8..16),
        alpha in prop_oneof![Just(0.0), Just(1.0), -2.0..2.0f64],
        beta in prop_oneof![Just(0.0), Just(1.0), -2.0..2.0f64],
    ) {
        agrees::<f64>(size, bits, alpha, beta);
        agrees::<f32>(size, bits, alpha as f32, beta as f32);
    }

    #[test]
    fn a_view_is_accepted_exactly_when_its_elements_exist_and_are_distinct(
        rows in 0usize..5, cols in 0usize..5, row in -7isize..7, col in -7isize..7,
        offset in 0usize..30,
    ) {
        let mut data = [0u8; 24];
        let places: Vec<isize> = (0..rows as isize)
            .flat_map(|i| (0..cols as isize).map(move |j| offset as isize + i * row + j * col))
            .collect();
        let exist = places.iter().all(|place| (0..24).contains(place));
        let distinct = places.iter().collect::<std::collections::HashSet<_>>().len() == places.len();
        prop_assert_eq!(MatRef::new(&data, rows, cols, row, col, offset).is_ok(), exist);
        let writable = MatMut::new(&mut data, rows, cols, row, col, offset).is_ok();
        prop_assert_eq!(writable, exist && distinct);
    }
}

#[test]
fn blocks_and_tiles_larger_than_one_are_multiplied_right() {
    agrees::<f64>([300, 250, 300], [0, 0, 0], 0.5, -1.5);
    agrees::<f64>([3, 1100, 70], [0, 0, 0], 1.0, 1.0);
    agrees::<f32>([260, 50, 600], [1, 2, 8], 0.5, -1.5);
}

/// The definition, word for word, with `fma` or without.
fn defined<T: Element>(
    fused: bool,
    alpha: T,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    beta: T,
    c: &mut [T],
) {
    let fma = |x: T, y: T, z: T| if fused { x.fused(y, z) } else { x * y + z };
    for i in 0..a.rows() {
        for j in 0..b.cols() {
            let c = &mut c[i * b.cols() + j];
            for block in (0..a.cols()).step_by(T::KC) {
                let mut acc = T::default();
                for l in block..a.cols().min(block + T::KC) {
                    acc = fma(a.at(i, l), b.at(l, j), acc);
                }
                *c = fma(alpha, acc, if block == 0 { beta * *c } else { *c });
            }
        }
    }
}

/// Each variant at each level against the definition, A and B dense or transposed.
fn is_as_defined<T: Element>([m, n, k]: [usize; 3], layouts: [u8; 2]) {
    let (alpha, beta) = (T::narrow(0.75), T::narrow(-0.5));
    let [(a_shape, a_len), (b_shape, b_len)] = [layout(m, k, layouts[0]), layout(k, n, layouts[1])];
    let (a, b, c) = (T::uniform(a_len, 1), T::uniform(b_len, 2), T::uniform(m * n, 3));
    let (a, b) = (view(&a, a_shape), view(&b, b_shape));
    for level in Level::available() {
        let mut want = c.clone();
        defined(level.has_fma(), alpha, a, b, beta, &mut want);
        for variant in ["c", "cpp", "rust", "simd"] {
            let mut got = c.clone();
            let mut out = MatMut::row_major(&mut got, m, n).unwrap();
            let named = Variant::named(variant).unwrap();
            update(named, level, alpha, &a, &b, beta, &mut out).unwrap();
            let same = bytemuck::cast_slice::<T, u8>(&got) == bytemuck::cast_slice::<T, u8>(&want);
            assert!(same, "{variant} at {level}: {m} x {k} x {n}, layouts {layouts:?}");
        }
    }
}

/// Tiles of every height and width, vectors that end beyond a row, columns of C, blocks of k.
#[test]
fn every_width_of_c_has_the_bits_of_the_definition() {
    for n in 1..=70 {
        for m in [1, 2, 3, 4, 5, 6, 7, 8, 9, 17] {
            is_as_defined::<f64>([m, n, 5], [0, 0]);
            is_as_defined::<f32>([m, n, 5], [0, 0]);
        }
    }
    for n in [1, 2, 3, 5, 9, 17, 33] {
        for m in [1, 7, 19, 40] {
            for layouts in [[0, 0], [0, 1], [1, 0], [1, 1], [2, 4]] {
                is_as_defined::<f64>([m, n, f64::KC + 3], layouts);
                is_as_defined::<f32>([m, n, f32::KC + 3], layouts);
            }
        }
    }
}

/// From 65 rows on, C and C++ copy the columns of B that a tile reads; up to 16 terms they pack A and B.
#[test]
fn many_rows_have_the_bits_of_the_definition() {
    for n in [1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 25, 40, 41, 48, 49, 63, 70] {
        for (m, k) in [(65, 16), (65, 17), (71, 20), (78, 17)] {
            for layouts in [[0, 0], [0, 1], [1, 0], [4, 4]] {
                is_as_defined::<f64>([m, n, k], layouts);
                is_as_defined::<f32>([m, n, k], layouts);
            }
        }
    }
}

/// B beyond the second-level cache is packed, more than a block of its columns.
#[test]
fn what_is_packed_has_the_bits_of_the_definition() {
    is_as_defined::<f64>([70, 800, 270], [0, 0]);
    is_as_defined::<f32>([70, 1000, 540], [0, 0]);
    is_as_defined::<f32>([20, 490, 270], [0, 1]);
}

#[test]
fn any_chunk_size_gives_the_same_bits() {
    let (a, b) = (f64::uniform(70 * 80, 1), f64::uniform(80 * 90, 2));
    let (a, b) = (MatRef::row_major(&a, 70, 80).unwrap(), MatRef::row_major(&b, 80, 90).unwrap());
    let run = |chunk| {
        let mut c = f64::uniform(70 * 90, 3);
        let job = Gemm::job(0.5, a, b, 2.0).unwrap();
        job.with_chunk(chunk).unwrap().call_into(&mut c).unwrap();
        c
    };
    let whole = run(70);
    for chunk in [1, 3, 8, 69] {
        assert_eq!(run(chunk), whole, "bands of {chunk} rows");
    }
}

#[test]
fn what_blas_does_not_read_may_be_nan() {
    let nan = [f64::NAN; 4];
    let one = [1.0, 0.0, 0.0, 1.0];
    let (nans, ones) =
        (MatRef::row_major(&nan, 2, 2).unwrap(), MatRef::row_major(&one, 2, 2).unwrap());
    let run = |alpha, a, beta, mut c: [f64; 4]| {
        gemm(alpha, a, ones, beta, &mut MatMut::col_major(&mut c, 2, 2).unwrap()).unwrap();
        c
    };
    assert_eq!(run(1.0, ones, 0.0, nan), one);
    assert_eq!(run(0.0, nans, 3.0, one), [3.0, 0.0, 0.0, 3.0]);
    assert_eq!(run(0.0, nans, 0.0, nan), [0.0; 4]);
    assert!(run(1.0, nans, 0.0, one).iter().all(|c| c.is_nan()));
}

#[test]
fn sizes_that_do_not_fit_are_refused_in_words() {
    let x = [0.0; 6];
    let (tall, wide) = (MatRef::row_major(&x, 3, 2).unwrap(), MatRef::row_major(&x, 2, 3).unwrap());
    let mut c = [0.0; 6];
    let mut c = MatMut::row_major(&mut c, 3, 2).unwrap();
    let refusal = |result: Result<(), Error>| result.unwrap_err().to_string();
    assert_eq!(
        refusal(gemm(1.0, tall, tall, 0.0, &mut c)),
        "rows of B = 3: must be 2, the columns of A"
    );
    assert_eq!(
        refusal(gemm(1.0, tall, wide, 0.0, &mut c)),
        "rows x cols of C = 3 x 2: A B is 3 x 3"
    );
    assert!(
        tall.sub(2..4, 0..1).unwrap_err().to_string().starts_with("rows = 2..4: must be a range")
    );
    assert!(MatRef::row_major(&x, 4, 2).unwrap_err().to_string().starts_with("data length = 6"));
    assert!(MatRef::col_major(&x, usize::MAX, 2).is_err());
    let vast = MatRef::new(&x, usize::MAX, 2, 0, 0, 0).unwrap_err().to_string();
    assert!(vast.contains("the product must be at most"), "{vast}");
    assert!(MatRef::new(&x, 2, 2, isize::MIN, isize::MAX, 5).is_err());
}

#[test]
fn a_product_larger_than_memory_is_refused_before_anything_is_allocated() {
    let x = [1.0];
    let side = 1usize << 31;
    let column = MatRef::new(&x, side, 1, 0, 0, 0).unwrap();
    let huge = Gemm::job(1.0, column, column.transposed(), 0.0).unwrap();
    assert!(matches!(huge.blank(), Err(Error::Memory { .. })));
    let request = Request { n: Some(i64::MAX), ..Request::default() };
    assert!(matches!(Gemm::<f64>::problem(&request), Err(Error::Argument { .. })));
}

#[test]
fn arguments_that_do_not_fit_the_slices_are_refused_by_the_plan() {
    let x = [0.0; 6];
    let a = MatRef::row_major(&x, 2, 3).unwrap();
    let args = Args::new(1.0, a, a.transposed(), 0.0).unwrap();
    let refusal = Gemm::<f64>::plan(&args, (&x, &x[..5])).unwrap_err().to_string();
    assert_eq!(refusal, "highest index of B = 5: a 3 x 2 view must stay within its 5 elements");
}
