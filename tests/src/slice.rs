//! `slice_at`.

use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, uniform};

#[backend_matrix(
    of = "slice_at",
    uses = "dynamic_offsets",
    dtype(F32, F64, F16, BF16, I32, Bool),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn the_inner_part(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Tensor> {
    let x = uniform(81, &[5, 33, 7], dtype, 100.0)?;
    kernels.slice_at(&x, &Tensor::i32(&[3], [1, 17, 0])?, &[3, 16, 7])
}

#[conformance(of = "slice_at", uses = "dynamic_offsets")]
pub fn a_slice_starts_where_the_tensor_says(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::i32(&[2, 3], [0, 1, 2, 10, 11, 12])?;
    for (start, expected) in [([0, 0], [0.0, 1.0]), ([0, 1], [1.0, 2.0]), ([1, 1], [11.0, 12.0])] {
        assert_holds(&kernels.slice_at(&x, &Tensor::i32(&[2], start)?, &[1, 2])?, &[1, 2], &expected);
    }
    Ok(())
}

#[conformance(of = "slice_at", uses("dynamic_offsets", "empty_tensors"))]
pub fn a_slice_of_nothing_is_empty(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[3], [1.0, 2.0, 3.0])?;
    assert_holds(&kernels.slice_at(&x, &Tensor::i32(&[1], [3])?, &[0])?, &[0], &[]);
    Ok(())
}

/// XLA and MLX's own `slice` move such a slice back into the tensor, which hides the mistake.
#[conformance(of = "slice_at", uses = "dynamic_offsets", start(below = -1, beyond = 2, far = i32::MAX))]
pub fn a_slice_outside_of_the_tensor_is_refused(kernels: &dyn Kernels, start: i32) -> Checked {
    let x = Tensor::f32(&[3], [1.0, 2.0, 3.0])?;
    assert_refused(
        kernels.slice_at(&x, &Tensor::i32(&[1], [start])?, &[2]),
        |error| matches!(error, KernelError::IndexOutOfRange { index, end: 2, .. } if *index == i64::from(start)),
    )?;
    Ok(())
}

#[conformance(of = "slice_at", uses = "dynamic_offsets")]
pub fn starts_and_lengths_have_to_fit(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[2, 2], [1.0; 4])?;
    let shape = |error: &KernelError| matches!(error, KernelError::Shape { .. });
    assert_refused(kernels.slice_at(&x, &Tensor::i32(&[1], [0])?, &[1, 1]), shape)?;
    assert_refused(kernels.slice_at(&x, &Tensor::i32(&[2], [0, 0])?, &[1]), shape)?;
    assert_refused(kernels.slice_at(&x, &Tensor::i32(&[2], [0, 0])?, &[1, 3]), shape)?;
    let start = Tensor::f32(&[2], [0.0, 0.0])?;
    assert_refused(kernels.slice_at(&x, &start, &[1, 1]), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}
