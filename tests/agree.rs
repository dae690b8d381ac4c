//! Every kernel of the registry passes the gate and has one hash everywhere. These tests loop over
//! the registry: they are never edited for a new kernel.

use abreast::harness::agree::{GateOptions, gate};
use abreast::harness::matrix::{matrix, places};
use abreast::kernels::REGISTRY;

#[test]
fn every_kernel_passes_the_gate() {
    for entry in REGISTRY {
        let report = gate(entry, &GateOptions::quick(), &mut |_| ());
        let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        assert!(report.passed(), "{}", findings.join("\n"));
    }
}

#[test]
fn every_kernel_has_the_same_bits_everywhere() {
    let places = places().unwrap();
    for entry in REGISTRY {
        let table = matrix(entry, &places, &GateOptions::quick()).unwrap();
        assert!(table.same_bits(), "{table:#?}");
    }
}
