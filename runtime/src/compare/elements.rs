//! The comparison itself, element by element.

use super::ulps::spacing;
use super::{Difference, Differences, Mismatch, Special, Tolerance};

/// How many differing elements a mismatch shows.
const SHOWN: usize = 4;

/// Compares two arrays, each given as its dtype, its shape and its elements in row-major order, widened to `f64`.
///
/// Judged in this order: dtype, shape (nothing is broadcast), then for each element whether it is NaN, whether it is
/// infinite and with which sign, and for finite ones the tolerance. NaN agrees with NaN. A dtype that is named `f16`, `bf16`,
/// `f32` or `f64` has its differences counted in units in the last place as well.
///
/// # Errors
/// How the two disagree; also when an iterator does not yield as many elements as its shape says.
pub fn elements(
    actual: (&str, &[usize], impl IntoIterator<Item = f64>),
    expected: (&str, &[usize], impl IntoIterator<Item = f64>),
    tolerance: &Tolerance,
) -> Result<(), Mismatch> {
    let (dtype, shape) = (actual.0, actual.1);
    if dtype != expected.0 {
        return Err(Mismatch::Dtype { actual: dtype.to_owned(), expected: expected.0.to_owned() });
    }
    if shape != expected.1 {
        return Err(Mismatch::Shape { actual: shape.to_vec(), expected: expected.1.to_vec() });
    }
    let total = shape.iter().try_fold(1_usize, |product, dim| product.checked_mul(*dim));
    let total = total.ok_or_else(|| Mismatch::Length { side: "actual", shape: shape.to_vec() })?;

    let mut found = Found { dtype, ..Found::default() };
    let (mut actual, mut expected) = (actual.2.into_iter(), expected.2.into_iter());
    for at in 0..=total {
        match (actual.next(), expected.next()) {
            (Some(actual), Some(expected)) if at < total => found.look_at(at, actual, expected, shape, tolerance),
            (None, None) if at == total => break,
            (Some(_), None) if at < total => {
                return Err(Mismatch::Length { side: "expected", shape: shape.to_vec() });
            }
            (None, Some(_)) if at == total => {
                return Err(Mismatch::Length { side: "expected", shape: shape.to_vec() });
            }
            _ => return Err(Mismatch::Length { side: "actual", shape: shape.to_vec() }),
        }
    }
    found.verdict(total, tolerance)
}

#[derive(Default)]
struct Found<'a> {
    dtype: &'a str,
    ulps: Option<f64>,
    wrong: usize,
    first: Vec<Difference>,
    largest: Option<Difference>,
    special: Special,
}

impl Found<'_> {
    fn look_at(&mut self, at: usize, actual: f64, expected: f64, shape: &[usize], tolerance: &Tolerance) {
        let finite = actual.is_finite() && expected.is_finite();
        if finite && tolerance.accepts(actual, expected) {
            return;
        }
        if !finite {
            if actual == expected || (actual.is_nan() && expected.is_nan()) {
                return;
            }
            if actual.is_nan() != expected.is_nan() {
                self.special.nan += 1;
            } else {
                self.special.infinite += 1;
            }
        }
        self.wrong += 1;
        let difference = || Difference { index: index(at, shape), actual, expected };
        if self.first.len() < SHOWN {
            self.first.push(difference());
        }
        // What is not finite is infinitely far off.
        let ulps = spacing(self.dtype, if finite { expected } else { 0.0 });
        let ulps = ulps.map(|ulp| if finite { (actual - expected).abs() / ulp } else { f64::INFINITY });
        self.ulps = self.ulps.into_iter().chain(ulps).reduce(f64::max);
        let exceeds = |largest: &Difference| (actual - expected).abs() > (largest.actual - largest.expected).abs();
        if finite && self.largest.as_ref().is_none_or(exceeds) {
            self.largest = Some(difference());
        }
    }

    fn verdict(self, total: usize, tolerance: &Tolerance) -> Result<(), Mismatch> {
        let Self { wrong, first, largest, special, ulps, .. } = self;
        match wrong {
            0 => Ok(()),
            _ => {
                let tolerance = *tolerance;
                Err(Mismatch::Elements(Box::new(Differences {
                    total,
                    wrong,
                    first,
                    largest,
                    ulps,
                    special,
                    tolerance,
                })))
            }
        }
    }
}

