//! `dot`, `sum` and `axpy`.

use crate::buffer::Buffer;
use crate::number::{Number, within};
use crate::race::{OURS, Target, absent, with_blas, writing};
use abreast::sample::splitmix64;
use abreast_compare::{Agree, AnyGroup, Group, Leaf};
use faer::{ColMut, ColRef};
use nalgebra::{DVectorView, DVectorViewMut, Dyn};
use ndarray::{ArrayView1, ArrayViewMut1};
use std::cell::{RefCell, RefMut};

const C: &str = env!("PEERS_CC");

/// Two vectors; x starts at a page, y in the middle of one, so that neither is stored where the other is loaded.
pub struct Vectors<T> {
    x: Buffer<T>,
    y: Buffer<T>,
    /// What `axpy` adds to.
    out: RefCell<Buffer<T>>,
}

impl<T: Number> Vectors<T> {
    fn new(n: usize, seed: u64) -> Self {
        let number = |stream: u64| {
            move |i: usize| {
                T::of((splitmix64(seed ^ stream, i as u64) >> 40) as f64 / f64::from(1 << 24))
            }
        };
        let y = Buffer::new(n, 32, number(1));
        let out = Buffer::new(n, 32, |i| y[i]);
        Vectors { x: Buffer::new(n, 0, number(0)), y, out: out.into() }
    }
}

impl<T: Number> Target<T> for Vectors<T> {
    fn target(&self) -> RefMut<'_, Buffer<T>> {
        let mut out = self.out.borrow_mut();
        out.copy_from_slice(&self.y);
        out
    }
}

impl<T: Number> Agree for Vectors<T> {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        self.x.leaves(visit);
        self.y.leaves(visit);
    }
}

/// The name of a C loop.
fn c(flags: &str) -> String {
    format!("{C} {flags}")
}

pub fn dot<T: Number>(name: &str, sizes: &[usize]) -> AnyGroup {
    let bytes = 2 * size_of::<T>() as u64;
    let mut group = Group::new(name, Vectors::<T>::new)
        .sizes(sizes.iter().copied())
        .variant(OURS, |v: &Vectors<T>| abreast::dot(&v.x, &v.y).expect("equal lengths"))
        .variant("iterator", |v: &Vectors<T>| {
            v.x.iter().zip(v.y.iter()).map(|(x, y)| *x * *y).sum::<T>()
        })
        .variant("ndarray", |v: &Vectors<T>| {
            ArrayView1::from(&v.x[..]).dot(&ArrayView1::from(&v.y[..]))
        })
        .variant("nalgebra", |v: &Vectors<T>| {
            DVectorView::from_slice(&v.x, v.x.len()).dot(&DVectorView::from_slice(&v.y, v.y.len()))
        })
        .variant("faer", |v: &Vectors<T>| {
            ColRef::from_slice(&v.x).transpose() * ColRef::from_slice(&v.y)
        });
    for loops in T::c_loops() {
        group = group.variant(c(loops.flags), move |v: &Vectors<T>| (loops.dot)(&v.x, &v.y));
    }
    group = match cfg!(feature = "numkong") {
        true => group.variant("numkong", |v: &Vectors<T>| T::numkong_dot(&v.x, &v.y)),
        false => absent(group, "numkong", "built without the feature numkong"),
    };
    with_blas(group, &|group, name, blas| {
        group.variant(name, move |v: &Vectors<T>| T::calls(blas).dot(&v.x, &v.y))
    })
    .agree(within::<T>())
    .watch_inputs()
    .bytes(move |n| bytes * n)
    .flops(|n| 2 * n)
    .into()
}

pub fn sum<T: Number>(name: &str, sizes: &[usize]) -> AnyGroup {
    let bytes = size_of::<T>() as u64;
    let mut group = Group::new(name, Vectors::<T>::new)
        .sizes(sizes.iter().copied())
        .variant(OURS, |v: &Vectors<T>| abreast::sum(&v.x).expect("a sum"))
        .variant("iterator", |v: &Vectors<T>| v.x.iter().copied().sum::<T>())
        .variant("ndarray", |v: &Vectors<T>| ArrayView1::from(&v.x[..]).sum())
        .variant("nalgebra", |v: &Vectors<T>| DVectorView::from_slice(&v.x, v.x.len()).sum())
        .variant("faer", |v: &Vectors<T>| ColRef::from_slice(&v.x).sum());
    for loops in T::c_loops() {
        group = group.variant(c(loops.flags), move |v: &Vectors<T>| (loops.sum)(&v.x));
    }
    with_blas(group, &|group, name, blas| match T::calls(blas).has_sum() {
        true => group.variant(name, move |v: &Vectors<T>| T::calls(blas).sum(&v.x)),
        false => absent(group, name, "it has no function for a sum"),
    })
    .agree(within::<T>())
    .watch_inputs()
    .bytes(move |n| bytes * n)
    .flops(|n| n)
    .into()
}

/// What x is multiplied by.
const A: f64 = 0.75;

pub fn axpy<T: Number>(name: &str, sizes: &[usize]) -> AnyGroup {
    let bytes = 3 * size_of::<T>() as u64;
    let a = T::of(A);
    let mut group = Group::new(name, Vectors::<T>::new).sizes(sizes.iter().copied());
    group = writing(group, OURS, move |v: &Vectors<T>, y| {
        abreast::axpy(a, &v.x, y).expect("equal lengths");
    });
    group = writing(group, "iterator", move |v: &Vectors<T>, y| {
        y.iter_mut().zip(v.x.iter()).for_each(|(y, x)| *y += a * *x);
    });
    group = writing(group, "ndarray", move |v: &Vectors<T>, y| {
        ArrayViewMut1::from(y).scaled_add(a, &ArrayView1::from(&v.x[..]));
    });
    group = writing(group, "nalgebra", move |v: &Vectors<T>, y| {
        let n = y.len();
        let mut y: DVectorViewMut<'_, T, _, Dyn> = DVectorViewMut::from_slice(y, n);
        y.axpy(a, &DVectorView::from_slice(&v.x, n), T::of(1.0));
    });
    group = writing(group, "faer", move |v: &Vectors<T>, y| {
        faer::zip!(ColMut::from_slice_mut(y), ColRef::from_slice(&v.x))
            .for_each(|faer::unzip!(y, x)| *y += a * *x);
    });
    for loops in T::c_loops() {
        group = writing(group, &c(loops.flags), move |v: &Vectors<T>, y| (loops.axpy)(a, &v.x, y));
    }
    with_blas(group, &|group, name, blas| {
        writing(group, name, move |v: &Vectors<T>, y| T::calls(blas).axpy(a, &v.x, y))
    })
    .agree(within::<T>())
    .watch_inputs()
    .bytes(move |n| bytes * n)
    .flops(|n| 2 * n)
    .into()
}
