//! `abreast patterns`: the gallery of binding patterns, with prices measured here.

pub mod copy;
mod declaration;
mod findings;

use crate::args::PatternsArgs;
use crate::console::{Console, Screen};
use crate::table;
use abreast::harness::env::Environment;
use abreast_compare::format::digits;
use abreast_compare::prices;
use abreast_patterns::index::{Cost, PATTERNS, Pair, Row, copy as copying, marks};
use anyhow::{Result, bail};
use copy::PatternsAction;
use declaration::Declaration;
use findings::Finding;
use serde::Serialize;
use std::fmt::Write;
use std::time::Duration;

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
    /// How much of its code is the pattern, in words.
    #[serde(skip)]
    lines: String,
}

/// One pair, measured.
#[derive(Clone, Copy, Serialize)]
struct Price {
    /// What was timed.
    what: &'static str,
    #[serde(flatten)]
    price: prices::Price,
    /// What it is compared with.
    baseline: &'static str,
    /// Nanoseconds of that, in the middle round.
    baseline_ns: f64,
}

/// How long a sample should take: long against the clock, short against a time slice.
const BLOCK: Duration = Duration::from_micros(500);
/// Samples of each side.
const ROUNDS: usize = 40;

pub fn patterns(args: &PatternsArgs, console: &mut Console<'_>) -> Result<()> {
    if let Some(PatternsAction::Copy(copied)) = &args.action {
        let rows = chosen(std::slice::from_ref(&copied.pattern))?;
        return copied.run(rows[0], console);
    }
    if let Some(text) = &args.declaration {
        return pages_for(text, args.json, console);
    }
    let rows = chosen(&args.patterns)?;
    // An unoptimised build says nothing about cost.
    let priced = !cfg!(debug_assertions);
    let bar = console.progress(ROUNDS as u64);
    let pairs = |row: &Row| if priced { pairs(row) } else { &[] };
    let all: Vec<&Pair> = rows.iter().flat_map(|row| pairs(row)).collect();
    let mut prices = price(&all, || bar.inc(1)).into_iter();
    bar.finish_and_clear();
    let own = |row: &&Row| One::of(row, prices.by_ref().take(pairs(row).len()).collect());
    let shown: Vec<One> = rows.iter().map(own).collect();
    if args.json {
        let environment = Environment::here(0);
        let schema = "abreast.patterns/2";
        return console.json(&Printed { schema, priced, environment, patterns: shown });
    }
    console.say(index(&shown, console.screen))?;
    let others = further(&shown, !args.patterns.is_empty());
    if let Some(others) = others {
        console.say("\nAll that was measured:")?;
        console.say(table::narrow(others, console.screen))?;
    }
    if !args.patterns.is_empty() {
        shown.iter().try_for_each(|one| console.say(legs(one)))?;
    }
    if priced {
        return console.say(
            "\nNanoseconds each, medians of 40 rounds in which all take turns; ~ where the rounds do not agree \
             that there is a difference.",
        );
    }
    console.note("An unoptimised build says nothing about cost: cargo run --release -- patterns");
    Ok(())
}

#[derive(Serialize)]
struct Pages<'a> {
    schema: &'static str,
    declaration: &'a str,
    found: Vec<Part>,
}

/// A part of a declaration, and the pages about it.
#[derive(Serialize)]
struct Part {
    part: String,
    /// Why it is taken for that, where a name has decided.
    why: Option<String>,
    pages: Vec<Page>,
}

#[derive(Serialize)]
struct Page {
    name: &'static str,
    /// What it is for.
    case: &'static str,
}

impl Part {
    fn of(found: Finding) -> Part {
        let page = |(name, case): &(&'static str, &'static str)| Page { name, case };
        let pages = found.sign.pages.iter().map(page).collect();
        Part { part: found.part, why: found.why, pages }
    }
}

/// The pages for what a declaration shows.
fn pages_for(declaration: &str, json: bool, console: &mut Console<'_>) -> Result<()> {
    let found = findings::findings(&Declaration::parse(declaration)?);
    let found: Vec<Part> = found.into_iter().map(Part::of).collect();
    if json {
        return console.json(&Pages { schema: "abreast.pages/1", declaration, found });
    }
    console.say(listed(&found))
}

/// The parts one after the other, each page with its case.
fn listed(found: &[Part]) -> String {
    let Some(first) = found.first().and_then(|part| part.pages.first()) else {
        return "No page is needed: numbers go by value, and nothing else was seen.".to_owned();
    };
    let mut said = String::new();
    for Part { part, why, pages } in found {
        let why = why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        let _ = writeln!(said, "{part}{why}");
        for Page { name, case } in pages {
            let _ = writeln!(said, "  {name:<18} {case}");
        }
    }
    let name = first.name;
    said + &format!("\nA page is patterns/src/NAME.rs, and its price: abreast patterns {name}")
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

fn pairs(row: &Row) -> &'static [Pair] {
    match row.cost {
        Cost::Measured(pairs) => pairs,
        Cost::Nothing(_) | Cost::Unbuilt { .. } => &[],
    }
}

/// Measures these pairs, all sides of all of them in the same rounds; takes a few seconds for all.
fn price(pairs: &[&Pair], turn: impl FnMut()) -> Vec<Price> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let sides = pairs.iter().enumerate().flat_map(|(i, pair)| {
        let base = 2 * i + 1;
        [prices::Row { run: &pair.run, base }, prices::Row { run: &pair.run_baseline, base }]
    });
    let found = prices::prices(&sides.collect::<Vec<_>>(), ROUNDS, BLOCK, turn).rows;
    let price = |(pair, sides): (&&Pair, &[prices::Price])| Price {
        what: pair.what,
        price: sides[0],
        baseline: pair.baseline,
        baseline_ns: sides[1].ns,
    };
    pairs.iter().zip(found.chunks(2)).map(price).collect()
}

