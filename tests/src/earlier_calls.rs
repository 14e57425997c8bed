//! Calls before this one: a backend that keeps buffers, graphs or compiled kernels gives each call its own result all the
//! same.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Mask, Tensor};

use crate::Checked;
use crate::data::unit;

/// Asserts that a call returns the same before and after a call with another input of the same shape, and not the same as
/// that one.
#[track_caller]
fn assert_independent(shape: &[usize], call: impl Fn(&Tensor) -> Checked<Tensor>) -> Checked {
    let (x, y) = (unit(131, shape, Dtype::F32)?, unit(132, shape, Dtype::F32)?);
    let (first, other, again) = (call(&x)?, call(&y)?, call(&x)?);
    assert_eq!(first, again, "the same input after a call with another one");
    assert_ne!(first, other, "another input");
    Ok(())
}

#[conformance(of = "add")]
fn of_add(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.add(x, x))
}

#[conformance(of = "mul")]
fn of_mul(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.mul(x, x))
}

#[conformance(of = "matmul")]
fn of_matmul(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[41, 41], |x| kernels.matmul(x, x))
}

#[conformance(of = "softmax")]
fn of_softmax(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[3, 41], |x| kernels.softmax(x, 1))
}

#[conformance(of = "rms_norm")]
fn of_rms_norm(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[1, 41], |x| kernels.rms_norm(x, &Tensor::f32(&[41], [1.0; 41])?, 1e-5))
}

#[conformance(of = "scaled_dot_product_attention")]
fn of_attention(kernels: &dyn Kernels) -> Checked {
    assert_independent(&[1, 2, 7, 8], |x| kernels.scaled_dot_product_attention(x, x, x, 0.5, Mask::Causal))
}
