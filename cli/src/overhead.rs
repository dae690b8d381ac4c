//! `abreast overhead`: the price of each way across the border.

use crate::console::{Console, Screen};
use crate::table;
use abreast::harness::overhead::{self, Price};
use anyhow::{Result, bail};
use serde::Serialize;

#[derive(Serialize)]
struct Printed {
    schema: &'static str,
    #[serde(flatten)]
    overhead: overhead::Overhead,
    verdict: String,
}

pub fn overhead(as_json: bool, console: &mut Console<'_>) -> Result<()> {
    if cfg!(debug_assertions) {
        bail!("an unoptimised build says nothing about cost: use cargo run --release -- overhead");
    }
    let overhead = overhead::overhead();
    let verdict = overhead.verdict();
    if as_json {
        return console.json(&Printed { schema: "abreast.overhead/2", overhead, verdict });
    }
    console.say(prices(&overhead.prices, console.screen))?;
    console.say("\nWhat careless measurements would have said:")?;
    console.say(prices(&overhead.traps, console.screen))?;
    console.say(format!(
        "\nMedians of {} rounds; an empty loop takes {:.2} ns.\n{verdict}",
        overhead.rounds, overhead.empty_ns
    ))
}

fn prices(prices: &[Price], screen: Screen) -> String {
    let mut table = table::new(&["ns per call", "over Rust", "what"]);
    for Price { what, price, .. } in prices {
        table.add_row([
            format!("{:.2}", price.ns),
            format!("{:+.2}", price.over_ns),
            (*what).to_owned(),
        ]);
    }
    table::numbers(&mut table, 0..2);
    table::narrow(table, screen)
}
