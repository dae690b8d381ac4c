//! A kernel from outside, and what is refused around it.

use crate::names;
use abreast::exec::{Control, Serial, Threads};
use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands, call, call_into};
use abreast::{Choice, Error, Fault, Level, Plan, Variant, executors};
use std::borrow::Cow;

/// `out[i] = x[i] * y[i]`, ten at a time; refuses to multiply a chunk that starts with a 13.
pub struct Product;

impl Kernel for Product {
    const NAME: &'static str = "product";
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] =
        &[Variant::new("by index", by_index), Variant::new("by iterator", by_iterator).default()];

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

fn by_index(c: ChunkArgs<'_, '_, Product>) -> Result<(), Error> {
    let (x, y) = c.input;
    starts_well(x)?;
    for i in 0..c.out.len() {
        c.out[i] = x[i] * y[i];
    }
    Ok(())
}

fn by_iterator(c: ChunkArgs<'_, '_, Product>) -> Result<(), Error> {
    let (x, y) = c.input;
    starts_well(x)?;
    c.out.iter_mut().zip(x.iter().zip(y)).for_each(|(out, (x, y))| *out = x * y);
    Ok(())
}

fn starts_well(x: &[i64]) -> Result<(), Error> {
    if x[0] == 13 {
        return Err(Error::argument("x", 13, "must not start a chunk"));
    }
    Ok(())
}

/// As many elements as it is asked for, from no input at all.
struct Huge;

impl Kernel for Huge {
    const NAME: &'static str = "huge";
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("idle", |_| Ok(()))];

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

/// Two operands, cut as the caller says, whatever their lengths.
struct Pairs;

impl Kernel for Pairs {
    const NAME: &'static str = "pairs";
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("sum", |c| {
        let (x, y) = c.input;
        c.out.iter_mut().zip(x.iter().zip(y)).for_each(|(out, (x, y))| *out = x + y);
        Ok(())
    })];

    /// Rows and columns.
    type Args = [u64; 2];
    type Input<'i> = (&'i [i64], &'i [i64]);
    type Item = i64;
    type Output = Vec<i64>;

    fn plan([rows, cols]: &[u64; 2], _: (&[i64], &[i64])) -> Result<Plan, Error> {
        Plan::bands(*rows, *cols, 7)
    }

    fn finish(_: &[u64; 2], _: &Plan, items: Cow<'_, [i64]>) -> Vec<i64> {
        items.into_owned()
    }
}

#[test]
fn operands_of_different_lengths_are_refused_before_anything_runs() {
    let (x, y) = (vec![1; 40], vec![2; 39]);
    let sentence = "x has 40 elements and y has 39: they must be equally long";
    for variant in Product::VARIANTS {
        let refusal = call(variant, (), (&x, &y)).unwrap_err();
        assert_eq!(refusal.to_string(), sentence);
        for executor in ["serial", "threads:1", "threads:8", "graph:3"] {
            let executor = executors::parse(executor).unwrap();
            let events = |event| panic!("{event:?} of a refused problem");
            let control = Control { on_event: Some(&events), ..Control::default() };
            let run = || {
                let job = Job::<Product>::new((), (&x, &y))?.variant(variant.name)?;
                job.control(&control).on(&*executor)
            };
            assert_eq!(run(), Err(Fault::Refused(refusal.clone())));
        }
    }
}

#[test]
fn an_elementwise_operand_has_as_many_elements_as_its_plan_has_indices() {
    let x = vec![1; 100];
    let pairs = |n, x_len, y_len| Job::<Pairs>::new([n, 1], (&x[..x_len], &x[..y_len]));
    for n in [0, 1, 6, 7, 8, 40] {
        let rule = format!("must have {n} elements: one per index");
        for other in [0, 1, 6, 7, 8, 39, 40, 41, 100] {
            if other == n {
                let sums = pairs(n as u64, n, n).and_then(|job| job.call());
                assert_eq!(sums, Ok(vec![2; n]));
                continue;
            }
            let len = format!("{other} elements");
            let first = pairs(n as u64, other, n).err().expect("refused");
            names(&first, "operand 0", &len, &rule);
            let second = pairs(n as u64, n, other).err().expect("refused");
            names(&second, "operand 1", &len, &rule);
            assert_eq!(second.to_string(), format!("operand 1 = {len}: {rule}"));
            // Of two, the first.
            let both = pairs(n as u64, other, other).err().expect("refused");
            assert_eq!(both, first);
        }
    }
}

