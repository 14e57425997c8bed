//! One element at a time.

use std::cmp::Ordering;

use super::Result;
use super::broadcast::positions;
use super::index::pick;
use crate::tensor::{Data, Dtype, Tensor};
use crate::validate;

/// A function of one float.
pub fn unary(function: &'static str, x: &Tensor, f: impl Fn(f64) -> f64) -> Result {
    validate::floats(function, x)?;
    let values: Vec<_> = x.to_f64().into_iter().map(f).collect();
    Tensor::from_f64(x.shape(), x.dtype(), &values)
}

/// `1 / (1 + exp(−x))`. Far below 0 that exponential is infinite where the result is not 0 yet.
pub fn logistic(x: f64) -> f64 {
    if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
}

/// A function of two numbers, broadcast.
pub fn binary(
    function: &'static str,
    a: &Tensor,
    b: &Tensor,
    floats: impl Fn(f64, f64) -> f64,
    integers: impl Fn(i32, i32) -> i32,
) -> Result {
    let shape = validate::arithmetic(function, a, b)?;
    let pairs = positions(a.shape(), &shape).zip(positions(b.shape(), &shape));
    if let (Some(a), Some(b)) = (a.as_i32(), b.as_i32()) {
        return Tensor::new(&shape, Data::I32(pairs.map(|(i, j)| integers(a[i], b[j])).collect()));
    }
    let (x, y) = (a.to_f64(), b.to_f64());
    let values: Vec<_> = pairs.map(|(i, j)| floats(x[i], y[j])).collect();
    Tensor::from_f64(&shape, a.dtype(), &values)
}

/// A quotient, broadcast; of integers, cut off behind the point.
pub fn div(a: &Tensor, b: &Tensor) -> Result {
    validate::div(a, b)?;
    binary("div", a, b, |x, y| x / y, i32::wrapping_div)
}

/// The number with the other sign.
pub fn neg(x: &Tensor) -> Result {
    validate::numbers("neg", x)?;
    match x.as_i32() {
        Some(values) => Tensor::new(x.shape(), Data::I32(values.iter().map(|x| x.wrapping_neg()).collect())),
        None => unary("neg", x, |x| -x),
    }
}

/// The larger number; NaN when either is.
pub fn larger(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() { f64::NAN } else { x.max(y) }
}

/// The smaller number; NaN when either is.
pub fn smaller(x: f64, y: f64) -> f64 {
    -larger(-x, -y)
}

/// Whether the order of two elements is such, broadcast; NaN has none.
pub fn compare(function: &'static str, a: &Tensor, b: &Tensor, holds: impl Fn(Option<Ordering>) -> bool) -> Result {
    let shape = validate::elementwise(function, a, b)?;
    let pairs = positions(a.shape(), &shape).zip(positions(b.shape(), &shape));
    let truths = match (a.to_i64(), b.to_i64()) {
        // A 64-bit float does not tell all integers apart.
        (Some(x), Some(y)) => pairs.map(|(i, j)| holds(x[i].partial_cmp(&y[j]))).collect(),
        _ => {
            let (x, y) = (a.to_f64(), b.to_f64());
            pairs.map(|(i, j)| holds(x[i].partial_cmp(&y[j]))).collect()
        }
    };
    Tensor::new(&shape, Data::Bool(truths))
}

/// The elements in another type.
pub fn cast(x: &Tensor, dtype: Dtype) -> Result {
    match x.to_i64() {
        Some(values) => Tensor::from_i64(x.shape(), dtype, &values),
        None => Tensor::from_f64(x.shape(), dtype, &x.to_f64()),
    }
}

/// One of two elements, broadcast.
pub fn select(condition: &Tensor, a: &Tensor, b: &Tensor) -> Result {
    let (conditions, shape) = validate::select(condition, a, b)?;
    let pairs = positions(a.shape(), &shape).zip(positions(b.shape(), &shape));
    let chosen = positions(condition.shape(), &shape).zip(pairs);
    pick(&[a, b], &shape, chosen.map(|(at, (i, j))| if conditions[at] { (0, i) } else { (1, j) }))
}
