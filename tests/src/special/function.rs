//! Functions of one float, each on a common list of arguments, far-out ones among them, against its formula.

use std::f64::consts::{FRAC_2_PI, PI};

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Gelu, Kernels, Tensor};

use super::rule::{Numbers, assert_exact, assert_within, nearest};
use super::value::{Kind, holding};
use crate::Checked;

/// A part of the numbers of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// Both zeros.
    Zeros,
    /// Both infinities.
    Infinities,
    /// NaN, of several kinds.
    Nans,
    /// Below the least normal number.
    Subnormals,
    /// Normal, and less than a thousandth.
    Tiny,
    /// From a thousandth to 5.
    Moderate,
    /// From 5 on: where exponentials vanish or overflow, and beyond.
    Far,
    /// The largest numbers.
    Largest,
    /// Those of which the result is subnormal.
    Vanishing,
    /// All numbers of 16 bits.
    All,
}

/// Arguments at which a formula, or a fast path, changes: of each type, those that it holds.
const FAR: [f64; 64] = [
    5.0, 5.5, 6.0, 7.0, 7.6, 8.0, 8.3, 8.6, 9.0, 9.02, 9.7, 10.0, 10.4, 11.0, 11.1, 12.0, 13.0, 15.0, 16.6, 17.0, 17.4,
    18.4, 19.0, 20.0, 22.0, 30.0, 36.8, 37.5, 38.6, 40.0, 44.4, 50.0, 65.0, 80.0, 83.0, 87.0, 87.3, 88.0, 88.7, 88.8,
    89.0, 95.0, 100.0, 103.9, 104.1, 110.0, 127.0, 128.5, 200.0, 255.9, 300.0, 500.0, 700.0, 709.7, 710.0, 745.2,
    800.0, 1e3, 3e3, 1e4, 4e4, 1e10, 1e19, 1e30,
];

impl Region {
    pub fn arguments(self, dtype: Dtype, formula: &impl Fn(f64) -> f64) -> Vec<f64> {
        let numbers = Numbers::of(dtype);
        let signed = |sizes: Vec<f64>| -> Vec<f64> {
            let sizes = sizes.into_iter().map(|size| numbers.nearest(size)).filter(|size| size.is_finite());
            sizes.flat_map(|size| [size, -size]).collect()
        };
        match self {
            Self::Zeros => Kind::Zeros.values(dtype),
            Self::Infinities => Kind::Infinities.values(dtype),
            Self::Nans => Kind::Nans.values(dtype),
            Self::Subnormals => Kind::Subnormals.values(dtype),
            Self::Largest => Kind::Largest.values(dtype),
            Self::Tiny => {
                let powers = (numbers.lowest..-10).step_by(if numbers.lowest < -100 { 7 } else { 1 });
                signed(powers.flat_map(|power| [1.0, 1.4, 1.9].map(|part| part * 2_f64.powi(power))).collect())
            }
            Self::Moderate => signed((1..=400).map(|at| f64::from(at * at) / 32_000.0).collect()),
            Self::Far => signed(FAR.to_vec()),
            Self::Vanishing => {
                let vanishes = |x: &f64| (2.0 * numbers.quantum()..numbers.least()).contains(&formula(*x).abs());
                let arguments = (0..9000).map(|at| numbers.nearest(f64::from(at) / -12.0)).filter(vanishes);
                arguments.step_by(7).collect()
            }
            Self::All => {
                let every = 0..=u16::MAX;
                match dtype {
                    Dtype::F16 => every.map(|bits| half::f16::from_bits(bits).to_f64()).collect(),
                    _ => every.map(|bits| half::bf16::from_bits(bits).to_f64()).collect(),
                }
            }
        }
    }
}

/// How far off a result may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Allowed {
    /// Some units of roundoff: for an exponential, a sum, a quotient, a product and what is expected.
    Relative,
    /// As many more as the argument says: half a unit in the argument of an exponential is multiplied by it.
    Exponential,
    /// Some units of the argument too: far below 0, the sum of 1 and a function of it cancels.
    Cancelling,
}

