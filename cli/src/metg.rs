//! `abreast metg`: how small a task may be, on each executor.

use crate::args::{self, MetgArgs};
use crate::console::{Console, Screen};
use crate::output::{Format, Outputs};
use crate::run::marked;
use crate::{number, table};
use abreast::harness::metg::{self, Curve, Metg, Options, Reached};
use abreast_compare::format::{percent, seconds};
use anyhow::Result;
use serde::Serialize;

#[derive(Serialize)]
struct Printed {
    schema: &'static str,
    #[serde(flatten)]
    metg: Metg,
}

pub fn metg(args: &MetgArgs, console: &mut Console<'_>) -> Result<()> {
    let mut outputs = Outputs::new(args.force);
    if args.json {
        outputs.prints("--json")?;
    }
    let picture = outputs.claim_if("--svg", args.svg.as_deref(), Format::Curves, console)?;
    let rounds = usize::try_from(number::count("rounds", &args.rounds, 1)?)?;
    // Who names executors wants those and nothing else.
    let (executors, rivals) = match &args.exec[..] {
        [] => (metg::executors()?, true),
        names => (args::executors(names)?, false),
    };
    let bar = console.progress(1);
    let measured =
        metg::metg(executors, &Options { rounds, rivals, ..Options::default() }, &mut |to| {
            bar.set_length(to.of as u64);
            bar.set_position(to.done as u64);
            bar.set_message(to.next.to_owned());
        });
    bar.finish_and_clear();
    let metg = measured?;
    let drawn = picture
        .map_or(Ok(()), |mut file| file.write(marked(Format::Curves, metg::svg(&metg)), console));
    if args.json {
        console.json(&Printed { schema: "abreast.metg/1", metg })?;
    } else {
        console.aside(outputs.on_stdout(), |console| show(&metg, console))?;
    }
    drawn
}

fn show(metg: &Metg, console: &mut Console<'_>) -> Result<()> {
    console.say(rows(metg, console.screen))?;
    for rival in &metg.rivals {
        if let Some(why) = &rival.skipped {
            console.say(format!("{}: not measured: {why}", rival.name))?;
        }
    }
    console.say(
        "\nMETG(50 %): the smallest task at which half of the slots' time is work. Overhead: what each \
         task\nadds to wall time, however small it is.",
    )
}

fn rows(metg: &Metg, screen: Screen) -> String {
    let names = ["executor", "METG(50 %)", "overhead per task", "at 1 µs", "at 100 µs", "at 10 ms"];
    let mut table = table::new(&names);
    for curve in &metg.curves {
        let at = |ns| efficiency(curve, ns);
        let overhead = seconds(curve.overhead_ns * 1e-9);
        table.add_row([curve.executor.clone(), half(curve), overhead, at(1e3), at(1e5), at(1e7)]);
    }
    for rival in &metg.rivals {
        if let Some(ns) = rival.overhead_ns {
            let overhead = seconds(ns * 1e-9);
            table.add_row([rival.name.clone(), String::new(), overhead]);
        }
    }
    table::numbers(&mut table, 1..names.len());
    table::narrow(table, screen)
}

fn half(curve: &Curve) -> String {
    let ns = curve.metg_ns.map(|ns| seconds(ns * 1e-9)).unwrap_or_default();
    match curve.reached {
        Reached::Between => ns,
        Reached::Everywhere => format!("< {ns}"),
        Reached::Never => "never".to_owned(),
    }
}

/// The efficiency at the size nearest to `ns`.
fn efficiency(curve: &Curve, ns: f64) -> String {
    let far = |task: f64| (task / ns).ln().abs();
    let nearest = curve.points.iter().min_by(|a, b| far(a.task_ns).total_cmp(&far(b.task_ns)));
    nearest.map_or_else(String::new, |point| percent(point.efficiency))
}
