//! What the faults are made of.

use crosscheck_backends::{Data, Dtype, KernelError, Tensor};

/// A tensor of one dtype and shape with other values.
pub fn with(like: &Tensor, values: &[f64]) -> Result<Tensor, KernelError> {
    Tensor::from_f64(like.shape(), like.dtype(), values)
}

/// The values changed one by one.
pub fn map(tensor: &Tensor, change: impl Fn(f64) -> f64) -> Result<Tensor, KernelError> {
    let values: Vec<_> = tensor.to_f64().into_iter().map(change).collect();
    with(tensor, &values)
}

/// What a kernel reads that takes a buffer for the elements themselves, whatever the layout.
pub fn unstrided(tensor: &Tensor) -> Result<Tensor, KernelError> {
    let buffer = tensor.placed().buffer;
    let values = Tensor::new(&[buffer.len()], buffer)?.to_f64();
    // What is repeated stands there once.
    with(tensor, &values.iter().copied().cycle().take(tensor.len()).collect::<Vec<_>>())
}

/// The values of 64-bit floats as 32-bit ones hold them.
pub fn narrowed(tensor: &Tensor) -> Result<Tensor, KernelError> {
    if tensor.dtype() == Dtype::F64 { map(tensor, |x| f64::from(x as f32)) } else { Ok(tensor.clone()) }
}

/// Changes 64-bit integers one by one, all bits of them; others stay.
pub fn map_wide(tensor: &Tensor, change: impl Fn(i64) -> i64) -> Result<Tensor, KernelError> {
    match tensor.data() {
        Data::I64(values) => Tensor::new(tensor.shape(), Data::I64(values.iter().map(|x| change(*x)).collect())),
        _ => Ok(tensor.clone()),
    }
}

/// The lower 32 bits of 64-bit integers, as numbers with a sign.
pub fn lower_half(tensor: &Tensor) -> Result<Tensor, KernelError> {
    map_wide(tensor, |x| i64::from(x as i32))
}

/// 64-bit integers as 64-bit floats hold them.
pub fn through_f64(tensor: &Tensor) -> Result<Tensor, KernelError> {
    map_wide(tensor, |x| x as f64 as i64)
}

/// The value as the dtype holds it.
pub fn rounded(dtype: Dtype, value: f64) -> f64 {
    match dtype {
        Dtype::F64 => value,
        Dtype::F32 => f64::from(value as f32),
        _ => Tensor::from_f64(&[], dtype, &[value]).map_or(f64::NAN, |tensor| tensor.to_f64()[0]),
    }
}

/// The values as 64-bit floats, which hold them and what is made of two of them.
pub fn wide(tensor: &Tensor) -> Result<Tensor, KernelError> {
    Tensor::from_f64(tensor.shape(), Dtype::F64, &tensor.to_f64())
}

/// The exact values, each rounded towards zero where the result is one of 16 bits, which is one unit in the last place off.
pub fn truncated(rounded: &Tensor, exact: &Tensor) -> Result<Tensor, KernelError> {
    let roundoff = match rounded.dtype() {
        Dtype::F16 => 1.0 / 2_f64.powi(11),
        Dtype::BF16 => 1.0 / 2_f64.powi(8),
        _ => return Ok(rounded.clone()),
    };
    let toward_zero = |(near, exact): (f64, f64)| if near.abs() > exact.abs() { near * (1.0 - roundoff) } else { near };
    with(rounded, &rounded.to_f64().into_iter().zip(exact.to_f64()).map(toward_zero).collect::<Vec<_>>())
}

/// What stands at the beginning of the first axis, everywhere; of tensors of three dimensions or more.
pub fn first_batch(tensor: &Tensor) -> Result<Tensor, KernelError> {
    let [_, _, _, ..] = tensor.shape() else { return Ok(tensor.clone()) };
    let batch = tensor.shape()[1..].iter().product::<usize>().max(1);
    let values = tensor.to_f64();
    with(tensor, &(0..values.len()).map(|at| values[at % batch]).collect::<Vec<_>>())
}

/// The last two dimensions exchanged.
pub fn transposed(tensor: &Tensor) -> Result<Tensor, KernelError> {
    let &[.., rows, columns] = tensor.shape() else { return Ok(tensor.clone()) };
    let values = tensor.to_f64();
    let moved: Vec<_> = (0..values.len())
        .map(|at| {
            let (matrix, row, column) = (at / (rows * columns), at / rows % columns, at % rows);
            values[matrix * rows * columns + row + column * columns]
        })
        .collect();
    let mut shape = tensor.shape().to_vec();
    let rank = shape.len();
    shape.swap(rank - 2, rank - 1);
    Tensor::from_f64(&shape, tensor.dtype(), &moved)
}

/// The rows of the last axis, changed one by one.
pub fn rows(tensor: &Tensor, mut change: impl FnMut(&mut [f64])) -> Result<Tensor, KernelError> {
    let width = tensor.shape().last().copied().unwrap_or(1).max(1);
    let mut values = tensor.to_f64();
    values.chunks_mut(width).for_each(&mut change);
    with(tensor, &values)
}
