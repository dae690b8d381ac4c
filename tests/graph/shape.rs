//! What runs, in what shape inputs and wants come, and how long values live.

use crate::{executors, here};
use abreast::exec::{Control, Serial, Threads};
use abreast::graph::{Delayed, Graph};
use abreast::plan::fold;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn nothing_runs_before_compute_and_then_only_what_is_needed_once() {
    let counts = [(); 4].map(|()| AtomicUsize::new(0));
    let count = |i: usize| counts[i].fetch_add(1, Ordering::Relaxed);
    let ran = || counts.each_ref().map(|count| count.load(Ordering::Relaxed));
    let graph = Graph::new();
    let a = graph.task("a", (), |()| count(0).min(1));
    let b = graph.task("b", a, |a| (count(1), a + 1).1);
    let c = graph.task("c", (a, b, b), |(a, b, c)| (count(2), a + b + c).1);
    graph.task("unwanted", (b, c), |_| count(3));
    assert_eq!(ran(), [0; 4]);
    assert_eq!(here(&graph, c).nodes, 3);
    assert_eq!(ran(), [1, 1, 1, 0]);
    // The closures are still there: the same graph again, or less of it.
    assert_eq!(here(&graph, b).nodes, 2);
    assert_eq!(ran(), [2, 2, 1, 0]);
}

#[test]
fn inputs_come_in_the_shape_they_were_named_in() {
    let graph = Graph::new();
    let number = |i: u32| graph.task("n", (), move |()| i);
    let [a, b, c, d, e, f] = [1, 2, 3, 4, 5, 6].map(number);
    let six =
        graph.task("six", (a, b, c, d, e, f), |(a, b, c, d, e, f)| format!("{a}{b}{c}{d}{e}{f}"));
    let nested = graph.task("nested", (six, vec![(a, b), (c, d)], ()), |(six, pairs, ())| {
        format!("{six}:{:?}", pairs.iter().map(|(x, y)| *x * *y).collect::<Vec<_>>())
    });
    assert_eq!(here(&graph, nested).value, "123456:[2, 12]");
    let wants = (six, vec![e, f], ());
    let done = graph.compute_all(&Serial, &Control::default(), wants).unwrap();
    assert_eq!(done.value, ("123456".to_owned(), vec![5, 6], ()));
    let nothing = graph.compute_all(&Threads::new(2).unwrap(), &Control::default(), ()).unwrap();
    assert_eq!((nothing.nodes, nothing.peak_live, nothing.report.tasks), (0, 0, 0));
}

#[test]
fn gather_keeps_the_order_and_of_nothing_is_an_empty_list() {
    let graph = Graph::new();
    let parts = (0..10).map(|i| graph.task("twice", (), move |()| 2 * i)).collect();
    let all = graph.gather(parts);
    let none = graph.gather(Vec::<Delayed<String>>::new());
    for executor in executors() {
        let done = graph.compute_all(&*executor, &Control::default(), (all, none)).unwrap();
        assert_eq!(done.value, ((0..10).map(|i| 2 * i).collect(), Vec::<String>::new()));
    }
}

#[test]
fn reduce_builds_the_tree_of_fold() {
    for count in 0..40 {
        let graph = Graph::new();
        let parts: Vec<String> = (0..count).map(|i| format!("{i}")).collect();
        let leaf = |part: &String| {
            let part = part.clone();
            graph.task("leaf", (), move |()| part.clone())
        };
        let root = graph.reduce("pair", parts.iter().map(leaf), |a, b| format!("({a} {b})"));
        let root = root.map(|root| here(&graph, root).value);
        assert_eq!(root, fold(parts, |a, b| format!("({a} {b})")));
    }
}

#[test]
fn chains_run_as_one_task_and_values_go_with_their_last_reader() {
    let graph = Graph::new();
    let mut end = graph.task("begin", (), |()| vec![0u8; 10]);
    for _ in 0..99 {
        end = graph.task("grow", end, |v| [&v[..], &[1]].concat());
    }
    let len = graph.task("len", end, Vec::len);
    for executor in executors() {
        let done = graph.compute(&*executor, &Control::default(), len).unwrap();
        assert_eq!((done.value, done.nodes, done.report.tasks, done.peak_live), (109, 101, 1, 2));
    }
    // A second reader, a want or a model keeps a node apart.
    graph.cost(len, 1);
    let twice = graph.task("twice", (len, len), |(a, b)| a + b);
    assert_eq!(here(&graph, twice).report.tasks, 2);
    let done = graph.compute_all(&Serial, &Control::default(), (end, len)).unwrap();
    assert_eq!((done.value.1, done.report.tasks), (109, 2));
    graph.cost(len, 5);
    assert_eq!(here(&graph, len).report.tasks, 2);
}

#[test]
fn a_wide_graph_keeps_few_values_alive() {
    let graph = Graph::new();
    let mut row: Vec<_> = (0..20).map(|i| graph.task("first", (), move |()| i)).collect();
    for _ in 0..50 {
        let cell = |i: usize| (row[i.saturating_sub(1)], row[i], row[(i + 1).min(19)]);
        let mean = |i| graph.task("mean", cell(i), |(a, b, c): (&i32, &i32, &i32)| (a + b + c) / 3);
        row = (0..20).map(mean).collect();
    }
    let sum = graph.task("sum", row, |row| row.into_iter().sum::<i32>());
    let serial = here(&graph, sum);
    assert_eq!(serial.nodes, 1021);
    // A row, and what the next one still reads of the one before.
    assert_eq!(serial.peak_live, 22);
    for executor in executors() {
        let done = graph.compute(&*executor, &Control::default(), sum).unwrap();
        assert_eq!(done.value, serial.value, "{}", executor.name());
        assert!(done.peak_live < 100, "{} alive on {}", done.peak_live, executor.name());
    }
}
