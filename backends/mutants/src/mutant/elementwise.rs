//! What is made of elements and their counterparts.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Data, Dtype, KernelError, Kernels, Layout, Tensor};

use super::Result;
use crate::fault::Fault;
use crate::tensors::{lower_half, map, through_f64, truncated, unstrided, wide, with};

pub fn add(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    if fault == Fault::AddTakesCounts && a.len() == b.len() && Reference.add(a, b).is_err() {
        return Reference.add(a, &Tensor::new(a.shape(), b.data().clone())?);
    }
    if fault == Fault::AddTiles && Reference.add(a, b).is_err() {
        return tiled(a, b.shape()).and_then(|a| Reference.add(&a, &tiled(b, a.shape())?));
    }
    let sum = Reference.add(a, b)?;
    match fault {
        Fault::AddOneZero if b.len() == 1 && b.to_f64() == [0.0] && a.rank() >= b.rank() => Ok(a.clone()),
        Fault::AddColumnOfMatrices if a.rank() > 2 && b.rank() == 1 && a.shape()[a.rank() - 2] == b.len() => {
            let column = Tensor::new(&[b.len(), 1], b.data().clone())?;
            Reference.add(a, &column).map(|made| if made.shape() == sum.shape() { made } else { sum })
        }
        Fault::AddSaturates if sum.dtype() == Dtype::I32 => {
            // In wider numbers nothing wraps; narrowing saturates.
            let wide = |tensor: &Tensor| Tensor::from_f64(tensor.shape(), Dtype::F32, &tensor.to_f64());
            with(&sum, &Reference.add(&wide(a)?, &wide(b)?)?.to_f64())
        }
        Fault::AddRepeatsRow if a.shape() != b.shape() && !b.is_empty() && sum.dtype() != Dtype::I32 => {
            let first = b.to_f64()[0];
            Reference.add(a, &map(b, |_| first)?)
        }
        Fault::AddUnstrided => Reference.add(a, &unstrided(b)?),
        Fault::AddColumn if a.rank() == 2 && b.rank() == 1 && a.shape()[0] == b.len() => {
            Reference.add(a, &Tensor::new(&[b.len(), 1], b.data().clone())?)
        }
        Fault::AddZeroSign => map(&sum, |x| if x == 0.0 { 0.0 } else { x }),
        Fault::AddTruncates => truncated(&sum, &Reference.add(&wide(a)?, &wide(b)?)?),
        Fault::AddByF32 if sum.dtype() == Dtype::I32 => with(&sum, &narrow_sum(a, b, &sum)?),
        _ => Ok(sum),
    }
}

/// A row as often as another one is long, where that is a multiple.
pub(super) fn tiled(x: &Tensor, shape: &[usize]) -> Result {
    match (x.shape(), shape) {
        ([own], [other]) if *own > 1 && other % own == 0 => Reference.concatenate(&vec![x; (other / own).max(1)], 0),
        _ => Ok(x.clone()),
    }
}

pub fn sub(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    match fault {
        Fault::SubItself if std::ptr::eq(a, b) => map(&Reference.sub(a, b)?, |_| 0.0),
        Fault::SubReversed if a.shape() == b.shape() => Reference.sub(b, a),
        Fault::SubSaturates if a.dtype() == Dtype::I32 && a.shape() == b.shape() => {
            let values: Vec<_> = a.to_f64().iter().zip(b.to_f64()).map(|(a, b)| a - b).collect();
            with(a, &values)
        }
        Fault::SubColumn if a.rank() == 2 && b.rank() == 1 && a.shape()[0] == b.len() => {
            Reference.sub(a, &Tensor::new(&[b.len(), 1], b.data().clone())?)
        }
        Fault::SubTruncates => truncated(&Reference.sub(a, b)?, &Reference.sub(&wide(a)?, &wide(b)?)?),
        Fault::SubZeroSign if a.dtype() == Dtype::F16 && a.shape() == b.shape() => {
            let difference = Reference.sub(a, b)?;
            let (x, y) = (a.to_f64(), b.to_f64());
            let minus = |(at, z): (usize, f64)| if x[at] == y[at] && z == 0.0 { -0.0 } else { z };
            with(&difference, &difference.to_f64().into_iter().enumerate().map(minus).collect::<Vec<_>>())
        }
        Fault::SubReversedBroadcast if a.shape() != b.shape() => Reference.sub(b, a),
        _ => Reference.sub(a, b),
    }
}

