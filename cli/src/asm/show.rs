//! What is printed: one table, then the loops, or two of them side by side.

use crate::asm::facts::{Callee, Facts, Row};
use crate::asm::{Counted, Heading};
use crate::console::Console;
use crate::symbols::short;
use crate::table;
use anyhow::Result;
use similar::{Algorithm, capture_diff_slices_by_key};

/// Lines of a loop that are shown without being asked for.
const SHOWN: usize = 48;
/// What is assumed of a terminal that says nothing.
const COLUMNS: usize = 80;

/// Everything.
pub fn all(
    heading: &Heading<'_>,
    counted: &[Counted],
    as_diff: bool,
    console: &mut Console<'_>,
) -> Result<()> {
    let Heading { function, sizes: [n, twice], level } = *heading;
    console.say(table(counted, level, console.columns))?;
    let border = if level.is_some() { "; border: those between Rust and C or C++" } else { "" };
    console.say(format!(
        "\n{function}: calls at n = {n} and {twice}, instruction by instruction.\n\
         Per element: what the second executes more. Per iteration: of the loop that\n\
         does most of it. Calls at n = {n}{border}."
    ))?;
    match counted {
        [a, b] if as_diff => diff(a, b, console),
        _ => loops(counted, level.is_some(), console),
    }
}

/// One row per variant. Without a level there is no border either.
fn table(variants: &[Counted], level: Option<&str>, columns: Option<u16>) -> String {
    let level = Vec::from_iter(level);
    let first = [&["variant"], &["level"][..level.len()], &["registers"]].concat();
    let numbers = ["instr.\n/ elem.", "instr.\n/ iter.", "elem.\n/ iter.", "calls", "border"];
    let shown = numbers.len() - 1 + level.len();
    let mut table = table::new(&[&first, &numbers[..shown]].concat());
    for Counted { variant, found } in variants {
        let mut cells: Vec<String> = vec![variant.clone()];
        cells.extend(level.iter().map(|level| (*level).to_owned()));
        match found {
            Ok(facts) => cells.extend(figures(facts).into_iter().take(1 + shown)),
            Err(_) => cells.push("not counted".to_owned()),
        }
        table.add_row(cells);
    }
    table::numbers(&mut table, first.len()..first.len() + shown);
    table::narrow(table, columns)
}

fn figures(facts: &Facts) -> [String; 6] {
    let none = || "-".to_owned();
    let hot = facts.hot.as_ref();
    [
        hot.map_or_else(none, |hot| hot.registers.words()),
        number(facts.instructions_per_element),
        hot.map_or_else(none, |hot| number(hot.instructions_per_iteration)),
        hot.map_or_else(none, |hot| number(hot.elements_per_iteration)),
        calls(facts, |_| true).to_string(),
        calls(facts, |callee| callee.crosses).to_string(),
    ]
}

/// How many calls there are in the first call of the variant.
fn calls(facts: &Facts, counts: impl Fn(&Callee) -> bool) -> u64 {
    facts.calls.iter().filter(|callee| counts(callee)).map(|callee| callee.times[0]).sum()
}

/// Whole numbers as such, others with three digits behind the point.
fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What each variant does most of the time, and whom it calls.
fn loops(variants: &[Counted], border: bool, console: &mut Console<'_>) -> Result<()> {
    for (i, Counted { variant, found }) in variants.iter().enumerate() {
        console.say("")?;
        let facts = match found {
            Ok(facts) => facts,
            Err(why) => {
                console.say(format!("{variant}: {why}"))?;
                continue;
            }
        };
        let twin = variants[..i].iter().find(|other| is_same(&other.found, facts));
        if let Some(twin) = twin {
            console.say(format!("{variant}: the same code as {}", twin.variant))?;
            continue;
        }
        console.say(title(variant, facts))?;
        callees(facts, border, console.columns).map_or(Ok(()), |lines| console.say(lines))?;
        match (&facts.all, &facts.hot) {
            (Some(all), _) => code(all, usize::MAX, console)?,
            (None, Some(hot)) => code(&hot.code, SHOWN, console)?,
            (None, None) => {}
        }
    }
    Ok(())
}

fn is_same<E>(other: &Result<Facts, E>, facts: &Facts) -> bool {
    let code = |facts: &Facts| {
        let rows = facts.all.as_ref().or(facts.hot.as_ref().map(|hot| &hot.code))?;
        Some(rows.iter().map(|row| (row.function.clone(), row.text.clone())).collect::<Vec<_>>())
    };
    let other = other.as_ref().ok();
    other.is_some_and(|other| {
        code(other).is_some_and(|other| Some(other) == code(facts)) && other.calls == facts.calls
    })
}

