//! `abreast patterns`: the gallery of binding patterns, with prices measured here.

use crate::args::PatternsArgs;
use crate::console::Console;
use crate::table;
use abreast::harness::env::Environment;
use abreast_patterns::index::{PATTERNS, Row};
use abreast_patterns::prices::{self, Price, Priced};
use anyhow::{Result, bail};
use serde::Serialize;

#[derive(Serialize)]
struct Printed {
    schema: &'static str,
    /// Whether prices were measured: an unoptimised build says nothing about cost.
    priced: bool,
    environment: Environment,
    patterns: Vec<One>,
}

#[derive(Serialize)]
struct One {
    number: u8,
    name: &'static str,
    title: &'static str,
    chapter: &'static str,
    goes_wrong: &'static str,
    code: String,
    foreign: String,
    tests: &'static [&'static str],
    proofs: Vec<String>,
    prices: Vec<Price>,
    /// Why there is no price, where nothing is left of the pattern at run time.
    nothing: Option<&'static str>,
}

pub fn patterns(args: &PatternsArgs, console: &mut Console<'_>) -> Result<()> {
    let rows = chosen(&args.patterns)?;
    let priced = !cfg!(debug_assertions);
    let bar = console.progress(prices::ROUNDS as u64);
    let prices = match priced {
        true => prices::of(&rows, || bar.inc(1)),
        false => rows.iter().map(|row| unpriced(row)).collect(),
    };
    bar.finish_and_clear();
    let shown: Vec<One> =
        rows.iter().zip(prices).map(|(row, priced)| One::of(row, priced)).collect();
    if args.json {
        let environment = Environment::here(0);
        let schema = "abreast.patterns/1";
        return console.json(&Printed { schema, priced, environment, patterns: shown });
    }
    console.say(index(&shown, console.columns))?;
    let others = further(&shown, !args.patterns.is_empty());
    if let Some(others) = others {
        console.say("\nAll that was measured:")?;
        console.say(table::narrow(others, console.columns))?;
    }
    if !args.patterns.is_empty() {
        shown.iter().try_for_each(|one| console.say(legs(one)))?;
    }
    if priced {
        return console.say(
            "\nNanoseconds each, best of 40 samples on each side, all taking turns; ~ where the difference is \
             smaller than what the samples differ by.",
        );
    }
    console.note("An unoptimised build says nothing about cost: cargo run --release -- patterns");
    Ok(())
}

/// The rows that were asked for by name or number; all without a wish.
fn chosen(wishes: &[String]) -> Result<Vec<&'static Row>> {
    if wishes.is_empty() {
        return Ok(PATTERNS.to_vec());
    }
    let find = |wish: &String| {
        let is_it = |row: &&&Row| row.name == wish || row.number.to_string() == *wish;
        PATTERNS.iter().find(is_it).copied()
    };
    let mut rows = Vec::new();
    for wish in wishes {
        let Some(row) = find(wish) else {
            let known: Vec<&str> = PATTERNS.iter().map(|row| row.name).collect();
            bail!(
                "PATTERN {wish:?}: not a pattern's number or name; there are {}",
                known.join(", ")
            );
        };
        rows.push(row);
    }
    Ok(rows)
}

fn unpriced(row: &Row) -> Priced {
    Priced { number: row.number, name: row.name, prices: Vec::new(), nothing: row.cost.nothing() }
}

impl One {
    fn of(row: &Row, priced: Priced) -> One {
        One {
            number: row.number,
            name: row.name,
            title: row.title,
            chapter: row.chapter.title(),
            goes_wrong: row.goes_wrong,
            code: format!("patterns/src/{}.rs", row.name),
            foreign: format!("patterns/csrc/{}/", row.name),
            tests: row.tests,
            proofs: row.proofs.iter().map(|proof| proof.in_words()).collect(),
            prices: priced.prices,
            nothing: priced.nothing,
        }
    }
}

/// One line per pattern, with its first price.
fn index(shown: &[One], columns: Option<u16>) -> String {
    let mut table =
        table::new(&["", "pattern", "ns", "more", "than", "what goes wrong without it", "proofs"]);
    let mut chapter = "";
    for one in shown {
        if chapter != one.chapter {
            chapter = one.chapter;
            table.add_row(["", &chapter.to_uppercase()]);
        }
        let [ns, more, than] = match (one.prices.first(), one.nothing) {
            (Some(price), _) => [digits(price.ns), over(price), price.baseline.to_owned()],
            (None, Some(_)) => ["0".to_owned(), String::new(), String::new()],
            (None, None) => Default::default(),
        };
        let proofs = format!("{} tests, {} more", one.tests.len(), one.proofs.len());
        let (number, wrong) = (one.number.to_string(), one.goes_wrong.to_owned());
        table.add_row([number, one.name.to_owned(), ns, more, than, wrong, proofs]);
    }
    table::numbers(&mut table, 0..1);
    table::numbers(&mut table, 2..4);
    table::narrow(table, columns)
}

/// Every pair of the patterns that have more than one, or of all.
fn further(shown: &[One], all: bool) -> Option<comfy_table::Table> {
    let mut table = table::new(&["", "ns", "more", "what", "than"]);
    let mut empty = true;
    for one in shown.iter().filter(|one| all || one.prices.len() > 1) {
        for price in &one.prices {
            empty = false;
            let (what, than) = (price.what.to_owned(), price.baseline.to_owned());
            table.add_row([one.name.to_owned(), digits(price.ns), over(price), what, than]);
        }
    }
    table::numbers(&mut table, 1..3);
    (!empty).then_some(table)
}

/// Where a pattern's legs stand, and why it is free where it is.
fn legs(one: &One) -> String {
    let nothing = one.nothing.map(|why| format!("\n  costs nothing: {why}")).unwrap_or_default();
    format!(
        "\n{}. {}: {}\n  code: {} and {}\n  tests: {}\n  proofs: {}{nothing}",
        one.number,
        one.title,
        one.goes_wrong,
        one.code,
        one.foreign,
        one.tests.join(", "),
        one.proofs.join(", "),
    )
}

/// Three figures, whatever the size.
fn digits(ns: f64) -> String {
    match ns {
        _ if ns >= 100.0 => format!("{ns:.0}"),
        _ if ns >= 10.0 => format!("{ns:.1}"),
        _ => format!("{ns:.2}"),
    }
}

fn over(price: &Price) -> String {
    let over = price.over_ns();
    // Neither what the samples hide nor what two digits cannot show.
    if over.abs() <= price.spread_ns.max(0.005) {
        return "~".to_owned();
    }
    let sign = if over < 0.0 { '-' } else { '+' };
    format!("{sign}{}", digits(over.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_within_the_noise_is_not_a_number() {
        let price =
            |ns, spread_ns| Price { what: "", ns, baseline: "", baseline_ns: 2.0, spread_ns };
        assert_eq!(over(&price(2.3, 0.5)), "~");
        assert_eq!(over(&price(2.3, 0.1)), "+0.30");
        assert_eq!(over(&price(1.5, 0.1)), "-0.50");
        assert_eq!(over(&price(1002.0, 0.1)), "+1000");
    }

    #[test]
    fn a_pattern_goes_by_name_and_by_number() {
        let by = |wish: &str| chosen(&[wish.to_owned()]).map(|rows| rows[0].name);
        assert_eq!(by("owned_handle").unwrap(), "owned_handle");
        assert_eq!(by("6").unwrap(), "owned_handle");
        assert!(by("owned").unwrap_err().to_string().contains("there are"));
        assert_eq!(chosen(&[]).unwrap().len(), PATTERNS.len());
    }
}
