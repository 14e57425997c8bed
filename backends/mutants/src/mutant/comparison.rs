//! Comparisons.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::Result;
use crate::fault::Fault;
use crate::tensors::{lower_half, map, map_wide, through_f64, with};

pub fn equal(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    match fault {
        Fault::EqualItself if std::ptr::eq(a, b) => Tensor::bool(a.shape(), vec![true; a.len()]),
        Fault::EqualNan => either(&Reference.equal(a, b)?, &both_nan(a, b)?),
        Fault::EqualZeros if a.shape() == b.shape() => pairwise(a, b, |a, b| a.to_bits() == b.to_bits() && !a.is_nan()),
        Fault::EqualDifference if a.shape() == b.shape() => pairwise(a, b, |a, b| a - b == 0.0),
        Fault::EqualNear if a.shape() == b.shape() => pairwise(a, b, |a, b| a == b || (a - b).abs() <= 1e-6 * a.abs()),
        Fault::EqualF32 => Reference.equal(&Reference.cast(a, Dtype::F32)?, &Reference.cast(b, Dtype::F32)?),
        Fault::EqualF64 => Reference.equal(&through_f64(a)?, &through_f64(b)?),
        Fault::EqualHalf => Reference.equal(&lower_half(a)?, &lower_half(b)?),
        _ => Reference.equal(a, b),
    }
}

pub fn not_equal(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    match fault {
        Fault::NotEqualOrdered => either(&Reference.less(a, b)?, &Reference.greater(a, b)?),
        Fault::NotEqualF32 => Reference.not_equal(&Reference.cast(a, Dtype::F32)?, &Reference.cast(b, Dtype::F32)?),
        Fault::NotEqualFlushes if a.dtype() == Dtype::F32 => {
            let flushed = |x: &Tensor| map(x, |x| if x.abs() < f64::from(f32::MIN_POSITIVE) { 0.0 } else { x });
            Reference.not_equal(&flushed(a)?, &flushed(b)?)
        }
        Fault::NotEqualNan if a.shape() == b.shape() => pairwise(a, b, |a, b| a != b && !(a.is_nan() && b.is_nan())),
        Fault::NotEqualF64 => Reference.not_equal(&through_f64(a)?, &through_f64(b)?),
        Fault::NotEqualHalf => Reference.not_equal(&map_wide(a, |x| x >> 32)?, &map_wide(b, |x| x >> 32)?),
        _ => Reference.not_equal(a, b),
    }
}

pub fn less(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    match fault {
        Fault::LessOuter if a.rank() == 2 && b.shape() == [1, a.len()] && a.shape() == [b.len(), 1] => {
            Reference.less(&Tensor::new(b.shape(), a.data().clone())?, &Tensor::new(a.shape(), b.data().clone())?)
        }
        Fault::LessOrEqual => Reference.less_equal(a, b),
        Fault::LessF32 => Reference.less(&Reference.cast(a, Dtype::F32)?, &Reference.cast(b, Dtype::F32)?),
        Fault::LessFlushes if a.dtype() == Dtype::F32 => {
            let flushed = |x: &Tensor| map(x, |x| if x.abs() < f64::from(f32::MIN_POSITIVE) { 0.0 } else { x });
            Reference.less(&flushed(a)?, &flushed(b)?)
        }
        Fault::LessNans if a.dtype() == Dtype::BF16 && a.len() * b.len() > 0 => {
            // Bits as they are ordered: NaN with a minus sign comes before all, and without one behind all.
            let bits = |x: &Tensor| map(x, |x| if x.is_nan() { f64::INFINITY.copysign(x) } else { x });
            Reference.less(&bits(a)?, &bits(b)?)
        }
        Fault::LessBits if a.shape() == b.shape() => pairwise(a, b, before),
        Fault::LessWraps if a.dtype() == Dtype::I32 => Reference.less(&Reference.sub(a, b)?, &Reference.sub(b, b)?),
        Fault::LessTruth if a.dtype() == Dtype::Bool => Reference.less(b, a),
        Fault::LessF64 => Reference.less(&through_f64(a)?, &through_f64(b)?),
        Fault::LessBytes if a.dtype() == Dtype::U8 && b.dtype() == Dtype::U8 => {
            Reference.less(&Reference.cast(a, Dtype::I8)?, &Reference.cast(b, Dtype::I8)?)
        }
        _ => Reference.less(a, b),
    }
}

