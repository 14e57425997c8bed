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
        Feature::Int8 => NO_I8,
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

const NO_I8: Action = skip("of 8 bits, there are integers without a sign only").because(Upstream);

// Else a row about a test would decide.
#[crosscheck::exclusions("candle", test = "sweep::*", case("*/int8"))]
const NO_I8_IN_SWEEPS: Action = NO_I8;

#[crosscheck::exclusions("candle", test = "argmax::no_rows_have_no_largest")]
const EMPTY_ARGMAX: Action = xfail("argmax refuses every tensor without elements, also along an axis that has some")
    .because(Upstream)
    .by(Error)
    .saying("empty tensor for reduce");

#[crosscheck::exclusions("candle", test = "argmin::no_rows_have_no_smallest")]
const EMPTY_ARGMIN: Action = xfail("argmin refuses every tensor without elements, also along an axis that has some")
    .because(Upstream)
    .by(Error)
    .saying("empty tensor for reduce");

#[crosscheck::exclusions("candle", test = "axes::axes_without_elements", case("max", "min"))]
const EMPTY_EXTREMES_OF_SEVERAL_AXES: Action = EMPTY_EXTREMES;

#[crosscheck::exclusions("candle", test = "axes::axes_without_elements", case("logsumexp"))]
const EMPTY_LOGSUMEXP_OF_SEVERAL_AXES: Action = EMPTY_LOGSUMEXP;

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

#[crosscheck::exclusions("candle", test = "wrong::neighbour::layer_norm", case(width = 0))]
const EMPTY_ROWS_OF_LAYER_NORM: Action = EMPTY_LAYER_NORM;

#[crosscheck::exclusions("candle", test = "wrong::neighbour::rms_norm", case(width = 0))]
const EMPTY_ROWS_OF_RMS_NORM: Action = EMPTY_RMS_NORM;

#[crosscheck::exclusions("candle", test = "norm::rows_of_nothing_have_no_mean")]
const EMPTY_LAYER_NORM: Action = xfail("layer_norm cuts into rows of the length of a row: 0 panics")
    .because(Upstream)
    .by(Error)
    .saying("it panicked: chunk_size must not be zero");

#[crosscheck::exclusions("candle", test = "norm::rows_of_nothing_are_normalised_to_rows_of_nothing")]
const EMPTY_RMS_NORM: Action = xfail("rms_norm divides by the length of a row: 0 panics")
    .because(Upstream)
    .by(Error)
    .saying("it panicked: attempt to divide by zero");

#[crosscheck::exclusions("candle", test = "rope::no_positions_are_turned_to_no_positions")]
const EMPTY_ROPE: Action = xfail("rope cuts into heads of no length, which panics")
    .because(Upstream)
    .by(Error)
    .saying("it panicked: chunk_size must not be zero");

#[crosscheck::exclusions("candle", test = "softmax::nothing_has_no_weights")]
const EMPTY_SOFTMAX: Action = xfail("softmax looks for the largest element, and refuses where there is none")
    .because(Upstream)
    .by(Error)
    .saying("empty tensor for reduce");

#[crosscheck::exclusions("candle", test = "wrong::neighbour::slice_at")]
const EMPTY_SLICES: Action = xfail("a part without elements that begins behind the last one panics when it is copied")
    .because(Upstream)
    .by(Error)
    .saying("it panicked: range start index");

#[crosscheck::exclusions(
    "candle",
    test(
        "update::a_part_of_nothing_changes_nothing",
        "wrong::neighbour::update_at",
        "device::extent::nothing_is_computed"
    )
)]
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
        "setting::plain_weights_of_rms_norm",
        "setting::plain_parameters_of_layer_norm",
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
const DEEP_PRODUCTS: Action =
    xfail("matmul refuses products of five dimensions and more, whether batches are repeated or not")
        .because(Upstream)
        .by(Error)
        .saying("MatMulUnexpectedStriding");

