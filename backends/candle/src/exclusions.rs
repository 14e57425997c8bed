//! What candle cannot do. Every row is a fact that was observed, with candle 0.11.1 on x86-64; its message says what was seen.

use crosscheck::Debt::Upstream;
use crosscheck::Failure::{Error, Mismatch, Panic};
use crosscheck::{Action, RUN, skip, xfail};
use crosscheck_backends::Feature;

#[crosscheck::exclusions("candle")]
const fn candle(feature: Feature) -> Action {
    match feature {
        Feature::IntegerMatmul => xfail("matrices of floats are multiplied, all others refused")
            .because(Upstream)
            .by(Error)
            .saying("unsupported dtype I32 for op matmul"),
        Feature::NanExtremes => xfail("maximum, max, the sort and their like overlook a NaN behind a number")
            .because(Upstream)
            .by(Panic)
            .saying("is 1e0 instead of NaN"),
        Feature::DynamicOffsets
        | Feature::EmptyTensors
        | Feature::Float64
        | Feature::Float64Functions
        | Feature::Float64Quantization
        | Feature::FullyMaskedRows
        | Feature::Quantization
        | Feature::StridedInputs
        | Feature::SubnormalOperands
        | Feature::Subnormals
        | Feature::WideAccumulation => RUN,
    }
}

#[crosscheck::exclusions("candle", test = "argmax::no_rows_have_no_largest")]
const EMPTY_ARGMAX: Action = xfail("argmax refuses every tensor without elements, also along an axis that has some")
    .because(Upstream)
    .by(Error)
    .saying("empty tensor for reduce");

#[crosscheck::exclusions(
    "candle",
    test("reduction::no_rows_have_no_largest_elements", "reduction::no_rows_have_no_smallest_elements")
)]
const EMPTY_EXTREMES: Action = xfail("max and min refuse every tensor without elements, as argmax does")
    .because(Upstream)
    .by(Error)
    .saying("empty tensor for reduce");

#[crosscheck::exclusions(
    "candle",
    test("reduction::logsumexp_of_nothing_is_minus_infinity", "reduction::no_rows_have_no_logsumexp")
)]
const EMPTY_LOGSUMEXP: Action = xfail("log_sum_exp looks for the largest element, and refuses where there is none")
    .because(Upstream)
    .by(Error)
    .saying("empty tensor for reduce");

#[crosscheck::exclusions("candle", test = "onnx::node", case("test_reduce_log_sum_exp_empty_set"))]
const EMPTY_LOGSUMEXP_OF_ONNX: Action = EMPTY_LOGSUMEXP;

#[crosscheck::exclusions("candle", test("wrong::neighbour::rms_norm", "wrong::neighbour::layer_norm"), case(width = 0))]
const EMPTY_ROWS: Action = EMPTY_NORMS;

#[crosscheck::exclusions("candle", test = "norm::rows_of_nothing_*")]
const EMPTY_NORMS: Action = xfail("norms divide by the length of a row, or cut into rows of it: 0 panics")
    .because(Upstream)
    .by(Panic)
    .saying("zero");

#[crosscheck::exclusions("candle", test = "rope::no_positions_are_turned_to_no_positions")]
const EMPTY_ROPE: Action = xfail("rope cuts into heads of no length, which panics")
    .because(Upstream)
    .by(Panic)
    .saying("chunk_size must not be zero");

#[crosscheck::exclusions("candle", test = "softmax::nothing_has_no_weights")]
const EMPTY_SOFTMAX: Action = xfail("softmax looks for the largest element, and refuses where there is none")
    .because(Upstream)
    .by(Error)
    .saying("empty tensor for reduce");

#[crosscheck::exclusions("candle", test = "wrong::neighbour::slice_at")]
const EMPTY_SLICES: Action = xfail("a part without elements that begins behind the last one panics when it is copied")
    .because(Upstream)
    .by(Panic)
    .saying("out of range for slice");

#[crosscheck::exclusions("candle", test("update::a_part_of_nothing_changes_nothing", "wrong::neighbour::update_at"))]
const EMPTY_UPDATES: Action = xfail("slice_assign refuses ranges without elements")
    .because(Upstream)
    .by(Error)
    .saying("slice-assign: empty range");

