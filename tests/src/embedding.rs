//! `embedding`.

use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, uniform, unit};

#[backend_matrix(
    of = "embedding",
    dtype(F32, F64, F16, BF16, I32, Bool),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn rows(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Tensor> {
    kernels.embedding(&uniform(71, &[100, 17], dtype, 100.0)?, &Tensor::i32(&[2, 3], [0, 99, 5, 5, 42, 1])?)
}

#[conformance(of = "embedding")]
pub fn one_id_without_dimensions_is_one_row(kernels: &dyn Kernels) -> Checked {
    let table = Tensor::f32(&[2, 2], [1.0, 2.0, 3.0, 4.0])?;
    assert_holds(&kernels.embedding(&table, &Tensor::i32(&[], [1])?)?, &[2], &[3.0, 4.0]);
    Ok(())
}

#[conformance(of = "embedding", uses = "empty_tensors")]
pub fn no_ids_are_no_rows(kernels: &dyn Kernels) -> Checked {
    let table = Tensor::f32(&[2, 2], [1.0, 2.0, 3.0, 4.0])?;
    assert_holds(&kernels.embedding(&table, &Tensor::i32(&[0], [])?)?, &[0, 2], &[]);
    Ok(())
}

#[conformance(of = "embedding", id(below = -1, end = 100, far = i32::MAX, least = i32::MIN))]
pub fn an_id_outside_of_the_table_is_refused(kernels: &dyn Kernels, id: i32) -> Checked {
    let table = unit(72, &[100, 4], Dtype::F32)?;
    let ids = Tensor::i32(&[3], [0, id, 99])?;
    assert_refused(
        kernels.embedding(&table, &ids),
        |error| matches!(error, KernelError::IndexOutOfRange { index, end: 100, .. } if *index == i64::from(id)),
    )?;
    Ok(())
}

#[conformance(of = "embedding")]
pub fn ids_that_are_no_integers_are_refused(kernels: &dyn Kernels) -> Checked {
    let table = unit(73, &[4, 4], Dtype::F32)?;
    assert_refused(kernels.embedding(&table, &table), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}
