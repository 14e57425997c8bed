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
    /// The largest elements of tensors without elements: none, as long as the axis itself is not empty.
    EmptyArgmax,
    /// Quantized matrices without rows.
    EmptyDequantize,
    /// The largest and the smallest elements of tensors without elements: none, as long as the axis itself is not empty.
    EmptyExtremes,
    /// The logarithm of a sum of exponentials of tensors without elements.
    EmptyLogsumexp,
    /// Norms of rows without elements.
    EmptyNorms,
    /// Products of tensors without elements with quantized matrices.
    EmptyQuantizedMatmul,
    /// Rotary embeddings of no positions.
    EmptyRope,
    /// Softmax of tensors without elements.
    EmptySoftmax,
    /// Tensors without elements, sums without terms among them.
    EmptyTensors,
    /// Parts without elements, in place of a part.
    EmptyUpdates,
    /// 64-bit floats.
    Float64,
    /// Exponentials, error functions, sines and cosines of 64-bit floats, and what is made of them, with the type's digits.
    Float64Functions,
    /// Norms of 64-bit floats with the digits of the type.
    Float64Norms,
    /// Matrices in 4 or 8 bits with scales of 64 bits.
    Float64Quantization,
    /// Exponentials of 64-bit floats that are beyond the range of 32-bit ones.
    Float64Range,
    /// 64-bit floats as 16-bit ones, rounded once.
    Float64ToHalves,
    /// Queries of which a mask hides every key.
    FullyMaskedRows,
    /// Squares beyond the largest 32-bit float.
    HugeMagnitudes,
    /// Rotary embeddings of positions beyond 2^24, which a 32-bit float cannot tell apart.
    HugePositions,
    /// Infinite terms in the logarithm of a sum of exponentials.
    InfiniteLogsumexp,
    /// Products of matrices of integers.
    IntegerMatmul,
    /// Integers that no 32-bit float holds, as 16-bit floats.
    IntegersToHalves,
    /// Elements that differ little from a large mean, when they are normalised.
    LargeMeans,
    /// Products of matrices of `f16`, each sum rounded to 16 bits once, however many terms it has.
    LongHalfProducts,
    /// The logarithm of a sum of exponentials of 16-bit floats along the last axis, a sum that 16 bits cannot hold on the way.
    LongLogsumexp,
    /// Products of a single row and a matrix of 16-bit floats, the sums of which 16 bits cannot hold on the way.
    LongRowProducts,
    /// Batches of matrices that are both repeated, each along another axis.
    MixedBatches,
    /// Causal attention of more queries than keys: the first queries may not see any key.
    MoreQueriesThanKeys,
    /// NaN behind a number, in the largest and the smallest of several.
    NanExtremes,
    /// NaN in values that a mask hides.
    NanInHiddenValues,
    /// NaN behind a number, when the largest element is looked for.
    NanOrdering,
    /// Matrices in 4 or 8 bits.
    Quantization,
    /// Operands that do not stand in memory in the order of their elements, without gaps, from the beginning of a buffer.
    StridedInputs,
    /// Norms of rows that do not stand in memory one behind another, without gaps.
    StridedNorms,
    /// Tables to look up in of which the rows do not stand in memory one behind another, without gaps.
    StridedTables,
    /// Exponentials below the smallest normal float.
    SubnormalExponentials,
    /// Operands below the smallest normal float.
    SubnormalOperands,
    /// Sums and products below the smallest normal float.
    Subnormals,
    /// Batches of matrices with their axes in the reverse order in memory.
    TransposedBatches,
    /// Softmax weights of 16-bit floats that sum to 1, up to the rounding of each.
    WeightSums,
    /// Products of matrices of 16-bit floats, the sums of which 16 bits cannot hold on the way.
    WideAccumulation,
    /// The logarithm of a sum of exponentials of 16-bit floats, summed in more than 16 bits.
    WideLogsumexp,
    /// Norms of 16-bit floats by a root that is not rounded to 16 bits.
    WideNorms,
    /// Products with quantized matrices of 16-bit floats, the sums of which 16 bits cannot hold on the way.
    WideQuantizedMatmul,
    /// Sums along an axis of 16-bit floats that 16 bits cannot hold on the way.
    WideReductions,
    /// Products of a single row and a matrix of 16-bit floats, summed in more than 16 bits.
    WideRowProducts,
    /// Softmax of 16-bit floats, summed in more than 16 bits.
    WideSoftmax,
}

impl Subject for dyn Kernels {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";

    fn take_receipt(&self) -> Option<Receipt> {
        self.receipt()
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
            Self::F32 | Self::F16 | Self::BF16 | Self::I32 | Self::Bool => &[],
        }
    }
}

impl Carries<Feature> for Layout {
    fn features(&self) -> &'static [Feature] {
        match self {
            Self::RowMajor => &[],
            Self::Transposed | Self::Strided | Self::Offset => &[Feature::StridedInputs],
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
            Dtype::I32 => Self::I32,
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
            Data::I32(values) => leaves.array(values, shape),
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
    return open(crate::mlx::MlxDevice::Gpu);
    #[cfg(not(feature = "metal"))]
    return Err(Unavailable::new("built without the cargo feature `metal`"));
}

#[cfg(feature = "mlx")]
fn open(device: crate::mlx::MlxDevice) -> Result<Box<dyn Kernels>, Unavailable> {
    match crate::mlx::Mlx::open(device) {
        Ok(mlx) => Ok(Box::new(mlx)),
        Err(reason) => Err(Unavailable::new(reason)),
    }
}
