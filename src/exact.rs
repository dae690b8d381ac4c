//! Double-double arithmetic: the oracle behind sums and products. Slow and obvious.
//!
//! A [`Twofold`] is an unevaluated sum `hi + lo` of two doubles with `|lo| <= ulp(hi) / 2`, good
//! for about 106 bits. Sources: Knuth's two-sum; Dekker's product, here by one fused operation;
//! Ogita, Rump and Oishi, "Accurate sum and dot product" (2005).

/// An unevaluated sum of two doubles.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Twofold {
    /// The sum, rounded.
    pub hi: f64,
    /// What rounding took away.
    pub lo: f64,
}

impl Twofold {
    /// `x` itself.
    pub const fn new(x: f64) -> Self {
        Twofold { hi: x, lo: 0.0 }
    }

    /// `x * y` without rounding (barring underflow).
    pub fn product(x: f64, y: f64) -> Self {
        let hi = x * y;
        Twofold { hi, lo: x.mul_add(y, -hi) }
    }

    /// `self + x`.
    pub fn plus(self, x: f64) -> Self {
        let (hi, lost) = two_sum(self.hi, x);
        Self::renormal(hi, self.lo + lost)
    }

    /// `self * x`.
    pub fn times(self, x: f64) -> Self {
        let product = Twofold::product(self.hi, x);
        Self::renormal(product.hi, product.lo + self.lo * x)
    }

    fn renormal(hi: f64, lo: f64) -> Self {
        if !hi.is_finite() {
            return Twofold::new(hi);
        }
        let (hi, lo) = two_sum(hi, lo);
        Twofold { hi, lo }
    }
}

impl std::ops::Add for Twofold {
    type Output = Twofold;

    fn add(self, other: Twofold) -> Twofold {
        let (hi, lost) = two_sum(self.hi, other.hi);
        Self::renormal(hi, lost + (self.lo + other.lo))
    }
}

/// `a + b` rounded, and exactly what rounding took away.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

/// The classical error constant gamma(k) = k u / (1 - k u) for `k` roundings to unit roundoff `u`
/// (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1).
pub fn gamma(k: u64, unit_roundoff: f64) -> f64 {
    let ku = k as f64 * unit_roundoff;
    ku / (1.0 - ku)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_double_loses_a_twofold_keeps() {
        let total = [1e16, 1.0, -1e16, 1e-5].iter().fold(Twofold::default(), |t, x| t.plus(*x));
        assert_eq!(total.hi, 1.0 + 1e-5);
        let third = Twofold::product(1.0 / 3.0, 3.0);
        assert_eq!((third.hi, third.lo), (1.0, -(0.5f64.powi(54))));
    }
}