#[crosscheck::exclusions("candle", test = "cast::large_integers_are_rounded_once")]
const INTEGERS_TO_HALVES: Action =
    xfail("integers become f32 first: 2^30 + 2^22 + 1 is rounded twice on the way to bf16")
        .because(Upstream)
        .by(Panic)
        .saying("1.073741824e9 instead of 1.082130432e9");

#[crosscheck::exclusions("candle", test = "cast::wide_integers_are_rounded_to_halves_once")]
const WIDE_INTEGERS_TO_HALVES: Action =
    xfail("integers become f32 first: 2^62 + 2^54 + 1 is rounded twice on the way to bf16")
        .because(Upstream)
        .by(Panic)
        .saying("4.611686018427388e18 instead of 4.647714815446352e18");

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

#[crosscheck::exclusions("candle", test = "sixteen::means_between_numbers", case(dtype = F16, width = 24))]
const MEANS_OF_SIXTEEN: Action =
    xfail("layer_norm adds up and divides in f16: of 24 elements from 1024 on the mean is one of them")
        .because(Upstream)
        .by(Panic)
        .saying("it is -1.41");

#[crosscheck::exclusions("candle", test = "sixteen::means_between_numbers", case(dtype = F16, width = 512))]
const SUMS_OF_SIXTEEN: Action = xfail("layer_norm adds up in f16: of 512 elements from 1024 on the sum is infinite")
    .because(Upstream)
    .by(Panic)
    .saying("it is NaN instead of -1e0");

#[crosscheck::exclusions(
    "candle",
    test = "device::operand::uploads_of_each_layout",
    case(layout = Transposed | Strided | Gaps | Repeated)
)]
const ROWS_OF_UPLOADED_TABLES: Action = STRIDED_TABLES;

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

#[crosscheck::exclusions(
    "candle",
    test("device::products", "device::extent::products_of_each_number_of_rows"),
    case(dtype = F16, rows = 1)
)]
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

#[crosscheck::exclusions("candle", test = "special::attention::hidden_keys", case(operand = Value))]
const NOT_FINITE_IN_HIDDEN_VALUES: Action =
    xfail("a hidden value is multiplied by the weight 0, which makes NaN of NaN and of infinities")
        .because(Upstream)
        .by(Panic)
        .saying("it is NaN instead of");

#[crosscheck::exclusions("candle", test = "special::lane::argmax", case(lane = OneNan | SeveralNans))]
const NAN_ORDERING_IN_LANES: Action = NAN_ORDERING;

#[crosscheck::exclusions("candle", test = "special::lane::argmin", case(lane = OneNan | SeveralNans))]
const NAN_ORDERING_OF_SMALLEST_IN_LANES: Action = NAN_ORDERING_OF_SMALLEST;

#[crosscheck::exclusions("candle", test = "argmin::nan_is_the_smallest")]
const NAN_ORDERING_OF_SMALLEST: Action =
    xfail("argmin overlooks a NaN behind a number, and returns the smallest number")
        .because(Upstream)
        .by(Panic)
        .saying("instead of");

#[crosscheck::exclusions("candle", test = "axes::a_nan_is_an_extreme")]
const NAN_AMONG_SEVERAL_AXES: Action = xfail("max and min overlook a NaN behind a number along each of several axes")
    .because(Upstream)
    .by(Panic)
    .saying("without NaN");

#[crosscheck::exclusions("candle", test = "functions::halves_are_rounded_to_even_numbers")]
const TIES_AWAY: Action = xfail("round takes ties away from zero: 0.5 becomes 1, and 2.5 becomes 3")
    .because(Upstream)
    .by(Panic)
    .saying("1e0 instead of 0e0");

#[crosscheck::exclusions("candle", test = "onnx::node", case("test_round"))]
const TIES_AWAY_OF_ONNX: Action = xfail("round takes ties away from zero: 0.5 becomes 1, and 2.5 becomes 3")
    .because(Upstream)
    .by(Mismatch)
    .share(0.1..=0.3);

