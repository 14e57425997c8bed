//! What every backend checks before it computes, so that the same inputs are refused with the same error everywhere. Public
//! for backends in other crates. Each function returns what it worked out, or the [`KernelError`] to return.

use crate::dtype::Dtype;
use crate::error::KernelError;
use crate::kernels::{Mask, Quantization, Quantized, Rope};
use crate::tensor::{Tensor, count};

type Result<T> = std::result::Result<T, KernelError>;

/// The shape of an element-by-element operation on two tensors of any kind.
///
/// # Errors
/// When the inputs do not fit.
pub fn elementwise(function: &'static str, a: &Tensor, b: &Tensor) -> Result<Vec<usize>> {
    equal_dtypes(function, &[a, b])?;
    broadcast(function, a.shape(), b.shape())
}

/// The shape of an element-by-element operation on two tensors of numbers.
///
/// # Errors
/// When the inputs do not fit.
pub fn arithmetic(function: &'static str, a: &Tensor, b: &Tensor) -> Result<Vec<usize>> {
    numbers(function, a)?;
    elementwise(function, a, b)
}

/// The shape of a choice between two tensors; the conditions.
///
/// # Errors
/// When the inputs do not fit.
pub fn select<'a>(condition: &'a Tensor, a: &Tensor, b: &Tensor) -> Result<(&'a [bool], Vec<usize>)> {
    let function = "select";
    let Some(conditions) = condition.as_bool() else {
        let message = format!("the condition is bool, not {}", condition.dtype());
        return Err(KernelError::Dtype { function, message });
    };
    let shape = elementwise(function, a, b)?;
    Ok((conditions, broadcast(function, condition.shape(), &shape)?))
}

/// `[.., M, K]` by `[.., K, N]`: the dimensions in front, M, K and N.
pub struct Matmul {
    /// The dimensions in front, broadcast.
    pub batch: Vec<usize>,
    /// Rows of the result.
    pub m: usize,
    /// Terms of each sum.
    pub k: usize,
    /// Columns of the result.
    pub n: usize,
}

/// The dimensions of a product of matrices.
///
/// # Errors
/// When the inputs do not fit.
pub fn matmul(a: &Tensor, b: &Tensor) -> Result<Matmul> {
    let function = "matmul";
    numbers(function, a)?;
    equal_dtypes(function, &[a, b])?;
    let ([a_batch @ .., m, k], [b_batch @ .., k_of_b, n]) = (a.shape(), b.shape()) else {
        let message = format!("both operands need at least two dimensions, not {:?} and {:?}", a.shape(), b.shape());
        return Err(KernelError::Shape { function, message });
    };
    if k != k_of_b {
        let message = format!("{:?} by {:?}: rows of {k} do not fit columns of {k_of_b}", a.shape(), b.shape());
        return Err(KernelError::Shape { function, message });
    }
    let batch = broadcast(function, a_batch, b_batch)?;
    countable(function, &[&batch[..], &[*m, *n]].concat())?;
    Ok(Matmul { batch, m: *m, k: *k, n: *n })
}

/// A tensor and one of its axes.
///
/// # Errors
/// When the inputs do not fit.
pub fn along(function: &'static str, x: &Tensor, axis: usize) -> Result<()> {
    if axis < x.rank() {
        return Ok(());
    }
    let message = format!("there is no axis {axis} in shape {:?}", x.shape());
    Err(KernelError::Shape { function, message })
}

/// A normalisation along the last axis.
///
/// # Errors
/// When the inputs do not fit.
pub fn norm(function: &'static str, x: &Tensor, parameters: &[&Tensor], eps: f32) -> Result<()> {
    floats(function, x)?;
    let Some(last) = x.shape().last() else {
        let message = "a tensor without dimensions has no last axis".to_owned();
        return Err(KernelError::Shape { function, message });
    };
    for parameter in parameters {
        equal_dtypes(function, &[x, parameter])?;
        if parameter.shape() != [*last] {
            let message =
                format!("a parameter of shape [{last}] is needed for {:?}, not {:?}", x.shape(), parameter.shape());
            return Err(KernelError::Shape { function, message });
        }
    }
    if eps >= 0.0 && eps.is_finite() {
        Ok(())
    } else {
        Err(KernelError::Argument {
            function,
            message: format!("eps is a finite number that is not negative, not {eps}"),
        })
    }
}

