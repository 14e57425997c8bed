//! Values that compare themselves, with the traits of the crate `approx`.

use std::any::Any;
use std::fmt::Debug;

use approx::RelativeEq;

use super::agreement::EDGES;
use super::opaque::{Disagreement, Opaque};
use super::shown::brief;
use super::tolerance::Measure;
use super::{Agreement, Compare, Dtype, Leaves, Terms};

/// A value of a type that implements the traits of the crate `approx` (0.5), such as a vector of `nalgebra` or `glam`.
///
/// The tolerance is that of the type's `Epsilon`: `RelativeEq::relative_eq` is asked with `atol` as `epsilon` and `rtol` as
/// `max_relative`. So many units in the last place are half as many times the machine epsilon, relatively, which never
/// accepts more than the units would.
///
/// ```
/// use crosscheck::compare::{Approx, Terms};
///
/// assert!(Terms::DEFAULT.compare(&Approx(1.0_f64 + 1e-13), &Approx(1.0)).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Approx<T>(pub T);

impl<T> Compare for Approx<T>
where
    T: RelativeEq<Epsilon: Epsilon> + Debug + Send + 'static,
{
    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        leaves.opaque(self);
    }
}

/// What `approx` measures distances in: `f32` or `f64`.
pub trait Epsilon: sealed::Sealed + Copy + 'static {
    #[doc(hidden)]
    const DTYPE: Dtype;
    /// The greatest number of the type that is not above.
    #[doc(hidden)]
    fn below(x: f64) -> Self;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

impl Epsilon for f32 {
    const DTYPE: Dtype = Dtype::F32;
    fn below(x: f64) -> Self {
        let nearest = x as Self;
        if f64::from(nearest) > x { nearest.next_down() } else { nearest }
    }
}

impl Epsilon for f64 {
    const DTYPE: Dtype = Dtype::F64;
    fn below(x: f64) -> Self {
        x
    }
}

