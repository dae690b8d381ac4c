//! A kernel that is not ours has the whole program.
#![cfg(target_os = "linux")]

use std::process::{Command, Output};

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_abreast-own-crate")).args(arguments).output().expect("it runs")
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
