//! Values that can be compared as they are.

use super::{Compare, Difference, Differences, Mismatch, Special, Tolerance, elements};

/// A number or truth value that a vector of can be compared.
pub trait Element: Copy + Send + 'static {
    /// The name of the type.
    const DTYPE: &'static str;
    /// The tolerance for this type.
    const TOLERANCE: Tolerance;
    /// Whether the two are the same value; for types that `f64` cannot hold.
    fn same(self, other: Self) -> bool;
    /// The value, widened.
    fn widen(self) -> f64;
    /// Whether `f64` holds every value of the type.
    const WIDENS_EXACTLY: bool;
}

macro_rules! element {
    ($($type:ident $tolerance:ident $exact:literal |$x:ident| $widen:expr;)*) => {$(
        impl Element for $type {
            const DTYPE: &'static str = stringify!($type);
            const TOLERANCE: Tolerance = Tolerance::$tolerance;
            const WIDENS_EXACTLY: bool = $exact;
            fn same(self, other: Self) -> bool {
                self == other
            }
            fn widen(self) -> f64 {
                let $x = self;
                $widen
            }
        }

        impl Compare for $type {
            const EXACT: bool = Tolerance::$tolerance.is_exact();
            fn default_tolerance(&self) -> Tolerance {
                Tolerance::$tolerance
            }
            fn compare(&self, expected: &Self, tolerance: &Tolerance) -> Result<(), Mismatch> {
                arrays(&[], &[*self], &[], &[*expected], tolerance)
            }
        }
    )*};
}

element! {
    f32 F32 true |x| f64::from(x);
    f64 F64 true |x| x;
    i8 EXACT true |x| f64::from(x);
    i16 EXACT true |x| f64::from(x);
    i32 EXACT true |x| f64::from(x);
    i64 EXACT false |x| x as f64;
    u8 EXACT true |x| f64::from(x);
    u16 EXACT true |x| f64::from(x);
    u32 EXACT true |x| f64::from(x);
    u64 EXACT false |x| x as f64;
    usize EXACT false |x| x as f64;
    bool EXACT true |x| f64::from(u8::from(x));
}

impl<T: Element> Compare for Vec<T> {
    const EXACT: bool = T::TOLERANCE.is_exact();

    fn default_tolerance(&self) -> Tolerance {
        T::TOLERANCE
    }

    fn compare(&self, expected: &Self, tolerance: &Tolerance) -> Result<(), Mismatch> {
        arrays(&[self.len()], self, &[expected.len()], expected, tolerance)
    }
}

fn arrays<T: Element>(
    shape: &[usize],
    actual: &[T],
    expected_shape: &[usize],
    expected: &[T],
    tolerance: &Tolerance,
) -> Result<(), Mismatch> {
    let widen = |values: &[T]| values.iter().map(|value| value.widen()).collect::<Vec<_>>();
    elements((T::DTYPE, shape, widen(actual)), (T::DTYPE, expected_shape, widen(expected)), tolerance)?;
    if T::WIDENS_EXACTLY || *tolerance != Tolerance::EXACT {
        return Ok(());
    }
    // Two 64-bit integers can be different and widen to the same float.
    let mut wrong = actual.iter().zip(expected).enumerate().filter(|(_, (actual, expected))| !actual.same(**expected));
    match wrong.next() {
        None => Ok(()),
        Some((at, (first, other))) => {
            let index = if shape.is_empty() { vec![] } else { vec![at] };
            Err(Mismatch::Elements(Box::new(Differences {
                total: actual.len(),
                wrong: 1 + wrong.count(),
                first: vec![Difference { index, actual: first.widen(), expected: other.widen() }],
                largest: None,
                ulps: None,
                special: Special::default(),
                tolerance: *tolerance,
            })))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_compared_exactly_even_where_floats_cannot_tell_them_apart() {
        let (a, b) = (1_u64 << 60, (1_u64 << 60) + 1);
        assert!(a.compare(&a, &Tolerance::EXACT).is_ok());
        assert!(a.compare(&b, &Tolerance::EXACT).is_err());
        assert!(vec![0, a].compare(&vec![0, b], &Tolerance::EXACT).is_err());
        let one = Tolerance::new(0.0, 1.0).unwrap();
        assert!(2_i64.compare(&1, &one).is_ok() && 3_i64.compare(&1, &one).is_err());
    }

    #[test]
    fn vectors_of_other_lengths_disagree() {
        assert!(matches!(vec![1.0_f32].compare(&vec![1.0, 1.0], &Tolerance::F32), Err(Mismatch::Shape { .. })));
        assert!(vec![true].compare(&vec![false], &Tolerance::EXACT).is_err());
    }
}
