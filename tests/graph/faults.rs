//! Promises that are refused, nodes that fail, values that panic when they are dropped.

use crate::{executors, here, quiet};
use abreast::exec::{Cancel, Control, Executor, Serial};
use abreast::graph::{Delayed, Graph};
use abreast::sample::splitmix64;
use abreast::{Error, Fault};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a panic of `f` says.
fn panic_of<T>(f: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).err().expect("it panics");
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).expect("in words")
}

#[test]
fn a_promise_of_another_graph_is_refused() {
    quiet();
    let (ours, theirs) = (Graph::new(), Graph::new());
    let foreign = theirs.task("x", (), |()| 1);
    let own = ours.task("x", (), |()| 1);
    let rule = "an input of 'add' is a promise of another graph";
    assert_eq!(panic_of(|| ours.task("add", (own, foreign), |(a, b)| a + b)), rule);
    assert_eq!(panic_of(|| ours.try_task("add", vec![foreign], |a| Ok(*a[0]))), rule);
    let rule = "a promise of another graph";
    assert!(panic_of(|| ours.cost(foreign, 1)).contains(rule));
    assert!(panic_of(|| ours.unattended(foreign)).contains(rule));
    let fault = ours.compute(&Serial, &Control::default(), foreign).unwrap_err();
    assert_eq!(fault.to_string(), "want = 0: is a promise of another graph");
    // The refusals left nothing behind.
    assert_eq!((ours.stats().nodes, here(&ours, own).value), (1, 1));
}

#[test]
fn a_want_that_is_named_twice_is_refused() {
    let graph = Graph::new();
    let x = graph.task("x", (), |()| 1);
    let fault = graph.compute_all(&Serial, &Control::default(), (x, vec![x])).unwrap_err();
    assert_eq!(fault.to_string(), "want = x: is wanted twice: clone the value instead");
}

/// What a node of the random graphs below does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Work,
    Fail,
    Panic,
    /// Makes a value that panics when it is dropped.
    PanicLater,
}

/// A value that may panic when it is dropped.
struct Made(u64, bool);

impl Drop for Made {
    fn drop(&mut self) {
        if self.1 {
            panic!("seeded in drop");
        }
    }
}

fn random<'e>(graph: &Graph<'e>, seed: u64, len: u64, rarity: u64) -> Delayed<u64> {
    let mut made: Vec<Delayed<Made>> = Vec::new();
    for i in 0..len {
        let act = match splitmix64(seed, i) % rarity {
            0 => Act::Fail,
            1 => Act::Panic,
            2 => Act::PanicLater,
            _ => Act::Work,
        };
        let count = splitmix64(!seed, i) % 4;
        let need = |k| made[(i - 1 - splitmix64(seed, i * 8 + k) % i.min(12)) as usize];
        let needs: Vec<_> = (0..if i == 0 { 0 } else { count }).map(need).collect();
        let node = graph.try_task(format!("node {i}"), needs, move |needs: Vec<&Made>| {
            for _ in 0..splitmix64(seed, !i) % 500 {
                std::hint::spin_loop();
            }
            match act {
                Act::Fail => return Err(Error::argument("i", i, "seeded")),
                Act::Panic => panic!("seeded in closure"),
                Act::Work | Act::PanicLater => {}
            }
            let sum = needs.iter().fold(i, |sum, need| sum.wrapping_mul(31).wrapping_add(need.0));
            Ok(Made(sum, act == Act::PanicLater))
        });
        made.push(node);
    }
    graph.task("sum", made, |made| made.iter().fold(0, |sum: u64, m| sum.wrapping_add(m.0)))
}

#[test]
fn whatever_goes_wrong_is_what_a_serial_run_would_have_met() {
    quiet();
    let (mut well, mut closure, mut drop) = (0, 0, 0);
    let executors = executors();
    for seed in 0..120 {
        let graph = Graph::new();
        let want = random(&graph, seed, 150, [60, 600, 5000][seed as usize % 3]);
        let on = |executor: &dyn Executor| {
            graph.compute(executor, &Control::default(), want).map(|done| (done.value, done.nodes))
        };
        let serial = on(&Serial);
        match &serial {
            Ok(_) => well += 1,
            Err(Fault::Panic { why, .. })
                if why.ends_with("dropping its value: seeded in drop") =>
            {
                drop += 1;
            }
            Err(fault) => {
                assert!(fault.to_string().contains("'node "), "{fault}");
                closure += 1;
            }
        }
        for executor in &executors {
            assert_eq!(on(&**executor), serial, "seed {seed} on {}", executor.name());
        }
    }
    assert!(well > 10 && closure > 10 && drop > 10, "{well} {closure} {drop}");
}

#[test]
fn faults_name_the_node() {
    quiet();
    let graph = Graph::new();
    let one = graph.task("one", (), |()| 1);
    let fails = graph.try_task("divide", one, |one| {
        Err::<i32, _>(Error::argument("divisor", one - 1, "must not be 0"))
    });
    let panics = graph.task("index", one, |_| -> i32 { panic!("seeded") });
    let spoils = graph.task("make", (one, one), |_| Made(1, true));
    let reads = graph.task("read", (spoils, one), |(made, one)| made.0 as i32 + one);
    // Both read what "make" makes; in order, the second one would be the last.
    let both = graph.task("both", (reads, spoils), |(sum, made)| sum + made.0 as i32);
    // A chain, in which the value goes before the next node fails.
    let alone = graph.task("alone", (), |()| Made(1, true));
    let chained = graph.task("chained", alone, |made| made.0);
    let late = graph.try_task("late", chained, |_| Err::<i32, _>(Error::argument("x", 1, "no")));
    let cases = [
        (fails, "task 0: 'divide': divisor = 0: must not be 0"),
        (panics, "task 0 panicked: 'index': seeded"),
        (reads, "task 2 panicked: 'make': dropping its value: seeded in drop"),
        (both, "task 3 panicked: 'make': dropping its value: seeded in drop"),
        (late, "task 0 panicked: 'alone': dropping its value: seeded in drop"),
    ];
    for executor in executors() {
        for (want, sentence) in cases {
            let fault = graph.compute(&*executor, &Control::default(), want).unwrap_err();
            assert_eq!(fault.to_string(), sentence, "{}", executor.name());
        }
        // A value that the caller gets is the caller's to drop.
        let made = graph.compute(&*executor, &Control::default(), spoils).unwrap().value;
        std::mem::forget(made);
    }
}

#[test]
fn a_cancelled_run_is_cancelled_and_drops_what_it_has() {
    quiet();
    for executor in executors() {
        let cancel = Cancel::default();
        let graph = Graph::new();
        let made = graph.task("make", (), |()| Made(1, true));
        let stop = graph.task("stop", (made, made), |(made, _)| (cancel.cancel(), made.0).1);
        let after = graph.task("after", (made, stop), |(made, stop)| made.0 + stop);
        let control = Control { cancel: Some(&cancel), ..Control::default() };
        let fault = graph.compute(&*executor, &control, after).unwrap_err();
        assert_eq!(fault, Fault::Cancelled, "{}", executor.name());
        assert_eq!(graph.compute(&*executor, &control, after).unwrap_err(), Fault::Cancelled);
    }
}
