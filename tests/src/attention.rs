//! `scaled_dot_product_attention`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Keys, Logits, Mask, Tensor};

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

const SCALED: Logits = Logits::scaled(0.25);

/// What is seen, each element within the errors of its logits and sums.
fn seen(kernels: &dyn Kernels, inputs: [Tensor; 3], logits: Logits, mask: Mask<'static>) -> Checked<Computed<Tensor>> {
    Computed::within(
        inputs,
        |[q, k, v]| kernels.scaled_dot_product_attention(q, k, v, logits, mask),
        move |seen, inputs| budget::attention(seen, inputs, logits, mask),
    )
}

/// The same with a mask that is added.
fn seen_through(
    kernels: &dyn Kernels,
    [q, k, v]: [Tensor; 3],
    logits: Logits,
    keys: Keys,
    mask: Tensor,
) -> Checked<Computed<Tensor>> {
    let of = Mask { keys, additive: None };
    Computed::within(
        [q, k, v, mask],
        |[q, k, v, mask]| kernels.scaled_dot_product_attention(q, k, v, logits, of.plus(mask)),
        move |seen, [q, k, v, mask]| budget::attention(seen, [q, k, v], logits, of.plus(mask)),
    )
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16),
    keys(9, 33, 129)
)]
pub fn all_keys(kernels: &dyn Kernels, dtype: Dtype, keys: usize) -> Checked<Computed<Tensor>> {
    seen(kernels, inputs(dtype, [4, 4], [9, keys])?, SCALED, Mask::NONE)
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16),
    queries(1, 5, 33),
    keys(33, 64)
)]
pub fn causal(kernels: &dyn Kernels, dtype: Dtype, queries: usize, keys: usize) -> Checked<Computed<Tensor>> {
    seen(kernels, inputs(dtype, [4, 2], [queries, keys])?, SCALED, Mask::CAUSAL)
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16),
    kv_heads(1, 2, 3, 6)
)]
pub fn queries_share_keys_in_groups(kernels: &dyn Kernels, dtype: Dtype, kv_heads: usize) -> Checked<Computed<Tensor>> {
    seen(kernels, inputs(dtype, [6, kv_heads], [7, 11])?, SCALED, Mask::NONE)
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16)
)]
pub fn a_mask_is_added_for_each_head(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    seen_through(kernels, inputs(dtype, [4, 2], [5, 7])?, SCALED, Keys::All, unit(64, &[1, 4, 5, 7], dtype)?)
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16)
)]
pub fn a_mask_is_broadcast(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    seen_through(kernels, inputs(dtype, [4, 4], [5, 7])?, SCALED, Keys::All, unit(65, &[5, 7], dtype)?)
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16),
    queries(1, 5, 33),
    keys(33, 64),
    window(2, 9, 40)
)]
pub fn a_window(
    kernels: &dyn Kernels,
    dtype: Dtype,
    queries: usize,
    keys: usize,
    window: usize,
) -> Checked<Computed<Tensor>> {
    seen(kernels, inputs(dtype, [4, 2], [queries, keys])?, SCALED, Mask::window(window))
}

#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16),
    seen_keys(causal = Keys::Causal, window = Keys::Window(3)),
    queries(1, 5)
)]
pub fn a_mask_is_added_to_what_is_seen(
    kernels: &dyn Kernels,
    dtype: Dtype,
    seen_keys: Keys,
    queries: usize,
) -> Checked<Computed<Tensor>> {
    let mask = unit(74, &[1, 4, queries, 7], dtype)?;
    seen_through(kernels, inputs(dtype, [4, 2], [queries, 7])?, SCALED, seen_keys, mask)
}

/// The mask is added behind the cap, and is larger than it.
#[backend_matrix(
    of = "scaled_dot_product_attention",
    dtype(F32, F64 uses("float64_functions"), F16, BF16),
    softcap(0.5, 2.0),
    seen_keys(all = Keys::All, causal = Keys::Causal, window = Keys::Window(3))
)]
pub fn logits_are_capped(
    kernels: &dyn Kernels,
    dtype: Dtype,
    softcap: f32,
    seen_keys: Keys,
) -> Checked<Computed<Tensor>> {
    let mask = unit(75, &[5, 7], dtype)?;
    let mask = of(mask.shape(), dtype, &mask.to_f64().iter().map(|x| 4.0 * x).collect::<Vec<_>>())?;
    seen_through(kernels, inputs(dtype, [4, 2], [5, 7])?, SCALED.capped(softcap), seen_keys, mask)
}

