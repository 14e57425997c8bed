//! `sum`, `mean`, `max`, `min` and `logsumexp`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::data::{assert_holds, assert_near, assert_refused, graded, of, positive, uniform, unit};
use crate::{Checked, budget};

// Of whole numbers this small, every sum on the way is exact in each type; how sums of others are rounded is another check.

#[backend_matrix(of = "sum", dtype(F32, F64, F16, BF16, I32), length(1, 17, 31, 33, 127, 128, 129, 1023))]
pub fn sums_of_rows(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Tensor> {
    kernels.sum(&small(141, &[9, length], dtype)?, 1.into())
}

#[backend_matrix(of = "sum", dtype(F32, F64, F16, BF16, I32), axis(0, 1, 2))]
pub fn sums_along_each_axis(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked<Tensor> {
    kernels.sum(&small(142, &[5, 33, 17], dtype)?, axis.into())
}

#[backend_matrix(
    of = "mean",
    dtype(
        F32,
        F64 tolerance(rtol = 1e-12, atol = 1e-12, reason = "a thousand roundings by 2^-53 each are 1.1e-13"),
        F16,
        BF16
    ),
    length(1, 17, 31, 33, 127, 128, 129, 1023)
)]
pub fn means_of_rows(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Tensor> {
    kernels.mean(&small(143, &[9, length], dtype)?, 1.into())
}

#[backend_matrix(
    of = "mean",
    dtype(
        F32,
        F64 tolerance(rtol = 1e-12, atol = 1e-12, reason = "a thousand roundings by 2^-53 each are 1.1e-13"),
        F16,
        BF16
    ),
    axis(0, 1, 2)
)]
pub fn means_along_each_axis(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked<Tensor> {
    kernels.mean(&small(144, &[5, 33, 17], dtype)?, axis.into())
}

/// Whole numbers from −2 to 2.
fn small(number: u64, shape: &[usize], dtype: Dtype) -> Checked<Tensor> {
    of(shape, dtype, &uniform(number, shape, Dtype::I32, 3.0)?.to_f64())
}

#[backend_matrix(of = "sum", dtype(F32, F64), length(17, 128, 1023))]
pub fn sums_of_fractions(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::within(
        [unit(152, &[3, length], dtype)?],
        |[x]| kernels.sum(x, 1.into()),
        |sums, [x]| budget::sum(sums, x),
    )
}

#[backend_matrix(
    of = "max",
    dtype(F32, F64, F16, BF16, I32),
    length(1, 17, 31, 33, 127, 128, 129, 1023),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn largest_of_rows(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Tensor> {
    kernels.max(&graded(145, [3, length], dtype, 1000.0)?, 1.into())
}

#[backend_matrix(
    of = "max",
    dtype(F32, F64, F16, BF16, I32),
    axis(0, 1, 2),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn largest_along_each_axis(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked<Tensor> {
    kernels.max(&uniform(146, &[5, 33, 17], dtype, 1000.0)?, axis.into())
}

#[backend_matrix(
    of = "min",
    dtype(F32, F64, F16, BF16, I32),
    length(1, 17, 31, 33, 127, 128, 129, 1023),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn smallest_of_rows(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Tensor> {
    kernels.min(&graded(147, [3, length], dtype, 1000.0)?, 1.into())
}

#[backend_matrix(
    of = "min",
    dtype(F32, F64, F16, BF16, I32),
    axis(0, 1, 2),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn smallest_along_each_axis(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked<Tensor> {
    kernels.min(&uniform(148, &[5, 33, 17], dtype, 1000.0)?, axis.into())
}

#[backend_matrix(of = "logsumexp", dtype(F32, F16, BF16), length(1, 17, 31, 33, 127, 128, 129))]
pub fn logsumexp_of_rows(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Tensor> {
    kernels.logsumexp(&graded(149, [3, length], dtype, 24.0)?, 1.into())
}

#[backend_matrix(of = "logsumexp", length(1023))]
pub fn logsumexp_of_long_rows(kernels: &dyn Kernels, length: usize) -> Checked<Tensor> {
    kernels.logsumexp(&graded(149, [3, length], Dtype::F32, 24.0)?, 1.into())
}

#[backend_matrix(
    of = "logsumexp",
    uses("float64", "float64_functions"),
    length(17, 128, 1023),
    tolerance(rtol = 1e-12, atol = 1e-12, reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15")
)]
pub fn logsumexp_of_rows_in_f64(kernels: &dyn Kernels, length: usize) -> Checked<Tensor> {
    kernels.logsumexp(&graded(149, [3, length], Dtype::F64, 24.0)?, 1.into())
}

#[backend_matrix(
    of = "logsumexp",
    dtype(
        F32,
        F64 uses("float64_functions") tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15"
        ),
        F16,
        BF16
    ),
    axis(0, 1, 2)
)]
pub fn logsumexp_along_each_axis(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked<Tensor> {
    // Above 0, so that the logarithm and the largest element do not cancel each other.
    kernels.logsumexp(&positive(150, &[5, 33, 17], dtype, 8.0)?, axis.into())
}

#[conformance(of = "sum", dtype(F32, F64, F16, BF16, I32))]
pub fn rows_and_columns_of_a_matrix(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[2, 3], dtype, &[1.0, 2.0, 3.0, 40.0, 50.0, 60.0])?;
    let sums = kernels.sum(&x, 1.into())?;
    assert_eq!(sums.dtype(), dtype);
    assert_holds(&sums, &[2], &[6.0, 150.0]);
    assert_holds(&kernels.sum(&x, 0.into())?, &[3], &[41.0, 52.0, 63.0]);
    Ok(())
}

#[conformance(of = "sum")]
pub fn sums_of_integers_wrap(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::i32(&[3], [i32::MAX, 1, (1 << 24) + 1])?;
    assert_holds(&kernels.sum(&x, 0.into())?, &[], &[f64::from(i32::MIN + (1 << 24) + 1)]);
    Ok(())
}

/// A sum of 4096 ones stays exact in f32, while one kept in f16 stops at 2048 and one in bf16 at 256.
#[conformance(of = "sum", uses = "wide_accumulation", dtype(F16, BF16), axis(0, 1))]
pub fn long_sums_are_not_kept_in_halves(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked {
    assert_holds(&kernels.sum(&constant(dtype, axis, 1.0)?, axis.into())?, &[3], &[4096.0; 3]);
    Ok(())
}

/// The sum of 4096 times 1024, 2^22, is infinite in f16.
#[conformance(of = "mean", uses = "wide_accumulation", dtype(F16, BF16), axis(0, 1))]
pub fn long_sums_of_means_are_not_kept_in_halves(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked {
    assert_holds(&kernels.mean(&constant(dtype, axis, 1024.0)?, axis.into())?, &[3], &[1024.0; 3]);
    Ok(())
}

/// log(4096) is 8.318; a sum that stopped at 2048 makes it 7.625, and one that stopped at 256 5.545.
#[conformance(of = "logsumexp", uses = "wide_accumulation", dtype(F16, BF16), axis(0, 1))]
pub fn long_sums_of_exponentials_are_not_kept_in_halves(kernels: &dyn Kernels, dtype: Dtype, axis: usize) -> Checked {
    let expected = of(&[3], dtype, &[4096_f64.ln(); 3])?;
    assert_holds(&kernels.logsumexp(&constant(dtype, axis, 0.0)?, axis.into())?, &[3], &expected.to_f64());
    Ok(())
}

/// exp(−0.05) is 0.95. From 256 on, f16 counts in quarters, so that each such term would be 1, and from 512 on in halves.
#[conformance(of = "logsumexp", uses = "wide_accumulation")]
pub fn sums_of_exponentials_are_not_rounded_at_each_term(kernels: &dyn Kernels) -> Checked {
    let mut values = [-0.05; 1023];
    values[0] = 0.0;
    let x = of(&[1023], Dtype::F16, &values)?;
    let expected: f64 = x.to_f64().iter().map(|x| x.exp()).sum();
    // A unit in the last place of 4..8.
    assert_near(&kernels.logsumexp(&x, 0.into())?, &[expected.ln()], 3.91e-3);
    Ok(())
}

/// Three lanes of 4096 times the same number.
fn constant(dtype: Dtype, axis: usize, value: f64) -> Checked<Tensor> {
    let mut shape = [3, 3];
    shape[axis] = 4096;
    of(&shape, dtype, &[value; 3 * 4096])
}

#[conformance(of = "sum", dtype(F32, F64, F16, BF16))]
pub fn special_values_reach_their_sum_only(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = of(&[4, 2], dtype, &[nan, 1.0, inf, 1.0, inf, -inf, 1.0, 2.0])?;
    assert_holds(&kernels.sum(&x, 1.into())?, &[4], &[nan, inf, nan, 3.0]);
    assert_holds(&kernels.mean(&x, 1.into())?, &[4], &[nan, inf, nan, 1.5]);
    Ok(())
}

#[conformance(of = "sum", uses = "empty_tensors", dtype(F32, F64, F16, I32))]
pub fn a_sum_without_terms_is_zero(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_holds(&kernels.sum(&of(&[2, 0], dtype, &[])?, 1.into())?, &[2], &[0.0, 0.0]);
    assert_holds(&kernels.sum(&of(&[2, 0], dtype, &[])?, 0.into())?, &[0], &[]);
    Ok(())
}

#[conformance(of = "mean")]
pub fn means_of_a_matrix(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[2, 4], [1.0, 2.0, 3.0, 6.0, -1.0, -2.0, -3.0, 6.0])?;
    assert_holds(&kernels.mean(&x, 1.into())?, &[2], &[3.0, 0.0]);
    assert_holds(&kernels.mean(&x, 0.into())?, &[4], &[0.0, 0.0, 0.0, 6.0]);
    Ok(())
}

#[conformance(of = "mean", uses = "empty_tensors")]
pub fn a_mean_without_terms_is_nan(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.mean(&Tensor::f32(&[2, 0], [])?, 1.into())?, &[2], &[f64::NAN; 2]);
    assert_holds(&kernels.mean(&Tensor::f32(&[2, 0], [])?, 0.into())?, &[0], &[]);
    Ok(())
}

#[conformance(of = "max", dtype(F32, F64, F16, BF16, I32))]
pub fn extremes_of_a_matrix(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[2, 3], dtype, &[-5.0, -1.0, -3.0, 4.0, 4.0, 9.0])?;
    assert_holds(&kernels.max(&x, 1.into())?, &[2], &[-1.0, 9.0]);
    assert_holds(&kernels.max(&x, 0.into())?, &[3], &[4.0, 4.0, 9.0]);
    assert_holds(&kernels.min(&x, 1.into())?, &[2], &[-5.0, 4.0]);
    assert_holds(&kernels.min(&x, 0.into())?, &[3], &[-5.0, -1.0, -3.0]);
    Ok(())
}

#[conformance(of = "max", dtype(F32, F64, F16, BF16))]
pub fn infinities_are_extremes(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let inf = f64::INFINITY;
    let x = of(&[3, 2], dtype, &[-inf, -inf, inf, inf, inf, -inf])?;
    assert_holds(&kernels.max(&x, 1.into())?, &[3], &[-inf, inf, inf]);
    assert_holds(&kernels.min(&x, 1.into())?, &[3], &[-inf, inf, -inf]);
    Ok(())
}

#[conformance(
    of = "max",
    dtype(F32, F64, F16, BF16),
    at(0, 7 uses("nan_extremes"), 16 uses("nan_extremes"), 40 uses("nan_extremes"), 64 uses("nan_extremes"))
)]
pub fn one_nan_is_the_largest_of_its_row(kernels: &dyn Kernels, dtype: Dtype, at: usize) -> Checked {
    let x = row_with_nan(dtype, at)?;
    assert_holds(&kernels.max(&x, 1.into())?, &[2], &[f64::NAN, 1.0]);
    Ok(())
}

