//! Functions of one number.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Gelu, Kernels, Tensor};

use super::Result;
use crate::fault::Fault;
use crate::tensors::{map, truncated, wide};

pub fn exp(fault: Fault, x: &Tensor) -> Result {
    match fault {
        Fault::ExpBaseTwo => map(x, f64::exp2),
        Fault::ExpClamps => map(&Reference.exp(x)?, |y| if y.is_infinite() { f64::from(f32::MAX) } else { y }),
        Fault::ExpEarly => map(&Reference.exp(x)?, |y| if y > 1.6516e38 { f64::INFINITY } else { y }),
        Fault::ExpFlushes => map(&Reference.exp(x)?, |y| if y < f64::from(f32::MIN_POSITIVE) { 0.0 } else { y }),
        _ => Reference.exp(x),
    }
}

pub fn log(fault: Fault, x: &Tensor) -> Result {
    let y = Reference.log(x)?;
    match fault {
        Fault::LogOfNegatives => map(&y, |y| if y.is_nan() { f64::NEG_INFINITY } else { y }),
        Fault::LogLargest if x.dtype() == Dtype::F32 => {
            map(&y, |y| if y > 127.2 * std::f64::consts::LN_2 { f64::INFINITY } else { y })
        }
        Fault::LogWithEps => Reference.log(&map(x, |x| if x == 0.0 { 1e-7 } else { x })?),
        Fault::LogFlushes => Reference.log(&map(x, |x| if x.abs() < f64::from(f32::MIN_POSITIVE) { 0.0 } else { x })?),
        _ => Ok(y),
    }
}

pub fn sqrt(fault: Fault, x: &Tensor) -> Result {
    let y = Reference.sqrt(x)?;
    match fault {
        Fault::SqrtOfNegatives => map(&y, |y| if y.is_nan() { 0.0 } else { y }),
        Fault::SqrtOfZero => map(&y, |y| if y == 0.0 { 0.0 } else { y }),
        Fault::SqrtTruncates => truncated(&y, &Reference.sqrt(&wide(x)?)?),
        Fault::SqrtByPower => map(&y, |y| if y.is_infinite() { f64::NAN } else { y }),
        Fault::SqrtFlushes => {
            Reference.sqrt(&map(x, |x| if x.abs() < f64::from(f32::MIN_POSITIVE) { 0.0 } else { x })?)
        }
        _ => Ok(y),
    }
}

pub fn rsqrt(fault: Fault, x: &Tensor) -> Result {
    match fault {
        Fault::RsqrtWithEps => map(x, |x| 1.0 / (x + 1e-3).sqrt()),
        Fault::RsqrtFlushes if x.dtype() == Dtype::F16 => {
            Reference.rsqrt(&map(x, |x| if x.abs() < 2_f64.powi(-14) { 0_f64.copysign(x) } else { x })?)
        }
        Fault::RsqrtSign => map(&Reference.rsqrt(x)?, |y| if y.is_infinite() { f64::INFINITY } else { y }),
        Fault::RsqrtEstimate if x.dtype() == Dtype::F32 => map(&Reference.rsqrt(x)?, |y| y * (1.0 + 2_f64.powi(-12))),
        _ => Reference.rsqrt(x),
    }
}

pub fn round(fault: Fault, x: &Tensor) -> Result {
    let y = Reference.round(x)?;
    match fault {
        Fault::RoundTiesAway => map(x, f64::round),
        Fault::RoundHalfUp => map(x, |x| {
            let up = f64::from((x as f32 + 0.5).floor());
            if x.is_finite() && x == f64::from(x as f32) { up.copysign(x) } else { x.round_ties_even() }
        }),
        Fault::RoundHalfDown => map(x, |x| if (x - x.trunc()).abs() == 0.5 { x.trunc() } else { x.round_ties_even() }),
        Fault::RoundSign => map(&y, |y| if y == 0.0 { 0.0 } else { y }),
        Fault::RoundTruncates => map(x, f64::trunc),
        Fault::RoundByInteger => map(&y, |y| f64::from(y as i32).copysign(y)),
        Fault::RoundMagic if x.dtype() == Dtype::F32 => map(x, |x| {
            let magic = 1.5 * (1 << 23) as f32;
            f64::from((x as f32 + magic) - magic).copysign(x)
        }),
        _ => Ok(y),
    }
}

pub fn tanh(fault: Fault, x: &Tensor) -> Result {
    match fault {
        Fault::TanhOverflows => map(x, |x| {
            let power = f64::from((2.0 * x as f32).exp());
            (power - 1.0) / (power + 1.0)
        }),
        Fault::TanhHalfFar if x.dtype() == Dtype::F16 => {
            map(x, |x| if x.abs() > 20.0 && x.is_finite() { f64::NAN } else { x.tanh() })
        }
        Fault::TanhCancels => map(x, |x| {
            let power = f64::from((2.0 * x.clamp(-20.0, 20.0) as f32).exp());
            f64::from((power - 1.0) as f32) / (power + 1.0)
        }),
        Fault::TanhSaturates => map(&Reference.tanh(x)?, |y| if y.abs() > 0.9993 { y.signum() } else { y }),
        _ => Reference.tanh(x),
    }
}

pub fn sigmoid(fault: Fault, x: &Tensor) -> Result {
    match fault {
        Fault::SigmoidHard => map(x, |x| (x / 6.0 + 0.5).clamp(0.0, 1.0)),
        Fault::SigmoidFar if x.dtype() == Dtype::F32 => {
            map(x, |x| if x < -89.0 && x.is_finite() { f64::NAN } else { 1.0 / (1.0 + (-x).exp()) })
        }
        Fault::SigmoidTail => map(x, |x| f64::from(0.5 * (1.0 + (0.5 * x as f32).tanh()))),
        _ => Reference.sigmoid(x),
    }
}

pub fn silu(fault: Fault, x: &Tensor) -> Result {
    let y = Reference.silu(x)?;
    match fault {
        Fault::SiluNegative => map(&y, |y| if y < 0.0 { 0.0 } else { y }),
        Fault::SiluOverflows => map(x, |x| {
            let power = f64::from((x as f32).exp());
            x * power / (1.0 + power)
        }),
        _ => Ok(y),
    }
}

pub fn gelu(fault: Fault, x: &Tensor, form: Gelu) -> Result {
    let form = match (fault, form) {
        (Fault::GeluSwapped, Gelu::Exact) => Gelu::Tanh,
        (Fault::GeluSwapped, Gelu::Tanh) => Gelu::Exact,
        (Fault::GeluHalf, Gelu::Exact) if x.dtype() == Dtype::F16 => Gelu::Tanh,
        (Fault::GeluHalf, Gelu::Tanh) if x.dtype() == Dtype::F16 => Gelu::Exact,
        (_, form) => form,
    };
    let y = Reference.gelu(x, form)?;
    match fault {
        Fault::GeluQuick if form == Gelu::Tanh => map(x, |x| x / (1.0 + (-1.702 * x).exp())),
        Fault::GeluOverflows if form == Gelu::Tanh => map(x, |x| {
            let inner = (0.797_884_56 * (x + 0.044715 * x * x * x)) as f32;
            let power = (2.0 * inner).exp();
            x * 0.5 * (1.0 + f64::from((power - 1.0) / (power + 1.0)))
        }),
        Fault::GeluMemo => Reference.gelu(x, Gelu::Exact),
        _ => Ok(y),
    }
}
