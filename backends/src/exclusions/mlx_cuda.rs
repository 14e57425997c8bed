//! What MLX cannot do on NVIDIA's GPUs: mlx-rs 0.33.0 (MLX 0.32.2) on x86-64, with `MLX_ENABLE_TF32=0`, on an H200.

use crosscheck::Debt::{Upstream, WontFix};
use crosscheck::Failure::{Crash, Error, Mismatch, Panic};
use crosscheck::{Action, RUN, xfail};

use super::mlx_cpu;
use crate::Feature;

#[crosscheck::exclusions("mlx_cuda")]
const fn mlx_cuda(feature: Feature) -> Action {
    match feature {
        Feature::Float64 => xfail("MLX computes with 64-bit floats on processors only")
            .because(WontFix)
            .by(Error)
            .saying("float64 is not supported on the GPU"),
        Feature::IntegerMatmul => xfail("MLX multiplies matrices of floats only, by design")
            .because(WontFix)
            .by(Error)
            .saying("Only inexact types are supported"),
        Feature::DynamicOffsets
        | Feature::EmptyTensors
        | Feature::Float64Functions
        | Feature::Float64Quantization
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

// What computes nothing.
#[crosscheck::exclusions(
    "mlx_cuda",
    test("axes::largest_over", "axes::smallest_over", "axes::sums_over"),
    case(dtype = F64, over = Nothing)
)]
const FLOAT64_OVER_NO_AXES: Action = RUN;

#[crosscheck::exclusions("mlx_cuda", test("cast::between_types", "special::cast::of_floats"), case(from = F64, to = F64))]
const FLOAT64_TO_ITSELF: Action = RUN;

#[crosscheck::exclusions("mlx_cuda", test = "argmax::no_rows_have_no_largest")]
const EMPTY_ARGMAX: Action = mlx_cpu::EMPTY_ARGMAX;

#[crosscheck::exclusions("mlx_cuda", test = "argmin::no_rows_have_no_smallest")]
const EMPTY_ARGMIN: Action = mlx_cpu::EMPTY_ARGMIN;

#[crosscheck::exclusions(
    "mlx_cuda",
    test("reduction::logsumexp_of_nothing_is_minus_infinity", "reduction::no_rows_have_no_logsumexp")
)]
const EMPTY_LOGSUMEXP: Action = mlx_cpu::EMPTY_LOGSUMEXP;

#[crosscheck::exclusions("mlx_cuda", test = "axes::axes_without_elements", case("logsumexp"))]
const EMPTY_LOGSUMEXP_OF_SEVERAL_AXES: Action = EMPTY_LOGSUMEXP;

#[crosscheck::exclusions("mlx_cuda", test = "onnx::node", case("test_reduce_log_sum_exp_empty_set"))]
const EMPTY_LOGSUMEXP_OF_ONNX: Action = EMPTY_LOGSUMEXP;

#[crosscheck::exclusions(
    "mlx_cuda",
    test(
        "norm::no_rows_are_normalised_to_no_rows",
        "rope::no_positions_are_turned_to_no_positions",
        "rope::no_sequences_are_turned_to_no_sequences",
        "top_k::none_of_some_and_some_of_none",
        "device::extent::nothing_is_computed"
    )
)]
const EMPTY_LAUNCHES: Action =
    xfail("norms, rope and the sort are launched with no blocks where there are no rows, which CUDA refuses")
        .because(Upstream)
        .by(Error)
        .saying("cudaGraphAddKernelNode(&node, graph_, NULL, 0, &params) failed: invalid argument");

#[crosscheck::exclusions(
    "mlx_cuda",
    test("wrong::neighbour::rms_norm", "wrong::neighbour::layer_norm"),
    case(rows = 0, width = 3)
)]
const EMPTY_LAUNCHES_OF_NORMS: Action = EMPTY_LAUNCHES;

#[crosscheck::exclusions(
    "mlx_cuda",
    test("norm::rows_of_nothing_are_normalised_to_rows_of_nothing", "norm::rows_of_nothing_have_no_mean")
)]
const EMPTY_NORMS: Action =
    xfail("norms of rows of nothing end the process").because(Upstream).by(Crash).saying("SIGFPE");

#[crosscheck::exclusions(
    "mlx_cuda",
    test("wrong::neighbour::rms_norm", "wrong::neighbour::layer_norm"),
    case(width = 0)
)]
const EMPTY_NORMS_BESIDE_OTHERS: Action = EMPTY_NORMS;

