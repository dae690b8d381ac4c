// Example: tests.

use super::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Barrier, mpsc};
use std::time::Duration;

const ON: ControlFlow<()> = ControlFlow::Continue(());

/// Counts its drops.
struct Token(Arc<AtomicU64>);

impl Drop for Token {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn token() -> (Token, Arc<AtomicU64>) {
    let drops = Arc::new(AtomicU64::new(0));
    (Token(Arc::clone(&drops)), drops)
}

#[test]
fn dropped_while_firing_it_is_never_called_again() {
    let relaxation = Relaxation::new().unwrap();
    relaxation.run(1 << 40);
    let (calls, late) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let destroyed = Arc::new(AtomicU64::new(0));
    for round in 0..100_000 {
        let over = Arc::new(AtomicBool::new(false));
        let (ours, calls, late) = (Arc::clone(&over), Arc::clone(&calls), Arc::clone(&late));
        let token = Token(Arc::clone(&destroyed));
        let subscription = relaxation.observe(move |_, _| {
            let _ = &token;
            calls.fetch_add(1, SeqCst);
            late.fetch_add(u64::from(ours.load(SeqCst)), SeqCst);
            ON
        });
        drop(subscription.unwrap());
        over.store(true, SeqCst);
        assert_eq!(destroyed.load(SeqCst), round + 1);
    }
    assert_eq!(late.load(SeqCst), 0);
    // Not by luck: the last one stays until it has been called.
    let (told, heard) = mpsc::channel();
    let last =
        relaxation.observe(move |_, _| told.send(()).map_or(ControlFlow::Break(()), |()| ON));
    heard.recv().unwrap();
    drop(last);
}

#[test]
fn drop_waits_for_the_call_that_runs() {
    let relaxation = Relaxation::new().unwrap();
    let (entered, enters) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let (returned, released) = (Arc::new(AtomicBool::new(false)), Mutex::new(released));
    let ours = Arc::clone(&returned);
    let subscription = relaxation.observe(move |_, _| {
        let _ = entered.send(());
        let _ = released.lock().map(|gate| gate.recv());
        ours.store(true, SeqCst);
        ON
    });
    relaxation.run(1);
    enters.recv().unwrap();
    std::thread::scope(|scope| {
        let dropper = scope.spawn(|| {
            drop(subscription);
            returned.load(SeqCst)
        });
        // Time for a drop that does not wait; one that does needs none.
        std::thread::sleep(Duration::from_millis(20));
        release.send(()).unwrap();
        assert!(dropper.join().unwrap(), "drop was back before the callback");
    });
}

#[test]
fn a_callback_may_end_itself_and_subscribe_others() {
    let relaxation = Relaxation::new().unwrap();
    let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let other: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (calls, (token, drops)) = (Arc::new(AtomicU64::new(0)), token());
    let (inner, inner_calls) = (relaxation.clone(), Arc::clone(&calls));
    let (own_inner, other_inner) = (Arc::clone(&own), Arc::clone(&other));
    let subscription = relaxation.observe(move |_, _| {
        let _ = &token;
        inner.settle();
        let calls = Arc::clone(&inner_calls);
        *other_inner.lock().unwrap() = inner
            .observe(move |_, _| {
                calls.fetch_add(100, SeqCst);
                ControlFlow::Break(())
            })
            .ok();
        inner_calls.fetch_add(1, SeqCst);
        drop(own_inner.lock().unwrap().take());
        ON
    });
    *own.lock().unwrap() = subscription.ok();
    relaxation.run(5);
    relaxation.settle();
    assert_eq!((calls.load(SeqCst), drops.load(SeqCst)), (101, 1));
}

#[test]
fn a_panic_ends_the_callback_and_nothing_else() {
    let relaxation = Relaxation::new().unwrap();
    let (calls, (token, drops)) = (Arc::new(AtomicU64::new(0)), token());
    let ours = Arc::clone(&calls);
    let panics = relaxation.observe(move |sweep, _| {
        let _ = &token;
        std::panic::resume_unwind(Box::new(sweep));
    });
    let stays = relaxation.observe(move |_, _| {
        ours.fetch_add(1, SeqCst);
        ON
    });
    relaxation.run(3);
    relaxation.settle();
    let payload = panics.unwrap().end().expect_err("it has panicked");
    assert_eq!(payload.downcast_ref::<u64>(), Some(&0));
    assert!(stays.unwrap().end().is_ok());
    assert_eq!((calls.load(SeqCst), drops.load(SeqCst)), (3, 1));
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::resume_unwind(Box::new("the payload's own drop"));
    }
}