/// A rotary position embedding.
///
/// # Errors
/// When the inputs do not fit.
pub fn rope(x: &Tensor, rope: &Rope) -> Result<()> {
    let function = "rope";
    floats(function, x)?;
    let [.., _, width] = x.shape() else {
        let message = format!("positions and elements are needed, `[.., T, D]`, not {:?}", x.shape());
        return Err(KernelError::Shape { function, message });
    };
    let Rope { dims, base, scale, offset, .. } = *rope;
    if dims == 0 || dims % 2 != 0 || dims > *width {
        let message = format!("dims is an even number in 2..={width}, not {dims}");
        return Err(KernelError::Argument { function, message });
    }
    if !(base > 0.0 && base.is_finite() && scale.is_finite()) || offset < 0 {
        let message = format!(
            "base is positive and finite, scale is finite, offset is not negative; not {base}, {scale} and {offset}"
        );
        return Err(KernelError::Argument { function, message });
    }
    Ok(())
}

/// The dimensions of attention.
pub struct Attention {
    /// `B`.
    pub batch: usize,
    /// `H`, the heads of the queries.
    pub heads: usize,
    /// `G`, the heads of keys and values.
    pub kv_heads: usize,
    /// `T`.
    pub queries: usize,
    /// `S`.
    pub keys: usize,
    /// `D`, the width of queries and keys.
    pub width: usize,
    /// `E`, the width of values.
    pub value_width: usize,
}

/// Attention's operands.
///
/// # Errors
/// When the inputs do not fit.
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, scale: f32, mask: Mask<'_>) -> Result<Attention> {
    let function = "scaled_dot_product_attention";
    equal_dtypes(function, &[q, k, v])?;
    floats(function, q)?;
    let shape_error = |message| Err(KernelError::Shape { function, message });
    let ([batch, heads, queries, width], [kb, kv_heads, keys, kw], [vb, vh, vs, value_width]) =
        (q.shape(), k.shape(), v.shape())
    else {
        return shape_error(format!(
            "four dimensions each are needed, not {:?}, {:?}, {:?}",
            q.shape(),
            k.shape(),
            v.shape()
        ));
    };
    if [kb, vb] != [batch, batch] || kw != width || [vh, vs] != [kv_heads, keys] {
        return shape_error(format!("{:?}, {:?} and {:?} do not fit each other", q.shape(), k.shape(), v.shape()));
    }
    if *kv_heads == 0 || heads % kv_heads != 0 {
        return shape_error(format!("{heads} heads of queries are no multiple of {kv_heads} heads of keys"));
    }
    if *keys == 0 {
        return shape_error("there is no key to attend to".to_owned());
    }
    if !scale.is_finite() {
        return Err(KernelError::Argument { function, message: format!("scale is finite, not {scale}") });
    }
    if let Mask::Additive(mask) = mask {
        equal_dtypes(function, &[q, mask])?;
        let full = [*batch, *heads, *queries, *keys];
        if broadcast(function, mask.shape(), &full).ok().as_deref() != Some(&full) {
            return shape_error(format!("a mask of shape {:?} cannot be broadcast to {full:?}", mask.shape()));
        }
    }
    countable(function, &[*batch, *heads, *queries, *keys])?;
    countable(function, &[*batch, *heads, *queries, *value_width])?;
    Ok(Attention {
        batch: *batch,
        heads: *heads,
        kv_heads: *kv_heads,
        queries: *queries,
        keys: *keys,
        width: *width,
        value_width: *value_width,
    })
}