#[crosscheck::exclusions(
    "mlx_cuda",
    test(
        "quantization::no_rows_are_quantized_to_no_rows",
        "quantization::no_rows_by_rows_are_no_rows",
        "quantization::no_rows_come_back_as_no_rows",
        "quantization::rows_by_no_rows_are_no_columns"
    )
)]
const EMPTY_QUANTIZATION: Action = xfail("quantize, dequantize and quantized_matmul of no rows end the process")
    .because(Upstream)
    .by(Crash)
    .saying("SIGFPE");

#[crosscheck::exclusions("mlx_cuda", test = "sweep::one_sided::no_elements_are_the_largest_none", case("of_nothing"))]
const EMPTY_SORT: Action = xfail("the sort that top_k is made of ends the process where the axis is 0 long")
    .because(Upstream)
    .by(Crash)
    .saying("SIGFPE");

#[crosscheck::exclusions(
    "mlx_cuda",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("argmax/*")
)]
const EMPTY_ARGMAX_OF_ANY_SHAPE: Action = EMPTY_ARGMAX;

#[crosscheck::exclusions(
    "mlx_cuda",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("argmin/*")
)]
const EMPTY_ARGMIN_OF_ANY_SHAPE: Action = EMPTY_ARGMIN;

#[crosscheck::exclusions(
    "mlx_cuda",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("logsumexp/*")
)]
const EMPTY_LOGSUMEXP_OF_ANY_SHAPE: Action = EMPTY_LOGSUMEXP;

#[crosscheck::exclusions(
    "mlx_cuda",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("*_norm/*/floats")
)]
const EMPTY_NORMS_OF_ANY_SHAPE: Action = EMPTY_NORMS;

#[crosscheck::exclusions(
    "mlx_cuda",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("rope/*/floats")
)]
const EMPTY_ROPE_OF_ANY_SHAPE: Action = EMPTY_LAUNCHES;

#[crosscheck::exclusions(
    "mlx_cuda",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("top_k/*/floats")
)]
const EMPTY_SORT_OF_ANY_SHAPE: Action = EMPTY_LAUNCHES;

#[crosscheck::exclusions(
    "mlx_cuda",
    test("sweep::one_sided::along_some_axes_is_no_element", "sweep::view::of_nothing_in_each_layout"),
    case("top_k/*/whole")
)]
const EMPTY_SORT_OF_INTEGERS_OF_ANY_SHAPE: Action = EMPTY_LAUNCHES;

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "sweep::one_sided::along_some_axes_is_no_element",
    case("*quantize*/nothing/floats")
)]
const EMPTY_QUANTIZATION_OF_ANY_SHAPE: Action = EMPTY_QUANTIZATION;

#[crosscheck::exclusions("mlx_cuda", test("argmax::nan_is_the_largest", "argmax::a_nan_in_front_is_the_largest"))]
const NAN_ORDERING: Action = xfail("argmax overlooks each NaN, and returns the largest number")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/4274")
    .by(Panic)
    .saying("instead of");

#[crosscheck::exclusions("mlx_cuda", test("argmin::nan_is_the_smallest", "argmin::a_nan_in_front_is_the_smallest"))]
const NAN_ORDERING_OF_SMALLEST: Action = xfail("argmin overlooks each NaN, and returns the smallest number")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/4274")
    .by(Panic)
    .saying("instead of");

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "special::lane::argmax",
    case(dtype = F32 | F16 | BF16, lane = OneNan | SeveralNans)
)]
const NAN_ORDERING_IN_LANES: Action = NAN_ORDERING;

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "special::lane::argmin",
    case(dtype = F32 | F16 | BF16, lane = OneNan | SeveralNans)
)]
const NAN_ORDERING_OF_SMALLEST_IN_LANES: Action = NAN_ORDERING_OF_SMALLEST;

#[crosscheck::exclusions("mlx_cuda", test = "sweep::late::a_nan_counts_wherever_it_stands", case("argmax/*"))]
const LATE_NAN_ORDERING: Action = NAN_ORDERING;

#[crosscheck::exclusions("mlx_cuda", test = "sweep::late::a_nan_counts_wherever_it_stands", case("argmin/*"))]
const LATE_NAN_ORDERING_OF_SMALLEST: Action = NAN_ORDERING_OF_SMALLEST;

