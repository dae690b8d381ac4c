//! What the page about threads below the border says of OpenMP, counted with the compiler's own: a limit that is set by
//! a call holds for the thread that made it, one from the environment for all, and a forked child has no threads.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The program, or why there is none.
static PROGRAM: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openmp");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openmp/program.c");
    let compiler = std::env::var_os("CC").unwrap_or("cc".into());
    let mut command = Command::new(&compiler);
    command.args(["-std=c11", "-fopenmp", "-pthread", "-o"]).arg(&program).arg(source);
    let output = command.output().map_err(|why| format!("{compiler:?}: {why}"))?;
    let complained = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(program) } else { Err(complained.into_owned()) }
});

/// What it prints where each team has two threads unless told otherwise. `None` without OpenMP.
fn said(arguments: &[&str]) -> Option<String> {
    let program = match &*PROGRAM {
        Ok(program) => program,
        Err(why) => {
            eprintln!("skipped: the compiler of C has no OpenMP: {why}");
            return None;
        }
    };
    let mut command = Command::new(program);
    command.args(arguments).env_remove("OMP_THREAD_LIMIT");
    command.env("OMP_NUM_THREADS", "2").env("OMP_DYNAMIC", "false");
    let output = command.output().expect("started");
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn a_limit_set_by_main_is_mains_own() {
    let Some(said) = said(&[]) else { return };
    let caller = "caller: 2, after omp_set_num_threads(1): 1\n";
    let expected =
        format!("main, after omp_set_num_threads(5): 5\n{}at once: 6\n", caller.repeat(3));
    assert_eq!(said, expected);
}

#[test]
fn a_forked_child_waits_for_threads_that_it_has_not_got() {
    let Some(said) = said(&["fork"]) else { return };
    // LLVM's OpenMP starts new ones instead.
    let ends = ["child: ended by signal 14\n", "child: 2\n"].map(|end| format!("parent: 2\n{end}"));
    assert!(ends.contains(&said), "{said}");
}
