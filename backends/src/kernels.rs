//! The contract.

use std::sync::Arc;

use crosscheck::Receipt;

use crate::device::Device;
use crate::error::KernelError;
use crate::params::{Axes, Gelu, Logits, Mask, Quantization, Quantized, Rope};
use crate::tensor::{Dtype, Tensor};

type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// Tensor kernels of a neural network's forward pass.
///
/// All kernels take and return tensors in host memory, and have computed their result when they return. Floats are
/// computed at least as exactly as their own type allows; sums, differences, products, quotients, square roots and casts are
/// rounded once, to the nearest, and the sign of a zero among them is that of IEEE 754. The payload of a NaN is specified
/// where elements are moved only: they stay as they are, bit for bit. The result has the dtype of the first operand unless it
/// is said otherwise. "Numbers" are floats and 32-bit integers; integers of 64 and of 8 bits, and truth values, are cast, compared,
/// selected and moved, and refused elsewhere. Indices are 32-bit integers. A tensor may be without elements and without dimensions
/// where nothing else is said; one without dimensions has no axis. It may have any number of dimensions, of which ten are
/// tried, be a view of memory in any [`Layout`](crate::Layout), and stand in several operands. Wrong inputs are a [`KernelError`], never a panic and
/// never a made-up value. A backend implements those that it can; each other one returns [`KernelError::NotImplemented`].
#[expect(unused_variables, reason = "the default bodies refuse whatever they are given")]
#[crosscheck::contract(symmetric("add", "mul", "maximum", "minimum", "equal", "not_equal"))]
pub trait Kernels: Send + Sync {
    /// What ran on this thread, and on devices that were opened on it, since it was last asked here; by a backend that keeps
    /// account of it.
    fn receipt(&self) -> Option<Receipt> {
        None
    }

    /// The library behind these kernels and its version, where there is one.
    fn about(&self) -> Option<String> {
        None
    }

    /// The device that these kernels run on, for computing with tensors that stay there.
    /// [`Host`](crate::Host) makes one of any kernels.
    fn device(&self) -> Result<Arc<dyn Device>> {
        missing("device")
    }

    /// `a + b`, broadcast as NumPy does; equal dtypes, numbers. Integers wrap.
    fn add(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("add")
    }

    /// `a − b`, broadcast as NumPy does; equal dtypes, numbers. Integers wrap.
    fn sub(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("sub")
    }

    /// `a · b`, element by element, broadcast as NumPy does; equal dtypes, numbers. Integers wrap.
    fn mul(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("mul")
    }

    /// `a / b`, broadcast as NumPy does; equal dtypes, numbers. Of floats, by a zero it is ±∞, and NaN when `a` is 0 or NaN. Of
    /// integers it is rounded towards zero, as in C; the smallest one by −1 wraps, to itself.
    ///
    /// # Errors
    /// [`KernelError::Argument`] for an integer 0 that an element is divided by.
    fn div(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("div")
    }

    /// The larger of `a` and `b`, broadcast as NumPy does; equal dtypes, numbers. NaN when either is; of two zeros, either.
    fn maximum(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("maximum")
    }

    /// The smaller of `a` and `b`, broadcast as NumPy does; equal dtypes, numbers. NaN when either is; of two zeros, either.
    fn minimum(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("minimum")
    }

    /// `−x`; numbers. Of floats it turns the sign, that of zeros and infinities too; integers wrap.
    fn neg(&self, x: &Tensor) -> Result {
        missing("neg")
    }

    /// `eˣ`; floats. What is too large is ∞, and what is too small 0.
    fn exp(&self, x: &Tensor) -> Result {
        missing("exp")
    }

    /// The natural logarithm; floats. Of a zero it is −∞, of what is below NaN.
    fn log(&self, x: &Tensor) -> Result {
        missing("log")
    }

    /// `√x`; floats. Of −0 it is −0, of what is below NaN.
    fn sqrt(&self, x: &Tensor) -> Result {
        missing("sqrt")
    }

    /// `1 / √x`; floats. Of a zero it is ∞ with the sign of the zero, of what is below NaN, of ∞ 0.
    fn rsqrt(&self, x: &Tensor) -> Result {
        missing("rsqrt")
    }

    /// The nearest whole number, of two equally near ones the even one; floats. What becomes a zero keeps its sign: −0.3 is −0.
    /// Infinities and NaN stay.
    fn round(&self, x: &Tensor) -> Result {
        missing("round")
    }

    /// The hyperbolic tangent; floats. Far from 0 it is ±1.
    fn tanh(&self, x: &Tensor) -> Result {
        missing("tanh")
    }

    /// `1 / (1 + exp(−x))`; floats. Far from 0 it is 0 or 1.
    fn sigmoid(&self, x: &Tensor) -> Result {
        missing("sigmoid")
    }

    /// Whether `a = b`, as truth values, broadcast as NumPy does; equal dtypes. NaN equals nothing, and the two zeros are
    /// equal.
    fn equal(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("equal")
    }

