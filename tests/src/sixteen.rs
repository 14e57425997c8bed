//! Sixteen bits: what is rounded once is the nearest number, and what is added up is not kept in 16 bits.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Logits, Mask, Quantization, Quantized, Tensor};

use crate::Checked;
use crate::data::of;
use crate::special::rule::{Numbers, assert_exact, assert_within, nearest};
use crate::special::value::holding;

/// Pairs of numbers from all over a type, by their bits, and pairs that are of nearly the same size.
fn pairs(dtype: Dtype) -> [Vec<f64>; 2] {
    let number = |bits: u64| match dtype {
        Dtype::F16 => half::f16::from_bits(bits as u16).to_f64(),
        _ => half::bf16::from_bits(bits as u16).to_f64(),
    };
    // Knuth's generator of 64 bits, of which the upper ones are taken.
    let mut state = 20_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 40
    };
    let near = 3 << if dtype == Dtype::F16 { 10 } else { 7 };
    let pairs = (0..6000).map(|at| {
        let first = next();
        let second =
            if at % 2 == 0 { next() } else { (first & 0x7fff).wrapping_add(next() % near) | ((next() % 2) << 15) };
        (number(first), number(second))
    });
    let (a, b): (Vec<_>, Vec<_>) = pairs.filter(|(a, b)| a.is_finite() && b.is_finite()).unzip();
    [a, b]
}

#[track_caller]
fn assert_nearest(
    dtype: Dtype,
    rule: impl Fn(f64, f64) -> f64,
    kernel: impl Fn(&Tensor, &Tensor) -> Checked<Tensor>,
) -> Checked {
    let [a, b] = pairs(dtype);
    let expected: Vec<_> = a.iter().zip(&b).map(|(a, b)| nearest(dtype, rule(*a, *b))).collect();
    let shape = [a.len()];
    let made = kernel(&holding(&shape, dtype, &a)?, &holding(&shape, dtype, &b)?)?;
    assert_exact(&made, &expected, |at| format!("{:e} and {:e}", a[at], b[at]));
    Ok(())
}

#[conformance(of = "add", dtype(F16, BF16))]
pub fn sums(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_nearest(dtype, |a, b| a + b, |a, b| kernels.add(a, b))
}

#[conformance(of = "sub", dtype(F16, BF16))]
pub fn differences(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_nearest(dtype, |a, b| a - b, |a, b| kernels.sub(a, b))
}

#[conformance(of = "mul", dtype(F16, BF16))]
pub fn products(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_nearest(dtype, |a, b| a * b, |a, b| kernels.mul(a, b))
}

#[conformance(of = "div", dtype(F16, BF16))]
pub fn quotients(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_nearest(dtype, |a, b| a / b, |a, b| kernels.div(a, b))
}

/// Numbers that are rounded the same way each time that they are added to a sum of 16 bits: each loses half a percent and more from
/// another size of the sum on, so that it shows in however many lanes the sum is kept.
fn grains(dtype: Dtype) -> impl Iterator<Item = f64> {
    let below = if dtype == Dtype::F16 { &[4, 3, 5, 6, 7][..] } else { &[4, 3] };
    below.iter().map(move |step| nearest(dtype, 1.0 + 0.44 * 2_f64.powi(-step)))
}

const LENGTH: usize = 4096;

/// `[LENGTH, 2]` or `[2, LENGTH]` of this number.
fn long(dtype: Dtype, axis: usize, value: f64) -> Checked<Tensor> {
    let shape = if axis == 0 { [LENGTH, 2] } else { [2, LENGTH] };
    of(&shape, dtype, &vec![value; 2 * LENGTH])
}

/// Asserts that all elements are this one, up to four roundings.
#[track_caller]
fn assert_all(made: &Tensor, expected: f64) {
    let roundoff = Numbers::of(made.dtype()).roundoff();
    let allowed = 4.0 * roundoff * expected.abs();
    assert_within(
        made,
        &vec![expected; made.len()],
        |_| allowed,
        |at| format!("{LENGTH} equal numbers, element {at},"),
    );
}

