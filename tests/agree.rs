//! Every kernel of the registry passes the gate and has one hash everywhere. These tests loop over
//! the registry: they are never edited for a new kernel.

use abreast::harness::gate::{GateOptions, gate};
use abreast::harness::same_bits::{executors, same_bits};
use abreast::kernel::{Choice, Request};
use abreast::kernels::REGISTRY;
use abreast::{Error, Executor, Level, exec};

/// Among the rest: each variant from 2, 8 and 64 threads at once gives the single-threaded bits.
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
    let executors = executors().unwrap();
    for entry in REGISTRY {
        let table = same_bits(entry, &executors, &GateOptions::quick()).unwrap();
        assert!(table.same_bits(), "{table:#?}");
    }
}

/// Every length up to 300, not only those that the kernel's author thought of.
#[test]
fn every_variant_agrees_with_the_oracle_and_the_others_at_every_small_size() {
    let level = Level::best();
    for entry in REGISTRY {
        let mut tried = 0;
        for n in 0..=300 {
            let case = match entry.case(&Request::size(n)) {
                Ok(case) => case,
                // A picture without pixels is none.
                Err(Error::Argument { .. }) if n == 0 => continue,
                Err(why) => panic!("{} n = {n}: {why}", entry.name),
            };
            if case.cost().flops > 200_000 {
                break;
            }
            tried += 1;
            let oracle = case.oracle();
            let answer = |variant| {
                let mut serial = |tasks: &dyn abreast::Tasks| {
                    exec::Serial.run(tasks, &exec::Control::default()).map(drop)
                };
                case.run(Choice { variant, level }, 0x3F, &mut serial).unwrap()
            };
            let answers: Vec<_> = entry.variants().map(|v| (v.name, answer(v.name))).collect();
            for (variant, answer) in &answers {
                let name = format!("{} {variant} n = {n}", entry.name);
                assert_eq!(answer.hash, answers[0].1.hash, "{name}");
                assert_eq!(answer.numbers.len(), oracle.len(), "{name}");
                for (i, (near, number)) in oracle.iter().zip(&answer.numbers).enumerate() {
                    assert!(near.accepts(*number), "{name}: number {i} is {number}, not {near:?}");
                }
            }
        }
        assert!(tried >= 30, "{}: only {tried} sizes are small", entry.name);
    }
}
