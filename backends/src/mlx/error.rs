//! What MLX's operations return, and its errors as those of kernels.

use mlx_rs::Array;
use mlx_rs::error::Exception;

use crate::error::KernelError;
use crate::tensor::Tensor;

pub(super) type Result<T = Tensor> = std::result::Result<T, KernelError>;

/// What an operation of MLX returns.
pub(super) type Made = mlx_rs::error::Result<Array>;

/// MLX's own words, without the line of C++ behind them.
pub(super) fn failed(function: &'static str, error: &Exception) -> KernelError {
    let what = error.what();
    let message = match what.rsplit_once(" at ") {
        Some((message, place)) if place.contains(".cpp:") => message,
        _ => what,
    };
    KernelError::Backend { function, library: "MLX", message: message.trim().to_owned() }
}