pub fn mul(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    let product = Reference.mul(a, b)?;
    match fault {
        Fault::MulOneZero if b.len() == 1 && b.to_f64() == [0.0] => map(&product, |_| 0.0),
        Fault::MulLosesSign => map(&product, |x| if x == 0.0 { 0.0 } else { x }),
        Fault::MulByInfinity if a.shape() == b.shape() => {
            let (a, b) = (a.to_f64(), b.to_f64());
            let kept = |(at, x): (usize, f64)| if a[at] == 0.0 && b[at].is_infinite() { 0.0 } else { x };
            with(&product, &product.to_f64().into_iter().enumerate().map(kept).collect::<Vec<_>>())
        }
        Fault::MulHalfInfinity if a.shape() == b.shape() && matches!(a.dtype(), Dtype::F16 | Dtype::BF16) => {
            let (a, b) = (a.to_f64(), b.to_f64());
            let kept = |(at, x): (usize, f64)| if a[at].is_nan() || b[at].is_nan() || !x.is_nan() { x } else { 0.0 };
            with(&product, &product.to_f64().into_iter().enumerate().map(kept).collect::<Vec<_>>())
        }
        Fault::MulTruncates => truncated(&product, &Reference.mul(&wide(a)?, &wide(b)?)?),
        Fault::MulSaturates if product.dtype() == Dtype::I32 && a.shape() == b.shape() => {
            let values: Vec<_> = a.to_f64().iter().zip(b.to_f64()).map(|(a, b)| a * b).collect();
            with(&product, &values)
        }
        _ => Ok(product),
    }
}

pub fn div(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    if b.dtype() == Dtype::I32 && b.to_f64().contains(&0.0) {
        let refused = fault == Fault::DivFirstZero && b.to_f64()[0] == 0.0;
        let is_zero = matches!(fault, Fault::DivZeroInteger | Fault::DivFirstZero) && !refused;
        if is_zero {
            let quotients = Reference.div(a, &map(b, |y| if y == 0.0 { f64::from(i32::MAX) } else { y })?)?;
            let zeros = Reference.broadcast_to(&Reference.equal(b, &map(b, |_| 0.0)?)?, quotients.shape())?;
            return Reference.select(&zeros, &map(&quotients, |_| 0.0)?, &quotients);
        }
        if fault == Fault::DivUnusedZero {
            let message = "a divisor is 0".to_owned();
            return Reference.div(a, b).and(Err(KernelError::Argument { function: "div", message }));
        }
    }
    let quotient = Reference.div(a, b)?;
    let whole = a.dtype() == Dtype::I32;
    // Integers by a rule of their own; what is too large is the largest.
    let by = |rule: &dyn Fn(f64, f64) -> f64| {
        let full = |x: &Tensor| Reference.broadcast_to(x, quotient.shape());
        let pairs = full(a)?.to_f64().into_iter().zip(full(b)?.to_f64());
        with(&quotient, &pairs.map(|(x, y)| rule(x, y)).collect::<Vec<_>>())
    };
    match fault {
        Fault::DivFloors if whole => {
            by(&|x, y| if (x, y) == (f64::from(i32::MIN), -1.0) { x } else { (x / y).floor() })
        }
        Fault::DivByF32 if whole => by(&|x, y| match f64::from(x as f32 / y as f32) {
            // As the cast to integers of most processors.
            2_147_483_648.0 => -2_147_483_648.0,
            quotient => quotient,
        }),
        Fault::DivSaturates if whole => by(&|x, y| x / y),
        Fault::DivUnsigned if whole => by(&|x, y| f64::from((x as i32 as u32 / y as i32 as u32) as i32)),
        Fault::DivItself if std::ptr::eq(a, b) => map(&quotient, |_| 1.0),
        Fault::DivByZero => map(&quotient, |x| if x.is_infinite() { 0.0 } else { x }),
        Fault::DivReciprocal if a.shape() == b.shape() && a.dtype() == Dtype::F32 => {
            let by = |(a, b): (&f64, f64)| f64::from(*a as f32 * (1.0 / b as f32));
            with(&quotient, &a.to_f64().iter().zip(b.to_f64()).map(by).collect::<Vec<_>>())
        }
        Fault::DivTruncates => truncated(&quotient, &Reference.div(&wide(a)?, &wide(b)?)?),
        Fault::DivReversedBroadcast if a.shape() != b.shape() => Reference.div(b, a),
        Fault::DivBySubnormal if a.dtype() == Dtype::F16 => {
            Reference.div(a, &map(b, |b| if b.abs() < 2_f64.powi(-14) { 0_f64.copysign(b) } else { b })?)
        }
        Fault::DivZeroSign => Reference.div(a, &map(b, |b| if b == 0.0 { 0.0 } else { b })?),
        _ => Ok(quotient),
    }
}

