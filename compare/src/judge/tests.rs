//! Seeded mistakes, each by the name it must be given.

use super::*;
use crate::agree::{Agree, leaves};

const NAMES: [&str; 3] = ["c", "zip", "lanes"];

fn judged<T: Agree>(outputs: [T; 3], within: Within) -> Vec<(usize, String)> {
    let returned: Vec<Returned> = outputs.iter().map(|output| Ok(leaves(output))).collect();
    let found = judge(&NAMES, &returned, 0, &within);
    found.into_iter().map(|objection| (objection.variant, objection.what)).collect()
}

fn vectors(second: &[f64]) -> Vec<(usize, String)> {
    let good = vec![1.0, 2.0, 3.0, 4.0];
    judged([good.clone(), second.to_vec(), good], Within::relative(1e-12))
}

#[test]
fn agreeing_variants_have_nothing_against_them() {
    assert_eq!(judged([0.1 + 0.2, 0.3, 0.3], Within::relative(1e-12)), []);
    assert_eq!(judged([(); 3], Within::exact()), []);
}

#[test]
fn a_seeded_mistake_is_named_with_its_place_and_both_values() {
    for (seeded, parts) in [
        (&[1.0, 2.0, 3.5, 4.0][..], &["at [2] gives 3.5 where c gives 3.0", "off by 1.4e-1"][..]),
        (&[0.0; 4], &["at [0] gives 0.0 where c gives 1.0", "every value is zero"]),
        (&[1.0, f64::NAN, 3.0, 4.0], &["at [1] is NaN"]),
        (&[1.0, 3.0, 2.0, 4.0], &["at [1]", "the same values in another order"]),
        (&[2.0, 3.0, 4.0, 5.0], &["at [0]", "shifted by one"]),
        (&[0.0, 1.0, 2.0, 3.0], &["at [0]", "shifted by one"]),
        (&[1.0, 2.0, 3.0], &["gives length 3 where c gives length 4"]),
        (&[], &["gives length 0 where c gives length 4"]),
    ] {
        let found = vectors(seeded);
        assert_eq!(found.len(), 1, "{seeded:?}: {found:?}");
        assert_eq!(found[0].0, 1);
        assert!(parts.iter().all(|part| found[0].1.contains(part)), "{seeded:?}: {found:?}");
    }
}

#[test]
fn an_outvoted_baseline_is_the_one_that_is_wrong() {
    let found = judged([1.0, 2.0, 2.0], Within::exact());
    assert_eq!(found, [(0, "gives 1.0 where zip gives 2.0 (off by 5.0e-1)".to_owned())]);
    // Three answers: the baseline stays the reference.
    assert_eq!(judged([1.0, 2.0, 3.0], Within::exact()).len(), 2);
}

#[test]
fn nan_from_everybody_is_no_agreement() {
    assert_eq!(judged([f64::NAN; 3], Within::exact()).len(), 3);
    assert_eq!(judged([f64::NAN; 3], Within::exact().or_nan()), []);
}

#[test]
fn a_variant_that_failed_leaves_the_others_judged() {
    let returned = [Err("panicked: no".to_owned()), Ok(leaves(&1.0)), Ok(leaves(&2.0))];
    let found = judge(&NAMES, &returned, 0, &Within::exact());
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((found[0].variant, &found[0].what[..]), (0, "panicked: no"));
    assert!(found[1].what.contains("where zip gives 1.0"), "{found:?}");
}

#[test]
fn a_second_call_must_give_the_same_bits() {
    let returned = |x: f64| Ok(leaves(&vec![1.0, x]));
    assert_eq!(repeated(0, &returned(2.0), &returned(2.0)), None);
    let found = repeated(0, &returned(2.0), &returned(4.0)).expect("found").what;
    assert!(found.contains("at [1] the first call gave 2.0 and the second 4.0"), "{found}");
    assert!(repeated(0, &returned(0.0), &returned(-0.0)).is_some());
    assert!(repeated(0, &returned(0.0), &Err("panicked".into())).is_some());
}

#[test]
fn distances_tell_the_same_bits_from_within_the_bound() {
    let of = |x: f64| -> Returned { Ok(vec![Leaf::F64(1.0), Leaf::F64(x)]) };
    let returned = [of(2.0), of(2.0), of(2.0 + 1e-12), of(f64::NAN), Err("panicked".into())];
    let found = distances(&returned, 0, &Within::relative(1e-9));
    assert_eq!((found[0], found[1]), (Some(0.0), Some(0.0)));
    assert!(found[2].is_some_and(|off| (4e-13..6e-13).contains(&off)), "{found:?}");
    assert_eq!((found[3], found[4]), (None, None));
    let zeros = [Ok(vec![Leaf::F64(0.0)]), Ok(vec![Leaf::F64(-0.0)])];
    let found = distances(&zeros, 0, &Within::absolute(1e-9));
    assert_eq!(found, [Some(0.0), Some(f64::MIN_POSITIVE)]);
}

#[test]
fn what_should_not_matter_may_change_bits_within_the_bound_only() {
    let of = |x: f64| -> Returned { Ok(vec![Leaf::F64(x)]) };
    let found = |a: f64, b: f64, within| moved(0, &of(a), &of(b), &within, "elsewhere");
    assert_eq!(found(1.0, 1.0 + 1e-15, Within::relative(1e-12)), None);
    assert_eq!(found(f64::NAN, f64::NAN, Within::exact()), None, "named by the judge");
    let what = found(1.0, 1.0 + 1e-15, Within::exact()).expect("other bits").what;
    assert!(what.ends_with("elsewhere"), "{what}");
}