/// The index of the element at `at` in row-major order.
fn index(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut index: Vec<_> = shape
        .iter()
        .rev()
        .map(|dim| {
            let here = at % dim;
            at /= dim;
            here
        })
        .collect();
    index.reverse();
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f32s(actual: &[f64], expected: &[f64]) -> Result<(), Mismatch> {
        elements(
            ("f32", &[actual.len()], actual.iter().copied()),
            ("f32", &[expected.len()], expected.iter().copied()),
            &Tolerance::F32,
        )
    }

    #[test]
    fn equal_values_agree_special_ones_too() {
        let values = [0.0, -1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        assert_eq!(f32s(&values, &values), Ok(()));
        assert_eq!(f32s(&[], &[]), Ok(()));
    }

    #[test]
    fn special_values_never_agree_with_others() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        for (actual, expected, special) in [
            (5.0, inf, Special { nan: 0, infinite: 1 }),
            (inf, 5.0, Special { nan: 0, infinite: 1 }),
            (-inf, inf, Special { nan: 0, infinite: 1 }),
            (nan, 0.0, Special { nan: 1, infinite: 0 }),
            (0.0, nan, Special { nan: 1, infinite: 0 }),
            (nan, inf, Special { nan: 1, infinite: 0 }),
        ] {
            match f32s(&[actual], &[expected]) {
                Err(Mismatch::Elements(found)) => assert_eq!((found.wrong, found.special), (1, special)),
                other => panic!("{actual} against {expected}: {other:?}"),
            }
        }
    }

    #[test]
    fn dtype_is_judged_before_shape_and_nothing_is_broadcast() {
        let one = || [1.0].into_iter();
        let by_dtype = elements(("f16", &[], one()), ("f32", &[1], one()), &Tolerance::F32);
        assert!(matches!(by_dtype, Err(Mismatch::Dtype { .. })), "{by_dtype:?}");
        let by_shape = elements(("f32", &[], one()), ("f32", &[1], one()), &Tolerance::F32);
        assert!(matches!(by_shape, Err(Mismatch::Shape { .. })), "{by_shape:?}");
    }

    #[test]
    fn a_value_that_is_longer_or_shorter_than_its_shape_never_passes() {
        let run = |actual: usize, expected: usize| {
            let ones = |n| std::iter::repeat_n(1.0, n);
            elements(("f32", &[2], ones(actual)), ("f32", &[2], ones(expected)), &Tolerance::F32)
        };
        assert_eq!(run(2, 2), Ok(()));
        for (actual, expected, side) in
            [(1, 2, "actual"), (3, 2, "actual"), (2, 1, "expected"), (2, 3, "expected"), (0, 0, "actual")]
        {
            match run(actual, expected) {
                Err(Mismatch::Length { side: found, .. }) => assert_eq!(found, side, "{actual} {expected}"),
                other => panic!("{actual} {expected}: {other:?}"),
            }
        }
    }

    #[test]
    fn differences_are_counted_in_units_in_the_last_place_of_what_is_expected() {
        let ulps = |dtype, actual: f64, expected: f64| {
            let one = |x| (dtype, &[][..], [x]);
            match elements(one(actual), one(expected), &Tolerance::EXACT) {
                Err(mismatch) => mismatch.ulps(),
                Ok(()) => panic!("{actual} agrees with {expected}"),
            }
        };
        let epsilon = f64::from(f32::EPSILON);
        assert_eq!(ulps("f32", 1.0 + 3.0 * epsilon, 1.0), Some(3.0));
        assert_eq!(ulps("f32", 2.0 + 4.0 * epsilon, 2.0), Some(2.0));
        assert_eq!(ulps("f64", 0.0, f64::from_bits(7)), Some(7.0));
        assert_eq!(ulps("f32", f64::NAN, 1.0), Some(f64::INFINITY));
        assert_eq!(ulps("f32", 1.0, f64::INFINITY), Some(f64::INFINITY));
        assert_eq!(ulps("i32", 1.0, 2.0), None);
        // Of two neighbours of other exponents it is the expected one's; of several differences it is the largest.
        assert_eq!(ulps("f32", 1.0, 2.0), Some(2_f64.powi(22)));
        let off = |ulps: [f64; 3]| f32s(&ulps.map(|off| 100.0 + off * 128.0 * epsilon * 64.0), &[100.0; 3]);
        for three in [[3.0, 7.0, 5.0], [7.0, 5.0, 3.0], [3.0, 5.0, 7.0]] {
            assert_eq!(off(three).unwrap_err().ulps(), Some(7.0 * 128.0), "{three:?}");
        }
    }

    #[test]
    fn what_is_no_matter_of_degree_is_infinitely_far_off_in_all_elements() {
        let shape = elements(("i32", &[1], [1.0]), ("i32", &[], [1.0]), &Tolerance::EXACT).unwrap_err();
        for mismatch in [shape, Mismatch::Type] {
            assert_eq!((mismatch.ulps(), mismatch.share()), (Some(f64::INFINITY), 1.0), "{mismatch:?}");
        }
    }

    #[test]
    fn a_mismatch_shows_the_first_few_and_no_number_where_there_is_none() {
        let error = f32s(&[f64::NAN; 5], &[0.0; 5]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "5 of 5 elements (100.0 %) disagree; allowed: rtol 1.3e-6, atol 1e-5\n  \
             5 disagree in being NaN\n  \
             first of them:\n    [0] NaN instead of 0e0\n    [1] NaN instead of 0e0\n    \
             [2] NaN instead of 0e0\n    [3] NaN instead of 0e0",
        );
    }

    #[test]
    fn a_mismatch_names_the_place() {
        let mut actual: Vec<f64> = (0..12).map(f64::from).collect();
        actual[7] = 7.5;
        let expected = (0..12).map(f64::from);
        let error = elements(("f32", &[3, 4], actual), ("f32", &[3, 4], expected), &Tolerance::F32).unwrap_err();
        assert_eq!(
            error.to_string(),
            "1 of 12 elements (8.3 %) disagree; allowed: rtol 1.3e-6, atol 1e-5\n  \
             largest difference: [1, 3] 7.5e0 instead of 7e0 (off by 5.000e-1, 7.14e-2 of it)\n  \
             largest difference in units in the last place: 1.05e6\n  \
             all of them:\n    [1, 3] 7.5e0 instead of 7e0 (off by 5.000e-1, 7.14e-2 of it)",
        );
    }
}