/// The ids of an embedding, each a row of the table.
///
/// # Errors
/// When the inputs do not fit.
pub fn embedding<'a>(table: &Tensor, ids: &'a Tensor) -> Result<&'a [i32]> {
    let function = "embedding";
    let [rows, width] = table.shape() else {
        let message = format!("the table needs two dimensions, not {:?}", table.shape());
        return Err(KernelError::Shape { function, message });
    };
    let indices = indices(function, ids)?;
    countable(function, &[ids.shape(), &[*width]].concat())?;
    match indices.iter().find(|id| usize::try_from(**id).map_or(true, |id| id >= *rows)) {
        Some(id) => Err(KernelError::IndexOutOfRange { function, index: i64::from(*id), end: *rows }),
        None => Ok(indices),
    }
}

/// Where a slice begins.
///
/// # Errors
/// When the inputs do not fit.
pub fn slice_at(x: &Tensor, start: &Tensor, shape: &[usize]) -> Result<Vec<usize>> {
    part("slice_at", x, start, shape)
}

/// Where the part that is replaced begins.
///
/// # Errors
/// When the inputs do not fit.
pub fn update_at(x: &Tensor, update: &Tensor, start: &Tensor) -> Result<Vec<usize>> {
    equal_dtypes("update_at", &[x, update])?;
    part("update_at", x, start, update.shape())
}

fn part(function: &'static str, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result<Vec<usize>> {
    let starts = indices(function, start)?;
    if start.shape() != [x.rank()] || shape.len() != x.rank() {
        let message = format!(
            "a start of shape [{rank}] and {rank} lengths are needed for {:?}, not {:?} and {shape:?}",
            x.shape(),
            start.shape(),
            rank = x.rank(),
        );
        return Err(KernelError::Shape { function, message });
    }
    let dims = starts.iter().zip(shape).zip(x.shape());
    dims.map(|((start, length), dim)| {
        let Some(last) = dim.checked_sub(*length) else {
            let message = format!("a part of {shape:?} does not fit into {:?}", x.shape());
            return Err(KernelError::Shape { function, message });
        };
        match usize::try_from(*start) {
            Ok(start) if start <= last => Ok(start),
            _ => Err(KernelError::IndexOutOfRange { function, index: i64::from(*start), end: last + 1 }),
        }
    })
    .collect()
}

/// An axis that has a largest and a smallest element.
///
/// # Errors
/// When the inputs do not fit.
pub fn extreme(function: &'static str, x: &Tensor, axis: usize) -> Result<()> {
    numbers(function, x)?;
    along(function, x, axis)?;
    if x.shape()[axis] == 0 {
        let message = format!("axis {axis} of shape {:?} is empty: it has no largest or smallest element", x.shape());
        return Err(KernelError::Shape { function, message });
    }
    Ok(())
}

/// An axis with at least `k` elements; the shape of the `k` largest.
///
/// # Errors
/// When the inputs do not fit.
pub fn top_k(x: &Tensor, k: usize, axis: usize) -> Result<Vec<usize>> {
    let function = "top_k";
    numbers(function, x)?;
    along(function, x, axis)?;
    let mut shape = x.shape().to_vec();
    if k > shape[axis] {
        let message = format!("axis {axis} of shape {shape:?} has less than {k} elements");
        return Err(KernelError::Argument { function, message });
    }
    shape[axis] = k;
    Ok(shape)
}

/// Indices along an axis, each inside of it.
///
/// # Errors
/// When the inputs do not fit.
pub fn take_along_axis<'a>(x: &Tensor, picked: &'a Tensor, axis: usize) -> Result<&'a [i32]> {
    let function = "take_along_axis";
    along(function, x, axis)?;
    let indices = indices(function, picked)?;
    if !equal_but_for(axis, x.shape(), picked.shape()) {
        let message = format!("indices of {:?} do not fit {:?} along axis {axis}", picked.shape(), x.shape());
        return Err(KernelError::Shape { function, message });
    }
    let end = x.shape()[axis];
    match indices.iter().find(|index| usize::try_from(**index).map_or(true, |index| index >= end)) {
        Some(index) => Err(KernelError::IndexOutOfRange { function, index: i64::from(*index), end }),
        None => Ok(indices),
    }
}

