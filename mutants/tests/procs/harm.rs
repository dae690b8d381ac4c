//! Kernels that kill, stop, flood or confuse their worker.

use super::*;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("a_poison_chunk_is_given_up_and_the_others_are_right", a_poison_chunk),
        trial("what_kills_once_is_done_again", what_kills_once),
        trial("a_chunk_that_was_half_added_is_not_added_twice", half_added),
        trial("an_endless_loop_ends_at_its_deadline", endless_loop),
        trial("a_stopped_worker_is_replaced_at_its_deadline", stopped),
        trial("a_kernel_cannot_eat_more_than_its_limit", memory_hog),
        trial("what_a_kernel_prints_harms_no_result", printing),
        trial("a_kernel_that_babbles_into_its_link_is_found_out", babbling),
        trial("results_longer_than_a_message_arrive_whole", long_results),
    ]
}

fn a_poison_chunk() {
    let (executor, _) = pool(2);
    let cases = [
        (Act::Segfault, "was killed by SIGSEGV"),
        (Act::Abort, "was killed by SIGABRT"),
        (Act::Exit, "exited with status 3"),
    ];
    for (act, ending) in cases {
        let (outcome, out) = squares_of(&executor, Args::at(100, 17, act), &Control::default());
        let lost = Fault::Lost { task: 17, attempts: 3, how: ending.to_owned() };
        assert_eq!(outcome, Err(lost), "{act:?}");
        let mut expected = squares(100);
        expected[17] = 0;
        assert_eq!(out, expected, "{act:?}");
        let fault = outcome.unwrap_err().to_string();
        assert!(fault.contains("task 17") && fault.contains(ending), "{fault}");
    }
    // And the pool still works.
    let (outcome, out) = squares_of(&executor, Args::at(100, 0, Act::Nothing), &Control::default());
    assert_eq!((outcome.map(|report| report.tasks), out), (Ok(100), squares(100)));
}

fn what_kills_once() {
    for act in [Act::Segfault, Act::Abort, Act::Exit, Act::Close] {
        let (executor, cells) = pool(2);
        let args = Args { every: 100, most: 1, ..Args::at(500, 3, act) };
        let (outcome, out) = squares_of(&executor, args, &Control::default());
        let report = outcome.unwrap_or_else(|fault| panic!("{act:?}: {fault}"));
        assert_eq!(out, squares(500), "{act:?}");
        assert_eq!((report.tasks, report.retried, report.lost_workers), (500, 5, 5), "{act:?}");
        assert_eq!(report.respawned, 5, "{act:?}");
        // Done at the first attempt, refrained from at the second.
        assert_eq!(cells.cells()[203].load(SeqCst), 2);
    }
}

fn half_added() {
    let (executor, _) = pool(2);
    for chunk in [8, 4096] {
        let n = 16 * chunk;
        let args = Args { chunk, every: 4, most: 1, ..Args::at(n, 1, Act::Segfault) };
        let mut out = vec![7; n as usize];
        Harm::<true>::job(args).unwrap().on_into(&executor, &mut out).unwrap();
        let expected: Vec<u64> = (0..n).map(|i| 7 + i * i).collect();
        assert!(out == expected, "a chunk was added to twice, or not at all");
    }
}

fn endless_loop() {
    let (executor, _) = pool(2);
    // Far more than a sound chunk needs on a busy machine, and retried is at least the one that spins.
    let deadline = Duration::from_secs(2);
    let control = Control { deadline: Some(deadline), ..Control::default() };
    let once = Args { most: 1, ..Args::at(50, 20, Act::Spin) };
    let (outcome, out) = squares_of(&executor, once, &control);
    assert!(outcome.is_ok_and(|report| report.retried >= 1) && out == squares(50));
    let (outcome, out) = squares_of(&executor, Args::at(50, 20, Act::Spin), &control);
    let late = Fault::Deadline { task: 20, attempts: 3, allowed: deadline };
    assert_eq!(outcome, Err(late));
    assert!((0..50).all(|i| out[i] == if i == 20 { 0 } else { (i * i) as u64 }));
    let at_once = Control { deadline: Some(Duration::ZERO), attempts: 1, ..Control::default() };
    let (outcome, _) = squares_of(&executor, Args::at(1, 0, Act::Spin), &at_once);
    let late = Fault::Deadline { task: 0, attempts: 1, allowed: Duration::ZERO };
    assert_eq!(outcome, Err(late));
}

fn stopped() {
    let (executor, _) = pool(2);
    let control = Control { deadline: Some(Duration::from_secs(2)), ..Control::default() };
    let args = Args { most: 1, every: 20, ..Args::at(40, 5, Act::Stop) };
    let (outcome, out) = squares_of(&executor, args, &control);
    assert!(outcome.is_ok_and(|report| report.lost_workers >= 2) && out == squares(40));
}

fn memory_hog() {
    if std::env::var_os("ASAN_OPTIONS").is_some() {
        println!("skipped: an instrumented program needs more address space than any limit");
        return;
    }
    let executor = pool(2).0.memory_limit(1 << 30);
    let (outcome, out) = squares_of(&executor, Args::at(10, 4, Act::Eat), &Control::default());
    // Refused by malloc, so the kernel itself could say it.
    let why = abreast::Error::Memory { bytes: 1 << 24, purpose: "harm" };
    assert_eq!(outcome, Err(Fault::Kernel { task: 4, why }));
    assert_eq!(out[..4], squares(4));
}

fn printing() {
    let (executor, _) = pool(2);
    for act in [Act::Print, Act::Read] {
        let args = Args { every: 10, ..Args::at(100, 0, act) };
        let (outcome, out) = squares_of(&executor, args, &Control::default());
        assert_eq!((outcome.map(|report| report.lost_workers), out), (Ok(0), squares(100)));
    }
}

fn babbling() {
    let (executor, _) = pool(2);
    let args = Args { most: 1, every: 50, ..Args::at(100, 10, Act::Babble) };
    let (outcome, out) = squares_of(&executor, args, &Control::default());
    assert_eq!((outcome.map(|report| report.lost_workers), out), (Ok(2), squares(100)));
    let always = Args::at(100, 10, Act::Babble);
    let (outcome, _) = squares_of(&executor, always, &Control::default());
    let how = "said what no worker says".to_owned();
    assert_eq!(outcome, Err(Fault::Lost { task: 10, attempts: 3, how }));
}

fn long_results() {
    let (executor, cells) = pool(3);
    // From below a message's room to far above it, the last chunk shorter.
    for chunk in [1, 511, 512, 513, 5000, 100_000] {
        let n = 7 * chunk + chunk / 2 + 1;
        let args = Args { chunk, every: 3, most: 1, ..Args::at(n, 2, Act::Abort) };
        let (outcome, out) = squares_of(&executor, args, &Control::default());
        assert!(
            outcome.is_ok_and(|report| report.lost_workers == 2) && out == squares(n),
            "{chunk}"
        );
        cells.cells().iter().for_each(|cell| cell.store(0, SeqCst));
    }
}
