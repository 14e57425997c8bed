//! Between tensors of the contract and candle's.

use candle_core::{DType, Device};
use crosscheck_backends::{Data, Dtype, KernelError, Layout, Placed, Tensor};

/// What is said of the one type that candle does not have.
pub(crate) const NO_I8: &str = "there is no type of 8-bit integers with a sign";

/// What the bytes of a result are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bytes {
    Numbers,
    Truths,
}

impl Bytes {
    /// Those of a tensor of this type.
    pub(crate) fn of(dtype: Dtype) -> Self {
        if dtype == Dtype::U8 { Self::Numbers } else { Self::Truths }
    }
}

/// A copy for candle.
pub(crate) fn to_candle(function: &'static str, tensor: &Tensor) -> Result<candle_core::Tensor, KernelError> {
    view(tensor).map_err(|error| failed(function, &error))
}

/// The tensor as a view of a buffer in its layout.
fn view(tensor: &Tensor) -> Result<candle_core::Tensor, candle_core::Error> {
    let (shape, count) = (tensor.shape(), tensor.len());
    let Placed { buffer, offset, strides } = tensor.placed();
    let lengths_in_memory = || strides.iter().zip(shape).map(|(stride, length)| if *stride == 0 { 1 } else { *length });
    match tensor.layout() {
        Layout::RowMajor => copy(&buffer, shape),
        Layout::Transposed => {
            let reversed: Vec<_> = shape.iter().rev().copied().collect();
            copy(&buffer, &reversed)?.permute((0..shape.len()).rev().collect::<Vec<_>>())
        }
        // The second of each pair.
        Layout::Strided => copy(&buffer, &[shape, &[2]].concat())?.narrow(shape.len(), 1, 1)?.squeeze(shape.len()),
        Layout::Offset => copy(&buffer, &[buffer.len()])?.narrow(0, offset, count)?.reshape(shape),
        Layout::Repeated => copy(&buffer, &lengths_in_memory().collect::<Vec<_>>())?.broadcast_as(shape),
        // candle has no strides below 0.
        Layout::Reversed => copy(tensor.data(), shape),
        // A number has no rows.
        Layout::Gaps | Layout::Permuted if shape.is_empty() => copy(&buffer, shape),
        Layout::Gaps => {
            let (last, rows) = (shape.len() - 1, shape[..shape.len() - 1].iter().product::<usize>());
            let mut lengths = shape.to_vec();
            lengths[last] = buffer.len().checked_div(rows).unwrap_or(lengths[last]);
            copy(&buffer, &lengths)?.narrow(last, 0, shape[last])
        }
        Layout::Permuted => {
            let front = shape.len() - 1;
            let axes: Vec<_> = (0..front).rev().chain([front]).collect();
            let lengths: Vec<_> = axes.iter().map(|axis| shape[*axis]).collect();
            copy(&buffer, &lengths)?.permute(axes)
        }
    }
}

fn copy(data: &Data, shape: &[usize]) -> Result<candle_core::Tensor, candle_core::Error> {
    match data {
        Data::F64(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::F32(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::F16(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::BF16(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::I64(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::I32(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::U8(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::I8(_) => candle_core::bail!("{NO_I8}"),
        Data::Bool(values) => {
            let bytes: Vec<_> = values.iter().map(|truth| u8::from(*truth)).collect();
            candle_core::Tensor::from_slice(&bytes, shape, &Device::Cpu)
        }
    }
}

/// A copy of a result. candle's truth values are bytes: `bytes` says what bytes are.
pub(crate) fn to_host(
    function: &'static str,
    tensor: &candle_core::Tensor,
    bytes: Bytes,
) -> Result<Tensor, KernelError> {
    let elements = |flat: candle_core::Tensor| {
        Ok(match flat.dtype() {
            DType::F64 => Data::F64(flat.to_vec1()?),
            DType::F32 => Data::F32(flat.to_vec1()?),
            DType::F16 => Data::F16(flat.to_vec1()?),
            DType::BF16 => Data::BF16(flat.to_vec1()?),
            DType::I64 => Data::I64(flat.to_vec1()?),
            DType::I32 => Data::I32(flat.to_vec1()?),
            DType::U8 if bytes == Bytes::Numbers => Data::U8(flat.to_vec1()?),
            DType::U8 => Data::Bool(flat.to_vec1::<u8>()?.into_iter().map(|byte| byte != 0).collect()),
            other => candle_core::bail!("it returned elements of type {other:?}"),
        })
    };
    let data = tensor.flatten_all().and_then(elements).map_err(|error| failed(function, &error))?;
    Tensor::new(tensor.dims(), data)
}

/// candle's own words.
pub(crate) fn failed(function: &'static str, error: &candle_core::Error) -> KernelError {
    KernelError::Backend { function, library: "candle", message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_that_of_the_tensor() {
        let x = Tensor::f32(&[2, 3], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        for (layout, strides, offset) in [
            (Layout::RowMajor, [3, 1], 0),
            (Layout::Transposed, [1, 2], 0),
            (Layout::Strided, [6, 2], 1),
            (Layout::Offset, [3, 1], 3),
            (Layout::Gaps, [6, 1], 0),
            (Layout::Permuted, [3, 1], 0),
            (Layout::Repeated, [3, 1], 0),
            (Layout::Reversed, [3, 1], 0),
        ] {
            let x = x.clone().with_layout(layout);
            let seen = to_candle("add", &x).unwrap();
            let (_, place) = seen.storage_and_layout();
            assert_eq!((place.stride(), place.start_offset()), (&strides[..], offset), "{layout:?}");
            assert_eq!(to_host("add", &seen, Bytes::Truths).unwrap(), x, "{layout:?}");
        }
    }
}
