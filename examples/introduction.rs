//! What can run side by side, and what cannot.
//!
//! It answers the lesson's introduction. Look at four shapes of work: a sum, which is a chain or a tree
//! depending on how it is written; squares, which never meet; Fibonacci numbers, which are a chain
//! until they are written in another way; and a recipe, where the longest chain of steps decides
//! when dinner is ready, however many cooks there are.
//!
//! `cargo run --release --example introduction [FOLDER]` draws the graphs of the sums (DOT and SVG), the
//! graph of the recipe and who does what in the kitchen, and when (SVG), into the folder.

mod common;

use abreast::bag::Bag;
use abreast::exec::{Control, Serial, Sim, Threads};
use abreast::graph::{Delayed, Graph, Inputs, Stats};
use abreast::harness::trace::{Span, Traced};
use abreast::plan::fold;
use abreast::{Error, Fault};
use common::so;
use std::ops::Range;
use std::time::Duration;

fn main() -> Result<(), Fault> {
    a_sum_is_a_chain_or_a_tree()?;
    squares_never_meet()?;
    each_fibonacci_number_needs_the_two_before()?;
    pea_soup()
}

fn a_sum_is_a_chain_or_a_tree() -> Result<(), Fault> {
    println!("The sum of 1, 2, 3, 4");
    let chain = Graph::new();
    let one = chain.task("1", (), |()| 1);
    let sum = [2, 3, 4]
        .into_iter()
        .fold(one, |sum, n| chain.task(format!("+ {n}"), sum, move |sum| sum + n));
    let total = chain.compute(&Serial, &Control::default(), sum)?.value;
    println!("  one after another: {total}, {}", shape(chain.stats()));
    assert_eq!((total, chain.stats().width, chain.stats().depth), (10, 1, 4));

    let tree = Graph::new();
    let left = tree.task("1 + 2", (), |()| 1 + 2);
    let right = tree.task("3 + 4", (), |()| 3 + 4);
    let both = tree.task("add", (left, right), |(left, right)| left + right);
    let wants = (left, right, both);
    let (left, right, total) =
        tree.compute_all(&Threads::new(2)?, &Control::default(), wants)?.value;
    println!("  in chunks: {left} + {right} = {total}, {}", shape(tree.stats()));
    assert_eq!((left, right, total), (3, 7, 10));
    assert_eq!((tree.stats().width, tree.stats().depth), (2, 2));

    for (name, graph) in [("sum_chain", chain), ("sum_chunks", tree)] {
        common::save(&format!("{name}.dot"), graph.dot())?;
        common::save(&format!("{name}.svg"), graph.svg())?;
    }
    so(
        "how a sum is written decides what can run side by side: 1 + 2 + 3 + 4 is a chain, (1 + 2) + (3 + 4) is not",
    );
    Ok(())
}

fn shape(stats: Stats) -> String {
    format!("a graph {} wide and {} deep", stats.width, stats.depth)
}

fn squares_never_meet() -> Result<(), Fault> {
    println!("\nSquares");
    let squares = Bag::range(1..5, 4)?.map(|n| n * n);
    let squares = squares.collect(&Threads::new(2)?, &Control::default())?;
    println!("  map: {squares:?}, each on its own");
    assert_eq!(squares, [1, 4, 9, 16]);
    so("what needs nothing of its neighbours can all run at once");
    Ok(())
}

const NTH: u32 = 90;
const NINETIETH: u64 = 2_880_067_194_370_816_120;

fn each_fibonacci_number_needs_the_two_before() -> Result<(), Fault> {
    println!("\nFibonacci");
    let (serial, _) = fibonacci(0..NTH)?;
    println!("  one after another: fib({NTH}) = {serial}");
    assert_eq!(serial, NINETIETH);

    let graph = Graph::new();
    let halves = [0..NTH / 2, NTH / 2..NTH]
        .map(|half| graph.try_task(format!("fib {half:?}"), (), move |()| fibonacci(half.clone())));
    let cut = graph.gather(halves.to_vec());
    let fault = graph.compute(&Threads::new(2)?, &Control::default(), cut).expect_err("a chain");
    println!("  cut in two: {fault}");
    let Fault::Kernel { task: 1, why: Error::Node { node, why } } = fault else {
        panic!("another fault: {fault}");
    };
    assert!(node == "fib 45..90" && matches!(*why, Error::Argument { .. }), "{node}: {why}");

    let (matrix, closed) = (by_matrices()?, by_the_golden_ratio());
    println!("  {NTH} equal matrices multiplied, in chunks on two threads: {matrix}");
    println!("  (phi^{NTH} - psi^{NTH}) / sqrt 5, exactly, as a tree: {closed}");
    assert_eq!((matrix, closed), (NINETIETH, NINETIETH));
    so("a chain cannot be cut, but the same number may have another formula that can");
    Ok(())
}

