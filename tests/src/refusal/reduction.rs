//! Kernels along an axis.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::{NO_FLOATS, NO_NUMBERS, Result, assert_argument_refused, assert_shape_refused, assert_type_refused, ones};
use crate::Checked;

/// Asserts that axes that are not there are refused, and elements of these types.
#[track_caller]
fn assert_axes_refused(name: &str, others: &[Dtype], kernel: impl Fn(&Tensor, usize) -> Result) -> Checked {
    for (shape, axis) in [(&[2, 3][..], 2), (&[2], usize::MAX), (&[], 0)] {
        assert_shape_refused(name, kernel(&ones(shape, Dtype::F32)?, axis))?;
    }
    for dtype in others {
        assert_type_refused(name, kernel(&ones(&[2], *dtype)?, 0))?;
    }
    Ok(())
}

#[conformance(of = "sum")]
pub fn sum(kernels: &dyn Kernels) -> Checked {
    assert_axes_refused("sum", NO_NUMBERS, |x, axis| kernels.sum(x, axis.into()))
}

#[conformance(of = "mean")]
pub fn mean(kernels: &dyn Kernels) -> Checked {
    assert_axes_refused("mean", NO_FLOATS, |x, axis| kernels.mean(x, axis.into()))
}

#[conformance(of = "logsumexp")]
pub fn logsumexp(kernels: &dyn Kernels) -> Checked {
    assert_axes_refused("logsumexp", NO_FLOATS, |x, axis| kernels.logsumexp(x, axis.into()))
}

#[conformance(of = "softmax")]
pub fn softmax(kernels: &dyn Kernels) -> Checked {
    assert_axes_refused("softmax", NO_FLOATS, |x, axis| kernels.softmax(x, axis))
}

#[conformance(of = "max")]
pub fn max(kernels: &dyn Kernels) -> Checked {
    assert_axes_refused("max", NO_NUMBERS, |x, axis| kernels.max(x, axis.into()))?;
    // Nothing has no largest and no smallest element.
    assert_shape_refused("max", kernels.max(&ones(&[2, 0], Dtype::F32)?, 1.into()))
}

#[conformance(of = "min")]
pub fn min(kernels: &dyn Kernels) -> Checked {
    assert_axes_refused("min", NO_NUMBERS, |x, axis| kernels.min(x, axis.into()))?;
    // Nothing has no largest and no smallest element.
    assert_shape_refused("min", kernels.min(&ones(&[2, 0], Dtype::F32)?, 1.into()))
}

#[conformance(of = "argmax")]
pub fn argmax(kernels: &dyn Kernels) -> Checked {
    assert_axes_refused("argmax", NO_NUMBERS, |x, axis| kernels.argmax(x, axis))?;
    // Nothing has no largest and no smallest element.
    assert_shape_refused("argmax", kernels.argmax(&ones(&[2, 0], Dtype::F32)?, 1))
}

#[conformance(of = "argmin")]
pub fn argmin(kernels: &dyn Kernels) -> Checked {
    assert_axes_refused("argmin", NO_NUMBERS, |x, axis| kernels.argmin(x, axis))?;
    // Nothing has no largest and no smallest element.
    assert_shape_refused("argmin", kernels.argmin(&ones(&[2, 0], Dtype::F32)?, 1))
}

#[conformance(of = "top_k")]
pub fn top_k(kernels: &dyn Kernels) -> Checked {
    assert_axes_refused("top_k", NO_NUMBERS, |x, axis| Ok(kernels.top_k(x, 1, axis)?.0))?;
    assert_argument_refused("top_k", kernels.top_k(&ones(&[2, 3], Dtype::F32)?, 4, 1))
}
