//! How far rounding takes a result away from the exact one: the parts that budgets are made of.
//!
//! The bound of Higham (Accuracy and Stability of Numerical Algorithms, 2nd edition, section 3.1) for a sum or a dot product of `n`
//! terms in any order is `n·u / (1 − n·u)` times the sum of the terms' sizes, `u` being the unit roundoff of the additions. It holds
//! always, and is never reached: for 4096 terms it would let a backend forget one of them. Rounding errors do not all point the
//! same way; where they are independent of each other and of mean zero, Higham and Mary (A New Approach to Probabilistic
//! Rounding Error Analysis, SIAM J. Sci. Comput. 41(5), 2019, theorem 3.1) have `λ·√n·u` in place of `n·u`, except with a
//! probability of `2·exp(−λ²/2)` a rounding.

use super::Dtype;

/// `λ`: an element leaves the bound of [`Dtype::sum_bound`] with a probability below 10^-7 for each rounding in it, if rounding errors were
/// as bad as the theorem allows. Sums that are made in blocks, as most are, stay far below.
const LAMBDA: f64 = 6.0;

impl Dtype {
    /// The unit roundoff: the largest relative error of rounding to the nearest, 2^-11 for `f16`, 2^-8 for `bf16`, 2^-24 for `f32`
    /// and 2^-53 for `f64`. 0 for integers and truth values, which are not rounded.
    pub const fn unit_roundoff(self) -> f64 {
        match self {
            Dtype::F16 => 1.0 / 2048.0,
            Dtype::BF16 => 1.0 / 256.0,
            Dtype::F32 => f32::EPSILON as f64 / 2.0,
            Dtype::F64 => f64::EPSILON / 2.0,
            _ => 0.0,
        }
    }

    /// Half the distance between two floats near zero: what rounding may take from a result that is below the smallest normal one.
    pub const fn underflow(self) -> f64 {
        match self {
            // 2^-25, 2^-134, 2^-150
            Dtype::F16 => 1.0 / 33_554_432.0,
            Dtype::BF16 => f64::from_bits((1023 - 134) << 52),
            Dtype::F32 => f64::from_bits((1023 - 150) << 52),
            _ => 0.0,
        }
    }

    /// The error of a sum or a dot product of so many terms that is computed in this type, as a share of the sum of the
    /// terms' sizes: the probable bound, or the certain one where that is smaller.
    ///
    /// The certain bound is Higham's (Accuracy and Stability of Numerical Algorithms, 2nd edition, section 3.1), `n·u / (1 − n·u)`
    /// for `n` terms and the unit roundoff `u`; the probable one is Higham and Mary's (SIAM J. Sci. Comput. 41(5), 2019,
    /// theorem 3.1) with λ = 6.
    pub fn sum_bound(self, terms: usize) -> f64 {
        let (n, u) = (terms as f64, self.unit_roundoff());
        let certain = if n * u < 1.0 { n * u / (1.0 - n * u) } else { f64::INFINITY };
        let probable = (LAMBDA * n.sqrt() * u + n * u * u / (1.0 - u)).exp_m1();
        certain.min(probable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_off_by_half_a_unit_in_the_last_place() {
        for (dtype, epsilon, smallest) in [
            (Dtype::F16, half::f16::EPSILON.to_f64(), half::f16::MIN_POSITIVE_SUBNORMAL.to_f64()),
            (Dtype::BF16, half::bf16::EPSILON.to_f64(), half::bf16::MIN_POSITIVE_SUBNORMAL.to_f64()),
            (Dtype::F32, f64::from(f32::EPSILON), f64::from(f32::from_bits(1))),
        ] {
            assert_eq!(dtype.unit_roundoff(), epsilon / 2.0, "{dtype}");
            assert_eq!(dtype.underflow(), smallest / 2.0, "{dtype}");
        }
        assert_eq!(Dtype::F64.unit_roundoff(), f64::EPSILON / 2.0);
        assert_eq!((Dtype::I32.unit_roundoff(), Dtype::Bool.underflow()), (0.0, 0.0));
    }

    #[test]
    fn few_terms_have_the_certain_bound_and_many_the_probable_one() {
        let u = Dtype::F32.unit_roundoff();
        assert_eq!(Dtype::F32.sum_bound(0), 0.0);
        assert_eq!(Dtype::F32.sum_bound(4), 4.0 * u / (1.0 - 4.0 * u));
        let many = Dtype::F32.sum_bound(4096);
        assert!((many / (6.0 * 64.0 * u) - 1.0).abs() < 1e-4, "{many}");
        // Where nothing is certain any more.
        assert!(Dtype::BF16.sum_bound(1 << 20).is_finite());
    }

    /// 4096 products of values of both signs, added up one after the other in f32.
    #[test]
    fn a_naive_sum_stays_within_and_a_forgotten_term_does_not() {
        let value = |at: u32| f64::from(((at.wrapping_mul(2_654_435_761)) >> 8) as f32 / 16_777_216.0 - 0.5);
        let terms: Vec<_> = (0..4096).map(|at| (value(at) as f32) * (value(at + 4096) as f32)).collect();
        let exact: f64 = terms.iter().map(|term| f64::from(*term)).sum();
        let sizes: f64 = terms.iter().map(|term| f64::from(term.abs())).sum();
        let allowed = Dtype::F32.sum_bound(terms.len()) * sizes;
        let naive = f64::from(terms.iter().sum::<f32>());
        assert!((naive - exact).abs() < allowed, "{naive} {exact} {allowed}");
        let typical = sizes / 4096.0;
        assert!(typical > 5.0 * allowed, "{typical} {allowed}");
    }
}
