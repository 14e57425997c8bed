//! The parameters of kernels that are not plain tensors or numbers.

use crosscheck::{Corrupt, Corruption};

use crate::tensor::Tensor;

/// Which of the two formulas of GELU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gelu {
    /// `x · Φ(x)`, with the distribution function of the normal distribution.
    Exact,
    /// `x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))`.
    Tanh,
}

/// Which axes are reduced, in any order, and whether the result keeps them.
///
/// Axes count from 0, the first one. They are `usize`, so that one that counts from the end, as NumPy's −1 does, cannot be
/// written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axes<'a> {
    named: Named<'a>,
    kept: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named<'a> {
    All,
    One(usize),
    These(&'a [usize]),
}

impl<'a> Axes<'a> {
    /// These axes; none leaves a tensor in its shape.
    pub const fn of(axes: &'a [usize]) -> Self {
        Self { named: Named::These(axes), kept: false }
    }

    /// Every axis that there is.
    pub const fn all() -> Self {
        Self { named: Named::All, kept: false }
    }

    /// The same, each of which stays in the shape of the result with the length 1.
    pub const fn kept(self) -> Self {
        Self { kept: true, ..self }
    }

    /// Whether they stay in the shape of the result.
    pub const fn are_kept(self) -> bool {
        self.kept
    }

    /// Their numbers in a tensor of so many dimensions, in the order in which they are named, whether there are such axes or not.
    pub fn numbers(self, rank: usize) -> Vec<usize> {
        match self.named {
            Named::All => (0..rank).collect(),
            Named::One(axis) => vec![axis],
            Named::These(axes) => axes.to_vec(),
        }
    }

    /// The shape that is left of this one.
    pub fn reduce(self, shape: &[usize]) -> Vec<usize> {
        let axes = self.numbers(shape.len());
        let left = shape.iter().enumerate().filter_map(|(axis, length)| match axes.contains(&axis) {
            true => self.kept.then_some(1),
            false => Some(*length),
        });
        left.collect()
    }
}

impl From<usize> for Axes<'_> {
    fn from(axis: usize) -> Self {
        Self { named: Named::One(axis), kept: false }
    }
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

/// What attention makes of the product of a query and a key, before a mask is added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Logits {
    /// Multiplies the product.
    pub scale: f32,
    /// The cap `c` of Gemma 2, above 0: of the scaled product `x` it makes `c · tanh(x / c)`, which is between `−c` and `c`.
    pub softcap: Option<f32>,
}

impl Logits {
    /// Scaled, without a cap.
    pub const fn scaled(scale: f32) -> Self {
        Self { scale, softcap: None }
    }

    /// The same with a cap.
    pub const fn capped(self, softcap: f32) -> Self {
        Self { softcap: Some(softcap), ..self }
    }
}

/// Which keys a query sees, and what is added to its logits.
#[derive(Clone, Copy, Debug)]
pub struct Mask<'a> {
    /// The keys that are seen; nothing of the others counts, not even NaN.
    pub keys: Keys,
    /// A tensor, broadcast to `[B, H, T, S]` and of `q`'s dtype, that is added to the logits.
    pub additive: Option<&'a Tensor>,
}

/// Which keys a query sees by its position: query `t` of `T` stands at `p = t + S − T`, the last one at the last key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Every key.
    All,
    /// Those up to `p`.
    Causal,
    /// Of those up to `p` the last ones, so many, one at least: a sliding window.
    Window(usize),
}

impl Keys {
    /// Whether one of `queries` does not see one of `keys`.
    pub const fn hides(self, [query, queries]: [usize; 2], [key, keys]: [usize; 2]) -> bool {
        // How far a key is in front of the query is a difference of two sums, neither of which is below 0.
        let (key, own) = (key + queries, query + keys);
        match self {
            Self::All => false,
            Self::Causal => key > own,
            Self::Window(window) => key > own || own - key >= window,
        }
    }
}

impl<'a> Mask<'a> {
    /// Every key is seen, and nothing is added.
    pub const NONE: Self = Self { keys: Keys::All, additive: None };
    /// Query `t` of `T` sees the keys up to `t + S − T`: the last query sees all of `S`.
    pub const CAUSAL: Self = Self { keys: Keys::Causal, additive: None };

    /// A causal query sees so many keys at most, its own among them.
    pub const fn window(keys: usize) -> Self {
        Self { keys: Keys::Window(keys), additive: None }
    }

    /// Every key is seen, and this is added.
    pub const fn additive(mask: &'a Tensor) -> Self {
        Self::NONE.plus(mask)
    }

    /// The same keys, and this is added.
    pub const fn plus(self, mask: &'a Tensor) -> Self {
        Self { additive: Some(mask), ..self }
    }
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

impl Corrupt for Gelu {}
impl Corrupt for Rope {}
impl Corrupt for Logits {}
impl Corrupt for Quantization {}

impl Corrupt for Quantized {
    fn corrupt(&mut self, how: Corruption) -> bool {
        match how {
            // One that fits together still.
            Corruption::Emptied | Corruption::Shortened => false,
            _ => self.packed.corrupt(how),
        }
    }
}