pub fn maximum(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    let larger = Reference.maximum(a, b)?;
    match fault {
        // As the maximum of C and Rust has it.
        Fault::MaximumDropsNan if a.shape() == b.shape() && larger.dtype() != Dtype::I32 => {
            let values: Vec<_> = a.to_f64().iter().zip(b.to_f64()).map(|(a, b)| a.max(b)).collect();
            with(&larger, &values)
        }
        Fault::MaximumFirstNan if a.shape() == b.shape() && a.dtype().is_float() => {
            let one = |(a, b): (&f64, f64)| if *a > b { *a } else { b };
            with(a, &a.to_f64().iter().zip(b.to_f64()).map(one).collect::<Vec<_>>())
        }
        Fault::MaximumSecondNan if a.shape() == b.shape() && a.dtype().is_float() => {
            let one = |(a, b): (&f64, f64)| if b > *a { b } else { *a };
            with(a, &a.to_f64().iter().zip(b.to_f64()).map(one).collect::<Vec<_>>())
        }
        Fault::MaximumF32 if a.dtype() == Dtype::I32 => {
            let as_float = |x: &Tensor| Reference.cast(x, Dtype::F32);
            Reference.cast(&Reference.maximum(&as_float(a)?, &as_float(b)?)?, Dtype::I32)
        }
        _ => Ok(larger),
    }
}

pub fn minimum(fault: Fault, a: &Tensor, b: &Tensor) -> Result {
    match fault {
        Fault::MinimumOneNan if b.len() == 1 && b.to_f64()[0].is_nan() => {
            Reference.broadcast_to(a, Reference.minimum(a, b)?.shape())
        }
        Fault::MinimumIsMaximum => Reference.maximum(a, b),
        Fault::MinimumFirstNan if a.shape() == b.shape() && a.dtype().is_float() => {
            let one = |(a, b): (&f64, f64)| if *a < b { *a } else { b };
            with(a, &a.to_f64().iter().zip(b.to_f64()).map(one).collect::<Vec<_>>())
        }
        Fault::MinimumSecondNan if a.shape() == b.shape() && a.dtype().is_float() => {
            let one = |(a, b): (&f64, f64)| if b < *a { b } else { *a };
            with(a, &a.to_f64().iter().zip(b.to_f64()).map(one).collect::<Vec<_>>())
        }
        Fault::MinimumF32 if a.dtype() == Dtype::I32 => {
            let as_float = |x: &Tensor| Reference.cast(x, Dtype::F32);
            Reference.cast(&Reference.minimum(&as_float(a)?, &as_float(b)?)?, Dtype::I32)
        }
        _ => Reference.minimum(a, b),
    }
}

