//! Kernels that lay hands on what their worker holds: no finished result changes, and no file of
//! anybody is written to.

use super::leaks::{alive, in_time};
use super::*;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("a_worker_cannot_cut_finished_results_short", || in_time("cut")),
        trial("a_worker_that_zeroes_finished_results_is_found_out", || in_time("zero")),
        trial("a_result_is_never_written_to_a_file_of_the_users", || in_time("replace")),
        trial("a_worker_that_shuts_its_link_is_replaced", || in_time("shut")),
    ]
}

pub fn scene(name: &str) -> bool {
    match name {
        "cut" => cut(),
        "zero" => zero(),
        "replace" => replace(),
        "shut" => shut(),
        _ => return false,
    }
    true
}

/// Results that go through shared memory, many of them done and not yet read when it happens.
fn long_chunks(act: Act) -> Args {
    Args { chunk: 700, most: 1, every: 3, ..Args::at(700 * 150, 2, act) }
}

fn cut() {
    for _ in 0..20 {
        alive();
        let (executor, _) = pool(2);
        let args = long_chunks(Act::Truncate);
        let (outcome, out) = squares_of(&executor, args, &Control::default());
        // It is refused, so nobody is any the worse for it.
        assert_eq!(outcome.map(|report| (report.tasks, report.lost_workers)), Ok((150, 0)));
        assert!(out == squares(args.n), "a finished result was changed");
    }
}

fn zero() {
    for _ in 0..20 {
        alive();
        let (executor, _) = pool(2);
        let args = long_chunks(Act::Punch);
        // A kernel done again does it to the next one: nobody is to be given up for it.
        let control = Control { attempts: 1000, ..Control::default() };
        let (outcome, out) = squares_of(&executor, args, &control);
        assert_eq!(outcome.map(|report| report.tasks), Ok(150));
        assert!(out == squares(args.n), "a finished result was changed");
        let (executor, _) = pool(2);
        let mut sums = vec![7; args.n as usize];
        let job = Harm::<true>::job(args).unwrap();
        job.control(&control).on_into(&executor, &mut sums).unwrap();
        assert!(sums.iter().zip(0..).all(|(sum, i)| *sum == 7 + i * i), "or what it began with");
    }
}

fn replace() {
    let file = std::env::temp_dir().join(format!("abreast-file-{}", std::process::id()));
    std::fs::write(&file, "of the user").expect("written");
    let (executor, _) = pool(2);
    let script = named(&file);
    let executor = executor.program(script.path().to_owned(), kernels());
    let args = long_chunks(Act::Replace);
    let (outcome, out) = squares_of(&executor, args, &Control::default());
    let text = std::fs::read_to_string(&file);
    std::fs::remove_file(&file).expect("removed");
    assert_eq!(text.ok().as_deref(), Some("of the user"));
    assert_eq!(outcome.map(|report| report.tasks), Ok(150));
    assert!(out == squares(args.n));
}

/// This program, with the name of a file in its environment.
fn named(file: &std::path::Path) -> faults::Script {
    let lines = format!("ABREAST_TEST_FILE={} exec {}", file.display(), faults::myself());
    faults::Script::new("replace", &lines)
}

fn shut() {
    let (executor, _) = pool(2);
    for act in [Act::Shut, Act::Nonblock, Act::Close] {
        alive();
        let (outcome, out) =
            squares_of(&executor, long_chunks(act), &Control { attempts: 9, ..Control::default() });
        assert!(outcome.is_ok() && out == squares(700 * 150), "{act:?}: {outcome:?}");
    }
}
