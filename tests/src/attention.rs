//! `scaled_dot_product_attention`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Mask, Tensor};

use crate::data::{assert_holds, assert_near, assert_refused, of, unit};
use crate::{Checked, budget};

/// Queries, keys and values of 2 batches, of `heads` and `kv_heads`, `queries` and `keys`, and a width of 16.
fn inputs(dtype: Dtype, heads: [usize; 2], lengths: [usize; 2]) -> Checked<[Tensor; 3]> {
    let ([heads, kv_heads], [queries, keys]) = (heads, lengths);
    Ok([
        unit(61, &[2, heads, queries, 16], dtype)?,
        unit(62, &[2, kv_heads, keys, 16], dtype)?,
        unit(63, &[2, kv_heads, keys, 16], dtype)?,
    ])
}

const SCALE: f32 = 0.25;

/// What is seen, each element within the errors of its logits and sums.
fn seen(kernels: &dyn Kernels, inputs: [Tensor; 3], mask: Mask<'static>) -> Checked<Computed<Tensor>> {
    Computed::within(
        inputs,
        |[q, k, v]| kernels.scaled_dot_product_attention(q, k, v, SCALE, mask),
        move |seen, inputs| budget::attention(seen, inputs, SCALE, mask),
    )
}

/// The same with a mask of its own.
fn seen_through(kernels: &dyn Kernels, [q, k, v]: [Tensor; 3], mask: Tensor) -> Checked<Computed<Tensor>> {
    Computed::within(
        [q, k, v, mask],
        |[q, k, v, mask]| kernels.scaled_dot_product_attention(q, k, v, SCALE, Mask::Additive(mask)),
        |seen, [q, k, v, mask]| budget::attention(seen, [q, k, v], SCALE, Mask::Additive(mask)),
    )
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16),
    keys(9, 33, 129)
)]
pub fn all_keys(kernels: &dyn Kernels, dtype: Dtype, keys: usize) -> Checked<Computed<Tensor>> {
    seen(kernels, inputs(dtype, [4, 4], [9, keys])?, Mask::None)
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16),
    queries(1, 5, 33),
    keys(33, 64)
)]
pub fn causal(kernels: &dyn Kernels, dtype: Dtype, queries: usize, keys: usize) -> Checked<Computed<Tensor>> {
    seen(kernels, inputs(dtype, [4, 2], [queries, keys])?, Mask::Causal)
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16),
    kv_heads(1, 2, 3, 6)
)]
pub fn queries_share_keys_in_groups(kernels: &dyn Kernels, dtype: Dtype, kv_heads: usize) -> Checked<Computed<Tensor>> {
    seen(kernels, inputs(dtype, [6, kv_heads], [7, 11])?, Mask::None)
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16)
)]
pub fn a_mask_is_added_for_each_head(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    seen_through(kernels, inputs(dtype, [4, 2], [5, 7])?, unit(64, &[1, 4, 5, 7], dtype)?)
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16)
)]
pub fn a_mask_is_broadcast(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    seen_through(kernels, inputs(dtype, [4, 4], [5, 7])?, unit(65, &[5, 7], dtype)?)
}

