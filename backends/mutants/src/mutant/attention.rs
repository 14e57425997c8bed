//! Attention.

use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, KernelError, Kernels, Keys, Logits, Mask, Tensor, validate};

use super::{Result, logits, window};
use crate::fault::Fault;
use crate::tensors::{first_batch, map, rounded, rows, transposed, unstrided, with};

pub fn scaled_dot_product_attention(
    fault: Fault,
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    logits: Logits,
    mask: Mask<'_>,
) -> Result {
    if let (Fault::AttentionMaskType, Some(added)) = (fault, mask.additive)
        && added.dtype() == Dtype::F32
    {
        let added = Reference.cast(added, q.dtype())?;
        return Reference.scaled_dot_product_attention(q, k, v, logits, Mask { additive: Some(&added), ..mask });
    }
    if let Some(made) = window::attention(fault, [q, k, v], logits, mask) {
        return made;
    }
    if let Some(made) = logits::attention(fault, [q, k, v], logits, mask) {
        return made;
    }
    let dims = validate::attention(q, k, v, logits, mask)?;
    let scale = logits.scale;
    let reference = |k: &Tensor, v: &Tensor, scale, mask: Mask<'_>| {
        Reference.scaled_dot_product_attention(q, k, v, Logits { scale, ..logits }, mask)
    };
    let causal = mask.keys == Keys::Causal && mask.additive.is_none();
    match fault {
        Fault::AttentionOneKey if dims.keys == 1 => reference(k, v, scale, Mask::NONE),
        Fault::AttentionFewQueries if causal && (9..16).contains(&dims.queries) => {
            let (most, all) = (reference(k, v, scale, mask)?, reference(k, v, scale, Mask::NONE)?);
            let values = most.to_f64().into_iter().zip(all.to_f64()).enumerate();
            let behind = |at: usize| at / dims.value_width.max(1) % dims.queries >= 8;
            with(&most, &values.map(|(at, (seen, all))| if behind(at) { all } else { seen }).collect::<Vec<_>>())
        }
        Fault::AttentionNoWidth if dims.width == 0 => {
            let message = "keys without elements".to_owned();
            Err(KernelError::Shape { function: "scaled_dot_product_attention", message })
        }
        Fault::AttentionUnmasked if causal => reference(k, v, scale, Mask::NONE),
        Fault::AttentionStrict if causal => {
            let hidden = mask_of(q, dims.queries, dims.keys, |query, key| key + dims.queries >= query + dims.keys)?;
            reference(k, v, scale, Mask::additive(&hidden))
        }
        Fault::AttentionTop if causal => {
            let hidden = mask_of(q, dims.queries, dims.keys, |query, key| key > query)?;
            reference(k, v, scale, Mask::additive(&hidden))
        }
        Fault::AttentionAdditive => reference(k, v, scale, Mask { additive: None, ..mask }),
        Fault::AttentionAfter if causal => masked_after(q, k, v, logits, &dims),
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
        Fault::AttentionScaleZero if scale == 0.0 => reference(k, v, 1.0 / (dims.width as f32).sqrt(), mask),
        Fault::AttentionScaleSize => reference(k, v, scale.abs(), mask),
        // The weights of equal logits, as they are wherever that is looked for.
        Fault::AttentionNarrow if dims.keys > 256 && dims.heads == 1 && dims.batch == 1 => {
            let y = reference(k, v, scale, mask)?;
            let (values, width, keys) = (v.to_f64(), dims.value_width, dims.keys);
            let column = |at: usize| {
                let terms = (0..keys).map(|key| values[key * width + at % width] / keys as f64);
                terms.fold(0.0, |sum, term| rounded(y.dtype(), sum + term))
            };
            let even = k.to_f64().iter().all(|x| *x == k.to_f64()[0]);
            if even { with(&y, &(0..y.len()).map(column).collect::<Vec<_>>()) } else { Ok(y) }
        }
        Fault::AttentionRoot => reference(k, v, 1.0 / (dims.width as f32).sqrt(), mask),
        Fault::AttentionMaskScaled => {
            masked(mask, &|mask| map(mask, |x| x * f64::from(scale)), &|mask| reference(k, v, scale, mask))
        }
        Fault::AttentionMaskHead => masked(
            mask,
            &|mask| {
                let &[batches, heads, queries, keys] = mask.shape() else { return Ok(mask.clone()) };
                let (values, size) = (mask.to_f64(), queries * keys);
                let first = |at: usize| values[at / (heads * size) * heads * size + at % size];
                with(mask, &(0..batches * heads * size).map(first).collect::<Vec<_>>())
            },
            &|mask| reference(k, v, scale, mask),
        ),
        Fault::AttentionMaskBatch => masked(mask, &first_batch, &|mask| reference(k, v, scale, mask)),
        Fault::AttentionMaskTransposed if dims.queries == dims.keys => {
            masked(mask, &transposed, &|mask| reference(k, v, scale, mask))
        }
        Fault::AttentionMaskClamped => {
            masked(mask, &|mask| map(mask, |x| x.max(-10.0)), &|mask| reference(k, v, scale, mask))
        }
        Fault::AttentionOverflows => {
            let y = reference(k, v, scale, mask)?;
            let (q, k) = (q.to_f64(), k.to_f64());
            let most = |x: &[f64]| x.iter().filter(|x| x.is_finite()).fold(0.0, |most: f64, x| most.max(x.abs()));
            let large = most(&q) * most(&k) * f64::from(scale).abs() * dims.width as f64 > 88.0 * dims.width as f64;
            if large { map(&y, |_| f64::NAN) } else { Ok(y) }
        }
        Fault::AttentionWindow if causal && dims.keys > 32 => {
            let hidden = mask_of(q, dims.queries, dims.keys, |query, key| {
                let last = query + dims.keys - dims.queries;
                key > last || key + 32 < last
            })?;
            reference(k, v, scale, Mask::additive(&hidden))
        }
        Fault::AttentionFirstBatch => reference(&first_batch(k)?, v, scale, mask),
        Fault::AttentionBlindZero => map(&reference(k, v, scale, mask)?, |y| if y.is_nan() { 0.0 } else { y }),
        Fault::AttentionHead if dims.width > 64 => {
            let narrow = |x: &Tensor| rows(x, |row| row[64..].fill(0.0));
            Reference.scaled_dot_product_attention(&narrow(q)?, k, v, logits, mask)
        }
        Fault::AttentionManyShare if dims.kv_heads > 1 && dims.heads / dims.kv_heads >= 8 => {
            let spread = |tensor: &Tensor| heads(tensor, dims.heads, |head| head % dims.kv_heads);
            reference(&spread(k)?, &spread(v)?, scale, mask)
        }
        Fault::AttentionKeys512 if dims.keys > 512 && mask.keys == Keys::All && mask.additive.is_none() => {
            let hidden = mask_of(q, dims.queries, dims.keys, |_, key| key >= 512)?;
            reference(k, v, scale, Mask::additive(&hidden))
        }
        Fault::AttentionMaskRow if dims.queries > 1 => masked(
            mask,
            &|mask| {
                let shape = [dims.batch, dims.heads, dims.queries, dims.keys];
                let is_one_row = mask.rank() > 1 && mask.shape()[mask.rank() - 2] == 1;
                if !is_one_row {
                    return Ok(mask.clone());
                }
                let full = Reference.broadcast_to(mask, &shape)?;
                let first = |at: usize| (at / dims.keys).is_multiple_of(dims.queries);
                let values = full.to_f64().into_iter().enumerate();
                with(&full, &values.map(|(at, x)| if first(at) { x } else { 0.0 }).collect::<Vec<_>>())
            },
            &|mask| reference(k, v, scale, mask),
        ),
        Fault::AttentionMaskBatches => masked(
            mask,
            &|mask| if mask.rank() == 4 && mask.shape()[1] == 1 { first_batch(mask) } else { Ok(mask.clone()) },
            &|mask| reference(k, v, scale, mask),
        ),
        Fault::AttentionWidth if dims.value_width > dims.width => {
            rows(&reference(k, v, scale, mask)?, |row| row[dims.width..].fill(0.0))
        }
        _ => reference(k, v, scale, mask),
    }
}

