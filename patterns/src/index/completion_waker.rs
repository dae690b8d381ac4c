use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::completion_waker::Summer;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread::{self, Thread};

pub static ROW: Row = Row {
    number: 33,
    name: "completion_waker",
    title: "Completion to waker",
    chapter: Chapter::Build,
    goes_wrong: "a future is dropped while C still uses its buffer",
    tests: &[
        "no_wake_is_lost",
        "a_dropped_future_cancels_and_its_memory_waits_for_c",
        "the_last_poll_is_woken_once_and_a_panic_stays_there",
        "the_library_may_end_on_its_own_thread",
        "two_libraries_may_end_each_other",
        "every_status_has_an_error",
    ],
    proofs: &[Proof::Counterexample("buffer_dies_with_its_future")],
    cost: Cost::Measured(&[Pair {
        what: "a job of C's thread, awaited",
        run: |times| {
            let summer = Summer::new().unwrap();
            let waker = Waker::from(Arc::new(Unpark(thread::current())));
            timed(times, |i| {
                let mut sum = pin!(summer.sum(vec![i as f64]).unwrap());
                while sum.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                    thread::park();
                }
            })
        },
        baseline: "a thread of Rust, through two channels",
        run_baseline: |times| {
            let (jobs, inbox) = std::sync::mpsc::channel::<Vec<f64>>();
            let (reply, sums) = std::sync::mpsc::channel();
            thread::scope(|scope| {
                scope.spawn(|| {
                    inbox.into_iter().for_each(|x| reply.send(x.iter().sum::<f64>()).unwrap());
                });
                let taken = timed(times, |i| {
                    jobs.send(vec![i as f64]).unwrap();
                    black_box(sums.recv().unwrap());
                });
                drop(jobs);
                taken
            })
        },
    }]),
};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
