//! The crate `examples/own_crate`: a kernel that is not ours has the whole program.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output};

fn own_crate(arguments: &[&str]) -> Output {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checkout");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--package", "abreast-own-crate", "--"])
        .args(arguments)
        .current_dir(checkout)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .expect("cargo runs")
}

#[test]
fn a_kernel_of_ones_own_in_three_languages_agrees_on_four_executors() {
    let executors = "serial,threads:3,graph:2,procs:2";
    let output = own_crate(&["check", "--exec", executors]);
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.contains("1 kernels x 3 variants"), "{out}");
    let folder = tempfile::tempdir().expect("a folder");
    let shards = ["0/2", "1/2"].map(|shard| {
        let file = folder.path().join(&shard[..1]).display().to_string();
        let how = ["--n", "200000", "--exec", "procs:2"];
        let output =
            own_crate(&[&["run", "asum", "--shard", shard, "-o", &file], &how[..]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        file
    });
    let hash =
        |output: &Output| String::from_utf8_lossy(&output.stdout).lines().last().map(str::to_owned);
    let merged = own_crate(&["merge", &shards[1], &shards[0]]);
    let whole = own_crate(&["run", "asum", "--n", "200000"]);
    assert!(merged.status.success() && hash(&merged) == hash(&whole), "{merged:?} {whole:?}");
    let output = own_crate(&["run", "asum", "--variant", "cpp", "--exec", "procs:2"]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && out.contains("cpp at"), "{out}");
}
