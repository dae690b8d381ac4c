//! Worlds of one rank and of several: the same bits, what an executor owes its caller, and ranks that do not fit.
#![cfg(target_os = "linux")]

mod launch;

use abreast::{Isa, Level};
use launch::{Ended, failing, groups, ranks};
use std::process::Command;

fn program() -> std::path::PathBuf {
    env!("CARGO_BIN_EXE_abreast-mpi").into()
}

fn driving() -> std::path::PathBuf {
    failing().with_file_name("driving")
}

/// What went well, as it was printed.
fn well(ended: Ended) -> String {
    let Ended { code, out, err } = ended;
    assert_eq!(code, Some(0), "{out}{err}");
    out
}

/// The exit code 2, with both streams.
fn refused(ended: Ended) -> String {
    let Ended { code, out, err } = ended;
    assert_eq!(code, Some(2), "{out}{err}");
    out + &err
}

#[test]
fn an_executor_owes_its_caller_the_same_on_any_number_of_ranks() {
    for count in [1, 2, 4] {
        let story = well(ranks(count, driving(), &[]));
        assert_eq!(story.matches(": all as it should be").count(), 6, "{story}");
        assert!(story.ends_with("cannot be used here: its world has ended\n"), "{story}");
    }
}

/// One kernel of each layout, with operands and without; all kernels are `scripts/mpi`'s.
#[test]
fn hashes_are_those_of_one_thread() {
    for count in [1, 3, 7] {
        let args = ["check", "sum", "axpy", "escape", "--variant", "simd"];
        let said = well(ranks(count, program(), &args));
        assert!(said.contains("Every hash is that of one thread: "), "{said}");
    }
}

/// Messages are cut into pieces, of which nobody has tried 2^30 bytes: smaller ones are.
#[test]
fn messages_in_many_pieces_are_whole() {
    let pieces: &[(&str, &str)] = &[("ABREAST_MPI_PIECE", "1000")];
    let args = ["check", "dot", "axpy", "--variant", "c"];
    let said = well(groups(&[(2, pieces), (1, &[])], program(), &args));
    assert!(said.contains("Every hash is that of one thread: "), "{said}");
}