/// A window of one key: the own one, behind a cache too.
#[conformance(of = "scaled_dot_product_attention", dtype(F32, F64, F16, BF16))]
pub fn a_window_of_one_is_the_own_value(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let [q, k, v] = inputs(dtype, [2, 2], [3, 5])?;
    let seen = kernels.scaled_dot_product_attention(&q, &k, &v, SCALED, Mask::window(1))?;
    let own: Vec<_> = v.to_f64().chunks(5 * 16).flat_map(|head| head[2 * 16..].to_vec()).collect();
    assert_holds(&seen, &[2, 2, 3, 16], &own);
    Ok(())
}

/// Equal logits: a query gets the mean of the values that it sees.
#[conformance(
    of = "scaled_dot_product_attention",
    window(of_1 = (1, [3.0, 4.0, 5.0]), of_2 = (2, [2.5, 3.5, 4.5]), of_4 = (4, [2.0, 2.5, 3.5]), of_all = (6, [2.0, 2.5, 3.0]))
)]
pub fn a_window_ends_behind_the_query(kernels: &dyn Kernels, window: (usize, [f64; 3])) -> Checked {
    let (q, k) = (Tensor::f32(&[1, 1, 3, 1], [0.0; 3])?, Tensor::f32(&[1, 1, 5, 1], [0.0; 5])?);
    let v = Tensor::f32(&[1, 1, 5, 1], [1.0, 2.0, 3.0, 4.0, 5.0])?;
    let (window, expected) = window;
    assert_near(&kernels.scaled_dot_product_attention(&q, &k, &v, SCALED, Mask::window(window))?, &expected, 1e-6);
    Ok(())
}

/// Logits of 0 and 8 with a cap of 2, and a mask of 0 and −1 behind it: the second key has the weight sigmoid(2 tanh(4) − 1).
#[conformance(of = "scaled_dot_product_attention")]
pub fn a_cap_comes_before_the_mask(kernels: &dyn Kernels) -> Checked {
    let (q, k) = (Tensor::f32(&[1, 1, 1, 1], [4.0])?, Tensor::f32(&[1, 1, 2, 1], [0.0, 4.0])?);
    let (v, mask) = (Tensor::f32(&[1, 1, 2, 1], [0.0, 1.0])?, Tensor::f32(&[2], [0.0, -1.0])?);
    let logits = Logits::scaled(0.5).capped(2.0);
    for (mask, logit) in [(Mask::NONE, 2.0 * 4_f64.tanh()), (Mask::additive(&mask), 2.0 * 4_f64.tanh() - 1.0)] {
        let seen = kernels.scaled_dot_product_attention(&q, &k, &v, logits, mask)?;
        assert_near(&seen, &[1.0 / (1.0 + (-logit).exp())], 1e-6);
    }
    Ok(())
}

#[conformance(of = "scaled_dot_product_attention", dtype(F32, F64, F16, BF16))]
pub fn one_key_returns_its_value(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let (q, k) = (unit(66, &[1, 1, 3, 4], dtype)?, unit(67, &[1, 1, 1, 4], dtype)?);
    let v = of(&[1, 1, 1, 2], dtype, &[0.5, -3.0])?;
    let seen = kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(1.0), Mask::NONE)?;
    assert_holds(&seen, &[1, 1, 3, 2], &[0.5, -3.0, 0.5, -3.0, 0.5, -3.0]);
    Ok(())
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn the_future_does_not_matter(kernels: &dyn Kernels) -> Checked {
    let [q, k, v] = inputs(Dtype::F32, [2, 2], [6, 6])?;
    let seen = |v: &Tensor| kernels.scaled_dot_product_attention(&q, &k, v, Logits::scaled(0.25), Mask::CAUSAL);
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
    kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(1.0), Mask::CAUSAL)
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
    let seen = kernels.scaled_dot_product_attention(&zeros, &zeros, &v, Logits::scaled(1.0), Mask::additive(&mask))?;
    assert_near(&seen, &[1.0, 2.0], 1e-6);
    Ok(())
}

