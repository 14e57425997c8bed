//! Tensor kernels as one contract, [`Kernels`], with four backends: a reference in plain Rust that is always available, and
//! MLX on the CPU, on Metal and on CUDA, behind the Cargo features `mlx`, `metal` and `cuda`.
//!
//! A [`device::Device`] keeps tensors where a backend computes; the crate `crosscheck-inference` is a small runtime on top of it,
//! from text to tokens and back.
//!
//! What a backend may lack is a [`Feature`]; what each one does lack is listed in `exclusions.rs`.

pub mod device;
mod error;
mod exclusions;
mod host;
mod kernels;
#[cfg(feature = "mlx")]
pub mod mlx;
mod params;
pub mod reference;
mod suite;
mod tensor;
pub mod validate;

pub use error::KernelError;
pub use host::Host;
pub use kernels::Kernels;
pub use params::{Axes, Gelu, Keys, Logits, Mask, Quantization, Quantized, Rope, RopeLayout};
pub use suite::Feature;
pub use tensor::{Data, Dtype, Layout, Placed, Tensor};
