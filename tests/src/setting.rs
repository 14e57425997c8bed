//! Parameters that coincide with a default, are zero or negative, or larger than what they are added to: function × type × parameter, against its
//! formula.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Logits, Mask, Quantization, Quantized, Rope, RopeLayout, Tensor};

use crate::Checked;
use crate::data::{of, unit};
use crate::special::rule::{Numbers, assert_within};

/// The pairs of a row, and by which angle each is turned.
pub fn rotated(x: &[f64], [length, width]: [usize; 2], rope: Rope) -> Vec<f64> {
    let mut turned = x.to_vec();
    for (row, turned) in turned.chunks_mut(width).enumerate() {
        let position = f64::from(rope.scale) * (f64::from(rope.offset) + (row % length) as f64);
        for pair in 0..rope.dims / 2 {
            let angle = position / f64::from(rope.base).powf(2.0 * pair as f64 / rope.dims as f64);
            let [first, second] = match rope.layout {
                RopeLayout::Halves => [pair, pair + rope.dims / 2],
                RopeLayout::Interleaved => [2 * pair, 2 * pair + 1],
            };
            let (a, b) = (turned[first], turned[second]);
            turned[first] = a * angle.cos() - b * angle.sin();
            turned[second] = b * angle.cos() + a * angle.sin();
        }
    }
    turned
}

/// How far off a rotation of numbers below 1 may be: three roundings of the type, of a sine, a product and a sum, and what 32 bits lose of an
/// angle.
pub fn off_by_angle(dtype: Dtype, rope: Rope, length: usize) -> f64 {
    let last =
        f64::from(rope.scale).abs() * (f64::from(rope.offset) + length as f64) * f64::from(rope.base.recip().max(1.0));
    6.0 * Numbers::of(dtype).roundoff() + 4.0 * Numbers::of(Dtype::F32).roundoff() * (1.0 + last)
}

#[conformance(
    of = "rope",
    scale(one = 1.0, none = 0.0, minus_none = -0.0, minus_one = -1.0, minus_half = -0.5, more = 2.5),
    layout(Halves, Interleaved),
    dtype(F32, F64, F16, BF16)
)]
pub fn rope(kernels: &dyn Kernels, scale: f32, layout: RopeLayout, dtype: Dtype) -> Checked {
    let (length, width) = (3, 10);
    let x = unit(401, &[2, length, width], dtype)?;
    // A base and an offset by themselves, both together, and neither; a base of 1 and one below.
    for (base, offset) in
        [(10_000.0, 0), (10_000.0, 9), (500_000.0, 0), (500_000.0, 9), (1.0, 2), (0.5, 0), (0.5, 5), (7.0, 300)]
    {
        for dims in [2, 6, 10] {
            let rope = Rope { dims, base, scale, offset, layout };
            let made = kernels.rope(&x, &rope)?;
            let allowed = off_by_angle(dtype, rope, length);
            let expected = rotated(&x.to_f64(), [length, width], rope);
            assert_within(&made, &expected, |_| allowed, |at| format!("{rope:?}, element {at},"));
        }
    }
    Ok(())
}

/// Rows whose elements are of this size: at a thousandth, the variance is a millionth.
fn rows(dtype: Dtype, size: f64) -> Checked<Tensor> {
    let values = unit(402, &[4, 24], Dtype::F64)?.to_f64();
    of(&[4, 24], dtype, &values.iter().map(|x| x * size).collect::<Vec<_>>())
}

/// Of a row: its elements without its mean, if that is taken off, by the root of their mean square and eps.
fn normed(row: &[f64], eps: f32, centred: bool) -> Vec<f64> {
    let mean = if centred { row.iter().sum::<f64>() / row.len() as f64 } else { 0.0 };
    let square = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / row.len() as f64;
    row.iter().map(|x| (x - mean) / (square + f64::from(eps)).sqrt()).collect()
}

