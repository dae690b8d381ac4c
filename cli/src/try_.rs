//! `abreast try`: functions in files, compiled, loaded, agreed and compared. No project is needed.

mod call;
mod choose;
mod compile;
mod count;
mod declared;
mod fault;
mod foreign;
mod inputs;
mod machine_code;
mod options;
mod plan;
mod probe;
mod shim;
mod signature;
mod source;
mod symbols;
mod variants;

use crate::console::{Console, shown};
use crate::{descriptors, ended, heap, number, output};
use abreast_compare::paint::Color;
use abreast_compare::{Host, main_of, worker_main};
use anyhow::{Context, Result, bail};
pub use compile::counter;
use options::Asked;
pub use options::TryArgs;
use plan::{LAST_WORDS, Plan, SHIM};
use signature::Signature;
use source::{FileKind, Source};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The report of those who name no other file.
const REPORT: &str = "abreast-try.html";

/// Returns the exit code.
pub fn try_(args: &TryArgs, color: Color, console: &mut Console<'_>) -> Result<u8> {
    if let Some(folder) = &args.built {
        return worker(folder, args, console);
    }
    if descriptors::stdout_was_closed() {
        bail!("standard output cannot be written: the program was started with it closed");
    }
    let asked = Asked::read(args)?;
    let typed = args.sig.as_ref().map(|text| asked.about(Signature::parse(text)?)).transpose()?;
    let sources = sources(&args.files)?;
    let folder = output::folder("abreast-try-").context("no private folder can be made")?;
    let units = asked.tools.units(&sources, folder.path());
    asked.tools.compile(&units, console)?;
    let variants = variants::of(&units, &args.function)?;
    let declared = variants::declared(&units, &variants)?;
    let meant = match typed {
        Some(meant) => {
            variants::warn(&declared, &meant.signature, console);
            meant
        }
        None => asked.about(variants::signature(&declared, console)?)?,
    };
    let plan = asked.plan(&meant, variants.into_iter().map(|(_, built)| built).collect())?;
    let source = folder.path().join("loop.c");
    fs::write(&source, shim::source(&meant.signature))?;
    asked.tools.shim(&source, &folder.path().join(SHIM), console)?;
    let counting = match args.allocs {
        true => {
            let library = asked.tools.counting(&source, folder.path(), console)?;
            heap::environment(&library, &heap::new(folder.path())?)
        }
        false => Vec::new(),
    };
    let counted = asked.counted(&plan)?;
    plan.write(folder.path())?;
    probe::probe(folder.path())?;
    if let [alone] = &plan.variants[..] {
        console.note(format!(
            "only one variant, {}: its times stand alone; another file, --cflags or --fn would be compared with it",
            alone.name
        ));
    }
    let host = Host {
        arguments: asked.arguments(&meant, color),
        worker: worker_arguments(folder.path()),
        counting,
        report: Some(REPORT.into()),
        compilers: asked.tools.compilers(&units),
        last_words: Some(folder.path().join(LAST_WORDS)),
    };
    let code = main_of(host, [plan.group(None)?]);
    let shown = counted.map_or(Ok(0), |n| machine_code::show(&plan, folder.path(), n, console));
    Ok(ended::both(code, shown, console))
}

/// With these the program is a worker.
fn worker_arguments(folder: &Path) -> Vec<OsString> {
    ["try".into(), "--built".into(), folder.into()].into()
}

fn worker(folder: &Path, args: &TryArgs, console: &mut Console<'_>) -> Result<u8> {
    let plan = Plan::read(folder)?;
    if args.probe {
        return probe::load(&plan, folder, console);
    }
    if let Some(variant) = args.traced {
        let n = number::count("asm", args.asm.as_deref().unwrap_or_default(), 1)?;
        return machine_code::be_traced(&plan, folder, variant, n);
    }
    plan.prepare(&folder.join(LAST_WORDS))?;
    match worker_main([plan.group(Some(folder))?]) {
        Some(code) => Ok(code),
        None => bail!("--built is for the workers of this program"),
    }
}

/// The files, if all of them can be compared here.
fn sources(files: &[PathBuf]) -> Result<Vec<Source>> {
    let sources: Vec<Source> =
        files.iter().map(|path| Source::look(path)).collect::<Result<_>>()?;
    for source in &sources {
        if matches!(source.kind, FileKind::Object | FileKind::Archive | FileKind::Library) {
            let bytes = fs::read(&source.path).with_context(|| shown(&source.path))?;
            if let Err(why) = symbols::runs_here(&bytes) {
                bail!("{} {why}", shown(&source.path));
            }
        }
    }
    Ok(sources)
}
