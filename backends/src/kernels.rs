//! The contract.

use crate::error::KernelError;
use crate::tensor::Tensor;

type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// Tensor kernels of a neural network's forward pass.
///
/// All kernels take and return tensors in host memory, and have computed their result when they return. Floats are
/// computed at least as exactly as their own type allows; the result has the dtype of the first operand unless it is said
/// otherwise. Wrong inputs are a [`KernelError`], never a panic and never a made-up value. A backend implements those that
/// it can; each other one returns [`KernelError::NotImplemented`].
#[expect(unused_variables, reason = "the default bodies refuse whatever they are given")]
pub trait Kernels: Send + Sync {
    /// `a + b`, broadcast as NumPy does; equal dtypes. Integers wrap.
    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("add")
    }

    /// `a · b`, element by element, broadcast as NumPy does; equal dtypes. Integers wrap.
    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("mul")
    }

    /// Products of matrices: `[.., M, K]` by `[.., K, N]` is `[.., M, N]`; the dimensions in front are broadcast; equal
    /// dtypes. Without terms (`K` = 0) a sum is 0. Integers wrap.
    fn matmul(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("matmul")
    }

    /// `exp(x) / Σ exp(x)` along `axis`; floats. Does not overflow for any finite input.
    fn softmax(&self, x: &Tensor, axis: usize) -> Result {
        missing("softmax")
    }

    /// `x · weight / √(mean(x²) + eps)` along the last axis, of which `weight` has the length; equal dtypes, floats.
    fn rms_norm(&self, x: &Tensor, weight: &Tensor, eps: f32) -> Result {
        missing("rms_norm")
    }

    /// `(x − mean(x)) · weight / √(var(x) + eps) + bias` along the last axis, of which `weight` and `bias` have the length;
    /// the variance is the mean of squares (not corrected); equal dtypes, floats.
    fn layer_norm(&self, x: &Tensor, weight: &Tensor, bias: &Tensor, eps: f32) -> Result {
        missing("layer_norm")
    }

    /// `x / (1 + exp(−x))`; floats.
    fn silu(&self, x: &Tensor) -> Result {
        missing("silu")
    }

    /// The Gaussian error linear unit; floats.
    fn gelu(&self, x: &Tensor, form: Gelu) -> Result {
        missing("gelu")
    }

    /// Rotary position embedding of `[.., T, D]`: position `t` is rotated by the angle of `offset + t`; floats.
    fn rope(&self, x: &Tensor, rope: &Rope) -> Result {
        missing("rope")
    }

    /// `softmax(scale · q kᵀ + mask) v` of `q` `[B, H, T, D]`, `k` `[B, G, S, D]` and `v` `[B, G, S, E]`, giving
    /// `[B, H, T, E]`. `H` is a multiple of `G`: each `H / G` queries in a row share a key; equal dtypes, floats. A query that
    /// may see no key is NaN, as the softmax of nothing but −∞ is.
    fn scaled_dot_product_attention(&self, q: &Tensor, k: &Tensor, v: &Tensor, scale: f32, mask: Mask<'_>) -> Result {
        missing("scaled_dot_product_attention")
    }

    /// The rows of `table` `[V, D]` that `ids` (i32, any shape) names: `[.., D]`.
    ///
    /// # Errors
    /// [`KernelError::IndexOutOfRange`] for an id outside of `0..V`, a negative one included.
    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        missing("embedding")
    }

    /// The part of `x` of this `shape` that begins at `start` (i32, one number a dimension of `x`), which is known only at
    /// run time.
    ///
    /// # Errors
    /// [`KernelError::IndexOutOfRange`] when the part is not inside of `x`; it is never moved to fit.
    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        missing("slice_at")
    }

    /// Where along `axis` the largest element stands (i32, without that axis): the first of equal ones. NaN is larger than
    /// everything, as in NumPy.
    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        missing("argmax")
    }

    /// Quantizes the rows of `w` `[N, K]` in groups of elements, as MLX's affine mode does; floats.
    fn quantize(&self, w: &Tensor, quantization: Quantization) -> Result<Quantized> {
        missing("quantize")
    }

    /// The matrix `[N, K]` that was quantized, up to a step of each group (MLX moves the levels so that one of them is 0).
    fn dequantize(&self, w: &Quantized) -> Result {
        missing("dequantize")
    }
}

fn missing<T>(function: &'static str) -> Result<T> {
    Err(KernelError::NotImplemented { function })
}

/// Which of the two formulas of GELU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gelu {
    /// `x · Φ(x)`, with the distribution function of the normal distribution.
    Exact,
    /// `x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))`.
    Tanh,
}

/// The parameters of a rotary position embedding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rope {
    /// How many elements of the last axis are rotated, an even number; the others are passed through.
    pub dims: usize,
    /// The pair `i` is rotated by `position · scale · base^(−2i / dims)` radians.
    pub base: f32,
    /// Multiplies the positions.
    pub scale: f32,
    /// The first position.
    pub offset: i32,
    /// Which elements make a pair.
    pub layout: RopeLayout,
}

/// Which elements are rotated together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RopeLayout {
    /// Element `i` of the first half with element `i` of the second (GPT-NeoX, Llama in Hugging Face's files).
    Halves,
    /// Each even element with the one behind it (the original paper; "traditional" in MLX).
    Interleaved,
}

/// Which keys a query sees.
#[derive(Clone, Copy, Debug)]
pub enum Mask<'a> {
    /// All.
    None,
    /// Query `t` of `T` sees the keys up to `t + S − T`: the last query sees all of `S`.
    Causal,
    /// This tensor, broadcast to `[B, H, T, S]` and of `q`'s dtype, is added to the scaled products.
    Additive(&'a Tensor),
}

/// How a matrix is quantized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantization {
    /// How many elements of a row share a scale and a bias: 32, 64 or 128.
    pub group: usize,
    /// How many bits an element has: 4 or 8.
    pub bits: u32,
}

/// A quantized matrix `[N, K]`: element = `scale · q + bias` of its group, with `q` in `0..2^bits`.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantized {
    /// The words of each row, `K · bits / 32` of them, the first element in the lowest bits.
    pub packed: Vec<u32>,
    /// The length of the rows.
    pub columns: usize,
    /// The scale of each group, `[N, K / group]`.
    pub scales: Tensor,
    /// The bias of each group, `[N, K / group]`.
    pub biases: Tensor,
    /// How it was quantized.
    pub quantization: Quantization,
}
