//! One line for each kernel, variant and level: the hash of its results over all sizes and hand-picked
//! problems that are quickly done, on this thread and on a pool. `scripts/compilers` compares what
//! different builds print; a line that differs is a result whose bits depend on the build.

use abreast::kernel::{Request, Case, Choice, Entry};
use abreast::kernels::REGISTRY;
use abreast::{Error, Fault, Level, exec::Control, exec::Executor, exec::Threads};

/// So that a build without optimisation is done in seconds, too.
const MAX_FLOPS: u64 = 10_000_000;

fn main() -> Result<(), Fault> {
    let pool = Threads::new(2)?;
    let mut lines = 0;
    for entry in REGISTRY {
        let problems = problems(entry)?;
        for level in Level::available() {
            for variant in entry.variants() {
                let choice = Choice { variant: variant.name, level };
                let mut hash = FNV_OFFSET;
                for problem in &problems {
                    let here = problem.rehearse(choice)?.alone().hash;
                    let there = problem.run(choice, 0x3F, &mut |tasks| {
                        pool.run(tasks, &Control::default()).map(drop)
                    })?;
                    hash = [here, there.hash].into_iter().fold(hash, mix);
                }
                println!("{} {choice} {hash:016x}", entry.name);
                lines += 1;
            }
        }
    }
    println!("{lines} lines");
    Ok(())
}

fn problems(entry: &Entry) -> Result<Vec<Box<dyn Case>>, Error> {
    let mut problems: Vec<_> = entry.special().into_iter().map(|(_, case)| case).collect();
    for n in entry.sizes {
        match entry.case(&Request::size(*n)) {
            Ok(case) => problems.push(case),
            // A picture without pixels is none.
            Err(Error::Argument { .. }) if *n == 0 => {}
            Err(why) => return Err(why),
        }
    }
    problems.retain(|case| case.cost().flops <= MAX_FLOPS);
    Ok(problems)
}

const FNV_OFFSET: u64 = 0xCBF2_9CE4_8422_2325;

/// FNV-1a over the bytes of `value`.
fn mix(hash: u64, value: u64) -> u64 {
    value
        .to_le_bytes()
        .iter()
        .fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3))
}
