//! Futures of work on threads: what is cancelled, what is kept alive, what goes on meanwhile.
#![cfg(feature = "aio")]

use abreast::exec::{self, Cancel, Control, Executor, Threads};
use abreast::{Fault, Tasks, aio};
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// What a future gives, on a runtime of one thread.
fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(future)
}

fn pool(threads: usize) -> Threads {
    Threads::new(threads).unwrap()
}

/// Waits until it is so; a minute is for ever.
fn eventually(so: impl Fn() -> bool) {
    for _ in 0..60_000 {
        if so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("it never came about");
}

fn until_cancelled(cancel: &Cancel) {
    while !cancel.is_cancelled() {
        std::thread::yield_now();
    }
}

#[test]
fn dropping_a_future_stops_its_work_and_drops_what_it_owns() {
    let (pool, kept, (begun, begins)) = (pool(1), Arc::new(()), mpsc::channel());
    let owned = kept.clone();
    let running = aio::to_thread(&pool, move |cancel| {
        begun.send(()).unwrap();
        until_cancelled(cancel);
        drop(owned);
    });
    let (owned, ran) = (kept.clone(), Arc::new(AtomicBool::new(false)));
    let flag = ran.clone();
    let waiting = aio::to_thread(&pool, move |_| {
        flag.store(true, Ordering::Relaxed);
        drop(owned);
    });
    begins.recv().unwrap();
    drop(waiting);
    drop(running);
    eventually(|| Arc::strong_count(&kept) == 1);
    assert!(!ran.load(Ordering::Relaxed), "it was dropped before it began");
}

#[test]
fn cancelled_before_the_start_midway_and_after_the_end() {
    let (pool, (begun, begins)) = (pool(1), mpsc::channel());
    let midway = aio::to_thread(&pool, move |cancel| {
        begun.send(()).unwrap();
        until_cancelled(cancel);
        "half of it"
    });
    let before = aio::to_thread(&pool, |_| panic!("it must not begin"));
    before.cancel();
    begins.recv().unwrap();
    midway.cancel();
    assert_eq!(block_on(midway), Err(Fault::Cancelled));
    assert_eq!(block_on(before), Err::<(), _>(Fault::Cancelled));
    let after = aio::to_thread(&pool, |_| "all of it");
    // One thread does one thing after another: when this has ended, so has the one before.
    block_on(aio::to_thread(&pool, |_| ())).unwrap();
    after.cancel();
    assert_eq!(block_on(after), Ok("all of it"));
}

#[test]
fn the_event_loop_ticks_while_a_thread_works() {
    let ticks = Arc::new(AtomicUsize::new(0));
    let seen = ticks.clone();
    // The work ends only because the loop goes on.
    let work = aio::to_thread(&pool(1), move |_| {
        eventually(|| seen.load(Ordering::Relaxed) >= 20);
        seen.load(Ordering::Relaxed)
    });
    block_on(async {
        let mut work = std::pin::pin!(work);
        let done = std::future::poll_fn(|context| {
            std::task::Poll::Ready(work.as_mut().poll(context).is_ready())
        });
        let mut done = done;
        while !(&mut done).await {
            ticks.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
    });
    assert!(ticks.load(Ordering::Relaxed) >= 20);
}

#[test]
fn a_panic_is_a_fault_also_when_nobody_looks() {
    let pool = pool(1);
    let loud = aio::to_thread(&pool, |_| -> u8 { panic!("seeded {}", 7) });
    assert_eq!(block_on(loud), Err(Fault::Panic { task: 0, why: "seeded 7".to_owned() }));

    /// A value that cannot even be dropped in peace.
    struct Grudge;
    impl Drop for Grudge {
        fn drop(&mut self) {
            panic!("seeded");
        }
    }
    let (begun, begins) = mpsc::channel();
    let unwanted = aio::to_thread(&pool, move |cancel| {
        begun.send(()).unwrap();
        until_cancelled(cancel);
        Grudge
    });
    begins.recv().unwrap();
    drop(unwanted);
    let grudge = Grudge;
    let (go, gone) = mpsc::channel::<()>();
    let busy = aio::to_thread(&pool, move |_| gone.recv());
    drop(aio::to_thread(&pool, move |_| drop(grudge)));
    go.send(()).unwrap();
    block_on(busy).unwrap().unwrap();
    assert_eq!(block_on(aio::to_thread(&pool, |_| 5)), Ok(5), "the pool lives on");
}

#[test]
fn nothing_gathers_to_nothing() {
    assert_eq!(block_on(aio::gather(Vec::<std::future::Ready<u8>>::new())), Vec::<u8>::new());
    let none: Vec<std::future::Ready<Result<u8, ()>>> = Vec::new();
    assert_eq!(block_on(aio::try_gather(none)), Ok(vec![]));
}

#[test]
fn outputs_come_in_the_order_of_the_futures() {
    let pool = pool(4);
    let later = |k: usize| {
        aio::to_thread(&pool, move |_| {
            (0..abreast::sample::splitmix64(1, k as u64) % 500)
                .for_each(|_| std::hint::spin_loop());
            k
        })
    };
    let outputs = block_on(aio::try_gather((0..5000).map(later))).unwrap();
    assert!(outputs.into_iter().eq(0..5000));
}

#[test]
fn gather_waits_for_all_and_try_gather_drops_what_comes_after_a_failure() {
    let pool = pool(4);
    let log = Arc::new(Mutex::new(Vec::new()));
    // The third fails first, then the second; the fourth would never end.
    let (tell, told) = mpsc::channel();
    let first = aio::to_thread(&pool, |_| Ok(1));
    let second =
        aio::to_thread(&pool, move |_| told.recv().map_err(|_| "second").and(Err("second")));
    // Not before the fourth runs: one that is dropped before that never does.
    let (begin, begun) = mpsc::channel();
    let third = aio::to_thread(&pool, move |_| begun.recv().map_err(|_| "never").and(Err("third")));
    let notes = log.clone();
    let fourth = aio::to_thread(&pool, move |cancel| {
        begin.send(()).unwrap();
        until_cancelled(cancel);
        notes.lock().unwrap().push("fourth was told to stop");
        tell.send(()).unwrap();
        Ok(4)
    });
    let flat = |work: aio::ToThread<Result<i32, &'static str>>| async { work.await.unwrap() };
    let all = [first, second, third, fourth].map(flat);
    // The second can only end once the fourth has been dropped.
    assert_eq!(block_on(aio::try_gather(all)), Err("second"));
    assert_eq!(*log.lock().unwrap(), ["fourth was told to stop"]);

    let each =
        (0..6).map(|k| aio::to_thread(&pool, move |_| if k % 2 == 0 { Ok(k) } else { Err(k) }));
    let outputs = block_on(aio::gather(each));
    let outputs: Vec<Result<i32, i32>> = outputs.into_iter().map(Result::unwrap).collect();
    assert_eq!(outputs, [Ok(0), Err(1), Ok(2), Err(3), Ok(4), Err(5)]);
}

#[test]
fn an_executor_inside_a_future_computes_and_one_on_the_loop_refuses() {
    struct Nothing;
    impl Tasks for Nothing {
        fn len(&self) -> usize {
            10
        }
        fn run(&self, _: usize) -> Result<(), Fault> {
            Ok(())
        }
    }
    let run = || exec::parse("async:2").unwrap().run(&Nothing, &Control::default());
    let (inside, on_the_loop) =
        block_on(async { (aio::to_thread(&pool(1), move |_| run()).await, run()) });
    assert_eq!(inside.unwrap().unwrap().tasks, 10);
    assert!(matches!(on_the_loop, Err(Fault::Nested { .. })), "{on_the_loop:?}");
}