#[crosscheck::exclusions("mlx_cuda", test = "reduction::logsumexp_of_special_values", case(dtype = F32 | F16 | BF16))]
const NAN_BESIDE_INFINITY: Action = xfail("logsumexp of ∞ and NaN is ∞: the largest is looked for without NaN")
    .because(Upstream)
    .by(Panic)
    .saying("is inf instead of NaN");

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "special::lane::logsumexp",
    case(dtype = F32 | F16 | BF16, lane = SeveralNans)
)]
const NAN_BESIDE_INFINITY_IN_LANES: Action = NAN_BESIDE_INFINITY;

#[crosscheck::exclusions(
    "mlx_cuda",
    test(
        "attention::more_queries_than_keys_leave_the_first_blind",
        "attention::more_queries_than_keys_leave_the_first_blind_in_a_window"
    )
)]
const MORE_QUERIES_THAN_KEYS: Action = mlx_cpu::MORE_QUERIES_THAN_KEYS;

#[crosscheck::exclusions("mlx_cuda", test = "onnx::node", case("test_attention_4d_causal_padded_kv_bf16"))]
const BLIND_QUERIES_IN_HALVES: Action = xfail("a query that sees no key gets zeros from the fast kernel for bf16")
    .because(Upstream)
    .by(Mismatch)
    .share(0.1..=0.15);

#[crosscheck::exclusions("mlx_cuda", test = "attention::a_nan_in_a_hidden_value_does_not_matter")]
const NAN_IN_HIDDEN_VALUES: Action = mlx_cpu::NAN_IN_HIDDEN_VALUES;

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "special::attention::hidden_keys",
    case(dtype = F32 | F16 | BF16, operand = Value)
)]
const NOT_FINITE_IN_HIDDEN_VALUES: Action = mlx_cpu::NOT_FINITE_IN_HIDDEN_VALUES;

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "special::attention::hidden_keys",
    case(dtype = F32 | F16 | BF16, operand = Key, added = yes)
)]
const NOT_FINITE_IN_HIDDEN_KEYS: Action = mlx_cpu::NOT_FINITE_IN_HIDDEN_KEYS;

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "device::causal_attention",
    case(scale = none | minus_half, dtype = F16 | BF16, rows = 2 | 40)
)]
const SCALES_OF_ATTENTION: Action =
    xfail("the fast kernel for 16 bits makes NaN of several queries where the scale is not above 0")
        .because(Upstream)
        .by(Panic)
        .saying("it is NaN instead of");

#[crosscheck::exclusions("mlx_cuda", test = "device::a_long_prompt", case(dtype = F16 | BF16))]
const SCALES_OF_LONG_PROMPTS: Action = SCALES_OF_ATTENTION;

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "matmul::sums_of_each_length",
    case(dtype = BF16, terms = 1023 | 4096, columns = 5 | 33)
)]
const SPLIT_SUMS: Action =
    xfail("products of several rows and columns add more than a thousand terms up in parts, which are rounded to bf16")
        .because(Upstream)
        .by(Mismatch)
        .ulps(2.0..=400.0)
        .share(0.02..=0.4);

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "matmul::transposed_operands",
    case(dtype = BF16, a = RowMajor, b = RowMajor, terms = 1023 | 4096)
)]
const SPLIT_SUMS_OF_ROWS: Action = SPLIT_SUMS;

#[crosscheck::exclusions("mlx_cuda", test = "axes::long_sums_are_not_kept_in_halves", case(dtype = BF16))]
const WIDE_SUMS: Action = xfail("sums over several axes add up in 16 bits: 4096 ones are 2048 in bf16")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/4379")
    .by(Panic)
    .saying("2.048e3 instead of 4.096e3");

#[crosscheck::exclusions("mlx_cuda", test = "axes::long_sums_of_exponentials_are_not_kept_in_halves", case(dtype = BF16, over = Outer))]
const WIDE_SUMS_OF_EXPONENTIALS: Action =
    xfail("logsumexp over several axes adds up in 16 bits: 4096 ones are 2048 in bf16")
        .because(Upstream)
        .tracking("https://github.com/ml-explore/mlx/issues/4379")
        .by(Panic)
        .saying("7.625e0 instead of 8.3125e0");

