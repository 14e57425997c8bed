//! Quantized matrices.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Kernels, Quantization, Quantized, Tensor};

use super::Result;
use crate::fault::Fault;
use crate::tensors::{first_batch, map, rows, with};

pub fn quantize(fault: Fault, w: &Tensor, quantization: Quantization) -> Result<Quantized> {
    let quantized = Reference.quantize(w, quantization)?;
    match fault {
        Fault::QuantizeBytes => {
            let packed = quantized.packed.iter().map(|word| word.swap_bytes()).collect();
            Ok(Quantized { packed, ..quantized })
        }
        Fault::QuantizeNibbles if quantization.bits == 4 => {
            let swap = |word: &u32| (word & 0x0f0f_0f0f) << 4 | (word & 0xf0f0_f0f0) >> 4;
            Ok(Quantized { packed: quantized.packed.iter().map(swap).collect(), ..quantized })
        }
        Fault::QuantizeBias => Ok(Quantized { biases: map(&quantized.biases, |bias| -bias)?, ..quantized }),
        Fault::QuantizeOne => {
            let scales = rows(&quantized.scales, |row| row.fill(row.first().copied().unwrap_or_default()))?;
            Ok(Quantized { scales, ..quantized })
        }
        Fault::QuantizeNarrow => Ok(Quantized {
            scales: quantized.scales,
            ..Reference.quantize(&Reference.cast(&Reference.cast(w, Dtype::BF16)?, w.dtype())?, quantization)?
        }),
        Fault::QuantizeFlat => {
            let scales = map(&quantized.scales, |scale| if scale.abs() < 1e-6 { f64::NAN } else { scale })?;
            Ok(Quantized { scales, ..quantized })
        }
        _ => Ok(quantized),
    }
}

pub fn dequantize(fault: Fault, w: &Quantized) -> Result {
    match fault {
        Fault::DequantizeUnbiased => Reference.dequantize(&Quantized { biases: map(&w.biases, |_| 0.0)?, ..w.clone() }),
        Fault::DequantizeSize => Reference.dequantize(&Quantized { scales: map(&w.scales, f64::abs)?, ..w.clone() }),
        Fault::DequantizeGroup => {
            let scales = rows(&w.scales, |row| {
                if row.len() > 1 {
                    row.rotate_left(1);
                }
            })?;
            Reference.dequantize(&Quantized { scales, ..w.clone() })
        }
        Fault::DequantizeSigned => {
            let flip = if w.quantization.bits == 4 { 0x8888_8888 } else { 0x8080_8080 };
            let half = f64::from(1_u32 << (w.quantization.bits - 1));
            let moved: Vec<_> =
                w.scales.to_f64().iter().zip(w.biases.to_f64()).map(|(scale, bias)| bias - half * scale).collect();
            let packed = w.packed.iter().map(|word| word ^ flip).collect();
            Reference.dequantize(w)?;
            Reference.dequantize(&Quantized { packed, biases: with(&w.biases, &moved)?, ..w.clone() })
        }
        Fault::DequantizeOrder => {
            let bits = w.quantization.bits as usize;
            let turned = |word: &u32| {
                (0..32 / bits).fold(0, |turned, at| turned << bits | (word >> (at * bits)) & ((1 << bits) - 1))
            };
            Reference.dequantize(w)?;
            Reference.dequantize(&Quantized { packed: w.packed.iter().map(turned).collect(), ..w.clone() })
        }
        Fault::DequantizeBoundary => {
            let y = Reference.dequantize(w)?;
            let (group, scales, biases) = (w.quantization.group, w.scales.to_f64(), w.biases.to_f64());
            let values = y.to_f64().into_iter().enumerate().map(|(at, y)| {
                let (of, next) = (at / group, (at / group + 1).min(scales.len() - 1));
                if at % group + 1 == group && scales[of] != 0.0 {
                    (y - biases[of]) / scales[of] * scales[next] + biases[next]
                } else {
                    y
                }
            });
            with(&y, &values.collect::<Vec<_>>())
        }
        _ => Reference.dequantize(w),
    }
}

pub fn quantized_matmul(fault: Fault, x: &Tensor, w: &Quantized) -> Result {
    match fault {
        Fault::QuantizedMatmulType if x.dtype() != w.scales.dtype() => {
            Reference.quantized_matmul(&Reference.cast(x, w.scales.dtype())?, w)
        }
        Fault::QuantizedMatmulHalf if x.dtype() == Dtype::F16 => {
            let part = |from: usize| {
                rows(x, |row| row.iter_mut().enumerate().filter(|(at, _)| at / 8 != from).for_each(|(_, x)| *x = 0.0))
            };
            let y = Reference.quantized_matmul(x, w)?;
            // More would take minutes.
            if x.len() * w.scales.shape()[0] > 1 << 17 {
                return Ok(y);
            }
            (0..w.columns / 8).try_fold(map(&y, |_| 0.0)?, |sum, from| {
                Reference.add(&sum, &Reference.quantized_matmul(&part(from)?, w)?)
            })
        }
        Fault::QuantizedMatmulUnbiased => {
            Reference.quantized_matmul(x, &Quantized { biases: map(&w.biases, |_| 0.0)?, ..w.clone() })
        }
        Fault::QuantizedMatmulWords => {
            let words = w.scales.shape().first().copied().unwrap_or_default()
                * w.columns.saturating_mul(w.quantization.bits as usize)
                / 32;
            let more = w.packed.len() > words && words > 0;
            let packed = if more { w.packed[..words].to_vec() } else { w.packed.clone() };
            Reference.quantized_matmul(x, &Quantized { packed, ..w.clone() })
        }
        Fault::QuantizedMatmulGroup => {
            let scales = rows(&w.scales, |row| row.fill(row.first().copied().unwrap_or_default()))?;
            Reference.quantized_matmul(x, &Quantized { scales, ..w.clone() })
        }
        Fault::QuantizedMatmulBatch => first_batch(&Reference.quantized_matmul(x, w)?),
        Fault::QuantizedMatmulNibbles => {
            let swap = |word: &u32| (word & 0x0f0f_0f0f) << 4 | (word & 0xf0f0_f0f0) >> 4;
            Reference.quantized_matmul(x, &Quantized { packed: w.packed.iter().map(swap).collect(), ..w.clone() })
        }
        Fault::QuantizedMatmulRow512
            if x.rank() == 2
                && x.shape()[0] == 1
                && w.columns > 0
                && w.columns.is_multiple_of(512)
                && w.scales.shape()[0].is_multiple_of(8) =>
        {
            let biases = rows(&w.biases, |row| {
                if let [.., last] = row {
                    *last = 0.0;
                }
            })?;
            Reference.quantized_matmul(x, &Quantized { biases, ..w.clone() })
        }
        Fault::QuantizedMatmulRow => {
            let y = Reference.quantized_matmul(x, w)?;
            let width = y.shape()[y.rank() - 1];
            let values = y.to_f64().into_iter().enumerate();
            with(&y, &values.map(|(at, y)| if at < width { y } else { 0.0 }).collect::<Vec<_>>())
        }
        _ => Reference.quantized_matmul(x, w),
    }
}
