//! Between tensors of the contract and candle's.

use candle_core::{DType, Device};
use crosscheck_backends::{Data, KernelError, Tensor};

/// A copy for candle.
pub(crate) fn to_candle(function: &'static str, tensor: &Tensor) -> Result<candle_core::Tensor, KernelError> {
    let shape = tensor.shape();
    let copy = match tensor.data() {
        Data::F32(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::F16(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::BF16(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::I32(values) => candle_core::Tensor::from_slice(values, shape, &Device::Cpu),
        Data::Bool(values) => {
            let bytes: Vec<_> = values.iter().map(|truth| u8::from(*truth)).collect();
            candle_core::Tensor::from_slice(&bytes, shape, &Device::Cpu)
        }
    };
    copy.map_err(|error| failed(function, &error))
}

/// A copy of a result.
pub(crate) fn to_host(function: &'static str, tensor: &candle_core::Tensor) -> Result<Tensor, KernelError> {
    let elements = |flat: candle_core::Tensor| {
        Ok(match flat.dtype() {
            DType::F32 => Data::F32(flat.to_vec1()?),
            DType::F16 => Data::F16(flat.to_vec1()?),
            DType::BF16 => Data::BF16(flat.to_vec1()?),
            DType::I32 => Data::I32(flat.to_vec1()?),
            // candle's truth values are bytes.
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
