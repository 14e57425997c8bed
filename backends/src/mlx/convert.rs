//! Between tensors on the host and MLX's arrays. Halves stay halves.

use half::{bf16, f16};
use mlx_rs::error::AsSliceError;
use mlx_rs::{Array, ArrayElement, Dtype, ops};

use super::error::{Result, failed};
use crate::error::KernelError;
use crate::params::Quantized;
use crate::tensor::{Data, Layout, Placed, Tensor};

/// A copy for MLX. In another layout than row-major it is a view of a buffer, made on the stream that is set.
pub(super) fn to_device(function: &'static str, tensor: &Tensor) -> Result<Array> {
    let shape = dims(function, tensor.shape())?;
    if tensor.layout() == Layout::RowMajor || tensor.is_empty() {
        return Ok(array(tensor.data(), &shape));
    }
    let Placed { buffer, offset, strides } = tensor.placed();
    let strides: Vec<_> = strides.iter().map(|stride| *stride as i64).collect();
    let length = dims(function, &[buffer.len()])?;
    ops::as_strided(array(&buffer, &length), &shape[..], &strides[..], offset).map_err(|error| failed(function, &error))
}

fn array(data: &Data, shape: &[i32]) -> Array {
    match data {
        Data::F64(values) => Array::from_slice_f64(values, shape),
        Data::F32(values) => Array::from_slice(values, shape),
        Data::F16(values) => Array::from_slice(values, shape),
        Data::BF16(values) => Array::from_slice(values, shape),
        Data::I64(values) => Array::from_slice(values, shape),
        Data::I32(values) => Array::from_slice(values, shape),
        Data::I8(values) => Array::from_slice(values, shape),
        Data::U8(values) => Array::from_slice(values, shape),
        Data::Bool(values) => Array::from_slice(values, shape),
    }
}

/// A copy of a quantized matrix for MLX: words, scales and biases.
pub(super) fn quantized_to_device(function: &'static str, w: &Quantized) -> Result<[Array; 3]> {
    let rows = w.scales.shape().first().copied().unwrap_or_default();
    let words = dims(function, &[rows, w.columns * w.quantization.bits as usize / 32])?;
    let packed = Array::from_slice(&w.packed, &words);
    Ok([packed, to_device(function, &w.scales)?, to_device(function, &w.biases)?])
}

/// The result of a kernel; computes it.
pub(super) fn to_host(function: &'static str, array: &Array) -> Result {
    let data = match array.dtype() {
        Dtype::Float64 => Data::F64(values::<f64>(function, array)?),
        Dtype::Float32 => Data::F32(values::<f32>(function, array)?),
        Dtype::Float16 => Data::F16(values::<f16>(function, array)?),
        Dtype::Bfloat16 => Data::BF16(values::<bf16>(function, array)?),
        Dtype::Int64 => Data::I64(values::<i64>(function, array)?),
        Dtype::Int32 => Data::I32(values::<i32>(function, array)?),
        Dtype::Int8 => Data::I8(values::<i8>(function, array)?),
        Dtype::Uint8 => Data::U8(values::<u8>(function, array)?),
        Dtype::Bool => Data::Bool(values::<bool>(function, array)?),
        other => return Err(backend(function, format!("it returned elements of type {other:?}"))),
    };
    let shape: Vec<_> = array.shape().iter().map(|dim| usize::try_from(*dim).unwrap_or_default()).collect();
    Tensor::new(&shape, data)
}

/// Packed words; computes them.
pub(super) fn words_to_host(function: &'static str, array: &Array) -> Result<Vec<u32>> {
    values(function, array)
}

/// A shape for MLX, which counts in `i32`; mlx-rs panics where that is not enough.
pub(super) fn dims(function: &'static str, shape: &[usize]) -> Result<Vec<i32>> {
    let too_large = || KernelError::Shape { function, message: format!("shape {shape:?} is too large for MLX") };
    let dims: Vec<_> =
        shape.iter().map(|dim| i32::try_from(*dim)).collect::<std::result::Result<_, _>>().map_err(|_| too_large())?;
    match dims.iter().try_fold(1_i32, |product, dim| product.checked_mul(*dim)) {
        Some(_) => Ok(dims),
        None => Err(too_large()),
    }
}

fn values<T: ArrayElement + Clone>(function: &'static str, array: &Array) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values_into(function, array, &mut values)?;
    Ok(values)
}

/// The elements, in place of what was there; computes them.
pub(super) fn values_into<T: ArrayElement + Clone>(
    function: &'static str,
    array: &Array,
    values: &mut Vec<T>,
) -> Result<()> {
    values.clear();
    array.eval().map_err(|error| failed(function, &error))?;
    // mlx-rs takes an empty array for one without data.
    if array.size() == 0 {
        return Ok(());
    }
    let contiguous;
    let slice = match array.try_as_slice() {
        Err(AsSliceError::NotContiguous) => {
            contiguous = array.contiguous().map_err(|error| failed(function, &error))?;
            contiguous.try_as_slice()
        }
        slice => slice,
    };
    values.extend_from_slice(slice.map_err(|error| backend(function, error.to_string()))?);
    Ok(())
}

fn backend(function: &'static str, message: String) -> KernelError {
    KernelError::Backend { function, library: "MLX", message }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MLX's own words on where the elements are.
    fn seen(layout: Layout) -> (Vec<usize>, bool) {
        let x = Tensor::f32(&[2, 3], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap().with_layout(layout);
        let array = to_device("add", &x).unwrap();
        array.eval().unwrap();
        assert_eq!(to_host("add", &array).unwrap(), x);
        let mut contiguous = false;
        // SAFETY: the array is valid and computed, and the flag outlives the call.
        let status = unsafe { mlx_sys::_mlx_array_is_row_contiguous(&mut contiguous, array.as_ptr()) };
        assert_eq!(status, 0);
        (array.strides().to_vec(), contiguous)
    }

    #[test]
    fn a_layout_is_that_of_the_array() {
        assert_eq!(seen(Layout::RowMajor), (vec![3, 1], true));
        assert_eq!(seen(Layout::Transposed), (vec![1, 2], false));
        assert_eq!(seen(Layout::Strided), (vec![6, 2], false));
        assert_eq!(seen(Layout::Offset), (vec![3, 1], true));
    }
}
