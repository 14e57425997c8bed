//! Kernels along an axis.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::Kind::{Argument, Shape, Type};
use super::{Kernel, NO_FLOATS, beyond, floats, ones};
use crate::Checked;

/// Asserts that axes that are not there are refused of any shape, and these types of any shape and axis.
#[track_caller]
fn assert_axes(kernel: Kernel, refused: &[Dtype], call: impl Fn(&Tensor, usize) -> Checked<Tensor>) -> Checked {
    for shape in [&[2, 3][..], &[1], &[1, 1, 1], &[]] {
        let x = floats(shape)?;
        (0..shape.len()).try_for_each(|axis| call(&x, axis).map(drop))?;
        for axis in beyond(shape.len()) {
            kernel.assert_refuses(Shape, (shape, axis), call(&x, axis))?;
        }
        // Also where there is nothing that could be looked up.
        for (dtype, axis) in refused.iter().flat_map(|dtype| (0..shape.len()).map(move |axis| (*dtype, axis))) {
            kernel.assert_refuses(Type, (dtype, shape, axis), call(&ones(shape, dtype)?, axis))?;
        }
    }
    kernel.assert_refuses(Shape, "axis 2 of [0, 3]", call(&floats(&[0, 3])?, 2))
}

/// Asserts that an axis without elements is refused, whatever the others have.
#[track_caller]
fn assert_no_empty_axis(kernel: Kernel, call: impl Fn(&Tensor, usize) -> Checked<Tensor>) -> Checked {
    for (shape, axis) in [(&[0][..], 0), (&[2, 0], 1), (&[0, 2], 0), (&[0, 0], 0), (&[0, 0], 1), (&[2, 0, 3], 1)] {
        for dtype in [Dtype::F32, Dtype::I32] {
            kernel.assert_refuses(Shape, (dtype, shape, axis), call(&ones(shape, dtype)?, axis))?;
        }
    }
    Ok(())
}

#[conformance(of = "sum")]
pub fn sum(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("sum"), &[Dtype::Bool], |x, axis| kernels.sum(x, axis))
}

#[conformance(of = "mean")]
pub fn mean(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("mean"), &NO_FLOATS, |x, axis| kernels.mean(x, axis))
}

#[conformance(of = "logsumexp")]
pub fn logsumexp(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("logsumexp"), &NO_FLOATS, |x, axis| kernels.logsumexp(x, axis))
}

#[conformance(of = "softmax")]
pub fn softmax(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("softmax"), &NO_FLOATS, |x, axis| kernels.softmax(x, axis))
}

#[conformance(of = "max")]
pub fn max(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("max"), &[Dtype::Bool], |x, axis| kernels.max(x, axis))?;
    assert_no_empty_axis(Kernel("max"), |x, axis| kernels.max(x, axis))
}

#[conformance(of = "min")]
pub fn min(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("min"), &[Dtype::Bool], |x, axis| kernels.min(x, axis))?;
    assert_no_empty_axis(Kernel("min"), |x, axis| kernels.min(x, axis))
}

#[conformance(of = "argmax")]
pub fn argmax(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("argmax"), &[Dtype::Bool], |x, axis| kernels.argmax(x, axis))?;
    assert_no_empty_axis(Kernel("argmax"), |x, axis| kernels.argmax(x, axis))
}

#[conformance(of = "top_k")]
pub fn top_k(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("top_k");
    assert_axes(kernel, &[Dtype::Bool], |x, axis| Ok(kernels.top_k(x, 1, axis)?.0))?;
    for (shape, axis) in
        [(&[2, 3][..], 1), (&[3, 2], 0), (&[3], 0), (&[0], 0), (&[2, 0], 1), (&[0, 2], 0), (&[5, 1], 1)]
    {
        let x = floats(shape)?;
        for k in beyond(shape[axis] + 1) {
            kernel.assert_refuses(Argument, (shape, axis, k), kernels.top_k(&x, k, axis))?;
        }
        if shape[axis] > 0 {
            kernels.top_k(&x, shape[axis], axis)?;
        }
    }
    Ok(())
}
