//! One group for each fault: the variant `bad` has it, `good` and `rust` have not.

use abreast_compare::inputs::{uniform, wide};
use abreast_compare::{Allocations, AnyGroup, Group, Within};
// The library brings the C functions along, but only to a program that uses it.
use my_dot as _;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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
    fn rounds_up(n: usize, x: *const f64) -> f64;
    fn changes_folder(n: usize, x: *const f64) -> f64;
    fn blocks_a_signal(n: usize, x: *const f64) -> f64;
    fn ignores_a_signal(n: usize, x: *const f64) -> f64;
    fn sets_umask(n: usize, x: *const f64) -> f64;
    fn leaves_open(n: usize, x: *const f64) -> f64;
    fn closes_stdin(n: usize, x: *const f64) -> f64;
    fn leaves_a_process(n: usize, x: *const f64) -> f64;
    fn leaks(n: usize, x: *const f64) -> f64;
    fn changes_input(n: usize, x: *const f64) -> f64;
    fn by_address(n: usize, x: *const f64) -> f64;
    fn wears_out(n: usize, x: *const f64) -> f64;
    fn arms(n: usize, x: *const f64) -> f64;
    fn fragile(n: usize, x: *const f64) -> f64;
    fn races(n: usize, x: *const f64) -> f64;
    fn old_output(n: usize, x: *const f64, out: *mut f64);
}

static NOTED: AtomicU64 = AtomicU64::new(0);

fn noted(_: &f64) -> f64 {
    NOTED.fetch_add(1, Relaxed);
    0.0
}

fn call(function: Function) -> impl Fn(&Vec<f64>) -> f64 + Send + Sync {
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
        sums("rounding", rounds_up),
        sums("folder", changes_folder),
        sums("signal-mask", blocks_a_signal),
        sums("ignored-signal", ignores_a_signal),
        sums("umask", sets_umask),
        sums("descriptors", leaves_open),
        sums("stdin", closes_stdin),
        sums("child", leaves_a_process),
        sums("leak", leaks),
        sums("input", changes_input),
        sums("elsewhere", by_address),
        sums("wears-out", wears_out),
        sums("fine", good),
        Group::new("other-dies", uniform)
            .sizes([16])
            .variant("rust", |x| x.iter().sum())
            .variant("bad", call(arms))
            .variant("good", call(fragile))
            .agree(Within::relative(1e-12).or_absolute(1e-12))
            .into(),
        Group::new("race", uniform)
            .sizes([1000])
            .variant_shared("good", call(good))
            .variant_shared("rust", |x| x.iter().sum())
            .variant_shared("bad", call(races))
            .agree(Within::relative(1e-12).or_absolute(1e-12))
            .into(),
        Group::new("old-output", uniform)
            .sizes([16, 64])
            .variant("good", |x| x.iter().map(|x| 2.0 * x).collect::<Vec<_>>())
            .variant("rust", |x| x.iter().map(|x| x + x).collect())
            .variant("bad", |x| {
                let mut out = Vec::with_capacity(x.len());
                // SAFETY: there is room for so many numbers. That the function reads them before it
                // writes them is its fault, and what the test is about.
                unsafe { old_output(x.len(), x.as_ptr(), out.as_mut_ptr()) };
                // SAFETY: they are written now.
                unsafe { out.set_len(x.len()) };
                out
            })
            .into(),
        Group::new("magnitudes", uniform)
            .sizes([16])
            .variant("good", |x| x.iter().map(|x| 2.0 * x).collect::<Vec<_>>())
            .variant("rust", |x| x.iter().map(|x| x + x).collect())
            .variant("bad", |x| x.iter().map(|x| if x.abs() > 1e30 { 0.0 } else { x + x }).collect())
            .special("wide", wide(100, 1))
            .into(),
        Group::new("accumulates", |n, seed| (uniform(n, seed), vec![0.0; n]))
            .sizes([16])
            .variant_mut("good", |(x, y)| y.clone_from(x))
            .variant_mut("rust", |(x, y)| y.copy_from_slice(x))
            .variant_mut("bad", |(x, y)| x.iter().zip(y).for_each(|(x, y)| *y += x))
            .overwrites(|(_, y), value| y.fill(value))
            .into(),
        Group::new("watched", |n, seed| [uniform(n, seed)])
            .sizes([16])
            .variant("good", |[x]| x.len())
            .variant("rust", |[x]| x.len())
            .variant("bad", |[x]| {
                call(changes_input)(x);
                x.len()
            })
            .watch_inputs()
            .into(),
        Group::new("not-the-same", {
            let mut made = 0;
            move |n, _| {
                made += 1;
                vec![made; n]
            }
        })
        .sizes([4])
        .variant("good", |x| x.len())
        .into(),
        Group::new("bound", uniform)
            .sizes([1000])
            .variant("good", |x| x.iter().sum::<f64>())
            .variant("rust", |x| x.iter().sum())
            .variant("other", |x| x.iter().rev().sum())
            .agree(Within::relative(1e-12))
            .into(),
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
        Group::new("memory-undeclared", |n, seed| uniform(n, seed))
            .sizes([4, 1 << 50])
            .variant("good", |x| x.len())
            .into(),
        Group::new("all-skipped", uniform)
            .sizes([4])
            .variant("good", |x| x.len())
            .skip_if("good", true, "only for other machines")
            .into(),
        Group::new("same-name", uniform).sizes([4]).variant("good", |x| x.len()).into(),
        Group::new("same-name", uniform).sizes([4]).variant("good", |x| x.len()).into(),
        Group::<Vec<f64>, f64>::new("no-variant", uniform).sizes([4]).into(),
        Group::new("twice", uniform)
            .sizes([4])
            .variant("good", |x| x.len())
            .variant("good", |x| x.len())
            .into(),
        Group::new("allocates", uniform)
            .sizes([4, 16])
            .variant("good", |x| x.to_vec().iter().map(|x| x + noted(x)).sum::<f64>())
            .variant("rust", |x| x.iter().sum())
            // Stands for a counting allocator: the calls in which `good` notes something.
            .allocations(|call| {
                let before = NOTED.load(Relaxed);
                call();
                let count = NOTED.load(Relaxed) - before;
                Allocations { count, bytes: 8 * count, peak: None }
            })
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
