//! `equal`, `not_equal`, `less`, `less_equal`, `greater`, `greater_equal` and `select`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, assert_signs, of, uniform};

/// Whole numbers of which many are equal, and a column of them that is broadcast: of truth values, both are in it. What has no
/// sign is 2 more.
fn operands(dtype: Dtype, length: usize) -> Checked<[Tensor; 2]> {
    let more = if dtype == Dtype::U8 { 2.0 } else { 0.0 };
    let values: Vec<_> = uniform(121, &[3, length], Dtype::I32, 3.0)?.to_f64().iter().map(|x| x + more).collect();
    Ok([of(&[3, length], dtype, &values)?, of(&[3, 1], dtype, &[more, 1.0 + more, -1.0 + more])?])
}

#[backend_matrix(
    of = "equal",
    dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool),
    length(0 uses("empty_tensors"), 17, 31, 33, 127, 128, 129, 1023)
)]
pub fn equal(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of(operands(dtype, length)?, |[a, b]| kernels.equal(a, b))
}

#[backend_matrix(of = "not_equal", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool), length(0 uses("empty_tensors"), 33, 129))]
pub fn not_equal(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of(operands(dtype, length)?, |[a, b]| kernels.not_equal(a, b))
}

#[backend_matrix(of = "less", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool), length(0 uses("empty_tensors"), 33, 129))]
pub fn less(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of(operands(dtype, length)?, |[a, b]| kernels.less(a, b))
}

#[backend_matrix(of = "less_equal", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool), length(0 uses("empty_tensors"), 33, 129))]
pub fn less_equal(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of(operands(dtype, length)?, |[a, b]| kernels.less_equal(a, b))
}

#[backend_matrix(of = "greater", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool), length(0 uses("empty_tensors"), 33, 129))]
pub fn greater(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of(operands(dtype, length)?, |[a, b]| kernels.greater(a, b))
}

#[backend_matrix(of = "greater_equal", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool), length(0 uses("empty_tensors"), 33, 129))]
pub fn greater_equal(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    Computed::of(operands(dtype, length)?, |[a, b]| kernels.greater_equal(a, b))
}

/// Pairs and, for each, whether the first is less, equal or greater; with NaN it is nothing of that.
fn pairs(dtype: Dtype) -> Checked<(Tensor, Tensor)> {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let a = of(&[9], dtype, &[1.0, 2.0, 2.0, nan, nan, 0.0, -0.0, -inf, inf])?;
    let b = of(&[9], dtype, &[2.0, 1.0, 2.0, nan, 1.0, nan, 0.0, inf, inf])?;
    Ok((a, b))
}

const LESS: [f64; 9] = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
const EQUAL: [f64; 9] = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0];
const GREATER: [f64; 9] = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];

#[conformance(of = "equal", dtype(F32, F64, F16, BF16))]
pub fn nan_equals_nothing(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (a, b) = pairs(dtype)?;
    let same = kernels.equal(&a, &b)?;
    assert_eq!(same.dtype(), Dtype::Bool);
    assert_holds(&same, &[9], &EQUAL);
    Ok(())
}

#[conformance(of = "not_equal", dtype(F32, F64, F16, BF16))]
pub fn nan_differs_from_everything(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (a, b) = pairs(dtype)?;
    assert_holds(&kernels.not_equal(&a, &b)?, &[9], &EQUAL.map(|same| 1.0 - same));
    Ok(())
}

#[conformance(of = "less", dtype(F32, F64, F16, BF16))]
pub fn nothing_is_less_than_nan(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (a, b) = pairs(dtype)?;
    assert_holds(&kernels.less(&a, &b)?, &[9], &LESS);
    Ok(())
}

#[conformance(of = "less_equal", dtype(F32, F64, F16, BF16))]
pub fn nothing_is_at_most_nan(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (a, b) = pairs(dtype)?;
    let expected: Vec<_> = LESS.iter().zip(EQUAL).map(|(less, equal)| less + equal).collect();
    assert_holds(&kernels.less_equal(&a, &b)?, &[9], &expected);
    Ok(())
}

#[conformance(of = "greater", dtype(F32, F64, F16, BF16))]
pub fn nothing_is_greater_than_nan(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (a, b) = pairs(dtype)?;
    assert_holds(&kernels.greater(&a, &b)?, &[9], &GREATER);
    Ok(())
}

#[conformance(of = "greater_equal", dtype(F32, F64, F16, BF16))]
pub fn nothing_is_at_least_nan(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (a, b) = pairs(dtype)?;
    let expected: Vec<_> = GREATER.iter().zip(EQUAL).map(|(greater, equal)| greater + equal).collect();
    assert_holds(&kernels.greater_equal(&a, &b)?, &[9], &expected);
    Ok(())
}