/// The shape of tensors one behind another.
///
/// # Errors
/// When the inputs do not fit.
pub fn concatenate(parts: &[&Tensor], axis: usize) -> Result<Vec<usize>> {
    let function = "concatenate";
    let Some(first) = parts.first() else {
        return Err(KernelError::Argument { function, message: "there is no part".to_owned() });
    };
    along(function, first, axis)?;
    equal_dtypes(function, parts)?;
    let mut shape = first.shape().to_vec();
    for part in &parts[1..] {
        if !equal_but_for(axis, first.shape(), part.shape()) {
            let message =
                format!("{:?} and {:?} do not fit one behind the other along axis {axis}", first.shape(), part.shape());
            return Err(KernelError::Shape { function, message });
        }
        shape[axis] = shape[axis].saturating_add(part.shape()[axis]);
    }
    countable(function, &shape)?;
    Ok(shape)
}

/// The shape of a tensor with its axes in another order.
///
/// # Errors
/// When the inputs do not fit.
pub fn transpose(x: &Tensor, axes: &[usize]) -> Result<Vec<usize>> {
    let mut sorted = axes.to_vec();
    sorted.sort_unstable();
    if !sorted.iter().copied().eq(0..x.rank()) {
        let message = format!("each of the axes 0..{} is named once, not {axes:?}", x.rank());
        return Err(KernelError::Argument { function: "transpose", message });
    }
    Ok(axes.iter().map(|axis| x.shape()[*axis]).collect())
}

/// A shape that a tensor can be repeated to.
///
/// # Errors
/// When the inputs do not fit.
pub fn broadcast_to(x: &Tensor, shape: &[usize]) -> Result<()> {
    let function = "broadcast_to";
    if broadcast(function, x.shape(), shape)? == shape {
        return Ok(());
    }
    let message = format!("{:?} cannot be broadcast to {shape:?}", x.shape());
    Err(KernelError::Shape { function, message })
}

/// A matrix that can be quantized.
///
/// # Errors
/// When the inputs do not fit.
pub fn quantize(w: &Tensor, quantization: Quantization) -> Result<()> {
    let function = "quantize";
    floats(function, w)?;
    quantization_is_known(function, quantization)?;
    match w.shape() {
        [_, columns] if columns % quantization.group == 0 => Ok(()),
        _ => {
            let message = format!(
                "a matrix is needed whose rows are whole groups of {}, not {:?}",
                quantization.group,
                w.shape()
            );
            Err(KernelError::Shape { function, message })
        }
    }
}

/// A quantized matrix whose parts fit each other; its number of rows.
///
/// # Errors
/// When the inputs do not fit.
pub fn dequantize(w: &Quantized) -> Result<usize> {
    quantized("dequantize", w)
}

/// `[.., M, K]` by the transpose of a quantized matrix `[N, K]`: the shape of the result.
///
/// # Errors
/// When the inputs do not fit.
pub fn quantized_matmul(x: &Tensor, w: &Quantized) -> Result<Vec<usize>> {
    let function = "quantized_matmul";
    let rows = quantized(function, w)?;
    equal_dtypes(function, &[x, &w.scales])?;
    match x.shape() {
        [front @ .., m, k] if *k == w.columns => {
            let shape = [front, &[*m, rows]].concat();
            countable(function, &shape)?;
            Ok(shape)
        }
        shape => {
            let message = format!("`[.., M, {}]` is needed for rows of that length, not {shape:?}", w.columns);
            Err(KernelError::Shape { function, message })
        }
    }
}

fn quantized(function: &'static str, w: &Quantized) -> Result<usize> {
    let Quantized { packed, columns, scales, biases, quantization } = w;
    quantization_is_known(function, *quantization)?;
    equal_dtypes(function, &[scales, biases])?;
    floats(function, scales)?;
    let whole = columns % quantization.group == 0;
    match scales.shape() {
        [rows, groups]
            if whole
                && biases.shape() == scales.shape()
                && groups.checked_mul(quantization.group) == Some(*columns)
                && count(&[*rows, *columns]).map(|count| count * quantization.bits as usize / 32)
                    == Some(packed.len()) =>
        {
            Ok(*rows)
        }
        shape => {
            let message = format!(
                "{} words, {columns} columns, scales {shape:?} and biases {:?} do not fit each other",
                packed.len(),
                biases.shape(),
            );
            Err(KernelError::Shape { function, message })
        }
    }
}