#[crosscheck::exclusions("candle", test = "update::one_row", case(length = 0))]
const EMPTY_UPDATES_AMONG_OTHERS: Action = EMPTY_UPDATES;

#[crosscheck::exclusions(
    "candle",
    test(
        "setting::rms_norm",
        "setting::layer_norm",
        "special::layer::rms_norm",
        "special::layer::layer_norm",
        "special::layer::a_weight_of_rms_norm",
        "special::layer::a_weight_and_a_bias_of_layer_norm"
    ),
    case(dtype = F64)
)]
const FLOAT64_NORMS_OF_SWEEPS: Action = FLOAT64_NORMS;

#[crosscheck::exclusions("candle", test("norm::rms", "norm::layer"), case(dtype = F64))]
const FLOAT64_NORMS: Action =
    xfail("norms of 64-bit floats are refused").because(Upstream).by(Error).saying("unsupported dtype for rmsnorm F64");

#[crosscheck::exclusions(
    "candle",
    test = "special::cast::at_the_edges_of_the_target",
    case(from = F64, to = F16 | BF16, edge = BesideTie)
)]
const FLOAT64_BESIDE_TIES: Action = FLOAT64_TO_HALVES;

#[crosscheck::exclusions(
    "candle",
    test = "special::cast::at_the_edges_of_the_target",
    case(from = F64, to = F16, edge = Most)
)]
const FLOAT64_BELOW_INFINITY: Action =
    xfail("64-bit floats lose their lower bits on the way: what is just below the middle to infinity becomes infinite")
        .because(Upstream)
        .by(Panic)
        .saying("it is inf instead of");

#[crosscheck::exclusions("candle", test = "cast::wide_floats_are_rounded_to_halves_once")]
const FLOAT64_TO_HALVES: Action =
    xfail("64-bit floats lose their lower bits on the way: what is just beyond a tie is rounded as the tie")
        .because(Upstream)
        .by(Panic)
        .saying("instead of 1.00");

#[crosscheck::exclusions("candle", test = "norm::squares_may_be_larger_than_a_float_holds")]
const HUGE_MAGNITUDES: Action =
    xfail("rms_norm squares in f32: from 1.8e19 on the square is infinite, and the result 0")
        .because(Upstream)
        .by(Panic)
        .saying("is 0e0 instead of");

#[crosscheck::exclusions(
    "candle",
    test = "special::lane::logsumexp",
    case(lane = Hidden | PartlyHidden | Infinite | BothInfinities)
)]
const INFINITE_LOGSUMEXP_OF_LANES: Action = INFINITE_LOGSUMEXP;

#[crosscheck::exclusions(
    "candle",
    test("reduction::logsumexp_of_special_values", "reduction::nothing_but_minus_infinity_stays_so")
)]
const INFINITE_LOGSUMEXP: Action = xfail("log_sum_exp takes the largest from each: ∞ − ∞ is NaN")
    .because(Upstream)
    .by(Panic)
    .saying("is NaN instead of");

#[crosscheck::exclusions("candle", test = "extent::layer::matmul_of_five_dimensions")]
const MIXED_BATCHES: Action = xfail("matmul refuses batches that are repeated along an axis between others")
    .because(Upstream)
    .by(Error)
    .saying("MatMulUnexpectedStriding");

#[crosscheck::exclusions("candle", test = "cast::large_integers_are_rounded_once")]
const INTEGERS_TO_HALVES: Action =
    xfail("integers become f32 first: 2^30 + 2^22 + 1 is rounded twice on the way to bf16")
        .because(Upstream)
        .by(Panic)
        .saying("1.073741824e9 instead of 1.082130432e9");

#[crosscheck::exclusions("candle", test = "norm::a_large_mean_does_not_drown_the_variance")]
const LARGE_MEANS: Action =
    xfail("layer_norm takes the mean of squares minus the square of the mean, in f32: nothing is left of the variance")
        .because(Upstream)
        .by(Panic)
        .saying("is -inf instead of");

