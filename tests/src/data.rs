//! Inputs, and what is asserted of results.

use crosscheck_backends::{KernelError, Tensor};
pub use crosscheck_fixtures::{graded, of, positive, uniform, unit};

/// Asserts that a tensor holds exactly these values; NaN is NaN, and the two zeros are equal.
#[track_caller]
pub fn assert_holds(tensor: &Tensor, shape: &[usize], expected: &[f64]) {
    assert_eq!(tensor.shape(), shape, "shape");
    let values = tensor.to_f64();
    let same = |(value, expected): (&f64, &f64)| value == expected || value.is_nan() && expected.is_nan();
    let wrong = values.iter().zip(expected).enumerate().find(|(_, pair)| !same(*pair));
    assert_eq!(values.len(), expected.len(), "number of elements");
    if let Some((at, (value, expected))) = wrong {
        panic!("element {at} is {value:e} instead of {expected:e}");
    }
}

/// Asserts that a tensor of integers or truth values holds exactly these, also where a 64-bit float does not tell two apart.
#[track_caller]
pub fn assert_holds_whole(tensor: &Tensor, shape: &[usize], expected: &[i64]) {
    assert_eq!(tensor.shape(), shape, "shape");
    let values = tensor.to_i64().unwrap_or_else(|| panic!("floats, {tensor:?}, instead of integers"));
    assert_eq!(values.len(), expected.len(), "number of elements");
    let wrong = values.iter().zip(expected).enumerate().find(|(_, (value, expected))| value != expected);
    if let Some((at, (value, expected))) = wrong {
        panic!("element {at} is {value} instead of {expected}");
    }
}

/// Asserts which of these elements have a minus sign, zeros included.
#[track_caller]
pub fn assert_signs(tensor: &Tensor, negative: &[(usize, bool)]) {
    let values = tensor.to_f64();
    for (at, negative) in negative {
        assert_eq!(values[*at].is_sign_negative(), *negative, "the sign of element {at}, which is {:?}", values[*at]);
    }
}

/// Asserts that a tensor holds these values up to an absolute difference.
#[track_caller]
pub fn assert_near(tensor: &Tensor, expected: &[f64], atol: f64) {
    let values = tensor.to_f64();
    assert_eq!(values.len(), expected.len(), "number of elements");
    let near = |(value, expected): (&f64, &f64)| (value - expected).abs() <= atol;
    let wrong = values.iter().zip(expected).enumerate().find(|(_, pair)| !near(*pair));
    if let Some((at, (value, expected))) = wrong {
        panic!("element {at} is {value:e} instead of {expected:e} (±{atol:e})");
    }
}

/// Asserts that a kernel refused with the kind of error that `is` accepts. A kernel that is not implemented has not refused.
#[track_caller]
pub fn assert_refused<T: std::fmt::Debug>(
    result: Result<T, KernelError>,
    is: impl Fn(&KernelError) -> bool,
) -> Result<(), KernelError> {
    match result {
        Err(error) if is(&error) => Ok(()),
        Err(error @ KernelError::NotImplemented { .. }) => Err(error),
        other => panic!("another answer than the error that was expected: {other:?}"),
    }
}
