use super::{Chapter, Cost, Proof, Row};

pub static ROW: Row = Row {
    number: 46,
    name: "loading",
    title: "Loading at run time",
    chapter: Chapter::Build,
    goes_wrong: "a function, a thread or a destructor of a library outlives it",
    tests: &[
        "what_is_not_unloaded_keeps_its_state",
        "what_is_unloaded_runs_its_destructors_and_starts_afresh",
        "a_thread_that_has_used_it_ends_after_the_unload",
        "a_thread_that_ends_while_it_is_loaded_is_counted",
        "its_own_threads_are_stopped_before_it_is_unloaded",
        "what_is_no_plugin_is_refused_and_named",
    ],
    proofs: &[
        Proof::Counterexample("function_kept_after_the_unload"),
        Proof::Counterexample("unloaded_before_its_thread_ends"),
        Proof::Counterexample("exit_while_its_thread_works"),
        Proof::CompileFail("E0505"),
    ],
    cost: COST,
};

const BASELINE: &str = "looked up for each call";

#[cfg(not(feature = "loading"))]
const COST: Cost = Cost::Unbuilt { baseline: BASELINE, why: "built without the feature `loading`" };

#[cfg(feature = "loading")]
const COST: Cost = Cost::Measured(&[super::Pair {
    what: "a call of a function that was looked up once",
    run: priced::once,
    baseline: BASELINE,
    run_baseline: priced::each_time,
}]);

#[cfg(feature = "loading")]
#[allow(unsafe_code)]
mod priced {
    use crate::loading::{Plugin, example_library, raw};
    use libloading::os::unix::Library;
    use std::hint::black_box;
    use std::time::Duration;

    pub fn once(times: u64) -> Duration {
        // SAFETY: the library of this page.
        let plugin = unsafe { Plugin::open(&example_library()) }.expect("the build script made it");
        let mut smoother = plugin.smoother(0.5).expect("memory");
        super::super::timed(times, |_| {
            black_box(smoother.push(black_box(1.0)));
        })
    }

    pub fn each_time(times: u64) -> Duration {
        // SAFETY: the library of this page.
        let library = unsafe { Library::new(example_library()) }.expect("the build script made it");
        // SAFETY: the type is that of `plugin.h`.
        let new = unsafe { library.get::<raw::ab_smoother_new>(b"ab_smoother_new") };
        // SAFETY: as above.
        let free = unsafe { library.get::<raw::ab_smoother_free>(b"ab_smoother_free") };
        let (new, free) = (new.expect("it is there"), free.expect("it is there"));
        // SAFETY: any number will do.
        let smoother = unsafe { new(0.5) };
        let took = super::super::timed(times, |_| {
            // SAFETY: the type is that of `plugin.h`.
            let push = unsafe { library.get::<raw::ab_smoother_push>(b"ab_smoother_push") };
            // SAFETY: the smoother is alive.
            black_box(unsafe { push.expect("it is there")(smoother, black_box(1.0)) });
        });
        // SAFETY: made above, ended once.
        unsafe { free(smoother) };
        took
    }
}
