//! A kernel that is not ours has the whole program.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output};

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_abreast-own-crate")).args(arguments).output().expect("it runs")
}

/// The last line of what it printed.
fn hash(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().last().expect("lines").to_owned()
}

#[test]
fn a_kernel_of_ones_own_in_three_languages_agrees_on_four_executors() {
    let executors = "serial,threads:3,graph:2,procs:2";
    let output = program(&["check", "--exec", executors]);
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.contains("1 kernels x 3 variants"), "{out}");
    let output = program(&["run", "asum", "--variant", "cpp", "--exec", "procs:2"]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && out.contains("cpp at"), "{out}");
}

#[test]
fn shards_of_a_kernel_of_ones_own_merge_into_the_whole() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shards");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let n = ["--n", "200000"];
    let shards = ["0/2", "1/2"].map(|shard| {
        let file = folder.join(&shard[..1]).display().to_string();
        let run = ["run", "asum", "--exec", "procs:2", "--shard", shard, "-o", &file];
        hash(&program(&[&run[..], &n].concat()));
        file
    });
    let merged = program(&["merge", &shards[1], &shards[0]]);
    assert_eq!(hash(&merged), hash(&program(&[&["run", "asum"], &n[..]].concat())));
}
