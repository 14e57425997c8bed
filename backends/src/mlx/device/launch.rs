//! The operations of a decoder as MLX's.

use mlx_rs::fast::{self, ScaledDotProductAttentionMask};
use mlx_rs::ops::indexing::{ArrayIndex, ArrayIndexOp, TryIndexMutOp, TryIndexOp};
use mlx_rs::{Array, Stream, ops};

use super::causal;
use super::handle::{Handle, Shared, elements, tensor, with};
use super::row::Row;
use crate::device::{
    Op, Resident, check_added, check_ids, check_part, check_rotation, check_write, no_matrix, no_rotation,
};
use crate::error::KernelError;
use crate::mlx::convert::dims;
use crate::mlx::error::{Made, Result, failed};
use crate::params::{Quantization, Rope, RopeLayout};
use crate::tensor::Dtype;

/// Notes an operation, on the stream that is set.
pub(super) fn launch(row: Option<&Row>, op: Op<'_>) -> Result<Resident> {
    let function = op.name();
    let with = |x, f: &dyn Fn(&Array) -> Made| with(function, x, f);
    let (first, made) = match op {
        Op::Embedding { table, ids } => (table, embedding(table, ids)?),
        Op::Linear { x, weight, add } => (x, linear(x, weight, add)?),
        Op::RmsNorm { x, weight, eps } => (x, rms_norm(row, x, weight, eps)?),
        Op::Rotation { rope, length, width } => return rotation(row, rope, length, width),
        Op::Rope { x, rotation } => return resident(function, x, Some(x.shape()), rotate(x, rotation)?),
        Op::Attention { q, k, v, scale } => {
            return resident(function, q, Some(q.shape()), attention(row, [q, k, v], scale)?);
        }
        Op::Silu { x } => (x, with(x, &|x| x.multiply(ops::sigmoid(x)?))?),
        Op::Mul { a, b } => {
            let b = tensor(function, b)?;
            (a, with(a, &|a| a.multiply(&b))?)
        }
        Op::Add { a, b } => {
            let b = tensor(function, b)?;
            (a, with(a, &|a| a.add(&b))?)
        }
        Op::Reshape { x, shape } => return reshape(x, shape),
        Op::Transpose { x, axes } => {
            // A negative number would be an axis to MLX, counted from the end.
            let axes: Vec<_> = axes.iter().map(|axis| i32::try_from(*axis).unwrap_or(i32::MAX)).collect();
            (x, with(x, &|x| x.transpose_axes(&axes))?)
        }
        Op::Write { x, part, axis, start } => {
            check_write(x, part, axis, start)?;
            let part = tensor(function, part)?;
            (x, with(x, &|x| write(x, &part, axis, start))?)
        }
        Op::Narrow { x, axis, start, length } => {
            // MLX would clamp what is beyond the end.
            check_part(function, x, axis, start, length)?;
            (x, with(x, &|x| x.try_index(&part_at(axis, start, length)[..]))?)
        }
    };
    resident(function, first, None, made)
}

/// What was made, of the type of the first operand, in its own shape or in the one that is given.
fn resident(function: &'static str, first: &Resident, shape: Option<&[usize]>, made: Made) -> Result<Resident> {
    let array = made.map_err(|error| failed(function, &error))?;
    let dims = || array.shape().iter().map(|dim| usize::try_from(*dim).unwrap_or_default()).collect();
    let shape = shape.map_or_else(dims, <[usize]>::to_vec);
    Ok(Resident::new(&shape, first.dtype(), Handle::Tensor(Shared::new(array))))
}

/// Nothing is noted: the next operation that needs the shape does so.
fn reshape(x: &Resident, shape: &[usize]) -> Result<Resident> {
    let function = "reshape";
    let elements = elements(function, x)?.array();
    if dims(function, shape)?.iter().product::<i32>() as usize != elements.size() {
        let message = format!("{x:?} has not as many elements as {shape:?}");
        return Err(KernelError::Shape { function, message });
    }
    resident(function, x, Some(shape), Ok(elements))
}

fn embedding(table: &Resident, ids: &[u32]) -> Result<Made> {
    let function = "embedding";
    // MLX reads whatever is at the place.
    check_ids(ids, table.shape().first().copied().unwrap_or_default())?;
    let ids = Array::from_slice(ids, &dims(function, &[ids.len()])?);
    let rows = |array: &Shared| array.with(|array| array.take_axis(&ids, 0));
    match table.handle(function)? {
        Handle::Dense { w, .. } => Ok(rows(w)),
        Handle::Quantized([packed, scales, biases], Quantization { group, bits }) => {
            let made = || ops::dequantize(rows(packed)?, rows(scales)?, &rows(biases)?, *group as i32, *bits as i32);
            Ok(made())
        }
        Handle::Tensor(_) | Handle::Vector { .. } | Handle::Rotation { .. } => Err(no_matrix(function, table)),
    }
}

