//! What runs on up to ten thousand ranks would take: a model of messages and chunks from what they cost here, held to what one
//! and two real ranks take, and drawn.
//!
//! ```text
//! mpiexec.mpich -n 2 target/release/examples/predict --svg ../docs/ranks.svg
//! ```

mod bench;
mod model;
mod probe;
mod simulated;

use abreast::harness::picture::{Picture, Point, Side};
use abreast::kernel::Entry;
use abreast::kernels::REGISTRY;
use abreast::{Error, Fault, Remote};
use abreast_compare::format::{grouped, ratio, seconds, short, tick};
use abreast_compare::machine::Machine;
use abreast_mpi::program::empty;
use abreast_mpi::{World, with_world};
use bench::{Bench, PLACES, Problem, Times};
use model::{ASSUMPTIONS, Costs, Kind, Work, predict};
use std::process::ExitCode;

/// The kernels, and the sizes that are measured: without operands, with chunks that differ, and with operands.
const PROBLEMS: [(&str, u64); 3] = [("pi", 1 << 26), ("escape", 1 << 20), ("dot", 1 << 22)];

/// Chunks of the problems that are predicted.
const CHUNKS: usize = 1 << 18;

/// Ranks are predicted up to this many, so many numbers of them per power of ten.
const MAX: f64 = 1e4;
const PER_DECADE: f64 = 16.0;

/// Rounds, where nobody says.
const ROUNDS: usize = 15;

/// The probability that any of the intervals misses the truth.
const ALPHA: f64 = 0.01;

fn main() -> ExitCode {
    let kernels = REGISTRY.iter().map(Remote::from).chain([
        empty::REMOTE,
        Remote::of::<probe::Take>(),
        Remote::of::<probe::Give>(),
        Remote::of::<probe::Wire>(),
    ]);
    match with_world(kernels, work) {
        Ok(None | Some(Ok(()))) => ExitCode::SUCCESS,
        Ok(Some(Err(why))) | Err(why) => {
            eprintln!("predict: {why}");
            ExitCode::from(2)
        }
    }
}

fn work(world: &World) -> Result<(), Fault> {
    let (svg, rounds) = options()?;
    if world.size() != 2 {
        return Err(Error::argument("ranks", world.size(), "must be 2: mpiexec -n 2").into());
    }
    let machine = Machine::here();
    let bench = Bench::of(world)?;
    let problem = |(name, n)| Problem::of(Entry::find(REGISTRY, name)?, n, world);
    let problems: Vec<Problem> = PROBLEMS.into_iter().map(problem).collect::<Result<_, Fault>>()?;
    let times = Times::of(&bench, &problems, rounds)?;
    let costs = times.costs();
    say_costs(&costs, &times, &machine);
    let kernels = problems.iter().enumerate().map(|(i, problem)| times.problem(i, problem));
    let kernels: Vec<Row> = kernels.collect::<Result<_, Fault>>()?;
    say_side_by_side(times.empties().iter().chain(&kernels), &times, &costs);
    let names = problems.iter().map(|problem| problem.name);
    let curves: Vec<Curve> =
        names.zip(&kernels).flat_map(|(name, row)| curves(name, &row.1, &costs)).collect();
    say_curves(&curves);
    say_simulated(PROBLEMS.iter().map(|(name, _)| *name).zip(&kernels))?;
    println!("\nThe model assumes:");
    ASSUMPTIONS.iter().for_each(|assumption| println!("- {assumption}"));
    if let Some(path) = svg {
        let write =
            |why: std::io::Error| Fault::Io { what: format!("write {path}"), why: why.to_string() };
        std::fs::write(&path, picture(&curves, machine.crowded().is_some()).svg())
            .map_err(write)?;
    }
    Ok(())
}

/// A name, what is to be done, and the row of its times.
type Row = (String, Work, usize);

/// Where the picture goes, and how often everything is timed.
fn options() -> Result<(Option<String>, usize), Error> {
    let (mut svg, mut rounds, mut args) = (None, ROUNDS, std::env::args().skip(1));
    while let Some(name) = args.next() {
        let value =
            args.next().ok_or_else(|| Error::argument(&*name, "", "must be followed by a value"));
        match &*name {
            "--svg" => svg = Some(value?),
            "--rounds" => {
                let (value, rule) = (value?, "must be a whole number above 0");
                let whole = value.parse().ok().filter(|rounds| *rounds > 0);
                rounds = whole.ok_or_else(|| Error::argument(&*name, &*value, rule))?;
            }
            _ => return Err(Error::unknown("option", &name, ["--svg", "--rounds"])),
        }
    }
    Ok((svg, rounds))
}

fn say_costs(costs: &Costs, times: &Times, machine: &Machine) {
    println!("{}", machine.cpu.as_deref().unwrap_or("a processor without a name"));
    if let Some(others) = machine.crowded() {
        println!("{others}");
    }
    let gb = |byte: f64| format!("{:.2} GB/s", 1e-9 / byte);
    let rows = [
        ("a short message: latency, L + 2 o", seconds(costs.latency)),
        ("a short message: overhead, o", seconds(costs.overhead)),
        ("bytes of long messages, of MPI alone", gb(times.wire_byte())),
        ("operands, to another rank, by 1 MiB", gb(costs.byte_out.small)),
        ("operands, by 32 MiB", gb(costs.byte_out.large)),
        ("results, from another rank, by 1 MiB", gb(costs.byte_in.small)),
        ("results, by 32 MiB", gb(costs.byte_in.large)),
        ("looking whether a rank has sent something", seconds(costs.look)),
        ("a run", seconds(costs.run)),
        ("a chunk, besides its work, where it is done", seconds(costs.chunk)),
        ("a chunk of another rank, on rank 0", seconds(costs.away)),
        ("what a rank that waits needs to begin", seconds(costs.wake)),
    ];
    println!("\nWhat things cost here:");
    rows.iter().for_each(|(what, cost)| println!("    {what:<44} {cost:>10}"));
}

