//! Norms and rotary position embeddings.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Kernels, Layout, Rope, RopeLayout, Tensor, validate};

use super::Result;
use super::reduction::in_lanes;
use crate::fault::Fault;
use crate::tensors::{map, rounded, rows, unstrided, with};

pub fn rms_norm(fault: Fault, x: &Tensor, weight: &Tensor, eps: f32) -> Result {
    let y = Reference.rms_norm(x, weight, eps)?;
    let weights = weight.to_f64();
    let by = |root: &dyn Fn(&[f64]) -> f64| {
        rows(x, |row| {
            let root = root(row);
            row.iter_mut().zip(&weights).for_each(|(x, weight)| *x = *x / root * weight);
        })
    };
    let mean = |row: &[f64]| row.iter().map(|x| x * x).sum::<f64>() / row.len() as f64;
    match fault {
        Fault::RmsEpsOutside => by(&|row| mean(row).sqrt() + f64::from(eps)),
        Fault::RmsCentred => {
            let centred = rows(x, |row| {
                let mean = row.iter().sum::<f64>() / row.len() as f64;
                row.iter_mut().for_each(|x| *x -= mean);
            })?;
            Reference.rms_norm(&centred, weight, eps)
        }
        Fault::RmsUnweighted => Reference.rms_norm(x, &map(weight, |_| 1.0)?, eps),
        Fault::RmsSum => by(&|row| (mean(row) * row.len() as f64 + f64::from(eps)).sqrt()),
        Fault::RmsNarrow => by(&|row| {
            let sum = row.iter().fold(0.0, |sum, value| rounded(x.dtype(), sum + rounded(x.dtype(), value * value)));
            (sum / row.len() as f64 + f64::from(eps)).sqrt()
        }),
        Fault::RmsEpsLarger => by(&|row| mean(row).max(f64::from(eps)).sqrt()),
        Fault::RmsLanes => by(&|row| {
            let squares: Vec<_> = row.iter().map(|x| x * x).collect();
            (in_lanes(x.dtype(), &squares) / row.len() as f64 + f64::from(eps)).sqrt()
        }),
        Fault::RmsEps => Reference.rms_norm(x, weight, 1e-5),
        Fault::RmsPlusOne => Reference.rms_norm(x, &map(weight, |weight| weight + 1.0)?, eps),
        Fault::RmsSizes => {
            by(&|row| row.iter().map(|x| x.abs()).sum::<f64>() / row.len() as f64 + f64::from(eps).sqrt())
        }
        Fault::RmsFirstRow => {
            let root = (mean(&x.to_f64()[..weights.len()]) + f64::from(eps)).sqrt();
            by(&|_| root)
        }
        _ => Ok(y),
    }
}

