//! The clients in `examples/`: in each language every kernel gives the bits that Rust gives.

use crate::programs::{Link, build, is_here, prefix, run, says};
use crate::skip;
use abreast::kernel::Request;
use abreast::kernels::REGISTRY;
use abreast::{Control, Executor, Serial};

/// The sizes that all clients use, by the unit of the kernel.
fn size(kernel: &str, unit: &str) -> u64 {
    match (kernel, unit) {
        ("escape", _) => 16_384,
        (_, "rows = columns") => 300,
        (_, "limits") => 1000,
        (_, "indices" | "samples") | ("sum_arange", _) => 1_000_003,
        _ => 100_003,
    }
}

/// What a client must print: Rust's own hashes, from the crate without the C API.
fn expected() -> String {
    let line = |entry: &abreast::kernel::Entry| {
        let case = entry.case(&Request::size(size(entry.name, entry.unit))).expect("a problem");
        let choice = entry.choice().expect("a level");
        let mut drive =
            |tasks: &dyn abreast::Tasks| Serial.run(tasks, &Control::default()).map(drop);
        let hash = case.run(choice, 0, &mut drive).expect("a result").hash;
        format!("{} {hash:016x}\n", entry.name)
    };
    REGISTRY.iter().map(line).collect()
}

#[test]
fn c_gives_the_bits_of_rust() {
    for (name, link) in [("c-shared", Link::Shared), ("c-static", Link::Static)] {
        let client = build("examples/c_client/main.c", name, &link.flags());
        assert_eq!(says(&mut run(client, link)), expected());
    }
}

#[test]
fn cpp_gives_the_bits_of_rust() {
    let client = build("examples/cpp_client/main.cpp", "cpp", &Link::Shared.flags());
    assert_eq!(says(&mut run(client, Link::Shared)), expected());
}

#[test]
fn python_gives_the_bits_of_rust() {
    if !is_here("python3") {
        return skip("the Python client: there is no python3");
    }
    let client = crate::package().join("../examples/python_client.py");
    let library = prefix().join("lib/libabreast_capi.so");
    let mut python = run("python3", Link::Shared);
    assert_eq!(says(python.arg(client).arg(library)), expected());
}