#[conformance(of = "sum", uses = "wide_accumulation", axis(0, 1), dtype(F16, BF16))]
pub fn sum(kernels: &dyn Kernels, axis: usize, dtype: Dtype) -> Checked {
    for grain in grains(dtype) {
        assert_all(&kernels.sum(&long(dtype, axis, grain)?, axis.into())?, grain * LENGTH as f64);
    }
    Ok(())
}

#[conformance(of = "mean", uses = "wide_accumulation", axis(0, 1), dtype(F16, BF16))]
pub fn mean(kernels: &dyn Kernels, axis: usize, dtype: Dtype) -> Checked {
    for grain in grains(dtype) {
        assert_all(&kernels.mean(&long(dtype, axis, grain)?, axis.into())?, grain);
    }
    Ok(())
}

#[conformance(of = "softmax", uses = "wide_accumulation", axis(0, 1), dtype(F16, BF16))]
pub fn softmax(kernels: &dyn Kernels, axis: usize, dtype: Dtype) -> Checked {
    // Two logits, so that the exponentials are 1 and, of all but the first, a number that is lost in parts.
    let logit = nearest(dtype, -0.7);
    let mut x = long(dtype, axis, logit)?.to_f64();
    let first = if axis == 0 { [0, 1] } else { [0, LENGTH] };
    first.iter().for_each(|at| x[*at] = 0.0);
    let shape = if axis == 0 { [LENGTH, 2] } else { [2, LENGTH] };
    let made = kernels.softmax(&of(&shape, dtype, &x)?, axis)?;
    let sum = 1.0 + (LENGTH - 1) as f64 * logit.exp();
    let expected: Vec<_> = x.iter().map(|x| x.exp() / sum).collect();
    let numbers = Numbers::of(dtype);
    let allowed = |at: usize| 4.0 * numbers.roundoff() * expected[at] + numbers.quantum();
    assert_within(&made, &expected, allowed, |at| format!("{LENGTH} logits, element {at},"));
    Ok(())
}

#[conformance(of = "logsumexp", uses = "wide_accumulation", axis(0, 1), dtype(F16, BF16))]
pub fn logsumexp(kernels: &dyn Kernels, axis: usize, dtype: Dtype) -> Checked {
    // The result is near 0, so that what the sum loses is not small beside it.
    let (first, others) = (-8.0, nearest(dtype, -8.7));
    let mut x = long(dtype, axis, others)?.to_f64();
    [0, if axis == 0 { 1 } else { LENGTH }].iter().for_each(|at| x[*at] = first);
    let shape = if axis == 0 { [LENGTH, 2] } else { [2, LENGTH] };
    let made = kernels.logsumexp(&of(&shape, dtype, &x)?, axis.into())?;
    let expected = (first.exp() + (LENGTH - 1) as f64 * others.exp()).ln();
    // The largest, which is taken off first, is added again, to what is nearly its opposite.
    let allowed = Numbers::of(Dtype::F32).roundoff() * 64.0 + 2.0 * Numbers::of(dtype).roundoff() * expected.abs();
    assert_within(&made, &[expected; 2], |_| allowed, |at| format!("{LENGTH} logits, element {at},"));
    Ok(())
}

#[conformance(of = "rms_norm", dtype(F16, BF16), size(1.0, tenth = 0.1, 30.0))]
pub fn rms_norm(kernels: &dyn Kernels, dtype: Dtype, size: f64) -> Checked {
    let weight = of(&[LENGTH], dtype, &vec![1.0; LENGTH])?;
    for grain in grains(dtype) {
        // What is added up is the square.
        let x = nearest(dtype, grain.sqrt() * size);
        assert_all(&kernels.rms_norm(&long(dtype, 1, x)?, &weight, 0.0)?, 1.0);
    }
    Ok(())
}

