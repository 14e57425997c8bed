//! The same tensor in place of several operands.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Logits, Mask, Tensor};

use crate::Checked;
use crate::data::{assert_holds, of, unit};

/// Asserts that a kernel makes of a tensor and itself what it makes of the tensor and a copy.
#[track_caller]
fn assert_unchanged_by_a_copy(shape: &[usize], kernel: impl Fn(&Tensor, &Tensor) -> Checked<Tensor>) -> Checked {
    let x = unit(331, shape, Dtype::F32)?;
    let (once, twice) = (kernel(&x, &x)?, kernel(&x, &x.clone())?);
    assert_holds(&once, twice.shape(), &twice.to_f64());
    Ok(())
}

#[conformance(of = "add")]
pub fn add(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.add(a, b))
}

#[conformance(of = "sub")]
pub fn sub(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.sub(a, b))
}

#[conformance(of = "mul")]
pub fn mul(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.mul(a, b))
}

#[conformance(of = "maximum")]
pub fn maximum(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.maximum(a, b))
}

#[conformance(of = "minimum")]
pub fn minimum(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.minimum(a, b))
}

#[conformance(of = "div")]
pub fn div(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.div(a, b))
}

#[conformance(of = "equal")]
pub fn equal(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.equal(a, b))
}

#[conformance(of = "not_equal")]
pub fn not_equal(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.not_equal(a, b))
}

#[conformance(of = "less")]
pub fn less(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.less(a, b))
}

#[conformance(of = "less_equal")]
pub fn less_equal(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.less_equal(a, b))
}

#[conformance(of = "greater")]
pub fn greater(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.greater(a, b))
}

#[conformance(of = "greater_equal")]
pub fn greater_equal(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[3, 41], |a, b| kernels.greater_equal(a, b))
}

#[conformance(of = "matmul")]
pub fn matmul(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[17, 17], |a, b| kernels.matmul(a, b))
}

#[conformance(of = "select")]
pub fn select(kernels: &dyn Kernels) -> Checked {
    let condition = Tensor::bool(&[2], [true, false])?;
    let x = of(&[2], Dtype::F32, &[1.0, 2.0])?;
    assert_holds(&kernels.select(&condition, &x, &x)?, &[2], &[1.0, 2.0]);
    Ok(())
}

#[conformance(of = "rms_norm")]
pub fn rms_norm(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[41], |x, weight| kernels.rms_norm(x, weight, 1e-5))
}

#[conformance(of = "layer_norm")]
pub fn layer_norm(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[41], |x, other| kernels.layer_norm(x, other, other, 1e-5))
}

#[conformance(of = "scaled_dot_product_attention")]
pub fn attention(kernels: &dyn Kernels) -> Checked {
    assert_unchanged_by_a_copy(&[1, 2, 7, 8], |x, other| {
        kernels.scaled_dot_product_attention(x, other, other, Logits::scaled(0.5), Mask::NONE)
    })
}

#[conformance(of = "update_at", uses = "dynamic_offsets")]
pub fn update_at(kernels: &dyn Kernels) -> Checked {
    let x = unit(332, &[3, 5], Dtype::F32)?;
    assert_holds(&kernels.update_at(&x, &x, &Tensor::i32(&[2], [0, 0])?)?, &[3, 5], &x.to_f64());
    Ok(())
}

#[conformance(of = "embedding")]
pub fn embedding(kernels: &dyn Kernels) -> Checked {
    // A table of its own ids.
    let x = Tensor::i32(&[2, 2], [1, 0, 1, 1])?;
    assert_holds(&kernels.embedding(&x, &x)?, &[2, 2, 2], &[1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
    Ok(())
}

#[conformance(of = "take_along_axis")]
pub fn take_along_axis(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::i32(&[3], [2, 0, 1])?;
    assert_holds(&kernels.take_along_axis(&x, &x, 0)?, &[3], &[1.0, 2.0, 0.0]);
    Ok(())
}

#[conformance(of = "concatenate")]
pub fn concatenate(kernels: &dyn Kernels) -> Checked {
    let x = of(&[2], Dtype::F32, &[1.0, 2.0])?;
    assert_holds(&kernels.concatenate(&[&x, &x, &x], 0)?, &[6], &[1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
    Ok(())
}