    /// Whether not `a = b`, as truth values, broadcast as NumPy does; equal dtypes. NaN differs from everything.
    fn not_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("not_equal")
    }

    /// Whether `a < b`, as truth values, broadcast as NumPy does; equal dtypes. Never with a NaN; false is less than true.
    fn less(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("less")
    }

    /// Whether `a ≤ b`, as truth values, broadcast as NumPy does; equal dtypes. Never with a NaN; false is less than true.
    fn less_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("less_equal")
    }

    /// Whether `a > b`, as truth values, broadcast as NumPy does; equal dtypes. Never with a NaN; false is less than true.
    fn greater(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("greater")
    }

    /// Whether `a ≥ b`, as truth values, broadcast as NumPy does; equal dtypes. Never with a NaN; false is less than true.
    fn greater_equal(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("greater_equal")
    }

    /// `a` where `condition` (truth values) is true, else `b`, unchanged; all three are broadcast as NumPy does; `a` and `b`
    /// have equal dtypes, of any kind, which is that of the result. What is not selected does not matter, NaN included.
    fn select(&self, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result {
        missing("select")
    }

    /// The elements of `x` as `dtype`. To floats they are rounded to the nearest, ties to even; what is too large is ±∞, and
    /// NaN stays NaN. From floats to integers they are rounded towards zero; what becomes of NaN, and of numbers that the
    /// type does not hold then, is not specified. From integers to integers the low bits are kept, in two's complement: they
    /// wrap. What is not 0 is true, NaN included; true is 1.
    fn cast(&self, x: &Tensor, dtype: Dtype) -> Result {
        missing("cast")
    }

    /// The sum over `axes`, without them or with the length 1 where they are kept; numbers. Without terms it is 0, and of one term,
    /// as over no axis, that term. Integers wrap. Which sign a sum of zeros has, and whether one overflows on the way of which the
    /// result is finite, is not specified.
    ///
    /// # Errors
    /// In every function that takes [`Axes`]: [`KernelError::Shape`] for an axis that `x` does not have, and
    /// [`KernelError::Argument`] for one that is named twice.
    fn sum(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        missing("sum")
    }

    /// The mean over `axes`, as in `sum`; floats. Without terms it is NaN. Whether the sum overflows on the way is not specified.
    fn mean(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        missing("mean")
    }

    /// The largest element over `axes`, as in `sum`; numbers. NaN when any is.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when one of the axes is empty.
    fn max(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        missing("max")
    }

    /// The smallest element over `axes`, as in `sum`; numbers. NaN when any is.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when one of the axes is empty.
    fn min(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        missing("min")
    }

    /// `log(Σ exp(x))` over `axes`, as in `sum`; floats. Does not overflow for any finite input; without terms, or of nothing
    /// but −∞, it is −∞.
    fn logsumexp(&self, x: &Tensor, axes: Axes<'_>) -> Result {
        missing("logsumexp")
    }

    /// The `k` largest elements along `axis`, and where they stand (i32): the largest first, the first of equal ones first;
    /// numbers. Both have the shape of `x` with `k` in place of the axis. NaN is larger than everything, as in `argmax`.
    ///
    /// # Errors
    /// [`KernelError::Argument`] when the axis has less than `k` elements.
    fn top_k(&self, x: &Tensor, k: usize, axis: usize) -> Result<(Tensor, Tensor)> {
        missing("top_k")
    }

    /// Products of matrices: `[.., M, K]` by `[.., K, N]` is `[.., M, N]`; the dimensions in front are broadcast; equal
    /// dtypes, numbers. Without terms (`K` = 0) a sum is 0. Integers wrap.
    fn matmul(&self, a: &Tensor, b: &Tensor) -> Result {
        missing("matmul")
    }

    /// `exp(x) / Σ exp(x)` along `axis`; floats. Does not overflow for any finite input. With ∞ or NaN among them, or of nothing
    /// but −∞, however many there are, all are NaN.
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

    /// `x / (1 + exp(−x))`; floats. Of −∞ it is NaN, as the formula is.
    fn silu(&self, x: &Tensor) -> Result {
        missing("silu")
    }

    /// The Gaussian error linear unit; floats. Of −∞ it is NaN, as the formulas are. In 16 bits, 1 and the error function or the
    /// hyperbolic tangent may be added in the type, so that far below 0 it is off by a unit of roundoff times `x`.
    fn gelu(&self, x: &Tensor, form: Gelu) -> Result {
        missing("gelu")
    }

    /// Rotary position embedding of `[.., T, D]`: position `t` is rotated by the angle of `offset + t`; floats.
    fn rope(&self, x: &Tensor, rope: &Rope) -> Result {
        missing("rope")
    }

    /// `softmax(scale · q kᵀ + mask) v` of `q` `[B, H, T, D]`, `k` `[B, G, S, D]` and `v` `[B, G, S, E]`, giving
    /// `[B, H, T, E]`; with a softcap `c`, `c · tanh(scale · q kᵀ / c)` in place of the scaled products. `H` is a multiple of
    /// `G`: each `H / G` queries in a row share a key; equal dtypes, floats. What is added to a logit is added to those of the
    /// keys that are seen; a key that is not seen has no weight, whatever it, its value and the mask there are. A query that
    /// may see no key is NaN, as the softmax of nothing but −∞ is. In 16 bits, scaled queries and logits may be rounded to the
    /// type: a logit of 100 in f16 is off by 0.03, and the weights by 3 %.
    ///
    /// # Errors
    /// [`KernelError::Argument`] for a scale that is not finite, a softcap that is not or is not above 0, and a window of no key.
    fn scaled_dot_product_attention(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        logits: Logits,
        mask: Mask<'_>,
    ) -> Result {
        missing("scaled_dot_product_attention")
    }

    /// The rows of `table` `[V, D]`, of any dtype, that `ids` (i32, any shape) names: `[.., D]`.
    ///
    /// # Errors
    /// [`KernelError::IndexOutOfRange`] for an id outside of `0..V`, a negative one included.
    fn embedding(&self, table: &Tensor, ids: &Tensor) -> Result {
        missing("embedding")
    }

    /// The part of `x`, of any dtype, of this `shape` that begins at `start` (i32, one number a dimension of `x`), which
    /// is known only at run time.
    ///
    /// # Errors
    /// [`KernelError::IndexOutOfRange`] when the part is not inside of `x`; it is never moved to fit.
    fn slice_at(&self, x: &Tensor, start: &Tensor, shape: &[usize]) -> Result {
        missing("slice_at")
    }

    /// `x` with `part` in place of the part of its shape that begins at `start` (i32, one number a dimension of `x`),
    /// which is known only at run time; equal dtypes, of any kind.
    ///
    /// # Errors
    /// [`KernelError::IndexOutOfRange`] when the part is not inside of `x`; it is never moved to fit.
    fn update_at(&self, x: &Tensor, part: &Tensor, start: &Tensor) -> Result {
        missing("update_at")
    }

    /// Picks along `axis`: the element at `(.., i, ..)` is that of `x` at `(.., indices(.., i, ..), ..)`; any dtype.
    /// `indices` (i32) has the shape of `x` but for the length of the axis, and the result has its shape.
    ///
    /// # Errors
    /// [`KernelError::IndexOutOfRange`] for an index outside of the axis, a negative one included.
    fn take_along_axis(&self, x: &Tensor, indices: &Tensor, axis: usize) -> Result {
        missing("take_along_axis")
    }

    /// The parts one behind another along `axis`: one at least, of equal dtypes (of any kind) and of equal shapes but for the
    /// length of the axis.
    fn concatenate(&self, parts: &[&Tensor], axis: usize) -> Result {
        missing("concatenate")
    }

    /// `x` with its axes in another order: axis `i` of the result is axis `axes[i]` of `x`; any dtype.
    ///
    /// # Errors
    /// [`KernelError::Argument`] when `axes` does not name each axis once.
    fn transpose(&self, x: &Tensor, axes: &[usize]) -> Result {
        missing("transpose")
    }

    /// `x`, repeated to `shape` as NumPy broadcasts; any dtype.
    fn broadcast_to(&self, x: &Tensor, shape: &[usize]) -> Result {
        missing("broadcast_to")
    }

    /// Where along `axis` the largest element stands (i32, without that axis): the first of equal ones; numbers. NaN is
    /// larger than everything, as in NumPy.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when the axis is empty.
    fn argmax(&self, x: &Tensor, axis: usize) -> Result {
        missing("argmax")
    }

    /// Where along `axis` the smallest element stands (i32, without that axis): the first of equal ones; numbers. NaN is
    /// smaller than everything, as in NumPy.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when the axis is empty.
    fn argmin(&self, x: &Tensor, axis: usize) -> Result {
        missing("argmin")
    }

    /// Quantizes the rows of `w` `[N, K]` in groups of elements, as MLX's affine mode does, in 32-bit floats; floats. The
    /// element of a group that is farther from 0 is its bias, and comes back exactly, and 0 is one of the levels when the
    /// group lies on both sides of it. What becomes of a group with NaN or infinities is not specified.
    fn quantize(&self, w: &Tensor, quantization: Quantization) -> Result<Quantized> {
        missing("quantize")
    }

    /// The matrix `[N, K]` of a quantized one: `scale · q + bias`.
    fn dequantize(&self, w: &Quantized) -> Result {
        missing("dequantize")
    }

    /// `x wᵀ`: `[.., M, K]` by the transpose of a quantized matrix `[N, K]` is `[.., M, N]`; floats, of the dtype of the
    /// scales. Without terms (`K` = 0) a sum is 0.
    fn quantized_matmul(&self, x: &Tensor, w: &Quantized) -> Result {
        missing("quantized_matmul")
    }
}

fn missing<T>(function: &'static str) -> Result<T> {
    Err(KernelError::NotImplemented { function })
}
