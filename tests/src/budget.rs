//! How far off the elements of a result may be, out of the inputs and the baseline's result, in f64.
//!
//! What is allowed is for a backend that adds up in 32 bits or more, keeps what it computes in between in the type of its
//! operands or better, and rounds its result once; that the baseline's result is rounded to that type is in it. The parts are
//! those of crosscheck's [`Dtype`](compare::Dtype).

use crosscheck::compare;
use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, KernelError, Kernels, Logits, Mask, Quantized, Tensor};

/// The unit roundoffs of a backend.
struct Roundoff {
    /// Of what is kept in the type of the operands.
    kept: f64,
    /// Of what is added up.
    sums: f64,
    /// The type in which it is.
    accumulator: compare::Dtype,
    /// What a result below the smallest normal float may lose.
    underflow: f64,
}

impl Roundoff {
    fn of(operand: &Tensor) -> Self {
        let dtype = compare::Dtype::from(operand.dtype());
        let kept = dtype.unit_roundoff();
        let wide = kept < compare::Dtype::F32.unit_roundoff();
        let accumulator = if wide { dtype } else { compare::Dtype::F32 };
        Self { kept, sums: accumulator.unit_roundoff(), accumulator, underflow: dtype.underflow() }
    }

    /// What is allowed where a result is off by `error` before it is rounded: the roundings of both sides come on top.
    fn rounded(&self, error: f64, expected: f64) -> f64 {
        let allowed = error + 2.0 * self.kept * (expected.abs() + error) + 2.0 * self.underflow;
        // What is not finite is judged by what it is.
        if allowed.is_finite() { allowed } else { 0.0 }
    }
}

/// Of `a · b`: the bound of a dot product, [`sum_bound`](compare::Dtype::sum_bound) times `Σ |a| |b|`.
pub fn matmul(product: &Tensor, a: &Tensor, b: &Tensor) -> Vec<f64> {
    let roundoff = Roundoff::of(a);
    let terms = a.shape().last().copied().unwrap_or(1);
    let share = roundoff.accumulator.sum_bound(terms);
    let sizes = Reference.matmul(&absolute(a), &absolute(b)).map(|sizes| sizes.to_f64()).unwrap_or_default();
    sizes.iter().zip(product.to_f64()).map(|(size, expected)| roundoff.rounded(share * size, expected)).collect()
}

/// Of `x · wᵀ`, where the elements of `w` are a scale times a level and a bias: [`matmul`]'s, but for sizes that are those of
/// both parts, which a backend may add up apart, and for the two roundings that put an element together.
pub fn quantized_matmul(w: &Quantized) -> Result<impl Fn(&Tensor, &Tensor) -> Vec<f64> + Send + 'static, KernelError> {
    let Quantized { scales, biases, .. } = w;
    let parts = Quantized { scales: magnitudes(scales)?, biases: magnitudes(biases)?, ..w.clone() };
    // Levels are not negative: this is |scale| · level + |bias|.
    let parts = Reference.dequantize(&parts)?;
    let sizes = Reference.transpose(&absolute(&parts), &[1, 0])?;
    Ok(move |product: &Tensor, x: &Tensor| {
        let roundoff = Roundoff::of(x);
        let share = roundoff.accumulator.sum_bound(last(x)) + 2.0 * roundoff.kept;
        let sizes = Reference.matmul(&absolute(x), &sizes).map(|sizes| sizes.to_f64()).unwrap_or_default();
        sizes.iter().zip(product.to_f64()).map(|(size, expected)| roundoff.rounded(share * size, expected)).collect()
    })
}

/// Of the sums of the rows: [`sum_bound`](compare::Dtype::sum_bound) times `Σ |x|`.
pub fn sum(sums: &Tensor, x: &Tensor) -> Vec<f64> {
    let roundoff = Roundoff::of(x);
    let share = roundoff.accumulator.sum_bound(last(x));
    let sizes = Reference.sum(&absolute(x), (x.rank() - 1).into()).map(|sizes| sizes.to_f64()).unwrap_or_default();
    sizes.iter().zip(sums.to_f64()).map(|(size, expected)| roundoff.rounded(share * size, expected)).collect()
}

