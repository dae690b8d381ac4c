//! Threads that call a kernel at the same time, each on a problem of its own: what weak scaling asks for.

use crate::harness::roofline::StartingLine;
use crate::kernel::{Case, Choice, Entry, Request};
use crate::{Error, Fault};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// So many threads, the caller among them. Each of the others makes its own problem, so that its memory is
/// first touched by the thread that uses it, and lies where that thread runs.
pub(super) struct Team {
    line: Arc<StartingLine>,
    others: Vec<Member>,
}

/// One of the other threads. It ends when nobody can ask it any more.
struct Member {
    orders: Sender<(Option<Choice>, u64)>,
    /// Nothing at first, when its problem is made; then the time of each order.
    answers: Receiver<Result<Duration, Error>>,
}

impl Team {
    pub(super) fn new(entry: &Entry, request: &Request, threads: usize) -> Result<Team, Fault> {
        let line = Arc::new(StartingLine::new(threads));
        let start = |_| Member::start(*entry, request.clone(), line.clone());
        let others = (1..threads).map(start).collect::<Result<Vec<_>, Fault>>()?;
        others.iter().try_for_each(|member| member.answer().map(drop))?;
        Ok(Team { line, others })
    }

    pub(super) fn threads(&self) -> usize {
        1 + self.others.len()
    }

    /// All threads at the same time, the caller on `mine`: the time of the slowest one.
    pub(super) fn time(
        &self,
        mine: &mut dyn Case,
        choice: Option<Choice>,
        calls: u64,
    ) -> Result<Duration, Fault> {
        for member in &self.others {
            member.orders.send((choice, calls)).map_err(|_| gone())?;
        }
        self.line.wait();
        let mine = mine.time(choice, calls).map_err(Fault::from);
        // All of them are heard before any of them is asked again.
        let others: Vec<Result<Duration, Fault>> = self.others.iter().map(Member::answer).collect();
        others.into_iter().try_fold(mine?, |slowest, other| Ok(slowest.max(other?)))
    }
}

impl Member {
    fn start(entry: Entry, request: Request, line: Arc<StartingLine>) -> Result<Member, Fault> {
        let ((orders, asked), (answer, answers)) = (channel(), channel());
        let serve = move || {
            let mut case = match entry.case(&request) {
                Ok(case) => case,
                Err(why) => return drop(answer.send(Err(why))),
            };
            let mut answered = answer.send(Ok(Duration::ZERO));
            while let (Ok(()), Ok((choice, calls))) = (&answered, asked.recv()) {
                line.wait();
                answered = answer.send(case.time(choice, calls));
            }
        };
        let started = thread::Builder::new().name("abreast-own".to_owned()).spawn(serve);
        let refused = |why: std::io::Error| Fault::Io {
            what: "start a thread".to_owned(),
            why: why.to_string(),
        };
        started.map_err(refused)?;
        Ok(Member { orders, answers })
    }

    fn answer(&self) -> Result<Duration, Fault> {
        Ok(self.answers.recv().map_err(|_| gone())??)
    }
}

/// What a thread can only be by a panic.
fn gone() -> Fault {
    Fault::Panic { task: 0, why: "a thread with a problem of its own has ended".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::compare::times;
    use crate::kernels::REGISTRY;

    #[test]
    fn every_thread_has_its_problem_and_one_that_cannot_be_made_is_a_refusal() {
        let entry = Entry::find(REGISTRY, "dot").unwrap();
        let request = times::request(1000, 1).unwrap();
        let team = Team::new(entry, &request, 3).unwrap();
        let mut mine = entry.case(&request).unwrap();
        let choice = Some(entry.choice().unwrap());
        for calls in [1, 100] {
            assert!(team.time(mine.as_mut(), choice, calls).unwrap() > Duration::ZERO);
        }
        assert_eq!((team.threads(), Team::new(entry, &request, 1).unwrap().threads()), (3, 1));
        let unknown = Some(Choice { variant: "none", ..entry.choice().unwrap() });
        assert!(matches!(team.time(mine.as_mut(), unknown, 1), Err(Fault::Refused(_))));
        assert!(team.time(mine.as_mut(), choice, 1).is_ok(), "a refusal ends no thread");
        let huge = times::request(i64::MAX as u64, 1).unwrap();
        assert!(matches!(Team::new(entry, &huge, 2), Err(Fault::Refused(_))));
    }
}