/// A float tensor.
///
/// # Errors
/// When the inputs do not fit.
pub fn floats(function: &'static str, x: &Tensor) -> Result<()> {
    if x.dtype().is_float() {
        return Ok(());
    }
    Err(KernelError::Dtype { function, message: format!("floats are needed, not {}", x.dtype()) })
}

/// A tensor of numbers, not of truth values.
///
/// # Errors
/// When the inputs do not fit.
pub fn numbers(function: &'static str, x: &Tensor) -> Result<()> {
    if x.dtype() != Dtype::Bool {
        return Ok(());
    }
    Err(KernelError::Dtype { function, message: "numbers are needed, not bool".to_owned() })
}

fn equal_but_for(axis: usize, a: &[usize], b: &[usize]) -> bool {
    a.len() == b.len() && a.iter().zip(b).enumerate().all(|(at, (a, b))| at == axis || a == b)
}

fn quantization_is_known(function: &'static str, quantization: Quantization) -> Result<()> {
    let Quantization { group, bits } = quantization;
    if matches!(group, 32 | 64 | 128) && matches!(bits, 4 | 8) {
        return Ok(());
    }
    let message = format!("groups of 32, 64 or 128 with 4 or 8 bits are known, not groups of {group} with {bits} bits");
    Err(KernelError::Argument { function, message })
}

fn indices<'a>(function: &'static str, x: &'a Tensor) -> Result<&'a [i32]> {
    x.as_i32().ok_or_else(|| KernelError::Dtype { function, message: format!("indices are i32, not {}", x.dtype()) })
}

fn equal_dtypes(function: &'static str, tensors: &[&Tensor]) -> Result<()> {
    let dtypes: Vec<_> = tensors.iter().map(|tensor| tensor.dtype().name()).collect();
    if dtypes.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(());
    }
    Err(KernelError::Dtype { function, message: format!("equal dtypes are needed, not {}", dtypes.join(" and ")) })
}

fn broadcast(function: &'static str, a: &[usize], b: &[usize]) -> Result<Vec<usize>> {
    let rank = a.len().max(b.len());
    // From the last dimension on; a dimension that is not there counts as 1.
    let dim = |shape: &[usize], at: usize| (at + shape.len()).checked_sub(rank).map_or(1, |at| shape[at]);
    let shape = (0..rank).map(|at| match (dim(a, at), dim(b, at)) {
        (x, y) if x == y || y == 1 => Ok(x),
        (1, y) => Ok(y),
        _ => Err(KernelError::Shape { function, message: format!("{a:?} and {b:?} cannot be broadcast together") }),
    });
    let shape: Vec<_> = shape.collect::<Result<_>>()?;
    countable(function, &shape)?;
    Ok(shape)
}

fn countable(function: &'static str, shape: &[usize]) -> Result<()> {
    match count(shape) {
        Some(_) => Ok(()),
        None => Err(KernelError::Shape { function, message: format!("a result of shape {shape:?} is too large") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_broadcast_from_the_last_dimension_on() {
        for (a, b, expected) in [
            (&[2, 3][..], &[3][..], Some(&[2, 3][..])),
            (&[2, 1], &[1, 3], Some(&[2, 3])),
            (&[], &[2], Some(&[2])),
            (&[0, 2], &[1, 2], Some(&[0, 2])),
            (&[1], &[0], Some(&[0])),
            (&[2], &[3], None),
            (&[2, 3], &[2], None),
            (&[1 << 20, 1], &[1, 1 << 20], None),
        ] {
            assert_eq!(broadcast("add", a, b).ok().as_deref(), expected, "{a:?} {b:?}");
            assert_eq!(broadcast("add", b, a).ok().as_deref(), expected, "{b:?} {a:?}");
        }
    }
}