#[conformance(
    of = "rms_norm",
    eps(none = 0.0, least = 1e-12, usual = 1e-5, six = 1e-6, one = 1.0, much = 1000.0),
    dtype(F32, F64, F16, BF16)
)]
pub fn rms_norm(kernels: &dyn Kernels, eps: f32, dtype: Dtype) -> Checked {
    let weight = unit(403, &[24], dtype)?;
    for size in [1.0, 1e-3, 50.0] {
        let x = rows(dtype, size)?;
        let made = kernels.rms_norm(&x, &weight, eps)?;
        let normed = |row: &[f64]| normed(row, eps, false).iter().zip(weight.to_f64()).map(|(x, w)| x * w).collect();
        let expected: Vec<f64> = x.to_f64().chunks(24).flat_map(|row| -> Vec<f64> { normed(row) }).collect();
        let numbers = Numbers::of(dtype);
        let allowed = |at: usize| (6.0 * numbers.roundoff() + 1e-6) * expected[at].abs() + numbers.quantum();
        assert_within(&made, &expected, allowed, |at| format!("elements of {size:e}, element {at},"));
    }
    Ok(())
}

#[conformance(
    of = "layer_norm",
    eps(none = 0.0, least = 1e-12, usual = 1e-5, six = 1e-6, one = 1.0, much = 1000.0),
    dtype(F32, F64, F16, BF16)
)]
pub fn layer_norm(kernels: &dyn Kernels, eps: f32, dtype: Dtype) -> Checked {
    let (weight, bias) = (unit(403, &[24], dtype)?, unit(404, &[24], dtype)?);
    for size in [1.0, 1e-3, 50.0] {
        let x = rows(dtype, size)?;
        let made = kernels.layer_norm(&x, &weight, &bias, eps)?;
        let (weight, bias) = (weight.to_f64(), bias.to_f64());
        let row = |row: &[f64]| -> Vec<f64> {
            normed(row, eps, true).iter().zip(weight.iter().zip(&bias)).map(|(x, (w, b))| x * w + b).collect()
        };
        let expected: Vec<_> = x.to_f64().chunks(24).flat_map(row).collect();
        let numbers = Numbers::of(dtype);
        // The weighed element and the bias are both below 3.
        let allowed = |at: usize| (6.0 * numbers.roundoff() + 1e-6) * (expected[at].abs() + bias[at % 24].abs() + 0.1);
        assert_within(&made, &expected, allowed, |at| format!("elements of {size:e}, element {at},"));
    }
    Ok(())
}

/// Weights and biases that a short cut may leave out: of each element the same number.
#[conformance(
    of = "layer_norm",
    weight(none = 0.0, minus_none = -0.0, one = 1.0, minus_one = -1.0),
    bias(none = 0.0, one = 1.0, minus_two = -2.0),
    dtype(F32, F64, F16, BF16)
)]
pub fn plain_parameters_of_layer_norm(kernels: &dyn Kernels, weight: f64, bias: f64, dtype: Dtype) -> Checked {
    let parameter = |value: f64| of(&[24], dtype, &[value; 24]);
    let x = rows(dtype, 1.0)?;
    let made = kernels.layer_norm(&x, &parameter(weight)?, &parameter(bias)?, 1e-5)?;
    let row = |row: &[f64]| -> Vec<f64> { normed(row, 1e-5, true).iter().map(|x| x * weight + bias).collect() };
    let expected: Vec<_> = x.to_f64().chunks(24).flat_map(row).collect();
    let allowed = |at: usize| (6.0 * Numbers::of(dtype).roundoff() + 1e-6) * (expected[at].abs() + bias.abs() + 0.1);
    assert_within(&made, &expected, allowed, |at| format!("weight {weight} and bias {bias}, element {at},"));
    Ok(())
}

#[conformance(of = "rms_norm", weight(none = 0.0, minus_none = -0.0, one = 1.0, minus_one = -1.0), dtype(F32, F64, F16, BF16))]
pub fn plain_weights_of_rms_norm(kernels: &dyn Kernels, weight: f64, dtype: Dtype) -> Checked {
    let x = rows(dtype, 1.0)?;
    let made = kernels.rms_norm(&x, &of(&[24], dtype, &[weight; 24])?, 1e-5)?;
    let row = |row: &[f64]| -> Vec<f64> { normed(row, 1e-5, false).iter().map(|x| x * weight).collect() };
    let expected: Vec<_> = x.to_f64().chunks(24).flat_map(row).collect();
    let allowed = |at: usize| (6.0 * Numbers::of(dtype).roundoff() + 1e-6) * expected[at].abs();
    assert_within(&made, &expected, allowed, |at| format!("weight {weight}, element {at},"));
    Ok(())
}