impl<T> Opaque for Approx<T>
where
    T: RelativeEq<Epsilon: Epsilon> + Debug + Send + 'static,
{
    fn same_type(&self, other: &dyn Opaque) -> bool {
        (other as &dyn Any).is::<Self>()
    }

    fn describe(&self) -> String {
        format!("a value {} of {}", brief(&self.0), std::any::type_name::<T>())
    }

    /// What else it would accept is known to its type only.
    fn is_null(&self) -> Option<bool> {
        None
    }

    fn compare(&self, expected: &dyn Opaque, terms: &Terms<'_>, agreement: &mut Agreement) -> Option<Disagreement> {
        let dtype = T::Epsilon::DTYPE;
        let (tolerance, _) = terms.tolerance(dtype);
        let (absolute, relative) = match tolerance.measure() {
            Measure::Bounds { rtol, atol } => (atol, rtol),
            Measure::Ulps(ulps) if dtype == Dtype::F32 => (0.0, ulps * f64::from(f32::EPSILON) / 2.0),
            Measure::Ulps(ulps) => (0.0, ulps * f64::EPSILON / 2.0),
        };
        let expected = (expected as &dyn Any).downcast_ref::<Self>();
        let agrees = |share: f64| {
            let [absolute, relative] = [absolute, relative].map(|bound| T::Epsilon::below(bound * share));
            expected.is_some_and(|expected| self.0.relative_eq(&expected.0, absolute, relative))
        };
        if !agrees(1.0) {
            let expected = expected.map(|expected| brief(&expected.0)).unwrap_or_default();
            let (actual, allowed) = (brief(&self.0), tolerance.to_string());
            return Some(Disagreement::Approx { actual, expected, allowed });
        }
        if agrees(0.0) {
            agreement.equal(1);
        } else {
            // How much is used is known as far as the buckets of the histogram tell.
            agreement.near(EDGES.into_iter().find(|edge| agrees(*edge)).unwrap_or(1.0));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use approx::AbsDiffEq;

    use super::*;
    use crate::compare::{Mismatch, Tolerance, compare};

    /// A type of someone else, with two components.
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Point(f32, f32);

    impl AbsDiffEq for Point {
        type Epsilon = f32;
        fn default_epsilon() -> f32 {
            f32::EPSILON
        }
        fn abs_diff_eq(&self, other: &Self, epsilon: f32) -> bool {
            self.0.abs_diff_eq(&other.0, epsilon) && self.1.abs_diff_eq(&other.1, epsilon)
        }
    }

    impl RelativeEq for Point {
        fn default_max_relative() -> f32 {
            f32::EPSILON
        }
        fn relative_eq(&self, other: &Self, epsilon: f32, max_relative: f32) -> bool {
            self.0.relative_eq(&other.0, epsilon, max_relative) && self.1.relative_eq(&other.1, epsilon, max_relative)
        }
    }

    fn judge<T: Compare>(actual: &T, expected: &T, tolerance: Tolerance) -> Result<Agreement, Mismatch> {
        let terms = Terms { overriding: Some(tolerance), ..Terms::default() };
        compare(&Leaves::of(actual), &Leaves::of(expected), &terms)
    }

    #[test]
    fn a_value_is_asked_with_the_bounds_of_the_tolerance() {
        let half = Tolerance::new(0.0, 0.5);
        let point = |x| Approx(Point(x, 2.0));
        assert_eq!(judge(&point(1.0), &point(1.0), Tolerance::EXACT).unwrap().histogram[0], 1);
        let agreement = judge(&point(1.25), &point(1.0), half).unwrap();
        assert_eq!((agreement.used, agreement.elements, agreement.histogram[6]), (0.5, 1, 1));
        assert_eq!(judge(&point(1.5), &point(1.0), half).unwrap().used, 1.0);
        let mismatch = judge(&point(1.75), &point(1.0), half).unwrap_err();
        assert_eq!(mismatch.to_string(), "Point(1.75, 2.0) instead of Point(1.0, 2.0); allowed: rtol 0e0, atol 5e-1");
        assert_eq!((mismatch.share(), mismatch.ulps()), (1.0, None));
        // The default is that of 32-bit floats.
        let near = |x: f32| compare(&Leaves::of(&point(x)), &Leaves::of(&point(1.0)), &Terms::default()).is_ok();
        assert!(near(1.000_009) && !near(1.000_02));
    }

    #[test]
    fn values_of_other_types_are_no_numbers_apart() {
        let (actual, expected) = (Approx(1.0_f32), Approx(1.0_f64));
        let mismatch = compare(&Leaves::of(&actual), &Leaves::of(&expected), &Terms::default()).unwrap_err();
        assert_eq!(mismatch.to_string(), "a value 1.0 of f32 instead of a value 1.0 of f64");
    }

    #[test]
    fn a_bound_is_never_rounded_up() {
        assert!(f64::from(f32::below(0.1)) <= 0.1 && f64::from(f32::below(0.3)) <= 0.3);
        assert_eq!((f32::below(0.5), f32::below(0.0)), (0.5, 0.0));
    }

    #[test]
    fn units_in_the_last_place_never_accept_more_than_they_say() {
        let two = Tolerance::ulps(2.0);
        let off = |ulps: u64| Approx(f64::from_bits(1.5_f64.to_bits() + ulps));
        assert!(judge(&off(1), &off(0), two).is_ok() && judge(&off(3), &off(0), two).is_err());
    }

    #[test]
    fn the_share_is_that_of_the_whole_value() {
        let points = |x| (vec![Approx(1.0_f32), Approx(x), Approx(x)], 7_u8);
        let mismatch = judge(&points(2.0), &points(1.0), Tolerance::EXACT).unwrap_err();
        assert_eq!(mismatch.share(), 0.5);
        assert_eq!(
            mismatch.to_string(),
            "2.0 instead of 1.0 in `0[1]`; allowed: nothing but equality\n  2 of 4 elements disagree"
        );
    }
}
