//! The variants: the functions of the compiled files, and what the sources say about them.

use crate::console::{Console, shown};
use crate::try_::choose;
use crate::try_::compile::Unit;
use crate::try_::declared::Declared;
use crate::try_::plan::Built;
use crate::try_::signature::Signature;
use crate::try_::source;
use crate::try_::symbols::{self, Exported};
use anyhow::{Context, Result, anyhow, bail};
use std::fs;
use std::path::Path;

/// A variant for each chosen function of each library, with the number of its unit.
pub fn of(units: &[Unit<'_>], wishes: &[String]) -> Result<Vec<(usize, Built)>> {
    let paths: Vec<&Path> = units.iter().map(|unit| &*unit.source.path).collect();
    let files = source::names(&paths);
    let exported = units.iter().zip(&files).map(|(unit, file)| {
        let bytes = fs::read(&unit.library).with_context(|| file.clone())?;
        symbols::exported(&bytes).with_context(|| file.clone())
    });
    let exported: Vec<Vec<Exported>> = exported.collect::<Result<_>>()?;
    let pairs: Vec<(&str, &[Exported])> =
        files.iter().zip(&exported).map(|(file, functions)| (&file[..], &functions[..])).collect();
    let chosen = choose::choose(&pairs, wishes)?;
    let mut all: Vec<(usize, Built)> = Vec::new();
    for (index, functions) in chosen.iter().enumerate() {
        for function in functions {
            let name = name(units, index, &files[index], function, functions.len() > 1);
            if all.iter().any(|(_, other)| other.name == name) {
                bail!(
                    "there are two variants of the name {name}: is a file or a flag there twice?"
                );
            }
            let library = units[index].library.file_name().unwrap_or_default();
            let library = library.to_string_lossy().into_owned();
            let (symbol, function) = (function.symbol.clone(), function.name.clone());
            all.push((index, Built { name, library, symbol, function }));
        }
    }
    Ok(all)
}

/// The name of the file, and what tells the variant from others of the file.
fn name(
    units: &[Unit<'_>],
    index: usize,
    file: &str,
    function: &Exported,
    several: bool,
) -> String {
    let unit = &units[index];
    let same_file = |other: &&Unit<'_>| other.source.path == unit.source.path;
    let mut words = vec![file.to_owned()];
    if units.iter().filter(same_file).any(|other| other.flags != unit.flags) {
        words.push(if unit.flags.is_empty() {
            "(no flags)".to_owned()
        } else {
            unit.flags.join(" ")
        });
    }
    if several {
        words.push(function.name.clone());
    }
    // Nothing in it reaches a terminal but text.
    shown(Path::new(&words.join(" ")))
}

/// What the sources say about the functions of the variants, each with the variant's name.
pub fn declared(
    units: &[Unit<'_>],
    variants: &[(usize, Built)],
) -> Result<Vec<(String, Declared)>> {
    let mut all = Vec::new();
    for (unit, built) in variants {
        let source = units[*unit].source;
        // Of a crate it may be somewhere else.
        let Some((kind, file)) = source.text() else { continue };
        let Ok(text) = fs::read(file) else { continue };
        let text = String::from_utf8_lossy(&text);
        let Some(found) = Declared::find(kind, &text, &built.function) else { continue };
        if !found.is_extern_c {
            bail!(
                "{}: {} needs extern \"C\" before its fn: without it only Rust can call it",
                built.name,
                built.function
            );
        }
        all.push((built.name.clone(), found));
    }
    Ok(all)
}

/// Calls with a signature that is not the function's mean nothing.
pub fn warn(declared: &[(String, Declared)], signature: &Signature, console: &mut Console<'_>) {
    for (name, found) in declared.iter().filter(|(_, found)| !found.fits(signature)) {
        let theirs = found.signature();
        let theirs = theirs.map_or(String::new(), |theirs| format!(", which looks like {theirs}"));
        console
            .note(format!("warning: --sig {signature} does not seem to be that of {name}{theirs}"));
    }
}

/// The signature that all sources agree on.
pub fn signature(declared: &[(String, Declared)], console: &mut Console<'_>) -> Result<Signature> {
    let missing =
        "--sig is missing: what the functions take and return, as in --sig 'f64(n, *f64, *f64)'";
    let Some((name, found)) = declared.first() else { bail!("{missing}") };
    let signature =
        found.signature().map_err(|what| anyhow!("{missing}; {name} does not tell {what}"))?;
    if let Some((other, theirs)) = declared.iter().find(|(_, other)| !other.fits(&signature)) {
        let theirs = theirs.signature();
        let theirs = theirs.map_or("something else".to_owned(), |theirs| theirs.to_string());
        bail!("{name} looks like {signature}, {other} like {theirs}: say with --sig which it is");
    }
    console.note(format!("--sig '{signature}', as {name} has it"));
    Ok(signature)
}
