//! `abreast chaos`: workers killed and stopped, and nothing lost.

use crate::args::ChaosArgs;
use crate::console::Console;
use crate::{number, table};
use abreast::harness::chaos::{self, Chaos, Options};
use abreast::kernel::Entry;
use anyhow::Result;
use serde::Serialize;
use std::time::Duration;

#[derive(Serialize)]
struct Printed<'c> {
    schema: &'static str,
    well: bool,
    #[serde(flatten)]
    chaos: &'c Chaos,
}

/// Makes chaos; `false` when something was lost or is left.
pub fn chaos(args: &ChaosArgs, registry: &[Entry], console: &mut Console<'_>) -> Result<bool> {
    let entries = args.which.entries(registry)?;
    let options = Options {
        time: Duration::from_secs(number::count("seconds", &args.seconds, 1)?),
        workers: usize::try_from(number::count("workers", &args.workers, 1)?)?,
        seed: number::count("seed", &args.seed, 0)?,
        ..Options::default()
    };
    let bar = console.progress(entries.len() as u64);
    let chaos = chaos::chaos(&entries, options, &mut |kernel| {
        bar.set_message(kernel);
        bar.inc(1);
    })?;
    bar.finish_and_clear();
    if args.json {
        let well = chaos.is_well();
        console.json(&Printed { schema: "abreast.chaos/1", well, chaos: &chaos })?;
    } else {
        show(&chaos, console)?;
    }
    Ok(chaos.is_well())
}

fn show(chaos: &Chaos, console: &mut Console<'_>) -> Result<()> {
    let columns = ["kernel", "n", "chunks", "runs", "wrong", "calm, s", "disturbed, s", "ratio"];
    let mut table = table::new(&columns);
    for round in &chaos.rounds {
        table.add_row([
            round.kernel.to_owned(),
            round.n.to_string(),
            round.chunks.to_string(),
            round.runs.to_string(),
            round.wrong.to_string(),
            format!("{:.3}", round.calm_seconds),
            format!("{:.3}", round.wild_seconds),
            format!("{:.2}", round.wild_seconds / round.calm_seconds),
        ]);
    }
    table::numbers(&mut table, 1..8);
    console.say(table::narrow(table, console.columns))?;
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
    console.say(format!("Disturbed runs took {:.2} times as long.", chaos.slowdown))?;
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
