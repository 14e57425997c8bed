//! Tensors of more dimensions than libraries have special cases for, and of more elements than 16 bits count.

use crosscheck::backend_matrix;
use crosscheck_backends::{Dtype, Gelu, Kernels, Tensor};

use crate::Checked;
use crate::data::{of, positive, uniform};

pub mod layer;

/// A shape of one or the other kind.
#[derive(Clone, Copy, Debug)]
pub enum Extent {
    /// Five dimensions, none of which is as long as another.
    Deep,
    /// 65553 elements in three rows, of which the length is odd.
    Long,
}

use Extent::{Deep, Long};

impl Extent {
    fn shape(self) -> &'static [usize] {
        match self {
            Deep => &[2, 3, 4, 5, 6],
            Long => &[3, 21_851],
        }
    }

    /// An axis that is not the last but one.
    fn axis(self) -> usize {
        match self {
            Deep => 2,
            Long => 1,
        }
    }
}

/// Elements of which no two rows or batches are of one size.
fn graded(seed: u64, extent: Extent) -> Checked<Tensor> {
    let shape = extent.shape();
    let values = uniform(seed, shape, Dtype::F64, 1.0)?.to_f64();
    let share = 3.0 / values.len() as f64;
    let values: Vec<_> = values.iter().enumerate().map(|(at, value)| value * (1.0 + share * at as f64)).collect();
    of(shape, Dtype::F32, &values)
}

/// The same without their sign.
fn above_zero(seed: u64, extent: Extent) -> Checked<Tensor> {
    let x = graded(seed, extent)?;
    of(x.shape(), Dtype::F32, &x.to_f64().iter().map(|value| value.abs() + 0.5).collect::<Vec<_>>())
}

/// Whole numbers, of which many are equal.
fn few(seed: u64, extent: Extent) -> Checked<Tensor> {
    let shape = extent.shape();
    of(shape, Dtype::F32, &uniform(seed, shape, Dtype::I32, 4.0)?.to_f64())
}

#[backend_matrix(of = "add", extent(Deep, Long))]
pub fn add(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.add(&graded(301, extent)?, &graded(302, extent)?)
}

#[backend_matrix(of = "sub", extent(Deep, Long))]
pub fn sub(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.sub(&graded(301, extent)?, &graded(302, extent)?)
}

#[backend_matrix(of = "mul", extent(Deep, Long))]
pub fn mul(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.mul(&graded(301, extent)?, &graded(302, extent)?)
}

#[backend_matrix(of = "maximum", extent(Deep, Long))]
pub fn maximum(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.maximum(&graded(301, extent)?, &graded(302, extent)?)
}

#[backend_matrix(of = "minimum", extent(Deep, Long))]
pub fn minimum(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.minimum(&graded(301, extent)?, &graded(302, extent)?)
}

#[backend_matrix(of = "div", extent(Deep, Long))]
pub fn div(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.div(&graded(301, extent)?, &above_zero(302, extent)?)
}

#[backend_matrix(of = "equal", extent(Deep, Long))]
pub fn equal(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.equal(&few(303, extent)?, &few(304, extent)?)
}

#[backend_matrix(of = "not_equal", extent(Deep, Long))]
pub fn not_equal(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.not_equal(&few(303, extent)?, &few(304, extent)?)
}

#[backend_matrix(of = "less", extent(Deep, Long))]
pub fn less(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.less(&few(303, extent)?, &few(304, extent)?)
}

#[backend_matrix(of = "less_equal", extent(Deep, Long))]
pub fn less_equal(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.less_equal(&few(303, extent)?, &few(304, extent)?)
}

#[backend_matrix(of = "greater", extent(Deep, Long))]
pub fn greater(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.greater(&few(303, extent)?, &few(304, extent)?)
}

#[backend_matrix(of = "greater_equal", extent(Deep, Long))]
pub fn greater_equal(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.greater_equal(&few(303, extent)?, &few(304, extent)?)
}

#[backend_matrix(of = "neg", extent(Deep, Long))]
pub fn neg(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.neg(&graded(305, extent)?)
}

#[backend_matrix(of = "exp", extent(Deep, Long))]
pub fn exp(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.exp(&graded(305, extent)?)
}

#[backend_matrix(of = "round", extent(Deep, Long))]
pub fn round(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.round(&graded(305, extent)?)
}

#[backend_matrix(of = "tanh", extent(Deep, Long))]
pub fn tanh(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.tanh(&graded(305, extent)?)
}

#[backend_matrix(of = "sigmoid", extent(Deep, Long))]
pub fn sigmoid(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.sigmoid(&graded(305, extent)?)
}

#[backend_matrix(of = "silu", extent(Deep, Long))]
pub fn silu(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.silu(&graded(305, extent)?)
}

#[backend_matrix(of = "log", extent(Deep, Long))]
pub fn log(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.log(&above_zero(306, extent)?)
}

#[backend_matrix(of = "sqrt", extent(Deep, Long))]
pub fn sqrt(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.sqrt(&above_zero(306, extent)?)
}

#[backend_matrix(of = "rsqrt", extent(Deep, Long))]
pub fn rsqrt(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.rsqrt(&above_zero(306, extent)?)
}

#[backend_matrix(of = "gelu", extent(Deep, Long), form(Exact, Tanh))]
pub fn gelu(kernels: &dyn Kernels, extent: Extent, form: Gelu) -> Checked<Tensor> {
    kernels.gelu(&graded(305, extent)?, form)
}

