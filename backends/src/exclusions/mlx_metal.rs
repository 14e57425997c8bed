//! What MLX cannot do on the GPU of Apple silicon.

use crosscheck::Debt::HardwareLimit;
use crosscheck::{Action, RUN, skip};

use crate::Feature;

/// Nothing has been observed on Metal yet: the first run there tells. That it has no 64-bit floats is what MLX says of them
/// (<https://ml-explore.github.io/mlx/build/html/python/data_types.html>).
#[crosscheck::exclusions("mlx_metal")]
const fn mlx_metal(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => skip("Metal has no 64-bit floats").because(HardwareLimit),
        Feature::DynamicOffsets
        | Feature::EmptyTensors
        | Feature::Float64Functions
        | Feature::Float64Quantization
        | Feature::FullyMaskedRows
        | Feature::Int8
        | Feature::IntegerMatmul
        | Feature::NanExtremes
        | Feature::Quantization
        | Feature::StridedInputs
        | Feature::SubnormalOperands
        | Feature::Subnormals
        | Feature::WideAccumulation => RUN,
    }
}
