//! What a device can be asked to compute.

use super::resident::Resident;
use crate::params::Rope;

/// An operation of a decoder.
#[derive(Clone, Copy, Debug)]
pub enum Op<'a> {
    /// The rows of a matrix `[V, D]` that these ids name: `[T, D]`.
    Embedding {
        /// The matrix, as [`Device::upload_matrix`](super::Device::upload_matrix) returned it.
        table: &'a Resident,
        /// One row's number each.
        ids: &'a [u32],
    },
    /// `x wᵀ` of `x` `[.., K]` and a matrix `[N, K]`: `[.., N]`; and what is added to it, a residual for instance.
    Linear {
        /// What is multiplied.
        x: &'a Resident,
        /// The matrix, as [`Device::upload_matrix`](super::Device::upload_matrix) returned it.
        weight: &'a Resident,
        /// `[.., N]`.
        add: Option<&'a Resident>,
    },
    /// As [`Kernels::rms_norm`](crate::Kernels::rms_norm).
    RmsNorm {
        /// What is normalized, along its last axis.
        x: &'a Resident,
        /// A factor for each element of that axis.
        weight: &'a Resident,
        /// Added to the mean square.
        eps: f32,
    },
    /// What rows at some positions are rotated by: `[T, D]`, for [`Op::Rope`]. All layers of a decoder share it.
    Rotation {
        /// The parameters; the offset is the position of the first row.
        rope: Rope,
        /// How many positions, `T`.
        length: usize,
        /// How many elements a row has, `D`.
        width: usize,
    },
    /// As [`Kernels::rope`](crate::Kernels::rope).
    Rope {
        /// `[.., T, D]`.
        x: &'a Resident,
        /// As [`Op::Rotation`] returned it.
        rotation: &'a Resident,
    },
    /// As [`Kernels::scaled_dot_product_attention`](crate::Kernels::scaled_dot_product_attention), with a causal mask: query `t` of `T` sees the
    /// keys up to `t + S − T`.
    Attention {
        /// The queries, `[B, H, T, D]`.
        q: &'a Resident,
        /// The keys, `[B, G, S, D]`.
        k: &'a Resident,
        /// The values, `[B, G, S, D]`.
        v: &'a Resident,
        /// Multiplies the products.
        scale: f32,
    },
    /// As [`Kernels::silu`](crate::Kernels::silu).
    Silu {
        /// Any shape.
        x: &'a Resident,
    },
    /// `a · b`, element by element, of equal shapes.
    Mul {
        /// A factor.
        a: &'a Resident,
        /// The other one.
        b: &'a Resident,
    },
    /// `a + b`, element by element, of equal shapes.
    Add {
        /// A term.
        a: &'a Resident,
        /// The other one.
        b: &'a Resident,
    },
    /// The same elements in the same order in another shape.
    Reshape {
        /// What is reshaped.
        x: &'a Resident,
        /// A shape of as many elements.
        shape: &'a [usize],
    },
    /// As [`Kernels::transpose`](crate::Kernels::transpose).
    Transpose {
        /// What is transposed.
        x: &'a Resident,
        /// Axis `i` of the result is axis `axes[i]` of `x`.
        axes: &'a [usize],
    },
    /// `x` with `part` in place of what begins at `start` along `axis`; equal types and lengths of the other axes. A device
    /// may do it in the memory of `x` where nothing else needs it.
    Write {
        /// What is written to.
        x: &'a Resident,
        /// What is written.
        part: &'a Resident,
        /// Along which axis.
        axis: usize,
        /// From where on.
        start: usize,
    },
    /// The part of `x` of `length` from `start` on, along `axis`.
    Narrow {
        /// What is a part taken of.
        x: &'a Resident,
        /// Along which axis.
        axis: usize,
        /// From where on.
        start: usize,
        /// How much.
        length: usize,
    },
}

impl Op<'_> {
    /// The name, for errors and accounts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Embedding { .. } => "embedding",
            Self::Linear { .. } => "linear",
            Self::RmsNorm { .. } => "rms_norm",
            Self::Rotation { .. } => "rotation",
            Self::Rope { .. } => "rope",
            Self::Attention { .. } => "attention",
            Self::Silu { .. } => "silu",
            Self::Mul { .. } => "mul",
            Self::Add { .. } => "add",
            Self::Reshape { .. } => "reshape",
            Self::Transpose { .. } => "transpose",
            Self::Write { .. } => "write",
            Self::Narrow { .. } => "narrow",
        }
    }
}
