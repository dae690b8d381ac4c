//! Comparing results: with the oracle by its bound, with each other by bits.

use super::report::Difference;
use crate::kernel::{Answer, Expected, Number};

/// Whether two answers are the same, bit for bit.
///
/// One NaN is as good as another: neither C nor Rust says which payload and sign an operation
/// gives, and the hardware takes those of whichever operand the compiler put first.
pub(super) fn same(a: &Answer, b: &Answer) -> bool {
    if a.hash == b.hash {
        return true;
    }
    let any_nan = a.numbers.iter().any(|number| is_nan(*number));
    any_nan
        && a.numbers.len() == b.numbers.len()
        && a.numbers.iter().zip(&b.numbers).all(|(a, b)| same_number(*a, *b))
}

pub(super) fn same_number(a: Number, b: Number) -> bool {
    bits(a) == bits(b) || (is_nan(a) && is_nan(b))
}

/// How near an answer is to the oracle.
pub(super) struct Nearness {
    /// Indices of the numbers that the oracle does not accept.
    pub(super) rejected: Vec<usize>,
    pub(super) max_ulp: f64,
    pub(super) sum_ulp: f64,
    worst: usize,
}

/// Holds `answer` to the oracle. An error says that there is nothing to hold it to.
pub(super) fn nearness(answer: &Answer, oracle: &[Expected]) -> Result<Nearness, String> {
    let got = &answer.numbers;
    if got.len() != oracle.len() {
        return Err(format!("the result has {} numbers, the oracle {}", got.len(), oracle.len()));
    }
    let mut all = Nearness { rejected: Vec::new(), max_ulp: 0.0, sum_ulp: 0.0, worst: 0 };
    let mut furthest = -1.0;
    for (i, (near, got)) in oracle.iter().zip(got).enumerate() {
        let distance = distance(near, *got);
        all.max_ulp = all.max_ulp.max(distance);
        all.sum_ulp += distance;
        if !near.accepts(*got) {
            all.rejected.push(i);
            if distance > furthest {
                (furthest, all.worst) = (distance, i);
            }
        }
    }
    Ok(all)
}

impl Nearness {
    /// The rejected numbers, as a report shows them.
    pub(super) fn difference(&self, answer: &Answer, oracle: &[Expected]) -> Difference {
        let got = answer.numbers[self.worst];
        let want = wanted(&oracle[self.worst], got);
        show(got, want, self.worst, self.rejected.len(), answer, self.max_ulp, self.sum_ulp)
    }
}

/// Where `answer` has other bits than `reference`.
pub(super) fn difference(answer: &Answer, reference: &Answer) -> Option<Difference> {
    let pairs = || answer.numbers.iter().zip(&reference.numbers);
    let apart = |(a, b): (&Number, &Number)| distance(&exactly(*b), *a);
    let differs: Vec<usize> =
        pairs().enumerate().filter(|(_, (a, b))| !same_number(**a, **b)).map(|(i, _)| i).collect();
    let far = |i: usize| apart((&answer.numbers[i], &reference.numbers[i]));
    let worst = differs.iter().copied().max_by(|a, b| far(*a).total_cmp(&far(*b)))?;
    let max = far(worst);
    let sum = pairs().map(apart).sum();
    let (got, want) = (answer.numbers[worst], reference.numbers[worst]);
    Some(show(got, want, worst, differs.len(), answer, max, sum))
}

fn show(
    got: Number,
    want: Number,
    index: usize,
    wrong: usize,
    answer: &Answer,
    max_ulp: f64,
    sum_ulp: f64,
) -> Difference {
    Difference {
        wrong,
        of: answer.numbers.len(),
        index,
        got: got.to_string(),
        got_bits: hex(got),
        want: want.to_string(),
        want_bits: hex(want),
        max_ulp,
        mean_ulp: sum_ulp / answer.numbers.len().max(1) as f64,
    }
}

/// What the oracle wants, rounded to the type of what it got.
fn wanted(near: &Expected, got: Number) -> Number {
    match (*near, got) {
        (Expected::Exact(want), _) => Number::Int(want),
        (Expected::Real { hi, .. }, Number::F32(_)) => Number::F32(hi as f32),
        (Expected::Real { hi, .. }, _) => Number::F64(hi),
    }
}

/// A number as an oracle that accepts nothing else.
fn exactly(number: Number) -> Expected {
    match number {
        Number::Int(value) => Expected::Exact(value),
        Number::F64(value) => Expected::Real { hi: value, lo: 0.0, bound: 0.0 },
        Number::F32(value) => Expected::Real { hi: value.into(), lo: 0.0, bound: 0.0 },
    }
}