#[crosscheck::exclusions("candle", test = "special::round::halves", case(beside = false))]
const TIES_AWAY_OF_EACH_SIZE: Action = TIES_AWAY;

#[crosscheck::exclusions("candle", test = "special::round::all_of_sixteen_bits", case(ties = true))]
const TIES_AWAY_OF_ALL: Action = TIES_AWAY;

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
        "axes::long_sums_are_not_kept_in_halves",
        "axes::long_sums_of_exponentials_are_not_kept_in_halves",
        "axes::long_sums_of_means_are_not_kept_in_halves",
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

// What the sweeps find out, by operations. A case of theirs stands for all shapes of a kind, and the first that fails is told.

#[crosscheck::exclusions(
    "candle",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("argmax/*")
)]
const EMPTY_ARGMAX_OF_ANY_SHAPE: Action = EMPTY_ARGMAX;

#[crosscheck::exclusions(
    "candle",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("argmin/*")
)]
const EMPTY_ARGMIN_OF_ANY_SHAPE: Action = EMPTY_ARGMIN;

#[crosscheck::exclusions("candle", test = "sweep::one_sided::along_some_axes_is_no_element", case("max/*", "min/*"))]
const EMPTY_EXTREMES_OF_ANY_SHAPE: Action = EMPTY_EXTREMES;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::view::of_nothing_in_each_layout",
    case(
        "max/gaps/*",
        "max/offset/*",
        "max/permuted/*",
        "max/repeated/*",
        "max/reversed/*",
        "max/transposed/*",
        "min/gaps/*",
        "min/offset/*",
        "min/permuted/*",
        "min/repeated/*",
        "min/reversed/*",
        "min/transposed/*"
    )
)]
const EMPTY_EXTREMES_OF_ANY_LAYOUT: Action = EMPTY_EXTREMES;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::one_sided::along_some_axes_is_no_element",
    case("layer_norm/nothing/floats")
)]
const EMPTY_LAYER_NORM_OF_ANY_SHAPE: Action = EMPTY_LAYER_NORM;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::one_sided::along_some_axes_is_no_element",
    case("rms_norm/nothing/floats")
)]
const EMPTY_RMS_NORM_OF_ANY_SHAPE: Action = EMPTY_RMS_NORM;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::view::of_nothing_in_each_layout",
    case(
        "layer_norm/gaps/floats",
        "layer_norm/offset/floats",
        "layer_norm/permuted/floats",
        "layer_norm/repeated/floats",
        "layer_norm/reversed/floats",
        "layer_norm/transposed/floats"
    )
)]
const EMPTY_LAYER_NORM_OF_ANY_LAYOUT: Action = EMPTY_LAYER_NORM;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::view::of_nothing_in_each_layout",
    case(
        "rms_norm/gaps/floats",
        "rms_norm/offset/floats",
        "rms_norm/permuted/floats",
        "rms_norm/repeated/floats",
        "rms_norm/reversed/floats",
        "rms_norm/transposed/floats"
    )
)]
const EMPTY_RMS_NORM_OF_ANY_LAYOUT: Action = EMPTY_RMS_NORM;

#[crosscheck::exclusions(
    "candle",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("logsumexp/*")
)]
const EMPTY_LOGSUMEXP_OF_ANY_SHAPE: Action = EMPTY_LOGSUMEXP;

#[crosscheck::exclusions("candle", test = "sweep::one_sided::along_some_axes_is_no_element", case("slice_at/*"))]
const EMPTY_PARTS: Action =
    xfail("a part of nothing that does not begin at the origin cannot be read: the place is behind the memory")
        .because(Upstream)
        .by(Error)
        .saying("it panicked: range start index");