#[conformance(
    of = "min",
    dtype(F32, F64, F16, BF16),
    at(0, 7 uses("nan_extremes"), 16 uses("nan_extremes"), 40 uses("nan_extremes"), 64 uses("nan_extremes"))
)]
pub fn one_nan_is_the_smallest_of_its_row(kernels: &dyn Kernels, dtype: Dtype, at: usize) -> Checked {
    let x = row_with_nan(dtype, at)?;
    assert_holds(&kernels.min(&x, 1.into())?, &[2], &[f64::NAN, 1.0]);
    Ok(())
}

/// Two rows of 65 ones; one of the first is NaN.
fn row_with_nan(dtype: Dtype, at: usize) -> Checked<Tensor> {
    let mut values = [1.0; 130];
    values[at] = f64::NAN;
    of(&[2, 65], dtype, &values)
}

#[conformance(of = "max", uses = "empty_tensors")]
pub fn no_rows_have_no_largest_elements(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.max(&Tensor::f32(&[0, 3], [])?, 1.into())?, &[0], &[]);
    Ok(())
}

#[conformance(of = "min", uses = "empty_tensors")]
pub fn no_rows_have_no_smallest_elements(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.min(&Tensor::f32(&[0, 3], [])?, 1.into())?, &[0], &[]);
    Ok(())
}