#[conformance(of = "scaled_dot_product_attention", dtype(F32, F64, F16, BF16))]
pub fn one_key_returns_its_value(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (q, k) = (unit(66, &[1, 1, 3, 4], dtype)?, unit(67, &[1, 1, 1, 4], dtype)?);
    let v = of(&[1, 1, 1, 2], dtype, &[0.5, -3.0])?;
    let seen = kernels.scaled_dot_product_attention(&q, &k, &v, 1.0, Mask::None)?;
    assert_holds(&seen, &[1, 1, 3, 2], &[0.5, -3.0, 0.5, -3.0, 0.5, -3.0]);
    Ok(())
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn the_future_does_not_matter(kernels: &dyn Kernels) -> Checked {
    let [q, k, v] = inputs(Dtype::F32, [2, 2], [6, 6])?;
    let seen = |v: &Tensor| kernels.scaled_dot_product_attention(&q, &k, v, 0.25, Mask::Causal);
    // Another last value of each head.
    let mut values = v.to_f64();
    values.chunks_mut(6 * 16).for_each(|head| head[5 * 16..].fill(100.0));
    let (before, after) = (seen(&v)?.to_f64(), seen(&of(v.shape(), Dtype::F32, &values)?)?.to_f64());
    for (before, after) in before.chunks(6 * 16).zip(after.chunks(6 * 16)) {
        assert_eq!(before[..5 * 16], after[..5 * 16]);
        assert_ne!(before[5 * 16..], after[5 * 16..]);
    }
    Ok(())
}

/// One head; the first of two queries sees the first key only.
fn with_last(kernels: &dyn Kernels, key: f32, value: f32) -> Checked<Tensor> {
    let q = Tensor::f32(&[1, 1, 2, 1], [1.0, 1.0])?;
    let (k, v) = (Tensor::f32(&[1, 1, 2, 1], [1.0, key])?, Tensor::f32(&[1, 1, 2, 1], [5.0, value])?);
    kernels.scaled_dot_product_attention(&q, &k, &v, 1.0, Mask::Causal)
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn a_nan_in_a_hidden_key_does_not_matter(kernels: &dyn Kernels) -> Checked {
    assert_holds(&with_last(kernels, f32::NAN, 7.0)?, &[1, 1, 2, 1], &[5.0, f64::NAN]);
    Ok(())
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn a_nan_in_a_hidden_value_does_not_matter(kernels: &dyn Kernels) -> Checked {
    assert_holds(&with_last(kernels, 1.0, f32::NAN)?, &[1, 1, 2, 1], &[5.0, f64::NAN]);
    Ok(())
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn a_mask_of_minus_infinity_hides_a_key(kernels: &dyn Kernels) -> Checked {
    let zeros = Tensor::f32(&[1, 1, 2, 1], [0.0; 2])?;
    let v = Tensor::f32(&[1, 1, 2, 1], [1.0, 3.0])?;
    let mask = Tensor::f32(&[2, 2], [0.0, f32::NEG_INFINITY, 0.0, 0.0])?;
    let seen = kernels.scaled_dot_product_attention(&zeros, &zeros, &v, 1.0, Mask::Additive(&mask))?;
    assert_near(&seen, &[1.0, 2.0], 1e-6);
    Ok(())
}

/// Softmax of nothing but −∞ is 0/0.
#[conformance(of = "scaled_dot_product_attention", uses = "fully_masked_rows")]
pub fn a_query_that_sees_no_key_is_nan(kernels: &dyn Kernels) -> Checked {
    let q = Tensor::f32(&[1, 1, 2, 2], [1.0; 4])?;
    let mask = Tensor::f32(&[2, 2], [f32::NEG_INFINITY, f32::NEG_INFINITY, 0.0, 0.0])?;
    let seen = kernels.scaled_dot_product_attention(&q, &q, &q, 1.0, Mask::Additive(&mask))?;
    assert_holds(&seen, &[1, 1, 2, 2], &[f64::NAN, f64::NAN, 1.0, 1.0]);
    Ok(())
}

/// The first of three queries on two keys stands before both.
#[conformance(of = "scaled_dot_product_attention")]
pub fn more_queries_than_keys_leave_the_first_blind(kernels: &dyn Kernels) -> Checked {
    let (q, k) = (Tensor::f32(&[1, 1, 3, 1], [0.0; 3])?, Tensor::f32(&[1, 1, 2, 1], [0.0; 2])?);
    let v = Tensor::f32(&[1, 1, 2, 1], [1.0, 3.0])?;
    let seen = kernels.scaled_dot_product_attention(&q, &k, &v, 1.0, Mask::Causal)?;
    assert_holds(&seen, &[1, 1, 3, 1], &[f64::NAN, 1.0, 2.0]);
    Ok(())
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn operands_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let [q, k, v] = inputs(Dtype::F32, [4, 3], [5, 7])?;
    let shape = |error: &KernelError| matches!(error, KernelError::Shape { .. });
    assert_refused(kernels.scaled_dot_product_attention(&q, &k, &v, 1.0, Mask::None), shape)?;
    let [q, k, v] = inputs(Dtype::F32, [4, 4], [5, 7])?;
    assert_refused(kernels.scaled_dot_product_attention(&q, &k, &q, 1.0, Mask::None), shape)?;
    let mask = unit(68, &[5, 6], Dtype::F32)?;
    assert_refused(kernels.scaled_dot_product_attention(&q, &k, &v, 1.0, Mask::Additive(&mask)), shape)?;
    let mask = unit(68, &[5, 7], Dtype::F16)?;
    assert_refused(kernels.scaled_dot_product_attention(&q, &k, &v, 1.0, Mask::Additive(&mask)), |error| {
        matches!(error, KernelError::Dtype { .. })
    })?;
    Ok(())
}