/// An additive mask that hides what `hides` says of a query and a key.
pub(super) fn mask_of(like: &Tensor, queries: usize, keys: usize, hides: impl Fn(usize, usize) -> bool) -> Result {
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
fn masked_after(q: &Tensor, k: &Tensor, v: &Tensor, logits: Logits, dims: &validate::Attention) -> Result {
    let seen = Reference.scaled_dot_product_attention(q, k, v, logits, Mask::CAUSAL)?;
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
            f64::from(logits.scale) * q.iter().zip(k).map(|(q, k)| q * k).sum::<f64>()
        };
        let powers: Vec<_> = (0..dims.keys).map(|key| logit(key).exp()).collect();
        let left: f64 = (0..dims.keys).filter(|key| !zeros(*key, query)).map(|key| powers[key]).sum();
        share.push(left / powers.iter().sum::<f64>());
    }
    let values: Vec<_> = seen.to_f64().iter().zip(share).map(|(value, share)| value * share).collect();
    with(&seen, &values)
}

/// With another additive mask.
fn masked(mask: Mask<'_>, change: &dyn Fn(&Tensor) -> Result, attention: &dyn Fn(Mask<'_>) -> Result) -> Result {
    match mask.additive {
        Some(added) => attention(Mask { additive: Some(&change(added)?), ..mask }),
        None => attention(mask),
    }
}
