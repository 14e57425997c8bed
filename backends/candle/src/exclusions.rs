//! What candle cannot do. Every row is a fact that was observed, with candle 0.11.1 on x86-64; its message says what was seen.

use crosscheck::Debt::Upstream;
use crosscheck::Failure::{Error, Mismatch, Panic};
use crosscheck::{Action, RUN, xfail};
use crosscheck_backends::Feature;

#[crosscheck::exclusions("candle")]
const fn candle(feature: Feature) -> Action {
    match feature {
        Feature::EmptyArgmax => xfail("argmax refuses every tensor without elements, also along an axis that has some")
            .because(Upstream)
            .by(Error)
            .saying("empty tensor for reduce"),
        Feature::EmptySoftmax => xfail("softmax looks for the largest element, and refuses where there is none")
            .because(Upstream)
            .by(Error)
            .saying("empty tensor for reduce"),
        Feature::Float64Norms => xfail("norms of 64-bit floats are refused")
            .because(Upstream)
            .by(Error)
            .saying("unsupported dtype for rmsnorm F64"),
        Feature::HugeMagnitudes => {
            xfail("rms_norm squares in f32: from 1.8e19 on the square is infinite, and the result 0")
                .because(Upstream)
                .by(Panic)
                .saying("is 0e0 instead of")
        }
        Feature::IntegerMatmul => xfail("matrices of floats are multiplied, all others refused")
            .because(Upstream)
            .by(Error)
            .saying("unsupported dtype I32 for op matmul"),
        Feature::LargeMeans => {
            xfail("layer_norm takes the mean of squares minus the square of the mean, in f32: nothing is left of the variance")
                .because(Upstream)
                .by(Panic)
                .saying("is -inf instead of")
        }
        Feature::NanInHiddenValues => xfail("a hidden value is multiplied by the weight 0, which NaN survives")
            .because(Upstream)
            .by(Panic)
            .saying("is NaN instead of"),
        Feature::NanOrdering => xfail("argmax overlooks a NaN behind a number, and returns the largest number")
            .because(Upstream)
            .by(Panic)
            .saying("instead of"),
        Feature::StridedNorms => xfail("norms of rows with gaps or in another order are refused")
            .because(Upstream)
            .by(Error)
            .saying("input has to be contiguous"),
        Feature::StridedTables => xfail("rows of a table with gaps or in another order are refused")
            .because(Upstream)
            .by(Error)
            .saying("index-select only supports contiguous tensors"),
        Feature::TransposedBatches => {
            xfail("matmul, which attention is made of, refuses batches whose axes are in another order")
                .because(Upstream)
                .by(Error)
                .saying("MatMulUnexpectedStriding")
        }
        Feature::WeightSums => xfail("softmax divides by a sum that was rounded to 16 bits at each term")
            .because(Upstream)
            .tracking("https://github.com/huggingface/candle/issues/3727")
            .by(Panic)
            .saying("[1.0"),
        Feature::WideNorms => xfail("rms_norm rounds the root to f16 before it divides by it")
            .because(Upstream)
            .by(Mismatch)
            .ulps(2.0..=3.0)
            .share(0.0..=0.01),
        Feature::WideRowProducts => xfail("the sum for a row in f16 is rounded to 16 bits at each term")
            .because(Upstream)
            .by(Mismatch)
            .ulps(2.0..=8.0),
        Feature::WideSoftmax => xfail("exponentials and their sum are rounded to 16 bits at each step")
            .because(Upstream)
            .tracking("https://github.com/huggingface/candle/issues/3727")
            .by(Mismatch)
            .ulps(2.0..=32.0),
        Feature::DynamicOffsets
        | Feature::EmptyDequantize
        | Feature::EmptyLogsumexp
        | Feature::EmptyQuantizedMatmul
        | Feature::EmptyTensors
        | Feature::Float64
        | Feature::Float64Functions
        | Feature::Float64Quantization
        | Feature::Float64Range
        | Feature::Float64ToHalves
        | Feature::FullyMaskedRows
        | Feature::HugePositions
        | Feature::IntegersToHalves
        | Feature::MoreQueriesThanKeys
        | Feature::Quantization
        | Feature::StridedInputs
        | Feature::SubnormalExponentials
        | Feature::SubnormalOperands
        | Feature::Subnormals
        | Feature::WideAccumulation
        | Feature::WideQuantizedMatmul
        | Feature::WideReductions => RUN,
    }
}
