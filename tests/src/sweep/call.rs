//! A call of the contract: the kernel and what it takes besides tensors.

use crosscheck_backends::{Axes, Dtype, Kernels, Keys, Logits, Mask, Quantization, Quantized, Rope, Tensor};

use super::function::{Binary, Lane, Unary};
use crate::Checked;

/// Which kernel is called, and how; the tensors are operands.
#[derive(Clone, Debug)]
pub enum Call {
    Unary(&'static Unary),
    Binary(&'static Binary),
    Lane(&'static Lane, usize),
    Reduce(&'static Lane, Reduced),
    /// The condition comes first.
    Select,
    Cast(Dtype),
    Softmax(usize),
    TopK {
        k: usize,
        axis: usize,
    },
    Matmul,
    RmsNorm,
    LayerNorm,
    Rope(Rope),
    Attention {
        logits: Logits,
        masked: Masked,
    },
    Embedding,
    /// The start is the second operand.
    SliceAt(Vec<usize>),
    /// The part and the start follow.
    UpdateAt,
    TakeAlongAxis(usize),
    Concatenate(usize),
    Transpose(Vec<usize>),
    BroadcastTo(Vec<usize>),
    /// The elements that the levels stand for, by the formula of the contract.
    Quantize(Quantization),
    /// Of scales and biases.
    Dequantize(Levels),
    /// Of a matrix, and its scales and biases.
    QuantizedMatmul(Levels),
}

/// Which axes are reduced, and whether they stay.
#[derive(Clone, Debug)]
pub struct Reduced {
    /// All of them, where they are not named.
    pub axes: Option<Vec<usize>>,
    pub kept: bool,
}

/// Which keys the queries see, and whether a fourth operand is added to the logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Masked {
    Not,
    Causal,
    Window(usize),
    Additive,
    AdditiveCausal,
    AdditiveWindow(usize),
}

impl Masked {
    pub fn keys(self) -> Keys {
        match self {
            Self::Not | Self::Additive => Keys::All,
            Self::Causal | Self::AdditiveCausal => Keys::Causal,
            Self::Window(window) | Self::AdditiveWindow(window) => Keys::Window(window),
        }
    }

    pub fn is_added(self) -> bool {
        matches!(self, Self::Additive | Self::AdditiveCausal | Self::AdditiveWindow(_))
    }
}

/// Levels of a quantized matrix `[N, K]`, a number each.
#[derive(Clone)]
pub struct Levels {
    pub columns: usize,
    pub quantization: Quantization,
    pub levels: Vec<u32>,
}

impl std::fmt::Debug for Levels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Quantization { group, bits } = self.quantization;
        write!(f, "{} columns in groups of {group} with {bits} bits", self.columns)
    }
}

/// What rms_norm and layer_norm add to the mean of squares.
pub const EPS: f32 = 0.5;

impl Call {
    /// Calls it.
    pub fn run(&self, kernels: &dyn Kernels, operands: &[&Tensor]) -> Checked<Vec<Tensor>> {
        let one = match (self, operands) {
            (Self::Unary(unary), [x]) => (unary.kernel)(kernels, x),
            (Self::Binary(binary), [a, b]) => (binary.kernel)(kernels, a, b),
            (Self::Lane(lane, axis), [x]) => lane.along(kernels, x, *axis),
            (Self::Reduce(lane, Reduced { axes, kept }), [x]) => {
                let axes = axes.as_deref().map_or(Axes::all(), Axes::of);
                lane.over(kernels, x, if *kept { axes.kept() } else { axes })
            }
            (Self::Select, [condition, a, b]) => kernels.select(condition, a, b),
            (Self::Cast(dtype), [x]) => kernels.cast(x, *dtype),
            (Self::Softmax(axis), [x]) => kernels.softmax(x, *axis),
            (Self::TopK { k, axis }, [x]) => {
                let (values, indices) = kernels.top_k(x, *k, *axis)?;
                return Ok(vec![values, indices]);
            }
            (Self::Matmul, [a, b]) => kernels.matmul(a, b),
            (Self::RmsNorm, [x, weight]) => kernels.rms_norm(x, weight, EPS),
            (Self::LayerNorm, [x, weight, bias]) => kernels.layer_norm(x, weight, bias, EPS),
            (Self::Rope(rope), [x]) => kernels.rope(x, rope),
            (Self::Attention { logits, masked }, [q, k, v, mask @ ..]) => {
                let mask = Mask { keys: masked.keys(), additive: mask.first().copied().filter(|_| masked.is_added()) };
                kernels.scaled_dot_product_attention(q, k, v, *logits, mask)
            }
            (Self::Embedding, [table, ids]) => kernels.embedding(table, ids),
            (Self::SliceAt(shape), [x, start]) => kernels.slice_at(x, start, shape),
            (Self::UpdateAt, [x, part, start]) => kernels.update_at(x, part, start),
            (Self::TakeAlongAxis(axis), [x, indices]) => kernels.take_along_axis(x, indices, *axis),
            (Self::Concatenate(axis), parts) => kernels.concatenate(parts, *axis),
            (Self::Transpose(axes), [x]) => kernels.transpose(x, axes),
            (Self::BroadcastTo(shape), [x]) => kernels.broadcast_to(x, shape),
            (Self::Quantize(quantization), [w]) => {
                let made = kernels.quantize(w, *quantization)?;
                elements(&made, w)
            }
            (Self::Dequantize(levels), [scales, biases]) => kernels.dequantize(&levels.matrix(scales, biases)),
            (Self::QuantizedMatmul(levels), [x, scales, biases]) => {
                kernels.quantized_matmul(x, &levels.matrix(scales, biases))
            }
            _ => panic!("{self:?} is no call of {} tensors", operands.len()),
        };
        Ok(vec![one?])
    }
}

/// The elements of a quantized matrix, of the shape and the type of the one that it was made of.
fn elements(made: &Quantized, like: &Tensor) -> Checked<Tensor> {
    let Quantization { group, bits } = made.quantization;
    let (scales, biases) = (made.scales.to_f64(), made.biases.to_f64());
    let level = |at: usize| {
        let place = at * bits as usize;
        f64::from(made.packed[place / 32] >> (place % 32) & ((1 << bits) - 1))
    };
    let count = made.packed.len() * 32 / bits as usize;
    let values: Vec<_> = (0..count).map(|at| scales[at / group] * level(at) + biases[at / group]).collect();
    Tensor::from_f64(like.shape(), like.dtype(), &values)
}

impl Levels {
    /// With its scales and biases; the first element is in the lowest bits of a word.
    fn matrix(&self, scales: &Tensor, biases: &Tensor) -> Quantized {
        let bits = self.quantization.bits;
        let word = |levels: &[u32]| levels.iter().rev().fold(0, |word, level| word << bits | level);
        Quantized {
            packed: self.levels.chunks(32 / bits as usize).map(word).collect(),
            columns: self.columns,
            scales: scales.clone(),
            biases: biases.clone(),
            quantization: self.quantization,
        }
    }
}
