//! `abreast scale`: more threads on one problem, and on a problem each.

use crate::args::{self, Timeout};
use crate::check;
use crate::console::{Console, Screen};
use crate::output::{self, Format, Outputs};
use crate::run::marked;
use crate::{number, table};
use abreast::harness::model::Standing;
use abreast::harness::scale::{self, COLUMNS, Scale, ScaleOptions};
use abreast::kernel::Entry;
use anyhow::Result;
use clap::Args;
use comfy_table::Cell;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Args)]
pub struct ScaleArgs {
    /// The kernel: see `abreast list`
    pub kernel: String,
    /// The variant: see `abreast list` (default: the kernel's own)
    #[arg(long, value_name = "VARIANT")]
    pub variant: Option<String>,
    /// v1, v3, v4 or neon (default: the best one, or ABREAST_ISA)
    #[arg(long, value_name = "LEVEL")]
    pub isa: Option<String>,
    /// The size of one problem (default: the largest that `compare` sweeps)
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub size: Option<String>,
    /// Numbers of threads, as in 1,2,4; one is timed in any case (default: one to all cores)
    #[arg(long, value_name = "COUNTS", allow_hyphen_values = true)]
    pub threads: Option<String>,
    /// Process starts that the times come from
    #[arg(long, default_value = "4", value_name = "N", allow_hyphen_values = true)]
    pub starts: String,
    /// The seed of random operands and of the order of measurements
    #[arg(long, default_value = "42", value_name = "N", allow_hyphen_values = true)]
    pub seed: String,
    #[command(flatten)]
    pub timeout: Timeout,
    /// The speed-up as a picture, with its intervals as bands
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Picture, table and machine as one self-contained page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Overwrite files that abreast did not write
    #[arg(long)]
    pub force: bool,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Printed<'s> {
    schema: &'static str,
    #[serde(flatten)]
    scale: &'s Scale,
}

/// Measures and shows; `false` when the variant disagrees or fails.
pub fn scale(args: &ScaleArgs, registry: &[Entry], console: &mut Console<'_>) -> Result<bool> {
    let entry = Entry::find(registry, &args.kernel)?;
    let options = options(args)?;
    let mut outputs = Outputs::new(args.force);
    if args.json {
        outputs.prints("--json")?;
    }
    let picture = outputs.claim_if("--svg", args.svg.as_deref(), Format::Scaling, console)?;
    let page = outputs.claim_if("--html", args.html.as_deref(), Format::ScalingPage, console)?;
    check::trusting(console);
    let bar = console.progress(1);
    let measured = scale::scale(entry, &options, &mut |to| {
        bar.set_length(to.of as u64);
        bar.set_position(to.done as u64);
        bar.set_message(to.next.to_owned());
    });
    bar.finish_and_clear();
    let scale = measured?;
    let picture =
        picture.map(|mut file| file.write(marked(Format::Scaling, scale::svg(&scale)), console));
    let page = page.map(|mut file| file.write(scale::html(&scale), console));
    if args.json {
        console.json(&Printed { schema: "abreast.scale/1", scale: &scale })?;
    } else {
        console.aside(outputs.on_stdout(), |console| show(&scale, console))?;
    }
    output::all(picture.into_iter().chain(page)).map(|()| scale.agreed)
}

fn options(args: &ScaleArgs) -> Result<ScaleOptions> {
    let mut options = ScaleOptions::new()?;
    options.variant = args.variant.clone();
    options.level = args::level(args.isa.as_deref())?;
    options.n = args.size.as_ref().map(|n| number::count("size", n, 1)).transpose()?;
    options.seed = number::count("seed", &args.seed, 0)?;
    options.starts = number::count("starts", &args.starts, 1)?;
    options.timeout = args.timeout.limit()?;
    if let Some(threads) = &args.threads {
        let counts = number::counts("threads", threads, 1)?;
        options.threads = counts.into_iter().map(|count| count as usize).collect();
    }
    Ok(options)
}

fn show(scale: &Scale, console: &mut Console<'_>) -> Result<()> {
    console.say(scale::title(scale))?;
    if !scale.strong.is_empty() {
        console.say(rows(scale, console.screen))?;
        let marks = scale::cells(scale).into_iter().filter_map(|(_, standing)| standing);
        let marks = Standing::legend(marks).map_or(String::new(), |marks| format!(" {marks}."));
        console.say("")?;
        console.sentence(&format!(
            "Times the work that one thread does in the same time; serial part by Karp and Flatt.{marks}"
        ))?;
    }
    let found = scale.findings.iter().map(|finding| format!("DISAGREES  {finding}"));
    found.chain(scale.verdict.iter().cloned()).try_for_each(|line| console.sentence(&line))?;
    scale.warnings.iter().try_for_each(|line| console.sentence(&format!("Note: {line}.")))
}

fn rows(scale: &Scale, screen: Screen) -> String {
    let mut table = table::new(&COLUMNS);
    for (cells, standing) in scale::cells(scale) {
        let cells = cells.into_iter().enumerate().map(|(column, text)| match standing {
            Some(standing) if column == 4 => table::ratio(text, standing),
            _ => Cell::new(text),
        });
        table.add_row(cells);
    }
    table::numbers(&mut table, 0..1);
    table::numbers(&mut table, 2..COLUMNS.len());
    table::narrow_without(table, screen, &["time from-to", "efficiency"])
}
