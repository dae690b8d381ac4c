//! A child of fork: what was made in the parent and has threads, or a lock, is refused there instead of
//! waited for; everything else works.
#![cfg(all(unix, feature = "aio"))]
#![allow(unsafe_code)]

use abreast::exec::{Async, Control, Executor, Locked, Serial, Threads};
use abreast::graph::Graph;
use abreast::kernel::{Case, Choice, Entry, Request};
use abreast::kernels::REGISTRY;
use abreast::{Fault, Tasks, aio};
use std::future::Future;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};

/// Does the work in a child of this process, which fails when the work panics or does not end.
#[track_caller]
fn in_child(work: impl FnOnce()) {
    // SAFETY: the child does the work and never returns to what called this. Of the locks that other
    // threads may hold it needs the allocator's only, which the system sees to.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: ends the child if it hangs.
        unsafe { libc::alarm(60) };
        let done = catch_unwind(AssertUnwindSafe(work));
        if let Err(panic) = &done {
            let text = panic.downcast_ref::<String>().map_or("a panic in the child", |text| text);
            let _ = std::io::stderr().write_all(format!("{text}\n").as_bytes());
        }
        // SAFETY: ends the child without running what belongs to the parent.
        unsafe { libc::_exit(i32::from(done.is_err())) };
    }
    let mut status = 0;
    // SAFETY: waits for the child and writes to a variable of this function.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!((waited, status), (child, 0), "the child's end; 14 is the alarm");
}

/// What a problem of many chunks gives there, as a hash.
fn hash_on(executor: &dyn Executor, (case, choice): &Problem) -> Result<u64, Fault> {
    let mut drive = |tasks: &dyn Tasks| executor.run(tasks, &Control::default()).map(drop);
    case.run(*choice, 0, &mut drive).map(|answer| answer.hash)
}

type Problem = (Box<dyn Case>, Choice);

fn problem() -> Problem {
    let problem =
        |entry: &Entry| Some((entry.case(&Request::size(300_000)).ok()?, entry.choice().ok()?));
    let mut problems = REGISTRY.iter().filter_map(problem);
    problems.find(|(case, _)| case.chunks() > 1).expect("a problem of many chunks")
}

fn threads() -> Threads {
    Threads::new(2).expect("threads")
}

#[test]
fn a_pool_of_the_parent_is_refused_in_the_child_and_dropped_there_in_peace() {
    let x = problem();
    let executors: [fn() -> Box<dyn Executor>; 4] = [
        || Box::new(threads()),
        || Box::new(Async::new(2).expect("threads")),
        || Box::new(Locked::new(threads())),
        || Box::new(Locked::<Serial>::default()),
    ];
    for make in executors {
        let executor = make();
        let right = hash_on(&*executor, &x);
        assert!(right.is_ok(), "{right:?}");
        let mut executor = Some(executor);
        in_child(|| {
            let executor = executor.take().expect("a copy");
            let fault = hash_on(&*executor, &x).expect_err("threads of somebody else's");
            assert_eq!(fault, Fault::Forked { executor: executor.name() });
            let graph = Graph::new();
            let one = graph.task("one", (), |()| 1);
            let refused = graph.compute(&*executor, &Control::default(), one).map(|run| run.value);
            assert_eq!(refused, Err(Fault::Forked { executor: executor.name() }));
            drop(executor);
            // What a child may do: work by itself, and on threads of its own.
            assert_eq!(hash_on(&Serial, &x), right);
            assert_eq!(hash_on(&*make(), &x), right);
        });
        assert_eq!(hash_on(&*executor.expect("still here"), &x), right, "in the parent");
    }
}

#[test]
fn a_lock_held_at_the_fork_is_refused_in_the_child() {
    let (executor, x) = (Arc::new(Locked::new(Serial)), problem());
    let (held, is_held) = mpsc::channel();
    let (let_go, go) = mpsc::channel::<()>();
    let other = std::thread::spawn({
        let executor = executor.clone();
        move || {
            let graph = Graph::new();
            let go = std::sync::Mutex::new(go);
            let wait = graph.task("wait", (), move |()| {
                held.send(()).expect("somebody waits");
                go.lock().expect("nobody panics").recv().expect("somebody sends");
            });
            graph.compute(&*executor, &Control::default(), wait).map(|run| run.value)
        }
    });
    is_held.recv().expect("the task runs");
    in_child(|| {
        assert_eq!(hash_on(&*executor, &x), Err(Fault::Forked { executor: executor.name() }))
    });
    let_go.send(()).expect("the task waits");
    assert_eq!(other.join().expect("no panic"), Ok(()));
}

#[test]
fn a_future_of_the_parents_pool_ends_in_the_child() {
    let pool = threads();
    let (let_go, go) = mpsc::channel::<()>();
    let mut waits = Box::pin(aio::to_thread(&pool, move |_| go.recv().is_ok()));
    let done = aio::to_thread(&pool, |_| 7);
    let mut done = Box::pin(done);
    let mut context = Context::from_waker(Waker::noop());
    while done.as_mut().poll(&mut context).is_pending() {
        std::thread::yield_now();
    }
    in_child(|| {
        let refusal = Fault::Forked { executor: pool.name() };
        assert_eq!(waits.as_mut().poll(&mut context), Poll::Ready(Err(refusal.clone())));
        let mut new = Box::pin(aio::to_thread(&pool, |_| 8));
        assert_eq!(new.as_mut().poll(&mut context), Poll::Ready(Err(refusal)));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        assert_eq!(runtime.block_on(aio::to_thread(&threads(), |_| 9)), Ok(9));
    });
    let_go.send(()).expect("the task waits");
}
