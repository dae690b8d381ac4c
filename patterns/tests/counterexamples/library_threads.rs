//! Threads of a library that nobody has counted, and those that a fork leaves behind.
#![allow(unsafe_code)]

use crate::{Counterexample, End};
use abreast_patterns::library_threads::raw::{
    ab_team_free, ab_team_new, ab_team_sum_unasked, ab_threads_most,
};
use std::sync::Barrier;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "every_caller_has_its_own_threads",
        run: every_caller_has_its_own_threads,
        // 7 would be enough for eight cores.
        ends: &[End::Says("threads below the border: 28")],
    },
    Counterexample {
        name: "used_in_a_forked_child",
        run: used_in_a_forked_child,
        ends: &[End::Says("the child was ended by an alarm: true")],
    },
];

fn every_caller_has_its_own_threads() {
    let met = Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                // As a library does that takes the machine for its own.
                let team = ab_team_new(7);
                met.wait();
                // SAFETY: made above, ended once.
                unsafe { ab_team_free(team) };
            });
        }
    });
    println!("threads below the border: {}", ab_threads_most());
}

fn used_in_a_forked_child() {
    let (team, x, mut sum) = (ab_team_new(1), [1.0; 5000], 0.0);
    // SAFETY: the team is alive.
    let status = unsafe { ab_team_sum_unasked(team, x.as_ptr(), x.len(), &mut sum) };
    println!("in the parent: {status}, {sum}");
    // SAFETY: the child does what it must not: it waits for a thread that it has not got.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: none, as told.
        unsafe {
            libc::alarm(1);
            ab_team_sum_unasked(team, x.as_ptr(), x.len(), &mut sum);
            libc::_exit(0);
        }
    }
    let mut status = 0;
    // SAFETY: a child of this process.
    unsafe { libc::waitpid(child, &mut status, 0) };
    let by_alarm = libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGALRM;
    println!("the child was ended by an alarm: {by_alarm}");
    // SAFETY: made above, ended once.
    unsafe { ab_team_free(team) };
}
