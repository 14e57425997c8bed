//! Kernels along an axis.

use crosscheck::conformance;
use crosscheck_backends::{Axes, Dtype, Kernels, Tensor};

use super::Kind::{Argument, Shape, Type};
use super::{Kernel, NO_FLOATS, NO_NUMBERS, beyond, floats, ones};
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

/// Asserts that each axis of several has to be there, and to be named once, wherever it stands among the others.
#[track_caller]
fn assert_several(kernel: Kernel, call: impl Fn(&Tensor, Axes<'_>) -> Checked<Tensor>) -> Checked {
    for shape in [&[2, 3, 4][..], &[1, 1], &[5], &[0, 3]] {
        let (x, rank) = (floats(shape)?, shape.len());
        let all: Vec<_> = (0..rank).collect();
        // Of what has no elements, sums have a result and extremes do not: that is a matter of its own.
        if !shape.contains(&0) {
            call(&x, Axes::of(&all))?;
            call(&x, Axes::of(&all).kept())?;
            call(&x, Axes::all())?;
            call(&x, Axes::of(&[]))?;
        }
        for at in 0..=rank {
            for missing in beyond(rank) {
                let axes = [&all[..at], &[missing], &all[at..]].concat();
                let refused = [Axes::of(&axes), Axes::of(&axes).kept()].map(|axes| call(&x, axes));
                refused.into_iter().try_for_each(|refused| kernel.assert_refuses(Shape, (shape, &axes), refused))?;
            }
            for again in 0..rank {
                let axes = [&all[..at], &[again], &all[at..]].concat();
                let refused = [Axes::of(&axes), Axes::of(&axes).kept()].map(|axes| call(&x, axes));
                refused.into_iter().try_for_each(|refused| kernel.assert_refuses(Argument, (shape, &axes), refused))?;
            }
        }
    }
    Ok(())
}

/// Asserts that one axis without elements among those that are reduced is refused, and that others are not looked at.
#[track_caller]
fn assert_no_empty_axes(kernel: Kernel, call: impl Fn(&Tensor, Axes<'_>) -> Checked<Tensor>) -> Checked {
    for dtype in [Dtype::F32, Dtype::I32] {
        for (shape, axes) in [
            (&[2, 0][..], &[0, 1][..]),
            (&[0, 2], &[1, 0]),
            (&[0, 0], &[0, 1]),
            (&[2, 0, 3], &[2, 1]),
            (&[0, 3, 2], &[1, 0]),
        ] {
            let x = ones(shape, dtype)?;
            kernel.assert_refuses(Shape, (dtype, shape, axes), call(&x, Axes::of(axes)))?;
            kernel.assert_refuses(Shape, (dtype, shape, "all"), call(&x, Axes::all().kept()))?;
        }
    }
    Ok(())
}

#[conformance(of = "sum")]
pub fn sum(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("sum"), &NO_NUMBERS, |x, axis| kernels.sum(x, axis.into()))?;
    assert_several(Kernel("sum"), |x, axes| kernels.sum(x, axes))
}

#[conformance(of = "mean")]
pub fn mean(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("mean"), &NO_FLOATS, |x, axis| kernels.mean(x, axis.into()))?;
    assert_several(Kernel("mean"), |x, axes| kernels.mean(x, axes))
}

#[conformance(of = "logsumexp")]
pub fn logsumexp(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("logsumexp"), &NO_FLOATS, |x, axis| kernels.logsumexp(x, axis.into()))?;
    assert_several(Kernel("logsumexp"), |x, axes| kernels.logsumexp(x, axes))
}

#[conformance(of = "softmax")]
pub fn softmax(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("softmax"), &NO_FLOATS, |x, axis| kernels.softmax(x, axis))
}

#[conformance(of = "max")]
pub fn max(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("max"), &NO_NUMBERS, |x, axis| kernels.max(x, axis.into()))?;
    assert_several(Kernel("max"), |x, axes| kernels.max(x, axes))?;
    assert_no_empty_axis(Kernel("max"), |x, axis| kernels.max(x, axis.into()))?;
    assert_no_empty_axes(Kernel("max"), |x, axes| kernels.max(x, axes))
}

#[conformance(of = "min")]
pub fn min(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("min"), &NO_NUMBERS, |x, axis| kernels.min(x, axis.into()))?;
    assert_several(Kernel("min"), |x, axes| kernels.min(x, axes))?;
    assert_no_empty_axis(Kernel("min"), |x, axis| kernels.min(x, axis.into()))?;
    assert_no_empty_axes(Kernel("min"), |x, axes| kernels.min(x, axes))
}

#[conformance(of = "argmax")]
pub fn argmax(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("argmax"), &NO_NUMBERS, |x, axis| kernels.argmax(x, axis))?;
    assert_no_empty_axis(Kernel("argmax"), |x, axis| kernels.argmax(x, axis))
}

#[conformance(of = "argmin")]
pub fn argmin(kernels: &dyn Kernels) -> Checked {
    assert_axes(Kernel("argmin"), &NO_NUMBERS, |x, axis| kernels.argmin(x, axis))?;
    assert_no_empty_axis(Kernel("argmin"), |x, axis| kernels.argmin(x, axis))
}

#[conformance(of = "top_k")]
pub fn top_k(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("top_k");
    assert_axes(kernel, &NO_NUMBERS, |x, axis| Ok(kernels.top_k(x, 1, axis)?.0))?;
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
