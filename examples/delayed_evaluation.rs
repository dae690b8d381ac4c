//! Delayed evaluation: say what is to be done, look at it, and only then do it.
//!
//! It answers the lesson's episode of that name, where Dask's `@delayed` turns calls into promises.
//! Here `Graph::task` makes a promise, `Delayed`, and `Graph::compute` keeps it. Look at *when* things
//! run: the counter of additions stays at 0 until `compute`; at *how often*: a promise that two others
//! read is kept once; and at *what* does not run: whatever the wanted value does not need.
//!
//! `cargo run --release --example delayed_evaluation [FOLDER]` draws the graph of the first chapter
//! into the folder, as DOT (for Graphviz) and as SVG (for a browser).

mod common;

use abreast::exec::{Control, Executor, Serial, Threads};
use abreast::graph::Graph;
use abreast::{Error, Fault};
use common::so;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

fn main() -> Result<(), Fault> {
    nothing_runs_before_compute()?;
    a_list_of_promises_is_a_promise_of_a_list()?;
    a_function_of_many_promises()?;
    pi_from_ten_tasks()?;
    what_nobody_needs_never_starts()
}

fn nothing_runs_before_compute() -> Result<(), Fault> {
    println!("A promise is not a value");
    let adds = AtomicU32::new(0);
    let add = |a: i32, b: i32| {
        adds.fetch_add(1, Relaxed);
        a + b
    };

    let graph = Graph::new();
    let x = graph.task("x = 1 + 2", (), |()| add(1, 2));
    let y = graph.task("y = x + 3", x, |x| add(*x, 3));
    let z = graph.task("z = x + y", (x, y), |(x, y)| add(*x, *y));
    println!("  three additions are promised, {} are done", adds.load(Relaxed));
    assert_eq!(adds.load(Relaxed), 0);

    let done = graph.compute(&Serial, &Control::default(), z)?;
    println!(
        "  z = {} after {} additions: x is read twice, made once",
        done.value,
        adds.load(Relaxed)
    );
    assert_eq!((done.value, adds.load(Relaxed)), (9, 3));

    // The same expression written with calls makes x again for every reader.
    adds.store(0, Relaxed);
    assert_eq!((add(add(1, 2), add(add(1, 2), 3)), adds.load(Relaxed)), (9, 4));
    println!("  as nested calls it takes {}", adds.load(Relaxed));

    let dot = graph.dot();
    assert!(["n0 -> n1", "n0 -> n2", "n1 -> n2"].iter().all(|edge| dot.contains(edge)), "{dot}");
    common::save("delayed_evaluation.dot", &dot)?;
    common::save("delayed_evaluation.svg", graph.svg())?;
    so("a promise says what is to be done; it is done when its value is wanted, and once");
    Ok(())
}

fn a_list_of_promises_is_a_promise_of_a_list() -> Result<(), Fault> {
    println!("\nGather");
    let graph = Graph::new();
    let doubles = (0..10).map(|n| graph.task(format!("{n} + {n}"), (), move |()| n + n)).collect();
    let all = graph.gather(doubles);
    let list = graph.compute(&Threads::new(2)?, &Control::default(), all)?.value;
    println!("  ten promises became one: {list:?}");
    assert_eq!(list, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    so("a list of promises is a promise of a list");
    Ok(())
}

fn a_function_of_many_promises() -> Result<(), Fault> {
    println!("\nMean");
    let graph = Graph::new();
    let numbers = [1, 2, 3, 4].map(|n| graph.task(n.to_string(), (), move |()| f64::from(n)));
    let mean = graph.task("mean", numbers.to_vec(), |numbers| {
        numbers.iter().copied().sum::<f64>() / numbers.len() as f64
    });
    let mean = graph.compute(&Serial, &Control::default(), mean)?.value;
    println!("  mean(1, 2, 3, 4) = {mean}");
    assert_eq!(mean, 2.5);
    so("a function of many values is one node that needs them all");
    Ok(())
}

/// Ten independent estimates and one node that reads them all: the graph is ten wide, so it gains
/// from as many cores as there are, up to ten.
fn pi_from_ten_tasks() -> Result<(), Fault> {
    const POINTS: u64 = 2_000_000;
    println!("\nPi from ten tasks in one compute");
    let graph = Graph::new();
    let hits = (0..10).map(|seed| {
        graph.try_task(format!("hits {seed}"), (), move |()| abreast::pi_hits(POINTS, seed))
    });
    let hits = graph.reduce("add", hits, |a, b| a + b).expect("there are ten");
    let pi = graph.task("pi", hits, |hits| 4.0 * *hits as f64 / (10 * POINTS) as f64);
    let stats = graph.stats();
    println!("  {} nodes, {} side by side, {} deep", stats.nodes, stats.width, stats.depth);
    assert_eq!((stats.nodes, stats.width), (10 + 9 + 1, 10));

    let on = |executor: &dyn Executor| {
        let done = graph.compute(executor, &Control::default(), pi)?;
        println!("  {:9} pi = {}", executor.name(), done.value);
        assert_eq!(done.nodes, stats.nodes);
        Ok::<f64, Fault>(done.value)
    };
    let (serial, threads) = (on(&Serial)?, on(&Threads::new(2)?)?);
    assert_eq!(serial.to_bits(), threads.to_bits());
    assert!((serial - std::f64::consts::PI).abs() < 0.002);
    so("the graph says what may run side by side; who runs it does not show in the result");
    Ok(())
}

fn what_nobody_needs_never_starts() -> Result<(), Fault> {
    println!("\nWhat the target does not need");
    let ruin = || Error::argument("roof", "missing", "a house needs one");
    let graph = Graph::new();
    let ground = graph.task("ground floor", (), |()| 1);
    let roof = graph.try_task("roof", (), move |()| Err::<i32, _>(ruin()));
    let house = graph.task("house", (ground, roof), |(ground, roof)| ground + roof);
    let shed = graph.task("shed", ground, |ground| ground + 1);

    let done = graph.compute(&Serial, &Control::default(), shed)?;
    println!("  the shed stands after {} of {} nodes", done.nodes, graph.stats().nodes);
    assert_eq!((done.value, done.nodes), (2, 2));

    let fault = graph.compute(&Serial, &Control::default(), house).expect_err("no roof");
    println!("  the house does not: {fault}");
    assert!(fault.to_string().contains("'roof': roof = missing"), "{fault}");
    so("what the wanted value does not need never starts, and never fails");
    Ok(())
}
