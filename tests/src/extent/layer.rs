//! The same, of kernels that multiply, normalise and move elements.

use crosscheck::backend_matrix;
use crosscheck_backends::{Dtype, Kernels, Quantization, Quantized, Rope, RopeLayout, Tensor};

use super::{Deep, Extent, Long, graded};
use crate::Checked;
use crate::data::{of, uniform, unit};

#[backend_matrix(of = "matmul")]
pub fn matmul_of_five_dimensions(kernels: &dyn Kernels) -> Checked<Tensor> {
    kernels.matmul(&unit(311, &[2, 1, 3, 4, 5], Dtype::F32)?, &unit(312, &[3, 1, 5, 7], Dtype::F32)?)
}

#[backend_matrix(of = "rms_norm", extent(Deep, Long))]
pub fn rms_norm(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    let x = graded(313, extent)?;
    kernels.rms_norm(&x, &unit(314, &x.shape()[x.rank() - 1..], Dtype::F32)?, 1e-5)
}

#[backend_matrix(of = "layer_norm", extent(Deep, Long))]
pub fn layer_norm(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    let x = graded(313, extent)?;
    let row = &x.shape()[x.rank() - 1..];
    kernels.layer_norm(&x, &unit(314, row, Dtype::F32)?, &unit(315, row, Dtype::F32)?, 1e-5)
}

#[backend_matrix(of = "rope", layout(Halves, Interleaved), shape(deep = &[2, 3, 2, 5, 6], long = &[3, 5, 4400]))]
pub fn rope(kernels: &dyn Kernels, layout: RopeLayout, shape: &[usize]) -> Checked<Tensor> {
    kernels.rope(&unit(316, shape, Dtype::F32)?, &Rope { dims: 6, base: 10_000.0, scale: 1.0, offset: 7, layout })
}

#[backend_matrix(of = "embedding", shape(deep = &[2, 1, 3, 1, 2], long = &[700]))]
pub fn embedding(kernels: &dyn Kernels, shape: &[usize]) -> Checked<Tensor> {
    kernels.embedding(&unit(317, &[9, 133], Dtype::F32)?, &indices(318, shape, 9)?)
}

/// Whole numbers from 0 to `end`.
fn indices(seed: u64, shape: &[usize], end: usize) -> Checked<Tensor> {
    let values = uniform(seed, shape, Dtype::F64, end as f64)?.to_f64();
    of(shape, Dtype::I32, &values.iter().map(|value| value.abs()).collect::<Vec<_>>())
}

/// A start and a shape for a part of it that does not begin at its origin.
fn part(extent: Extent) -> Checked<(Tensor, &'static [usize])> {
    Ok(match extent {
        Deep => (Tensor::i32(&[5], [1, 0, 2, 1, 3])?, &[1, 2, 2, 3, 2]),
        Long => (Tensor::i32(&[2], [0, 3])?, &[3, 21_848]),
    })
}

#[backend_matrix(of = "slice_at", uses = "dynamic_offsets", extent(Deep, Long))]
pub fn slice_at(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    let (start, shape) = part(extent)?;
    kernels.slice_at(&graded(319, extent)?, &start, shape)
}

#[backend_matrix(of = "update_at", uses = "dynamic_offsets", extent(Deep, Long))]
pub fn update_at(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    let (start, shape) = part(extent)?;
    kernels.update_at(&graded(319, extent)?, &unit(320, shape, Dtype::F32)?, &start)
}

#[backend_matrix(of = "take_along_axis", extent(Deep, Long))]
pub fn take_along_axis(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    let x = graded(321, extent)?;
    kernels.take_along_axis(&x, &indices(322, x.shape(), x.shape()[extent.axis()])?, extent.axis())
}

#[backend_matrix(of = "concatenate", extent(Deep, Long))]
pub fn concatenate(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    let (x, y) = (graded(323, extent)?, graded(324, extent)?);
    kernels.concatenate(&[&x, &y, &x], extent.axis())
}

#[backend_matrix(of = "transpose", extent(Deep, Long))]
pub fn transpose(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    let axes: &[usize] = if matches!(extent, Deep) { &[3, 0, 4, 1, 2] } else { &[1, 0] };
    kernels.transpose(&graded(325, extent)?, axes)
}

#[backend_matrix(
    of = "broadcast_to",
    extent(Deep, Long),
    expects_constant(reason = "what is repeated is the same along its axis")
)]
pub fn broadcast_to(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    let shape: &[usize] = if matches!(extent, Deep) { &[3, 2, 3, 4, 5, 6] } else { &[2, 3, 21_851] };
    kernels.broadcast_to(&graded(326, extent)?, shape)
}

#[backend_matrix(of = "quantized_matmul", uses = "quantization")]
pub fn quantized_matmul_of_five_dimensions(kernels: &dyn Kernels) -> Checked<Tensor> {
    let w = quantized(327, 7)?;
    kernels.quantized_matmul(&unit(328, &[2, 1, 3, 2, 64], Dtype::F32)?, &w)
}

/// A matrix `[rows, 64]` with random levels.
fn quantized(seed: u64, rows: usize) -> Checked<Quantized> {
    let words = uniform(seed, &[rows * 8], Dtype::I32, f64::from(i32::MAX))?.to_f64();
    Ok(Quantized {
        packed: words.iter().map(|word| *word as i32 as u32).collect(),
        columns: 64,
        scales: unit(seed + 100, &[rows, 2], Dtype::F32)?,
        biases: unit(seed + 200, &[rows, 2], Dtype::F32)?,
        quantization: Quantization { group: 32, bits: 4 },
    })
}

#[backend_matrix(of = "dequantize", uses = "quantization")]
pub fn dequantize_of_many(kernels: &dyn Kernels) -> Checked<Tensor> {
    kernels.dequantize(&quantized(329, 1025)?)
}
