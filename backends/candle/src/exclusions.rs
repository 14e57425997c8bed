//! What candle cannot do. Every row is a fact that was observed, with candle 0.11.1 on x86-64; its message says what was seen.

use crosscheck::Debt::Upstream;
use crosscheck::Failure::{Error, Mismatch, Panic};
use crosscheck::{Action, RUN, skip, xfail};
use crosscheck_backends::Feature;

#[crosscheck::exclusions("candle")]
const fn candle(feature: Feature) -> Action {
    match feature {
        Feature::EmptyArgmax => xfail("argmax refuses every tensor without elements, also along an axis that has some")
            .because(Upstream)
            .by(Error)
            .saying("empty tensor for reduce"),
        Feature::EmptyExtremes => xfail("max and min refuse every tensor without elements, as argmax does")
            .because(Upstream)
            .by(Error)
            .saying("empty tensor for reduce"),
        Feature::EmptyLogsumexp => xfail("log_sum_exp looks for the largest element, and refuses where there is none")
            .because(Upstream)
            .by(Error)
            .saying("empty tensor for reduce"),
        Feature::EmptyNorms => xfail("norms divide by the length of a row, or cut into rows of it: 0 panics")
            .because(Upstream)
            .by(Panic)
            .saying("zero"),
        Feature::EmptyRope => xfail("rope cuts into heads of no length, which panics")
            .because(Upstream)
            .by(Panic)
            .saying("chunk_size must not be zero"),
        Feature::EmptySoftmax => xfail("softmax looks for the largest element, and refuses where there is none")
            .because(Upstream)
            .by(Error)
            .saying("empty tensor for reduce"),
        Feature::EmptyUpdates => xfail("slice_assign refuses ranges without elements")
            .because(Upstream)
            .by(Error)
            .saying("slice-assign: empty range"),
        Feature::Float64Norms => xfail("norms of 64-bit floats are refused")
            .because(Upstream)
            .by(Error)
            .saying("unsupported dtype for rmsnorm F64"),
        Feature::Float64ToHalves => {
            xfail("64-bit floats lose their lower bits on the way: what is just beyond a tie is rounded as the tie")
                .because(Upstream)
                .by(Panic)
                .saying("instead of 1.00")
        }
        Feature::HugeMagnitudes => {
            xfail("rms_norm squares in f32: from 1.8e19 on the square is infinite, and the result 0")
                .because(Upstream)
                .by(Panic)
                .saying("is 0e0 instead of")
        }
        Feature::InfiniteLogsumexp => xfail("log_sum_exp takes the largest from each: ∞ − ∞ is NaN")
            .because(Upstream)
            .by(Panic)
            .saying("is NaN instead of"),
        Feature::MixedBatches => xfail("matmul refuses batches that are repeated along an axis between others")
            .because(Upstream)
            .by(Error)
            .saying("MatMulUnexpectedStriding"),
        Feature::IntegerMatmul => xfail("matrices of floats are multiplied, all others refused")
            .because(Upstream)
            .by(Error)
            .saying("unsupported dtype I32 for op matmul"),
        Feature::IntegersToHalves => {
            xfail("integers become f32 first: 2^30 + 2^22 + 1 is rounded twice on the way to bf16")
                .because(Upstream)
                .by(Panic)
                .saying("1.073741824e9 instead of 1.082130432e9")
        }
        Feature::LargeMeans => {
            xfail("layer_norm takes the mean of squares minus the square of the mean, in f32: nothing is left of the variance")
                .because(Upstream)
                .by(Panic)
                .saying("is -inf instead of")
        }
        // A body that fails on some machines only can neither be expected to fail nor to pass.
        Feature::LongHalfProducts => skip(
            "the sum of an f16 product is rounded to 16 bits after each block of terms, and blocks are as long as the CPU's \
             caches allow: 1023 terms are 59 units in the last place off on one machine, and near enough on another",
        )
        .because(Upstream),
        Feature::LongLogsumexp => xfail("log_sum_exp adds up in 16 bits: 4096 ones are 2048 in f16, and 256 in bf16")
            .because(Upstream)
            .tracking("https://github.com/huggingface/candle/pull/3717")
            .by(Panic)
            .saying("instead of 8.3"),
        Feature::LongRowProducts => xfail("the sum for a row in f16 is rounded at each term: 4096 ones are 2048")
            .because(Upstream)
            .by(Panic)
            .saying("is 2.048e3 instead of 4.096e3"),
        Feature::NanExtremes => xfail("maximum, max, the sort and their like overlook a NaN behind a number")
            .because(Upstream)
            .by(Panic)
            .saying("is 1e0 instead of NaN"),
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
        Feature::StridedTables => xfail("embedding and take_along_axis refuse tables with gaps or in another order")
            .because(Upstream)
            .by(Error)
            .saying("only supports contiguous tensors"),
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
            .saying("weights of a row sum to"),
        Feature::WideLogsumexp => xfail("exponentials and their sum are rounded to 16 bits at each step")
            .because(Upstream)
            .tracking("https://github.com/huggingface/candle/pull/3717")
            .by(Panic)
            .saying("instead of 6.8"),
        Feature::WideNorms => xfail("rms_norm rounds the root to 16 bits before it divides by it")
            .because(Upstream)
            .by(Panic)
            .saying("left: 0.99"),
        Feature::WideReductions => {
            xfail("sum, mean and log_sum_exp add up in 16 bits: 4096 ones are 2048 in f16, and 256 in bf16")
                .because(Upstream)
                .tracking("https://github.com/huggingface/candle/pull/3717")
                .by(Panic)
                .saying("instead of")
        }
        Feature::WideRowProducts => xfail("the sum for a row in f16 is rounded to 16 bits at each term")
            .because(Upstream)
            .by(Mismatch)
            .share(0.2..=1.0),
        Feature::WideSoftmax => xfail("exponentials and their sum are rounded to 16 bits at each step")
            .because(Upstream)
            .tracking("https://github.com/huggingface/candle/issues/3727")
            .by(Mismatch)
            .ulps(2.0..=32.0),
        Feature::DynamicOffsets
        | Feature::EmptyDequantize
        | Feature::EmptyQuantizedMatmul
        | Feature::EmptyTensors
        | Feature::Float64
        | Feature::Float64Functions
        | Feature::Float64Quantization
        | Feature::Float64Range
        | Feature::FullyMaskedRows
        | Feature::HugePositions
        | Feature::MoreQueriesThanKeys
        | Feature::Quantization
        | Feature::StridedInputs
        | Feature::SubnormalExponentials
        | Feature::SubnormalOperands
        | Feature::Subnormals
        | Feature::WideAccumulation
        | Feature::WideQuantizedMatmul => RUN,
    }
}