pub fn less_equal(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    match fault {
        // The negation of the opposite, which NaN makes true.
        Fault::LessEqualNegated => not(&Reference.greater(a, b)?),
        Fault::LessEqualF32 => Reference.less_equal(&Reference.cast(a, Dtype::F32)?, &Reference.cast(b, Dtype::F32)?),
        Fault::LessEqualFlushes if a.dtype() == Dtype::F32 => {
            let flushed = |x: &Tensor| map(x, |x| if x.abs() < f64::from(f32::MIN_POSITIVE) { 0.0 } else { x });
            Reference.less_equal(&flushed(a)?, &flushed(b)?)
        }
        Fault::LessEqualBits if a.shape() == b.shape() => pairwise(a, b, |a, b| !before(b, a)),
        Fault::LessEqualWraps if a.dtype() == Dtype::I32 => {
            Reference.less_equal(&Reference.sub(a, b)?, &Reference.sub(b, b)?)
        }
        Fault::LessEqualTruth if a.dtype() == Dtype::Bool => Reference.less_equal(b, a),
        Fault::LessEqualF64 => Reference.less_equal(&through_f64(a)?, &through_f64(b)?),
        Fault::LessEqualHalf => Reference.less_equal(&lower_half(a)?, &lower_half(b)?),
        _ => Reference.less_equal(a, b),
    }
}

pub fn greater(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    match fault {
        Fault::GreaterSwapped => Reference.less(a, b),
        Fault::GreaterF32 => Reference.greater(&Reference.cast(a, Dtype::F32)?, &Reference.cast(b, Dtype::F32)?),
        Fault::GreaterFlushes if a.dtype() == Dtype::F32 => {
            let flushed = |x: &Tensor| map(x, |x| if x.abs() < f64::from(f32::MIN_POSITIVE) { 0.0 } else { x });
            Reference.greater(&flushed(a)?, &flushed(b)?)
        }
        Fault::GreaterBits if a.shape() == b.shape() => pairwise(a, b, |a, b| before(b, a)),
        Fault::GreaterWraps if a.dtype() == Dtype::I32 => {
            Reference.greater(&Reference.sub(a, b)?, &Reference.sub(b, b)?)
        }
        Fault::GreaterTruth if a.dtype() == Dtype::Bool => Reference.greater(b, a),
        Fault::GreaterF64 => Reference.greater(&through_f64(a)?, &through_f64(b)?),
        Fault::GreaterBytes if a.dtype() == Dtype::I8 && b.dtype() == Dtype::I8 => {
            Reference.greater(&Reference.cast(a, Dtype::U8)?, &Reference.cast(b, Dtype::U8)?)
        }
        _ => Reference.greater(a, b),
    }
}

pub fn greater_equal(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    match fault {
        Fault::GreaterEqualStrict => Reference.greater(a, b),
        Fault::GreaterEqualF32 => {
            Reference.greater_equal(&Reference.cast(a, Dtype::F32)?, &Reference.cast(b, Dtype::F32)?)
        }
        Fault::GreaterEqualFlushes if a.dtype() == Dtype::F32 => {
            let flushed = |x: &Tensor| map(x, |x| if x.abs() < f64::from(f32::MIN_POSITIVE) { 0.0 } else { x });
            Reference.greater_equal(&flushed(a)?, &flushed(b)?)
        }
        Fault::GreaterEqualBits if a.shape() == b.shape() => pairwise(a, b, |a, b| !before(a, b)),
        Fault::GreaterEqualWraps if a.dtype() == Dtype::I32 => {
            Reference.greater_equal(&Reference.sub(a, b)?, &Reference.sub(b, b)?)
        }
        Fault::GreaterEqualTruth if a.dtype() == Dtype::Bool => Reference.greater_equal(b, a),
        Fault::GreaterEqualF64 => Reference.greater_equal(&through_f64(a)?, &through_f64(b)?),
        _ => Reference.greater_equal(a, b),
    }
}

/// Where both are NaN; of numbers of equal shape.
fn both_nan(a: &Tensor, b: &Tensor) -> Result {
    let (of_a, of_b) = (Reference.not_equal(a, a)?, Reference.not_equal(b, b)?);
    Reference.less(&not(&Reference.equal(&of_a, &of_b)?)?, &of_b)
}

fn either(a: &Tensor, b: &Tensor) -> Result {
    let values: Vec<_> = a.to_f64().iter().zip(b.to_f64()).map(|(a, b)| a.max(b)).collect();
    with(a, &values)
}

fn not(truth: &Tensor) -> Result {
    map(truth, |truth| 1.0 - truth)
}

/// Whether elements of equal shapes are related in some way.
fn pairwise(a: &Tensor, b: &Tensor, related: impl Fn(f64, f64) -> bool) -> Result {
    let pairs = a.to_f64().into_iter().zip(b.to_f64());
    Tensor::bool(a.shape(), pairs.map(|(a, b)| related(a, b)).collect::<Vec<_>>())
}

/// Which of two numbers an order of their bits puts first: minus zero before zero, NaN behind everything.
fn before(a: f64, b: f64) -> bool {
    a.total_cmp(&b).is_lt()
}