/// Softmax of nothing but −∞ is 0/0.
#[conformance(of = "scaled_dot_product_attention", uses = "fully_masked_rows")]
pub fn a_query_that_sees_no_key_is_nan(kernels: &dyn Kernels) -> Checked {
    let q = Tensor::f32(&[1, 1, 2, 2], [1.0; 4])?;
    let mask = Tensor::f32(&[2, 2], [f32::NEG_INFINITY, f32::NEG_INFINITY, 0.0, 0.0])?;
    let seen = kernels.scaled_dot_product_attention(&q, &q, &q, Logits::scaled(1.0), Mask::additive(&mask))?;
    assert_holds(&seen, &[1, 1, 2, 2], &[f64::NAN, f64::NAN, 1.0, 1.0]);
    Ok(())
}

/// The first of three queries on two keys stands before both.
#[conformance(of = "scaled_dot_product_attention")]
pub fn more_queries_than_keys_leave_the_first_blind(kernels: &dyn Kernels) -> Checked {
    let (q, k) = (Tensor::f32(&[1, 1, 3, 1], [0.0; 3])?, Tensor::f32(&[1, 1, 2, 1], [0.0; 2])?);
    let v = Tensor::f32(&[1, 1, 2, 1], [1.0, 3.0])?;
    let seen = kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(1.0), Mask::CAUSAL)?;
    assert_holds(&seen, &[1, 1, 3, 1], &[f64::NAN, 1.0, 2.0]);
    Ok(())
}

/// With a window too: one of a mask that hides, and one of a mask that is added.
#[conformance(of = "scaled_dot_product_attention")]
pub fn more_queries_than_keys_leave_the_first_blind_in_a_window(kernels: &dyn Kernels) -> Checked {
    let (q, k) = (Tensor::f32(&[1, 1, 3, 1], [0.0; 3])?, Tensor::f32(&[1, 1, 2, 1], [0.0; 2])?);
    let v = Tensor::f32(&[1, 1, 2, 1], [1.0, 3.0])?;
    let seen = kernels.scaled_dot_product_attention(&q, &k, &v, SCALED, Mask::window(1))?;
    assert_holds(&seen, &[1, 1, 3, 1], &[f64::NAN, 1.0, 3.0]);
    Ok(())
}

#[conformance(
    of = "scaled_dot_product_attention",
    uses = "fully_masked_rows",
    seen_keys(causal = Keys::Causal, window = Keys::Window(2)),
    softcap(none = None, some = Some(1.0))
)]
pub fn more_queries_than_keys_leave_the_first_blind_with_a_mask(
    kernels: &dyn Kernels,
    seen_keys: Keys,
    softcap: Option<f32>,
) -> Checked {
    let (q, k) = (Tensor::f32(&[1, 1, 3, 1], [0.0; 3])?, Tensor::f32(&[1, 1, 2, 1], [0.0; 2])?);
    let (v, mask) = (Tensor::f32(&[1, 1, 2, 1], [1.0, 3.0])?, Tensor::f32(&[2], [4.0; 2])?);
    let mask = Mask { keys: seen_keys, additive: Some(&mask) };
    let seen = kernels.scaled_dot_product_attention(&q, &k, &v, Logits { scale: 1.0, softcap }, mask)?;
    assert_holds(&seen, &[1, 1, 3, 1], &[f64::NAN, 1.0, 2.0]);
    Ok(())
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn operands_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let [q, k, v] = inputs(Dtype::F32, [4, 3], [5, 7])?;
    let shape = |error: &KernelError| matches!(error, KernelError::Shape { .. });
    assert_refused(kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(1.0), Mask::NONE), shape)?;
    let [q, k, v] = inputs(Dtype::F32, [4, 4], [5, 7])?;
    assert_refused(kernels.scaled_dot_product_attention(&q, &k, &q, Logits::scaled(1.0), Mask::NONE), shape)?;
    let mask = unit(68, &[5, 6], Dtype::F32)?;
    assert_refused(
        kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(1.0), Mask::additive(&mask)),
        shape,
    )?;
    let mask = unit(68, &[5, 7], Dtype::F16)?;
    assert_refused(
        kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(1.0), Mask::additive(&mask)),
        |error| matches!(error, KernelError::Dtype { .. }),
    )?;
    Ok(())
}
