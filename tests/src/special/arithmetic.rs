//! Kernels of two floats, on every pair of values of which one is of this kind. IEEE 754 says what is right, to the last
//! digit and to the sign of a zero: each is one rounding.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::rule::{assert_equal, assert_exact, nearest};
use super::value::{Kind, holding};
use crate::Checked;

/// Pairs of which one is of this kind, in both orders.
struct Pairs {
    a: Vec<f64>,
    b: Vec<f64>,
}

impl Pairs {
    fn of(dtype: Dtype, kind: Kind) -> Self {
        Self::with(kind.values(dtype), &Kind::every(dtype))
    }

    fn with(own: Vec<f64>, every: &[f64]) -> Self {
        let pairs = own.iter().flat_map(|x| every.iter().flat_map(move |y| [(*x, *y), (*y, *x)]));
        let (a, b) = pairs.unzip();
        Self { a, b }
    }

    fn tensors(&self, dtype: Dtype) -> Checked<[Tensor; 2]> {
        let shape = [self.a.len()];
        Ok([holding(&shape, dtype, &self.a)?, holding(&shape, dtype, &self.b)?])
    }

    fn expected(&self, rule: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        self.a.iter().zip(&self.b).map(|(a, b)| rule(*a, *b)).collect()
    }

    fn name(&self) -> impl Fn(usize) -> String {
        |at| format!("{:e} and {:e}", self.a[at], self.b[at])
    }
}

/// 64 bits hold more than twice the digits of the others: what is rounded to them first is rounded as if only once (Figueroa,
/// "When is double rounding innocuous?", 1995).
#[track_caller]
fn assert_rounded_once(
    dtype: Dtype,
    kind: Kind,
    rule: impl Fn(f64, f64) -> f64,
    kernel: impl Fn(&Tensor, &Tensor) -> Checked<Tensor>,
) -> Checked {
    let pairs = Pairs::of(dtype, kind);
    let [a, b] = pairs.tensors(dtype)?;
    assert_exact(&kernel(&a, &b)?, &pairs.expected(|a, b| nearest(dtype, rule(a, b))), pairs.name());
    // One number with each other, which a short cut may leave out.
    let every = Kind::every(dtype);
    let all = holding(&[every.len()], dtype, &every)?;
    for (number, own) in kind.values(dtype).into_iter().enumerate() {
        let one = holding([&[][..], &[1]][number / 2 % 2], dtype, &[own])?;
        let of = |a: f64, b: f64| nearest(dtype, rule(a, b));
        let (behind, before): (Vec<_>, Vec<_>) = every.iter().map(|x| (of(*x, own), of(own, *x))).unzip();
        assert_exact(&kernel(&all, &one)?, &behind, |at| format!("{:e} and the one number {own:e}", every[at]));
        assert_exact(&kernel(&one, &all)?, &before, |at| format!("the one number {own:e} and {:e}", every[at]));
    }
    Ok(())
}

/// Of two zeros, either.
#[track_caller]
fn assert_chosen(
    dtype: Dtype,
    kind: Kind,
    rule: impl Fn(f64, f64) -> f64,
    kernel: impl Fn(&Tensor, &Tensor) -> Checked<Tensor>,
) -> Checked {
    // NaN is of a kind of its own, which a backend may overlook.
    let mut every = Kind::every(dtype);
    every.retain(|x| kind == Kind::Nans || !x.is_nan());
    let pairs = Pairs::with(kind.values(dtype), &every);
    let [a, b] = pairs.tensors(dtype)?;
    let rule = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { rule(a, b) };
    assert_equal(&kernel(&a, &b)?, &pairs.expected(rule), pairs.name());
    let all = holding(&[every.len()], dtype, &every)?;
    for own in kind.values(dtype) {
        let one = holding(&[], dtype, &[own])?;
        let expected: Vec<_> = every.iter().map(|x| rule(*x, own)).collect();
        assert_equal(&kernel(&all, &one)?, &expected, |at| format!("{:e} and the one number {own:e}", every[at]));
        assert_equal(&kernel(&one, &all)?, &expected, |at| format!("the one number {own:e} and {:e}", every[at]));
    }
    Ok(())
}

#[conformance(
    of = "add",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormals"), Least uses("subnormals"), Ordinary, Largest, Infinities, Nans)
)]
pub fn add(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_rounded_once(dtype, kind, |a, b| a + b, |a, b| kernels.add(a, b))
}

#[conformance(
    of = "sub",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormals"), Least uses("subnormals"), Ordinary, Largest, Infinities, Nans)
)]
pub fn sub(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_rounded_once(dtype, kind, |a, b| a - b, |a, b| kernels.sub(a, b))
}

#[conformance(
    of = "mul",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormals"), Least uses("subnormals"), Ordinary, Largest, Infinities, Nans)
)]
pub fn mul(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_rounded_once(dtype, kind, |a, b| a * b, |a, b| kernels.mul(a, b))
}

#[conformance(
    of = "div",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormals"), Least uses("subnormals"), Ordinary, Largest, Infinities, Nans)
)]
pub fn div(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_rounded_once(dtype, kind, |a, b| a / b, |a, b| kernels.div(a, b))
}

#[conformance(
    of = "maximum",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormal_operands"), Least, Ordinary, Largest, Infinities, Nans uses("nan_extremes"))
)]
pub fn maximum(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_chosen(dtype, kind, |a, b| if b > a { b } else { a }, |a, b| kernels.maximum(a, b))
}

#[conformance(
    of = "minimum",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormal_operands"), Least, Ordinary, Largest, Infinities, Nans uses("nan_extremes"))
)]
pub fn minimum(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_chosen(dtype, kind, |a, b| if b < a { b } else { a }, |a, b| kernels.minimum(a, b))
}
