//! Problems that there is no room for: exit code 2 and a sentence, whatever the limit is and wherever
//! it is met.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

/// What each command needs grows with a size that its user chooses; all of these need more than the
/// lowest limit, and some fit into the highest.
const COMMANDS: [&str; 13] = [
    "run gemm --n 1500 --variant c",
    "run gemm_f32 --n 2000 --variant rust",
    "run gemm --n 1500 --variant cpp",
    "run dot --n 8e6",
    "run axpy --n 5e6",
    "run axpy_f32 --n 8e6 --exec threads:1",
    "run sum --n 1.5e7",
    "run range_sums --n 1e7",
    "run escape --size 4000x4000 --iter 1",
    "run pi --n 3e6 --chunk 1",
    "run pi --n 1e6 --chunk 1 --exec graph:1",
    "run pi --n 1e6 --chunk 1 --exec sim:2",
    "run pi --n 1.5e5 --chunk 1 --trace trace --gantt gantt",
];

#[test]
fn a_limit_of_memory_is_a_sentence_and_never_an_abort() {
    let (mut refused, mut done) = (0, 0);
    for command in COMMANDS {
        for kibibytes in [150_000, 400_000, 650_000] {
            let line = format!("ulimit -v {kibibytes}; exec \"$A\" {command}");
            let mut child = Command::new("sh");
            child
                .args(["-c", &line])
                .env("A", env!("CARGO_BIN_EXE_abreast"))
                .env("RUST_BACKTRACE", "0");
            // Plain files: a change that replaces what it should write to would replace /dev/null.
            let folder = tempfile::tempdir().unwrap();
            child.current_dir(&folder);
            let ended = child.stdin(Stdio::null()).output().unwrap();
            let err = String::from_utf8_lossy(&ended.stderr);
            match ended.status.code() {
                Some(0) => done += 1,
                Some(2) => {
                    assert!(err.starts_with("abreast: ") && err.lines().count() == 1, "{err}");
                    refused += 1;
                }
                _ => panic!("{line}: {}: {err}", ended.status),
            }
        }
    }
    assert!(refused >= COMMANDS.len() && done > 0, "{refused} refused, {done} done");
}

#[test]
fn a_picture_that_there_is_no_room_for_is_refused() {
    for kibibytes in [150_000, 250_000, 400_000] {
        let line = format!(
            "ulimit -v {kibibytes}; exec \"$A\" fractal julia -o picture.png --exec serial \
             --size 3000x3000 --iter 1 --smooth 2"
        );
        let mut child = Command::new("sh");
        let folder = tempfile::tempdir().unwrap();
        child.args(["-c", &line]).env("A", env!("CARGO_BIN_EXE_abreast")).current_dir(&folder);
        let ended = child.stdin(Stdio::null()).output().unwrap();
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(2), "{err}");
        assert!(err.contains("could not allocate"), "{err}");
    }
}
