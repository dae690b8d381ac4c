//! The simulation: what it predicts keeps the laws of scheduling, and what it runs is really run.

use abreast::Fault;
use abreast::exec::{Control, Event, Executor, Sim};
use abreast::tasks::{Model, Tasks};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Mutex;

/// Tasks by their models, each noting that it ran.
#[derive(Debug, Clone, Default)]
struct Modelled(Vec<(Vec<u32>, Model)>);

impl Tasks for Modelled {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn run(&self, _: usize) -> Result<(), Fault> {
        Ok(())
    }
    fn is_graph(&self) -> bool {
        true
    }
    fn needs(&self, i: usize) -> &[u32] {
        &self.0[i].0
    }
    fn model(&self, i: usize) -> Model {
        self.0[i].1
    }
}

/// A task that takes `cost`.
fn plain(cost: u64, needs: &[u32]) -> (Vec<u32>, Model) {
    (needs.to_vec(), Model { cost, ..Model::default() })
}

/// Graphs with up to three needs for each task, and now and then a pot that nobody attends or a
/// tool of which there is one.
fn graphs(resources: bool) -> impl Strategy<Value = Modelled> {
    let task = (0u64..50, prop::collection::vec(any::<u32>(), 0..4), 0..8u8);
    prop::collection::vec(task, 1..60).prop_map(move |tasks| {
        let build = |(i, (cost, needs, kind)): (usize, (u64, Vec<u32>, u8))| {
            let needs = needs.iter().filter(|_| i > 0).map(|k| k % i.max(1) as u32).collect();
            let resource = ["stove", "knife"].get(usize::from(kind)).filter(|_| resources).copied();
            (needs, Model { cost, resource, attended: kind % 4 != 0 })
        };
        Modelled(tasks.into_iter().enumerate().map(build).collect())
    })
}

/// When each task began and ended, and on which slot.
fn played(tasks: &Modelled, workers: usize) -> Vec<(u128, u128, usize)> {
    let times = Mutex::new(HashMap::new());
    let watch = |event| {
        let mut times = times.lock().unwrap();
        match event {
            Event::Start { task, worker, at } => {
                times.insert(task, (at.as_millis(), u128::MAX, worker));
            }
            Event::End { task, worker, at, ok: true } => {
                let time = times.get_mut(&task).expect("it began");
                assert_eq!(time.2, worker);
                time.1 = at.as_millis();
            }
            other => panic!("{other:?}"),
        }
    };
    let control = Control { on_event: Some(&watch), ..Control::default() };
    let sim = Sim::new(workers).unwrap();
    let report = sim.run(tasks, &control).unwrap();
    assert_eq!(report.tasks, tasks.len());
    let predicted = sim.predict(tasks).unwrap();
    assert_eq!(report.wall.as_millis(), u128::from(predicted.makespan));
    let times = times.into_inner().unwrap();
    (0..tasks.len()).map(|i| times[&i]).collect()
}

/// Whether two spans share a moment.
fn overlap(a: (u128, u128), b: (u128, u128)) -> bool {
    a.0.max(b.0) < a.1.min(b.1)
}

proptest! {
    #[test]
    fn between_the_critical_path_and_grahams_bound(tasks in graphs(false), workers in 1usize..9) {
        let p = Sim::new(workers).unwrap().predict(&tasks).unwrap();
        prop_assert!(p.critical_path <= p.makespan);
        prop_assert!(p.makespan as f64 <= p.graham() + 1e-9, "{p:?}");
        prop_assert!(p.speedup() <= p.amdahl() + 1e-9);
        if tasks.0.iter().all(|(_, model)| model.attended) {
            prop_assert!(p.speedup() <= workers as f64 + 1e-9);
        }
    }

    #[test]
    fn every_promise_of_the_model_is_kept(tasks in graphs(true), workers in 1usize..5) {
        let times = played(&tasks, workers);
        for (i, (needs, model)) in tasks.0.iter().enumerate() {
            let (start, end, slot) = times[i];
            prop_assert_eq!(end - start, u128::from(model.cost));
            prop_assert_eq!(model.attended, slot < workers);
            prop_assert!(needs.iter().all(|need| times[*need as usize].1 <= start));
            for (j, (_, other)) in tasks.0.iter().enumerate().take(i) {
                let both = overlap((start, end), (times[j].0, times[j].1));
                let same_tool = model.resource.is_some() && model.resource == other.resource;
                prop_assert!(!both || !same_tool && slot != times[j].2, "{} and {}", i, j);
            }
        }
    }
}

#[test]
fn the_longest_way_goes_first() {
    // Two workers: two short tasks, and one that a long chain waits for.
    let tasks = Modelled(vec![plain(2, &[]), plain(2, &[]), plain(1, &[]), plain(5, &[2])]);
    let begins: Vec<u128> = played(&tasks, 2).into_iter().map(|time| time.0).collect();
    assert_eq!(begins, [0, 2, 0, 1]);
}

#[test]
fn nothing_takes_no_time_and_too_much_is_refused() {
    let sim = Sim::new(3).unwrap();
    let p = sim.predict(&Modelled::default()).unwrap();
    assert_eq!((p.makespan, p.work, p.critical_path, p.speedup(), p.amdahl()), (0, 0, 0, 1.0, 1.0));
    let endless = Modelled(vec![plain(u64::MAX, &[]), plain(1, &[])]);
    assert!(sim.predict(&endless).unwrap_err().to_string().contains("all tasks together"));
    assert!(matches!(sim.run(&endless, &Control::default()), Err(Fault::Refused(_))));
    for workers in [0, Sim::MAX + 1] {
        assert!(Sim::new(workers).unwrap_err().to_string().contains("must be between 1 and"));
    }
}

#[test]
fn a_throttle_is_fewer_workers() {
    let tasks = Modelled((0..12).map(|_| plain(10, &[])).collect());
    let wall = |throttle| {
        let control = Control { throttle, ..Control::default() };
        Sim::new(4).unwrap().run(&tasks, &control).unwrap().wall.as_millis()
    };
    assert_eq!([None, Some(1), Some(2), Some(9)].map(wall), [30, 120, 60, 30]);
}
