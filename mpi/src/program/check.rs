//! `abreast-mpi check`: the hashes of one thread, on ranks.

use super::options::Options;
use crate::World;
use abreast::harness::gate::GateOptions;
use abreast::harness::same_bits::{SameBits, same_bits};
use abreast::kernel::Entry;
use abreast::{Fault, Level};

/// One thread first: the others are held to it.
const EXECUTORS: &str = "serial,mpi:static,mpi:dynamic,mpi:static:threads:2,mpi:dynamic:threads:2";

/// Runs every kernel by every variant at every level that all ranks have; whether all is as it should be.
pub fn check(registry: &[Entry], world: &World, options: &Options) -> Result<bool, Fault> {
    let entries = options.kernels(registry, &[])?;
    let executors = options.executors(EXECUTORS)?;
    let names: Vec<String> = executors.iter().map(|executor| executor.name()).collect();
    println!("{} ranks, {}", world.size(), names.join(", "));
    let mut levels = Level::available();
    levels.retain(|level| level.isa() <= world.level());
    let variants = options.variant.iter().cloned().collect();
    let gate = GateOptions { levels, variants, ..GateOptions::all() };
    let (mut agreed, mut runs) = (true, 0);
    for entry in &entries {
        let table = same_bits(entry, &executors, &gate)?;
        agreed &= table.same_bits();
        runs += table.rows.len() * executors.len();
        show(&table);
    }
    match agreed {
        true => {
            println!("Every hash is that of one thread: {runs} runs of {} kernels.", entries.len())
        }
        false => println!("Not everything agrees."),
    }
    Ok(agreed)
}

fn show(table: &SameBits) {
    let hashes = table.hashes().join(" ");
    println!("{:<22} n = {:<8} {:>4} chunks  {hashes}", table.kernel, table.n, table.chunks);
    for sentence in table.disagreements() {
        println!("DISAGREES  {sentence}");
    }
}
