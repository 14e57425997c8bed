//! What MLX cannot do on a processor: mlx-rs 0.33.0 (MLX 0.32.2) on x86-64.

use crosscheck::Debt::{Upstream, WontFix};
use crosscheck::Failure::{Error, Mismatch, Panic};
use crosscheck::{Action, RUN, xfail};

use crate::Feature;

#[crosscheck::exclusions("mlx_cpu")]
const fn mlx_cpu(feature: Feature) -> Action {
    match feature {
        Feature::Float64Functions => {
            xfail("exp, sigmoid, silu, gelu with erf, softmax, logsumexp, attention and rope have the digits of 32-bit floats")
                .because(Upstream)
                .tracking("https://github.com/ml-explore/mlx/issues/3047")
                .by(Mismatch)
                // A unit of 32 bits is 2^29 units of 64 bits.
                .ulps(1e6..=5e12)
        }
        Feature::Float64Quantization => xfail("matrices of 64-bit floats are not quantized")
            .because(Upstream)
            .by(Error)
            .saying("[fast::Quantize::eval_cpu] Only supports floating point inputs"),
        Feature::IntegerMatmul => xfail("MLX multiplies matrices of floats only, by design")
            .because(WontFix)
            .by(Error)
            .saying("Only inexact types are supported"),
        Feature::DynamicOffsets
        | Feature::EmptyTensors
        | Feature::Float64
        | Feature::FullyMaskedRows
        | Feature::Int8
        | Feature::NanExtremes
        | Feature::Quantization
        | Feature::StridedInputs
        | Feature::SubnormalOperands
        | Feature::Subnormals
        | Feature::WideAccumulation => RUN,
    }
}

#[crosscheck::exclusions("mlx_cpu", test = "argmax::no_rows_have_no_largest")]
pub(super) const EMPTY_ARGMAX: Action =
    xfail("argmax refuses every tensor without elements, also along an axis that has some")
        .because(Upstream)
        .by(Error)
        .saying("Cannot argmax reduce zero size array");

#[crosscheck::exclusions("mlx_cpu", test = "argmin::no_rows_have_no_smallest")]
pub(super) const EMPTY_ARGMIN: Action =
    xfail("argmin refuses every tensor without elements, also along an axis that has some")
        .because(Upstream)
        .by(Error)
        .saying("Cannot argmin reduce zero size array");

#[crosscheck::exclusions("mlx_cpu", test = "quantization::no_rows_come_back_as_no_rows")]
const EMPTY_DEQUANTIZE: Action =
    xfail("dequantize splits rows into groups whose number it has to work out, which it cannot without rows")
        .because(Upstream)
        .by(Error)
        .saying("Cannot infer the shape of an empty array");

#[crosscheck::exclusions(
    "mlx_cpu",
    test("reduction::logsumexp_of_nothing_is_minus_infinity", "reduction::no_rows_have_no_logsumexp")
)]
pub(super) const EMPTY_LOGSUMEXP: Action =
    xfail("logsumexp refuses every tensor without elements, although the sum is 0")
        .because(Upstream)
        .by(Error)
        .saying("Received empty array");

#[crosscheck::exclusions("mlx_cpu", test = "onnx::node", case("test_reduce_log_sum_exp_empty_set"))]
const EMPTY_LOGSUMEXP_OF_ONNX: Action = EMPTY_LOGSUMEXP;

#[crosscheck::exclusions(
    "mlx_cpu",
    test(
        "quantization::a_sum_without_terms_is_zero",
        "quantization::no_rows_by_rows_are_no_rows",
        "quantization::rows_by_no_rows_are_no_columns"
    )
)]
const EMPTY_QUANTIZED_MATMUL: Action = xfail(
    "quantized_matmul divides by numbers of rows and columns: where there are none, x86-64 ends the process, and Arm leaves the \
     result unwritten",
)
.because(Upstream)
.by(Error)
.saying("not called: it divides by numbers of rows and columns");

#[crosscheck::exclusions(
    "mlx_cpu",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("argmax/*")
)]
const EMPTY_ARGMAX_OF_ANY_SHAPE: Action = EMPTY_ARGMAX;

