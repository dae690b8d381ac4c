//! Two ways to count the ones of numbers: for the traps on caches and on first calls.

use abreast_compare::inputs::integers;

/// The ones of each 16-bit number.
pub type Table = [u8; 1 << 16];

pub fn table() -> Box<Table> {
    let ones = |number: usize| number.count_ones() as u8;
    let all: Vec<u8> = (0..1 << 16).map(ones).collect();
    all.try_into().expect("as many as there are")
}

/// Four looks into the table for each number.
pub fn by_table(table: &Table, numbers: &[u64]) -> u64 {
    let quarter = |number: u64, i: u32| u64::from(table[usize::from((number >> (16 * i)) as u16)]);
    numbers.iter().flat_map(|number| (0..4).map(move |i| quarter(*number, i))).sum()
}

/// One step for each one.
pub fn one_by_one(numbers: &[u64]) -> u64 {
    let ones = |number: &u64| {
        let (mut left, mut count) = (*number, 0);
        while left != 0 {
            left &= left - 1;
            count += 1;
        }
        count
    };
    numbers.iter().map(ones).sum()
}

pub fn numbers(n: usize, seed: u64) -> Vec<u64> {
    integers(n, u64::MAX, seed)
}
