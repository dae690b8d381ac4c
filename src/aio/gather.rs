//! Many futures as one.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use tokio::task::coop::has_budget_remaining;

/// Every output, in the order of the futures, once all of them have ended. They run side by side;
/// an output that is an error does not stop the others. No futures give no outputs.
///
/// ```
/// use abreast::{Fault, aio, exec::Threads};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let pool = Threads::new(2)?;
/// let halves = [4u32, 0, 2].map(|k| aio::to_thread(&pool, move |_| 8 / k));
/// let halves = aio::gather(halves).await;
/// assert_eq!((&halves[0], &halves[2]), (&Ok(2), &Ok(4)));
/// assert!(matches!(halves[1], Err(Fault::Panic { .. })));
/// # Ok::<(), abreast::Fault>(())
/// # }).unwrap();
/// ```
pub async fn gather<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let futures = futures.into_iter().map(|future| async { Ok::<_, Infallible>(future.await) });
    let Ok(outputs) = try_gather(futures).await;
    outputs
}

/// Every output, in the order of the futures, or the first error in that order. When a future
/// fails, those after it are dropped, which cancels them; those before it still run, as one of them
/// may fail too: the error does not depend on who was faster.
///
/// # Errors
/// That of the first future, in order, that gives one.
///
/// ```
/// use abreast::{aio, exec::Threads};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let pool = Threads::new(2)?;
/// let squares = (0..4).map(|k| aio::to_thread(&pool, move |_| k * k));
/// assert_eq!(aio::try_gather(squares).await?, [0, 1, 4, 9]);
/// # Ok::<(), abreast::Fault>(())
/// # }).unwrap();
/// ```
pub async fn try_gather<T, E>(
    futures: impl IntoIterator<Item = impl Future<Output = Result<T, E>>>,
) -> Result<Vec<T>, E> {
    let mut places: Vec<_> = futures.into_iter().map(|f| Place::Running(Box::pin(f))).collect();
    let roster = Arc::new(Roster::default());
    let wakers: Vec<Waker> = (0..places.len())
        .map(|place| Waker::from(Arc::new(Bell { place, roster: Arc::clone(&roster) })))
        .collect();
    let mut woken: VecDeque<usize> = (0..places.len()).collect();
    let (mut running, mut failure) = (places.len(), None);
    poll_fn(|context| {
        roster.lock().listener = Some(context.waker().clone());
        woken.extend(roster.take());
        while let Some(place) = woken.pop_front() {
            // tokio lets a task poll so many of its futures and wants a word then. Those beyond would say that they
            // are not ready and ask to be polled again, each of them and each time.
            if !has_budget_remaining() {
                woken.push_front(place);
                context.waker().wake_by_ref();
                break;
            }
            // Whoever rings after it has ended, or after it was dropped, is late.
            let Some(Place::Running(future)) = places.get_mut(place) else { continue };
            let mut context = Context::from_waker(&wakers[place]);
            let Poll::Ready(outcome) = future.as_mut().poll(&mut context) else { continue };
            running -= 1;
            match outcome {
                Ok(output) => places[place] = Place::Ended(output),
                Err(error) => {
                    let dropped = places.drain(place..);
                    running -= dropped.skip(1).filter(Place::is_running).count();
                    failure = Some(error);
                }
            }
        }
        if running == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    match failure {
        Some(error) => Err(error),
        None => Ok(places.into_iter().filter_map(Place::output).collect()),
    }
}

/// Where a future stands in the order.
enum Place<F, T> {
    Running(Pin<Box<F>>),
    Ended(T),
}

impl<F, T> Place<F, T> {
    fn is_running(&self) -> bool {
        matches!(self, Place::Running(_))
    }

    fn output(self) -> Option<T> {
        match self {
            Place::Running(_) => None,
            Place::Ended(output) => Some(output),
        }
    }
}

/// Which futures want to be polled, so that nobody polls all of them to find one that is ready.
#[derive(Default)]
struct Roster(Mutex<State>);

#[derive(Default)]
struct State {
    woken: Vec<usize>,
    listener: Option<Waker>,
}

impl Roster {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|dead| dead.into_inner())
    }

    fn take(&self) -> Vec<usize> {
        std::mem::take(&mut self.lock().woken)
    }
}

/// The waker of one future.
struct Bell {
    place: usize,
    roster: Arc<Roster>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        let mut state = self.roster.lock();
        state.woken.push(self.place);
        let listener = state.listener.take();
        drop(state);
        // Outside the lock: it may poll at once.
        if let Some(listener) = listener {
            listener.wake();
        }
    }
}
