//! Products of matrices, norms, rotary position embeddings and attention: operation × type × special value × the operand and the place
//! that it stands at. What is not finite reaches what is made of it, and nothing else.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Logits, Mask, Rope, RopeLayout, Tensor};

use super::rule::{Numbers, assert_within};
use super::value::holding;
use crate::Checked;

/// What stands among ordinary numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Nan,
    Infinity,
    MinusInfinity,
    /// The largest number.
    Most,
    MinusZero,
    /// The least number above 0.
    Least,
}

impl Value {
    pub fn of(self, dtype: Dtype) -> f64 {
        match self {
            Self::Nan => f64::NAN,
            Self::Infinity => f64::INFINITY,
            Self::MinusInfinity => f64::NEG_INFINITY,
            Self::Most => Numbers::of(dtype).most(),
            Self::MinusZero => -0.0,
            Self::Least => Numbers::of(dtype).quantum(),
        }
    }
}

/// Small whole numbers, none of which is 0, with a special value at a place.
pub fn with(count: usize, seed: usize, at: Option<usize>, value: f64) -> Vec<f64> {
    (0..count)
        .map(|place| if at == Some(place) { value } else { [1.0, -1.0, 2.0, 1.0, -2.0][(place + seed) % 5] })
        .collect()
}

/// `[M, K]` by `[K, N]`.
fn product(a: &[f64], b: &[f64], [m, k, n]: [usize; 3]) -> Vec<f64> {
    let dot = |at: usize| (0..k).map(|i| a[at / n * k + i] * b[i * n + at % n]).sum();
    (0..m * n).map(dot).collect()
}

#[conformance(
    of = "matmul",
    dtype(F32, F64, F16, BF16),
    value(Nan, Infinity, MinusInfinity, Most, MinusZero, Least uses("subnormal_operands")),
    rows(1, 3)
)]
pub fn matmul(kernels: &dyn Kernels, dtype: Dtype, value: Value, rows: usize) -> Checked {
    let (dims, special) = ([rows, 5, 4], value.of(dtype));
    let [m, k, n] = dims;
    let roundoff = Numbers::of(dtype).roundoff();
    for (first, place) in (0..m * k).map(|at| (true, at)).chain((0..k * n).map(|at| (false, at))) {
        let mut a = with(m * k, 0, Some(place).filter(|_| first), special);
        let mut b = with(k * n, 3, Some(place).filter(|_| !first), special);
        // Twice the largest number would be infinite; and a zero shows what NaN and infinities make of it.
        if value == Value::Most {
            let other = if first { &mut b } else { &mut a };
            other.iter_mut().for_each(|x| *x = x.signum());
        } else if first {
            b.iter_mut().step_by(3).for_each(|x| *x = 0.0);
        } else {
            a.iter_mut().step_by(3).for_each(|x| *x = 0.0);
        }
        let made = kernels.matmul(&holding(&[m, k], dtype, &a)?, &holding(&[k, n], dtype, &b)?)?;
        let expected = product(&a, &b, dims);
        assert_within(
            &made,
            &expected,
            |at| 2.0 * roundoff * expected[at].abs(),
            |at| format!("{a:?} by {b:?}, for element {at},"),
        );
    }
    Ok(())
}

/// A row of nothing but zeros makes NaN of NaN and of infinities; and what is too large is infinite.
#[conformance(of = "matmul", dtype(F32, F64, F16, BF16), rows(1, 3))]
pub fn zeros_hide_nothing(kernels: &dyn Kernels, dtype: Dtype, rows: usize) -> Checked {
    let most = Numbers::of(dtype).most();
    let b = holding(&[2, 4], dtype, &[f64::NAN, f64::INFINITY, 1.0, most, 1.0, 1.0, f64::NEG_INFINITY, most])?;
    for (a, expected) in [
        ([0.0, 0.0], [f64::NAN, f64::NAN, f64::NAN, 0.0]),
        ([1.0, 1.0], [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY]),
        ([-1.0, -1.0], [f64::NAN, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY]),
    ] {
        let made = kernels.matmul(&holding(&[rows, 2], dtype, &a.repeat(rows))?, &b)?;
        assert_exactly(&made, &expected.repeat(rows), &format!("{a:?}"));
    }
    Ok(())
}

/// Asserts these elements, whatever the sign of a zero.
#[track_caller]
fn assert_exactly(made: &Tensor, expected: &[f64], of: &str) {
    super::rule::assert_equal(made, expected, |at| format!("{of}, element {at},"));
}

