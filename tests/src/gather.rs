//! `take_along_axis`.

use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, of, uniform};

/// Random indices below `end`.
fn indices(number: u64, shape: &[usize], end: usize) -> Checked<Tensor> {
    let values: Vec<_> =
        uniform(number, shape, Dtype::I32, end as f64)?.to_f64().iter().map(|value| value.abs()).collect();
    of(shape, Dtype::I32, &values)
}

#[backend_matrix(
    of = "take_along_axis",
    dtype(F32, F64, F16, BF16, I32, Bool),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied"),
    axis(0, 1, 2)
)]
pub fn along_each_axis(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked<Tensor> {
    let mut shape = [3, 17, 5];
    let end = shape[axis];
    let x = uniform(181, &shape, dtype, 100.0)?;
    shape[axis] = 9;
    kernels.take_along_axis(&x, &indices(182, &shape, end)?, axis)
}

#[backend_matrix(of = "take_along_axis", length(0 uses("empty_tensors"), 1, 17, 31, 33, 127, 128, 129, 1023))]
pub fn many_of_a_row(kernels: &dyn Kernels, length: usize) -> Checked<Tensor> {
    kernels.take_along_axis(&uniform(183, &[3, 129], Dtype::F32, 1.0)?, &indices(184, &[3, length], 129)?, 1)
}

#[conformance(of = "take_along_axis")]
pub fn each_lane_has_its_own_indices(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[2, 3], [1.0, 2.0, f32::NAN, 4.0, 5.0, 6.0])?;
    let taken = kernels.take_along_axis(&x, &Tensor::i32(&[2, 2], [2, 0, 1, 1])?, 1)?;
    assert_holds(&taken, &[2, 2], &[f64::NAN, 1.0, 5.0, 5.0]);
    let taken = kernels.take_along_axis(&x, &Tensor::i32(&[1, 3], [1, 0, 1])?, 0)?;
    assert_holds(&taken, &[1, 3], &[4.0, 2.0, 6.0]);
    Ok(())
}

/// Where `argmax` points is what `max` returns.
#[conformance(of = "take_along_axis")]
pub fn the_largest_element_stands_where_argmax_says(kernels: &dyn Kernels) -> Checked {
    let x = uniform(185, &[33, 17], Dtype::F32, 1.0)?;
    let found = kernels.argmax(&x, 1)?;
    let found = Tensor::new(&[33, 1], found.data().clone())?;
    assert_holds(&kernels.take_along_axis(&x, &found, 1)?, &[33, 1], &kernels.max(&x, 1.into())?.to_f64());
    Ok(())
}

/// A negative index does not count from the end, as it does in NumPy.
#[conformance(of = "take_along_axis", index(below = -1, end = 3, far = i32::MAX, least = i32::MIN))]
pub fn an_index_outside_of_the_axis_is_refused(kernels: &dyn Kernels, index: i32) -> Checked {
    let x = Tensor::f32(&[3], [1.0, 2.0, 3.0])?;
    assert_refused(
        kernels.take_along_axis(&x, &Tensor::i32(&[2], [0, index])?, 0),
        |error| matches!(error, KernelError::IndexOutOfRange { index: at, end: 3, .. } if *at == i64::from(index)),
    )?;
    Ok(())
}

#[conformance(of = "take_along_axis")]
pub fn indices_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[2, 3], [1.0; 6])?;
    let shape = |error: &KernelError| matches!(error, KernelError::Shape { .. });
    assert_refused(kernels.take_along_axis(&x, &Tensor::i32(&[2], [0, 0])?, 1), shape)?;
    assert_refused(kernels.take_along_axis(&x, &Tensor::i32(&[1, 3], [0; 3])?, 1), shape)?;
    assert_refused(kernels.take_along_axis(&x, &Tensor::i32(&[2, 3], [0; 6])?, 2), shape)?;
    assert_refused(kernels.take_along_axis(&Tensor::f32(&[], [1.0])?, &Tensor::i32(&[], [0])?, 0), shape)?;
    assert_refused(kernels.take_along_axis(&x, &x, 1), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}