// A body that fails on some machines only can neither be expected to fail nor to pass.
#[crosscheck::exclusions(
    "candle",
    test("matmul::sums_of_each_length", "matmul::transposed_operands"),
    case(dtype = F16)
)]
const LONG_HALF_PRODUCTS: Action = skip(
    "the sum of an f16 product is rounded to 16 bits after each block of terms, and blocks are as long as the CPU's \
             caches allow: 1023 terms are 59 units in the last place off on one machine, and near enough on another",
)
.because(Upstream);

#[crosscheck::exclusions(
    "candle",
    test = "reduction::long_sums_of_exponentials_are_not_kept_in_halves",
    case(axis = 1)
)]
const LONG_LOGSUMEXP: Action = xfail("log_sum_exp adds up in 16 bits: 4096 ones are 2048 in f16, and 256 in bf16")
    .because(Upstream)
    .tracking("https://github.com/huggingface/candle/pull/3717")
    .by(Panic)
    .saying("instead of 8.3");

#[crosscheck::exclusions("candle", test = "sixteen::logsumexp")]
const LONG_LOGSUMEXP_OF_SIXTEEN: Action =
    xfail("log_sum_exp adds up in 16 bits: 4096 terms are 2048 in f16, and 256 in bf16")
        .because(Upstream)
        .tracking("https://github.com/huggingface/candle/pull/3717")
        .by(Panic)
        .saying("of 4096 logits, element");

#[crosscheck::exclusions("candle", test = "sixteen::matmul", case(dtype = F16, rows = 1))]
const LONG_ROW_PRODUCTS_OF_SIXTEEN: Action = xfail("the sum for a row in f16 is rounded at each term")
    .because(Upstream)
    .by(Panic)
    .saying("it is 2.052e3 instead of 2.1");

#[crosscheck::exclusions("candle", test = "device::products", case(dtype = F16, rows = 1))]
const ROW_PRODUCTS_OF_DEVICE: Action = xfail("the sum for a row in f16 is rounded at each term")
    .because(Upstream)
    .by(Panic)
    .saying("of `linear`, element");

#[crosscheck::exclusions("candle", test = "matmul::long_sums_of_a_row_are_not_kept_in_halves", case(dtype = F16))]
const LONG_ROW_PRODUCTS: Action = xfail("the sum for a row in f16 is rounded at each term: 4096 ones are 2048")
    .because(Upstream)
    .by(Panic)
    .saying("is 2.048e3 instead of 4.096e3");

#[crosscheck::exclusions("candle", test = "attention::a_nan_in_a_hidden_value_does_not_matter")]
const NAN_IN_HIDDEN_VALUES: Action = xfail("a hidden value is multiplied by the weight 0, which NaN survives")
    .because(Upstream)
    .by(Panic)
    .saying("is NaN instead of");

#[crosscheck::exclusions("candle", test = "special::lane::argmax", case(lane = OneNan | SeveralNans))]
const NAN_ORDERING_IN_LANES: Action = NAN_ORDERING;

#[crosscheck::exclusions("candle", test = "special::function::silu", case(region = Far | Vanishing))]
const OVERFLOWING_SILU: Action =
    xfail("silu is x / (1 + exp(−x)) in the type: where that exponential is infinite, it is 0")
        .because(Upstream)
        .by(Panic)
        .saying("it is -0e0 instead of -");

#[crosscheck::exclusions("candle", test = "special::function::silu_of_all")]
const OVERFLOWING_SILU_OF_ALL: Action = OVERFLOWING_SILU;

#[crosscheck::exclusions("candle", test = "device::silu", case(dtype = F16))]
const OVERFLOWING_SILU_OF_DEVICE: Action = OVERFLOWING_SILU;

#[crosscheck::exclusions("candle", test = "special::function::sigmoid", case(region = Vanishing))]
const OVERFLOWING_SIGMOID: Action =
    xfail("sigmoid is 1 / (1 + exp(−x)) in the type: where that exponential is infinite, it is 0 instead of subnormal")
        .because(Upstream)
        .by(Panic)
        .saying("it is 0e0 instead of");

#[crosscheck::exclusions("candle", test = "argmax::nan_is_the_largest")]
const NAN_ORDERING: Action = xfail("argmax overlooks a NaN behind a number, and returns the largest number")
    .because(Upstream)
    .by(Panic)
    .saying("instead of");