impl One {
    fn of(row: &Row, prices: Vec<Price>) -> One {
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
            prices,
            nothing: row.cost.nothing(),
            lines: lines(row),
        }
    }
}

/// How many lines of code are marked as what.
fn lines(row: &Row) -> String {
    let code = copying::files(row).filter(|(path, _)| !path.ends_with(".md"));
    let counts = marks::count(code.map(|(_, text)| text));
    let parts = [marks::Part::Pattern, marks::Part::Example, marks::Part::Counterexample];
    let [pattern, example, wrong] = parts.map(|part| counts.get(&part).copied().unwrap_or(0));
    format!("{pattern} of the pattern, {example} of the example, {wrong} of counterexamples")
}

/// One line per pattern, with its first price.
fn index(shown: &[One], screen: Screen) -> String {
    let mut table =
        table::new(&["", "pattern", "ns", "more", "than", "what goes wrong without it", "proofs"]);
    let mut chapter = "";
    for one in shown {
        if chapter != one.chapter {
            chapter = one.chapter;
            table.add_row(["", &chapter.to_uppercase()]);
        }
        let [ns, more, than] = match (one.prices.first(), one.nothing) {
            (Some(price), _) => [digits(price.price.ns), over(price), price.baseline.to_owned()],
            (None, Some(_)) => ["0".to_owned(), String::new(), String::new()],
            (None, None) => Default::default(),
        };
        let proofs = format!("{} tests, {} more", one.tests.len(), one.proofs.len());
        let (number, wrong) = (one.number.to_string(), one.goes_wrong.to_owned());
        table.add_row([number, one.name.to_owned(), ns, more, than, wrong, proofs]);
    }
    table::numbers(&mut table, 0..1);
    table::numbers(&mut table, 2..4);
    table::narrow(table, screen)
}

/// Every pair of the patterns that have more than one, or of all.
fn further(shown: &[One], all: bool) -> Option<comfy_table::Table> {
    let mut table = table::new(&["", "ns", "more", "what", "than"]);
    let mut empty = true;
    for one in shown.iter().filter(|one| all || one.prices.len() > 1) {
        for price in &one.prices {
            empty = false;
            let (what, than) = (price.what.to_owned(), price.baseline.to_owned());
            let ns = digits(price.price.ns);
            table.add_row([one.name.to_owned(), ns, over(price), what, than]);
        }
    }
    table::numbers(&mut table, 1..3);
    (!empty).then_some(table)
}

/// Where a pattern's legs stand, and why it is free where it is.
fn legs(one: &One) -> String {
    let nothing = one.nothing.map(|why| format!("\n  costs nothing: {why}")).unwrap_or_default();
    format!(
        "\n{}. {}: {}\n  code: {} and {}\n  lines: {}\n  tests: {}\n  proofs: {}{nothing}",
        one.number,
        one.title,
        one.goes_wrong,
        one.code,
        one.foreign,
        one.lines,
        one.tests.join(", "),
        one.proofs.join(", "),
    )
}

fn over(price: &Price) -> String {
    let over = price.price.over_ns;
    // Neither what the rounds do not agree on nor what two digits cannot show.
    if !price.price.differs() || over.abs() <= 0.005 {
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
        let price = |over_ns, spread| {
            let (low_ns, high_ns) = (Some(over_ns - spread), Some(over_ns + spread));
            let price = prices::Price { ns: 2.0 + over_ns, over_ns, low_ns, high_ns };
            Price { what: "", price, baseline: "", baseline_ns: 2.0 }
        };
        assert_eq!(over(&price(0.3, 0.5)), "~");
        assert_eq!(over(&price(0.3, 0.1)), "+0.300");
        assert_eq!(over(&price(-0.5, 0.1)), "-0.500");
        assert_eq!(over(&price(0.004, 0.001)), "~");
        assert_eq!(over(&price(1000.0, 0.1)), "+1000");
    }

    #[test]
    fn each_pair_has_its_own_two_sides() {
        let pair = |what, run: fn(u64) -> Duration, run_baseline: fn(u64) -> Duration| Pair {
            what,
            run,
            baseline: "",
            run_baseline,
        };
        fn takes<const MICROS: u64>(times: u64) -> Duration {
            Duration::from_micros(MICROS * times)
        }
        let (a, b) = (pair("a", takes::<2>, takes::<1>), pair("b", takes::<1>, takes::<3>));
        let mut rounds = 0;
        let found = price(&[&a, &b], || rounds += 1);
        let found = found.iter().map(|p| (p.what, p.price.ns, p.price.over_ns, p.baseline_ns));
        let found: Vec<_> =
            found.map(|(w, a, b, c)| (w, a.round(), b.round(), c.round())).collect();
        assert_eq!(found, [("a", 2000.0, 1000.0, 1000.0), ("b", 1000.0, -2000.0, 3000.0)]);
        assert_eq!(rounds, ROUNDS);
        assert!(price(&[], || ()).is_empty());
    }

    #[test]
    fn the_pages_for_a_declaration_stand_with_their_cases() {
        let said = |text: &str| {
            let found = findings::findings(&Declaration::parse(text).expect(text));
            listed(&found.into_iter().map(Part::of).collect::<Vec<_>>())
        };
        let callback = said("void f(nlopt_func g, void *g_data)");
        let first = "nlopt_func g (void *g_data follows, as the data of a function does)\n  \
                     scoped_callback    called during this call only\n";
        assert!(callback.starts_with(first), "{callback}");
        assert!(callback.ends_with("abreast patterns scoped_callback"), "{callback}");
        assert!(said("double f(double x)").starts_with("No page is needed"));
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