#[test]
fn a_payload_that_panics_itself_does_not_reach_c() {
    let relaxation = Relaxation::new().unwrap();
    let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (ours, (token, drops)) = (Arc::clone(&own), token());
    let subscription = relaxation.observe(move |_, _| {
        let _ = &token;
        // Nobody is left who would be handed the payload: it is dropped between C's frames.
        drop(ours.lock().unwrap().take());
        std::panic::resume_unwind(Box::new(Bomb));
    });
    *own.lock().unwrap() = subscription.ok();
    relaxation.run(2);
    relaxation.settle();
    assert_eq!(drops.load(SeqCst), 1);
}

#[test]
fn sweeps_beyond_all_numbers_are_without_end() {
    let relaxation = Relaxation::new().unwrap();
    let (told, heard) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let subscription = relaxation.observe(move |sweep, _| {
        let _ = told.send(sweep);
        let _ = released.lock().map(|gate| gate.recv());
        ON
    });
    // The first sweep runs when the other requests come: their sum is not 1 sweep.
    relaxation.run(u64::MAX);
    assert_eq!(heard.recv(), Ok(0));
    relaxation.run(2);
    drop(release);
    // Time for one that stops; one that goes on needs none.
    assert_eq!(heard.recv_timeout(Duration::from_secs(60)), Ok(1));
    drop(subscription);
}

#[test]
fn the_data_is_destroyed_once_whoever_ends_it() {
    for way in 0..3 {
        let relaxation = Relaxation::new().unwrap();
        let (token, drops) = token();
        let subscription = relaxation.observe(move |_, _| {
            let _ = &token;
            ControlFlow::Break(())
        });
        if way > 0 {
            relaxation.run(1);
            relaxation.settle();
        }
        let mut kept = Some(subscription);
        match way {
            0 => drop((relaxation, kept.take())),
            1 => drop(kept.take()),
            // It is not unregistered; it has broken off by itself.
            _ => {}
        }
        assert_eq!(drops.load(SeqCst), 1, "way {way}");
        drop(kept);
    }
}

#[test]
fn the_last_owner_may_be_in_the_callback() {
    let relaxation = Relaxation::new().unwrap();
    let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let ours = Arc::clone(&own);
    let ((token, drops), (told, heard)) = (token(), mpsc::channel::<()>());
    let subscription = relaxation.observe(move |_, _| {
        let _ = (&token, &told);
        // Waits until the test has let go; then the iteration is ended on its own thread.
        drop(ours.lock().unwrap().take());
        ON
    });
    let mut guard = own.lock().unwrap();
    *guard = subscription.ok();
    relaxation.run(1);
    drop((relaxation, guard));
    // Disconnected when the closure is gone.
    assert!(heard.recv().is_err());
    assert_eq!(drops.load(SeqCst), 1);
}

type Owned = Arc<Mutex<Option<(Relaxation, Subscription)>>>;

/// An iteration whose callback lets go of `other` when all have met, and tells whether it was still there
/// itself after that.
fn lets_go(other: &Owned, meet: &Arc<Barrier>) -> (Relaxation, Subscription, mpsc::Receiver<bool>) {
    let relaxation = Relaxation::new().unwrap();
    let ((token, drops), (tell, told)) = (token(), mpsc::channel());
    let (other, meet) = (Arc::clone(other), Arc::clone(meet));
    let subscription = relaxation.observe(move |_, _| {
        let _ = &token;
        // Nothing of the closure is touched after it: were it gone, that would be another bug.
        let (drops, tell, taken) = (Arc::clone(&drops), tell.clone(), other.lock().unwrap().take());
        meet.wait();
        drop(taken);
        let _ = tell.send(drops.load(SeqCst) == 0);
        ON
    });
    (relaxation, subscription.unwrap(), told)
}

#[test]
fn two_iterations_may_end_each_other() {
    for _ in 0..20 {
        let (meet, for_a, for_b) = (Arc::new(Barrier::new(2)), Owned::default(), Owned::default());
        let (a, of_a, told_a) = lets_go(&for_a, &meet);
        let (b, of_b, told_b) = lets_go(&for_b, &meet);
        let (mut held_a, mut held_b) = (for_a.lock().unwrap(), for_b.lock().unwrap());
        [&a, &b].iter().for_each(|relaxation| relaxation.run(1));
        (*held_a, *held_b) = (Some((b, of_b)), Some((a, of_a)));
        drop((held_a, held_b));
        for told in [told_a, told_b] {
            let hang = Duration::from_secs(60);
            assert_eq!(
                told.recv_timeout(hang),
                Ok(true),
                "each waits, or it was destroyed too early"
            );
            // Disconnected when the closure is gone.
            assert_eq!(told.recv_timeout(hang), Err(mpsc::RecvTimeoutError::Disconnected));
        }
    }
}
