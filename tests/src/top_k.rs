//! `top_k`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, of, uniform};

/// Whole numbers, of which many are equal.
fn input(dtype: Dtype, shape: &[usize]) -> Checked<Tensor> {
    of(shape, dtype, &uniform(201, shape, Dtype::I32, 20.0)?.to_f64())
}

#[backend_matrix(of = "top_k", dtype(F32, F64, F16, BF16, I32), k(1, 17, 129))]
pub fn values(kernels: &dyn Kernels, dtype: Dtype, k: usize) -> Checked<Computed<Tensor>> {
    // Whole numbers up to 100, in rows of different size.
    let small = input(Dtype::F32, &[5, 129])?.to_f64();
    let graded: Vec<_> = small.iter().enumerate().map(|(at, value)| value * (at / 129 + 1) as f64).collect();
    Computed::of([of(&[5, 129], dtype, &graded)?], |[x]| Ok(kernels.top_k(x, k, 1)?.0))
}

#[backend_matrix(of = "top_k", dtype(F32, F64, F16, BF16, I32), k(1, 17, 129))]
pub fn indices(kernels: &dyn Kernels, dtype: Dtype, k: usize) -> Checked<Computed<Tensor>> {
    Computed::of([input(dtype, &[5, 129])?], |[x]| Ok(kernels.top_k(x, k, 1)?.1))
}

#[backend_matrix(of = "top_k", length(5, 17, 31, 33, 127, 128, 1023))]
pub fn indices_in_rows_of_each_length(kernels: &dyn Kernels, length: usize) -> Checked<Tensor> {
    Ok(kernels.top_k(&uniform(202, &[3, length], Dtype::F32, 1.0)?, 5, 1)?.1)
}

#[backend_matrix(of = "top_k", axis(0, 1, 2))]
pub fn indices_along_each_axis(kernels: &dyn Kernels, axis: usize) -> Checked<Tensor> {
    Ok(kernels.top_k(&input(Dtype::F32, &[5, 33, 17])?, 4, axis)?.1)
}

#[conformance(of = "top_k", dtype(F32, F64, F16, BF16, I32))]
pub fn the_largest_and_the_first_of_equal_ones_first(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[2, 4], dtype, &[3.0, 7.0, 3.0, 7.0, -1.0, -2.0, -3.0, -1.0])?;
    let (values, indices) = kernels.top_k(&x, 3, 1)?;
    assert_eq!([values.dtype(), indices.dtype()], [dtype, Dtype::I32]);
    assert_holds(&values, &[2, 3], &[7.0, 7.0, 3.0, -1.0, -1.0, -2.0]);
    assert_holds(&indices, &[2, 3], &[1.0, 3.0, 0.0, 0.0, 3.0, 1.0]);
    Ok(())
}

/// Turning the sign of the smallest integer leaves it the smallest.
#[conformance(of = "top_k")]
pub fn the_smallest_integer_comes_last(kernels: &dyn Kernels) -> Checked {
    let (values, indices) = kernels.top_k(&Tensor::i32(&[3], [i32::MIN, i32::MAX, 0])?, 3, 0)?;
    assert_holds(&values, &[3], &[f64::from(i32::MAX), 0.0, f64::from(i32::MIN)]);
    assert_holds(&indices, &[3], &[1.0, 2.0, 0.0]);
    Ok(())
}

#[conformance(of = "top_k", uses = "float64")]
pub fn wide_floats_are_not_compared_as_narrow_ones(kernels: &dyn Kernels) -> Checked {
    let larger = 1.0 + f64::EPSILON;
    let (values, indices) = kernels.top_k(&Tensor::f64(&[3], [1.0, larger, 1.0])?, 2, 0)?;
    assert_holds(&values, &[2], &[larger, 1.0]);
    assert_holds(&indices, &[2], &[1.0, 0.0]);
    Ok(())
}

/// As in `argmax`, NaN is larger than everything; zeros of both signs are equal.
#[conformance(of = "top_k", uses = "nan_extremes", dtype(F32, F64, F16, BF16))]
pub fn special_values_are_ordered(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = of(&[8], dtype, &[-inf, 1.0, nan, inf, -0.0, 0.0, nan, -0.0])?;
    let (values, indices) = kernels.top_k(&x, 8, 0)?;
    assert_holds(&values, &[8], &[nan, nan, inf, 1.0, 0.0, 0.0, 0.0, -inf]);
    assert_holds(&indices, &[8], &[2.0, 6.0, 3.0, 1.0, 4.0, 5.0, 7.0, 0.0]);
    Ok(())
}

#[conformance(of = "top_k", uses = "empty_tensors")]
pub fn none_of_some_and_some_of_none(kernels: &dyn Kernels) -> Checked {
    let (values, indices) = kernels.top_k(&Tensor::f32(&[2, 3], [1.0; 6])?, 0, 1)?;
    assert_holds(&values, &[2, 0], &[]);
    assert_holds(&indices, &[2, 0], &[]);
    let (values, indices) = kernels.top_k(&Tensor::f32(&[0, 3], [])?, 2, 1)?;
    assert_holds(&values, &[0, 2], &[]);
    assert_holds(&indices, &[0, 2], &[]);
    Ok(())
}

#[conformance(of = "top_k")]
pub fn more_than_there_are_is_refused(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[2, 3], [1.0; 6])?;
    for k in [4, usize::MAX] {
        assert_refused(kernels.top_k(&x, k, 1), |error| matches!(error, KernelError::Argument { .. }))?;
    }
    assert_refused(kernels.top_k(&x, 1, 2), |error| matches!(error, KernelError::Shape { .. }))?;
    assert_refused(kernels.top_k(&Tensor::f32(&[], [1.0])?, 1, 0), |error| matches!(error, KernelError::Shape { .. }))?;
    let truth = Tensor::bool(&[1], [true])?;
    assert_refused(kernels.top_k(&truth, 1, 0), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}
