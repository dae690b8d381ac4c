//! Partitions that cannot be, closures that panic, kernels that fail, sums that do not fit.

use crate::{PARTS, executors};
use abreast::bag::{Bag, MAX_PARTS};
use abreast::exec::{Cancel, Control, Serial};
use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands};
use abreast::plan::fold;
use abreast::{Error, Fault, Plan, Variant};
use std::borrow::Cow;
use std::sync::Once;

/// Keeps the seeded panics, and only those, from filling the screen.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.payload_as_str().unwrap_or_default().starts_with("seeded") {
                usual(panic);
            }
        }));
    });
}

#[test]
fn partitions_that_cannot_be_are_refused() {
    for parts in [0, MAX_PARTS + 1, usize::MAX] {
        let sentence = format!("parts = {parts}: must be between 1 and 1048576");
        let refusals = [
            Bag::of(vec![1], parts).err(),
            Bag::lines("text", parts).err(),
            Bag::range(0..5, parts).err(),
        ];
        for refusal in refusals {
            assert_eq!(refusal.expect("refused").to_string(), sentence);
        }
    }
    let most = Bag::range(0..5, MAX_PARTS).unwrap();
    assert_eq!(most.sum(&Serial, &Control::default()).unwrap(), 10);
    for every in [0, 1] {
        let bag = Bag::range(0..5, 2).unwrap();
        let reduction =
            bag.reduction(|part| part.count(), |counts| counts.len()).split_every(every);
        let fault = reduction.compute(&Serial, &Control::default()).unwrap_err();
        assert_eq!(fault.to_string(), format!("split_every = {every}: must be at least 2"));
    }
}

#[test]
fn a_panic_names_its_partition_or_the_combining() {
    quiet();
    for executor in executors() {
        let control = Control::default();
        let bag = Bag::range(0..100, 10).unwrap().map(|n| match n {
            35 | 71 => panic!("seeded at {n}"),
            n => n,
        });
        let fault = bag.sum(&*executor, &control).unwrap_err();
        assert_eq!(fault, Fault::Panic { task: 3, why: "seeded at 35".to_owned() });
        // The third partition is not reached.
        assert_eq!(bag.take(&*executor, &control, 35).unwrap().len(), 35);
        assert_eq!(bag.take(&*executor, &control, 36).unwrap_err(), fault);
        let join = |_: u64, _: u64| -> u64 { panic!("seeded in join") };
        let whole = Bag::range(0..100, 10).unwrap();
        let fault = whole.fold(&*executor, &control, || 0, |a, b| a + b, join).unwrap_err();
        let why = "combining the partitions: seeded in join".to_owned();
        assert_eq!(fault, Fault::Panic { task: 10, why });
    }
}

#[test]
fn a_cancelled_run_of_a_bag_is_cancelled() {
    for executor in executors() {
        let cancel = Cancel::default();
        let control = Control { cancel: Some(&cancel), ..Control::default() };
        let bag = Bag::range(0..1000, 100).unwrap().map(|n| (cancel.cancel(), n).1);
        assert_eq!(bag.count(&*executor, &control).unwrap_err(), Fault::Cancelled);
        assert_eq!(bag.take(&*executor, &control, 5).unwrap_err(), Fault::Cancelled);
    }
}

#[test]
fn a_sum_that_does_not_fit_is_an_error() {
    for parts in PARTS {
        let control = Control::default();
        let bytes = Bag::of(vec![100u8, 100, 100], parts).unwrap();
        let fault = bytes.sum(&Serial, &control).unwrap_err();
        let why = Error::argument("sum", 300, "is more than u8 can hold");
        assert_eq!(fault, Fault::Kernel { task: parts, why });
        assert_eq!(bytes.mean(&Serial, &control).unwrap(), Some(100.0));
        let wide = Bag::of(vec![u64::MAX; 9], parts).unwrap();
        assert!(wide.sum(&Serial, &control).is_err());
        assert_eq!(wide.mean(&Serial, &control).unwrap(), Some(u64::MAX as f64));
        // Out of range on the way, but not at the end.
        let swing = Bag::of(vec![100i8, 100, -100], parts).unwrap();
        assert_eq!(swing.sum(&Serial, &control).unwrap(), 100);
    }
}

/// The sum of a list, four at a time; refuses the empty list and fails at a 13.
struct Total;

impl Kernel for Total {
    const NAME: &'static str = "total";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", total)];

    type Args = u64;
    type Input<'i> = &'i [u64];
    type Item = u64;
    type Output = u64;

    fn plan(_: &u64, x: &[u64]) -> Result<Plan, Error> {
        if x.is_empty() {
            return Err(Error::argument("x", "[]", "must not be empty"));
        }
        Plan::range(x.len() as u64, 4)
    }

    fn finish(first: &u64, _: &Plan, partials: Cow<'_, [u64]>) -> u64 {
        first + fold(partials.iter().copied(), |a, b| a + b).unwrap_or(0)
    }
}

fn total(c: ChunkArgs<'_, '_, Total>) -> Result<(), Error> {
    if c.input.contains(&13) {
        return Err(Error::argument("x", 13, "must not occur"));
    }
    c.out[0] = c.input.iter().sum();
    Ok(())
}

#[test]
fn a_kernel_is_called_for_each_element_and_its_errors_are_faults() {
    for executor in executors() {
        let control = Control::default();
        let lists = |until: u64| {
            let lists = Bag::range(1..until, 5).unwrap().map(|n| (0..n).collect::<Vec<u64>>());
            lists.map_kernel(|list| Job::<Total>::new(1000, list))
        };
        let plain: Vec<u64> = (1..12).map(|n| 1000 + n * (n - 1) / 2).collect();
        assert_eq!(lists(12).collect(&*executor, &control).unwrap(), plain);
        // The list of length 14 is the first with a 13; it is in the fourth of five partitions.
        let fault = lists(21).sum(&*executor, &control).unwrap_err();
        let why = Error::argument("x", 13, "must not occur");
        assert_eq!(fault, Fault::Kernel { task: 3, why });
        assert_eq!(lists(21).take(&*executor, &control, 13).unwrap().len(), 13);
        let empty = Bag::of(vec![Vec::new()], 1).unwrap();
        let empty = empty.map_kernel(|list: &Vec<u64>| Job::<Total>::new(0, list));
        let fault = empty.count(&*executor, &control).unwrap_err();
        assert_eq!(fault.to_string(), "task 0: x = []: must not be empty");
    }
}