/// The Fibonacci numbers number `range.end` and the next, by as many steps as the range is long.
fn fibonacci(range: Range<u32>) -> Result<(u64, u64), Error> {
    if range.start != 0 {
        let rule = "must begin at 0: each number needs the two before it";
        return Err(Error::argument("range", format!("{range:?}"), rule));
    }
    Ok(range.fold((0, 1), |(a, b), _| (b, a + b)))
}

type SameBits = [[u64; 2]; 2];

/// The number as an entry of `[[0, 1], [1, 1]]` to the power of 90. Products may be bracketed at
/// will, so each partition multiplies its own.
fn by_matrices() -> Result<u64, Fault> {
    let times = |a: SameBits, b: SameBits| -> SameBits {
        [0, 1].map(|i| [0, 1].map(|j| a[i][0] * b[0][j] + a[i][1] * b[1][j]))
    };
    let steps = Bag::range(0..u64::from(NTH), 8)?.map(|_| [[0, 1], [1, 1]]);
    let (executor, control) = (Threads::new(2)?, Control::default());
    let power = steps.fold(&executor, &control, || [[1, 0], [0, 1]], times, times)?;
    Ok(power[0][1])
}

/// The closed form. Rounded numbers of 64 bits would have it right only up to the 70th or so, thus
/// `(a, b)` here stands for `(a + b sqrt 5) / 2`: phi is `(1, 1)`, psi is `(1, -1)`.
fn by_the_golden_ratio() -> u64 {
    let times = |(a, b): (i128, i128), (c, d)| ((a * c + 5 * b * d) / 2, (a * d + b * c) / 2);
    let power = |base| fold((0..NTH).map(|_| base), times).expect("ninety factors");
    let (phi, psi) = (power((1, 1)), power((1, -1)));
    assert_eq!(phi.0, psi.0, "the whole part cancels");
    // What is left is (b - b') sqrt 5 / 2, divided by sqrt 5.
    ((phi.1 - psi.1) / 2) as u64
}

/// The recipe as a graph, in minutes. Whoever has patience stands by every pot.
fn recipe(patient: bool) -> (Graph<'static>, Delayed<()>) {
    let graph = Graph::new();
    let soak = step(&graph, "soak the peas", 1440, ());
    let chop = step(&graph, "chop vegetables", 15, ());
    let boil = step(&graph, "boil the peas", 45, vec![soak]);
    let simmer = step(&graph, "simmer it all", 30, vec![boil, chop]);
    let season = step(&graph, "season it", 5, vec![simmer]);
    let serve = step(&graph, "serve it", 1, vec![season]);
    for pot in [boil, simmer, season] {
        graph.occupies(pot, "stove");
    }
    for alone in [soak, boil, simmer].into_iter().filter(|_| !patient) {
        graph.unattended(alone);
    }
    (graph, serve)
}

fn step<I: Inputs>(
    graph: &Graph<'static>,
    name: &'static str,
    minutes: u64,
    after: I,
) -> Delayed<()> {
    let step = graph.task(name, after, |_| ());
    graph.cost(step, minutes);
    step
}

/// A simulation counts a unit of cost as a millisecond; here each of them is a minute.
const MINUTE: Duration = Duration::from_millis(1);

fn pea_soup() -> Result<(), Fault> {
    println!("\nPea soup");
    let (_, alone) = cook("one cook who stands by every pot", 1, true)?;
    assert_eq!(alone, 1536);
    let (spans, one) = cook("one cook and a stove", 1, false)?;
    assert_eq!(one, 1521);
    for span in &spans {
        let [start, end] = [span.start, span.end].map(minutes);
        println!("    {:15}  {start:>4} .. {end:>4}", span.name);
    }
    let of = |name: &str| spans.iter().find(|span| span.name == name).expect("a step");
    let (soak, chop) = (of("soak the peas"), of("chop vegetables"));
    assert!(soak.start <= chop.start && chop.end <= soak.end, "chopping hides behind soaking");
    let (_, two) = cook("two cooks and a stove", 2, false)?;
    assert_eq!(two, 1521);

    let (graph, _) = recipe(false);
    let stats = graph.stats();
    println!("  {} minutes of work, {} of them one long chain", stats.work, stats.critical_path);
    assert_eq!((stats.work, stats.critical_path), (1536, 1521));
    common::save("pea_soup.svg", graph.svg())?;
    so("the critical path does not shrink, however many cooks there are");
    Ok(())
}

/// Simulates the recipe: what happened when, and when it is done.
fn cook(kitchen: &str, cooks: usize, patient: bool) -> Result<(Vec<Span>, u128), Fault> {
    let (graph, soup) = recipe(patient);
    let sim = Sim::new(cooks)?;
    let watched = Traced::new(&sim);
    let done = graph.compute(&watched, &Control::default(), soup)?;
    let took = minutes(done.report.wall);
    println!("  {kitchen}: {took} minutes");
    let name = format!("pea_soup_{cooks}_{}.svg", if patient { "patient" } else { "stove" });
    common::save(&name, watched.gantt_in(MINUTE, "minutes"))?;
    Ok((watched.spans(), took))
}

fn minutes(time: Duration) -> u128 {
    time.as_millis() / MINUTE.as_millis()
}