/// Which keys are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    All,
    Causal,
    Added,
    /// Two keys at most.
    Window,
    /// Causal, and something is added.
    Both,
}

impl Seen {
    fn mask(self, added: &Tensor) -> Mask<'_> {
        match self {
            Self::All => Mask::NONE,
            Self::Causal => Mask::CAUSAL,
            Self::Added => Mask::additive(added),
            Self::Window => Mask::window(2),
            Self::Both => Mask::CAUSAL.plus(added),
        }
    }

    /// What is added to the logit of a key that stands so far in front of the query, or behind it.
    fn added(self, behind: i64, added: f64) -> f64 {
        let is_seen = match self {
            Self::All | Self::Added => true,
            Self::Causal | Self::Both => behind >= 0,
            Self::Window => (0..2).contains(&behind),
        };
        match (is_seen, self) {
            (false, _) => f64::NEG_INFINITY,
            (true, Self::Added | Self::Both) => added,
            (true, _) => 0.0,
        }
    }
}

/// Attention of one head, of `[T, D]`, `[S, D]` and `[S, E]`.
pub fn attended(
    parts: [&[f64]; 3],
    [queries, keys, width, value_width]: [usize; 4],
    logit: impl Fn(f64, usize, usize) -> f64,
) -> Vec<f64> {
    let [q, k, v] = parts;
    let row = |query: usize| -> Vec<f64> {
        let logits: Vec<_> = (0..keys)
            .map(|key| {
                let dot: f64 = (0..width).map(|at| q[query * width + at] * k[key * width + at]).sum();
                logit(dot, query, key)
            })
            .collect();
        let most = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<_> = logits.iter().map(|logit| (logit - most).exp()).collect();
        let sum: f64 = powers.iter().sum();
        (0..value_width).map(|at| (0..keys).map(|key| powers[key] / sum * v[key * value_width + at]).sum()).collect()
    };
    (0..queries).flat_map(row).collect()
}

#[conformance(
    of = "scaled_dot_product_attention",
    scale(none = 0.0, minus_none = -0.0, one = 1.0, minus_one = -1.0, root = 0.353_553_4, minus_root = -0.353_553_4, three = 3.0),
    seen(All, Causal, Added, Window, Both),
    dtype(F32, F64, F16, BF16)
)]
pub fn attention(kernels: &dyn Kernels, scale: f32, seen: Seen, dtype: Dtype) -> Checked {
    assert_attention(kernels, Logits::scaled(scale), seen, dtype)
}

/// Caps from what leaves nothing of a logit to what leaves all of it, on both sides of those that models have, and beyond what 16 bits
/// hold.
#[conformance(
    of = "scaled_dot_product_attention",
    softcap(tiny = 1e-30, thousandth = 1e-3, half = 0.5, one = 1.0, two = 2.0, fifty = 50.0, large = 1e5, huge = 1e30),
    seen(All, Causal, Added, Window, Both),
    dtype(F32, F64, F16, BF16)
)]
pub fn capped_attention(kernels: &dyn Kernels, softcap: f32, seen: Seen, dtype: Dtype) -> Checked {
    [3.0, -0.5]
        .into_iter()
        .try_for_each(|scale| assert_attention(kernels, Logits::scaled(scale).capped(softcap), seen, dtype))
}