#[crosscheck::exclusions(
    "mlx_cpu",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("argmin/*")
)]
const EMPTY_ARGMIN_OF_ANY_SHAPE: Action = EMPTY_ARGMIN;

#[crosscheck::exclusions(
    "mlx_cpu",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("dequantize/*")
)]
const EMPTY_DEQUANTIZE_OF_ANY_SHAPE: Action = EMPTY_DEQUANTIZE;

#[crosscheck::exclusions(
    "mlx_cpu",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("logsumexp/*")
)]
const EMPTY_LOGSUMEXP_OF_ANY_SHAPE: Action = EMPTY_LOGSUMEXP;

#[crosscheck::exclusions(
    "mlx_cpu",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("quantized_matmul/*")
)]
const EMPTY_QUANTIZED_MATMUL_OF_ANY_SHAPE: Action = EMPTY_QUANTIZED_MATMUL;

#[crosscheck::exclusions("mlx_cpu", test = "sweep::one_sided::no_elements_are_the_largest_none", case("of_nothing"))]
const EMPTY_SORT: Action =
    xfail("the sort that top_k is made of divides by the length of the axis: where it is 0, x86-64 ends the process")
        .because(Upstream)
        .by(Error)
        .saying("not called: its sort divides by the length of the axis");

#[crosscheck::exclusions("mlx_cpu", test = "axes::axes_without_elements", case("logsumexp"))]
const EMPTY_LOGSUMEXP_OF_SEVERAL_AXES: Action = EMPTY_LOGSUMEXP;

// One term is so much larger than the others that their digits are beyond what is compared.
#[crosscheck::exclusions("mlx_cpu", test = "onnx::node", case("test_reduce_log_sum_exp_default_axes_keepdims_example"))]
const FLOAT64_FUNCTIONS_OF_ONE_TERM: Action = RUN;

#[crosscheck::exclusions(
    "mlx_cpu",
    test("special::function::exp", "special::function::sigmoid", "special::function::silu"),
    case(dtype = F64, region = Tiny | Moderate | Far)
)]
const FLOAT64_EXPONENTIALS: Action = xfail("exp, sigmoid and silu have the digits of 32-bit floats")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/3047")
    .by(Panic)
    .saying("instead of");

#[crosscheck::exclusions(
    "mlx_cpu",
    test("special::function::exp", "special::function::sigmoid", "special::function::silu"),
    case(dtype = F64, region = Vanishing)
)]
const FLOAT64_VANISHING: Action = xfail("exp, sigmoid and silu have the range of 32-bit floats: 1e-308 is 0 there")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/3047")
    .by(Panic)
    .saying("e-308");

#[crosscheck::exclusions(
    "mlx_cpu",
    test = "special::function::gelu",
    case(form = Exact, dtype = F64, region = Tiny | Moderate | Far)
)]
const FLOAT64_ERROR_FUNCTION: Action = xfail("erf has the digits of 32-bit floats")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/3047")
    .by(Panic)
    .saying("instead of");

// Near −5 the sum of 1 and erf cancels: few digits are left.
#[crosscheck::exclusions("mlx_cpu", test = "activation::gelu_in_f64", case(form = Exact))]
const FLOAT64_ERROR_FUNCTION_THAT_CANCELS: Action = xfail("erf has the digits of 32-bit floats")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/3047")
    .by(Mismatch)
    .ulps(1e13..=2e15);

#[crosscheck::exclusions("mlx_cpu", test = "parameter::products_of_wide_scales_keep_their_digits")]
const FLOAT64_QUANTIZED_MATMUL: Action = xfail("matrices of 64-bit floats are not multiplied by quantized ones")
    .because(Upstream)
    .by(Error)
    .saying("[quantized_matmul] only floating types are supported");

#[crosscheck::exclusions("mlx_cpu", test = "quantization::a_row_by_rows", case(dtype = F64))]
const FLOAT64_ROW_BY_ROWS: Action = FLOAT64_QUANTIZED_MATMUL;

