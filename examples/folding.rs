//! Which compilers replace a loop of additions by its formula?
//!
//! `cargo run --release --example folding` times the sum of 0..n for n = 10^6 and n = 10^9. A loop takes a
//! thousand times longer for the second; a folded one takes the same few nanoseconds, and whoever reports
//! that as "additions per second" has measured nothing. The five variants of `range_sum` are kept loops by
//! devices that their docs name; the table shows that they are.

use abreast::kernels::range_sum::folding::{Growth, folds};
use abreast::kernels::range_sum::{RangeSum, range_sum_formula};
use abreast::{Error, Kernel};

fn main() -> Result<(), Error> {
    let sum = range_sum_formula(Growth::SIZES[1])?;
    assert_eq!(sum, abreast::range_sum(Growth::SIZES[1])?);
    println!("the sum of 0..10^9 is {sum}\n");
    println!("{:10}  {:>13}  {:>13}", "", "n = 10^6", "n = 10^9");

    println!("the loop, left to the compiler");
    for growth in folds() {
        row(&growth, growth.compiler);
    }
    println!("the variants of range_sum, kept a loop");
    for variant in RangeSum::VARIANTS {
        let job = |n| RangeSum::job(n)?.variant(variant.name)?.call();
        row(&Growth::measure(variant.name, "", |n| job(n).expect("checked above")), "");
    }
    Ok(())
}

fn row(growth: &Growth, compiler: &str) {
    let [small, large] = growth.nanoseconds.map(human);
    let verdict = if growth.folded() { "folded: O(1)" } else { "loop: O(n)" };
    let line = format!("{:>10}  {small:>13}  {large:>13}  {verdict:12}  {compiler}", growth.name);
    println!("{}", line.trim_end());
}

fn human(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.1} ns"),
        ns if ns < 1e6 => format!("{:.1} us", ns / 1e3),
        ns => format!("{:.1} ms", ns / 1e6),
    }
}
