//! Which mutants there are. Each is a backend of the name that stands here.

use crosscheck::Unavailable;
use crosscheck_backends::Kernels;

use crate::mutant::Mutant;

/// A mutant, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The backend's name.
    pub name: &'static str,
    /// The function of the contract that has the fault: a check about it has to notice.
    pub function: &'static str,
    /// The fault.
    pub what: &'static str,
}

macro_rules! catalogue {
    ($($fault:ident, $name:literal, $function:literal, $what:literal;)*) => {
        /// What is wrong with a mutant.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $(#[doc = $what] $fault,)*
        }

        /// Every mutant.
        pub const CATALOGUE: &[Entry] = &[$(Entry { name: $name, function: $function, what: $what },)*];

        $(const _: () = {
            #[crosscheck::backend(name = $name)]
            fn open() -> Result<Box<dyn Kernels>, Unavailable> {
                Ok(Box::new(Mutant::new(Fault::$fault)))
            }
        };)*
    };
}

catalogue! {
    AddSaturates, "add_saturates", "add", "integers saturate instead of wrapping";
    AddFlushes, "add_flushes_subnormals", "add", "subnormal sums are flushed to zero";
    AddRepeatsRow, "add_repeats_the_first_row", "add", "a broadcast operand is read from its beginning only";
    AddStale, "add_returns_the_previous_result", "add", "the result of the previous call is returned";
    AddUnstrided, "add_ignores_strides", "add", "the buffer of the second operand is read from its beginning";
    MulLosesSign, "mul_loses_the_sign_of_zero", "mul", "minus zero becomes zero";
    MulByInfinity, "mul_zero_by_infinity_is_zero", "mul", "zero times infinity is zero instead of NaN";
    MatmulTransposed, "matmul_transposes_its_operand", "matmul", "a square second operand is transposed";
    MatmulTruncated, "matmul_drops_the_last_term", "matmul", "the last term of each sum is dropped";
    MatmulTile, "matmul_skips_the_last_tile", "matmul", "columns behind the last whole tile of 32 stay zero";
    MatmulNarrow, "matmul_accumulates_narrowly", "matmul", "sums are kept in the dtype of the operands";
    MatmulBatch, "matmul_repeats_the_first_batch", "matmul", "every batch is the first one";
    MatmulZeros, "matmul_returns_zeros", "matmul", "zeros of the right shape are returned";
    MatmulEmpty, "matmul_of_nothing_is_nan", "matmul", "a sum without terms is NaN";
    MatmulF32, "matmul_computes_in_f32", "matmul", "sums of 64-bit floats are 32-bit floats";
    MatmulUnstrided, "matmul_ignores_strides", "matmul", "the buffer of the second operand is read from its beginning";
    SoftmaxAxis, "softmax_along_the_last_axis", "softmax", "always along the last axis";
    SoftmaxOverflows, "softmax_overflows", "softmax", "the maximum is not subtracted first";
    SoftmaxMean, "softmax_divides_by_the_mean", "softmax", "divided by the mean instead of the sum";
    SoftmaxEcho, "softmax_returns_its_input", "softmax", "the input is returned";
    SoftmaxZeroRow, "softmax_of_a_masked_row_is_zero", "softmax", "a row of −∞ gives zeros instead of NaN";
    SoftmaxUnstrided, "softmax_ignores_strides", "softmax", "the buffer is read from its beginning";
    RmsEpsOutside, "rms_norm_eps_outside_of_the_root", "rms_norm", "eps is added to the root";
    RmsCentred, "rms_norm_subtracts_the_mean", "rms_norm", "the mean is subtracted first";
    RmsUnweighted, "rms_norm_ignores_the_weight", "rms_norm", "the weight is ignored";
    RmsSum, "rms_norm_sums", "rms_norm", "the sum of squares is taken for their mean";
    RmsNarrow, "rms_norm_accumulates_narrowly", "rms_norm", "squares are summed in the dtype of the operand";
    LayerEpsOutside, "layer_norm_eps_outside_of_the_root", "layer_norm", "eps is added to the root";
    LayerUnbiased, "layer_norm_corrects_the_variance", "layer_norm", "the variance is divided by one less";
    LayerBias, "layer_norm_ignores_the_bias", "layer_norm", "the bias is ignored";
    LayerMoments, "layer_norm_by_moments", "layer_norm", "the variance is the mean of squares less the square of the mean, in f32";
    SiluNegative, "silu_drops_negatives", "silu", "negative numbers become zero, as in relu";
    SiluOverflows, "silu_overflows", "silu", "computed as x · exp(x) / (1 + exp(x)), which is NaN for large numbers";
    GeluSwapped, "gelu_swaps_the_forms", "gelu", "the exact form and the approximation are exchanged";
    GeluNan, "gelu_loses_nan", "gelu", "NaN becomes zero";
    RopeOffset, "rope_ignores_the_offset", "rope", "positions begin at zero";
    RopeLate, "rope_is_late_by_one", "rope", "positions are one too small";
    RopeLayout, "rope_swaps_the_layouts", "rope", "the two layouts are exchanged";
    RopeBase, "rope_ignores_the_base", "rope", "the base is always 10000";
    RopeScale, "rope_ignores_the_scale", "rope", "positions are not scaled";
    RopeWhole, "rope_rotates_everything", "rope", "the number of rotated elements is ignored";
    RopeBack, "rope_turns_backwards", "rope", "the angle has the other sign";
    AttentionUnmasked, "attention_drops_the_causal_mask", "scaled_dot_product_attention", "the causal mask is ignored";
    AttentionStrict, "attention_hides_the_present", "scaled_dot_product_attention", "a query does not see its own position";
    AttentionTop, "attention_aligns_the_mask_to_the_first_key", "scaled_dot_product_attention", "query t sees the keys up to t, also behind a cache";
    AttentionAdditive, "attention_ignores_the_additive_mask", "scaled_dot_product_attention", "an additive mask is ignored";
    AttentionAfter, "attention_masks_after_softmax", "scaled_dot_product_attention", "hidden keys lose their weight after normalisation";
    AttentionUnscaled, "attention_forgets_the_scale", "scaled_dot_product_attention", "products are not scaled";
    AttentionHeads, "attention_interleaves_the_groups", "scaled_dot_product_attention", "query head h reads key head h modulo the number of groups";
    AttentionStale, "attention_reads_a_stale_cache_row", "scaled_dot_product_attention", "the last row of the keys is the one before it";
    AttentionKeys, "attention_uses_keys_as_values", "scaled_dot_product_attention", "values are read from the keys where the shapes allow";
    AttentionUnstrided, "attention_ignores_strides_of_keys", "scaled_dot_product_attention", "the buffer of the keys is read from its beginning";
    EmbeddingNext, "embedding_is_off_by_one", "embedding", "the row behind the one that is named";
    EmbeddingClamps, "embedding_clamps", "embedding", "ids outside of the table are moved into it";
    EmbeddingWraps, "embedding_wraps_negative_ids", "embedding", "negative ids count from the end";
    EmbeddingUnstrided, "embedding_ignores_strides_of_ids", "embedding", "the buffer of the ids is read from its beginning";
    SliceClamps, "slice_clamps_its_start", "slice_at", "a part that is not inside is moved to fit";
    SliceFirst, "slice_ignores_the_start", "slice_at", "the part at the origin is returned";
    SliceSwapped, "slice_reverses_the_start", "slice_at", "the numbers of the start are read in the reverse order";
    ArgmaxLast, "argmax_returns_the_last", "argmax", "the last of equal elements";
    ArgmaxNan, "argmax_overlooks_nan", "argmax", "NaN is smaller than everything";
    ArgmaxAxis, "argmax_along_the_last_axis", "argmax", "always along the last axis";
    ArgmaxFlat, "argmax_counts_over_everything", "argmax", "the position in the whole tensor";
    SubReversed, "sub_is_reversed", "sub", "the first operand is subtracted from the second";
    DivByZero, "div_by_zero_is_zero", "div", "a quotient that is infinite becomes zero";
    MaximumDropsNan, "maximum_drops_nan", "maximum", "a NaN is passed over";
    MinimumIsMaximum, "minimum_is_maximum", "minimum", "the larger one";
    NegOfZero, "neg_of_zero_is_zero", "neg", "the negative of zero is plus zero";
    ExpBaseTwo, "exp_of_base_two", "exp", "two to the power of";
    ExpF32, "exp_computes_in_f32", "exp", "that of a 64-bit float is a 32-bit float";
    LogOfNegatives, "log_of_negatives_is_infinite", "log", "the logarithm of a negative number is −∞";
    SqrtOfNegatives, "sqrt_of_negatives_is_zero", "sqrt", "the root of a negative number is zero";
    RsqrtWithEps, "rsqrt_adds_eps", "rsqrt", "a small number is added first";
    TanhOverflows, "tanh_overflows", "tanh", "computed from exp(2x), which is NaN for large numbers";
    SigmoidHard, "sigmoid_is_hard", "sigmoid", "three straight lines";
    EqualNan, "equal_takes_nan_for_itself", "equal", "NaN equals NaN";
    NotEqualOrdered, "not_equal_is_ordered", "not_equal", "less or greater, which NaN is neither";
    LessOrEqual, "less_is_less_or_equal", "less", "equal numbers count as well";
    LessEqualNegated, "less_equal_is_not_greater", "less_equal", "the negation of greater, which holds for NaN";
    GreaterSwapped, "greater_is_less", "greater", "the operands are exchanged";
    GreaterEqualStrict, "greater_equal_is_greater", "greater_equal", "equal numbers do not count";
    SelectSwapped, "select_swaps_its_branches", "select", "the second where the condition holds";
    SelectBlends, "select_blends", "select", "what is not chosen is multiplied by zero, which NaN survives";
    CastRounds, "cast_rounds_to_integers", "cast", "rounded to the nearest integer instead of towards zero";
    CastTwice, "cast_rounds_twice", "cast", "to bf16 by way of f16";
    SumFirst, "sum_drops_the_last_term", "sum", "the last term is dropped";
    SumUnstrided, "sum_ignores_strides", "sum", "the buffer is read from its beginning";
    MeanUnbiased, "mean_divides_by_one_less", "mean", "divided by one less";
    MaxFromZero, "max_begins_at_zero", "max", "of negative numbers the largest is zero";
    MinDropsNan, "min_drops_nan", "min", "a NaN is passed over";
    LogsumexpOverflows, "logsumexp_overflows", "logsumexp", "the maximum is not subtracted first";
    TopKAscending, "top_k_ascends", "top_k", "the smallest of the largest comes first";
    UpdateNothing, "update_does_nothing", "update_at", "the tensor is returned as it was";
    UpdateAtOrigin, "update_ignores_the_start", "update_at", "the part is always put at the origin";
    TakeWraps, "take_wraps_negative_indices", "take_along_axis", "negative indices count from the end";
    TakeFirst, "take_returns_the_first", "take_along_axis", "always the first element";
    ConcatenateReversed, "concatenate_reverses", "concatenate", "the last part comes first";
    TransposeShapeOnly, "transpose_changes_the_shape_only", "transpose", "the elements stay where they are";
    TransposeInverse, "transpose_takes_the_inverse", "transpose", "the permutation is taken the other way round";
    TransposeF32, "transpose_passes_through_f32", "transpose", "64-bit floats become 32-bit floats on the way";
    BroadcastTiles, "broadcast_tiles", "broadcast_to", "the elements are repeated as a whole, whatever axis is broadcast";
    QuantizeBytes, "quantize_swaps_bytes", "quantize", "the bytes of a word are in the other order";
    DequantizeUnbiased, "dequantize_ignores_the_bias", "dequantize", "the bias of a group is ignored";
    DequantizeGroup, "dequantize_takes_the_next_group", "dequantize", "the scale is that of the next group";
    QuantizedMatmulUnbiased, "quantized_matmul_ignores_the_bias", "quantized_matmul", "the bias of a group is ignored";
}