impl Allowed {
    /// Of this argument and this result, in units of roundoff. In 16 bits, what is computed in 32 loses nothing on the way.
    fn units(self, dtype: Dtype, x: f64, expected: f64) -> f64 {
        let half = matches!(dtype, Dtype::F16 | Dtype::BF16);
        // The formulas here lose something in 64 bits too.
        let (units, cancelled) = match dtype {
            Dtype::F16 | Dtype::BF16 => (5.0, 1.0),
            Dtype::F32 => (8.0, 2.0),
            Dtype::F64 | Dtype::I64 | Dtype::I32 | Dtype::I8 | Dtype::U8 | Dtype::Bool => (24.0, 8.0),
        };
        let rounded = units * expected.abs();
        match self {
            Self::Relative => rounded,
            Self::Exponential if half => rounded,
            Self::Exponential => rounded + (x * expected).abs(),
            Self::Cancelling => rounded + cancelled * x.abs(),
        }
    }
}

#[track_caller]
fn assert_function(
    dtype: Dtype,
    region: Region,
    formula: impl Fn(f64) -> f64,
    allowed: Allowed,
    kernel: impl Fn(&Tensor) -> Checked<Tensor>,
) -> Checked {
    let (numbers, x) = (Numbers::of(dtype), region.arguments(dtype, &formula));
    let made = kernel(&holding(&[x.len()], dtype, &x)?)?;
    assert_eq!(made.dtype(), dtype);
    let expected: Vec<_> = x.iter().map(|x| formula(*x)).collect();
    // Results below the least normal number have a region of their own.
    let lost =
        if matches!(region, Region::Vanishing | Region::Subnormals) { numbers.quantum() } else { numbers.least() };
    let lost = |expected: f64| if expected.abs() < numbers.least() { lost } else { 0.0 };
    let far = |at: usize| numbers.roundoff() * allowed.units(dtype, x[at], expected[at]) + lost(expected[at]);
    let far = |at: usize| if expected[at].is_finite() && x[at].is_finite() { far(at) } else { 0.0 };
    assert_within(&made, &expected, far, |at| format!("{:e}", x[at]));
    Ok(())
}

#[conformance(
    of = "exp",
    dtype(F32, F64, F16, BF16),
    region(
        Zeros,
        Infinities,
        Nans,
        Subnormals uses("subnormal_operands"),
        Tiny,
        Moderate,
        Far,
        Largest,
        Vanishing uses("subnormals")
    )
)]
pub fn exp(kernels: &dyn Kernels, dtype: Dtype, region: Region) -> Checked {
    assert_function(dtype, region, f64::exp, Allowed::Exponential, |x| kernels.exp(x))
}

#[conformance(
    of = "log",
    dtype(F32, F64, F16, BF16),
    region(Zeros, Infinities, Nans, Subnormals uses("subnormal_operands"), Tiny, Moderate, Far, Largest)
)]
pub fn log(kernels: &dyn Kernels, dtype: Dtype, region: Region) -> Checked {
    assert_function(dtype, region, f64::ln, Allowed::Relative, |x| kernels.log(x))
}

/// A square root is one rounding, as sums and products are.
#[track_caller]
fn assert_root(dtype: Dtype, region: Region, kernel: impl Fn(&Tensor) -> Checked<Tensor>) -> Checked {
    let x = region.arguments(dtype, &f64::sqrt);
    let expected: Vec<_> = x.iter().map(|x| nearest(dtype, x.sqrt())).collect();
    assert_exact(&kernel(&holding(&[x.len()], dtype, &x)?)?, &expected, |at| format!("{:e}", x[at]));
    Ok(())
}

