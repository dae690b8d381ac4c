//! A program for several ranks, whose kernel does what it is told to: `failing EXECUTOR ACT CHUNK SECONDS`.
//!
//! `tests/failures.rs` and `tests/worlds.rs` start it. Rank 0 prints what a user would see.

use abreast::{Control, Executor, Fault, Remote, Serial, executors};
use abreast_mpi::{EXECUTORS, World, with_world};
use abreast_mutants::harm::{Act, Args, Harm};
use std::time::Duration;

/// What can be asked for.
const ACTS: [Act; 13] = [
    Act::Nothing,
    Act::Fail,
    Act::Panic,
    Act::Throw,
    Act::Tell,
    Act::Segfault,
    Act::Abort,
    Act::Exit,
    Act::Leave,
    Act::Quit,
    Act::Kill,
    Act::Spin,
    Act::Nap,
];

/// Chunks of one index.
const CHUNKS: u64 = 40;

fn main() {
    let mut kernels = vec![Remote::of::<Harm<false>>(), Remote::of::<Harm<true>>()];
    // As if this rank had been built from other sources.
    if std::env::var_os("FAILING_KNOWS_LESS").is_some() {
        kernels.pop();
    }
    match with_world(kernels, work) {
        Ok(_) => {}
        Err(why) => {
            println!("refused: {why}");
            std::process::exit(2);
        }
    }
}

fn work(world: &World) {
    executors::add(EXECUTORS).expect("added once");
    let mut args = std::env::args().skip(1);
    let mut next = || args.next().expect("EXECUTOR ACT CHUNK SECONDS");
    let mpi = executors::parse(&next());
    let mpi = match mpi {
        Ok(mpi) => mpi,
        Err(why) => return println!("refused: {why}"),
    };
    let act = next();
    let act = ACTS.into_iter().find(|known| format!("{known:?}") == act);
    let (chunk, seconds) = (next(), next());
    let control = Control {
        deadline: Some(Duration::from_secs(seconds.parse().expect("SECONDS"))),
        ..Control::default()
    };
    let chunk = chunk.parse().expect("CHUNK");
    match act {
        Some(act) => harm(&*mpi, act, chunk, &control),
        None if world.size() > 1 => panic!("seeded: no such act"),
        None => println!("refused: no such act"),
    }
}

/// Does the harm, in both layouts, and then a run without any.
fn harm(mpi: &dyn Executor, act: Act, chunk: u64, control: &Control<'_>) {
    println!("{} with {act:?} at {chunk}", mpi.name());
    let args = Args::at(CHUNKS, chunk, act);
    for done in [run::<false>(mpi, args, control), run::<true>(mpi, args, control)] {
        println!("{}", done.as_ref().map_or_else(short, |()| "well".to_owned()));
        // The others would end this process.
        if matches!(act, Act::Nothing | Act::Fail | Act::Panic | Act::Throw) {
            let same = done == run::<false>(&Serial, args, control);
            println!("{} one thread", if same { "as" } else { "not as" });
        }
    }
    let after = run::<false>(mpi, Args::at(CHUNKS, chunk, Act::Nothing), control);
    println!("afterwards {}", if after.is_ok() { "well" } else { "not well" });
}

fn short(fault: &Fault) -> String {
    fault.to_string().chars().take(80).collect()
}

/// One run, whose result is looked at: below a fault everything is done, and nothing twice.
fn run<const IN_PLACE: bool>(
    mpi: &dyn Executor,
    args: Args,
    control: &Control<'_>,
) -> Result<(), Fault> {
    let job = Harm::<IN_PLACE>::job(args)?;
    let start = if IN_PLACE { 1000 } else { 0 };
    let mut out = vec![start; CHUNKS as usize];
    let done = job.control(control).on_into(mpi, &mut out);
    let sound = if done.is_ok() { CHUNKS } else { args.first };
    for i in 0..sound {
        assert_eq!(out[i as usize], start + i * i, "chunk {i}");
    }
    done.map(|report| assert_eq!(report.tasks as u64, CHUNKS))
}