#[track_caller]
fn assert_attention(kernels: &dyn Kernels, logits: Logits, seen: Seen, dtype: Dtype) -> Checked {
    let Logits { scale, softcap } = logits;
    for [queries, keys] in [[1, 5], [5, 5], [3, 7]] {
        let (q, k) = (unit(405, &[1, 1, queries, 8], dtype)?, unit(406, &[1, 1, keys, 8], dtype)?);
        let (v, added) = (unit(407, &[1, 1, keys, 6], dtype)?, unit(408, &[queries, keys], dtype)?);
        let made = kernels.scaled_dot_product_attention(&q, &k, &v, logits, seen.mask(&added))?;
        let bias = added.to_f64();
        let operands = [&q.to_f64()[..], &k.to_f64(), &v.to_f64()];
        let expected = attended(operands, [queries, keys, 8, 6], |dot, query, key| {
            let scaled = dot * f64::from(scale);
            let capped = softcap.map_or(scaled, |cap| f64::from(cap) * (scaled / f64::from(cap)).tanh());
            let behind = (query + keys) as i64 - (key + queries) as i64;
            capped + seen.added(behind, bias[query * keys + key])
        });
        // Logits are below 8 · |scale| + 1; what they lose moves the weights by as much.
        let numbers = Numbers::of(dtype);
        let allowed = (numbers.roundoff() + Numbers::of(Dtype::F32).roundoff()) * (8.0 + 16.0 * f64::from(scale).abs());
        assert_within(&made, &expected, |_| allowed, |at| format!("{queries} queries on {keys} keys, element {at},"));
    }
    Ok(())
}

/// Scales and biases of every sign, zeros among them, one of a group each.
fn matrix(dtype: Dtype, bits: u32) -> Checked<(Quantized, Vec<f64>)> {
    let scales = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 0.25, -2.0, 0.0, 1.0];
    let biases = [0.0, 1.0, 0.0, 0.0, -8.0, 8.0, -1.0, 3.0, -0.5, 1.0];
    let levels = 1_u32 << bits;
    let per_word = 32 / bits as usize;
    let level = |at: usize| (at as u32 * 37 + 5) % levels;
    let word = |at: usize| (0..per_word).rev().fold(0_u32, |word, place| word << bits | level(at * per_word + place));
    let packed = (0..320 / per_word).map(word).collect();
    let quantization = Quantization { group: 32, bits };
    let w = Quantized {
        packed,
        columns: 64,
        scales: of(&[5, 2], dtype, &scales)?,
        biases: of(&[5, 2], dtype, &biases)?,
        quantization,
    };
    Ok((w, (0..320).map(|at| scales[at / 32] * f64::from(level(at)) + biases[at / 32]).collect()))
}

#[conformance(of = "dequantize", uses = "quantization", bits(4, 8), dtype(F32, F16, BF16))]
pub fn dequantize(kernels: &dyn Kernels, bits: u32, dtype: Dtype) -> Checked {
    let (w, expected) = matrix(dtype, bits)?;
    // A product and a sum, of numbers below 514.
    let allowed = |at: usize| 4.0 * Numbers::of(dtype).roundoff() * (expected[at].abs() + 8.0);
    assert_within(&kernels.dequantize(&w)?, &expected, allowed, |at| format!("group {}, element {at},", at / 32));
    Ok(())
}

#[conformance(of = "quantized_matmul", uses = "quantization", bits(4, 8), dtype(F32, F16, BF16), rows(1, 4))]
pub fn quantized_matmul(kernels: &dyn Kernels, bits: u32, dtype: Dtype, rows: usize) -> Checked {
    let (w, elements) = matrix(dtype, bits)?;
    // Each row picks an element of each group.
    let picks = |at: usize| if at / 64 == at % 32 { 1.0 } else { 0.0 };
    let x: Vec<_> = (0..rows * 64).map(picks).collect();
    let made = kernels.quantized_matmul(&of(&[rows, 64], dtype, &x)?, &w)?;
    let cell = |at: usize| (0..64).map(|k| x[at / 5 * 64 + k] * elements[at % 5 * 64 + k]).sum::<f64>();
    let expected: Vec<_> = (0..rows * 5).map(cell).collect();
    let allowed = 16.0 * Numbers::of(dtype).roundoff() * 600.0 / if bits == 4 { 16.0 } else { 1.0 };
    assert_within(&made, &expected, |_| allowed, |at| format!("row {}, column {},", at / 5, at % 5));
    Ok(())
}