#[conformance(
    of = "sqrt",
    dtype(F32, F64, F16, BF16),
    region(Zeros, Infinities, Nans, Subnormals uses("subnormal_operands"), Tiny, Moderate, Far, Largest)
)]
pub fn sqrt(kernels: &dyn Kernels, dtype: Dtype, region: Region) -> Checked {
    assert_root(dtype, region, |x| kernels.sqrt(x))
}

#[conformance(
    of = "rsqrt",
    dtype(F32, F64, F16, BF16),
    region(Zeros, Infinities, Nans, Subnormals uses("subnormal_operands"), Tiny, Moderate, Far, Largest)
)]
pub fn rsqrt(kernels: &dyn Kernels, dtype: Dtype, region: Region) -> Checked {
    assert_function(dtype, region, |x| 1.0 / x.sqrt(), Allowed::Relative, |x| kernels.rsqrt(x))
}

#[conformance(
    of = "tanh",
    dtype(F32, F64, F16, BF16),
    region(Zeros, Infinities, Nans, Subnormals uses("subnormal_operands"), Tiny, Moderate, Far, Largest)
)]
pub fn tanh(kernels: &dyn Kernels, dtype: Dtype, region: Region) -> Checked {
    assert_function(dtype, region, f64::tanh, Allowed::Relative, |x| kernels.tanh(x))
}

/// Of what is below 0 by the exponential that does not overflow.
fn logistic(x: f64) -> f64 {
    if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
}

#[conformance(
    of = "sigmoid",
    dtype(F32, F64, F16, BF16),
    region(
        Zeros,
        Infinities,
        Nans,
        Subnormals uses("subnormal_operands"),
        Tiny,
        Moderate,
        Far,
        Largest,
        Vanishing uses("subnormals")
    )
)]
pub fn sigmoid(kernels: &dyn Kernels, dtype: Dtype, region: Region) -> Checked {
    assert_function(dtype, region, logistic, Allowed::Exponential, |x| kernels.sigmoid(x))
}

#[conformance(
    of = "silu",
    dtype(F32, F64, F16, BF16),
    region(
        Zeros,
        Infinities,
        Nans,
        Subnormals uses("subnormal_operands"),
        Tiny,
        Moderate,
        Far,
        Largest,
        Vanishing uses("subnormals")
    )
)]
pub fn silu(kernels: &dyn Kernels, dtype: Dtype, region: Region) -> Checked {
    assert_function(dtype, region, |x| x * logistic(x), Allowed::Exponential, |x| kernels.silu(x))
}

/// The distribution function of the normal distribution: a series (Marsaglia, "Evaluating the Normal Distribution", 2004), and
/// far below 0, where its terms cancel, Laplace's continued fraction.
fn normal(x: f64) -> f64 {
    let density = (-x * x / 2.0).exp() / (2.0 * PI).sqrt();
    if x < -3.0 {
        let fraction = (1..=120).rev().fold(-x, |below, at| -x + f64::from(at) / below);
        return density / fraction;
    }
    if x > 8.5 {
        return 1.0;
    }
    let (mut sum, mut term) = (x, x);
    for odd in (3..400).step_by(2) {
        term *= x * x / f64::from(odd);
        sum += term;
        if term.abs() < 1e-18 * sum.abs() {
            break;
        }
    }
    0.5 + density * sum
}

fn gelu_of(form: Gelu) -> impl Fn(f64) -> f64 {
    move |x| match form {
        Gelu::Exact => x * normal(x),
        // 1 + tanh(y) is twice the logistic function of 2y, which does not cancel. Cubes may overflow: only here, x is that large.
        Gelu::Tanh if x.abs() > 100.0 => x * f64::from(x > 0.0),
        Gelu::Tanh => x * logistic(2.0 * FRAC_2_PI.sqrt() * (x + 0.044715 * x.powi(3))),
    }
}

