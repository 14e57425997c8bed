//! What each fault does. Whatever a fault leaves alone is the reference.

use std::sync::{Mutex, PoisonError};

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{
    Dtype, Gelu, KernelError, Kernels, Mask, Quantization, Quantized, Rope, RopeLayout, Tensor, validate,
};

use crate::catalogue::Fault;
use crate::tensors::{map, narrowed, rounded, rows, transposed, unstrided, with};

type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// The reference, with a fault.
pub struct Mutant {
    fault: Fault,
    /// What the last call returned.
    previous: Mutex<Option<Tensor>>,
}

impl Mutant {
    /// The reference with this fault.
    pub fn new(fault: Fault) -> Self {
        Self { fault, previous: Mutex::new(None) }
    }
}

/// The columns of a tile.
const TILE: usize = 32;

impl Kernels for Mutant {
    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        let sum = Reference.add(a, b)?;
        match self.fault {
            Fault::AddSaturates if sum.dtype() == Dtype::I32 => {
                // In wider numbers nothing wraps; narrowing saturates.
                let wide = |tensor: &Tensor| Tensor::from_f64(tensor.shape(), Dtype::F32, &tensor.to_f64());
                with(&sum, &Reference.add(&wide(a)?, &wide(b)?)?.to_f64())
            }
            Fault::AddFlushes => {
                let least = match sum.dtype() {
                    Dtype::F16 => 2_f64.powi(-14),
                    _ => f64::from(f32::MIN_POSITIVE),
                };
                map(&sum, |x| if x.abs() < least { 0.0 } else { x })
            }
            Fault::AddRepeatsRow if a.shape() != b.shape() && !b.is_empty() && sum.dtype() != Dtype::I32 => {
                let first = b.to_f64()[0];
                Reference.add(a, &map(b, |_| first)?)
            }
            Fault::AddUnstrided => Reference.add(a, &unstrided(b)?),
            Fault::AddStale => {
                let mut previous = self.previous.lock().unwrap_or_else(PoisonError::into_inner);
                let stale = previous.replace(sum.clone());
                Ok(stale.filter(|it| it.shape() == sum.shape() && it.dtype() == sum.dtype()).unwrap_or(sum))
            }
            _ => Ok(sum),
        }
    }

    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        let product = Reference.mul(a, b)?;
        match self.fault {
            Fault::MulLosesSign => map(&product, |x| if x == 0.0 { 0.0 } else { x }),
            Fault::MulByInfinity if a.shape() == b.shape() => {
                let (a, b) = (a.to_f64(), b.to_f64());
                let kept = |(at, x): (usize, f64)| if a[at] == 0.0 && b[at].is_infinite() { 0.0 } else { x };
                with(&product, &product.to_f64().into_iter().enumerate().map(kept).collect::<Vec<_>>())
            }
            _ => Ok(product),
        }
    }

    fn matmul(&self, a: &Tensor, b: &Tensor) -> Result {
        let product = Reference.matmul(a, b)?;
        match self.fault {
            Fault::MatmulTransposed if b.rank() >= 2 && b.shape()[b.rank() - 1] == b.shape()[b.rank() - 2] => {
                Reference.matmul(a, &transposed(b)?)
            }
            Fault::MatmulTruncated => {
                let dropped = rows(a, |row| {
                    if let [_, .., last] = row {
                        *last = 0.0;
                    }
                })?;
                Reference.matmul(&dropped, b)
            }
            Fault::MatmulTile => rows(&product, |row| {
                let whole = row.len() / TILE * TILE;
                if whole > 0 {
                    row[whole..].fill(0.0);
                }
            }),
            Fault::MatmulNarrow if a.rank() == 2 && b.rank() == 2 => {
                let (&[m, k], &[_, n]) = (a.shape(), b.shape()) else { return Ok(product) };
                let (left, right) = (a.to_f64(), b.to_f64());
                let cell = |at: usize| {
                    let terms = (0..k).map(|i| left[at / n * k + i] * right[i * n + at % n]);
                    terms.fold(0.0, |sum, term| rounded(a.dtype(), sum + term))
                };
                with(&product, &(0..m * n).map(cell).collect::<Vec<_>>())
            }
            Fault::MatmulBatch => {
                let matrix = product.shape().iter().rev().take(2).product::<usize>().max(1);
                let values = product.to_f64();
                let first = |at: usize| values[at % matrix];
                with(&product, &(0..values.len()).map(first).collect::<Vec<_>>())
            }
            Fault::MatmulF32 => narrowed(&product),
            Fault::MatmulUnstrided => Reference.matmul(a, &unstrided(b)?),
            Fault::MatmulZeros => map(&product, |_| 0.0),
            Fault::MatmulEmpty if a.shape().last() == Some(&0) => map(&product, |_| f64::NAN),
            _ => Ok(product),
        }
    }

    fn softmax(&self, x: &Tensor, axis: usize) -> Result {
        let y = Reference.softmax(x, axis)?;
        match self.fault {
            Fault::SoftmaxAxis => Reference.softmax(x, x.rank().saturating_sub(1)),
            Fault::SoftmaxOverflows if axis + 1 == x.rank() => rows(x, |row| {
                // As floats of 32 bits have it.
                row.iter_mut().for_each(|x| *x = f64::from((*x as f32).exp()));
                let sum: f64 = row.iter().sum();
                row.iter_mut().for_each(|x| *x /= sum);
            }),
            Fault::SoftmaxMean => {
                let length = x.shape().get(axis).copied().unwrap_or(1) as f64;
                map(&y, |y| y * length)
            }
            Fault::SoftmaxUnstrided => Reference.softmax(&unstrided(x)?, axis),
            Fault::SoftmaxEcho => Ok(x.clone()),
            Fault::SoftmaxZeroRow => map(&y, |y| if y.is_nan() { 0.0 } else { y }),
            _ => Ok(y),
        }
    }

    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f32) -> Result {
        let y = Reference.rms_norm(x, weight, eps)?;
        let weights = weight.to_f64();
        let by = |root: &dyn Fn(&[f64]) -> f64| {
            rows(x, |row| {
                let root = root(row);
                row.iter_mut().zip(&weights).for_each(|(x, weight)| *x = *x / root * weight);
            })
        };
        let mean = |row: &[f64]| row.iter().map(|x| x * x).sum::<f64>() / row.len() as f64;
        match self.fault {
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
                let sum =
                    row.iter().fold(0.0, |sum, value| rounded(x.dtype(), sum + rounded(x.dtype(), value * value)));
                (sum / row.len() as f64 + f64::from(eps)).sqrt()
            }),
            _ => Ok(y),
        }
    }

    fn layer_norm(&self, x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result {
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
        match self.fault {
            Fault::LayerEpsOutside => by(&|row, mean| (squares(row, mean) / row.len() as f64).sqrt() + eps),
            Fault::LayerUnbiased => by(&|row, mean| (squares(row, mean) / (row.len() as f64 - 1.0) + eps).sqrt()),
            Fault::LayerBias => Reference.layer_norm(x, weight, &map(bias, |_| 0.0)?, eps as f32),
            Fault::LayerMoments => by(&|row, _| {
                let count = row.len() as f32;
                let mean = row.iter().map(|x| *x as f32).sum::<f32>() / count;
                let squares = row.iter().map(|x| (*x as f32) * (*x as f32)).sum::<f32>() / count;
                f64::from(squares - mean * mean + eps as f32).sqrt()
            }),
            _ => Ok(y),
        }
    }

    fn silu(&self, x: &Tensor) -> Result {
        let y = Reference.silu(x)?;
        match self.fault {
            Fault::SiluNegative => map(&y, |y| if y < 0.0 { 0.0 } else { y }),
            Fault::SiluOverflows => map(x, |x| {
                let power = f64::from((x as f32).exp());
                x * power / (1.0 + power)
            }),
            _ => Ok(y),
        }
    }

    fn gelu(&self, x: &Tensor, form: Gelu) -> Result {
        let form = match (self.fault, form) {
            (Fault::GeluSwapped, Gelu::Exact) => Gelu::Tanh,
            (Fault::GeluSwapped, Gelu::Tanh) => Gelu::Exact,
            (_, form) => form,
        };
        let y = Reference.gelu(x, form)?;
        match self.fault {
            Fault::GeluNan => map(&y, |y| if y.is_nan() { 0.0 } else { y }),
            _ => Ok(y),
        }
    }

    fn rope(&self, x: &Tensor, rope: &Rope) -> Result {
        validate::rope(x, rope)?;
        let rope = match self.fault {
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
            Fault::RopeScale => Rope { scale: 1.0, ..*rope },
            Fault::RopeWhole => Rope { dims: x.shape().last().map_or(rope.dims, |width| width / 2 * 2), ..*rope },
            Fault::RopeBack => Rope { scale: -rope.scale, ..*rope },
            _ => *rope,
        };
        Reference.rope(x, &rope)
    }

    fn scaled_dot_product_attention(&self, q: &Tensor, k: &Tensor, v: &Tensor, scale: f32, mask: Mask<'_>) -> Result {
        let dims = validate::attention(q, k, v, scale, mask)?;
        let reference =
            |k: &Tensor, v: &Tensor, scale, mask| Reference.scaled_dot_product_attention(q, k, v, scale, mask);
        let causal = matches!(mask, Mask::Causal);
        match self.fault {
            Fault::AttentionUnmasked if causal => reference(k, v, scale, Mask::None),
            Fault::AttentionStrict if causal => {
                let hidden = mask_of(q, dims.queries, dims.keys, |query, key| key + dims.queries >= query + dims.keys)?;
                reference(k, v, scale, Mask::Additive(&hidden))
            }
            Fault::AttentionTop if causal => {
                let hidden = mask_of(q, dims.queries, dims.keys, |query, key| key > query)?;
                reference(k, v, scale, Mask::Additive(&hidden))
            }
            Fault::AttentionAdditive if matches!(mask, Mask::Additive(_)) => reference(k, v, scale, Mask::None),
            Fault::AttentionAfter if causal => masked_after(q, k, v, scale, &dims),
            Fault::AttentionUnscaled => reference(k, v, 1.0, mask),
            Fault::AttentionHeads if dims.kv_heads > 1 && dims.heads > dims.kv_heads => {
                let spread = |tensor: &Tensor| heads(tensor, dims.heads, |head| head % dims.kv_heads);
                reference(&spread(k)?, &spread(v)?, scale, mask)
            }
            Fault::AttentionStale if dims.keys > 1 => {
                let mut values = k.to_f64();
                let width = dims.width;
                for head in values.chunks_mut((dims.keys * width).max(1)) {
                    let from = (dims.keys - 2) * width;
                    head.copy_within(from..from + width, from + width);
                }
                reference(&with(k, &values)?, v, scale, mask)
            }
            Fault::AttentionUnstrided => reference(&unstrided(k)?, v, scale, mask),
            Fault::AttentionKeys if k.shape() == v.shape() => reference(k, k, scale, mask),
            _ => reference(k, v, scale, mask),
        }
    }

    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        let count = table.shape().first().copied().unwrap_or_default() as f64;
        let ids = match self.fault {
            Fault::EmbeddingNext => map(ids, |id| if id + 1.0 < count { id + 1.0 } else { id })?,
            Fault::EmbeddingUnstrided => unstrided(ids)?,
            Fault::EmbeddingClamps if count > 0.0 => map(ids, |id| id.clamp(0.0, count - 1.0))?,
            Fault::EmbeddingWraps => map(ids, |id| if id < 0.0 { id + count } else { id })?,
            _ => ids.clone(),
        };
        Reference.embedding(table, &ids)
    }

    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        let start = match self.fault {
            Fault::SliceClamps if start.to_f64().len() == x.rank() && shape.len() == x.rank() => {
                let ends = x.shape().iter().zip(shape).map(|(whole, part)| whole.saturating_sub(*part) as f64);
                let moved: Vec<_> = start.to_f64().iter().zip(ends).map(|(at, end)| at.clamp(0.0, end)).collect();
                with(start, &moved)?
            }
            Fault::SliceFirst => map(start, |at| if at > 0.0 { 0.0 } else { at })?,
            Fault::SliceSwapped => {
                let mut reversed = start.to_f64();
                reversed.reverse();
                with(start, &reversed)?
            }
            _ => start.clone(),
        };
        Reference.slice_at(x, &start, shape)
    }

    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        let y = Reference.argmax(x, axis)?;
        let length = x.shape().get(axis).copied().unwrap_or(1);
        match self.fault {
            Fault::ArgmaxLast if axis + 1 == x.rank() && length > 0 => {
                let values = x.to_f64();
                let last = |row: &[f64]| {
                    let best =
                        |best: usize, at: usize| if row[at] >= row[best] || row[at].is_nan() { at } else { best };
                    (1..row.len()).fold(0, best) as f64
                };
                with(&y, &values.chunks(length).map(last).collect::<Vec<_>>())
            }
            Fault::ArgmaxNan => Reference.argmax(&map(x, |x| if x.is_nan() { f64::NEG_INFINITY } else { x })?, axis),
            Fault::ArgmaxAxis if y.shape() == last_axis_removed(x) => Reference.argmax(x, x.rank() - 1),
            Fault::ArgmaxFlat if axis + 1 == x.rank() => {
                let flat = y.to_f64().into_iter().enumerate().map(|(row, at)| (row * length) as f64 + at);
                with(&y, &flat.collect::<Vec<_>>())
            }
            _ => Ok(y),
        }
    }

    fn sub(&self, a: &Tensor, b: &Tensor) -> Result {
        match self.fault {
            Fault::SubReversed if a.shape() == b.shape() => Reference.sub(b, a),
            _ => Reference.sub(a, b),
        }
    }

    fn div(&self, a: &Tensor, b: &Tensor) -> Result {
        let quotient = Reference.div(a, b)?;
        match self.fault {
            Fault::DivByZero => map(&quotient, |x| if x.is_infinite() { 0.0 } else { x }),
            _ => Ok(quotient),
        }
    }

    fn maximum(&self, a: &Tensor, b: &Tensor) -> Result {
        let larger = Reference.maximum(a, b)?;
        match self.fault {
            // As the maximum of C and Rust has it.
            Fault::MaximumDropsNan if a.shape() == b.shape() && larger.dtype() != Dtype::I32 => {
                let values: Vec<_> = a.to_f64().iter().zip(b.to_f64()).map(|(a, b)| a.max(b)).collect();
                with(&larger, &values)
            }
            _ => Ok(larger),
        }
    }

    fn minimum(&self, a: &Tensor, b: &Tensor) -> Result {
        match self.fault {
            Fault::MinimumIsMaximum => Reference.maximum(a, b),
            _ => Reference.minimum(a, b),
        }
    }

    fn neg(&self, x: &Tensor) -> Result {
        let y = Reference.neg(x)?;
        match self.fault {
            Fault::NegOfZero => map(&y, |y| if y == 0.0 { 0.0 } else { y }),
            _ => Ok(y),
        }
    }

    fn exp(&self, x: &Tensor) -> Result {
        match self.fault {
            Fault::ExpF32 => narrowed(&Reference.exp(x)?),
            Fault::ExpBaseTwo => map(x, f64::exp2),
            _ => Reference.exp(x),
        }
    }

    fn log(&self, x: &Tensor) -> Result {
        let y = Reference.log(x)?;
        match self.fault {
            Fault::LogOfNegatives => map(&y, |y| if y.is_nan() { f64::NEG_INFINITY } else { y }),
            _ => Ok(y),
        }
    }

    fn sqrt(&self, x: &Tensor) -> Result {
        let y = Reference.sqrt(x)?;
        match self.fault {
            Fault::SqrtOfNegatives => map(&y, |y| if y.is_nan() { 0.0 } else { y }),
            _ => Ok(y),
        }
    }

    fn rsqrt(&self, x: &Tensor) -> Result {
        match self.fault {
            Fault::RsqrtWithEps => map(x, |x| 1.0 / (x + 1e-3).sqrt()),
            _ => Reference.rsqrt(x),
        }
    }

    fn tanh(&self, x: &Tensor) -> Result {
        match self.fault {
            Fault::TanhOverflows => map(x, |x| {
                let power = f64::from((2.0 * x as f32).exp());
                (power - 1.0) / (power + 1.0)
            }),
            _ => Reference.tanh(x),
        }
    }

    fn sigmoid(&self, x: &Tensor) -> Result {
        match self.fault {
            Fault::SigmoidHard => map(x, |x| (x / 6.0 + 0.5).clamp(0.0, 1.0)),
            _ => Reference.sigmoid(x),
        }
    }

    fn equal(&self, a: &Tensor, b: &Tensor) -> Result {
        match self.fault {
            Fault::EqualNan => either(&Reference.equal(a, b)?, &both_nan(a, b)?),
            _ => Reference.equal(a, b),
        }
    }

    fn not_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        match self.fault {
            Fault::NotEqualOrdered => either(&Reference.less(a, b)?, &Reference.greater(a, b)?),
            _ => Reference.not_equal(a, b),
        }
    }

    fn less(&self, a: &Tensor, b: &Tensor) -> Result {
        match self.fault {
            Fault::LessOrEqual => Reference.less_equal(a, b),
            _ => Reference.less(a, b),
        }
    }

    fn less_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        match self.fault {
            // The negation of the opposite, which NaN makes true.
            Fault::LessEqualNegated => not(&Reference.greater(a, b)?),
            _ => Reference.less_equal(a, b),
        }
    }

    fn greater(&self, a: &Tensor, b: &Tensor) -> Result {
        match self.fault {
            Fault::GreaterSwapped => Reference.less(a, b),
            _ => Reference.greater(a, b),
        }
    }

    fn greater_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        match self.fault {
            Fault::GreaterEqualStrict => Reference.greater(a, b),
            _ => Reference.greater_equal(a, b),
        }
    }

    fn select(&self, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result {
        match self.fault {
            Fault::SelectSwapped if a.shape() == b.shape() => Reference.select(condition, b, a),
            // A blend, in which what is not chosen is multiplied by zero.
            Fault::SelectBlends if a.shape() == b.shape() && condition.shape() == a.shape() => {
                let chosen = Reference.select(condition, a, b)?;
                let (a, b) = (a.to_f64(), b.to_f64());
                let blend = |(at, c): (usize, f64)| c * a[at] + (1.0 - c) * b[at];
                let values: Vec<_> = condition.to_f64().into_iter().enumerate().map(blend).collect();
                with(&chosen, &values)
            }
            _ => Reference.select(condition, a, b),
        }
    }

    fn cast(&self, x: &Tensor, dtype: Dtype) -> Result {
        match self.fault {
            Fault::CastRounds if dtype == Dtype::I32 => Reference.cast(&map(x, f64::round)?, dtype),
            Fault::CastTwice if dtype == Dtype::BF16 => Reference.cast(&Reference.cast(x, Dtype::F16)?, dtype),
            _ => Reference.cast(x, dtype),
        }
    }

    fn sum(&self, x: &Tensor, axis: usize) -> Result {
        let y = Reference.sum(x, axis)?;
        match self.fault {
            Fault::SumUnstrided => Reference.sum(&unstrided(x)?, axis),
            Fault::SumFirst if x.shape()[axis] > 1 => Reference.sum(&without_last(x, axis)?, axis),
            _ => Ok(y),
        }
    }

    fn mean(&self, x: &Tensor, axis: usize) -> Result {
        let y = Reference.mean(x, axis)?;
        let length = x.shape()[axis] as f64;
        match self.fault {
            Fault::MeanUnbiased => map(&y, |y| y * length / (length - 1.0)),
            _ => Ok(y),
        }
    }

    fn max(&self, x: &Tensor, axis: usize) -> Result {
        match self.fault {
            Fault::MaxFromZero => map(&Reference.max(x, axis)?, |y| if y < 0.0 { 0.0 } else { y }),
            _ => Reference.max(x, axis),
        }
    }

    fn min(&self, x: &Tensor, axis: usize) -> Result {
        match self.fault {
            Fault::MinDropsNan => {
                let y = Reference.min(x, axis)?;
                if x.dtype() == Dtype::I32 {
                    return Ok(y);
                }
                Reference.min(&map(x, |x| if x.is_nan() { f64::INFINITY } else { x })?, axis)
            }
            _ => Reference.min(x, axis),
        }
    }

    fn logsumexp(&self, x: &Tensor, axis: usize) -> Result {
        match self.fault {
            Fault::LogsumexpOverflows => {
                let powers = map(&Reference.cast(x, Dtype::F32)?, |x| f64::from((x as f32).exp()))?;
                Reference.cast(&Reference.log(&Reference.sum(&powers, axis)?)?, x.dtype())
            }
            _ => Reference.logsumexp(x, axis),
        }
    }

    fn top_k(&self, x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
        let (values, indices) = Reference.top_k(x, k, axis)?;
        match self.fault {
            Fault::TopKAscending if axis + 1 == x.rank() => {
                Ok((rows(&values, <[f64]>::reverse)?, rows(&indices, <[f64]>::reverse)?))
            }
            _ => Ok((values, indices)),
        }
    }

    fn update_at(&self, x: &Tensor, part: &Tensor, start: &Tensor) -> Result {
        let updated = Reference.update_at(x, part, start)?;
        match self.fault {
            Fault::UpdateNothing => Ok(x.clone()),
            Fault::UpdateAtOrigin => Reference.update_at(x, part, &map(start, |_| 0.0)?),
            _ => Ok(updated),
        }
    }

    fn take_along_axis(&self, x: &Tensor, indices: &Tensor, axis: usize) -> Result {
        match self.fault {
            Fault::TakeWraps => {
                let length = x.shape().get(axis).copied().unwrap_or(1) as f64;
                Reference.take_along_axis(x, &map(indices, |at| if at < 0.0 { at + length } else { at })?, axis)
            }
            Fault::TakeFirst => {
                let taken = Reference.take_along_axis(x, indices, axis)?;
                let first = Reference.take_along_axis(x, &map(indices, |_| 0.0)?, axis);
                Ok(first.unwrap_or(taken))
            }
            _ => Reference.take_along_axis(x, indices, axis),
        }
    }

    fn concatenate(&self, parts: &[&Tensor], axis: usize) -> Result {
        match self.fault {
            Fault::ConcatenateReversed => Reference.concatenate(&parts.iter().rev().copied().collect::<Vec<_>>(), axis),
            _ => Reference.concatenate(parts, axis),
        }
    }

    fn transpose(&self, x: &Tensor, axes: &[usize]) -> Result {
        let y = Reference.transpose(x, axes)?;
        match self.fault {
            // The elements stay where they are.
            Fault::TransposeShapeOnly => Tensor::new(y.shape(), x.data().clone()),
            Fault::TransposeF32 => narrowed(&y),
            // The permutation the other way round.
            Fault::TransposeInverse => {
                let mut inverse = vec![0; axes.len()];
                axes.iter().enumerate().for_each(|(at, axis)| inverse[*axis] = at);
                Reference.transpose(x, &inverse)
            }
            _ => Ok(y),
        }
    }

    fn broadcast_to(&self, x: &Tensor, shape: &[usize]) -> Result {
        let y = Reference.broadcast_to(x, shape)?;
        match self.fault {
            Fault::BroadcastTiles if !x.is_empty() => {
                let values = x.to_f64();
                let tiled: Vec<_> = (0..y.len()).map(|at| values[at % values.len()]).collect();
                with(&y, &tiled)
            }
            _ => Ok(y),
        }
    }

    fn quantize(&self, w: &Tensor, quantization: Quantization) -> Result<Quantized> {
        let quantized = Reference.quantize(w, quantization)?;
        match self.fault {
            Fault::QuantizeBytes => {
                let packed = quantized.packed.iter().map(|word| word.swap_bytes()).collect();
                Ok(Quantized { packed, ..quantized })
            }
            _ => Ok(quantized),
        }
    }

    fn dequantize(&self, w: &Quantized) -> Result {
        match self.fault {
            Fault::DequantizeUnbiased => {
                Reference.dequantize(&Quantized { biases: map(&w.biases, |_| 0.0)?, ..w.clone() })
            }
            Fault::DequantizeGroup => {
                let scales = rows(&w.scales, |row| {
                    if row.len() > 1 {
                        row.rotate_left(1);
                    }
                })?;
                Reference.dequantize(&Quantized { scales, ..w.clone() })
            }
            _ => Reference.dequantize(w),
        }
    }

    fn quantized_matmul(&self, x: &Tensor, w: &Quantized) -> Result {
        match self.fault {
            Fault::QuantizedMatmulUnbiased => {
                Reference.quantized_matmul(x, &Quantized { biases: map(&w.biases, |_| 0.0)?, ..w.clone() })
            }
            _ => Reference.quantized_matmul(x, w),
        }
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

/// Without the last element along an axis.
fn without_last(x: &Tensor, axis: usize) -> Result {
    let mut shape = x.shape().to_vec();
    shape[axis] -= 1;
    let start = Tensor::from_f64(&[x.rank()], Dtype::I32, &vec![0.0; x.rank()])?;
    Reference.slice_at(x, &start, &shape)
}

/// The shape without its last axis.
fn last_axis_removed(x: &Tensor) -> &[usize] {
    &x.shape()[..x.rank().saturating_sub(1)]
}

/// An additive mask that hides what `hides` says of a query and a key.
fn mask_of(like: &Tensor, queries: usize, keys: usize, hides: impl Fn(usize, usize) -> bool) -> Result {
    let cell = |at: usize| if hides(at / keys, at % keys) { f64::NEG_INFINITY } else { 0.0 };
    let values: Vec<_> = (0..queries * keys).map(cell).collect();
    Tensor::from_f64(&[1, 1, queries, keys], like.dtype(), &values)
}

/// One head for each query head, chosen by `of`.
fn heads(tensor: &Tensor, count: usize, of: impl Fn(usize) -> usize) -> Result {
    let &[batch, present, length, width] = tensor.shape() else { return Ok(tensor.clone()) };
    let (values, size) = (tensor.to_f64(), length * width);
    let head = |at: usize| {
        let from = (at / count * present + of(at % count)) * size;
        values[from..from + size].to_vec()
    };
    let spread: Vec<_> = (0..batch * count).flat_map(head).collect();
    Tensor::from_f64(&[batch, count, length, width], tensor.dtype(), &spread)
}

/// Attention whose causal mask comes after the normalisation: the weights of a row no longer sum to one.
fn masked_after(q: &Tensor, k: &Tensor, v: &Tensor, scale: f32, dims: &validate::Attention) -> Result {
    let seen = Reference.scaled_dot_product_attention(q, k, v, scale, Mask::Causal)?;
    // The masked row times the share of the weights that the mask leaves.
    let zeros = |key: usize, query: usize| key + dims.queries > query + dims.keys;
    let mut share = Vec::with_capacity(seen.len());
    let (q_values, k_values) = (q.to_f64(), k.to_f64());
    for at in 0..seen.len() {
        let row = at / dims.value_width.max(1);
        let (head, query) = (row / dims.queries, row % dims.queries);
        let kv = head / dims.heads * dims.kv_heads + head % dims.heads / (dims.heads / dims.kv_heads);
        let logit = |key: usize| {
            let q = &q_values[row * dims.width..][..dims.width];
            let k = &k_values[(kv * dims.keys + key) * dims.width..][..dims.width];
            f64::from(scale) * q.iter().zip(k).map(|(q, k)| q * k).sum::<f64>()
        };
        let powers: Vec<_> = (0..dims.keys).map(|key| logit(key).exp()).collect();
        let left: f64 = (0..dims.keys).filter(|key| !zeros(*key, query)).map(|key| powers[key]).sum();
        share.push(left / powers.iter().sum::<f64>());
    }
    let values: Vec<_> = seen.to_f64().iter().zip(share).map(|(value, share)| value * share).collect();
    with(&seen, &values)
}
