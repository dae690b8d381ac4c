//! What is compared, and what is aimed at: one place for all rows of the table.

use crate::engine::Request;
use crate::graphs::{Form, graph};
use crate::number::Number;
use crate::race::{LIMIT, OURS};
use crate::tasks::{ASYNC, THREADS, Work};
use crate::{counts, matrix, tasks, vector};
use abreast::kernels::escape::View;
use abreast_compare::AnyGroup;
use num_complex::Complex64;

/// A group with its goals.
pub struct Case {
    /// The name of the group, and the first part of its rows' names.
    pub name: String,
    /// What the baseline is called.
    pub ours: &'static str,
    pub goals: Vec<Goal>,
    /// What a rate counts, if the case has one: bytes, operations, or points, updates and additions.
    pub unit: &'static str,
    /// Seconds for the rounds of a size in each start, where the engine's own are too few: large calls.
    pub seconds: Option<f64>,
    /// Sizes above this one are left out with `--quick`.
    pub quick: usize,
    /// The sizes of calls of a few elements.
    pub small: &'static [usize],
    build: Build,
}

/// Makes the group of this name with these sizes.
type Build = Box<dyn Fn(&str, &[usize]) -> AnyGroup>;

/// What a row is held to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    pub size: usize,
    pub against: Against,
    /// How many times as fast as that ours should be.
    pub least: f64,
}

/// The rival of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Against {
    /// Whoever is fastest.
    Best,
    /// This one.
    Named(&'static str),
}

impl Case {
    fn new(
        name: impl Into<String>,
        goals: Vec<Goal>,
        build: impl Fn(&str, &[usize]) -> AnyGroup + 'static,
    ) -> Case {
        Case {
            name: name.into(),
            ours: OURS,
            goals,
            unit: "",
            seconds: None,
            quick: usize::MAX,
            small: &[],
            build: Box::new(build),
        }
    }

    fn ours(self, ours: &'static str) -> Case {
        Case { ours, ..self }
    }

    fn counted_in(self, unit: &'static str) -> Case {
        Case { unit, ..self }
    }

    fn long(self, seconds: f64, quick: usize) -> Case {
        Case { seconds: Some(seconds), quick, ..self }
    }

    fn small(self, small: &'static [usize]) -> Case {
        Case { small, ..self }
    }

