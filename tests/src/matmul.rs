//! `matmul`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Layout, Tensor};

use crate::data::{assert_holds, assert_refused, of, uniform, unit};
use crate::{Checked, budget};

/// Sums of up to 4096 terms, in one column and in more than a block of them.
#[backend_matrix(
    of = "matmul",
    dtype(F32, F64, F16 uses("wide_accumulation"), BF16),
    terms(1, 17, 31, 33, 127, 129, 1023, 4096),
    columns(1, 5, 33)
)]
pub fn sums_of_each_length(
    kernels: &dyn Kernels,
    dtype: Dtype,
    terms: usize,
    columns: usize,
) -> Checked<Computed<Tensor>> {
    product(kernels, unit(11, &[7, terms], dtype)?, unit(12, &[terms, columns], dtype)?)
}

#[backend_matrix(of = "matmul", dtype(F32, F64, F16, BF16), n(17, 33, 128))]
pub fn square_matrices(kernels: &dyn Kernels, dtype: Dtype, n: usize) -> Checked<Computed<Tensor>> {
    product(kernels, unit(11, &[n, n], dtype)?, unit(12, &[n, n], dtype)?)
}

#[backend_matrix(of = "matmul", dtype(F32, F64, F16 uses("wide_accumulation"), BF16))]
pub fn a_row_by_a_matrix(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    product(kernels, unit(13, &[1, 129], dtype)?, unit(14, &[129, 31], dtype)?)
}

#[backend_matrix(of = "matmul", dtype(F32, F64, F16, BF16), terms(8, 129, 1023))]
pub fn batches_are_broadcast(kernels: &dyn Kernels, dtype: Dtype, terms: usize) -> Checked<Computed<Tensor>> {
    product(kernels, unit(15, &[2, 1, 5, terms], dtype)?, unit(16, &[3, terms, 4], dtype)?)
}

/// Operands that a backend holds as the transposes of what it is given: no copy must be made of them.
#[backend_matrix(
    of = "matmul",
    dtype(F32, F64, F16 uses("wide_accumulation"), BF16),
    a(RowMajor, Transposed),
    b(RowMajor, Transposed),
    terms(33, 1023, 4096)
)]
pub fn transposed_operands(
    kernels: &dyn Kernels,
    dtype: Dtype,
    a: Layout,
    b: Layout,
    terms: usize,
) -> Checked<Computed<Tensor>> {
    let (a, b) = (unit(24, &[5, terms], dtype)?.with_layout(a), unit(25, &[terms, 7], dtype)?.with_layout(b));
    product(kernels, a, b)
}

/// The product, each element within the error of its sum.
pub(crate) fn product(kernels: &dyn Kernels, a: Tensor, b: Tensor) -> Checked<Computed<Tensor>> {
    Computed::within([a, b], |[a, b]| kernels.matmul(a, b), |product, [a, b]| budget::matmul(product, a, b))
}

#[conformance(of = "matmul")]
pub fn rows_by_columns(kernels: &dyn Kernels) -> Checked {
    let product = kernels.matmul(
        &Tensor::f32(&[2, 3], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?,
        &Tensor::f32(&[3, 2], [7.0, 8.0, 9.0, 10.0, 11.0, 12.0])?,
    )?;
    assert_holds(&product, &[2, 2], &[58.0, 64.0, 139.0, 154.0]);
    Ok(())
}

/// A sum of 4096 ones stays exact in f32, while one kept in f16 stops at 2048 and one in bf16 at 256.
#[conformance(
    of = "matmul",
    uses = "wide_accumulation",
    dtype(F16, BF16),
    shape(number = [1, 1], column = [17, 1], square = [2, 2], matrix = [17, 33])
)]
pub fn long_sums_are_not_kept_in_halves(kernels: &dyn Kernels, dtype: Dtype, shape: [usize; 2]) -> Checked {
    assert_sums_are_wide(kernels, dtype, shape)
}

/// Libraries multiply a row in another way than a matrix.
#[conformance(of = "matmul", uses = "wide_accumulation", dtype(F16, BF16), columns(2, 33))]
pub fn long_sums_of_a_row_are_not_kept_in_halves(kernels: &dyn Kernels, dtype: Dtype, columns: usize) -> Checked {
    assert_sums_are_wide(kernels, dtype, [1, columns])
}

