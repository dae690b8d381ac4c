//! Kernels as futures: the same bits, and operands that live as long as C reads them.

use crate::exec::Threads;
use crate::kernels::dot::Dot;
use crate::{Error, Fault, Kernel, aio};
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
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

#[test]
fn a_kernel_gives_the_bits_of_a_plain_run_under_every_throttle() {
    let (pool, x) = (pool(3), Arc::new(vec![0.1f64; 300_000]));
    for variant in Dot::<f64>::VARIANTS {
        let name = variant.name;
        let plain = Dot::job(&x, &x).unwrap().variant(name).unwrap().call().unwrap();
        let dot = |most| aio::map(&pool, x.clone(), |x| Dot::job(x, x)?.variant(name), most);
        let runs = [None, Some(0), Some(1), Some(2), Some(100)].map(dot);
        for dot in block_on(aio::try_gather(runs)).unwrap() {
            assert_eq!(dot.to_bits(), plain.to_bits(), "{variant:?}");
        }
    }
}

#[test]
fn a_kernel_that_refuses_its_operands_says_so_in_the_future() {
    let operands = (vec![1.0; 3], vec![1.0; 4]);
    let dot = aio::map(&pool(1), operands, |(x, y)| Dot::job(x, y), None);
    assert!(matches!(block_on(dot), Err(Fault::Refused(Error::Length { .. }))));
}

/// An operand that spoils its numbers and says so when it goes.
struct Kept {
    x: Vec<f64>,
    gone: Arc<AtomicBool>,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.x.fill(f64::NAN);
        self.gone.store(true, Ordering::Relaxed);
    }
}

#[test]
fn operands_outlive_a_future_that_is_dropped_while_c_reads_them() {
    let pool = pool(2);
    for _ in 0..20 {
        let (gone, (begun, begins)) = (Arc::new(AtomicBool::new(false)), mpsc::channel());
        let kept = Kept { x: vec![1.0; 2_000_000], gone: gone.clone() };
        let future = aio::map(
            &pool,
            kept,
            move |kept: &Kept| {
                begun.send(()).unwrap();
                Dot::job(&kept.x, &kept.x)?.variant("c")
            },
            None,
        );
        // The kernel is at its first chunks, of a few milliseconds' worth.
        begins.recv().unwrap();
        drop(future);
        eventually(|| gone.load(Ordering::Relaxed));
    }
    // The pool is as good as new.
    assert_eq!(block_on(aio::to_thread(&pool, |_| 1)), Ok(1));
}

/// What a panic carries, and what panics once more when it is dropped: with itself, `again` times.
struct Malicious(u32);

impl Drop for Malicious {
    fn drop(&mut self) {
        if self.0 > 0 {
            std::panic::panic_any(Malicious(self.0 - 1));
        }
    }
}

#[test]
fn a_panic_whose_payload_panics_when_dropped_is_a_panic_and_not_a_cancellation() {
    let pool = pool(1);
    for again in 1..4 {
        let broken = aio::to_thread(&pool, move |_| std::panic::panic_any(Malicious(again)));
        let outcome: Result<(), Fault> = block_on(broken);
        let want = "a value that is not text".to_owned();
        assert_eq!(outcome, Err(Fault::Panic { task: 0, why: want }), "{again}");
        // A result that nobody takes, and whose drop does the same, costs the pool nothing either.
        drop(aio::to_thread(&pool, move |_| Malicious(again)));
        assert_eq!(block_on(aio::to_thread(&pool, |_| 1)), Ok(1));
    }
}

/// Runtimes want a word from time to time: tokio after 128 futures. Those beyond must not be asked again and again.
#[test]
fn no_future_is_polled_more_often_than_it_was_woken() {
    const MANY: usize = 2000;
    let polls = std::cell::Cell::new(0);
    let sent = (0..MANY).map(|i| {
        let (sender, mut receiver) = tokio::sync::oneshot::channel();
        sender.send(i).unwrap();
        let polls = &polls;
        std::future::poll_fn(move |context| {
            polls.set(polls.get() + 1);
            std::pin::Pin::new(&mut receiver).poll(context)
        })
    });
    let got = block_on(aio::gather(sent));
    assert!(got.into_iter().map(Result::unwrap).eq(0..MANY));
    assert_eq!(polls.get(), MANY);
}