    /// The sizes that are asked for, in order.
    pub fn sizes(&self, request: &Request) -> Vec<usize> {
        if request.small {
            return self.small.to_vec();
        }
        let fits = |size: &usize| !request.quick || *size <= self.quick;
        let mut sizes: Vec<usize> = self.goals.iter().map(|goal| goal.size).filter(fits).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// The group for the engine.
    pub fn group(&self) -> AnyGroup {
        (self.build)(&self.name, &self.sizes(&Request::default()))
    }
}

fn best(sizes: &[usize], least: f64) -> Vec<Goal> {
    sizes.iter().map(|size| Goal { size: *size, against: Against::Best, least }).collect()
}

fn named(sizes: &[usize], name: &'static str, least: f64) -> Vec<Goal> {
    let goal = |size: &usize| Goal { size: *size, against: Against::Named(name), least };
    sizes.iter().map(goal).collect()
}

/// Beside the fastest rival, and at some sizes beside what the CPU can do.
fn beside_limit(sizes: &[usize], at_limit: &[usize]) -> Vec<Goal> {
    [best(sizes, 1.0), named(at_limit, LIMIT, 0.95)].concat()
}

/// Every case, in the order of the table.
pub fn all() -> Vec<Case> {
    let mut all = Vec::new();
    vectors::<f64>(&mut all);
    vectors::<f32>(&mut all);
    products::<f64>(&mut all);
    products::<f32>(&mut all);
    all.extend(integers());
    all.extend(executors());
    all
}

/// A few elements.
const SMALL: [usize; 8] = [0, 1, 2, 4, 8, 16, 32, 64];
const ALL_SIZES: [usize; 4] = [64, 1 << 10, 1 << 15, 1 << 20];
/// The C loop whose sums may be added in any order: what the promise of same bits forbids.
const FAST_MATH: &str = concat!(env!("PEERS_CC"), " fast-math");

fn vectors<T: Number>(all: &mut Vec<Case>) {
    let of = |kernel: &str| format!("{kernel} {}", T::TYPE);
    // At 64 numbers a call is a few nanoseconds, and a loop that the compiler knows has none of them.
    let reductions = || {
        [named(&[64], "OpenBLAS", 1.0), named(&[64], FAST_MATH, 0.8), best(&ALL_SIZES[1..], 1.0)]
    };
    let dot = Case::new(of("dot"), reductions().concat(), vector::dot::<T>);
    let sum = Case::new(of("sum"), reductions().concat(), vector::sum::<T>);
    let axpy = Case::new(of("axpy"), best(&ALL_SIZES, 1.0), vector::axpy::<T>);
    all.extend([dot, sum, axpy].map(|case| case.counted_in("GB/s").small(&SMALL)));
}

/// m x k x n, where a missing number is the size.
const SKINNY: [(&str, [Option<usize>; 3]); 5] = [
    ("1 x n x n", [Some(1), None, None]),
    ("n x n x 1", [None, None, Some(1)]),
    ("8 x n x 8", [Some(8), None, Some(8)]),
    ("n x 8 x n", [None, Some(8), None]),
    ("n x 4 x n", [None, Some(4), None]),
];

fn products<T: Number>(all: &mut Vec<Case>) {
    let case = |form: &str, places, sizes: &[usize]| {
        let name = format!("gemm {} {form}", T::TYPE);
        let build = move |name: &str, sizes: &[usize]| matrix::gemm::<T>(name, places, sizes);
        Case::new(name.trim(), best(sizes, 1.0), build).counted_in("GFLOP/s")
    };
    all.push(case("", [None; 3], &[8, 16, 32, 64, 128, 256]).small(&SMALL[1..6]));
    // A call takes tens of milliseconds, and an interval needs a dozen rounds.
    all.push(case("large", [None; 3], &[512, 1024]).long(1.0, 0));
    all.extend(SKINNY.map(|(form, places)| case(form, places, &[1000]).long(0.4, usize::MAX)));
}

fn integers() -> Vec<Case> {
    let interior = View { center: c(-0.1, 0.0), extent: c(0.2, 0.2), ..View::MANDELBROT };
    let julia = View {
        center: c(0.0, 0.0),
        extent: c(3.0, 3.0),
        julia: Some(c(-0.8, 0.156)),
        ..View::MANDELBROT
    };
    let views = [
        ("lesson", View::LESSON, 96, 12.0),
        ("whole set", View::MANDELBROT, 80, 16.0),
        ("interior", interior, 32, 19.0),
        ("Julia", julia, 128, 10.0),
    ];
    // Pixels across and down: so many that the slowest takes some 3 ms. The engine makes a call again for which it
    // had to wait for a core, but not a longer one.
    let escape = |(what, view, pixels, least): (&str, View, usize, f64)| {
        let build = move |name: &str, sizes: &[usize]| counts::escape(name, view, sizes);
        let goals = best(&[pixels], least);
        Case::new(format!("escape {what}"), goals, build).counted_in("G/s").long(0.5, usize::MAX)
    };
    let goals = beside_limit(&[1 << 22], &[1 << 22]);
    let pi = Case::new("pi", goals, counts::pi).counted_in("G/s");
    let mut cases = vec![pi.long(0.5, usize::MAX)];
    cases.extend(views.map(escape));
    let goals = beside_limit(&[1000, 1 << 24], &[1 << 24]);
    let range_sum = Case::new("range_sum", goals, counts::range_sum).counted_in("G/s");
    cases.push(range_sum.small(&SMALL));
    let goals = beside_limit(&[1 << 22], &[1 << 22]);
    let build = counts::conditional_range_sum;
    let conditional = Case::new("conditional_range_sum", goals, build).counted_in("G/s");
    cases.push(conditional.long(0.5, usize::MAX).small(&SMALL));
    cases
}

fn c(re: f64, im: f64) -> Complex64 {
    Complex64::new(re, im)
}

const TOKIO: &str = "tokio spawn_blocking";
/// One and a half times as long.
const HALF_MORE: f64 = 1.0 / 1.5;

fn executors() -> Vec<Case> {
    let list = |name: &str, work: Work, size: usize, least: f64| {
        let build = move |name: &str, sizes: &[usize]| tasks::on_threads(name, work, sizes);
        Case::new(name, named(&[size], "rayon", least), build).ours(THREADS)
    };
    let on_async = |name: &str, work: Work, size: usize| {
        let build = move |name: &str, sizes: &[usize]| tasks::on_async(name, work, sizes);
        Case::new(name, named(&[size], TOKIO, 1.0), build).ours(ASYNC)
    };
    let graphs = [("chain", Form::Chain), ("fan", Form::Fan), ("stencil", Form::Stencil)];
    let mut cases = vec![
        list("empty tasks", Work::Nothing, 10_000, HALF_MORE),
        list("tasks of 9 ns", Work::Little, 1000, 1.0),
        Case::new("fork-join", named(&[2], "rayon", 1.0), |name, _| tasks::fork_join(name))
            .ours(THREADS),
        on_async("empty tasks, async", Work::Nothing, 10_000),
        on_async("tasks of 9 ns, async", Work::Little, 1000),
        // 0.7 us a task where tokio took 0.58.
        Case::new("gather", named(&[10_000], TOKIO, 0.58 / 0.7), tasks::gather).ours(THREADS),
    ];
    cases.extend(graphs.map(|(what, form)| {
        let build = move |name: &str, sizes: &[usize]| graph(name, form, sizes);
        Case::new(format!("graph {what}"), best(&[20_000], HALF_MORE), build).ours(THREADS)
    }));
    // A round has the naps of the pools in it, and the slowest takes milliseconds.
    cases.into_iter().map(|case| case.long(0.5, usize::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_case_has_a_name_of_its_own_and_rows() {
        let all = all();
        let names: BTreeSet<&str> = all.iter().map(|case| &case.name[..]).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|case| !case.sizes(&Request::default()).is_empty()));
        assert!(all.iter().all(|case| case.goals.iter().all(|goal| goal.least > 0.0)));
    }
}