#[crosscheck::exclusions(
    "candle",
    test = "sweep::view::of_nothing_in_each_layout",
    case("slice_at/gaps/*", "slice_at/offset/*", "slice_at/permuted/*", "slice_at/reversed/*")
)]
const EMPTY_PARTS_OF_ANY_LAYOUT: Action = EMPTY_PARTS;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::one_sided::along_some_axes_is_no_element",
    case("rope/nothing/floats")
)]
const EMPTY_ROPE_OF_ANY_SHAPE: Action = EMPTY_ROPE;

#[crosscheck::exclusions("candle", test = "sweep::view::of_nothing_in_each_layout", case("rope/*"))]
const EMPTY_ROPE_OF_ANY_LAYOUT: Action = EMPTY_ROPE;

#[crosscheck::exclusions(
    "candle",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("softmax/*")
)]
const EMPTY_SOFTMAX_OF_ANY_SHAPE: Action = EMPTY_SOFTMAX;

#[crosscheck::exclusions("candle", test = "sweep::one_sided::no_elements_are_the_largest_none", case("of_nothing"))]
const EMPTY_SORT: Action = xfail("the sort cuts into rows of no length, which panics")
    .because(Upstream)
    .by(Error)
    .saying("it panicked: chunk_size must not be zero");

#[crosscheck::exclusions(
    "candle",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("update_at/*")
)]
const EMPTY_UPDATES_OF_ANY_SHAPE: Action = EMPTY_UPDATES;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::view::of_nothing_in_each_layout",
    case(
        "broadcast_to/strided/*",
        "concatenate/strided/*",
        "exp/strided/*",
        "gelu/strided/*",
        "log/strided/*",
        "max/strided/*",
        "maximum/strided/*",
        "mean/strided/*",
        "min/strided/*",
        "minimum/strided/*",
        "round/strided/*",
        "rsqrt/strided/*",
        "select/strided/*",
        "silu/strided/*",
        "sqrt/strided/*",
        "take_along_axis/strided/*",
        "tanh/strided/*",
        "transpose/strided/*",
        "add/strided/floats",
        "add/strided/wide",
        "div/strided/floats",
        "div/strided/wide",
        "mul/strided/floats",
        "mul/strided/wide",
        "neg/strided/floats",
        "neg/strided/wide",
        "sub/strided/floats",
        "sub/strided/wide",
        "sum/strided/floats",
        "sum/strided/wide",
        "layer_norm/strided/floats",
        "rms_norm/strided/floats",
        "slice_at/strided/*"
    )
)]
const EMPTY_VIEWS: Action =
    xfail("a view of nothing that does not begin where its memory does is read from behind the memory")
        .because(Upstream)
        .by(Error)
        .saying("it panicked: range start index");

#[crosscheck::exclusions("candle", test = "sweep::view::of_each_layout", case("concatenate/strided_3/*"))]
const EMPTY_VIEWS_AMONG_OTHERS: Action = EMPTY_VIEWS;

#[crosscheck::exclusions("candle", test = "sweep::*", case("layer_norm/*/wide", "rms_norm/*/wide"))]
const FLOAT64_NORMS_OF_ANY_SHAPE: Action = FLOAT64_NORMS;

#[crosscheck::exclusions("candle", test = "sweep::one_sided::along_some_axes_is_no_element", case("rope/nothing/wide"))]
const FLOAT64_TABLES: Action =
    xfail("rope of one position takes tables of 64-bit cosines for a column, and refuses them")
        .because(Upstream)
        .by(Error)
        .saying("cos has to be contiguous in rope");