/// A 32-bit float does not tell 2^24 and its successor apart.
#[conformance(of = "equal")]
pub fn integers_are_not_compared_as_floats(kernels: &dyn Kernels) -> Checked {
    let (a, b) = (Tensor::i32(&[1], [1 << 24])?, Tensor::i32(&[1], [(1 << 24) + 1])?);
    assert_holds(&kernels.equal(&a, &b)?, &[1], &[0.0]);
    assert_holds(&kernels.less(&a, &b)?, &[1], &[1.0]);
    assert_holds(&kernels.greater_equal(&a, &b)?, &[1], &[0.0]);
    Ok(())
}

/// Neither a 64-bit float nor 32 bits tell these apart.
#[conformance(of = "equal")]
pub fn wide_integers_are_compared_by_all_bits(kernels: &dyn Kernels) -> Checked {
    let of = |x: [i64; 3]| Tensor::from_i64(&[3], Dtype::I64, &x);
    let (a, b) = (of([1 << 53, 1 << 32, -(1 << 53) - 1])?, of([(1 << 53) + 1, 1 << 33, -(1 << 53)])?);
    assert_holds(&kernels.equal(&a, &b)?, &[3], &[0.0; 3]);
    assert_holds(&kernels.not_equal(&a, &b)?, &[3], &[1.0; 3]);
    assert_holds(&kernels.less(&a, &b)?, &[3], &[1.0; 3]);
    assert_holds(&kernels.less_equal(&b, &a)?, &[3], &[0.0; 3]);
    assert_holds(&kernels.greater(&b, &a)?, &[3], &[1.0; 3]);
    assert_holds(&kernels.greater_equal(&a, &b)?, &[3], &[0.0; 3]);
    Ok(())
}

#[conformance(of = "equal", uses = "float64")]
pub fn wide_floats_are_not_compared_as_narrow_ones(kernels: &dyn Kernels) -> Checked {
    let (a, b) = (Tensor::f64(&[1], [1.0])?, Tensor::f64(&[1], [1.0 + f64::EPSILON])?);
    assert_holds(&kernels.equal(&a, &b)?, &[1], &[0.0]);
    assert_holds(&kernels.not_equal(&a, &b)?, &[1], &[1.0]);
    assert_holds(&kernels.less(&a, &b)?, &[1], &[1.0]);
    assert_holds(&kernels.less_equal(&b, &a)?, &[1], &[0.0]);
    assert_holds(&kernels.greater(&b, &a)?, &[1], &[1.0]);
    assert_holds(&kernels.greater_equal(&a, &b)?, &[1], &[0.0]);
    Ok(())
}

#[conformance(of = "equal", uses = "subnormal_operands")]
pub fn subnormal_numbers_are_not_zero(kernels: &dyn Kernels) -> Checked {
    let (tiny, zero) = (Tensor::f32(&[], [f32::from_bits(1)])?, Tensor::f32(&[], [0.0])?);
    assert_holds(&kernels.equal(&tiny, &zero)?, &[], &[0.0]);
    assert_holds(&kernels.less(&zero, &tiny)?, &[], &[1.0]);
    Ok(())
}

/// Zero and the smallest number, the smallest number and zero, and the smallest number twice.
fn near_zero() -> Checked<(Tensor, Tensor)> {
    let least = f32::from_bits(1);
    Ok((Tensor::f32(&[3], [0.0, least, least])?, Tensor::f32(&[3], [least, 0.0, least])?))
}

#[conformance(of = "not_equal", uses = "subnormal_operands")]
pub fn not_equal_of_subnormal_numbers(kernels: &dyn Kernels) -> Checked {
    let (a, b) = near_zero()?;
    assert_holds(&kernels.not_equal(&a, &b)?, &[3], &[1.0, 1.0, 0.0]);
    Ok(())
}

#[conformance(of = "less", uses = "subnormal_operands")]
pub fn less_of_subnormal_numbers(kernels: &dyn Kernels) -> Checked {
    let (a, b) = near_zero()?;
    assert_holds(&kernels.less(&a, &b)?, &[3], &[1.0, 0.0, 0.0]);
    Ok(())
}

#[conformance(of = "less_equal", uses = "subnormal_operands")]
pub fn less_equal_of_subnormal_numbers(kernels: &dyn Kernels) -> Checked {
    let (a, b) = near_zero()?;
    assert_holds(&kernels.less_equal(&a, &b)?, &[3], &[1.0, 0.0, 1.0]);
    Ok(())
}

#[conformance(of = "greater", uses = "subnormal_operands")]
pub fn greater_of_subnormal_numbers(kernels: &dyn Kernels) -> Checked {
    let (a, b) = near_zero()?;
    assert_holds(&kernels.greater(&a, &b)?, &[3], &[0.0, 1.0, 0.0]);
    Ok(())
}

#[conformance(of = "greater_equal", uses = "subnormal_operands")]
pub fn greater_equal_of_subnormal_numbers(kernels: &dyn Kernels) -> Checked {
    let (a, b) = near_zero()?;
    assert_holds(&kernels.greater_equal(&a, &b)?, &[3], &[0.0, 1.0, 1.0]);
    Ok(())
}

