//! `abreast chaos`: workers killed, stopped and harmed from within, and nothing lost.

use crate::args::ChaosArgs;
use crate::console::Console;
use crate::{number, table};
use abreast::harness::chaos::{self, Chaos, Hung, Options, Times};
use abreast::kernel::Entry;
use anyhow::Result;
use serde::Serialize;
use std::io::{self, Write};
use std::process::{Command, exit};
use std::time::Duration;

#[derive(Serialize)]
struct Printed<'c> {
    schema: &'static str,
    well: bool,
    #[serde(flatten)]
    chaos: &'c Chaos,
    #[serde(flatten)]
    ends: Ends,
}

/// How soon those are gone who should be; null when no kernel takes long enough to see it.
#[derive(Serialize)]
struct Ends {
    /// Workers in an endless loop, after their deadline.
    overdue: Option<Times>,
    /// Workers whose parent was killed.
    orphaned: Option<Times>,
}

/// Trials of each.
const TRIALS: u32 = 9;

/// Makes chaos; `false` when something was lost or is left.
pub fn chaos(args: &ChaosArgs, registry: &[Entry], console: &mut Console<'_>) -> Result<bool> {
    let entries = args.which.entries(registry)?;
    let options = Options {
        time: Duration::from_secs(number::count("seconds", &args.seconds, 1)?),
        workers: usize::try_from(number::count("workers", &args.workers, 1)?)?,
        seed: number::count("seed", &args.seed, 0)?,
        ..Options::default()
    };
    if args.victim {
        return victim(&entries, options.workers);
    }
    let bar = console.progress(entries.len() as u64);
    let mut next = |kernel| {
        bar.set_message(kernel);
        bar.inc(1);
    };
    let chaos = chaos::chaos(&entries, options, &mut next, &hung)?;
    bar.finish_and_clear();
    let ends = ends(&entries, options.workers)?;
    if args.json {
        let well = chaos.is_well();
        console.json(&Printed { schema: "abreast.chaos/1", well, chaos: &chaos, ends })?;
    } else {
        show(&chaos, &ends, console)?;
    }
    Ok(chaos.is_well())
}

/// A run does not end, so this program would not either.
fn hung(hung: &Hung) {
    eprintln!("HUNG  {}: a run has been going on for {:.0?}", hung.kernel, hung.time);
    for (pid, state) in &hung.workers {
        eprintln!("      worker {pid}: {state}");
    }
    exit(1)
}

fn ends(entries: &[&Entry], workers: usize) -> Result<Ends> {
    let overdue = chaos::overdue(entries, TRIALS)?;
    let mut command = Command::new("/proc/self/exe");
    command.args(["chaos", "--victim", "--workers", &workers.to_string()]);
    command.args(entries.iter().map(|entry| entry.name));
    let orphaned = match overdue {
        Some(_) => chaos::orphaned(&mut command, TRIALS)?,
        None => None,
    };
    Ok(Ends { overdue, orphaned })
}

/// What `abreast chaos --victim` is: it says who its workers are and waits for its end.
fn victim(entries: &[&Entry], workers: usize) -> Result<bool> {
    chaos::victim(entries, workers, |pids| {
        let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
        let _ = writeln!(io::stdout(), "{}", pids.join(" "));
        // Who started it may be gone before it kills: then nobody would.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        exit(0)
    })?;
    Ok(true)
}

fn show(chaos: &Chaos, ends: &Ends, console: &mut Console<'_>) -> Result<()> {
    let columns =
        ["kernel", "n", "chunks", "runs", "wrong", "undisturbed, s", "disturbed, s", "ratio"];
    let mut table = table::new(&columns);
    for round in &chaos.rounds {
        table.add_row([
            round.kernel.to_owned(),
            round.n.to_string(),
            round.chunks.to_string(),
            round.runs.to_string(),
            round.wrong.to_string(),
            format!("{:.3}", round.undisturbed_seconds),
            format!("{:.3}", round.disturbed_seconds),
            format!("{:.2}", round.disturbed_seconds / round.undisturbed_seconds),
        ]);
    }
    table::numbers(&mut table, 1..8);
    console.say(table::narrow(table, console.screen))?;
    console.say(format!(
        "\n{} workers killed, one every {:.0} ms, {} stopped; {} buried, {} put in their places, \
         {} chunks begun again.",
        chaos.kills,
        1e3 * chaos.kill_every,
        chaos.stops,
        chaos.lost_workers,
        chaos.respawned,
        chaos.retried
    ))?;
    let inside: Vec<String> =
        chaos.inside.iter().map(|(act, count)| format!("{act} {count}")).collect();
    console.say(format!("What workers did to themselves: {}.", inside.join(", ")))?;
    console.say(format!("Disturbed runs took {:.2} times as long.", chaos.slowdown))?;
    tell(console, "A hung C loop was killed", "after its deadline", ends.overdue)?;
    tell(console, "With its parent killed, the last worker was gone", "later", ends.orphaned)?;
    for (round, fault) in chaos.rounds.iter().flat_map(|r| r.faults.iter().map(move |f| (r, f))) {
        console.say(format!("FAULT  {}: {fault}", round.kernel))?;
    }
    for what in &chaos.left_over {
        console.say(format!("LEFT OVER  {what}"))?;
    }
    console.say(if chaos.is_well() {
        "Every result was right, every chunk was done once, and nothing is left over."
    } else {
        "Something was lost, or is left over."
    })
}

fn tell(console: &mut Console<'_>, what: &str, after: &str, times: Option<Times>) -> Result<()> {
    let Some(Times { trials, best, median, worst }) = times else { return Ok(()) };
    let [best, median, worst] = [best, median, worst].map(|time| 1e3 * time);
    console.say(format!(
        "{what} {median:.2} ms {after} (median of {trials}; best {best:.2}, worst {worst:.2})."
    ))
}