#[test]
fn an_elementwise_kernel_has_a_plan_of_one_dimension() {
    let x = vec![1; 40];
    for shape in [[4, 10], [1, 40], [20, 2]] {
        let refusal = Job::<Pairs>::new(shape, (&x, &x)).err().expect("refused");
        let sentence = refusal.to_string();
        let [rows, cols] = shape;
        assert!(sentence.contains(&format!("{rows} x {cols}")), "{sentence}");
        assert!(sentence.contains("one"), "{sentence}");
    }
}

#[test]
fn an_output_buffer_of_another_length_is_refused_and_left_alone() {
    let x = vec![3; 40];
    let threads = Threads::new(3).unwrap();
    for len in [0, 1, 39, 41, 80] {
        let mut out = vec![7; len];
        let rule = "the plan lays out 40 elements";
        let chosen = Variant::<Product>::chosen();
        let refusal = call_into(chosen, (), (&x, &x), &mut out).unwrap_err();
        names(&refusal, "output length", &len.to_string(), rule);
        let job = Job::<Product>::new((), (&x, &x)).unwrap();
        assert_eq!(job.call_into(&mut out), Err(refusal.clone()));
        assert_eq!(job.on_into(&threads, &mut out), Err(Fault::Refused(refusal)));
        assert!(out.iter().all(|n| *n == 7), "written to");
    }
    let mut out = vec![7; 40];
    for variant in Product::VARIANTS {
        call_into(variant, (), (&x, &x), &mut out).unwrap();
        assert_eq!(std::mem::replace(&mut out, vec![7; 40]), vec![9; 40]);
    }
}

#[test]
fn a_variant_that_fails_is_reported_with_its_task() {
    let mut x: Vec<i64> = (100..200).collect();
    (x[30], x[70]) = (13, 13);
    let why = Error::argument("x", 13, "must not start a chunk");
    for variant in Product::VARIANTS {
        assert_eq!(call(variant, (), (&x, &x)), Err(why.clone()));
        let job = Job::<Product>::new((), (&x, &x)).unwrap().variant(variant.name).unwrap();
        for executor in ["serial", "threads:1", "threads:2", "threads:64", "graph:3"] {
            let fault = job.on(&*executors::parse(executor).unwrap()).unwrap_err();
            assert_eq!(fault, Fault::Kernel { task: 3, why: why.clone() });
            assert_eq!(fault.to_string(), "task 3: x = 13: must not start a chunk");
        }
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
        job().with_chunk(chunk).unwrap().call_into(&mut out).unwrap();
        assert_eq!(out, vec![1; 40]);
    }
}

#[test]
fn a_problem_that_memory_cannot_hold_is_an_error() {
    // More than any machine has, less than a plan may count.
    for n in [1 << 50, i64::MAX as u64] {
        let job = Job::<Huge>::new(n, ()).unwrap();
        let refusal = job.call().unwrap_err();
        let Error::Memory { bytes, purpose } = refusal else { panic!("{refusal:?}") };
        assert_eq!((bytes, purpose), ((n as usize).saturating_mul(8), "the output"));
        let fault = job.on(&Serial);
        assert!(matches!(fault, Err(Fault::Refused(Error::Memory { .. }))), "{fault:?}");
    }
    let refusal = Job::<Huge>::new(u64::MAX, ()).err().expect("refused");
    names(&refusal, "rows x cols", "18446744073709551615 x 1", "must be at most");
}

#[test]
fn a_variant_that_the_kernel_does_not_have_is_refused() {
    let x = [1; 40];
    let job = || Job::<Product>::new((), (&x, &x)).unwrap();
    let sentence = job().variant("by indx").err().expect("refused").to_string();
    assert_eq!(sentence, "unknown variant 'by indx'; did you mean 'by index'?");
    let sentence = job().variant("c").err().expect("refused").to_string();
    assert!(Product::VARIANTS.iter().all(|v| sentence.contains(v.name)), "{sentence}");
    let foreign = Choice { variant: "simd", level: Level::best() };
    assert_eq!(job().choose(foreign).err(), job().variant("simd").err());
    for choice in Variant::<Product>::choices() {
        assert_eq!(job().choose(choice).and_then(|job| job.call()), Ok(vec![1; 40]), "{choice}");
    }
}
