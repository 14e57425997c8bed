//! Tensors that stay where a backend computes, and the operations of a decoder on them.
//!
//! [`Kernels`](crate::Kernels) takes each operand from host memory and returns each result there, which is what a check
//! wants. A decoder would copy its weights once a token that way: it computes on a [`Device`].

mod host;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::error::KernelError;
use crate::kernels::params::{Quantized, Rope};
use crate::tensor::{Data, Dtype, Tensor};
pub use host::Host;

type Result<T = Resident> = std::result::Result<T, KernelError>;

/// A backend's memory, and what can be done with what is in it.
///
/// A device may be lazy: what [`launch`](Device::launch) returns is computed when it is started, fetched or waited for, and an
/// error may come as late as that. It may be used from several threads at a time.
pub trait Device: Send + Sync {
    /// Copies a tensor into the device's memory.
    ///
    /// # Errors
    /// When the device cannot hold it.
    fn upload(&self, x: &Tensor) -> Result;

    /// Copies a matrix `[N, K]` into the device's memory, for [`Op::Linear`] and [`Op::Embedding`].
    ///
    /// # Errors
    /// When the device cannot hold it.
    fn upload_matrix(&self, w: &Matrix) -> Result;

    /// Begins one operation.
    ///
    /// # Errors
    /// When the device refuses the operands, or one of them is in the memory of another kind of device.
    fn launch(&self, op: Op<'_>) -> Result;

    /// Begins to compute tensors, and does not wait for them: a lazy device computes them while what comes after them is
    /// noted. What is not lazy has computed them already.
    ///
    /// # Errors
    /// What goes wrong at once.
    fn start(&self, xs: &[&Resident]) -> Result<()> {
        _ = xs;
        Ok(())
    }

    /// Waits for what this thread has started, so that nothing of it is left running.
    ///
    /// # Errors
    /// When the device cannot tell.
    fn finish(&self) -> Result<()> {
        Ok(())
    }

    /// Computes a tensor and copies it to the host.
    ///
    /// # Errors
    /// What went wrong on the way to it.
    fn download(&self, x: &Resident) -> Result<Tensor>;

    /// As [`download`](Device::download), as 32-bit floats and into memory that is already allocated: a decoder fetches as many
    /// logits for each token, and an allocator may tidy up before it gives so large a piece.
    ///
    /// # Errors
    /// What went wrong on the way to it.
    fn download_floats(&self, x: &Resident, floats: &mut Vec<f32>) -> Result<()> {
        let x = self.download(x)?;
        floats.clear();
        match x.data() {
            Data::F32(values) => floats.extend_from_slice(values),
            _ => floats.extend(x.to_f64().iter().map(|value| *value as f32)),
        }
        Ok(())
    }

    /// Computes tensors without a copy, so that nothing of what they were made of is kept.
    ///
    /// # Errors
    /// What went wrong on the way to one of them.
    fn wait(&self, xs: &[&Resident]) -> Result<()>;

    /// Gives back memory that tensors occupied. A device may keep it for others of the same size, and what has been computed
    /// for a prompt of one length may be of no size that comes again.
    fn trim(&self) {}

    /// How many bytes tensors occupy in the device's memory now, for a device that knows.
    fn memory(&self) -> Option<usize>;
}

/// A matrix of a model, `[N, K]`, on the host.
#[derive(Clone, Debug, PartialEq)]
pub enum Matrix {
    /// Each element by itself.
    Dense(Tensor),
    /// Groups of elements with a scale and a bias.
    Quantized(Quantized),
}

/// A tensor in a device's memory. A clone is the same tensor once more, not a copy.
#[derive(Clone)]
pub struct Resident {
    shape: Vec<usize>,
    dtype: Dtype,
    handle: Arc<dyn Any + Send + Sync>,
}

impl Resident {
    /// A tensor of this shape and type, of which `handle` is all that its device needs to know. The memory is freed when
    /// the last clone's handle is dropped.
    pub fn new(shape: &[usize], dtype: Dtype, handle: impl Any + Send + Sync) -> Self {
        Self { shape: shape.to_vec(), dtype, handle: Arc::new(handle) }
    }