#[test]
fn a_program_that_nobody_started_on_ranks_is_a_world_of_one() {
    let output =
        Command::new(program()).args(["check", "pi", "--variant", "rust"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.starts_with("1 ranks, ") && said.contains("Every hash is that of one"),
        "{output:?}"
    );
}

#[test]
fn run_is_that_of_abreast_and_on_ranks() {
    let said = well(ranks(2, program(), &["run", "pi", "--n", "300000"]));
    assert!(said.contains("mpi:dynamic:serial"), "{said}");
    let here = well(ranks(1, program(), &["run", "pi", "--n", "300000", "--exec", "serial"]));
    let hash = |said: &str| said.lines().find(|line| line.starts_with("hash")).map(str::to_owned);
    assert!(hash(&said).is_some() && hash(&said) == hash(&here), "{said}{here}");
}

/// Each rank opens the files itself, on any schedule.
#[test]
fn operands_in_files_are_read_by_the_ranks_that_need_them() {
    let folder = std::env::temp_dir().join(format!("abreast-mpi-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, step: f64| {
        let numbers = (0..300_000).map(|i| f64::from(i) * step);
        let path = folder.join(name);
        std::fs::write(&path, numbers.flat_map(f64::to_ne_bytes).collect::<Vec<u8>>()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let files = format!("{},{}", file("x", 0.1), file("y", -0.3));
    let hash = |said: &str| said.lines().find(|line| line.starts_with("hash")).map(str::to_owned);
    for kernel in ["dot", "axpy"] {
        let run = |exec: &str| {
            let args = ["run", kernel, "--source", &files, "--chunk", "7001", "--exec", exec];
            hash(&well(ranks(3, program(), &args)))
        };
        let here = run("serial");
        assert!(here.is_some());
        for exec in ["mpi:static", "mpi:dynamic", "mpi:dynamic:threads:2"] {
            assert_eq!(run(exec), here, "{kernel} on {exec}");
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn ranks_with_other_kernels_are_refused_by_name() {
    let less: &[(&str, &str)] = &[("FAILING_KNOWS_LESS", "1")];
    let args = ["mpi:static", "Nothing", "0", "60"];
    let said = refused(groups(&[(1, &[]), (2, less)], failing(), &args));
    assert!(said.contains("rank 1 lacks kernels of rank 0: harm_in_place"), "{said}");
}

#[test]
fn the_lowest_level_is_everybodys() {
    let v1: &[(&str, &str)] = &[("ABREAST_ISA", "v1")];
    let mixed = |args: &[&str]| groups(&[(1, &[]), (1, v1)], program(), args);
    let best = Level::best().isa();
    if !matches!(best, Isa::V3 | Isa::V4) {
        return;
    }
    let said = well(mixed(&["run", "pi", "--n", "300000", "--exec", "mpi:static"]));
    assert!(said.contains(" at v1, mpi:static:serial"), "{said}");
    let said = refused(mixed(&["run", "pi", "--n", "300000", "--isa", "v3"]));
    let rule = "level = v3: rank 1 has no more than v1, and all must compute alike";
    assert!(said.contains(rule), "{said}");
}

#[test]
fn a_level_that_a_rank_does_not_know_is_refused() {
    let wrong: &[(&str, &str)] = &[("ABREAST_ISA", "v9")];
    let said = refused(groups(&[(1, &[]), (1, wrong)], program(), &["check", "pi"]));
    assert!(said.contains("that of rank 1") && said.contains("'v9'"), "{said}");
}

#[test]
fn wrong_names_are_refused_with_the_nearest() {
    let cases = [
        ("mpi:dinamic", "unknown schedule 'dinamic'; did you mean 'dynamic'?"),
        ("mpi:static:thread:2", "unknown executor 'thread'; did you mean 'threads'?"),
        ("mpi:static:mpi", "a rank computes on an executor of its own, not on ranks"),
        ("mpi:static:locked:mpi", "a rank computes on an executor of its own, not on ranks"),
    ];
    for (name, rule) in cases {
        let said = refused(ranks(2, program(), &["run", "pi", "--exec", name]));
        assert!(said.contains(rule), "{name}: {said}");
    }
    let said = refused(ranks(2, program(), &["chekc"]));
    assert!(said.contains("unknown command 'chekc'; did you mean 'check'?"), "{said}");
}

/// Each process would be a world of its own, and do all of the work.
#[test]
fn the_mpiexec_of_another_mpi_is_found_out() {
    let other = if launch::is_openmpi() { "mpiexec.mpich" } else { "mpiexec.openmpi" };
    let mut command = Command::new(other);
    if !launch::is_openmpi() {
        command.arg("--oversubscribe");
    }
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    let Ok(output) = command.args(["-n", "2"]).arg(program()).args(["run", "pi"]).output() else {
        return println!("there is no {other}");
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("mpiexec is not of the MPI that this program was built with"), "{said}");
    assert!(!output.status.success());
}

/// As for a debugger.
#[test]
fn ranks_do_without_supervisors() {
    let alone: &[(&str, &str)] = &[("ABREAST_MPI_ALONE", "1")];
    let said = well(groups(&[(2, alone)], program(), &["check", "pi", "--variant", "rust"]));
    assert!(said.contains("Every hash is that of one thread: "), "{said}");
}

/// MPI would wait for ever: it must not be ended while the panic unwinds.
#[test]
fn a_panic_on_rank_0_ends_all_ranks() {
    let Ended { code, out, err } = ranks(3, failing(), &["mpi:static", "NoSuchAct", "0", "60"]);
    assert!(code != Some(0) && err.contains("rank 0 of 3 panicked"), "{code:?}\n{out}{err}");
    assert!(err.contains("seeded: no such act"), "{err}");
}