/// Of attention. A logit is at most `‖q‖ ‖k‖ |scale|` and what the mask adds. It is off by `δ`: by the dot product's error, and by
/// the roundings of `q · scale`, of the product and of its sum with the mask; and, as a hyperbolic tangent is nowhere steeper than 1, of
/// what it is made of and of what is made of it, where the logits are capped. A weight is then off by `exp(2δ) − 1` of itself, by
/// the sum of the exponentials and by its own rounding, and the result by that share of `Σ w |v|`.
pub fn attention(seen: &Tensor, [q, k, v]: [&Tensor; 3], logits: Logits, mask: Mask<'_>) -> Vec<f64> {
    let roundoff = Roundoff::of(q);
    let (width, value_width) = (last(q), last(v));
    let keys = k.shape()[k.rank() - 2];
    let longest = norms(k, width).into_iter().fold(0.0, f64::max);
    let finite = |mask: &Tensor| mask.to_f64().iter().filter(|x| x.is_finite()).fold(0.0, |most, x| x.abs().max(most));
    let added = mask.additive.map_or(0.0, finite);
    let wide_mask = mask.additive.map(wide);
    let weighed = Reference.scaled_dot_product_attention(
        &wide(q),
        &wide(k),
        &absolute(v),
        logits,
        Mask { additive: wide_mask.as_ref(), ..mask },
    );
    let weighed = weighed.map(|weighed| weighed.to_f64()).unwrap_or_default();
    let largest = v.to_f64().iter().fold(0.0, |most: f64, x| x.abs().max(most));
    let sum_of_keys = roundoff.accumulator.sum_bound(keys);
    let queries = norms(q, width).into_iter().map(|norm| {
        let logit = norm * longest * f64::from(logits.scale).abs();
        let capping = if logits.softcap.is_some() { 3.0 * roundoff.kept * logit } else { 0.0 };
        let off = (roundoff.accumulator.sum_bound(width) + roundoff.kept) * logit
            + capping
            + 2.0 * roundoff.kept * (logit + added);
        (2.0 * off).exp_m1() + 2.0 * sum_of_keys + 8.0 * roundoff.sums + roundoff.kept
    });
    let shares = queries.flat_map(|share| std::iter::repeat_n(share, value_width));
    let lost = roundoff.underflow * keys as f64 * largest;
    shares
        .zip(weighed)
        .zip(seen.to_f64())
        .map(|((share, weighed), expected)| roundoff.rounded(share * weighed + lost, expected))
        .collect()
}

/// Of rms_norm: the root of the mean of squares is off by half of what the sum is; the root, and the element that it divides,
/// are kept before the weight is multiplied.
pub fn rms_norm(normed: &Tensor, x: &Tensor, weight: &Tensor) -> Vec<f64> {
    let roundoff = Roundoff::of(x);
    let share = roundoff.accumulator.sum_bound(last(x)) / 2.0 + 5.0 * roundoff.sums + 2.0 * roundoff.kept;
    let lost = weight.to_f64().into_iter().map(|weight| roundoff.underflow * weight.abs()).cycle();
    normed
        .to_f64()
        .iter()
        .zip(lost)
        .map(|(normed, lost)| roundoff.rounded(share * normed.abs() + lost, *normed))
        .collect()
}

/// Of layer_norm: the mean is off by the sum's share of the mean size, which moves every element; the deviation by half of
/// what its sum is and by what the mean moves it; the normed element and its product with the weight are kept before the bias is
/// added.
pub fn layer_norm(normed: &Tensor, x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Vec<f64> {
    let roundoff = Roundoff::of(x);
    let width = last(x);
    let (weight, bias) = (weight.to_f64(), bias.to_f64());
    let share = roundoff.accumulator.sum_bound(width);
    let mut allowed = Vec::with_capacity(x.len());
    for (row, normed) in x.to_f64().chunks(width.max(1)).zip(normed.to_f64().chunks(width.max(1))) {
        let count = row.len() as f64;
        let mean = row.iter().sum::<f64>() / count;
        let size = row.iter().map(|x| x.abs()).sum::<f64>() / count;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
        let deviation = (variance + f64::from(eps)).sqrt();
        let moved = (share + roundoff.sums) * size / deviation;
        for (at, x) in row.iter().enumerate() {
            let element = ((x - mean) / deviation).abs();
            let off = moved + element * (share / 2.0 + moved + 5.0 * roundoff.sums) + 2.0 * roundoff.kept * element;
            let error = weight[at].abs() * (off + roundoff.underflow) + roundoff.sums * bias[at].abs();
            allowed.push(roundoff.rounded(error, normed[at]));
        }
    }
    allowed
}

fn last(x: &Tensor) -> usize {
    x.shape().last().copied().unwrap_or(1)
}

/// The same values in 64 bits.
fn wide(x: &Tensor) -> Tensor {
    of_values(x, x.to_f64())
}

/// The sizes of the elements, in 64 bits.
fn absolute(x: &Tensor) -> Tensor {
    of_values(x, x.to_f64().into_iter().map(f64::abs).collect())
}

/// The same in the type of the elements.
fn magnitudes(x: &Tensor) -> Result<Tensor, KernelError> {
    Tensor::from_f64(x.shape(), x.dtype(), &x.to_f64().into_iter().map(f64::abs).collect::<Vec<_>>())
}

fn of_values(x: &Tensor, values: Vec<f64>) -> Tensor {
    Tensor::from_f64(x.shape(), Dtype::F64, &values).expect("as many elements as there were")
}

/// The lengths of the rows.
fn norms(x: &Tensor, width: usize) -> Vec<f64> {
    x.to_f64().chunks(width.max(1)).map(|row| row.iter().map(|x| x * x).sum::<f64>().sqrt()).collect()
}
