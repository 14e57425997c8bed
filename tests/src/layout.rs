//! `concatenate`, `transpose` and `broadcast_to`.

use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, uniform};

#[backend_matrix(
    of = "concatenate",
    dtype(F32, F64, F16, BF16, I32, Bool),
    axis(0, 1, 2),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn three_parts(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked<Tensor> {
    let part = |seed, length| {
        let mut shape = [3, 17, 5];
        shape[axis] = length;
        uniform(seed, &shape, dtype, 100.0)
    };
    kernels.concatenate(&[&part(191, 1)?, &part(192, 33)?, &part(193, 2)?], axis)
}

#[backend_matrix(of = "concatenate", length(0 uses("empty_tensors"), 1, 17, 31, 33, 127, 128, 129, 1023))]
pub fn parts_of_each_length(kernels: &dyn Kernels, length: usize) -> Checked<Tensor> {
    let (a, b) = (uniform(194, &[3, length], Dtype::F32, 1.0)?, uniform(195, &[3, 7], Dtype::F32, 1.0)?);
    kernels.concatenate(&[&a, &b, &a], 1)
}

#[conformance(of = "concatenate")]
pub fn parts_keep_their_order(kernels: &dyn Kernels) -> Checked {
    let (a, b) = (Tensor::i32(&[2, 1], [1, 2])?, Tensor::i32(&[2, 2], [3, 4, 5, 6])?);
    assert_holds(&kernels.concatenate(&[&a, &b], 1)?, &[2, 3], &[1.0, 3.0, 4.0, 2.0, 5.0, 6.0]);
    assert_holds(&kernels.concatenate(&[&b, &a], 1)?, &[2, 3], &[3.0, 4.0, 1.0, 5.0, 6.0, 2.0]);
    assert_holds(&kernels.concatenate(&[&b, &b], 0)?, &[4, 2], &[3.0, 4.0, 5.0, 6.0, 3.0, 4.0, 5.0, 6.0]);
    assert_holds(&kernels.concatenate(&[&a], 0)?, &[2, 1], &[1.0, 2.0]);
    Ok(())
}

#[conformance(of = "concatenate", uses = "empty_tensors")]
pub fn nothing_and_nothing_is_nothing(kernels: &dyn Kernels) -> Checked {
    let empty = Tensor::f32(&[0, 3], [])?;
    assert_holds(&kernels.concatenate(&[&empty, &empty], 0)?, &[0, 3], &[]);
    assert_holds(&kernels.concatenate(&[&empty, &empty], 1)?, &[0, 6], &[]);
    Ok(())
}

#[conformance(of = "concatenate")]
pub fn parts_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let (a, b) = (Tensor::f32(&[2, 1], [1.0; 2])?, Tensor::f32(&[3, 1], [1.0; 3])?);
    let shape = |error: &KernelError| matches!(error, KernelError::Shape { .. });
    assert_refused(kernels.concatenate(&[&a, &b], 1), shape)?;
    assert_refused(kernels.concatenate(&[&a, &b], 2), shape)?;
    assert_refused(kernels.concatenate(&[&a, &Tensor::f32(&[2], [1.0; 2])?], 0), shape)?;
    let number = Tensor::f32(&[], [1.0])?;
    assert_refused(kernels.concatenate(&[&number, &number], 0), shape)?;
    let whole = Tensor::i32(&[2, 1], [1; 2])?;
    assert_refused(kernels.concatenate(&[&a, &whole], 0), |error| matches!(error, KernelError::Dtype { .. }))?;
    assert_refused(kernels.concatenate(&[], 0), |error| matches!(error, KernelError::Argument { .. }))?;
    Ok(())
}

/// 2^16 by 2^16 elements and more are too many for any of them; the parts are without elements.
#[conformance(of = "concatenate", uses = "empty_tensors")]
pub fn a_result_that_nobody_can_count_is_refused(kernels: &dyn Kernels) -> Checked {
    let part = Tensor::f32(&[1 << 30, 0], [])?;
    let refused = |error: &KernelError| matches!(error, KernelError::Shape { .. });
    assert_refused(kernels.concatenate(&[&part, &part, &part], 0), refused)?;
    let one = Tensor::f32(&[1, 1], [1.0])?;
    assert_refused(kernels.broadcast_to(&one, &[1 << 16, 1 << 16]), refused)?;
    assert_refused(kernels.broadcast_to(&one, &[usize::MAX, usize::MAX]), refused)?;
    Ok(())
}

