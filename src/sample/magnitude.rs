//! Operands far from 1: variants that are right on numbers of ordinary size can be wrong there.

use super::splitmix64;
use std::any::TypeId;

/// By what operands are multiplied: powers of two, which are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Magnitude {
    /// All by a large one: 2^300, in single precision 2^30. Squares still fit.
    Large,
    /// All by a tiny one. Squares are still normal numbers.
    Tiny,
    /// Each by another one between these.
    Mixed,
}

/// The floating-point numbers that memory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Float {
    F64,
    F32,
}

impl Float {
    /// Those that `T` is or consists of.
    pub(crate) fn of<T: 'static>() -> Option<Float> {
        let of = |types: &[TypeId]| types.contains(&TypeId::of::<T>());
        let (f64s, f32s) = (
            [TypeId::of::<f64>(), TypeId::of::<num_complex::Complex64>()],
            [TypeId::of::<f32>(), TypeId::of::<num_complex::Complex32>()],
        );
        of(&f64s).then_some(Float::F64).or(of(&f32s).then_some(Float::F32))
    }
}

impl Magnitude {
    /// Multiplies the numbers in `bytes`.
    pub(crate) fn apply(self, bytes: &mut [u8], float: Float) {
        match float {
            Float::F64 => {
                for (i, bytes) in bytes.as_chunks_mut().0.iter_mut().enumerate() {
                    let by = f64::powi(2.0, self.exponent(i, 300));
                    *bytes = (f64::from_ne_bytes(*bytes) * by).to_ne_bytes();
                }
            }
            Float::F32 => {
                for (i, bytes) in bytes.as_chunks_mut().0.iter_mut().enumerate() {
                    let by = f32::powi(2.0, self.exponent(i, 30));
                    *bytes = (f32::from_ne_bytes(*bytes) * by).to_ne_bytes();
                }
            }
        }
    }

    fn exponent(self, i: usize, most: i32) -> i32 {
        match self {
            Magnitude::Large => most,
            Magnitude::Tiny => -most,
            Magnitude::Mixed => {
                let all = 2 * most.unsigned_abs() + 1;
                (splitmix64(0, i as u64) % u64::from(all)) as i32 - most
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_multiplied_by_powers_of_two_only() {
        let apply = |magnitude: Magnitude| {
            let mut x = [1.5f64; 1000];
            magnitude.apply(bytemuck::cast_slice_mut(&mut x), Float::F64);
            x
        };
        assert_eq!(apply(Magnitude::Large)[0], 1.5 * 2f64.powi(300));
        assert_eq!(apply(Magnitude::Tiny)[999], 1.5 * 2f64.powi(-300));
        let mixed = apply(Magnitude::Mixed);
        assert!(mixed.iter().any(|x| *x > 1e80) && mixed.iter().any(|x| *x < 1e-80));
        assert!(mixed.iter().all(|x| x.to_bits() << 12 == 1.5f64.to_bits() << 12));
        let mut x = [-3.0f32; 3];
        Magnitude::Tiny.apply(bytemuck::cast_slice_mut(&mut x), Float::F32);
        assert_eq!(x, [-3.0 * 2f32.powi(-30); 3]);
        assert_eq!((Float::of::<f32>(), Float::of::<u32>()), (Some(Float::F32), None));
    }
}