/// Rows of a norm, one with a special value at each place, and beside it one without.
fn rows(dtype: Dtype, value: Value) -> impl Iterator<Item = Vec<f64>> {
    let special = value.of(dtype);
    (0..WIDTH).map(move |place| [with(WIDTH, 1, Some(place), special), with(WIDTH, 2, None, 0.0)].concat())
}

const WIDTH: usize = 7;

/// An exponential's, a root's and a quotient's roundings, a product's and a sum's, and what is kept in between.
const UNITS: f64 = 16.0;

#[conformance(
    of = "rms_norm",
    dtype(F32, F64, F16, BF16),
    value(Nan, Infinity, MinusInfinity, MinusZero, Least uses("subnormal_operands")),
    eps(0.0, 0.5)
)]
pub fn rms_norm(kernels: &dyn Kernels, dtype: Dtype, value: Value, eps: f32) -> Checked {
    let weight = with(WIDTH, 4, None, 0.0);
    for x in rows(dtype, value) {
        let made = kernels.rms_norm(&holding(&[2, WIDTH], dtype, &x)?, &holding(&[WIDTH], dtype, &weight)?, eps)?;
        let norm = |row: &[f64]| -> Vec<f64> {
            let root = (row.iter().map(|x| x * x).sum::<f64>() / WIDTH as f64 + f64::from(eps)).sqrt();
            row.iter().zip(&weight).map(|(x, weight)| x / root * weight).collect()
        };
        assert_normed(&made, dtype, &x.chunks(WIDTH).flat_map(norm).collect::<Vec<_>>(), &x);
    }
    Ok(())
}

#[conformance(
    of = "layer_norm",
    dtype(F32, F64, F16, BF16),
    value(Nan, Infinity, MinusInfinity, MinusZero, Least uses("subnormal_operands")),
    eps(0.0, 0.5)
)]
pub fn layer_norm(kernels: &dyn Kernels, dtype: Dtype, value: Value, eps: f32) -> Checked {
    let (weight, bias) = (with(WIDTH, 4, None, 0.0), with(WIDTH, 2, None, 0.0));
    for x in rows(dtype, value) {
        let parameters = [holding(&[WIDTH], dtype, &weight)?, holding(&[WIDTH], dtype, &bias)?];
        let made = kernels.layer_norm(&holding(&[2, WIDTH], dtype, &x)?, &parameters[0], &parameters[1], eps)?;
        let norm = |row: &[f64]| -> Vec<f64> {
            let mean = row.iter().sum::<f64>() / WIDTH as f64;
            let root = (row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / WIDTH as f64 + f64::from(eps)).sqrt();
            row.iter().zip(&weight).zip(&bias).map(|((x, weight), bias)| (x - mean) / root * weight + bias).collect()
        };
        assert_normed(&made, dtype, &x.chunks(WIDTH).flat_map(norm).collect::<Vec<_>>(), &x);
    }
    Ok(())
}

/// Rows without any variance: without eps, each element is 0 / 0; with one, nothing is left but the bias.
#[conformance(of = "layer_norm", dtype(F32, F16, BF16), element(none = 0.0, minus_none = -0.0, 3.0), eps(0.0, 0.5))]
pub fn equal_elements(kernels: &dyn Kernels, dtype: Dtype, element: f64, eps: f32) -> Checked {
    // A row of one element has none either.
    for width in [1, 2, 8, 33] {
        let (x, weight, bias) = (vec![element; width], with(width, 4, None, 0.0), with(width, 2, None, 0.0));
        let parameters = [holding(&[width], dtype, &weight)?, holding(&[width], dtype, &bias)?];
        let made = kernels.layer_norm(&holding(&[1, width], dtype, &x)?, &parameters[0], &parameters[1], eps)?;
        let expected: Vec<_> = bias.iter().map(|bias| if eps == 0.0 { f64::NAN } else { *bias }).collect();
        assert_normed(&made, dtype, &expected, &x);
    }
    Ok(())
}

#[conformance(of = "rms_norm", dtype(F32, F16, BF16), element(none = 0.0, minus_none = -0.0), eps(0.0, 0.5))]
pub fn zeros(kernels: &dyn Kernels, dtype: Dtype, element: f64, eps: f32) -> Checked {
    let (x, weight) = (vec![element; 8], with(8, 4, None, 0.0));
    let made = kernels.rms_norm(&holding(&[1, 8], dtype, &x)?, &holding(&[8], dtype, &weight)?, eps)?;
    assert_normed(&made, dtype, &[if eps == 0.0 { f64::NAN } else { 0.0 }; 8], &x);
    Ok(())
}