fn linear(x: &Resident, weight: &Resident, add: Option<&Resident>) -> Result<Made> {
    let function = "linear";
    // Taken before `x` is: no thread takes a tensor while it holds another one.
    let added = add.map(|add| check_added(x, weight, add).and_then(|()| tensor(function, add))).transpose()?;
    match weight.handle(function)? {
        Handle::Dense { transposed, .. } => with(function, x, |x| {
            transposed.with(|w| match added {
                Some(added) => ops::addmm(added, x, w, None, None),
                None => x.matmul(w),
            })
        }),
        Handle::Quantized(parts, Quantization { group, bits }) => {
            let [packed, scales, biases] = parts.each_ref().map(Shared::array);
            with(function, x, |x| {
                let y = ops::quantized_matmul(x, packed, scales, &biases, true, *group as i32, *bits as i32)?;
                match added {
                    Some(added) => y.add(added),
                    None => Ok(y),
                }
            })
        }
        Handle::Tensor(_) | Handle::Vector { .. } | Handle::Rotation { .. } => Err(no_matrix(function, weight)),
    }
}

fn rms_norm(row: Option<&Row>, x: &Resident, weight: &Resident, eps: f32) -> Result<Made> {
    let function = "rms_norm";
    if let (Some(row), Handle::Vector { row: factors, .. }) = (row, weight.handle(function)?)
        && x.shape() == [1, weight.shape()[0]]
        && [x, weight].map(Resident::dtype) == [Dtype::F32; 2]
    {
        return with(function, x, |x| factors.with(|factors| row.rms_norm(x, factors, eps)));
    }
    let weight = tensor(function, weight)?;
    with(function, x, |x| fast::rms_norm(x, Some(&weight), eps))
}

fn rotation(row: Option<&Row>, rope: Rope, length: usize, width: usize) -> Result<Resident> {
    let matrix =
        row.filter(|_| length == 1 && Row::rotates(rope, width)).map(|_| Row::rotation(rope, width)).transpose();
    let matrix = matrix.map_err(|error| failed("rotation", &error))?.map(Shared::new);
    Ok(Resident::new(&[length, width], Dtype::F32, Handle::Rotation { rope, matrix }))
}

fn rotate(x: &Resident, rotation: &Resident) -> Result<Made> {
    let function = "rope";
    let Handle::Rotation { rope, matrix } = rotation.handle(function)? else { return Err(no_rotation(rotation)) };
    check_rotation(x, rotation)?;
    if let (Some(matrix), Dtype::F32) = (matrix, x.dtype()) {
        let rows = [-1, rotation.shape()[1] as i32];
        return Ok(elements(function, x)?.with(|x| matrix.with(|matrix| x.reshape(&rows)?.matmul(matrix))));
    }
    let traditional = rope.layout == RopeLayout::Interleaved;
    let turned = |x: &Array| fast::rope(x, rope.dims as i32, traditional, rope.base, rope.scale, rope.offset, None);
    // MLX wants three dimensions; the shape is the operand's in any case.
    with(function, x, |x| if x.ndim() == 2 { turned(&x.expand_dims(0)?) } else { turned(x) })
}

fn attention(row: Option<&Row>, [q, k, v]: [&Resident; 3], scale: f32) -> Result<Made> {
    let function = "attention";
    let (keys, values) = (tensor(function, k)?, tensor(function, v)?);
    if let Some(row) = row
        && let Some(rows) = Row::queries(q, k, v)
    {
        let queries = elements(function, q)?;
        return Ok(queries.with(|q| row.attention(&q.reshape(&rows)?, &keys, &values, scale)));
    }
    if row.is_some()
        && let Some(shape) = causal::queries(q, k, v)
    {
        return with(function, q, |q| causal::attention(&q.reshape(&shape)?, &keys, &values, scale));
    }
    // A single query sees every key.
    let causal = q.shape().get(2) != Some(&1);
    let mask = causal.then_some(ScaledDotProductAttentionMask::Causal);
    with(function, q, |q| fast::scaled_dot_product_attention(q, keys, values, scale, mask, None))
}

/// Where `length` from `start` on are along one axis.
fn part_at(axis: usize, start: usize, length: usize) -> Vec<ArrayIndexOp<'static>> {
    let whole = (0..axis).map(|_| (..).index_op());
    whole.chain([(start as i32..(start + length) as i32).index_op()]).collect()
}

/// mlx-rs has no name for this operation of MLX: its assignment to a part gives what is written another shape first, and back.
fn write(x: &Array, part: &Array, axis: usize, start: usize) -> Made {
    let (mut begin, mut end, steps) = (vec![0; x.ndim()], x.shape().to_vec(), vec![1; x.ndim()]);
    (begin[axis], end[axis]) = (start as i32, start as i32 + part.shape()[axis]);
    let stream = Stream::thread_local_or_default();
    // SAFETY: the arrays and the stream are valid, the numbers are as many as is said, and the new handle has one owner.
    let (status, made) = unsafe {
        let mut made = mlx_sys::mlx_array_new();
        let count = begin.len();
        let (begin, end, steps) = (begin.as_ptr(), end.as_ptr(), steps.as_ptr());
        let (x, part) = (x.as_ptr(), part.as_ptr());
        let status =
            mlx_sys::mlx_slice_update(&mut made, x, part, begin, count, end, count, steps, count, stream.as_ptr());
        (status, Array::from_ptr(made))
    };
    if status == 0 {
        return Ok(made);
    }
    // Only mlx-rs knows why.
    let mut x = x.clone();
    x.try_index_mut(&part_at(axis, start, part.shape()[axis] as usize)[..], part)?;
    Ok(x)
}