#[crosscheck::exclusions("mlx_cpu", test("norm::rms", "norm::layer"), case(dtype = F64))]
const FLOAT64_NORMS: Action =
    xfail("norms have the digits of 32-bit floats").because(Upstream).by(Mismatch).ulps(1e8..=5e12);

#[crosscheck::exclusions("mlx_cpu", test = "functions::exponentials_have_the_range_of_wide_floats")]
const FLOAT64_RANGE: Action = xfail("exp has the range of 32-bit floats: that of 100 is infinite")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/3047")
    .by(Panic)
    .saying("inf instead of");

#[crosscheck::exclusions("mlx_cpu", test = "special::lane::softmax", case(dtype = F64, lane = Largest | Lowest))]
const FLOAT64_SOFTMAX: Action =
    xfail("softmax becomes f32 first: the largest and the lowest 64-bit float are infinite there")
        .because(Upstream)
        .by(Panic)
        .saying("it is NaN instead of 1e0");

#[crosscheck::exclusions(
    "mlx_cpu",
    test = "special::cast::at_the_edges_of_the_target",
    case(from = F64, to = F16 | BF16, edge = BesideTie)
)]
const FLOAT64_BESIDE_TIES: Action = FLOAT64_TO_HALVES;

#[crosscheck::exclusions(
    "mlx_cpu",
    test = "special::cast::at_the_edges_of_the_target",
    case(from = F64, to = F16 | BF16, edge = Most)
)]
const FLOAT64_BELOW_INFINITY: Action = xfail(
    "64-bit floats become f32 first: what is just below the middle to infinity is rounded to it, and then to infinity",
)
.because(Upstream)
.by(Panic)
.saying("it is inf instead of");

#[crosscheck::exclusions("mlx_cpu", test = "cast::wide_floats_are_rounded_to_halves_once")]
const FLOAT64_TO_HALVES: Action =
    xfail("64-bit floats become f32 first: what is just above a tie is rounded as the tie")
        .because(Upstream)
        .by(Panic)
        .saying("1e0 instead of");

#[crosscheck::exclusions("mlx_cpu", test = "special::function::exp", case(dtype = F32 | BF16, region = Far))]
const EARLY_INFINITY: Action =
    xfail("exp is infinite from 88.4 on, where it is 2.4e38, and a 32-bit float holds those up to 88.7")
        .because(Upstream)
        .by(Panic)
        .saying("it is inf instead of");

#[crosscheck::exclusions("mlx_cpu", test = "special::function::exp_of_all", case(dtype = BF16))]
const EARLY_INFINITY_OF_ALL: Action = EARLY_INFINITY;

#[crosscheck::exclusions("mlx_cpu", test = "special::function::silu", case(dtype = F32 | F16 | BF16, region = Far | Vanishing))]
const OVERFLOWING_SILU: Action = xfail(
    "sigmoid is 1 / (1 + exp(−x)) in the type: from −11.1 on in f16, and −88.4 in others, that is infinite, and silu 0",
)
.because(Upstream)
.by(Panic)
.saying("it is -0e0 instead of -");

#[crosscheck::exclusions("mlx_cpu", test = "special::function::silu_of_all", case(dtype = F16 | BF16))]
const OVERFLOWING_SILU_OF_ALL: Action = OVERFLOWING_SILU;

#[crosscheck::exclusions("mlx_cpu", test = "sixteen::quantized_matmul")]
const SUMS_OF_QUANTIZED_PRODUCTS: Action =
    xfail("products with quantized matrices add up in the type: 2048 terms of 1.03 are 2052 in f16")
        .because(Upstream)
        .by(Panic)
        .saying("of 4096 equal numbers, element");

#[crosscheck::exclusions("mlx_cpu", test = "device::silu", case(dtype = F16))]
const OVERFLOWING_SILU_OF_DEVICE: Action = OVERFLOWING_SILU;

#[crosscheck::exclusions("mlx_cpu", test = "norm::squares_may_be_larger_than_a_float_holds")]
pub(super) const HUGE_MAGNITUDES: Action =
    xfail("norms square in f32: from 1.8e19 on the square is infinite, and the result 0")
        .because(Upstream)
        .by(Panic)
        .saying("is 0e0 instead of");