#[conformance(of = "equal")]
pub fn operands_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let (two, three) = (Tensor::f32(&[2], [1.0; 2])?, Tensor::f32(&[3], [1.0; 3])?);
    assert_refused(kernels.equal(&two, &three), |error| matches!(error, KernelError::Shape { .. }))?;
    assert_refused(kernels.less(&two, &three), |error| matches!(error, KernelError::Shape { .. }))?;
    let whole = Tensor::i32(&[2], [1; 2])?;
    assert_refused(kernels.equal(&two, &whole), |error| matches!(error, KernelError::Dtype { .. }))?;
    assert_refused(kernels.less(&two, &whole), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}

#[backend_matrix(
    of = "select",
    dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied"),
    length(0 uses("empty_tensors"), 1, 17, 31, 33, 127, 128, 129, 1023)
)]
pub fn selected(kernels: &dyn Kernels, dtype: Dtype, length: usize) -> Checked<Computed<Tensor>> {
    // Two rows of the same elements, and what is chosen in one is not in the other: neither can be handed on instead.
    let twice = |row: Vec<f64>| [row.clone(), row].concat();
    let first = uniform(123, &[length], Dtype::Bool, 1.0)?.to_f64();
    let mut a = uniform(124, &[length], dtype, 9.0)?.to_f64();
    // Nor is it the condition, where that is of the same type.
    a.iter_mut().take(1).for_each(|a| *a = 0.0);
    let condition = [first.clone(), first.iter().map(|chosen| 1.0 - chosen).collect()].concat();
    // Without a sign, what is beside 0 is at the other end.
    let b = a.iter().map(|a| if dtype == Dtype::U8 { 9.0 - a } else { 1.0 - a }).collect();
    let shape = [2, length];
    Computed::of(
        [of(&shape, Dtype::Bool, &condition)?, of(&shape, dtype, &twice(a))?, of(&shape, dtype, &twice(b))?],
        |[condition, a, b]| kernels.select(condition, a, b),
    )
}

#[backend_matrix(of = "select")]
pub fn all_three_are_broadcast(kernels: &dyn Kernels) -> Checked<Computed<Tensor>> {
    let condition = Tensor::bool(&[3, 1, 1], [true, false, true])?;
    Computed::of(
        [condition, uniform(126, &[4, 1], Dtype::F32, 1.0)?, uniform(127, &[5], Dtype::F32, 1.0)?],
        |[condition, a, b]| kernels.select(condition, a, b),
    )
}

#[conformance(of = "select")]
pub fn the_first_where_true(kernels: &dyn Kernels) -> Checked {
    let condition = Tensor::bool(&[2], [true, false])?;
    let chosen = kernels.select(&condition, &Tensor::i32(&[2], [1, 2])?, &Tensor::i32(&[2], [3, 4])?)?;
    assert_eq!(chosen.dtype(), Dtype::I32);
    assert_holds(&chosen, &[2], &[1.0, 4.0]);
    let one = kernels.select(&Tensor::bool(&[], [false])?, &Tensor::f32(&[], [1.0])?, &Tensor::f32(&[], [-0.0])?)?;
    assert_holds(&one, &[], &[0.0]);
    assert_signs(&one, &[(0, true)]);
    Ok(())
}

/// Multiplying by the condition would let both through.
#[conformance(of = "select", dtype(F32, F64, F16, BF16))]
pub fn what_is_not_selected_does_not_matter(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let condition = Tensor::bool(&[4], [true, true, false, false])?;
    let a = of(&[4], dtype, &[1.0, nan, nan, inf])?;
    let b = of(&[4], dtype, &[nan, inf, 2.0, nan])?;
    assert_holds(&kernels.select(&condition, &a, &b)?, &[4], &[1.0, nan, 2.0, nan]);
    Ok(())
}

#[conformance(of = "select")]
pub fn a_choice_that_makes_no_sense_is_refused(kernels: &dyn Kernels) -> Checked {
    let (two, three) = (Tensor::f32(&[2], [1.0; 2])?, Tensor::f32(&[3], [1.0; 3])?);
    let condition = Tensor::bool(&[2], [true, false])?;
    assert_refused(kernels.select(&two, &two, &two), |error| matches!(error, KernelError::Dtype { .. }))?;
    let whole = Tensor::i32(&[2], [1; 2])?;
    assert_refused(kernels.select(&condition, &two, &whole), |error| matches!(error, KernelError::Dtype { .. }))?;
    assert_refused(kernels.select(&condition, &two, &three), |error| matches!(error, KernelError::Shape { .. }))?;
    assert_refused(kernels.select(&condition, &three, &three), |error| matches!(error, KernelError::Shape { .. }))?;
    Ok(())
}