/// Half of the elements are above the mean and half below, by as much.
#[conformance(of = "layer_norm", dtype(F16, BF16), mean(0.0, 4.0))]
pub fn layer_norm(kernels: &dyn Kernels, dtype: Dtype, mean: f64) -> Checked {
    let parameter = |value: f64| of(&[LENGTH], dtype, &vec![value; LENGTH]);
    let (weight, bias) = (parameter(1.0)?, parameter(0.0)?);
    for grain in grains(dtype) {
        // What is added up is the square.
        let [above, below] = [mean + grain.sqrt(), mean - grain.sqrt()].map(|x| nearest(dtype, x));
        let x: Vec<_> = (0..2 * LENGTH).map(|at| if at % 2 == 0 { above } else { below }).collect();
        let made = kernels.layer_norm(&of(&[2, LENGTH], dtype, &x)?, &weight, &bias, 0.0)?;
        let expected: Vec<_> = (0..2 * LENGTH).map(|at| if at % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let allowed = 4.0 * Numbers::of(dtype).roundoff();
        assert_within(&made, &expected, |_| allowed, |at| format!("{above} and {below}, element {at},"));
    }
    Ok(())
}

/// The mean is halfway between two numbers of the type, which are all that there is.
#[conformance(of = "layer_norm", dtype(F16, BF16), width(2, 24, 512))]
pub fn means_between_numbers(kernels: &dyn Kernels, dtype: Dtype, width: usize) -> Checked {
    let least = 2_f64.powi(Numbers::of(dtype).digits - 1);
    let parameter = |value: f64| of(&[width], dtype, &vec![value; width]);
    let x: Vec<_> = (0..2 * width).map(|at| least + (at % 2) as f64).collect();
    let made = kernels.layer_norm(&of(&[2, width], dtype, &x)?, &parameter(1.0)?, &parameter(0.0)?, 0.0)?;
    let expected: Vec<_> = (0..2 * width).map(|at| if at % 2 == 0 { -1.0 } else { 1.0 }).collect();
    let allowed = 4.0 * Numbers::of(dtype).roundoff();
    assert_within(&made, &expected, |_| allowed, |at| format!("{least} and {}, element {at},", least + 1.0));
    Ok(())
}

#[conformance(of = "matmul", uses = "wide_accumulation", dtype(F16, BF16), rows(1, 3))]
pub fn matmul(kernels: &dyn Kernels, dtype: Dtype, rows: usize) -> Checked {
    let terms = 2048;
    let b = of(&[terms, 5], dtype, &vec![1.0; terms * 5])?;
    for grain in grains(dtype) {
        let a = of(&[rows, terms], dtype, &vec![grain; rows * terms])?;
        assert_all(&kernels.matmul(&a, &b)?, grain * terms as f64);
    }
    Ok(())
}

/// Each element of the matrix is 1.
#[conformance(
    of = "quantized_matmul",
    uses("wide_accumulation", "quantization"),
    dtype(F16, BF16),
    rows(1, 3),
    bits(4, 8)
)]
pub fn quantized_matmul(kernels: &dyn Kernels, dtype: Dtype, rows: usize, bits: u32) -> Checked {
    let (terms, group) = (2048, 64);
    let groups = [8, terms / group];
    let all = |value: f64| of(&groups, dtype, &vec![value; groups[0] * groups[1]]);
    let w = Quantized {
        packed: vec![0; 8 * terms * bits as usize / 32],
        columns: terms,
        scales: all(0.5)?,
        biases: all(1.0)?,
        quantization: Quantization { group, bits },
    };
    for grain in grains(dtype) {
        let x = of(&[rows, terms], dtype, &vec![grain; rows * terms])?;
        assert_all(&kernels.quantized_matmul(&x, &w)?, grain * terms as f64);
    }
    Ok(())
}

/// All keys are equal, so that the weights are; what is added up is the weights and the values.
#[conformance(of = "scaled_dot_product_attention", dtype(F16, BF16), queries(1, 9))]
pub fn attention(kernels: &dyn Kernels, dtype: Dtype, queries: usize) -> Checked {
    let keys = 2048;
    let ones = |shape: &[usize]| of(shape, dtype, &vec![1.0; shape.iter().product()]);
    let (q, k) = (ones(&[1, 1, queries, 4])?, ones(&[1, 1, keys, 4])?);
    for grain in grains(dtype) {
        let v = of(&[1, 1, keys, 4], dtype, &vec![grain; keys * 4])?;
        assert_all(&kernels.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(0.5), Mask::NONE)?, grain);
    }
    Ok(())
}
