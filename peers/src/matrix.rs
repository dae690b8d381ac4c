//! `gemm`: C <- A B, all of them row after row.

use crate::buffer::Buffer;
use crate::number::{Number, within};
use crate::race::{OURS, Target, with_blas, writing};
use abreast::sample::splitmix64;
use abreast::{MatMut, MatRef};
use abreast_compare::{Agree, AnyGroup, Group, Leaf};
use faer::{Accum, Par};
use nalgebra::{DMatrixView, DMatrixViewMut};
use std::cell::{RefCell, RefMut};

/// A is m x k, B is k x n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    pub m: usize,
    pub k: usize,
    pub n: usize,
}

impl Shape {
    /// # Panics
    /// When the matrices do not fill slices of these lengths.
    #[inline]
    pub fn check(self, a: usize, b: usize, c: usize) {
        let Shape { m, k, n } = self;
        assert!(a == m * k && b == k * n && c == m * n, "lengths {a}, {b}, {c} for {self:?}");
    }

    /// `8 x n x 8` means that m and n are 8 and k is the size; `n` in all places is a square.
    pub fn of(form: [Option<usize>; 3], size: usize) -> Shape {
        let [m, k, n] = form.map(|fixed| fixed.unwrap_or(size));
        Shape { m, k, n }
    }
}

pub struct Matrices<T> {
    shape: Shape,
    a: Buffer<T>,
    b: Buffer<T>,
    c: RefCell<Buffer<T>>,
}

impl<T: Number> Matrices<T> {
    fn new(shape: Shape, seed: u64) -> Self {
        let number = |stream: u64| {
            move |i: usize| {
                T::of((splitmix64(seed ^ stream, i as u64) >> 40) as f64 / f64::from(1 << 24))
            }
        };
        let Shape { m, k, n } = shape;
        let c = Buffer::new(m * n, 16, |_| T::of(0.0));
        let (a, b) = (Buffer::new(m * k, 0, number(0)), Buffer::new(k * n, 32, number(1)));
        Matrices { shape, a, b, c: c.into() }
    }
}

impl<T: Number> Target<T> for Matrices<T> {
    /// C is written and not read, so nothing needs to be put back; NaN would show if it were read.
    fn target(&self) -> RefMut<'_, Buffer<T>> {
        let mut c = self.c.borrow_mut();
        if abreast_compare::in_gate() {
            c.fill(T::of(f64::NAN));
        }
        c
    }
}

impl<T: Number> Agree for Matrices<T> {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        self.a.leaves(visit);
        self.b.leaves(visit);
    }
}

/// Products of one form. ndarray is not among them: its products are those of matrixmultiply.
pub fn gemm<T: Number>(name: &str, form: [Option<usize>; 3], sizes: &[usize]) -> AnyGroup {
    let mut group =
        Group::new(name, move |size, seed| Matrices::<T>::new(Shape::of(form, size), seed))
            .sizes(sizes.iter().copied());
    group = writing(group, OURS, |v: &Matrices<T>, c| {
        let Shape { m, k, n } = v.shape;
        let a = MatRef::row_major(&v.a, m, k).expect("A");
        let b = MatRef::row_major(&v.b, k, n).expect("B");
        let mut c = MatMut::row_major(c, m, n).expect("C");
        abreast::gemm(T::of(1.0), a, b, T::of(0.0), &mut c).expect("a product");
    });
    group = writing(group, "gemm crate", |v: &Matrices<T>, c| {
        T::gemm_crate(v.shape, &v.a, &v.b, c);
    });
    group = writing(group, "faer", |v: &Matrices<T>, c| {
        let Shape { m, k, n } = v.shape;
        let a = faer::MatRef::from_row_major_slice(&v.a, m, k);
        let b = faer::MatRef::from_row_major_slice(&v.b, k, n);
        let c = faer::MatMut::from_row_major_slice_mut(c, m, n);
        faer::linalg::matmul::matmul(c, Accum::Replace, a, b, T::of(1.0), Par::Seq);
    });
    group = writing(group, "matrixmultiply", |v: &Matrices<T>, c| {
        T::matrixmultiply(v.shape, &v.a, &v.b, c);
    });
    // Its matrices lie column after column, so these are the transposes: C^T = B^T A^T.
    group = writing(group, "nalgebra", |v: &Matrices<T>, c| {
        let Shape { m, k, n } = v.shape;
        let (a, b) = (DMatrixView::from_slice(&v.a, k, m), DMatrixView::from_slice(&v.b, n, k));
        DMatrixViewMut::from_slice(c, n, m).gemm(T::of(1.0), &b, &a, T::of(0.0));
    });
    let flops = move |size: u64| {
        let Shape { m, k, n } = Shape::of(form, size as usize);
        2 * (m * k * n) as u64
    };
    with_blas(group, &|group, name, blas| {
        writing(group, name, move |v: &Matrices<T>, c| {
            T::calls(blas).gemm(v.shape, &v.a, &v.b, c);
        })
    })
    .agree(within::<T>())
    .watch_inputs()
    .flops(flops)
    .into()
}
