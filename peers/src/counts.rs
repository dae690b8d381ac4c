//! `pi`, `escape` and the sums of ranges.

use crate::buffer::Buffer;
use crate::foreign::{counted, limit};
use crate::race::{LIMIT, OURS, Target, writing};
use abreast::kernels::escape::View;
use abreast_compare::{Agree, AnyGroup, Group, Leaf, Within};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::cell::{RefCell, RefMut};

const C: &str = env!("PEERS_CC");

/// Fewer points than this say too little about pi to be compared with those of another generator.
const MIN_POINTS: usize = 1 << 20;
/// Six standard errors of the difference between two estimates of pi from that many points, and some more.
const PI_WITHIN: f64 = 0.02;

pub fn pi(name: &str, sizes: &[usize]) -> AnyGroup {
    let input = |n, seed| {
        assert!(n >= MIN_POINTS, "fewer than {MIN_POINTS} points");
        (n as u64, seed)
    };
    let estimate = |hits: u64, n: u64| 4.0 * hits as f64 / n as f64;
    Group::new(name, input)
        .sizes(sizes.iter().copied())
        .variant(OURS, |(n, seed): &(u64, u64)| abreast::pi(*n, *seed).expect("points"))
        .variant(format!("{C} -O3"), move |(n, seed): &(u64, u64)| {
            estimate(counted::o3::pi(*n, *seed), *n)
        })
        .variant(format!("{C} native"), move |(n, seed): &(u64, u64)| {
            estimate(counted::native::pi(*n, *seed), *n)
        })
        .variant("rand_xoshiro", move |(n, seed): &(u64, u64)| {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(*seed);
            let hits = (0..*n).filter(|_| is_hit(random.next_u64())).count();
            estimate(hits as u64, *n)
        })
        // It gives what everybody knows.
        .variant(LIMIT, |(n, _): &(u64, u64)| {
            limit::points(*n);
            std::f64::consts::PI
        })
        .skip_if(LIMIT, limit::missing().is_some(), limit::missing().unwrap_or_default())
        .agree(Within::absolute(PI_WITHIN))
        .flops(|n| n)
        .into()
}

/// Whether the point whose coordinates are the halves of `bits` lies in the quarter circle.
fn is_hit(bits: u64) -> bool {
    let (x, y) = (bits >> 32, bits & u64::from(u32::MAX));
    (x * x).checked_add(y * y).is_some()
}

/// The points of a view, for those who have no views.
pub struct Points {
    view: View,
    pub re: Buffer<f64>,
    pub im: Buffer<f64>,
    pub julia: Option<[f64; 2]>,
    pub most: u32,
    counts: RefCell<Buffer<u32>>,
}

impl Points {
    fn new(view: View, size: usize) -> Points {
        let size = size.max(1);
        let view = View { width: size as u64, height: size as u64, ..view };
        let pitch = (view.extent.re / size as f64).max(view.extent.im / size as f64);
        let at = |center: f64, i: usize| center + (i as f64 - (size / 2) as f64) * pitch;
        Points {
            view,
            re: Buffer::new(size * size, 0, |i| at(view.center.re, i % size)),
            im: Buffer::new(size * size, 0, |i| at(view.center.im, i / size)),
            julia: view.julia.map(|c| [c.re, c.im]),
            most: view.max_iter as u32,
            counts: Buffer::new(size * size, 0, |_| 0).into(),
        }
    }
}

impl Target<u32> for Points {
    fn target(&self) -> RefMut<'_, Buffer<u32>> {
        self.counts.borrow_mut()
    }
}

impl Agree for Points {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        self.re.leaves(visit);
        self.im.leaves(visit);
    }
}

/// Pictures of `size` times `size` pixels. All pixels must be the same.
pub fn escape(name: &str, view: View, sizes: &[usize]) -> AnyGroup {
    let group = Group::new(name, move |size, _| Points::new(view, size));
    let mut group = group
        .sizes(sizes.iter().copied())
        .variant(OURS, |p: &Points| abreast::escape(&p.view).expect("a view"));
    group =
        writing(group, &format!("{C} -O3"), |p: &Points, counts| counted::o3::escape(p, counts));
    group = writing(group, &format!("{C} native"), |p: &Points, counts| {
        counted::native::escape(p, counts);
    });
    let updates = move |size: u64| {
        let counts = abreast::escape(&Points::new(view, size as usize).view).expect("a view");
        counts.into_iter().map(u64::from).sum()
    };
    group.watch_inputs().flops(updates).into()
}

/// A sum of the integers below n, or of some of them.
type Sum = fn(i64) -> i64;

fn sum_of_range(name: &str, sizes: &[usize], ours: Sum, [o3, native, known]: [Sum; 3]) -> AnyGroup {
    Group::new(name, |n, _| n as u64)
        .sizes(sizes.iter().copied())
        .variant(OURS, move |n: &u64| ours(*n as i64))
        .variant(format!("{C} -O3"), move |n: &u64| o3(*n as i64))
        .variant(format!("{C} native"), move |n: &u64| native(*n as i64))
        .variant(LIMIT, move |n: &u64| {
            limit::sums(*n);
            known(*n as i64)
        })
        .skip_if(LIMIT, limit::missing().is_some(), limit::missing().unwrap_or_default())
        .flops(|n| n)
        .into()
}

pub fn range_sum(name: &str, sizes: &[usize]) -> AnyGroup {
    let ours = |n| abreast::range_sum(n).expect("a range");
    let known = |n: i64| n * (n - 1) / 2;
    sum_of_range(name, sizes, ours, [counted::o3::range_sum, counted::native::range_sum, known])
}

pub fn conditional_range_sum(name: &str, sizes: &[usize]) -> AnyGroup {
    use counted::{native, o3};
    let ours = |n| abreast::conditional_range_sum(n).expect("a range");
    let known = |n: i64| {
        let most = (n + 2) / 3 - 1;
        3 * most * (most + 1) / 2
    };
    let rivals = [o3::conditional_range_sum, native::conditional_range_sum, known];
    sum_of_range(name, sizes, ours, rivals)
}