// What has no elements, has no types to be refused.
#[crosscheck::exclusions(
    "candle",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("matmul/*/whole")
)]
const INTEGER_MATMUL_OF_NOTHING: Action = RUN;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::rank::of_any_rank",
    case(
        "add/rank_9/*",
        "add/rank_10/*",
        "div/rank_9/*",
        "div/rank_10/*",
        "equal/rank_9/*",
        "equal/rank_10/*",
        "greater/rank_9/*",
        "greater/rank_10/*",
        "greater_equal/rank_9/*",
        "greater_equal/rank_10/*",
        "less/rank_9/*",
        "less/rank_10/*",
        "less_equal/rank_9/*",
        "less_equal/rank_10/*",
        "logsumexp/rank_9/*",
        "logsumexp/rank_10/*",
        "maximum/rank_9/*",
        "maximum/rank_10/*",
        "minimum/rank_9/*",
        "minimum/rank_10/*",
        "mul/rank_9/*",
        "mul/rank_10/*",
        "not_equal/rank_9/*",
        "not_equal/rank_10/*",
        "select/rank_9/*",
        "select/rank_10/*",
        "softmax/rank_9/*",
        "softmax/rank_10/*",
        "sub/rank_9/*",
        "sub/rank_10/*"
    )
)]
const MANY_DIMENSIONS: Action =
    xfail("what is broadcast has eight dimensions at most").because(Upstream).by(Error).saying("exceeds MAX_DIMS=8");

#[crosscheck::exclusions(
    "candle",
    test = "sweep::rank::of_any_rank",
    case(
        "matmul/rank_5/floats",
        "matmul/rank_5/wide",
        "matmul/rank_6/floats",
        "matmul/rank_6/wide",
        "matmul/rank_7/floats",
        "matmul/rank_7/wide",
        "matmul/rank_8/floats",
        "matmul/rank_8/wide",
        "matmul/rank_9/floats",
        "matmul/rank_9/wide",
        "matmul/rank_10/floats",
        "matmul/rank_10/wide"
    )
)]
const DEEP_PRODUCTS_OF_EACH_RANK: Action = DEEP_PRODUCTS;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::one_sided::each_side_is_repeated_along_each_axis",
    case("matmul/pairs/floats", "matmul/pairs/wide")
)]
const DEEP_PRODUCTS_OF_PAIRS: Action = DEEP_PRODUCTS;

#[crosscheck::exclusions("candle", test = "sweep::late::a_nan_counts_wherever_it_stands", case("argmax/*"))]
const LATE_NAN_ORDERING: Action = xfail("argmax overlooks a NaN behind a number, and returns the largest number")
    .because(Upstream)
    .by(Panic)
    .saying("is 1e1 instead of");

#[crosscheck::exclusions("candle", test = "sweep::late::a_nan_counts_wherever_it_stands", case("argmin/*"))]
const LATE_NAN_ORDERING_OF_SMALLEST: Action =
    xfail("argmin overlooks a NaN behind a number, and returns the smallest number")
        .because(Upstream)
        .by(Panic)
        .saying("is 1e1 instead of");

#[crosscheck::exclusions(
    "candle",
    test = "sweep::view::of_each_layout",
    case(
        "layer_norm/gaps_0/floats",
        "layer_norm/gaps_all/floats",
        "layer_norm/permuted_0/floats",
        "layer_norm/permuted_all/floats",
        "layer_norm/repeated_0/floats",
        "layer_norm/repeated_1/floats",
        "layer_norm/repeated_2/floats",
        "layer_norm/repeated_all/floats",
        "layer_norm/strided_0/floats",
        "layer_norm/strided_1/floats",
        "layer_norm/strided_2/floats",
        "layer_norm/strided_all/floats",
        "layer_norm/transposed_0/floats",
        "layer_norm/transposed_all/floats",
        "rms_norm/gaps_0/floats",
        "rms_norm/gaps_all/floats",
        "rms_norm/permuted_0/floats",
        "rms_norm/permuted_all/floats",
        "rms_norm/repeated_0/floats",
        "rms_norm/repeated_1/floats",
        "rms_norm/repeated_all/floats",
        "rms_norm/strided_0/floats",
        "rms_norm/strided_1/floats",
        "rms_norm/strided_all/floats",
        "rms_norm/transposed_0/floats",
        "rms_norm/transposed_all/floats"
    )
)]
const NORMS_OF_VIEWS: Action = xfail("norms of what does not stand in memory in its order, without gaps, are refused")
    .because(Upstream)
    .by(Error)
    .saying("has to be contiguous");