/// A weight reaches its column only, and a zero times ∞ is NaN.
#[conformance(of = "rms_norm", dtype(F32, F64, F16, BF16), value(Nan, Infinity, MinusInfinity, MinusZero))]
pub fn a_weight_of_rms_norm(kernels: &dyn Kernels, dtype: Dtype, value: Value) -> Checked {
    for place in 0..WIDTH {
        let (x, weight) = (with(WIDTH, 1, Some(2), 0.0), with(WIDTH, 4, Some(place), value.of(dtype)));
        let root = (x.iter().map(|x| x * x).sum::<f64>() / WIDTH as f64 + 0.5).sqrt();
        let expected: Vec<_> = x.iter().zip(&weight).map(|(x, weight)| x / root * weight).collect();
        let made = kernels.rms_norm(&holding(&[1, WIDTH], dtype, &x)?, &holding(&[WIDTH], dtype, &weight)?, 0.5)?;
        assert_normed(&made, dtype, &expected, &weight);
    }
    Ok(())
}

/// The same, and a bias that reaches its column only.
#[conformance(of = "layer_norm", dtype(F32, F64, F16, BF16), value(Nan, Infinity, MinusInfinity, MinusZero))]
pub fn a_weight_and_a_bias_of_layer_norm(kernels: &dyn Kernels, dtype: Dtype, value: Value) -> Checked {
    for (weighs, place) in (0..WIDTH).flat_map(|place| [(true, place), (false, place)]) {
        let x = with(WIDTH, 1, None, 0.0);
        let weight = with(WIDTH, 4, Some(place).filter(|_| weighs), value.of(dtype));
        let bias = with(WIDTH, 2, Some(place).filter(|_| !weighs), value.of(dtype));
        let mean = x.iter().sum::<f64>() / WIDTH as f64;
        let root = (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / WIDTH as f64 + 0.5).sqrt();
        let expected = x.iter().zip(&weight).zip(&bias).map(|((x, weight), bias)| (x - mean) / root * weight + bias);
        let expected: Vec<_> = expected.collect();
        let parameters = [holding(&[WIDTH], dtype, &weight)?, holding(&[WIDTH], dtype, &bias)?];
        let made = kernels.layer_norm(&holding(&[1, WIDTH], dtype, &x)?, &parameters[0], &parameters[1], 0.5)?;
        assert_normed(&made, dtype, &expected, if weighs { &weight } else { &bias });
    }
    Ok(())
}

#[track_caller]
pub fn assert_normed(made: &Tensor, dtype: Dtype, expected: &[f64], of: &[f64]) {
    let roundoff = Numbers::of(dtype).coarse_roundoff();
    // Elements are near 1: what a backend keeps in between is as well.
    let allowed = |at: usize| UNITS * roundoff * (1.0 + expected[at].abs());
    assert_within(made, expected, allowed, |at| format!("{of:?}, for element {at},"));
}

#[conformance(
    of = "rope",
    layout(Halves, Interleaved),
    dtype(F32, F64, F16, BF16),
    value(Nan, Infinity, MinusInfinity, MinusZero, Least uses("subnormal_operands"))
)]
pub fn rope(kernels: &dyn Kernels, layout: RopeLayout, dtype: Dtype, value: Value) -> Checked {
    // Of eight elements, six are turned, at angles that are multiples of nothing.
    let rope = Rope { dims: 6, base: 100.0, scale: 0.7, offset: 1, layout };
    for place in 0..16 {
        let x = with(16, 1, Some(place), value.of(dtype));
        let made = kernels.rope(&holding(&[1, 1, 2, 8], dtype, &x)?, &rope)?;
        let mut expected = x.clone();
        for (row, pair) in (0..2).flat_map(|row| (0..3).map(move |pair| (row, pair))) {
            let angle = (1 + row) as f64 * f64::from(0.7_f32) * 100_f64.powf(-(pair as f64) / 3.0);
            let [first, second] = match layout {
                RopeLayout::Halves => [pair, pair + 3],
                RopeLayout::Interleaved => [2 * pair, 2 * pair + 1],
            };
            let (first, second) = (row * 8 + first, row * 8 + second);
            let (a, b) = (x[first], x[second]);
            expected[first] = a * angle.cos() - b * angle.sin();
            expected[second] = a * angle.sin() + b * angle.cos();
        }
        assert_normed(&made, dtype, &expected, &x);
    }
    Ok(())
}