#[conformance(of = "max")]
pub fn nothing_has_no_extremes(kernels: &dyn Kernels) -> Checked {
    let empty = Tensor::f32(&[2, 0], [])?;
    assert_refused(kernels.max(&empty, 1.into()), |error| matches!(error, KernelError::Shape { .. }))?;
    assert_refused(kernels.min(&empty, 1.into()), |error| matches!(error, KernelError::Shape { .. }))?;
    Ok(())
}

#[conformance(of = "logsumexp", dtype(F32, F64, F16, BF16))]
pub fn large_exponentials_do_not_overflow(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[3, 2], dtype, &[0.0, 0.0, 1024.0, 1024.0, -1024.0, -1024.0])?;
    let two = std::f64::consts::LN_2;
    let expected = of(&[3], dtype, &[two, 1024.0 + two, two - 1024.0])?;
    // A unit in the last place of 1024 in f64 and f32. In halves the units are so large there that the result is exact, so that ln 2
    // decides, and its unit in bf16.
    let atol = match dtype {
        Dtype::F64 => 2.3e-13,
        Dtype::F32 => 1.3e-4,
        _ => 4e-3,
    };
    assert_near(&kernels.logsumexp(&x, 1.into())?, &expected.to_f64(), atol);
    Ok(())
}

#[conformance(of = "logsumexp", dtype(F32, F64, F16, BF16))]
pub fn logsumexp_of_special_values(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let x = of(&[5, 2], dtype, &[-inf, 3.0, inf, 3.0, nan, 3.0, nan, inf, inf, -inf])?;
    assert_holds(&kernels.logsumexp(&x, 1.into())?, &[5], &[3.0, inf, nan, nan, inf]);
    Ok(())
}