#[crosscheck::exclusions("mlx_cpu", test = "rope::neighbouring_positions_stay_apart")]
pub(super) const HUGE_POSITIONS: Action = xfail("rope counts positions in f32: 2^24 + 1 is turned like 2^24")
    .because(Upstream)
    .by(Panic)
    .saying("instead of");

#[crosscheck::exclusions("mlx_cpu", test = "cast::large_integers_are_rounded_once")]
const INTEGERS_TO_HALVES: Action =
    xfail("integers become f32 first: 2^30 + 2^22 + 1 is rounded twice on the way to bf16")
        .because(Upstream)
        .by(Panic)
        .saying("1.073741824e9 instead of 1.082130432e9");

#[crosscheck::exclusions("mlx_cpu", test = "cast::wide_integers_are_rounded_to_halves_once")]
const WIDE_INTEGERS_TO_HALVES: Action =
    xfail("integers become f32 first: 2^62 + 2^54 + 1 is rounded twice on the way to bf16")
        .because(Upstream)
        .by(Panic)
        .saying("4.611686018427388e18 instead of 4.647714815446352e18");

#[crosscheck::exclusions("mlx_cpu", test = "attention::more_queries_than_keys_leave_the_first_blind")]
pub(super) const MORE_QUERIES_THAN_KEYS: Action =
    xfail("a query before the first key gets the mean of all values, as if it saw every key")
        .because(Upstream)
        .tracking("https://github.com/ml-explore/mlx/pull/2608")
        .by(Panic)
        .saying("instead of NaN");

#[crosscheck::exclusions("mlx_cpu", test = "attention::more_queries_than_keys_leave_the_first_blind_in_a_window")]
const MORE_QUERIES_THAN_KEYS_OF_A_WINDOW: Action = MORE_QUERIES_THAN_KEYS;

#[crosscheck::exclusions("mlx_cpu", test = "attention::a_nan_in_a_hidden_value_does_not_matter")]
pub(super) const NAN_IN_HIDDEN_VALUES: Action =
    xfail("a hidden value is multiplied by the weight 0, which NaN survives")
        .because(Upstream)
        .by(Panic)
        .saying("is NaN instead of");

#[crosscheck::exclusions("mlx_cpu", test = "special::attention::hidden_keys", case(operand = Value))]
pub(super) const NOT_FINITE_IN_HIDDEN_VALUES: Action =
    xfail("a hidden value is multiplied by the weight 0, which makes NaN of NaN and of infinities")
        .because(Upstream)
        .by(Panic)
        .saying("it is NaN instead of");

#[crosscheck::exclusions("mlx_cpu", test = "special::attention::hidden_keys", case(operand = Key, added = yes))]
pub(super) const NOT_FINITE_IN_HIDDEN_KEYS: Action = xfail(
    "with a mask that is added, a key is hidden by −∞ that is added too: the fast kernel takes one mask, which NaN and ∞ survive",
)
.because(Upstream)
.by(Panic)
.saying("it is NaN instead of");

#[crosscheck::exclusions("mlx_cpu", test = "special::lane::argmax", case(lane = OneNan | SeveralNans))]
const NAN_ORDERING_IN_LANES: Action = NAN_ORDERING;

#[crosscheck::exclusions("mlx_cpu", test = "argmax::nan_is_the_largest")]
const NAN_ORDERING: Action = xfail("argmax overlooks a NaN behind a number, and returns the largest number")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/4274")
    .by(Panic)
    .saying("instead of");

#[crosscheck::exclusions("mlx_cpu", test = "sweep::late::a_nan_counts_wherever_it_stands", case("argmax/*"))]
const LATE_NAN_ORDERING: Action = xfail("argmax overlooks a NaN behind a number, and returns the largest number")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/4274")
    .by(Panic)
    .saying("is 1e1 instead of");

#[crosscheck::exclusions("mlx_cpu", test = "special::lane::argmin", case(lane = OneNan | SeveralNans))]
const NAN_ORDERING_OF_SMALLEST_IN_LANES: Action = NAN_ORDERING_OF_SMALLEST;

