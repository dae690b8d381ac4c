//! `mpi:dynamic:threads:2`: executors by name, for `--exec`.

use crate::world::Team;
use crate::{Mpi, Schedule};
use abreast::executor::Executor;
use abreast::executors::ExecutorEntry;
use abreast::{Error, Fault};
use std::cell::RefCell;
use std::rc::Rc;

/// `mpi`, `mpi:SCHEDULE` and `mpi:SCHEDULE:EXECUTOR`, for [`executors::add`](abreast::executors::add): on the
/// ranks of the world that this thread is in, each of which computes on `EXECUTOR`.
pub const EXECUTORS: &[ExecutorEntry] = &[ExecutorEntry {
    name: "mpi",
    about: "ranks of MPI; mpi:static or mpi:dynamic, and what each rank computes on: mpi:static:threads:2",
    make,
}];

thread_local! {
    static HERE: RefCell<Option<Rc<Team>>> = const { RefCell::new(None) };
}

/// While it lives, names stand for executors of this world.
pub struct Named;

impl Named {
    /// Of `world`.
    pub fn within(team: &Rc<Team>) -> Named {
        HERE.replace(Some(team.clone()));
        Named
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        HERE.take();
    }
}

fn make(text: Option<&str>) -> Result<Box<dyn Executor>, Error> {
    let text = text.unwrap_or("dynamic");
    let (schedule, inner) = text.split_once(':').unwrap_or((text, "serial"));
    let world = HERE.with_borrow(Clone::clone).ok_or_else(|| {
        Error::argument(
            "executor",
            "mpi",
            "exists on the thread that runs what `with_world` is given",
        )
    })?;
    let mpi = Mpi::new(&world, Schedule::parse(schedule)?, inner);
    mpi.map(|mpi| Box::new(mpi) as _).map_err(|why| match why {
        Fault::Refused(why) => why,
        other => Error::argument("executor", format!("mpi:{text}"), other.to_string()),
    })
}