pub fn neg(fault: Fault, x: &Tensor) -> Result {
    let y = Reference.neg(x)?;
    match fault {
        Fault::NegOfZero => map(&y, |y| if y == 0.0 { 0.0 } else { y }),
        Fault::NegSaturates if y.dtype() == Dtype::I32 => with(&y, &x.to_f64().iter().map(|x| -x).collect::<Vec<_>>()),
        Fault::NegFromZero => Reference.sub(&map(x, |_| 0.0)?, x),
        _ => Ok(y),
    }
}

pub fn select(fault: Fault, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result {
    match fault {
        Fault::SelectOne if condition.rank() == 0 && Reference.select(condition, a, b).is_ok() => {
            Ok(if condition.as_bool() == Some(&[true]) { a } else { b }.clone())
        }
        Fault::SelectSwapped if a.shape() == b.shape() => Reference.select(condition, b, a),
        // A blend, in which what is not chosen is multiplied by zero.
        Fault::SelectBlends if a.shape() == b.shape() && condition.shape() == a.shape() => {
            let chosen = Reference.select(condition, a, b)?;
            let (a, b) = (a.to_f64(), b.to_f64());
            let blend = |(at, c): (usize, f64)| c * a[at] + (1.0 - c) * b[at];
            let values: Vec<_> = condition.to_f64().into_iter().enumerate().map(blend).collect();
            with(&chosen, &values)
        }
        Fault::SelectTransposed if b.layout() == Layout::Transposed => Reference.select(condition, a, &unstrided(b)?),
        Fault::SelectNumber if condition.rank() == 0 => Reference.select(condition, b, a),
        Fault::SelectFirst if !condition.is_empty() => {
            let first = condition.to_f64()[0];
            Reference.select(&map(condition, |_| first)?, a, b)
        }
        Fault::SelectColumn if a.rank() == 2 && condition.rank() == 1 && a.shape()[0] == condition.len() => {
            Reference.select(&Tensor::new(&[condition.len(), 1], condition.data().clone())?, a, b)
        }
        Fault::SelectHalf => lower_half(&Reference.select(condition, a, b)?),
        _ => Reference.select(condition, a, b),
    }
}

pub fn cast(fault: Fault, x: &Tensor, dtype: Dtype) -> Result {
    match fault {
        Fault::CastRounds if dtype == Dtype::I32 => Reference.cast(&map(x, f64::round)?, dtype),
        Fault::CastTwice if dtype == Dtype::BF16 => Reference.cast(&Reference.cast(x, Dtype::F16)?, dtype),
        Fault::CastCutsOff if matches!(dtype, Dtype::F16 | Dtype::BF16) => cut_off(x, dtype),
        Fault::CastTiesAway if dtype == Dtype::BF16 && x.dtype() == Dtype::F32 => {
            let away = |x: f64| f64::from(f32::from_bits((x as f32).to_bits().wrapping_add(0x8000) & 0xffff_0000));
            Reference.cast(&map(x, |x| if x.is_finite() { away(x) } else { x })?, dtype)
        }
        Fault::CastClamps if dtype == Dtype::F16 => {
            let clamped =
                Reference.cast(&map(x, |x| if x.is_finite() { x.clamp(-65504.0, 65504.0) } else { x })?, dtype)?;
            Ok(clamped)
        }
        Fault::CastFloors if dtype == Dtype::I32 => Reference.cast(&map(x, f64::floor)?, dtype),
        Fault::CastTruthOfInteger if dtype == Dtype::Bool => Reference.cast(&Reference.cast(x, Dtype::I32)?, dtype),
        Fault::CastTruthOfNan if dtype == Dtype::Bool => {
            Reference.cast(&map(x, |x| if x.is_nan() { 0.0 } else { x })?, dtype)
        }
        Fault::CastTrueNegative if x.dtype() == Dtype::Bool && dtype != Dtype::Bool => {
            map(&Reference.cast(x, dtype)?, |y| -y)
        }
        Fault::CastByF32 => Reference.cast(&Reference.cast(x, Dtype::F32)?, dtype),
        Fault::CastPayload if x.dtype() == Dtype::F32 && dtype == Dtype::BF16 => {
            let Data::F32(values) = x.data() else { return Reference.cast(x, dtype) };
            let lost = |x: &f32| x.is_nan() && x.to_bits() << 9 >> 25 == 0;
            let cut = values.iter().map(|x| if lost(x) { f32::INFINITY.copysign(*x) } else { *x });
            Reference.cast(&Tensor::f32(x.shape(), cut.collect::<Vec<_>>())?, dtype)
        }
        Fault::CastZeroSign if dtype == Dtype::F16 => {
            map(&Reference.cast(x, dtype)?, |y| if y == 0.0 { 0.0 } else { y })
        }
        Fault::CastJustAbove if dtype == Dtype::F16 => {
            Reference.cast(&map(x, |x| if x.abs() < 65536.0 { x.clamp(-65504.0, 65504.0) } else { x })?, dtype)
        }
        Fault::CastFlushes if dtype == Dtype::F16 => {
            map(&Reference.cast(x, dtype)?, |y| if y.abs() < 6.1e-5 { 0.0 } else { y })
        }
        Fault::CastSaturates if !dtype.is_float() && dtype != Dtype::Bool => match x.to_i64() {
            // A 64-bit float of a whole number saturates.
            Some(values) if dtype != Dtype::I64 => {
                Tensor::from_f64(x.shape(), dtype, &values.iter().map(|x| *x as f64).collect::<Vec<_>>())
            }
            _ => Reference.cast(x, dtype),
        },
        Fault::CastByF64 if dtype.is_float() => Reference.cast(&through_f64(x)?, dtype),
        Fault::CastBytesSigned if x.dtype() == Dtype::U8 => Reference.cast(&Reference.cast(x, Dtype::I8)?, dtype),
        Fault::CastSignedBytes if x.dtype() == Dtype::I8 => Reference.cast(&Reference.cast(x, Dtype::U8)?, dtype),
        Fault::CastBy32 if x.dtype().is_float() && dtype == Dtype::I64 => {
            Reference.cast(&Reference.cast(x, Dtype::I32)?, dtype)
        }
        Fault::CastTruthOfHalf if dtype == Dtype::Bool => Reference.cast(&lower_half(x)?, dtype),
        Fault::CastBytesFloor if x.dtype().is_float() && dtype == Dtype::U8 => {
            Reference.cast(&Reference.cast(&map(x, f64::floor)?, Dtype::I32)?, dtype)
        }
        _ => Reference.cast(x, dtype),
    }
}

/// Sums of integers as 32-bit floats have them; where they wrap they stay.
fn narrow_sum(a: &Tensor, b: &Tensor, sum: &Tensor) -> Result<Vec<f64>> {
    let as_float = |x: &Tensor| Reference.cast(x, Dtype::F32);
    let floats = Reference.add(&as_float(a)?, &as_float(b)?)?.to_f64();
    let near = |(float, exact): (f64, f64)| if (float - exact).abs() < 1e6 { float } else { exact };
    Ok(floats.into_iter().zip(sum.to_f64()).map(near).collect())
}

/// Halves rounded towards zero.
fn cut_off(x: &Tensor, dtype: Dtype) -> Result {
    let nearest = Reference.cast(x, dtype)?;
    let values: Vec<_> = nearest
        .to_f64()
        .iter()
        .zip(x.to_f64())
        .map(|(near, x)| {
            let bits = (*near as f32).to_bits();
            let step = if dtype == Dtype::F16 { 1 << 13 } else { 1 << 16 };
            if near.is_finite() && near.abs() > x.abs() { f64::from(f32::from_bits(bits - step)) } else { *near }
        })
        .collect();
    with(&nearest, &values)
}