#[backend_matrix(
    of = "transpose",
    dtype(F32, F64, F16, BF16, I32, Bool),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn a_matrix(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Tensor> {
    kernels.transpose(&uniform(196, &[33, 129], dtype, 100.0)?, &[1, 0])
}

#[backend_matrix(of = "transpose", first(0, 1, 2), second(0, 1))]
pub fn every_order_of_three_axes(kernels: &dyn Kernels, first: usize, second: usize) -> Checked<Tensor> {
    let mut axes = vec![0, 1, 2];
    let first = axes.remove(first);
    let second = axes.remove(second);
    kernels.transpose(&uniform(197, &[3, 5, 17], Dtype::F32, 1.0)?, &[first, second, axes[0]])
}

/// The two ways of turning three axes on are each other's inverse; a matrix does not show which one it was.
#[conformance(of = "transpose")]
pub fn an_axis_goes_where_its_number_stands(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::i32(&[1, 2, 3], [0, 1, 2, 10, 11, 12])?;
    assert_holds(&kernels.transpose(&x, &[2, 0, 1])?, &[3, 1, 2], &[0.0, 10.0, 1.0, 11.0, 2.0, 12.0]);
    assert_holds(&kernels.transpose(&x, &[1, 2, 0])?, &[2, 3, 1], &[0.0, 1.0, 2.0, 10.0, 11.0, 12.0]);
    assert_holds(&kernels.transpose(&Tensor::i32(&[], [7])?, &[])?, &[], &[7.0]);
    Ok(())
}

#[conformance(of = "transpose", uses = "empty_tensors")]
pub fn nothing_has_axes_too(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.transpose(&Tensor::f32(&[0, 3, 2], [])?, &[2, 0, 1])?, &[2, 0, 3], &[]);
    Ok(())
}

#[conformance(of = "transpose")]
pub fn each_axis_is_named_once(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[2, 3], [1.0; 6])?;
    for axes in [&[0][..], &[0, 0], &[0, 2], &[0, 1, 1], &[0, 1, 2], &[], &[usize::MAX, 0]] {
        assert_refused(kernels.transpose(&x, axes), |error| matches!(error, KernelError::Argument { .. }))?;
    }
    Ok(())
}

#[backend_matrix(
    of = "broadcast_to",
    dtype(F32, F64, F16, BF16, I32, Bool),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied"),
    expects_constant(reason = "what is repeated is the same along its axis; the checks below know its elements")
)]
pub fn dimensions_are_repeated(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Tensor> {
    kernels.broadcast_to(&uniform(198, &[5, 1, 33], dtype, 100.0)?, &[2, 5, 17, 33])
}

#[conformance(of = "broadcast_to")]
pub fn a_column_and_a_row_and_a_number(kernels: &dyn Kernels) -> Checked {
    let column = Tensor::f32(&[2, 1], [1.0, 2.0])?;
    assert_holds(&kernels.broadcast_to(&column, &[2, 2])?, &[2, 2], &[1.0, 1.0, 2.0, 2.0]);
    let row = Tensor::f32(&[2], [1.0, 2.0])?;
    assert_holds(&kernels.broadcast_to(&row, &[2, 2])?, &[2, 2], &[1.0, 2.0, 1.0, 2.0]);
    let number = Tensor::f32(&[], [f32::NAN])?;
    assert_holds(&kernels.broadcast_to(&number, &[2])?, &[2], &[f64::NAN; 2]);
    assert_holds(&kernels.broadcast_to(&number, &[])?, &[], &[f64::NAN]);
    Ok(())
}

#[conformance(of = "broadcast_to", uses = "empty_tensors")]
pub fn one_may_be_repeated_no_times(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.broadcast_to(&Tensor::f32(&[1, 3], [1.0; 3])?, &[0, 3])?, &[0, 3], &[]);
    Ok(())
}

#[conformance(of = "broadcast_to")]
pub fn shapes_that_are_no_repetition_are_refused(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[2, 1], [1.0; 2])?;
    for shape in [&[3, 1][..], &[1, 1], &[2], &[], &[2, 1, 3]] {
        assert_refused(kernels.broadcast_to(&x, shape), |error| matches!(error, KernelError::Shape { .. }))?;
    }
    Ok(())
}

#[conformance(of = "broadcast_to", uses = "empty_tensors")]
pub fn nothing_may_be_repeated(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.broadcast_to(&Tensor::f32(&[0, 3], [])?, &[2, 0, 3])?, &[2, 0, 3], &[]);
    Ok(())
}
