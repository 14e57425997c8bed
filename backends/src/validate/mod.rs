//! What every backend checks before it computes, so that the same inputs are refused with the same error everywhere. Public
//! for backends in other crates. Each function returns what it worked out, or the [`KernelError`] to return.

mod attention;
mod dtype;
mod elementwise;
mod index;
mod layer;
mod movement;
mod order;
mod product;
mod quantization;
mod shape;

pub use attention::{Attention, attention};
pub use dtype::{floats, numbers};
pub use elementwise::{arithmetic, div, elementwise, select};
pub use index::{embedding, slice_at, take_along_axis, update_at};
pub use layer::{norm, rope};
pub use movement::{broadcast_to, concatenate, transpose};
pub use order::{extreme, top_k};
pub use product::{Matmul, matmul};
pub use quantization::{dequantize, quantize, quantized_matmul};
pub use shape::{along, axes};

use crate::error::KernelError;

type Result<T> = std::result::Result<T, KernelError>;