/// Which operand of attention has a special value in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    Query,
    Key,
    Value,
    Mask,
}

const QUERIES: usize = 3;
const KEYS: usize = 4;

/// Attention as it is written down, of `[QUERIES, 2]`, `[KEYS, 2]` and `[KEYS, 3]`.
fn attention_of(q: &[f64], k: &[f64], v: &[f64], mask: &[f64]) -> Vec<f64> {
    let row = |query: usize| {
        let logit = |key: usize| {
            (0..2).map(|at| q[query * 2 + at] * k[key * 2 + at]).sum::<f64>() * 0.5 + mask[query * KEYS + key]
        };
        let logits: Vec<_> = (0..KEYS).map(logit).collect();
        let most = if logits.iter().any(|x| x.is_nan()) {
            f64::NAN
        } else {
            logits.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        };
        let powers: Vec<_> = logits.iter().map(|logit| (logit - most).exp()).collect();
        let sum: f64 = powers.iter().sum();
        (0..3).map(move |at| (0..KEYS).map(|key| powers[key] / sum * v[key * 3 + at]).sum::<f64>()).collect::<Vec<_>>()
    };
    (0..QUERIES).flat_map(row).collect()
}

#[conformance(
    of = "scaled_dot_product_attention",
    dtype(F32, F64, F16, BF16),
    operand(Query, Key, Value, Mask),
    value(Nan, Infinity, MinusInfinity, MinusZero)
)]
pub fn attention(kernels: &dyn Kernels, dtype: Dtype, operand: Operand, value: Value) -> Checked {
    let special = value.of(dtype);
    let count = if operand == Operand::Query { QUERIES * 2 } else { KEYS * 2 };
    for place in 0..count {
        let at = |of: Operand| Some(place).filter(|_| of == operand);
        let q = with(QUERIES * 2, 0, at(Operand::Query), special);
        let k = with(KEYS * 2, 2, at(Operand::Key), special);
        let v = with(KEYS * 3, 1, at(Operand::Value), special);
        let mask = with(QUERIES * KEYS, 3, at(Operand::Mask), special);
        let mask_tensor = holding(&[QUERIES, KEYS], dtype, &mask)?;
        let made = kernels.scaled_dot_product_attention(
            &holding(&[1, 1, QUERIES, 2], dtype, &q)?,
            &holding(&[1, 1, KEYS, 2], dtype, &k)?,
            &holding(&[1, 1, KEYS, 3], dtype, &v)?,
            Logits::scaled(0.5),
            Mask::additive(&mask_tensor),
        )?;
        let seen = match operand {
            Operand::Query => &q,
            Operand::Key => &k,
            Operand::Value => &v,
            Operand::Mask => &mask,
        };
        assert_normed(&made, dtype, &attention_of(&q, &k, &v, &mask), seen);
    }
    Ok(())
}

/// A mask that hides by the smallest finite number instead of −∞, as many models' masks do: next to a key that is seen, the hidden ones have
/// no weight. Of a query whose keys are all hidden so, the logits are equal up to rounding, so that it gets the mean of all.
#[conformance(of = "scaled_dot_product_attention", dtype(F32, F64, F16, BF16), hidden(1, 3, 4))]
pub fn a_mask_of_the_smallest_number(kernels: &dyn Kernels, dtype: Dtype, hidden: usize) -> Checked {
    let least = -Numbers::of(dtype).most();
    let (q, k) = (vec![0.0; QUERIES * 2], with(KEYS * 2, 2, None, 0.0));
    let v = with(KEYS * 3, 1, None, 0.0);
    let mask: Vec<_> = (0..QUERIES * KEYS).map(|at| if at % KEYS < hidden { least } else { 0.0 }).collect();
    let mask_tensor = holding(&[QUERIES, KEYS], dtype, &mask)?;
    let made = kernels.scaled_dot_product_attention(
        &holding(&[1, 1, QUERIES, 2], dtype, &q)?,
        &holding(&[1, 1, KEYS, 2], dtype, &k)?,
        &holding(&[1, 1, KEYS, 3], dtype, &v)?,
        Logits::scaled(0.5),
        Mask::additive(&mask_tensor),
    )?;
    assert_normed(&made, dtype, &attention_of(&q, &k, &v, &mask), &mask);
    Ok(())
}
