//! Every time, count and size at its ends, on every executor: a result, or a fault that says why.

use super::leaks::{alive, in_time};
use super::*;
use abreast::executors;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("no_limit_makes_an_executor_hang_or_spin", || in_time("limits")),
        trial("no_limit_on_memory_makes_a_pool_hang", || in_time("memory-limits")),
        trial("the_first_and_last_count_of_workers_and_those_beyond", counts),
    ]
}

pub fn scene(name: &str) -> bool {
    match name {
        "limits" => limits(),
        "memory-limits" => memory_limits(),
        _ => return false,
    }
    true
}

type Boxed = Box<dyn Executor>;

fn executors() -> Vec<Boxed> {
    let names = ["serial", "threads:2", "async:2", "locked:threads:2", "sim:3", "graph:2"];
    let executors = names.iter().map(|name| executors::parse(name).expect("an executor"));
    executors.chain([Box::new(pool(2).0) as Boxed]).collect()
}

fn limits() {
    const ENDS: [Option<usize>; 4] = [None, Some(0), Some(1), Some(usize::MAX)];
    let times = [None, Some(Duration::MAX), Some(Duration::from_secs(1 << 62))];
    let short = [Some(Duration::ZERO), Some(Duration::from_nanos(1))];
    let executors = executors();
    for deadline in times.into_iter().chain(short) {
        let is_short = short.contains(&deadline);
        // As often as there are numbers, and each time too late: that is what was asked for then.
        let tries = [0, 1, u32::MAX].into_iter().filter(|attempts| !is_short || *attempts < 2);
        let tries = tries.flat_map(|attempts| ENDS.map(|throttle| (throttle, attempts)));
        for ((throttle, attempts), chunk) in tries.flat_map(|t| [1, u64::MAX].map(|c| (t, c))) {
            let control = Control { throttle, attempts, deadline, ..Control::default() };
            for executor in &executors {
                alive();
                let args = Args { chunk, ..Args::at(20, 0, Act::Nothing) };
                let (outcome, out) = squares_of(&**executor, args, &control);
                let what =
                    format!("{} {deadline:?} {throttle:?} {attempts} {chunk}", executor.name());
                match outcome {
                    Ok(_) => assert_eq!(out, squares(20), "{what}"),
                    Err(Fault::Deadline { attempts: 1, .. }) if is_short => {}
                    Err(fault) => panic!("{what}: {fault}"),
                }
            }
        }
    }
}

fn memory_limits() {
    for bytes in [0, 1, u64::MAX] {
        let executor = pool(2).0.memory_limit(bytes);
        let (outcome, out) =
            squares_of(&executor, Args::at(20, 0, Act::Nothing), &Control::default());
        match outcome {
            Ok(_) => assert_eq!(out, squares(20)),
            Err(fault) => {
                assert!(bytes < 2, "{fault}");
                assert!(matches!(fault, Fault::Lost { .. } | Fault::Io { .. }), "{fault}");
            }
        }
    }
}

fn counts() {
    for (name, most) in [("procs", 1024), ("sim", 1 << 20)] {
        assert!(executors::parse(&format!("{name}:{most}")).is_ok(), "{name}:{most}");
        assert!(executors::parse(&format!("{name}:{}", most + 1)).is_err(), "{name}");
    }
    for name in ["procs", "sim", "threads", "async", "graph", "locked:threads"] {
        for count in ["0", "1048577", "18446744073709551615", "18446744073709551616", "-1", ""] {
            let refusal = executors::parse(&format!("{name}:{count}")).err().expect("refused");
            assert!(refusal.to_string().contains(count), "{name}:{count}: {refusal}");
        }
    }
}
