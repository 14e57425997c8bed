//! Causal attention of several queries on a CPU, block by block.
//!
//! MLX's own function multiplies each query with each key there, and computes the exponential of each product, which takes most
//! of the time, also where the mask throws it away: half of them, when a prompt is read.

use mlx_rs::ops::indexing::{Ellipsis, TryIndexOp};
use mlx_rs::{Array, array, ops};

use crate::device::Resident;
use crate::mlx::error::Made;
use crate::tensor::Dtype;

/// How many queries are multiplied with the same keys: with fewer there is less to mask, and more to start.
const BLOCK: i32 = 32;

/// The shape of the queries for [`attention`], where it is for such operands: those of a group share keys and values.
pub(super) fn queries(q: &Resident, k: &Resident, v: &Resident) -> Option<[i32; 5]> {
    let (&[batch, heads, length, width], &[also_batch, groups, keys, also_width]) = (q.shape(), k.shape()) else {
        return None;
    };
    let floats = [q, k, v].iter().all(|x| x.dtype() == Dtype::F32);
    let fits =
        floats && (1..=keys).contains(&length) && v.shape() == k.shape() && (also_batch, also_width) == (batch, width);
    let shared = heads.checked_div(groups).filter(|shared| fits && shared * groups == heads)?;
    Some([batch, groups, shared, length, width].map(|dim| dim as i32))
}

/// `q` is `[B, G, H / G, T, D]`, `k` and `v` are `[B, G, S, D]`: query `t` sees the keys up to `t + S − T`. The result is as `q`.
pub(super) fn attention(q: &Array, k: &Array, v: &Array, scale: f32) -> Made {
    let (length, before) = (q.dim(3), k.dim(2) - q.dim(3));
    let q = q.multiply(array!(scale))?;
    let (k, v) = (k.expand_dims(2)?, v.expand_dims(2)?);
    let block = |start| {
        let end = length.min(start + BLOCK);
        let seen = before + end;
        let (k, v) = (k.try_index((Ellipsis, ..seen, ..))?, v.try_index((Ellipsis, ..seen, ..))?);
        let scores = q.try_index((Ellipsis, start..end, ..))?.matmul(k.swap_axes(-1, -2)?)?;
        let sees = ops::tri::<bool>(end - start, Some(seen), Some(before + start))?;
        let scores = ops::select(sees, scores, array!(f32::NEG_INFINITY))?;
        ops::softmax_axis(scores, -1, true)?.matmul(v)
    };
    let blocks = (0..length).step_by(BLOCK as usize).map(block).collect::<Result<Vec<_>, _>>()?;
    ops::concatenate(&blocks, 3)
}

#[cfg(test)]
mod tests {
    use mlx_rs::fast::{self, ScaledDotProductAttentionMask};
    use mlx_rs::ops::indexing::TryIndexMutOp;

    use super::*;

    /// Numbers from −1 to 1 that do not repeat soon.
    fn numbers(seed: i32, shape: &[i32]) -> Array {
        let values: Vec<_> =
            (0..shape.iter().product()).map(|at| ((at + seed) * 7919 % 2003) as f32 / 1001.0 - 1.0).collect();
        Array::from_slice(&values, shape)
    }

    /// Of two groups with three heads each, of eight elements.
    fn operands(length: i32, before: i32) -> [Array; 3] {
        let keys = [1, 2, before + length, 8];
        [numbers(1, &[1, 2, 3, length, 8]), numbers(2, &keys), numbers(3, &keys)]
    }

    #[test]
    fn blocks_are_equal_to_the_whole() {
        for length in [1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 5] {
            for before in [0, 1, BLOCK + 3] {
                let [q, k, v] = operands(length, before);
                let whole = q.reshape(&[1, 6, length, 8]).and_then(|q| {
                    let mask = Some(ScaledDotProductAttentionMask::Causal);
                    fast::scaled_dot_product_attention(q, &k, &v, 0.3, mask, None)
                });
                let made = attention(&q, &k, &v, 0.3).unwrap();
                assert_eq!(made.shape(), q.shape());
                let differs = made.reshape(&[1, 6, length, 8]).unwrap().subtract(whole.unwrap()).unwrap();
                let most = differs.abs().unwrap().max(None).unwrap().item_exact::<f32>();
                assert!(most < 1e-5, "{length} behind {before}: {most}");
            }
        }
    }

    /// A mask that is added would make NaN of it.
    #[test]
    fn a_key_that_is_not_seen_may_be_anything() {
        let [q, k, v] = operands(BLOCK + 2, 0);
        let mut unknown = k.clone();
        unknown.try_index_mut((Ellipsis, BLOCK / 2.., ..), array!(f32::NAN)).unwrap();
        let [whole, made] = [k, unknown].map(|k| {
            let made = attention(&q, &k, &v, 0.3).unwrap();
            made.try_index((Ellipsis, ..BLOCK / 2, ..)).unwrap().contiguous().unwrap()
        });
        made.eval().unwrap();
        whole.eval().unwrap();
        assert_eq!(made.try_as_slice::<f32>().unwrap(), whole.try_as_slice::<f32>().unwrap());
    }
}