fn say_side_by_side<'r>(rows: impl Iterator<Item = &'r Row>, times: &Times, costs: &Costs) {
    println!("\nPredicted and measured (medians, and intervals that all hold with 99 %):");
    println!(
        "    {:<22} {:<8} {:>5} {:>10} {:>10}",
        "", "schedule", "ranks", "predicted", "measured"
    );
    let alpha = ALPHA / ((2 + PROBLEMS.len()) * PLACES.len()) as f64;
    for (name, work, row) in rows {
        for (place, (kind, ranks)) in PLACES.into_iter().enumerate() {
            let model = predict(kind, work, costs, ranks);
            let (time, ends) = times.row(row + place, alpha);
            let ends = ends.map_or("too few rounds for an interval".to_owned(), |(low, high)| {
                format!("{} to {}", seconds(low), seconds(high))
            });
            let (schedule, off) = (called(kind), ratio(time / model));
            let (model, time) = (seconds(model), seconds(time));
            println!(
                "    {name:<22} {schedule:<8} {ranks:>5} {model:>10} {time:>10}  {off} times ({ends})"
            );
        }
    }
}

fn called(kind: Kind) -> &'static str {
    match kind {
        Kind::Static => "static",
        Kind::Dynamic => "dynamic",
    }
}

/// A kernel by a schedule: ranks, and how many times as fast as one.
struct Curve {
    name: String,
    points: Vec<(f64, f64)>,
}

fn curves(name: &str, work: &Work, costs: &Costs) -> [Curve; 2] {
    let work = work.stretched(CHUNKS);
    [Kind::Static, Kind::Dynamic].map(|kind| {
        let alone = predict(kind, &work, costs, 1);
        let point = |ranks| (ranks as f64, alone / predict(kind, &work, costs, ranks));
        Curve {
            name: format!("{name}, {}", called(kind)),
            points: numbers().into_iter().map(point).collect(),
        }
    })
}

/// Numbers of ranks, evenly over a logarithmic axis.
fn numbers() -> Vec<usize> {
    let steps = (MAX.log10() * PER_DECADE).round() as i32;
    let mut numbers: Vec<usize> =
        (0..=steps).map(|i| 10f64.powf(f64::from(i) / PER_DECADE).round() as usize).collect();
    numbers.dedup();
    numbers
}

fn say_curves(curves: &[Curve]) {
    println!("\nPredicted speed-up over one rank, {} chunks:", grouped(CHUNKS as u64));
    let shown = [2.0, 10.0, 100.0, 1000.0, 10_000.0];
    let head: String = shown.map(|ranks| format!("{:>9}", short(ranks as u64))).concat();
    println!("    {:<18}{head}   most", "ranks");
    for curve in curves {
        let at = |ranks| {
            curve.points.iter().find(|point| point.0 == ranks).map_or(f64::NAN, |point| point.1)
        };
        let cells: String = shown.map(|ranks| format!("{:>9}", ratio(at(ranks)))).concat();
        let best =
            curve.points.iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("there are points");
        println!("    {:<18}{cells}   {} on {}", curve.name, ratio(best.1), best.0);
    }
}

/// Numbers of ranks at which the model is held to the simulator.
const SIMULATED: [usize; 4] = [2, 10, 100, 1000];

fn say_simulated<'r>(rows: impl Iterator<Item = (&'r str, &'r Row)>) -> Result<(), Error> {
    println!(
        "\nWithout the cost of messages, times as long as the simulator (exec::Sim), which takes the longest chunk first:"
    );
    let head: String = SIMULATED.map(|ranks| format!("{:>9}", short(ranks as u64))).concat();
    println!("    {:<18}{head}", "ranks");
    for (name, (_, work, _)) in rows {
        let work = work.stretched(CHUNKS);
        for kind in [Kind::Static, Kind::Dynamic] {
            let times = SIMULATED.map(|ranks| simulated::times_as_long(kind, &work, ranks));
            let cells: Vec<String> =
                times.into_iter().map(|times| times.map(ratio)).collect::<Result<_, Error>>()?;
            let cells: String = cells.iter().map(|cell| format!("{cell:>9}")).collect();
            println!("    {:<18}{cells}", format!("{name}, {}", called(kind)));
        }
    }
    Ok(())
}

fn picture(curves: &[Curve], is_crowded: bool) -> Picture {
    let beside = if is_crowded { ", from costs measured beside other programs" } else { "" };
    let title = format!("Predicted speed-up, {} chunks{beside}", grouped(CHUNKS as u64));
    let speeds = curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.1));
    let x = Side::log("ranks", [1.0, MAX].into_iter(), |ranks| short(ranks as u64));
    let y = Side::log("times as fast as one rank", speeds.clone(), tick);
    // As far as the picture goes up.
    let top = speeds.fold(1.0, f64::max);
    let ideal = [(1.0, 1.0), (top, top)];
    curves.iter().fold(
        Picture::new(&title, x, y).dashed("as many times as ranks", ideal),
        |picture, curve| {
            picture.line(&curve.name, curve.points.iter().map(|(x, y)| Point::of(*x, *y)))
        },
    )
}