/// Asserts that products of rows and columns of 4096 ones are 4096.
#[track_caller]
fn assert_sums_are_wide(kernels: &dyn Kernels, dtype: Dtype, [rows, columns]: [usize; 2]) -> Checked {
    let ones = |shape: [usize; 2]| of(&shape, dtype, &vec![1.0; shape[0] * shape[1]]);
    let product = kernels.matmul(&ones([rows, 4096])?, &ones([4096, columns])?)?;
    assert_holds(&product, &[rows, columns], &vec![4096.0; rows * columns]);
    Ok(())
}

/// The identity, moved by one column.
#[conformance(of = "matmul", dtype(F32, F64, F16, BF16, I32 uses("integer_matmul")))]
pub fn many_tiles_fit_together(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let n = 512;
    let x = uniform(19, &[n, n], dtype, 100.0)?;
    let shift: Vec<_> = (0..n * n).map(|at| f64::from(u8::from((at / n + 1) % n == at % n))).collect();
    let mut expected = x.to_f64();
    expected.chunks_mut(n).for_each(|row| row.rotate_right(1));
    assert_holds(&kernels.matmul(&x, &of(&[n, n], dtype, &shift)?)?, &[n, n], &expected);
    Ok(())
}

#[conformance(of = "matmul", uses = "integer_matmul")]
pub fn integers_wrap(kernels: &dyn Kernels) -> Checked {
    let product = kernels.matmul(&Tensor::i32(&[1, 2], [i32::MAX, 3])?, &Tensor::i32(&[2, 1], [2, 4])?)?;
    assert_holds(&product, &[1, 1], &[10.0]);
    Ok(())
}

#[backend_matrix(of = "matmul", uses = "integer_matmul")]
pub fn integers(kernels: &dyn Kernels) -> Checked<Tensor> {
    kernels.matmul(&uniform(17, &[5, 9], Dtype::I32, 50.0)?, &uniform(18, &[9, 3], Dtype::I32, 50.0)?)
}

#[conformance(of = "matmul", uses("empty_tensors"), dtype(F32, F64, F16))]
pub fn a_sum_without_terms_is_zero(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let product = kernels.matmul(&of(&[2, 0], dtype, &[])?, &of(&[0, 3], dtype, &[])?)?;
    assert_holds(&product, &[2, 3], &[0.0; 6]);
    Ok(())
}

#[conformance(of = "matmul", uses = "empty_tensors")]
pub fn no_rows_by_columns_are_no_rows(kernels: &dyn Kernels) -> Checked {
    let product = kernels.matmul(&Tensor::f32(&[0, 4], [])?, &Tensor::f32(&[4, 3], [1.0; 12])?)?;
    assert_holds(&product, &[0, 3], &[]);
    Ok(())
}

#[conformance(of = "matmul")]
pub fn nan_and_infinity_reach_their_row_only(kernels: &dyn Kernels) -> Checked {
    let a = Tensor::f32(&[3, 2], [f32::NAN, 0.0, f32::INFINITY, 1.0, 1.0, 2.0])?;
    let product = kernels.matmul(&a, &Tensor::f32(&[2, 1], [1.0, 1.0])?)?;
    assert_holds(&product, &[3, 1], &[f64::NAN, f64::INFINITY, 3.0]);
    Ok(())
}

#[conformance(of = "matmul")]
pub fn operands_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let matrix = Tensor::f32(&[2, 3], [1.0; 6])?;
    assert_refused(kernels.matmul(&matrix, &matrix), |error| matches!(error, KernelError::Shape { .. }))?;
    let vector = Tensor::f32(&[3], [1.0; 3])?;
    assert_refused(kernels.matmul(&matrix, &vector), |error| matches!(error, KernelError::Shape { .. }))?;
    let half = of(&[3, 1], Dtype::F16, &[1.0; 3])?;
    assert_refused(kernels.matmul(&matrix, &half), |error| matches!(error, KernelError::Dtype { .. }))?;
    let truth = Tensor::bool(&[1, 1], [true])?;
    assert_refused(kernels.matmul(&truth, &truth), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}
