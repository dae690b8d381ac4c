//! Tables of variants that are not ours: other names, one row, nine rows, and executors that are not ours.

use abreast::executor::{Control, Executor, Report, RunState};
use abreast::executors::{self, ExecutorEntry};
use abreast::kernel::{
    ChunkArgs, Cost, Entry, Expected, Input, Kernel, Layout, Operands, Request, Variant, Workload,
};
use abreast::{Error, Fault, Plan, Tasks};
use abreast_cli::{Console, Screen, run_with};
use serde_json::Value;
use std::borrow::Cow;
use std::marker::PhantomData;

/// `2 x[i]`, in the variants of the type.
struct Double<V>(PhantomData<V>);

trait Table: Sized + 'static {
    const NAME: &'static str;
    const VARIANTS: &'static [Variant<Double<Self>>];
}

impl<V: Table> Kernel for Double<V> {
    const NAME: &'static str = V::NAME;
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = V::VARIANTS;
    type Args = ();
    type Input<'i> = &'i [u32];
    type Item = u32;
    type Output = Vec<u32>;

    fn plan((): &(), x: &[u32]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, 1000)
    }

    fn finish((): &(), _: &Plan, items: Cow<'_, [u32]>) -> Vec<u32> {
        items.into_owned()
    }
}

impl<V: Table> Workload for Double<V> {
    const FORMULA: &'static str = "2 x[i]";
    const SIZES: &'static [u64] = &[0, 1, 999, 1000, 1001, 5000];

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.elements(1000, 8)?;
        Ok(Input::new(n as u64, ()).with(&(0..n as u32).collect::<Vec<_>>()))
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        problem.input().iter().map(|x| Expected::Exact(2 * i128::from(*x))).collect()
    }

    fn cost(problem: &Input<Self>) -> Cost {
        Cost { read: 4 * problem.n, written: 4 * problem.n, flops: problem.n, elements: problem.n }
    }
}

fn double<V: Table>(c: ChunkArgs<'_, '_, Double<V>>) -> Result<(), Error> {
    c.out.iter_mut().zip(c.input).for_each(|(y, x)| *y = 2 * x);
    Ok(())
}

struct Letters;

impl Table for Letters {
    const NAME: &'static str = "letters";
    const VARIANTS: &'static [Variant<Double<Self>>] = &[
        Variant::new("a", double),
        Variant::new("b", double),
        Variant::new("z", double).default(),
    ];
}

struct Alone;

impl Table for Alone {
    const NAME: &'static str = "alone";
    const VARIANTS: &'static [Variant<Double<Self>>] = &[Variant::new("only", double)];
}

struct Nine;

impl Table for Nine {
    const NAME: &'static str = "nine";
    const VARIANTS: &'static [Variant<Double<Self>>] = &[
        Variant::new("1", double),
        Variant::new("2", double).twin_of("1"),
        Variant::new("3", double),
        Variant::new("4", double),
        Variant::new("5", double).about("the fifth").default(),
        Variant::new("6", double),
        Variant::new("7", double),
        Variant::new("8", double),
        Variant::new("9", double),
    ];
}

static REGISTRY: &[Entry] =
    &[Entry::of::<Double<Letters>>(), Entry::of::<Double<Alone>>(), Entry::of::<Double<Nine>>()];

/// The last task first, on this thread. It is bound to it: not `Sync`.
struct Backwards(PhantomData<*const ()>);

impl Executor for Backwards {
    fn name(&self) -> String {
        "backwards".to_owned()
    }

    fn width(&self) -> usize {
        1
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        let run = RunState::begin(tasks, control);
        let mut left = (0..tasks.len()).rev();
        run.all(0, || left.next());
        run.end()
    }
}

static EXECUTORS: &[ExecutorEntry] = &[ExecutorEntry {
    name: "backwards",
    about: "the last task first",
    make: |_| Ok(Box::new(Backwards(PhantomData))),
}];

fn run(args: &str) -> (u8, String, String) {
    let _ = executors::add(EXECUTORS);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console =
        Console { out: &mut out, err: &mut err, lively: false, screen: Screen::default() };
    let words = ["abreast"].into_iter().chain(args.split(' ')).map(Into::into);
    let code = run_with(REGISTRY, words, &mut console);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn the_check_passes_on_every_executor_whatever_the_rows_are_called() {
    let (code, out, err) = run("check --quick --exec serial,threads:2,backwards,locked:backwards");
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("3 kernels x 1 to 9 variants"), "{out}");
    let (code, out, _) = run("check --quick --exec serial,backwards --json");
    let checked: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &checked["agreed"]), (0, &Value::Bool(true)));
    let names = |kernel: usize| {
        let rows = checked["same_bits"][kernel]["rows"].as_array().unwrap().iter();
        let mut names: Vec<&str> = rows.map(|row| row["variant"].as_str().unwrap()).collect();
        names.dedup();
        names.truncate(9);
        names
    };
    assert_eq!(names(0)[..3], ["a", "b", "z"]);
    assert_eq!(names(1)[..1], ["only"]);
    assert_eq!(names(2), ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
}

#[test]
fn a_kernel_without_the_variant_that_is_asked_for_is_passed_over_by_name() {
    let (code, out, err) = run("check --quick --variant z --exec serial");
    assert_eq!(code, 0, "{out}");
    assert!(err.contains("alone has no such variant"), "{err}");
    assert!(out.contains("letters") && !out.contains("nine"), "{out}");
    let (code, _, err) = run("check --quick --variant zz --exec serial");
    assert_eq!(code, 2);
    assert!(err.contains("unknown variant 'zz'") && err.contains("'z'"), "{err}");
}

#[test]
fn a_run_takes_the_default_row_or_the_one_that_is_named_on_an_executor_of_ones_own() {
    let variant = |args: &str| {
        let (code, out, err) = run(args);
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<Value>(&out).unwrap()["variant"].clone()
    };
    assert_eq!(variant("run letters --n 5000 --exec backwards --json"), "z");
    assert_eq!(variant("run letters --n 5000 --variant a --json"), "a");
    assert_eq!(variant("run alone --json"), "only");
    let (code, _, err) = run("run alone --variant c");
    assert_eq!(code, 2);
    assert!(err.contains("unknown variant 'c'") && err.contains("only"), "{err}");
    let (code, _, err) = run("run alone --exec backward");
    assert!(code == 2 && err.contains("did you mean 'backwards'"), "{err}");
}

#[test]
fn the_list_shows_every_table_with_its_default_and_every_executor() {
    let (code, out, _) = run("list");
    assert_eq!(code, 0);
    for words in ["only", "5*", "the fifth", "z*", "backwards", "the last task first"] {
        assert!(out.contains(words), "no {words} in\n{out}");
    }
}

#[test]
fn executors_are_added_once_and_under_names_of_their_own() {
    let entry = |name| ExecutorEntry { name, about: "", make: |_| unreachable!() };
    for name in ["threads", "graph", "", "a:b"] {
        let refused = executors::add(Box::leak(Box::new([entry(name)]))).unwrap_err().to_string();
        assert!(refused.starts_with(&format!("executor = {name}")), "{refused}");
    }
    let twice = executors::add(Box::leak(Box::new([entry("x"), entry("x")])));
    assert!(twice.unwrap_err().to_string().contains("there is one of this name"));
}