#[crosscheck::exclusions(
    "mlx_cuda",
    test("axes::long_sums_of_means_are_not_kept_in_halves", "reduction::long_sums_of_means_are_not_kept_in_halves"),
    case(dtype = F16)
)]
const WIDE_MEANS: Action = xfail("mean divides a sum that 16 bits do not hold: 4096 times 1024 is infinite in f16")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/4379")
    .by(Panic)
    .saying("is inf instead of 1.024e3");

#[crosscheck::exclusions("mlx_cuda", test("sixteen::sum", "sixteen::mean"), case(axis = 1))]
const SUMS_OF_ROWS: Action = xfail("sum and mean of a row add parts of it up in 16 bits")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/4379")
    .by(Panic)
    .saying("of 4096 equal numbers, element");

#[crosscheck::exclusions("mlx_cuda", test = "sixteen::logsumexp", case(axis = 0))]
const SUMS_OF_EXPONENTIALS_OF_COLUMNS: Action = xfail("logsumexp along any but the last axis adds up in 16 bits")
    .because(Upstream)
    .tracking("https://github.com/ml-explore/mlx/issues/4379")
    .by(Panic)
    .saying("of 4096 logits, element");

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "special::function::silu",
    case(dtype = F32 | F16 | BF16, region = Far | Vanishing)
)]
const OVERFLOWING_SILU: Action = xfail(
    "sigmoid is 1 / (1 + exp(−x)) in the type: from −11.1 on in f16, and −88.8 in others, that is infinite, and silu 0",
)
.because(Upstream)
.by(Panic)
.saying("it is -0e0 instead of -");

#[crosscheck::exclusions("mlx_cuda", test = "special::function::silu_of_all", case(dtype = F16 | BF16))]
const OVERFLOWING_SILU_OF_ALL: Action = OVERFLOWING_SILU;

#[crosscheck::exclusions("mlx_cuda", test = "device::silu", case(dtype = F16))]
const OVERFLOWING_SILU_OF_DEVICE: Action = OVERFLOWING_SILU;

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "special::function::sigmoid",
    case(dtype = F32 | F16 | BF16, region = Vanishing)
)]
const VANISHING_SIGMOIDS: Action = mlx_cpu::VANISHING_SIGMOIDS;

#[crosscheck::exclusions("mlx_cuda", test = "special::layer::matmul", case(dtype = F32, value = Least, rows = 3))]
const SUBNORMAL_TERMS: Action = xfail("products of several rows take a subnormal operand for 0")
    .because(Upstream)
    .by(Panic)
    .saying("it is 0e0 instead of -2.8");

#[crosscheck::exclusions("mlx_cuda", test = "norm::squares_may_be_larger_than_a_float_holds")]
const HUGE_MAGNITUDES: Action = mlx_cpu::HUGE_MAGNITUDES;

#[crosscheck::exclusions("mlx_cuda", test = "rope::neighbouring_positions_stay_apart")]
const HUGE_POSITIONS: Action = mlx_cpu::HUGE_POSITIONS;

#[crosscheck::exclusions("mlx_cuda", test = "sweep::view::of_each_layout", case("rope/repeated_all/floats"))]
const REPEATED_TOKENS: Action =
    xfail("rope of a token that stands for several in memory is not that of their copies: 1.77 instead of 3.39")
        .because(Upstream)
        .by(Panic)
        .saying("1.7718950510025024e0 instead of 3.38602352142334e0");

#[crosscheck::exclusions("mlx_cuda", test = "strided::quantize", case(layout = Transposed))]
const TRANSPOSED_MATRICES: Action =
    xfail("quantize of a transposed matrix is not that of its copy: no word is the same")
        .because(Upstream)
        .by(Mismatch)
        .share(0.9..=1.0);

#[crosscheck::exclusions("mlx_cuda", test = "sweep::view::of_each_layout", case("quantize/transposed_all/floats"))]
const TRANSPOSED_MATRICES_OF_ANY_SHAPE: Action =
    xfail("quantize of a transposed matrix is not that of its copy: no word is the same")
        .because(Upstream)
        .by(Panic)
        .saying("is -5e0 instead of -1.5e1");

#[crosscheck::exclusions("mlx_cuda", test = "strided::quantized_matmul", case(w = Transposed | Strided))]
const STRIDED_SCALES: Action =
    xfail("quantized_matmul has no kernel for matrices that are transposed, reversed or have gaps in memory")
        .because(Upstream)
        .by(Error)
        .saying("No implementation for problem shape");

