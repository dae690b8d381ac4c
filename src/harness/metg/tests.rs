use super::*;
use crate::Tasks;
use crate::exec::Report;

fn short() -> Options {
    Options { rounds: 1, work: Duration::from_micros(100), rivals: false }
}

#[test]
fn every_executor_gets_a_curve_over_the_same_sizes() {
    let executors = ["serial", "threads:2", "graph:2"].map(|name| executors::parse(name).unwrap());
    let mut steps = Vec::new();
    let mut tell = |progress: Progress<'_>| steps.push((progress.done, progress.of));
    let metg = measured(executors.into(), &Options { rounds: 2, ..short() }, &mut tell).unwrap();
    assert_eq!(steps, [(0, 2), (1, 2)]);
    let names: Vec<&str> = metg.curves.iter().map(|curve| &curve.executor[..]).collect();
    assert_eq!(names, ["serial", "threads:2", "graph:2"]);
    let sizes = |curve: &Curve| curve.points.iter().map(|p| p.task_ns).collect::<Vec<f64>>();
    for curve in &metg.curves {
        assert_eq!(sizes(curve), sizes(&metg.curves[0]));
        assert_eq!(curve.points.len(), SIZES as usize);
        assert!(curve.points[0].task_ns > 1e4 * curve.points.last().unwrap().task_ns);
        assert!(curve.points.iter().all(|p| p.efficiency > 0.0 && p.wall_ns > 0.0));
        assert!(curve.points.iter().all(|p| p.tasks >= curve.width as u64));
    }
    let picture = svg(&metg);
    assert!(picture.starts_with("<svg") && picture.contains("abreast"));
    assert!(names.iter().all(|name| picture.contains(name)), "{picture}");
}

#[test]
fn rayon_alone_does_every_task_too() {
    let rayon = Rayon::new(2).unwrap();
    assert_eq!(rayon.name(), "rayon alone:2");
    assert!(run(&rayon, 1000, 10).unwrap() > Duration::ZERO);
}

#[test]
fn a_task_that_was_not_done_is_found() {
    struct Lazy;
    impl Executor for Lazy {
        fn name(&self) -> String {
            "lazy".to_owned()
        }
        fn width(&self) -> usize {
            1
        }
        fn run(&self, tasks: &dyn Tasks, _: &Control<'_>) -> Result<Report, Fault> {
            tasks.run(0)?;
            Ok(Report::default())
        }
    }
    assert!(matches!(run(&Lazy, 10, 10), Err(Fault::Kernel { task: 1, .. })));
}

#[test]
fn nothing_to_measure_is_refused() {
    let none = measured(Vec::new(), &short(), &mut |_| {});
    assert!(matches!(none, Err(Fault::Refused(_))), "{none:?}");
    let executors = vec![executors::parse("serial").unwrap()];
    let never = measured(executors, &Options { rounds: 0, ..short() }, &mut |_| {});
    assert!(matches!(never, Err(Fault::Refused(_))), "{never:?}");
}

#[test]
fn worker_processes_are_offered_only_to_programs_that_can_start_them() {
    // This one, a test, cannot.
    let names: Vec<String> = executors().unwrap().iter().map(|executor| executor.name()).collect();
    assert!(names[0].starts_with("threads:") && names[1].starts_with("graph:"), "{names:?}");
    assert!(names.iter().all(|name| !name.starts_with("procs")), "{names:?}");
}
