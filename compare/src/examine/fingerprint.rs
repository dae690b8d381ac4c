//! A number for the contents of an input, by which a change is seen.

use crate::agree::{Agree, Leaf};
use std::any::Any;

/// The fingerprint of an input of some type.
pub(crate) type Fingerprint<I> = Box<dyn Fn(&I) -> Option<u64>>;

/// Of an input of any type: known for the usual ones, and none for others.
pub(crate) fn of_usual<I: 'static>(input: &I) -> Option<u64> {
    macro_rules! known {
        ($($number:ty)*) => {$(
            known!(@ input, Vec<$number>);
            known!(@ input, (Vec<$number>, Vec<$number>));
            known!(@ input, (Vec<$number>, Vec<$number>, Vec<$number>));
            known!(@ input, ($number, Vec<$number>));
            known!(@ input, ($number, (Vec<$number>, Vec<$number>)));
            known!(@ input, (usize, (Vec<$number>, Vec<$number>)));
        )*};
        (@ $input:ident, $type:ty) => {
            if let Some(input) = ($input as &dyn Any).downcast_ref::<$type>() {
                return Some(fingerprint(input));
            }
        };
    }
    known!(f64 f32 u8 i32 u32 i64 u64 usize);
    known!(@ input, String);
    None
}

/// FNV-1a over the values, eight bytes at a time.
pub(crate) fn fingerprint(input: &impl Agree) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    input.leaves(&mut |leaf| {
        let bits = match leaf {
            Leaf::F64(x) => x.to_bits(),
            Leaf::F32(x) => u64::from(x.to_bits()),
            Leaf::Int(x) => x.cast_unsigned(),
            Leaf::Uint(x) => x,
            Leaf::Bool(x) => u64::from(x),
            Leaf::Char(x) => u64::from(x),
            Leaf::Len(x) => x as u64,
        };
        hash = (hash ^ bits).wrapping_mul(0x0000_0100_0000_01B3).rotate_left(23);
    });
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_changes_it_and_unusual_types_have_none() {
        let x = vec![1.0, 0.0];
        let of = |x: Vec<f64>| of_usual(&x).expect("known");
        assert_eq!(of(x.clone()), of(x.clone()));
        for other in [vec![1.0, -0.0], vec![0.0, 1.0], vec![1.0], vec![1.0, 0.0, 0.0]] {
            assert_ne!(of(other), of(x.clone()));
        }
        assert!(of_usual(&(2.0, (x.clone(), x.clone()))).is_some());
        assert_eq!(of_usual(&Some(x)), None);
    }
}
