//! Which variants may be timed: what each returned for one input, judged.

use crate::agree::{Leaf, Within, path, same_bits};

/// What a variant did with an input: the values it returned, or why it returned none.
pub(crate) type Returned = Result<Vec<Leaf>, String>;

/// Something against a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Objection {
    /// Its index.
    pub(crate) variant: usize,
    /// What is wrong, in words that go on from "lanes at n = 64: ".
    pub(crate) what: String,
}

/// Judges one input. `names` and `returned` are in the order of the variants, the baseline's index
/// is `base`.
///
/// The reference is the baseline, unless all others agree with each other and not with it.
pub(crate) fn judge(
    names: &[&str],
    returned: &[Returned],
    base: usize,
    within: &Within,
) -> Vec<Objection> {
    let mut found: Vec<Objection> = Vec::new();
    let mut sane: Vec<(usize, &[Leaf])> = Vec::new();
    for (variant, returned) in returned.iter().enumerate() {
        match returned {
            Err(why) => found.push(Objection { variant, what: why.clone() }),
            Ok(output) => match output.iter().position(|leaf| leaf.is_nan()) {
                Some(at) if !within.accepts_nan() => {
                    found.push(Objection {
                        variant,
                        what: format!("{}is NaN", at_path(output, at)),
                    });
                }
                _ => sane.push((variant, output)),
            },
        }
    }
    let Some((reference, expected)) = reference(&sane, base, within) else { return found };
    for &(variant, output) in sane.iter().filter(|(variant, _)| *variant != reference) {
        let difference = difference(output, expected, names[reference], within);
        found.extend(difference.map(|what| Objection { variant, what }));
    }
    found
}

