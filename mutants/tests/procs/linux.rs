//! The tests, where there are worker processes.

mod deaths;
mod extremes;
mod faults;
mod forked;
mod harm;
mod leaks;
mod modes;
mod startup;
mod table;
mod tamper;

use abreast::exec::{self, Control, Executor, Procs, SharedCells, worker_main};
use abreast::{Fault, Remote};
use abreast_mutants::harm::{Act, Args, COUNTER, Harm};
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::Arc;

/// What workers know.
fn kernels() -> Vec<Remote> {
    let registry = abreast::kernels::REGISTRY.iter().map(Remote::from);
    let own =
        [Remote::of::<Harm<false>>(), Remote::of::<Harm<true>>(), Remote::of::<modes::Rude>()];
    registry.chain(own).collect()
}

pub fn main() -> ExitCode {
    quiet();
    // So that a test can be a program without this line, and one with other kernels.
    match std::env::var("ABREAST_TEST_WORKER").as_deref() {
        Ok("none") => faults::not_a_worker(),
        Ok("other") => worker_main([Remote::of::<Harm<true>>()]),
        Ok("parent") => {
            worker_main(kernels());
            return leaks::parent();
        }
        _ => worker_main(kernels()),
    }
    let arguments = Arguments::from_args();
    let trials = [
        harm::trials(),
        faults::trials(),
        leaks::trials(),
        table::trials(),
        deaths::trials(),
        startup::trials(),
        tamper::trials(),
        extremes::trials(),
        forked::trials(),
        modes::trials(),
    ];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}

/// Keeps the seeded panics, and only those, from filling the screen.
fn quiet() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.payload_as_str().is_some_and(|text| text.starts_with("mutants")) {
            usual(panic);
        }
    }));
}

/// A test by its name.
fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

fn squares(n: u64) -> Vec<u64> {
    (0..n).map(|i| i * i).collect()
}

/// A pool whose kernels can count the harm they do.
fn pool(width: usize) -> (Procs, Arc<SharedCells>) {
    let executor = Procs::new(width).expect("a pool");
    let cells = Arc::new(SharedCells::new(1000).expect("cells"));
    executor.share(COUNTER, &cells);
    (executor, cells)
}

/// Runs `args` into a buffer, which keeps what the other chunks made when one is given up.
fn squares_of(
    executor: &dyn Executor,
    args: Args,
    control: &Control<'_>,
) -> (Result<exec::Report, Fault>, Vec<u64>) {
    let mut out = vec![0; args.n as usize];
    let job = Harm::<false>::job(args).expect("a plan");
    let outcome = job.control(control).on_into(executor, &mut out);
    (outcome, out)
}
