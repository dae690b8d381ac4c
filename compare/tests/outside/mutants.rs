//! One group for each fault: the variant `bad` has it, `good` and `rust` have not.

use abreast_compare::inputs::uniform;
use abreast_compare::{AnyGroup, Group, Within};
// The library brings the C functions along, but only to a program that uses it.
use my_dot as _;
use std::process::ExitCode;

type Function = unsafe extern "C" fn(usize, *const f64) -> f64;

unsafe extern "C" {
    fn good(n: usize, x: *const f64) -> f64;
    fn hidden_static(n: usize, x: *const f64) -> f64;
    fn all_zero(n: usize, x: *const f64) -> f64;
    fn not_a_number(n: usize, x: *const f64) -> f64;
    fn off_by_one(n: usize, x: *const f64) -> f64;
    fn unlisted(n: usize, x: *const f64) -> f64;
    fn crashes(n: usize, x: *const f64) -> f64;
    fn quits(n: usize, x: *const f64) -> f64;
    fn lingers(n: usize, x: *const f64) -> f64;
    fn hangs(n: usize, x: *const f64) -> f64;
}

fn call(function: Function) -> impl Fn(&Vec<f64>) -> f64 {
    // SAFETY: the vector has so many numbers.
    move |x| unsafe { function(x.len(), x.as_ptr()) }
}

fn sums(name: &str, bad: Function) -> AnyGroup {
    Group::new(name, uniform)
        .sizes([16, 64, 4000])
        .variant("good", call(good))
        .variant("rust", |x| x.iter().sum())
        .variant("bad", call(bad))
        .agree(Within::relative(1e-12).or_absolute(1e-12))
        .into()
}

/// A square matrix, transposed.
fn transposed(x: &[f64], from: usize) -> Vec<f64> {
    let side = x.len().isqrt();
    (0..side * side).map(|i| x[from + (i % side) * side + i / side]).collect()
}

fn vectors(name: &str, bad: impl FnMut(&Vec<f64>) -> Vec<f64> + 'static) -> AnyGroup {
    let transpose = |x: &Vec<f64>| transposed(x, 0);
    Group::new(name, |n, seed| {
        assert!(n.isqrt().pow(2) == n, "no square");
        uniform(n, seed)
    })
    .sizes([16, 64])
    .variant("good", transpose)
    .variant("rust", transpose)
    .variant("bad", bad)
    .into()
}

fn main() -> ExitCode {
    let mut buffer = Vec::new();
    println!("what a program prints is no part of the result");
    abreast_compare::main([
        sums("hidden-static", hidden_static),
        sums("all-zero", all_zero),
        sums("nan", not_a_number),
        sums("off-by-one", off_by_one),
        sums("unlisted", unlisted),
        sums("crash", crashes),
        sums("exit", quits),
        sums("hang", hangs),
        sums("linger", lingers),
        sums("fine", good),
        Group::new("sort", uniform)
            .params("reversed", [false, true])
            .sizes([16])
            .variant_mut("good", |(reversed, x)| {
                x.sort_by(f64::total_cmp);
                if *reversed {
                    x.reverse();
                }
            })
            .variant_mut("bad", |(reversed, x)| {
                x.sort_by(|a, b| a.partial_cmp(b).expect("no NaN"));
                if *reversed {
                    x.reverse();
                }
            })
            .variant("rust", move |(reversed, x)| {
                buffer.clone_from(x);
                buffer.sort_by(f64::total_cmp);
                if *reversed {
                    buffer.reverse();
                }
                (*reversed, buffer.clone())
            })
            .special("signed zeros", (false, vec![0.0, -0.0]))
            .into(),
        vectors("transposed", |x| x[..x.len().isqrt().pow(2)].to_vec()),
        vectors("shifted", |x| {
            let mut all = transposed(x, 0);
            all.rotate_left(1);
            all
        }),
        vectors("length", |x| transposed(x, 0).split_off(1.min(x.len()))),
        vectors("panic", |x| transposed(x, 1)),
        Group::new("cannot-be-made", |n, _| assert!(n < 10, "too many"))
            .sizes([4, 16])
            .variant("good", |()| 1)
            .variant("rust", |()| 1)
            .into(),
        Group::new("nothing", |n, _| n)
            .sizes([4])
            .variant("good", |n| {
                n.isqrt();
            })
            .into(),
        Group::new("memory", uniform)
            .sizes([4, 1 << 50])
            .bytes(|n| 8 * n)
            .variant("good", |x| x.len())
            .into(),
        Group::<Vec<f64>, f64>::new("no-variant", uniform).sizes([4]).into(),
        Group::new("twice", uniform)
            .sizes([4])
            .variant("good", |x| x.len())
            .variant("good", |x| x.len())
            .into(),
        Group::new("no-sizes", uniform).variant("good", |x| x.len()).into(),
        Group::new("skipped", uniform)
            .sizes([4])
            .variant("good", |x| x.len())
            .variant("bad", |_| 0)
            .skip_if("bad", true, "only for other machines")
            .into(),
    ])
}
