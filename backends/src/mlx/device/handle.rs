//! What a resident tensor is to MLX.

use std::sync::{Mutex, PoisonError};

use mlx_rs::error::Exception;
use mlx_rs::{Array, transforms};

use crate::device::{Resident, is_matrix, is_rotation};
use crate::mlx::convert::dims;
use crate::mlx::error::{Made, Result, failed};
use crate::params::{Quantization, Rope};

/// What a resident tensor is to MLX.
pub(super) enum Handle {
    /// The elements in their order. The shape may be another one than the tensor's: most operations of a decoder do not need
    /// the one that its contract is written in.
    Tensor(Shared),
    /// `[K]`, and the view of it that goes with a row, `[1, K]`.
    Vector { x: Shared, row: Shared },
    /// `[N, K]` and the view of it that a product wants, `[K, N]`.
    Dense { w: Shared, transposed: Shared },
    /// Words, scales and biases.
    Quantized([Shared; 3], Quantization),
    /// What [`Op::Rope`] rotates by, and the matrix that does it where there is one.
    Rotation { rope: Rope, matrix: Option<Shared> },
}

impl Handle {
    /// A matrix, computed. Its elements are in order by rows, or by columns, as a BLAS reads them faster: it adds each column to
    /// the product as a whole, and sums up a row. The other order is a view.
    pub fn dense(w: Array, by_columns: bool) -> std::result::Result<Self, Exception> {
        let mut transposed = w.transpose()?;
        let mut w = w;
        if by_columns {
            transposed = transposed.contiguous()?;
            w = transposed.transpose()?;
        }
        transforms::eval([&w, &transposed])?;
        Ok(Self::Dense { w: Shared::new(w), transposed: Shared::new(transposed) })
    }
}

/// An array that several threads may hold: mlx-rs lets a handle move between threads, not be used by two at a time.
#[derive(Debug)]
pub(super) struct Shared(Mutex<Array>);

impl Shared {
    pub fn new(array: Array) -> Self {
        Self(Mutex::new(array))
    }

    /// Another handle of the same array.
    pub fn array(&self) -> Array {
        self.with(Array::clone)
    }

    /// Does something with this handle. What is done may ask for the parts of a matrix, a vector or a rotation, and for no
    /// other tensor: two threads would wait for each other.
    pub fn with<T>(&self, f: impl FnOnce(&Array) -> T) -> T {
        f(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The elements of a tensor, in any shape.
pub(super) fn elements<'a>(function: &'static str, x: &'a Resident) -> Result<&'a Shared> {
    match x.handle::<Handle>(function)? {
        Handle::Tensor(x) | Handle::Vector { x, .. } => Ok(x),
        Handle::Dense { .. } | Handle::Quantized(..) => Err(is_matrix(function, x)),
        Handle::Rotation { .. } => Err(is_rotation(function, x)),
    }
}

/// A tensor in its shape.
pub(super) fn tensor(function: &'static str, x: &Resident) -> Result<Array> {
    with(function, x, |x| Ok(x.clone()))?.map_err(|error| failed(function, &error))
}

/// Does something with a tensor in its shape, under the condition of [`Shared::with`].
pub(super) fn with(function: &'static str, x: &Resident, f: impl FnOnce(&Array) -> Made) -> Result<Made> {
    let handle = elements(function, x)?;
    handle.with(|array| {
        if array.shape().iter().map(|dim| *dim as usize).eq(x.shape().iter().copied()) {
            return Ok(f(array));
        }
        let shape = dims(function, x.shape())?;
        Ok(array.reshape(&shape).and_then(|array| f(&array)))
    })
}