#[crosscheck::exclusions("mlx_cuda", test = "sweep::view::of_each_layout", case("quantized_matmul/reversed_2/floats"))]
const REVERSED_SCALES: Action = STRIDED_SCALES;

#[crosscheck::exclusions("mlx_cuda", test = "sweep::view::of_each_layout", case("quantized_matmul/gaps_1/floats"))]
const SCALES_WITH_GAPS: Action = STRIDED_SCALES;

#[crosscheck::exclusions("mlx_cuda", test = "quantization::words", case(dtype = F16, group = 32, bits = 8))]
const ROUNDED_LEVELS: Action =
    xfail("quantize divides in the type: some levels are off by one").because(Upstream).by(Mismatch).share(0.001..=0.2);

#[crosscheck::exclusions("mlx_cuda", test = "quantization::words", case(dtype = F16, group = 64, bits = 4))]
const ROUNDED_LEVELS_OF_4_BITS: Action = ROUNDED_LEVELS;

#[crosscheck::exclusions("mlx_cuda", test = "quantization::words", case(dtype = F16, group = 128, bits = 8))]
const ROUNDED_LEVELS_OF_LARGE_GROUPS: Action = ROUNDED_LEVELS;

#[crosscheck::exclusions("mlx_cuda", test = "quantization::words", case(dtype = BF16))]
const ROUNDED_LEVELS_OF_BF16: Action = ROUNDED_LEVELS;

#[crosscheck::exclusions("mlx_cuda", test = "golden::quantization::quantize", case(bits = 8, group = 32 | 64))]
const LEVELS_OF_GOLDENS: Action =
    xfail("quantize divides otherwise than on a processor: levels of the golden are off by one")
        .because(Upstream)
        .by(Panic)
        .saying("disagree in i32");

#[crosscheck::exclusions("mlx_cuda", test = "golden::quantization::quantize", case(bits = 8, group = 128, dtype = F32 | BF16))]
const LEVELS_OF_GOLDENS_BY_LARGE_GROUPS: Action = LEVELS_OF_GOLDENS;

#[crosscheck::exclusions("mlx_cuda", test = "golden::quantization::quantize", case(bits = 4, group = 32, dtype = F32 | F16))]
const LEVELS_OF_GOLDENS_OF_4_BITS: Action = LEVELS_OF_GOLDENS;

#[crosscheck::exclusions("mlx_cuda", test = "device::products_of_quantized_matrices", case(group = 128, rows = 7))]
const PRODUCTS_OF_LARGE_GROUPS: Action =
    xfail("quantized_matmul of 7 rows by groups of 128 is wrong: the first element is 0.6 instead of −4.4")
        .because(Upstream)
        .by(Panic)
        .saying("of `linear`, element");

#[crosscheck::exclusions("mlx_cuda", test = "quantization::products_of_each_width", case(columns = 128))]
const PRODUCTS_OF_128_COLUMNS: Action =
    xfail("quantized_matmul by 128 columns is wrong, where 127 and 129 are right: elements are as large as 2e38")
        .because(Upstream)
        .by(Mismatch)
        .share(0.9..=1.0);

#[crosscheck::exclusions("mlx_cuda", test = "quantization::products", case(group = 128, rows = 33))]
const LAUNCHES_OF_LARGE_GROUPS: Action = xfail("the kernel for many rows by groups of 128 in f32 cannot be launched")
    .because(Upstream)
    .by(Error)
    .saying("cuGraphAddKernelNode(&node, graph_, NULL, 0, &params) failed: invalid argument");

#[crosscheck::exclusions("mlx_cuda", test = "sweep::regime::quantized_products_of_models", case(group = 128, bits = 4, dtype = F32))]
const LAUNCHES_OF_LARGE_GROUPS_OF_MODELS: Action = LAUNCHES_OF_LARGE_GROUPS;

#[crosscheck::exclusions(
    "mlx_cuda",
    test = "sweep::one_sided::along_some_axes_is_one_element",
    case("quantized_matmul/ones/floats")
)]
const PRODUCTS_OF_ONE_GROUP: Action =
    xfail("quantized_matmul by rows of one group is wrong: the first element is −9e19 instead of 35")
        .because(Upstream)
        .by(Panic)
        .saying("instead of");