#[crosscheck::exclusions(
    "candle",
    test = "sweep::view::of_each_layout",
    case(
        "embedding/gaps_0/*",
        "embedding/gaps_all/*",
        "embedding/repeated_0/*",
        "embedding/repeated_all/*",
        "embedding/strided_0/*",
        "embedding/strided_all/*",
        "embedding/transposed_0/*",
        "embedding/transposed_all/*",
        "take_along_axis/gaps_0/*",
        "take_along_axis/gaps_all/*",
        "take_along_axis/permuted_0/*",
        "take_along_axis/permuted_all/*",
        "take_along_axis/repeated_0/*",
        "take_along_axis/repeated_all/*",
        "take_along_axis/strided_0/*",
        "take_along_axis/strided_all/*",
        "take_along_axis/transposed_0/*",
        "take_along_axis/transposed_all/*"
    )
)]
const TABLES_THAT_ARE_VIEWS: Action = STRIDED_TABLES;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::view::of_nothing_in_each_layout",
    case(
        "embedding/gaps/*",
        "embedding/repeated/*",
        "embedding/strided/*",
        "embedding/transposed/*",
        "take_along_axis/gaps/*",
        "take_along_axis/permuted/*",
        "take_along_axis/transposed/*"
    )
)]
const TABLES_THAT_ARE_VIEWS_OF_NOTHING: Action = STRIDED_TABLES;

#[crosscheck::exclusions(
    "candle",
    test = "sweep::view::of_each_layout",
    case(
        "matmul/permuted_0/floats",
        "matmul/permuted_0/wide",
        "matmul/permuted_1/floats",
        "matmul/permuted_1/wide",
        "matmul/permuted_all/floats",
        "matmul/permuted_all/wide",
        "matmul/repeated_0/floats",
        "matmul/repeated_0/wide",
        "matmul/repeated_1/floats",
        "matmul/repeated_1/wide",
        "matmul/repeated_all/floats",
        "matmul/repeated_all/wide",
        "matmul/transposed_0/floats",
        "matmul/transposed_0/wide",
        "matmul/transposed_1/floats",
        "matmul/transposed_1/wide",
        "matmul/transposed_all/floats",
        "matmul/transposed_all/wide"
    )
)]
const BATCHES_THAT_ARE_VIEWS: Action = xfail("matmul refuses batches whose axes are in another order, or held once")
    .because(Upstream)
    .by(Error)
    .saying("MatMulUnexpectedStriding");

#[crosscheck::exclusions(
    "candle",
    test = "sweep::view::of_each_layout",
    case(
        "scaled_dot_product_attention/permuted_1/floats",
        "scaled_dot_product_attention/permuted_1/wide",
        "scaled_dot_product_attention/permuted_2/floats",
        "scaled_dot_product_attention/permuted_2/wide",
        "scaled_dot_product_attention/permuted_all/floats",
        "scaled_dot_product_attention/permuted_all/wide",
        "scaled_dot_product_attention/repeated_1/floats",
        "scaled_dot_product_attention/repeated_1/wide",
        "scaled_dot_product_attention/repeated_2/floats",
        "scaled_dot_product_attention/repeated_2/wide",
        "scaled_dot_product_attention/repeated_all/floats",
        "scaled_dot_product_attention/repeated_all/wide",
        "scaled_dot_product_attention/transposed_1/floats",
        "scaled_dot_product_attention/transposed_1/wide",
        "scaled_dot_product_attention/transposed_2/floats",
        "scaled_dot_product_attention/transposed_2/wide",
        "scaled_dot_product_attention/transposed_all/floats",
        "scaled_dot_product_attention/transposed_all/wide"
    )
)]
const BATCHES_OF_KEYS_THAT_ARE_VIEWS: Action = BATCHES_THAT_ARE_VIEWS;
