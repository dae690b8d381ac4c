//! A process forked from the one whose workers they are: it leaves them alone.
#![allow(unsafe_code)]

use super::trial;
use abreast::Fault;
use abreast::exec::{Executor, Procs, SharedCells, Signal};
use abreast::kernels::dot::Dot;
use libtest_mimic::Trial;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    vec![trial("a_forked_child_leaves_its_parents_workers_alone", leaves_workers_alone)]
}

/// Does the work in a child of this process, and whether it ended well.
fn in_child(work: impl FnOnce()) -> bool {
    // SAFETY: the child does the work, which takes no lock that another thread of this program holds
    // but the allocator's, which the system sees to; it never returns to what called this.
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
    waited == child && status == 0
}

fn leaves_workers_alone() {
    let executor = Procs::new(2).expect("workers");
    let x = vec![0.1; 300_000];
    let job = Dot::job(&x, &x).expect("a job");
    let dot = |executor: &Procs| job.on(executor).map(f64::to_bits);
    let right = dot(&executor).expect("a product");
    let pids = executor.pids();
    assert!(!pids.is_empty());

    let (mut kept, cells) = (Some(executor), Arc::new(SharedCells::new(1).expect("memory")));
    let ended_well = in_child(|| {
        let executor = kept.take().expect("a copy");
        let fault = dot(&executor).expect_err("workers of somebody else's");
        assert!(matches!(fault, Fault::Forked { .. }), "{fault}");
        assert!(fault.to_string().contains(&executor.name()), "{fault}");
        assert!(executor.pids().is_empty());
        assert!(!executor.signal(0, Signal::Kill));
        executor.share("cells", &cells);
        drop(executor);
        // What a child may do: work by itself.
        assert_eq!(abreast::dot(&x, &x).map(f64::to_bits), Ok(right));
    });
    assert!(ended_well);

    let executor = kept.take().expect("still here");
    let mut items = job.blank().expect("memory");
    let report = job.on_into(&executor, &mut items).expect("a run");
    assert_eq!((report.lost_workers, report.respawned), (0, 0));
    assert_eq!(job.finish(items.into()).to_bits(), right);
    assert_eq!(executor.pids(), pids, "the same workers");
}