fn title(variant: &str, facts: &Facts) -> String {
    match &facts.hot {
        Some(hot) => {
            let share = 100.0 * hot.share;
            let of_all = match &facts.all {
                Some(_) => "all that one call executes; the loop is in ",
                None => "",
            };
            let function = short(&hot.function);
            let source =
                hot.source.as_ref().map(|line| format!("\n    {line}")).unwrap_or_default();
            format!("{variant}: {of_all}{function}, {share:.1} % of the instructions{source}")
        }
        None => format!("{variant}: no loop that runs longer when the problem grows"),
    }
}

/// `calls ab_ddot (border), memcpy x 3`
fn callees(facts: &Facts, border: bool, columns: Option<u16>) -> Option<String> {
    let callee = |Callee { function, crosses, times: [first, second] }: &Callee| {
        let times = match (first, second) {
            (1, 1) => String::new(),
            (first, second) if first == second => format!(" x {first}"),
            (first, second) => format!(" x {first}, then {second}"),
        };
        let border = if *crosses && border { " (border)" } else { "" };
        format!("{}{border}{times}", short(function))
    };
    let room = columns.map_or(COLUMNS, usize::from);
    let mut lines = vec!["    calls".to_owned()];
    for (i, callee) in facts.calls.iter().map(callee).enumerate() {
        let comma = if i + 1 < facts.calls.len() { "," } else { "" };
        let line = lines.last_mut()?;
        if line.chars().count() + callee.chars().count() + 2 > room && i > 0 {
            lines.push(format!("          {callee}{comma}"));
        } else {
            line.push_str(&format!(" {callee}{comma}"));
        }
    }
    (!facts.calls.is_empty()).then(|| lines.join("\n"))
}

fn code(rows: &[Row], most: usize, console: &mut Console<'_>) -> Result<()> {
    // In a loop without branches each is executed once in each iteration, and nobody needs to be told.
    let counts = rows.iter().any(|row| (row.times - 1.0).abs() > 1e-9);
    for (i, row) in rows.iter().take(most).enumerate() {
        if row.gap {
            console.say("        ...")?;
        }
        if let Some(function) = row.function.as_ref().filter(|_| i > 0) {
            console.say(format!("    {}:", short(function)))?;
        }
        let times = if counts { format!("{:>10}", number(row.times)) } else { String::new() };
        console.say(format!("{times}    {}", line(row)))?;
    }
    match rows.len().saturating_sub(most) {
        0 => Ok(()),
        more => console.say(format!("        ... {more} more; --full shows all that is executed")),
    }
}

/// An instruction behind its label.
fn line(row: &Row) -> String {
    let label = row.label.as_ref().map(|label| format!("{label}:")).unwrap_or_default();
    format!("{label:<5}{}", row.text)
}

/// The same without room between an instruction and its operands.
fn close(row: &Row) -> String {
    let text = Vec::from_iter(row.text.split_whitespace()).join(" ");
    line(&Row { text, ..row.clone() })
}

/// Two loops side by side. What does the same to the same kinds of operands stands in one line.
fn diff(a: &Counted, b: &Counted, console: &mut Console<'_>) -> Result<()> {
    let (left, right) = (rows(a), rows(b));
    let ops = capture_diff_slices_by_key(Algorithm::Patience, left, right, |row| row.shape.clone());
    let columns = console.columns.map_or(COLUMNS, usize::from);
    let room = (columns.saturating_sub(3) / 2).max(20);
    let mut say = |left: &str, mark: &str, right: &str| {
        let line = format!("{} {mark} {}", fit(left, room), fit(right, room));
        console.say(line.trim_end())
    };
    say("", "", "")?;
    say(&name(a), " ", &name(b))?;
    for op in ops {
        let (_, old, new) = op.as_tag_tuple();
        for i in 0..old.len().max(new.len()) {
            let of = |rows: &[Row], range: &std::ops::Range<usize>| {
                range.clone().nth(i).map(|at| rows[at].clone())
            };
            let (a, b) = (of(left, &old), of(right, &new));
            let mark = match (&a, &b) {
                (Some(a), Some(b)) if a.text == b.text => " ",
                (Some(a), Some(b)) if a.shape == b.shape => "~",
                (Some(_), Some(_)) => "|",
                (Some(_), None) => "<",
                (None, _) => ">",
            };
            let text = |row: Option<Row>| row.as_ref().map(close).unwrap_or_default();
            say(&text(a), mark, &text(b))?;
        }
    }
    console.say("\n~ other registers, | something else, < and > on one side only")
}

fn rows(counted: &Counted) -> &[Row] {
    let facts = counted.found.as_ref().ok();
    facts.and_then(|facts| facts.hot.as_ref()).map_or(&[], |hot| &hot.code)
}

fn name(counted: &Counted) -> String {
    let function = counted.found.as_ref().ok().and_then(|facts| facts.hot.as_ref());
    let function = function.map_or("no loop".to_owned(), |hot| short(&hot.function));
    format!("{}: {function}", counted.variant)
}

/// The text in this many columns.
fn fit(text: &str, room: usize) -> String {
    match text.chars().count() > room {
        true => text.chars().take(room - 1).chain(['…']).collect(),
        false => format!("{text:<room$}"),
    }
}
