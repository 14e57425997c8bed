//! Tensors in a device's memory.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::error::KernelError;
use crate::tensor::Dtype;

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
    pub fn handle<H: Any>(&self, function: &'static str) -> Result<&H, KernelError> {
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
