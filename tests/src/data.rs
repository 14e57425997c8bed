//! Inputs.

use crosscheck_backends::{Dtype, KernelError, Tensor};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Uniform values in −`limit`..`limit`, whole numbers for integers, and truth values half of which are true; in each case of
/// a check, the same for the same number everywhere. `--seed` draws other ones.
pub fn uniform(number: u64, shape: &[usize], dtype: Dtype, limit: f64) -> Result<Tensor, KernelError> {
    let mut generator = Pcg64::seed_from_u64(crosscheck::seed().wrapping_add(number));
    let count = shape.iter().product();
    let values: Vec<_> = (0..count).map(|_| (generator.random::<f64>() * 2.0 - 1.0) * limit).collect();
    match dtype {
        Dtype::Bool => Tensor::bool(shape, values.iter().map(|value| *value > 0.0).collect::<Vec<_>>()),
        _ => Tensor::from_f64(shape, dtype, &values),
    }
}

/// Uniform values in 0..`limit`.
pub fn positive(number: u64, shape: &[usize], dtype: Dtype, limit: f64) -> Result<Tensor, KernelError> {
    let values: Vec<_> = uniform(number, shape, Dtype::F64, limit)?.to_f64().iter().map(|value| value.abs()).collect();
    of(shape, dtype, &values)
}

/// The same in rows of different size: in the n-th of N rows they are in −`limit`·n/N..`limit`·n/N, so that what is made of
/// one row is not what is made of another.
pub fn graded(number: u64, shape: [usize; 2], dtype: Dtype, limit: f64) -> Result<Tensor, KernelError> {
    let [rows, columns] = shape;
    let values = uniform(number, &shape, Dtype::F64, 1.0)?.to_f64();
    let share = |at: usize| (at / columns.max(1) + 1) as f64 / rows as f64;
    let values: Vec<_> = values.iter().enumerate().map(|(at, value)| value * limit * share(at)).collect();
    Tensor::from_f64(&shape, dtype, &values)
}

/// Uniform values in −1..1.
pub fn unit(number: u64, shape: &[usize], dtype: Dtype) -> Result<Tensor, KernelError> {
    uniform(number, shape, dtype, 1.0)
}

/// These values.
pub fn of(shape: &[usize], dtype: Dtype, values: &[f64]) -> Result<Tensor, KernelError> {
    Tensor::from_f64(shape, dtype, values)
}

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
