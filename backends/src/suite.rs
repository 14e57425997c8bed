//! What crosscheck has to know of the kernels: the features, how values are compared, and the backends.

use std::error::Error;

use crosscheck::compare::{self, Leaves};
use crosscheck::{Carries, Compare, Receipt, Subject, Unavailable};

use crate::error::KernelError;
use crate::kernels::Kernels;
use crate::reference::Reference;
use crate::tensor::{Data, Dtype, Layout, Tensor};

/// What a backend may lack.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// The start of a slice is itself a tensor, known only at run time.
    DynamicOffsets,
    /// Tensors without elements, sums without terms among them.
    EmptyTensors,
    /// 64-bit floats.
    Float64,
    /// Exponentials, error functions, sines and cosines of 64-bit floats, and what is made of them, with the type's digits.
    Float64Functions,
    /// Matrices in 4 or 8 bits with scales of 64 bits.
    Float64Quantization,
    /// Queries of which a mask hides every key.
    FullyMaskedRows,
    /// 8-bit integers with a sign.
    Int8,
    /// Products of matrices of integers.
    IntegerMatmul,
    /// NaN behind a number, where the largest or the smallest of several is looked for.
    NanExtremes,
    /// Matrices in 4 or 8 bits.
    Quantization,
    /// Operands that do not stand in memory in the order of their elements, without gaps, from the beginning of a buffer.
    StridedInputs,
    /// Operands below the smallest normal float.
    SubnormalOperands,
    /// Results below the smallest normal float.
    Subnormals,
    /// Sums of 16-bit floats that 16 bits cannot hold on the way, or that are rounded once.
    WideAccumulation,
}

impl Subject for dyn Kernels {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";

    fn take_receipt(&self) -> Option<Receipt> {
        self.receipt()
    }

    fn about(&self) -> Option<String> {
        Kernels::about(self)
    }

    fn unimplemented_function<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a str> {
        match error.downcast_ref()? {
            KernelError::NotImplemented { function } => Some(function),
            _ => None,
        }
    }
}

impl Carries<Feature> for Dtype {
    fn features(&self) -> &'static [Feature] {
        match self {
            Self::F64 => &[Feature::Float64],
            Self::I8 => &[Feature::Int8],
            Self::F32 | Self::F16 | Self::BF16 | Self::I64 | Self::I32 | Self::U8 | Self::Bool => &[],
        }
    }
}

impl Carries<Feature> for Layout {
    fn features(&self) -> &'static [Feature] {
        match self {
            Self::RowMajor => &[],
            Self::Transposed
            | Self::Strided
            | Self::Offset
            | Self::Gaps
            | Self::Permuted
            | Self::Repeated
            | Self::Reversed => &[Feature::StridedInputs],
        }
    }
}

impl From<Dtype> for compare::Dtype {
    fn from(dtype: Dtype) -> Self {
        match dtype {
            Dtype::F64 => Self::F64,
            Dtype::F32 => Self::F32,
            Dtype::F16 => Self::F16,
            Dtype::BF16 => Self::BF16,
            Dtype::I64 => Self::I64,
            Dtype::I32 => Self::I32,
            Dtype::I8 => Self::I8,
            Dtype::U8 => Self::U8,
            Dtype::Bool => Self::Bool,
        }
    }
}

impl Compare for Tensor {
    fn leaves<'a>(&'a self, leaves: &mut Leaves<'a>) {
        let shape = self.shape();
        match self.data() {
            Data::F64(values) => leaves.array(values, shape),
            Data::F32(values) => leaves.array(values, shape),
            Data::F16(values) => leaves.array(values, shape),
            Data::BF16(values) => leaves.array(values, shape),
            Data::I64(values) => leaves.array(values, shape),
            Data::I32(values) => leaves.array(values, shape),
            Data::I8(values) => leaves.array(values, shape),
            Data::U8(values) => leaves.array(values, shape),
            Data::Bool(values) => leaves.array(values, shape),
        }
    }
}

#[crosscheck::backend(name = "reference", aliases("ref"))]
fn reference() -> Result<Box<dyn Kernels>, Unavailable> {
    Ok(Box::new(Reference))
}

#[crosscheck::backend(name = "mlx_cpu", aliases("cpu"))]
fn mlx_cpu() -> Result<Box<dyn Kernels>, Unavailable> {
    #[cfg(feature = "mlx")]
    return open(crate::mlx::MlxDevice::Cpu);
    #[cfg(not(feature = "mlx"))]
    return Err(Unavailable::new("built without the cargo feature `mlx`"));
}

#[crosscheck::backend(name = "mlx_metal", aliases("metal"), device = "metal")]
fn mlx_metal() -> Result<Box<dyn Kernels>, Unavailable> {
    #[cfg(feature = "metal")]
    return open(crate::mlx::MlxDevice::Metal);
    #[cfg(not(feature = "metal"))]
    return Err(Unavailable::new("built without the cargo feature `metal`"));
}

#[crosscheck::backend(name = "mlx_cuda", aliases("cuda"), device = "cuda")]
fn mlx_cuda() -> Result<Box<dyn Kernels>, Unavailable> {
    #[cfg(feature = "cuda")]
    return open(crate::mlx::MlxDevice::Cuda);
    #[cfg(not(feature = "cuda"))]
    return Err(Unavailable::new("built without the cargo feature `cuda`"));
}

#[cfg(feature = "mlx")]
fn open(device: crate::mlx::MlxDevice) -> Result<Box<dyn Kernels>, Unavailable> {
    match crate::mlx::Mlx::open(device) {
        Ok(mlx) => Ok(Box::new(mlx)),
        Err(reason) => Err(Unavailable::new(reason)),
    }
}