/// The output that the others are held to.
fn reference<'o>(
    sane: &[(usize, &'o [Leaf])],
    base: usize,
    within: &Within,
) -> Option<(usize, &'o [Leaf])> {
    let first = sane.iter().find(|(variant, _)| *variant == base).or(sane.first())?;
    let others: Vec<_> = sane.iter().filter(|(variant, _)| *variant != first.0).collect();
    let agree = |a: &[Leaf], b: &[Leaf]| first_difference(a, b, within).is_none();
    let outvoted = others.len() > 1
        && others.iter().all(|other| !agree(other.1, first.1) && agree(other.1, others[0].1));
    Some(if outvoted { *others[0] } else { *first })
}

/// What a second call returned, against the first one.
pub(crate) fn repeated(variant: usize, first: &Returned, second: &Returned) -> Option<Objection> {
    let what = match (first, second) {
        (Ok(first), Ok(second)) => {
            let at = first_where(first, second, |a, b| !same_bits(a, b))?;
            format!(
                "{}the first call gave {} and the second {}: hidden state, memory that is not \
                 initialised, or something another variant left behind",
                at_path(first, at),
                value_at(first, at),
                value_at(second, at)
            )
        }
        (Ok(_), Err(why)) => format!("the second call for the same input failed: {why}"),
        (Err(_), _) => return None,
    };
    Some(Objection { variant, what })
}

/// What a call returned that should not matter to it, against the first one; `words` say what was
/// different about it. The same bits, or within the bound.
pub(crate) fn moved(
    variant: usize,
    first: &Returned,
    there: &Returned,
    within: &Within,
    words: &str,
) -> Option<Objection> {
    let what = match (first, there) {
        (Ok(first), Ok(there)) => {
            let differs = |a, b| !same_bits(a, b) && !within.accepts(a, b);
            let at = first_where(first, there, differs)?;
            let (first_value, value) = (value_at(first, at), value_at(there, at));
            format!("{}gives {first_value}, and {value} {words}", at_path(first, at))
        }
        (Ok(_), Err(why)) => format!("{why} {words}"),
        (Err(_), _) => return None,
    };
    Some(Objection { variant, what })
}

/// How far each variant is from the reference: 0 with the same bits, or else the largest relative
/// difference. None for what cannot be compared with it.
pub(crate) fn distances(returned: &[Returned], base: usize, within: &Within) -> Vec<Option<f64>> {
    let is_sane = |leaf: &Leaf| within.accepts_nan() || !leaf.is_nan();
    let sane: Vec<(usize, &[Leaf])> = returned
        .iter()
        .enumerate()
        .filter_map(|(i, r)| Some((i, &r.as_ref().ok().filter(|r| r.iter().all(is_sane))?[..])))
        .collect();
    let Some((_, expected)) = reference(&sane, base, within) else {
        return vec![None; returned.len()];
    };
    let distance = |returned: &Returned| {
        let output = returned.as_ref().ok().filter(|output| output.iter().all(is_sane))?;
        if output.len() != expected.len() {
            return None;
        }
        let pairs = output.iter().zip(expected).filter(|(a, b)| !same_bits(**a, **b));
        let off = pairs.map(|(a, b)| a.number().zip(b.number()).map_or(1.0, |(a, b)| apart(a, b)));
        Some(off.fold(0.0, f64::max)).filter(|off| off.is_finite())
    };
    returned.iter().map(distance).collect()
}

/// The relative difference. Of zeros with other signs, and of NaN with other bits, the smallest that
/// is not none.
fn apart(a: f64, b: f64) -> f64 {
    let off = (a - b).abs() / a.abs().max(b.abs());
    if off > 0.0 { off } else { f64::MIN_POSITIVE }
}

/// The index of the first value that differs, or of the end of the shorter one.
fn first_where(a: &[Leaf], b: &[Leaf], differs: impl Fn(Leaf, Leaf) -> bool) -> Option<usize> {
    let at = a.iter().zip(b).position(|(a, b)| differs(*a, *b));
    at.or((a.len() != b.len()).then(|| a.len().min(b.len())))
}

fn first_difference(a: &[Leaf], b: &[Leaf], within: &Within) -> Option<usize> {
    first_where(a, b, |a, b| !within.accepts(a, b))
}

fn value_at(leaves: &[Leaf], at: usize) -> String {
    leaves.get(at).map_or("nothing".into(), Leaf::to_string)
}

fn difference(output: &[Leaf], expected: &[Leaf], name: &str, within: &Within) -> Option<String> {
    let at = first_difference(output, expected, within)?;
    let mut what = format!(
        "{}gives {} where {name} gives {}",
        at_path(expected, at),
        value_at(output, at),
        value_at(expected, at)
    );
    if let (Some(a), Some(b)) = (number_at(output, at), number_at(expected, at)) {
        let off = (a - b).abs() / a.abs().max(b.abs());
        if off.is_finite() {
            what += &format!(" (off by {off:.1e})");
        }
    }
    if let Some(hint) = hint(output, expected, within) {
        what += "; ";
        what += hint;
    }
    Some(what)
}

fn number_at(leaves: &[Leaf], at: usize) -> Option<f64> {
    leaves.get(at).copied().and_then(Leaf::number)
}

fn at_path(leaves: &[Leaf], at: usize) -> String {
    match path(leaves, at) {
        path if path.is_empty() => path,
        path => format!("at {path} "),
    }
}

/// What kind of mistake it looks like.
fn hint(output: &[Leaf], expected: &[Leaf], within: &Within) -> Option<&'static str> {
    let numbers =
        |leaves: &[Leaf]| -> Vec<f64> { leaves.iter().copied().filter_map(Leaf::number).collect() };
    let (ours, theirs) = (numbers(output), numbers(expected));
    let near = |a: &f64, b: &f64| within.accepts(Leaf::F64(*a), Leaf::F64(*b));
    let all_near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| near(a, b));
    if !ours.is_empty() && ours.iter().all(|x| *x == 0.0) {
        return Some("every value is zero");
    }
    if ours.len() < 3 || ours.len() != theirs.len() {
        return None;
    }
    let last = ours.len() - 1;
    if all_near(&ours[1..], &theirs[..last]) || all_near(&ours[..last], &theirs[1..]) {
        return Some("the values are shifted by one");
    }
    let sorted = |mut numbers: Vec<f64>| {
        numbers.sort_by(f64::total_cmp);
        numbers
    };
    all_near(&sorted(ours), &sorted(theirs))
        .then_some("the same values in another order (transposed?)")
}

#[cfg(test)]
mod tests;
