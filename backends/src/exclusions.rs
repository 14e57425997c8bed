//! The exclusion matrix: what each backend cannot do, in one place. Every row is a fact that was observed, with mlx-rs 0.33.0
//! (MLX 0.32.2) on x86-64; its message says what was seen.

use crosscheck::Debt::{HardwareLimit, Upstream, WontFix};
use crosscheck::Failure::{Crash, Error, Mismatch, Panic};
use crosscheck::{Action, RUN, skip, xfail};

use crate::Feature;

#[crosscheck::exclusions("mlx_cpu")]
const fn mlx_cpu(feature: Feature) -> Action {
    match feature {
        Feature::EmptyArgmax => xfail("argmax refuses every tensor without elements, also along an axis that has some")
            .because(Upstream)
            .by(Error)
            .saying("Cannot argmax reduce zero size array"),
        Feature::EmptyDequantize => {
            xfail("dequantize splits rows into groups whose number it has to work out, which it cannot without rows")
                .because(Upstream)
                .by(Error)
                .saying("Cannot infer the shape of an empty array")
        }
        Feature::EmptyLogsumexp => xfail("logsumexp refuses every tensor without elements, although the sum is 0")
            .because(Upstream)
            .by(Error)
            .saying("Received empty array"),
        // Arm gives 0 for a number divided by 0: no signal, and the right shape, so that the cells pass there.
        Feature::EmptyQuantizedMatmul if cfg!(target_arch = "x86_64") => {
            xfail("quantized_matmul divides by numbers of rows and columns; where there are none, x86-64 ends the process")
                .because(Upstream)
                .by(Crash)
                .saying("SIGFPE")
        }
        Feature::Float64Functions => {
            xfail("exp, sigmoid, silu, gelu with erf, softmax, logsumexp, attention and rope have the digits of 32-bit floats")
                .because(Upstream)
                .tracking("https://github.com/ml-explore/mlx/issues/3047")
                .by(Mismatch)
        }
        Feature::Float64Norms => xfail("norms have the digits of 32-bit floats").because(Upstream).by(Mismatch),
        Feature::Float64Quantization => xfail("matrices of 64-bit floats are not quantized, nor are they multiplied by such")
            .because(Upstream)
            .by(Error)
            .saying("floating"),
        Feature::Float64Range => xfail("exp has the range of 32-bit floats: that of 100 is infinite")
            .because(Upstream)
            .tracking("https://github.com/ml-explore/mlx/issues/3047")
            .by(Panic)
            .saying("inf instead of"),
        Feature::Float64ToHalves => {
            xfail("64-bit floats become f32 first: what is just above a tie is rounded as the tie")
                .because(Upstream)
                .by(Panic)
                .saying("1e0 instead of")
        }
        Feature::HugeMagnitudes => {
            xfail("norms square in f32: from 1.8e19 on the square is infinite, and the result 0")
                .because(Upstream)
                .by(Panic)
                .saying("is 0e0 instead of")
        }
        Feature::HugePositions => xfail("rope counts positions in f32: 2^24 + 1 is turned like 2^24")
            .because(Upstream)
            .by(Panic)
            .saying("instead of"),
        Feature::IntegerMatmul => xfail("MLX multiplies matrices of floats only, by design")
            .because(WontFix)
            .by(Error)
            .saying("Only inexact types are supported"),
        Feature::IntegersToHalves => {
            xfail("integers become f32 first: 2^30 + 2^22 + 1 is rounded twice on the way to bf16")
                .because(Upstream)
                .by(Panic)
                .saying("1.073741824e9 instead of 1.082130432e9")
        }
        Feature::MoreQueriesThanKeys => {
            xfail("a query before the first key gets the mean of all values, as if it saw every key")
                .because(Upstream)
                .tracking("https://github.com/ml-explore/mlx/pull/2608")
                .by(Panic)
                .saying("instead of NaN")
        }
        Feature::NanInHiddenValues => xfail("a hidden value is multiplied by the weight 0, which NaN survives")
            .because(Upstream)
            .by(Panic)
            .saying("is NaN instead of"),
        Feature::NanOrdering => xfail("argmax overlooks a NaN behind a number, and returns the largest number")
            .because(Upstream)
            .tracking("https://github.com/ml-explore/mlx/issues/4274")
            .by(Panic)
            .saying("instead of"),
        Feature::SubnormalExponentials => {
            xfail("the vectorised exp flushes results below the smallest normal float to zero")
                .because(Upstream)
                .by(Panic)
                .saying("0e0 instead of")
        }
        Feature::WideQuantizedMatmul => {
            xfail("quantized_matmul adds up in the 16 bits of its operands: 2049 ones are 2048")
                .because(Upstream)
                .by(Panic)
                .saying("instead of 4.096e3")
        }
        Feature::WideReductions => {
            xfail("sum and mean along an axis add up in 16 bits, logsumexp does along any but the last")
                .because(Upstream)
                .tracking("https://github.com/ml-explore/mlx/issues/4379")
                .by(Panic)
                .saying("instead of")
        }
        Feature::DynamicOffsets
        | Feature::EmptyExtremes
        | Feature::EmptyNorms
        | Feature::EmptyQuantizedMatmul
        | Feature::EmptyRope
        | Feature::EmptySoftmax
        | Feature::EmptyTensors
        | Feature::EmptyUpdates
        | Feature::Float64
        | Feature::FullyMaskedRows
        | Feature::InfiniteLogsumexp
        | Feature::LargeMeans
        | Feature::LongHalfProducts
        | Feature::LongLogsumexp
        | Feature::LongRowProducts
        | Feature::MixedBatches
        | Feature::NanExtremes
        | Feature::Quantization
        | Feature::StridedInputs
        | Feature::StridedNorms
        | Feature::StridedTables
        | Feature::SubnormalOperands
        | Feature::Subnormals
        | Feature::TransposedBatches
        | Feature::WeightSums
        | Feature::WideAccumulation
        | Feature::WideLogsumexp
        | Feature::WideNorms
        | Feature::WideRowProducts
        | Feature::WideSoftmax => RUN,
    }
}

