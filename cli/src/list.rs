//! `abreast list`: the matrix of what can be run here.

use crate::console::Console;
use crate::table;
use abreast::executors;
use abreast::kernel::{Class, Entry, Role, VariantInfo};
use abreast::{Isa, Level};
use anyhow::Result;
use serde_json::json;

/// The executors, each with what it needs.
const EXECUTORS: [(&str, &str); 7] = [
    ("serial", "the calling thread"),
    ("threads:N", "a pool of N threads; threads: one per core"),
    ("graph:N", "the chunks as nodes of a graph, joined by a tree, on such a pool"),
    ("async:N", "futures that a tokio runtime drives, computing on such a pool"),
    ("procs:N", "N worker processes, replaced when they die (Linux)"),
    ("sim:N", "one thread that says when N workers would have done it, by a model of costs"),
    ("locked:EXECUTOR", "another executor with one lock around each task"),
];

pub fn list(registry: &[Entry], as_json: bool, console: &mut Console<'_>) -> Result<()> {
    if as_json {
        return console.json(&describe(registry));
    }
    let mut kernels = table::new(&["kernel", "formula", "n counts", "same bits", "own arguments"]);
    for entry in registry {
        let arguments: Vec<String> =
            entry.params.iter().map(|param| format!("--{} {}", param.name, param.form)).collect();
        let class = match entry.class {
            Class::SameBits => "at every level",
            Class::Fused(_) => "wherever FMA exists",
            Class::Bounded(_) => "of each variant",
        };
        kernels.add_row([entry.name, entry.formula, entry.unit, class, &arguments.join(" ")]);
    }
    console.say(table::wrap(kernels, console.screen))?;
    for entry in registry {
        match entry.class {
            Class::SameBits => {}
            Class::Fused(why) => console.say(format!("{}: fused, because {why}", entry.name))?,
            Class::Bounded(why) => {
                console.say(format!("{}: within a bound, because {why}", entry.name))?;
            }
        }
    }
    console.say("\nVariants; * is the one that is used when none is named:")?;
    variants(registry, console)?;
    console.say("\nLevels, each with every variant:")?;
    for isa in Isa::ALL {
        console.say(format!("  {:9} {}", isa.name(), level_here(isa)))?;
    }
    console.say("\nExecutors:")?;
    let added = executors::added().iter().map(|entry| (entry.name, entry.about));
    EXECUTORS
        .into_iter()
        .chain(added)
        .try_for_each(|(name, what)| console.say(format!("  {name:15} {what}")))
}

/// The variants: of all kernels with the same table at once.
fn variants(registry: &[Entry], console: &mut Console<'_>) -> Result<()> {
    let mut tables: Vec<(Vec<VariantInfo>, Vec<&str>)> = Vec::new();
    for entry in registry {
        let table: Vec<VariantInfo> = entry.variants().collect();
        match tables.iter_mut().find(|(known, _)| *known == table) {
            Some((_, kernels)) => kernels.push(entry.name),
            None => tables.push((table, vec![entry.name])),
        }
    }
    let several = tables.len() > 1;
    for (table, kernels) in tables {
        if several {
            console.say(format!("  {}:", kernels.join(", ")))?;
        }
        for variant in table {
            let mark = if variant.role == Role::Default { "*" } else { "" };
            console.say(format!("  {:12} {}", format!("{}{mark}", variant.name), variant.about))?;
        }
    }
    Ok(())
}

fn role(role: Role) -> serde_json::Value {
    match role {
        Role::Plain => json!("plain"),
        Role::Default => json!("default"),
        Role::TwinOf(name) => json!({ "twin_of": name }),
    }
}

fn level_here(isa: Isa) -> String {
    let foreign = (isa == Isa::Neon) != cfg!(target_arch = "aarch64");
    match Level::new(isa) {
        Ok(level) if level == Level::best() => "here, and the best this CPU has".to_owned(),
        Ok(_) => "here".to_owned(),
        Err(_) if foreign => format!("not here: this program is for {}", std::env::consts::ARCH),
        Err(why) => format!("not here: {why}"),
    }
}

fn describe(registry: &[Entry]) -> serde_json::Value {
    let kernels: Vec<_> = registry
        .iter()
        .map(|entry| {
            let params = entry
                .params
                .iter()
                .map(|p| json!({ "name": p.name, "form": p.form, "help": p.help }));
            json!({
                "name": entry.name,
                "family": entry.family,
                "formula": entry.formula,
                "n": entry.unit,
                "same_bits": matches!(entry.class, Class::SameBits),
                "params": params.collect::<Vec<_>>(),
                "variants": entry
                    .variants()
                    .map(|v| json!({ "name": v.name, "about": v.about, "role": role(v.role) }))
                    .collect::<Vec<_>>(),
            })
        })
        .collect();
    let levels = Isa::ALL.map(|isa| {
        json!({ "name": isa.name(), "here": Level::new(isa).is_ok(), "note": level_here(isa) })
    });
    json!({
        "schema": "abreast.list/2",
        "kernels": kernels,
        "levels": levels,
        "executors": EXECUTORS
            .into_iter()
            .chain(executors::added().iter().map(|entry| (entry.name, entry.about)))
            .map(|(name, what)| json!({ "name": name, "what": what }))
            .collect::<Vec<_>>(),
    })
}