#[crosscheck::exclusions(
    "candle",
    test("strided::rms_norm", "strided::layer_norm"),
    case(layout = Transposed | Strided)
)]
const STRIDED_NORMS: Action = xfail("norms of rows with gaps or in another order are refused")
    .because(Upstream)
    .by(Error)
    .saying("input has to be contiguous");

#[crosscheck::exclusions("candle", test = "strided::embedding", case(table = Transposed | Strided))]
const STRIDED_TABLES: Action = xfail("embedding and take_along_axis refuse tables with gaps or in another order")
    .because(Upstream)
    .by(Error)
    .saying("only supports contiguous tensors");

#[crosscheck::exclusions("candle", test = "strided::take_along_axis", case(layout = Transposed | Strided))]
const STRIDED_TABLES_OF_ELEMENTS: Action = STRIDED_TABLES;

#[crosscheck::exclusions("candle", test = "strided::attention", case("*_transposed", "*_transposed_*"))]
const TRANSPOSED_BATCHES: Action =
    xfail("matmul, which attention is made of, refuses batches whose axes are in another order")
        .because(Upstream)
        .by(Error)
        .saying("MatMulUnexpectedStriding");

#[crosscheck::exclusions("candle", test = "softmax::weights_sum_to_one", case(dtype = F16 | BF16))]
const WEIGHT_SUMS: Action = xfail("softmax divides by a sum that was rounded to 16 bits at each term")
    .because(Upstream)
    .tracking("https://github.com/huggingface/candle/issues/3727")
    .by(Panic)
    .saying("weights of a row sum to");

#[crosscheck::exclusions("candle", test = "reduction::sums_of_exponentials_are_not_rounded_at_each_term")]
const WIDE_LOGSUMEXP: Action = xfail("exponentials and their sum are rounded to 16 bits at each step")
    .because(Upstream)
    .tracking("https://github.com/huggingface/candle/pull/3717")
    .by(Panic)
    .saying("instead of 6.8");

#[crosscheck::exclusions("candle", test = "norm::the_root_is_not_rounded_to_a_half")]
const WIDE_NORMS: Action = xfail("rms_norm rounds the root to 16 bits before it divides by it")
    .because(Upstream)
    .by(Panic)
    .saying("left: 0.99");

#[crosscheck::exclusions(
    "candle",
    test(
        "reduction::long_sums_are_not_kept_in_halves",
        "reduction::long_sums_of_means_are_not_kept_in_halves",
        "sixteen::sum",
        "sixteen::mean"
    )
)]
const WIDE_REDUCTIONS: Action =
    xfail("sum, mean and log_sum_exp add up in 16 bits: 4096 ones are 2048 in f16, and 256 in bf16")
        .because(Upstream)
        .tracking("https://github.com/huggingface/candle/pull/3717")
        .by(Panic)
        .saying("instead of");

#[crosscheck::exclusions(
    "candle",
    test = "reduction::long_sums_of_exponentials_are_not_kept_in_halves",
    case(axis = 0)
)]
const WIDE_REDUCTIONS_OF_EXPONENTIALS: Action = WIDE_REDUCTIONS;

#[crosscheck::exclusions("candle", test = "matmul::a_row_by_a_matrix", case(dtype = F16))]
const WIDE_ROW_PRODUCTS: Action = xfail("the sum for a row in f16 is rounded to 16 bits at each term")
    .because(Upstream)
    .by(Mismatch)
    .share(0.2..=1.0);

#[crosscheck::exclusions("candle", test = "sixteen::softmax")]
const LONG_SOFTMAX: Action =
    xfail("the sum of exponentials is rounded to 16 bits at each step: of 4096 it is half and less")
        .because(Upstream)
        .tracking("https://github.com/huggingface/candle/issues/3727")
        .by(Panic)
        .saying("instead of 4.91");

#[crosscheck::exclusions("candle", test = "softmax::rows", case(dtype = F16 | BF16))]
const WIDE_SOFTMAX: Action = xfail("exponentials and their sum are rounded to 16 bits at each step")
    .because(Upstream)
    .tracking("https://github.com/huggingface/candle/issues/3727")
    .by(Mismatch)
    .ulps(2.0..=32.0);
