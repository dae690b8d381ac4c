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
    use crate::loading::{Plugin, raw};
    use libloading::os::unix::Library;
    use std::hint::black_box;
    use std::io::Write;
    use std::path::Path;
    use std::time::Duration;
    use tempfile::NamedTempFile;

    /// The library, which is part of the program: that may have been taken away from where it was built.
    static LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/plugin.so"));

    /// What `open` makes of a file of it. What is loaded needs its file no longer.
    fn opened<R>(open: impl FnOnce(&Path) -> R) -> R {
        let mut copy = NamedTempFile::new().expect("a file in the folder for temporary ones");
        copy.write_all(LIBRARY).expect("room for it");
        // Closed before: some systems do not load a file that somebody writes to.
        open(&copy.into_temp_path())
    }

    pub fn once(times: u64) -> Duration {
        // SAFETY: the library of this page, which is left without a thread.
        let plugin = opened(|file| unsafe { Plugin::open_to_unload(file) });
        let plugin = plugin.expect("the library of this page");
        let mut smoother = plugin.smoother(0.5).expect("memory");
        super::super::timed(times, |_| {
            black_box(smoother.push(black_box(1.0)));
        })
    }

    pub fn each_time(times: u64) -> Duration {
        // SAFETY: the library of this page.
        let library = opened(|file| unsafe { Library::new(file) }).expect("the library of this page");
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
