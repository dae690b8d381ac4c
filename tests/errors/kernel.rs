//! A kernel from outside, and what is refused around it.

use crate::names;
use abreast::exec::{self, Control, Serial, Threads};
use abreast::kernel::{Bodies, BodyFn, Job, Kernel, Layout, Part, call, call_into};
use abreast::{Body, Error, Fault, How, Level, Plan, place};
use std::borrow::Cow;

/// `out[i] = x[i] * y[i]`, ten at a time; refuses to multiply a chunk that starts with a 13.
struct Product;

impl Kernel for Product {
    const NAME: &'static str = "product";
    const LAYOUT: Layout = Layout::PerElement;
    const BODIES: Bodies<BodyFn<Self>> =
        Bodies { c: body, c_by_hand: body, cpp: body, rust: body, simd: body };

    type Args = ();
    type Input<'i> = (&'i [i64], &'i [i64]);
    type Item = i64;
    type Output = Vec<i64>;

    fn plan((): &(), (x, y): (&[i64], &[i64])) -> Result<Plan, Error> {
        if x.len() != y.len() {
            let (left_len, right_len) = (x.len(), y.len());
            return Err(Error::Length { left: "x", left_len, right: "y", right_len });
        }
        Plan::range(x.len() as u64, 10)
    }

    fn finish((): &(), _: &Plan, items: Cow<'_, [i64]>) -> Vec<i64> {
        items.into_owned()
    }
}

fn body(part: Part<'_, '_, Product>) -> Result<(), Error> {
    let p = part.open();
    let (x, y) = (&p.input.0[p.chunk.range()], &p.input.1[p.chunk.range()]);
    if x[0] == 13 {
        return Err(Error::argument("x", 13, "must not start a chunk"));
    }
    for (out, (x, y)) in p.out.iter_mut().zip(x.iter().zip(y)) {
        *out = x * y;
    }
    Ok(())
}

/// As many elements as it is asked for, from no input at all.
struct Huge;

impl Kernel for Huge {
    const NAME: &'static str = "huge";
    const LAYOUT: Layout = Layout::PerElement;
    const BODIES: Bodies<BodyFn<Self>> =
        Bodies { c: idle, c_by_hand: idle, cpp: idle, rust: idle, simd: idle };

    type Args = u64;
    type Input<'i> = ();
    type Item = f64;
    type Output = usize;

    fn plan(n: &u64, (): ()) -> Result<Plan, Error> {
        Plan::range(*n, 1 << 20)
    }

    fn finish(_: &u64, _: &Plan, items: Cow<'_, [f64]>) -> usize {
        items.len()
    }
}

fn idle(_: Part<'_, '_, Huge>) -> Result<(), Error> {
    Ok(())
}

fn how(body: Body) -> How {
    How { body, level: Level::best() }
}

#[test]
fn operands_of_different_lengths_are_refused_before_anything_runs() {
    let (x, y) = (vec![1; 40], vec![2; 39]);
    let sentence = "x has 40 elements and y has 39: they must be equally long";
    for body in Body::ALL {
        let refusal = call::<Product>(how(body), (), (&x, &y)).unwrap_err();
        assert_eq!(refusal.to_string(), sentence);
        for place in ["serial", "threads:1", "threads:8", "graph:3"] {
            let place = place::parse(place).unwrap();
            let events = |event| panic!("{event:?} of a refused problem");
            let control = Control { on_event: Some(&events), ..Control::default() };
            let fault = exec::run::<Product>(&*place, how(body), &control, (), (&x, &y));
            assert_eq!(fault, Err(Fault::Refused(refusal.clone())));
        }
    }
}

#[test]
fn an_output_buffer_of_another_length_is_refused_and_left_alone() {
    let x = vec![3; 40];
    let threads = Threads::new(3).unwrap();
    for len in [0, 1, 39, 41, 80] {
        let mut out = vec![7; len];
        let rule = "the plan lays out 40 elements";
        let refusal = call_into::<Product>(how(Body::Rust), (), (&x, &x), &mut out).unwrap_err();
        names(&refusal, "output length", &len.to_string(), rule);
        let control = Control::default();
        let fault =
            exec::run_into::<Product>(&threads, how(Body::Simd), &control, (), (&x, &x), &mut out);
        assert_eq!(fault, Err(Fault::Refused(refusal)));
        assert!(out.iter().all(|n| *n == 7), "written to");
    }
    let mut out = vec![7; 40];
    call_into::<Product>(how(Body::C), (), (&x, &x), &mut out).unwrap();
    assert_eq!(out, vec![9; 40]);
}

#[test]
fn a_body_that_fails_is_reported_with_its_task() {
    let mut x: Vec<i64> = (100..200).collect();
    (x[30], x[70]) = (13, 13);
    let why = Error::argument("x", 13, "must not start a chunk");
    assert_eq!(call::<Product>(how(Body::Cpp), (), (&x, &x)), Err(why.clone()));
    for place in ["serial", "threads:1", "threads:2", "threads:64", "graph:3"] {
        let place = place::parse(place).unwrap();
        let control = Control::default();
        let fault = exec::run::<Product>(&*place, how(Body::Cpp), &control, (), (&x, &x));
        let fault = fault.unwrap_err();
        assert_eq!(fault, Fault::Kernel { task: 3, why: why.clone() });
        assert_eq!(fault.to_string(), "task 3: x = 13: must not start a chunk");
    }
}

#[test]
fn a_chunk_of_nothing_is_refused() {
    let x = [1; 40];
    let job = || Job::<Product>::new((), (&x, &x)).unwrap();
    let refusal = job().with_chunk(0).err().expect("refused");
    names(&refusal, "tile_rows", "0", "at least one index");
    // Any other size is a plan: larger than the problem, or the largest there is.
    for chunk in [1, 39, 41, u64::MAX] {
        let mut out = vec![0; 40];
        job().with_chunk(chunk).unwrap().serial(how(Body::Rust), &mut out).unwrap();
        assert_eq!(out, vec![1; 40]);
    }
}

#[test]
fn a_problem_that_memory_cannot_hold_is_an_error() {
    // More than any machine has, less than a plan may count.
    for n in [1 << 50, i64::MAX as u64] {
        let refusal = call::<Huge>(how(Body::Rust), n, ()).unwrap_err();
        let Error::Memory { bytes, purpose } = refusal else { panic!("{refusal:?}") };
        assert_eq!((bytes, purpose), ((n as usize).saturating_mul(8), "the output"));
        let fault = exec::run::<Huge>(&Serial, how(Body::Rust), &Control::default(), n, ());
        assert!(matches!(fault, Err(Fault::Refused(Error::Memory { .. }))), "{fault:?}");
    }
    let refusal = call::<Huge>(how(Body::Rust), u64::MAX, ()).unwrap_err();
    names(&refusal, "rows x cols", "18446744073709551615 x 1", "must be at most");
}