#[conformance(of = "logsumexp", dtype(F32, F64, F16, BF16))]
pub fn nothing_but_minus_infinity_stays_so(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = of(&[2, 2], dtype, &[f64::NEG_INFINITY; 4])?;
    assert_holds(&kernels.logsumexp(&x, 1.into())?, &[2], &[f64::NEG_INFINITY; 2]);
    Ok(())
}

#[conformance(of = "logsumexp", uses = "empty_tensors")]
pub fn no_rows_have_no_logsumexp(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.logsumexp(&Tensor::f32(&[0, 3], [])?, 1.into())?, &[0], &[]);
    Ok(())
}

#[conformance(of = "logsumexp", uses = "empty_tensors")]
pub fn logsumexp_of_nothing_is_minus_infinity(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.logsumexp(&Tensor::f32(&[2, 0], [])?, 1.into())?, &[2], &[f64::NEG_INFINITY; 2]);
    Ok(())
}

#[conformance(of = "sum")]
pub fn missing_axes_are_refused(kernels: &dyn Kernels) -> Checked {
    let shape = |error: &KernelError| matches!(error, KernelError::Shape { .. });
    for (x, axis) in [(unit(151, &[2, 3], Dtype::F32)?, 2), (Tensor::f32(&[], [1.0])?, 0)] {
        assert_refused(kernels.sum(&x, axis.into()), shape)?;
        assert_refused(kernels.mean(&x, axis.into()), shape)?;
        assert_refused(kernels.max(&x, axis.into()), shape)?;
        assert_refused(kernels.min(&x, axis.into()), shape)?;
        assert_refused(kernels.logsumexp(&x, axis.into()), shape)?;
    }
    Ok(())
}

#[conformance(of = "sum")]
pub fn types_without_a_sum_are_refused(kernels: &dyn Kernels) -> Checked {
    let refused = |error: &KernelError| matches!(error, KernelError::Dtype { .. });
    let (whole, truth) = (Tensor::i32(&[1], [1])?, Tensor::bool(&[1], [true])?);
    for x in [&whole, &truth] {
        assert_refused(kernels.mean(x, 0.into()), refused)?;
        assert_refused(kernels.logsumexp(x, 0.into()), refused)?;
    }
    assert_refused(kernels.sum(&truth, 0.into()), refused)?;
    assert_refused(kernels.max(&truth, 0.into()), refused)?;
    assert_refused(kernels.min(&truth, 0.into()), refused)?;
    Ok(())
}