pub fn layer_norm(fault: Fault, x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result {
    let y = Reference.layer_norm(x, weight, bias, eps)?;
    let (weights, biases) = (weight.to_f64(), bias.to_f64());
    let by = |root: &dyn Fn(&[f64], f64) -> f64| {
        rows(x, |row| {
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let root = root(row, mean);
            let parameters = weights.iter().zip(&biases);
            row.iter_mut().zip(parameters).for_each(|(x, (weight, bias))| *x = (*x - mean) / root * weight + bias);
        })
    };
    let squares = |row: &[f64], mean: f64| row.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
    let eps = f64::from(eps);
    match fault {
        Fault::LayerRoundedMean => rows(x, |row| {
            let count = row.len() as f64;
            let mean = rounded(x.dtype(), row.iter().sum::<f64>() / count);
            let root = (squares(row, mean) / count + eps).sqrt();
            let parameters = weights.iter().zip(&biases);
            row.iter_mut().zip(parameters).for_each(|(x, (weight, bias))| *x = (*x - mean) / root * weight + bias);
        }),
        Fault::LayerNoWeight if weights.iter().all(|weight| *weight == 0.0) => {
            Reference.layer_norm(x, &map(weight, |_| 1.0)?, bias, eps as f32)
        }
        Fault::LayerOne if x.shape().last() == Some(&1) => Reference.broadcast_to(bias, x.shape()),
        Fault::LayerEpsOutside => by(&|row, mean| (squares(row, mean) / row.len() as f64).sqrt() + eps),
        Fault::LayerUnbiased => by(&|row, mean| (squares(row, mean) / (row.len() as f64 - 1.0) + eps).sqrt()),
        Fault::LayerBias => Reference.layer_norm(x, weight, &map(bias, |_| 0.0)?, eps as f32),
        Fault::LayerMoments => by(&|row, _| {
            let count = row.len() as f32;
            let mean = row.iter().map(|x| *x as f32).sum::<f32>() / count;
            let squares = row.iter().map(|x| (*x as f32) * (*x as f32)).sum::<f32>() / count;
            f64::from(squares - mean * mean + eps as f32).sqrt()
        }),
        Fault::LayerLanes => by(&|row, mean| {
            let squares: Vec<_> = row.iter().map(|x| (x - mean) * (x - mean)).collect();
            (in_lanes(x.dtype(), &squares) / row.len() as f64 + eps).sqrt()
        }),
        Fault::LayerWeight => Reference.layer_norm(x, &map(weight, |_| 1.0)?, bias, eps as f32),
        Fault::LayerEps => Reference.layer_norm(x, weight, bias, 1e-5),
        Fault::LayerBiasStrided if bias.layout() == Layout::Strided => {
            Reference.layer_norm(x, weight, &unstrided(bias)?, eps as f32)
        }
        Fault::LayerSwapped => Reference.layer_norm(x, bias, weight, eps as f32),
        Fault::LayerBiasWeighted => Reference.layer_norm(x, weight, &Reference.mul(bias, weight)?, eps as f32),
        _ => Ok(y),
    }
}

pub fn rope(fault: Fault, x: &Tensor, rope: &Rope) -> Result {
    validate::rope(x, rope)?;
    let rope = match fault {
        Fault::RopeHalfPosition if x.dtype() == Dtype::F16 => {
            Rope { offset: rounded(Dtype::F16, rope.offset.into()) as i32, ..*rope }
        }
        Fault::RopeOffset => Rope { offset: 0, ..*rope },
        Fault::RopeLate => Rope { offset: rope.offset.saturating_sub(1), ..*rope },
        Fault::RopeLayout => {
            let layout = match rope.layout {
                RopeLayout::Halves => RopeLayout::Interleaved,
                RopeLayout::Interleaved => RopeLayout::Halves,
            };
            Rope { layout, ..*rope }
        }
        Fault::RopeBase => Rope { base: 10_000.0, ..*rope },
        Fault::RopeScaleZero if rope.scale == 0.0 => Rope { scale: 1.0, ..*rope },
        Fault::RopeScaleSize => Rope { scale: rope.scale.abs(), ..*rope },
        Fault::RopeBaseFirst if rope.offset > 0 => Rope { base: 10_000.0, ..*rope },
        Fault::RopeScale => Rope { scale: 1.0, ..*rope },
        Fault::RopeWhole => Rope { dims: x.shape().last().map_or(rope.dims, |width| width / 2 * 2), ..*rope },
        Fault::RopeDivides => Rope { scale: 1.0 / rope.scale, ..*rope },
        Fault::RopeBack => Rope { scale: -rope.scale, ..*rope },
        _ => *rope,
    };
    match fault {
        // Heads and batches are positions like others.
        Fault::RopeContinues => {
            let &[.., width] = x.shape() else { return Ok(x.clone()) };
            let flat = Tensor::new(&[1, x.len() / width.max(1), width], x.data().clone())?;
            Tensor::new(x.shape(), Reference.rope(&flat, &rope)?.data().clone())
        }
        Fault::RopeSequences if x.rank() > 2 && x.shape()[x.rank() - 2] == 1 => {
            let &[batch, .., width] = x.shape() else { return Ok(x.clone()) };
            let length = x.len() / batch.max(1) / width;
            // The rows of a sequence are all at its position: each is a head of as many positions.
            let order =
                |from: [usize; 3], x: &Tensor| Reference.transpose(&Tensor::new(&from, x.data().clone())?, &[1, 0, 2]);
            let turned = Reference.rope(&order([batch, length, width], x)?, &rope)?;
            Tensor::new(x.shape(), order([length, batch, width], &turned)?.data().clone())
        }
        Fault::RopeSixtyFour if rope.dims > 64 => {
            let (turned, width) = (Reference.rope(x, &rope)?.to_f64(), x.shape()[x.rank() - 1]);
            let kept = x.to_f64().into_iter().enumerate();
            with(x, &kept.map(|(at, x)| if at % width < 64 { turned[at] } else { x }).collect::<Vec<_>>())
        }
        // Only the first batch is turned.
        Fault::RopeFirst if x.rank() > 3 && x.shape()[0] > 1 => {
            let turned = Reference.rope(x, &rope)?.to_f64();
            let batch = x.len() / x.shape()[0];
            let kept = x.to_f64().into_iter().enumerate();
            with(x, &kept.map(|(at, x)| if at < batch { turned[at] } else { x }).collect::<Vec<_>>())
        }
        // The frequencies are those of the whole width.
        Fault::RopeWidth => {
            let &[.., width] = x.shape() else { return Ok(x.clone()) };
            let base = f64::from(rope.base).powf(rope.dims as f64 / width as f64) as f32;
            Reference.rope(x, &Rope { base, ..rope })
        }
        // The offset is not scaled.
        Fault::RopeOffsetUnscaled if rope.scale != 1.0 && rope.scale != 0.0 => {
            let offset = (f64::from(rope.offset) / f64::from(rope.scale)).round() as i32;
            Reference.rope(x, &Rope { offset, ..rope })
        }
        _ => Reference.rope(x, &rope),
    }
}