#[backend_matrix(of = "select", extent(Deep, Long))]
pub fn select(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    let condition = kernels.less(&few(303, extent)?, &few(304, extent)?)?;
    kernels.select(&condition, &graded(301, extent)?, &graded(302, extent)?)
}

#[backend_matrix(of = "cast", extent(Deep, Long))]
pub fn cast(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.cast(&graded(305, extent)?, Dtype::F16)
}

#[backend_matrix(of = "cast", extent(Deep, Long), from(I64, I8, U8))]
pub fn cast_of_integers(kernels: &dyn Kernels, extent: Extent, from: Dtype) -> Checked<Tensor> {
    let shape = extent.shape();
    kernels.cast(&positive(311, shape, from, if from == Dtype::I64 { 1e12 } else { 127.0 })?, Dtype::F32)
}

#[backend_matrix(of = "sum", axis(0, 2, 4))]
pub fn sum(kernels: &dyn Kernels, axis: usize) -> Checked<Tensor> {
    kernels.sum(&few(307, Deep)?, axis.into())
}

#[backend_matrix(of = "sum")]
pub fn sum_of_many_columns(kernels: &dyn Kernels) -> Checked<Tensor> {
    kernels.sum(&of(&[2, 65_537], Dtype::F32, &whole(308)?)?, 0.into())
}

#[backend_matrix(of = "mean", axis(0, 2, 4))]
pub fn mean(kernels: &dyn Kernels, axis: usize) -> Checked<Tensor> {
    kernels.mean(&graded(307, Deep)?, axis.into())
}

#[backend_matrix(of = "mean")]
pub fn mean_of_many_columns(kernels: &dyn Kernels) -> Checked<Tensor> {
    kernels.mean(&of(&[2, 65_537], Dtype::F32, &many(308)?)?, 0.into())
}

#[backend_matrix(of = "max", axis(0, 2, 4))]
pub fn max(kernels: &dyn Kernels, axis: usize) -> Checked<Tensor> {
    kernels.max(&graded(307, Deep)?, axis.into())
}

#[backend_matrix(of = "max")]
pub fn max_of_many_columns(kernels: &dyn Kernels) -> Checked<Tensor> {
    kernels.max(&of(&[2, 65_537], Dtype::F32, &many(308)?)?, 0.into())
}

#[backend_matrix(of = "min", axis(0, 2, 4))]
pub fn min(kernels: &dyn Kernels, axis: usize) -> Checked<Tensor> {
    kernels.min(&graded(307, Deep)?, axis.into())
}

#[backend_matrix(of = "min")]
pub fn min_of_many_columns(kernels: &dyn Kernels) -> Checked<Tensor> {
    kernels.min(&of(&[2, 65_537], Dtype::F32, &many(308)?)?, 0.into())
}

#[backend_matrix(of = "logsumexp", axis(0, 2, 4))]
pub fn logsumexp(kernels: &dyn Kernels, axis: usize) -> Checked<Tensor> {
    kernels.logsumexp(&graded(307, Deep)?, axis.into())
}

#[backend_matrix(of = "logsumexp")]
pub fn logsumexp_of_many_columns(kernels: &dyn Kernels) -> Checked<Tensor> {
    kernels.logsumexp(&of(&[2, 65_537], Dtype::F32, &many(308)?)?, 0.into())
}

#[backend_matrix(of = "argmin", axis(0, 2, 4))]
pub fn argmin(kernels: &dyn Kernels, axis: usize) -> Checked<Tensor> {
    kernels.argmin(&graded(307, Deep)?, axis)
}

#[backend_matrix(of = "argmin")]
pub fn argmin_of_many_columns(kernels: &dyn Kernels) -> Checked<Tensor> {
    kernels.argmin(&of(&[2, 65_537], Dtype::F32, &many(308)?)?, 0)
}

#[backend_matrix(of = "argmax", axis(0, 2, 4))]
pub fn argmax(kernels: &dyn Kernels, axis: usize) -> Checked<Tensor> {
    kernels.argmax(&graded(307, Deep)?, axis)
}

#[backend_matrix(of = "argmax")]
pub fn argmax_of_many_columns(kernels: &dyn Kernels) -> Checked<Tensor> {
    kernels.argmax(&of(&[2, 65_537], Dtype::F32, &many(308)?)?, 0)
}

/// Two rows of more elements than 16 bits count.
fn many(seed: u64) -> Checked<Vec<f64>> {
    Ok(uniform(seed, &[2 * 65_537], Dtype::F32, 3.0)?.to_f64())
}

/// The same, whole.
fn whole(seed: u64) -> Checked<Vec<f64>> {
    Ok(uniform(seed, &[2 * 65_537], Dtype::I32, 4.0)?.to_f64())
}

#[backend_matrix(
    of = "softmax",
    extent(
        Deep,
        Long tolerance(
            rtol = 1e-4,
            atol = 0.0,
            reason = "a weight is near 2^-14, as much as an atol for numbers near 1; 21,851 terms round off 1e-5 and more"
        )
    )
)]
pub fn softmax(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    kernels.softmax(&graded(309, extent)?, extent.axis())
}

#[backend_matrix(of = "top_k", extent(Deep, Long))]
pub fn top_k(kernels: &dyn Kernels, extent: Extent) -> Checked<Tensor> {
    Ok(kernels.top_k(&graded(310, extent)?, 3, extent.axis())?.0)
}