/// Nothing has been observed on Metal yet: the first run there tells. That it has no 64-bit floats is what MLX says of them
/// (<https://ml-explore.github.io/mlx/build/html/python/data_types.html>).
#[crosscheck::exclusions("mlx_metal")]
const fn mlx_metal(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => skip("Metal has no 64-bit floats").because(HardwareLimit),
        Feature::DynamicOffsets
        | Feature::EmptyArgmax
        | Feature::EmptyDequantize
        | Feature::EmptyExtremes
        | Feature::EmptyLogsumexp
        | Feature::EmptyNorms
        | Feature::EmptyQuantizedMatmul
        | Feature::EmptyRope
        | Feature::EmptySoftmax
        | Feature::EmptyTensors
        | Feature::EmptyUpdates
        | Feature::Float64Functions
        | Feature::Float64Norms
        | Feature::Float64Quantization
        | Feature::Float64Range
        | Feature::Float64ToHalves
        | Feature::FullyMaskedRows
        | Feature::HugeMagnitudes
        | Feature::HugePositions
        | Feature::InfiniteLogsumexp
        | Feature::IntegerMatmul
        | Feature::IntegersToHalves
        | Feature::LargeMeans
        | Feature::LongHalfProducts
        | Feature::LongLogsumexp
        | Feature::LongRowProducts
        | Feature::MixedBatches
        | Feature::MoreQueriesThanKeys
        | Feature::NanExtremes
        | Feature::NanInHiddenValues
        | Feature::NanOrdering
        | Feature::Quantization
        | Feature::StridedInputs
        | Feature::StridedNorms
        | Feature::StridedTables
        | Feature::SubnormalExponentials
        | Feature::SubnormalOperands
        | Feature::Subnormals
        | Feature::TransposedBatches
        | Feature::WeightSums
        | Feature::WideAccumulation
        | Feature::WideLogsumexp
        | Feature::WideNorms
        | Feature::WideQuantizedMatmul
        | Feature::WideReductions
        | Feature::WideRowProducts
        | Feature::WideSoftmax => RUN,
    }
}