    /// The length of each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The type of the elements; of a quantized matrix, that of its scales.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// What the device knows it by.
    ///
    /// # Errors
    /// When it is in the memory of another kind of device.
    pub fn handle<H: Any>(&self, function: &'static str) -> Result<&H> {
        self.handle.downcast_ref().ok_or_else(|| KernelError::Argument {
            function,
            message: format!("{self:?} is in the memory of another device"),
        })
    }
}

impl fmt::Debug for Resident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?} on a device", self.dtype, self.shape)
    }
}

/// An operation of a decoder.
#[derive(Clone, Copy, Debug)]
pub enum Op<'a> {
    /// The rows of a matrix `[V, D]` that these ids name: `[T, D]`.
    Embedding {
        /// The matrix, as [`Device::upload_matrix`] returned it.
        table: &'a Resident,
        /// One row's number each.
        ids: &'a [u32],
    },
    /// `x wᵀ` of `x` `[.., K]` and a matrix `[N, K]`: `[.., N]`; and what is added to it, a residual for instance.
    Linear {
        /// What is multiplied.
        x: &'a Resident,
        /// The matrix, as [`Device::upload_matrix`] returned it.
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

/// Ids are looked at before a device takes them for positions in memory.
pub(crate) fn check_ids(ids: &[u32], rows: usize) -> Result<()> {
    match ids.iter().find(|id| **id as usize >= rows) {
        None => Ok(()),
        Some(id) => Err(KernelError::IndexOutOfRange { function: "embedding", index: i64::from(*id), end: rows }),
    }
}

/// A part must be inside of what it is a part of.
pub(crate) fn check_part(function: &'static str, x: &Resident, axis: usize, start: usize, length: usize) -> Result<()> {
    let message = match x.shape().get(axis) {
        Some(dim) if start.checked_add(length).is_some_and(|end| end <= *dim) => return Ok(()),
        Some(_) => format!("{length} from {start} on along axis {axis} are not inside of {x:?}"),
        None => format!("{x:?} has no axis {axis}"),
    };
    Err(KernelError::Argument { function, message })
}

/// What is written must be a part of `x` in type and in the lengths of the other axes: some devices would convert it, or
/// repeat it, or write less.
pub(crate) fn check_write(x: &Resident, part: &Resident, axis: usize, start: usize) -> Result<()> {
    let length = part.shape().get(axis).copied().unwrap_or_default();
    check_part("write", x, axis, start, length)?;
    let mut shape = x.shape().to_vec();
    shape[axis] = length;
    if part.shape() == shape && part.dtype() == x.dtype() {
        return Ok(());
    }
    let message = format!("{part:?} is not a part of {x:?} along axis {axis}");
    Err(KernelError::Argument { function: "write", message })
}

pub(crate) fn no_matrix(function: &'static str, x: &Resident) -> KernelError {
    KernelError::Argument { function, message: format!("{x:?} was not uploaded as a matrix") }
}

/// What is added to a product is of its shape and type: some devices would repeat or convert it.
pub(crate) fn check_added(x: &Resident, weight: &Resident, add: &Resident) -> Result<()> {
    let product = x.shape().iter().rev().skip(1).rev().chain(weight.shape().first());
    if product.eq(add.shape()) && add.dtype() == x.dtype() {
        return Ok(());
    }
    let message = format!("{add:?} cannot be added to the product of {x:?} and {weight:?}");
    Err(KernelError::Argument { function: "linear", message })
}

/// A rotation is one of as many rows, each of as many elements.
pub(crate) fn check_rotation(x: &Resident, rotation: &Resident) -> Result<()> {
    if x.shape().ends_with(rotation.shape()) {
        return Ok(());
    }
    Err(KernelError::Argument { function: "rope", message: format!("{x:?} cannot be rotated by {rotation:?}") })
}

pub(crate) fn no_rotation(x: &Resident) -> KernelError {
    KernelError::Argument { function: "rope", message: format!("{x:?} was not made by `rotation`") }
}

pub(crate) fn is_rotation(function: &'static str, x: &Resident) -> KernelError {
    KernelError::Argument { function, message: format!("{x:?} was made by `rotation`, for `rope`") }
}

pub(crate) fn is_matrix(function: &'static str, x: &Resident) -> KernelError {
    let message = format!("{x:?} was uploaded as a matrix, for `linear` and `embedding`");
    KernelError::Argument { function, message }
}