#[conformance(
    of = "gelu",
    form(Exact, Tanh),
    dtype(F32, F64, F16, BF16),
    region(Zeros, Infinities, Nans, Subnormals uses("subnormal_operands"), Tiny, Moderate, Far, Largest)
)]
pub fn gelu(kernels: &dyn Kernels, form: Gelu, dtype: Dtype, region: Region) -> Checked {
    assert_function(dtype, region, gelu_of(form), Allowed::Cancelling, |x| kernels.gelu(x, form))
}

#[conformance(
    of = "neg",
    dtype(F32, F64, F16, BF16),
    region(Zeros, Infinities, Nans, Subnormals uses("subnormal_operands"), Tiny, Moderate, Far, Largest)
)]
pub fn neg(kernels: &dyn Kernels, dtype: Dtype, region: Region) -> Checked {
    let x = region.arguments(dtype, &|x| x);
    let expected: Vec<_> = x.iter().map(|x| -x).collect();
    assert_exact(&kernels.neg(&holding(&[x.len()], dtype, &x)?)?, &expected, |at| format!("{:e}", x[at]));
    Ok(())
}

/// All numbers of 16 bits that there are.
#[conformance(of = "exp", dtype(F16, BF16))]
pub fn exp_of_all(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_function(dtype, Region::All, f64::exp, Allowed::Exponential, |x| kernels.exp(x))
}

#[conformance(of = "log", dtype(F16, BF16))]
pub fn log_of_all(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_function(dtype, Region::All, f64::ln, Allowed::Relative, |x| kernels.log(x))
}

#[conformance(of = "sqrt", dtype(F16, BF16))]
pub fn sqrt_of_all(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_root(dtype, Region::All, |x| kernels.sqrt(x))
}

#[conformance(of = "rsqrt", dtype(F16, BF16))]
pub fn rsqrt_of_all(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_function(dtype, Region::All, |x| 1.0 / x.sqrt(), Allowed::Relative, |x| kernels.rsqrt(x))
}

#[conformance(of = "tanh", dtype(F16, BF16))]
pub fn tanh_of_all(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_function(dtype, Region::All, f64::tanh, Allowed::Relative, |x| kernels.tanh(x))
}

#[conformance(of = "sigmoid", dtype(F16, BF16))]
pub fn sigmoid_of_all(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_function(dtype, Region::All, logistic, Allowed::Exponential, |x| kernels.sigmoid(x))
}

#[conformance(of = "silu", dtype(F16, BF16))]
pub fn silu_of_all(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_function(dtype, Region::All, |x| x * logistic(x), Allowed::Exponential, |x| kernels.silu(x))
}

#[conformance(of = "gelu", form(Exact, Tanh), dtype(F16, BF16))]
pub fn gelu_of_all(kernels: &dyn Kernels, form: Gelu, dtype: Dtype) -> Checked {
    assert_function(dtype, Region::All, gelu_of(form), Allowed::Cancelling, |x| kernels.gelu(x, form))
}

/// The forms differ by 4.7e-4 at the most, a unit or two of what a backend may lose there in 16 bits, in every single number. What it
/// makes of all of them together is nearer to its own form all the same.
#[conformance(of = "gelu", form(Exact, Tanh))]
pub fn the_forms_are_told_apart_in_16_bits(kernels: &dyn Kernels, form: Gelu) -> Checked {
    let mut x = Region::All.arguments(Dtype::F16, &|x| x);
    x.retain(|x| (-3.5..-1.5).contains(x));
    let made = kernels.gelu(&holding(&[x.len()], Dtype::F16, &x)?, form)?.to_f64();
    let [exact, tanh] = [Gelu::Exact, Gelu::Tanh].map(|form| {
        let formula = gelu_of(form);
        x.iter().zip(&made).map(|(x, made)| (made - formula(*x)).powi(2)).sum::<f64>()
    });
    let (own, other) = if form == Gelu::Exact { (exact, tanh) } else { (tanh, exact) };
    assert!(
        own < other,
        "the sum of squares to the form that was asked for is {own:e}, and to the other one {other:e}"
    );
    Ok(())
}