#[crosscheck::exclusions("mlx_cpu", test = "argmin::nan_is_the_smallest")]
const NAN_ORDERING_OF_SMALLEST: Action =
    xfail("argmin overlooks a NaN behind a number, and returns the smallest number")
        .because(Upstream)
        .tracking("https://github.com/ml-explore/mlx/issues/4274")
        .by(Panic)
        .saying("instead of");

#[crosscheck::exclusions("mlx_cpu", test = "sweep::late::a_nan_counts_wherever_it_stands", case("argmin/*"))]
const LATE_NAN_ORDERING_OF_SMALLEST: Action =
    xfail("argmin overlooks a NaN behind a number, and returns the smallest number")
        .because(Upstream)
        .tracking("https://github.com/ml-explore/mlx/issues/4274")
        .by(Panic)
        .saying("is 1e1 instead of");

#[crosscheck::exclusions(
    "mlx_cpu",
    test("functions::an_exponential_may_be_subnormal", "softmax::a_weight_may_be_subnormal")
)]
const SUBNORMAL_EXPONENTIALS: Action =
    xfail("the vectorised exp flushes results below the smallest normal float to zero")
        .because(Upstream)
        .by(Panic)
        .saying("0e0 instead of");

#[crosscheck::exclusions("mlx_cpu", test = "special::function::exp", case(dtype = F32 | BF16, region = Vanishing))]
const VANISHING_EXPONENTIALS: Action = SUBNORMAL_EXPONENTIALS;

#[crosscheck::exclusions(
    "mlx_cpu",
    test = "special::function::sigmoid",
    case(dtype = F32 | F16 | BF16, region = Vanishing)
)]
pub(super) const VANISHING_SIGMOIDS: Action =
    xfail("sigmoid is 1 / (1 + exp(−x)) in the type: where that exponential is infinite, it is 0 instead of subnormal")
        .because(Upstream)
        .by(Panic)
        .saying("0e0 instead of");

#[crosscheck::exclusions("mlx_cpu", test = "quantization::long_sums_are_not_kept_in_halves")]
const WIDE_QUANTIZED_MATMUL: Action =
    xfail("quantized_matmul adds up in the 16 bits of its operands: 2049 ones are 2048")
        .because(Upstream)
        .by(Panic)
        .saying("instead of 4.096e3");

#[crosscheck::exclusions(
    "mlx_cpu",
    test(
        "axes::long_sums_are_not_kept_in_halves",
        "axes::long_sums_of_means_are_not_kept_in_halves",
        "reduction::long_sums_are_not_kept_in_halves",
        "reduction::long_sums_of_means_are_not_kept_in_halves",
        "sixteen::sum",
        "sixteen::mean"
    )
)]
const WIDE_REDUCTIONS: Action =
    xfail("sum and mean along an axis add up in 16 bits, logsumexp does along any but the last")
        .because(Upstream)
        .tracking("https://github.com/ml-explore/mlx/issues/4379")
        .by(Panic)
        .saying("instead of");

#[crosscheck::exclusions(
    "mlx_cpu",
    test("reduction::long_sums_of_exponentials_are_not_kept_in_halves", "sixteen::logsumexp"),
    case(axis = 0)
)]
const WIDE_REDUCTIONS_OF_EXPONENTIALS: Action = WIDE_REDUCTIONS;

// Over the first and the last axis, the sums on the way are multiples of 64, which 16 bits hold.
#[crosscheck::exclusions(
    "mlx_cpu",
    test = "axes::long_sums_of_exponentials_are_not_kept_in_halves",
    case(over = Behind)
)]
const WIDE_REDUCTIONS_OVER_SEVERAL_AXES: Action =
    xfail("logsumexp over several axes adds up in 16 bits: 4096 ones are 2048 in f16, and 256 in bf16")
        .because(Upstream)
        .tracking("https://github.com/ml-explore/mlx/issues/4379")
        .by(Panic)
        .saying("instead of 8.3");
