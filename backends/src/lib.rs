//! Tensor kernels as one contract, [`Kernels`], with three backends: a reference in plain Rust that is always there, and
//! MLX on the CPU and on Metal, behind the cargo features `mlx` and `metal`.
//!
//! A [`device::Device`] keeps tensors where a backend computes; the cargo feature `inference` adds a small runtime on top of it,
//! from text to tokens and back: `inference`.
//!
//! What a backend may lack is a [`Feature`]; what each one does lack stands in `exclusions.rs`.

mod conformance;
pub mod device;
mod dtype;
mod error;
mod exclusions;
#[cfg(feature = "inference")]
pub mod inference;
mod kernels;
mod layout;
#[cfg(feature = "mlx")]
pub mod mlx;
pub mod reference;
mod round;
mod tensor;
pub mod validate;

pub use conformance::Feature;
pub use dtype::Dtype;
pub use error::KernelError;
pub use kernels::{Gelu, Kernels, Mask, Quantization, Quantized, Rope, RopeLayout};
pub use layout::{Layout, Placed};
pub use tensor::{Data, Tensor};