/// Distance in units in the last place of the exact result, in the type of `got`.
fn distance(near: &Expected, got: Number) -> f64 {
    let (hi, lo) = match (*near, got) {
        (Expected::Exact(want), Number::Int(got)) => return got.abs_diff(want) as f64,
        (Expected::Exact(_), _) | (_, Number::Int(_)) => return f64::INFINITY,
        (Expected::Real { hi, lo, .. }, _) => (hi, lo),
    };
    let (value, unit) = match got {
        Number::F64(value) => (value, ulp(hi)),
        Number::F32(value) => (value.into(), ulp_f32(hi as f32)),
        Number::Int(_) => return f64::INFINITY,
    };
    if value == hi && hi.is_infinite() || value.is_nan() && hi.is_nan() {
        return 0.0;
    }
    let distance = ((value - hi) - lo).abs() / unit;
    if distance.is_nan() { f64::INFINITY } else { distance }
}

/// The distance from `x` to the next number; below the normal numbers, that of the smallest one,
/// lest an exact zero make every distance astronomical.
fn ulp(x: f64) -> f64 {
    let x = x.abs().clamp(f64::MIN_POSITIVE, f64::MAX / 2.0);
    x.next_up() - x
}

fn ulp_f32(x: f32) -> f64 {
    let x = x.abs().clamp(f32::MIN_POSITIVE, f32::MAX / 2.0);
    f64::from(x.next_up() - x)
}

fn bits(number: Number) -> u128 {
    match number {
        Number::Int(value) => value as u128,
        Number::F64(value) => value.to_bits().into(),
        Number::F32(value) => value.to_bits().into(),
    }
}

fn hex(number: Number) -> String {
    match number {
        Number::F32(value) => format!("{:08x}", value.to_bits()),
        Number::F64(value) => format!("{:016x}", value.to_bits()),
        Number::Int(value) => format!("{:x}", value as u64),
    }
}

fn is_nan(number: Number) -> bool {
    match number {
        Number::Int(_) => false,
        Number::F64(value) => value.is_nan(),
        Number::F32(value) => value.is_nan(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn answer(numbers: &[f64]) -> Answer {
        let hash = crate::sample::fnv1a(bytemuck::cast_slice(numbers));
        let numbers: Vec<Number> = numbers.iter().map(|x| Number::F64(*x)).collect();
        Answer {
            value: numbers[0],
            hash,
            numbers,
            named: Vec::new(),
            fenced: true,
            took: Duration::ZERO,
        }
    }

    fn real(hi: f64, bound: f64) -> Expected {
        Expected::Real { hi, lo: 0.0, bound }
    }

    #[test]
    fn zeros_of_different_sign_differ_and_nans_do_not() {
        assert!(!same(&answer(&[0.0, 1.0]), &answer(&[-0.0, 1.0])));
        assert!(same(&answer(&[f64::NAN, 1.0]), &answer(&[-f64::NAN, 1.0])));
        assert!(!same(&answer(&[f64::NAN, 1.0]), &answer(&[f64::NAN, 1.5])));
        assert!(!same(&answer(&[1.0]), &answer(&[f64::NAN])));
    }

    #[test]
    fn distances_are_in_units_in_the_last_place() {
        assert_eq!(distance(&real(1.0, 0.0), Number::F64(1.0 + 3.0 * f64::EPSILON)), 3.0);
        assert_eq!(distance(&real(1.0, 0.0), Number::F32(1.0 + f32::EPSILON)), 1.0);
        assert_eq!(distance(&Expected::Exact(7), Number::Int(-3)), 10.0);
        assert_eq!(distance(&real(f64::INFINITY, 0.0), Number::F64(f64::INFINITY)), 0.0);
        assert_eq!(distance(&real(f64::INFINITY, 0.0), Number::F64(f64::MAX)), f64::INFINITY);
        assert_eq!(distance(&real(1.0, 0.0), Number::F64(f64::NAN)), f64::INFINITY);
        assert_eq!(distance(&real(f64::NAN, 0.0), Number::F64(f64::NAN)), 0.0);
        assert_eq!(distance(&Expected::Exact(0), Number::F64(0.0)), f64::INFINITY);
    }

    #[test]
    fn the_worst_rejected_number_is_shown_with_its_bits() {
        let got = answer(&[1.0, 2.5, 3.0, f64::NAN]);
        let oracle = [real(1.0, 0.0), real(2.0, 0.1), real(3.0, 0.0), real(f64::NAN, 0.0)];
        let near = nearness(&got, &oracle).unwrap();
        assert_eq!(near.rejected, [1]);
        let shown = near.difference(&got, &oracle);
        assert_eq!((shown.wrong, shown.of, shown.index), (1, 4, 1));
        assert_eq!((&*shown.got, &*shown.got_bits), ("2.5", "4004000000000000"));
        assert_eq!((&*shown.want, &*shown.want_bits), ("2.0", "4000000000000000"));
        assert_eq!(shown.max_ulp, 0.5 / (2.0 * f64::EPSILON));
    }

    #[test]
    fn an_answer_of_another_length_is_no_answer() {
        let why = nearness(&answer(&[1.0]), &[]).err().unwrap();
        assert_eq!(why, "the result has 1 numbers, the oracle 0");
    }
}
