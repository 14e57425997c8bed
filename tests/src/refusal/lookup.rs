//! Kernels that move elements.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::{NO_F32, NO_INDICES, assert_argument_refused, assert_shape_refused, assert_type_refused, ones};
use crate::Checked;

#[conformance(of = "embedding")]
pub fn embedding(kernels: &dyn Kernels) -> Checked {
    let ids = Tensor::i32(&[2], [0, 1])?;
    for shape in [&[][..], &[3], &[3, 2, 2]] {
        assert_shape_refused("embedding", kernels.embedding(&ones(shape, Dtype::F32)?, &ids))?;
    }
    let table = ones(&[3, 2], Dtype::F32)?;
    for dtype in NO_INDICES {
        assert_type_refused("embedding", kernels.embedding(&table, &ones(&[2], dtype)?))?;
    }
    Ok(())
}

#[conformance(of = "slice_at", uses = "dynamic_offsets")]
pub fn slice_at(kernels: &dyn Kernels) -> Checked {
    let (x, origin) = (ones(&[2, 3], Dtype::F32)?, Tensor::i32(&[2], [0, 0])?);
    for shape in [&[1][..], &[3, 1], &[1, 4], &[1, 1, 1], &[usize::MAX, 1]] {
        assert_shape_refused("slice_at", kernels.slice_at(&x, &origin, shape))?;
    }
    for start in [Tensor::i32(&[1], [0])?, Tensor::i32(&[3], [0; 3])?, Tensor::i32(&[1, 2], [0, 0])?] {
        assert_shape_refused("slice_at", kernels.slice_at(&x, &start, &[1, 1]))?;
    }
    for dtype in NO_INDICES {
        assert_type_refused("slice_at", kernels.slice_at(&x, &ones(&[2], dtype)?, &[1, 1]))?;
    }
    Ok(())
}

#[conformance(of = "update_at", uses = "dynamic_offsets")]
pub fn update_at(kernels: &dyn Kernels) -> Checked {
    let (x, origin, one) = (ones(&[2, 3], Dtype::F32)?, Tensor::i32(&[2], [0, 0])?, ones(&[1, 1], Dtype::F32)?);
    for shape in [&[1][..], &[3, 1], &[1, 4], &[1, 1, 1]] {
        assert_shape_refused("update_at", kernels.update_at(&x, &ones(shape, Dtype::F32)?, &origin))?;
    }
    for start in [Tensor::i32(&[1], [0])?, Tensor::i32(&[3], [0; 3])?, Tensor::i32(&[1, 2], [0, 0])?] {
        assert_shape_refused("update_at", kernels.update_at(&x, &one, &start))?;
    }
    for dtype in NO_F32 {
        assert_type_refused("update_at", kernels.update_at(&x, &ones(&[1, 1], dtype)?, &origin))?;
    }
    assert_type_refused("update_at", kernels.update_at(&x, &one, &ones(&[2], Dtype::F32)?))
}

#[conformance(of = "take_along_axis")]
pub fn take_along_axis(kernels: &dyn Kernels) -> Checked {
    let x = ones(&[2, 3], Dtype::F32)?;
    for (shape, axis) in [(&[2][..], 1), (&[1, 3], 1), (&[2, 1], 0), (&[2, 3, 1], 1), (&[2, 3], 2)] {
        let indices = Tensor::i32(shape, vec![0; shape.iter().product()])?;
        assert_shape_refused("take_along_axis", kernels.take_along_axis(&x, &indices, axis))?;
    }
    for dtype in NO_INDICES {
        assert_type_refused("take_along_axis", kernels.take_along_axis(&x, &ones(&[2, 3], dtype)?, 1))?;
    }
    Ok(())
}

#[conformance(of = "concatenate")]
pub fn concatenate(kernels: &dyn Kernels) -> Checked {
    let x = ones(&[2, 3], Dtype::F32)?;
    for (shape, axis) in [(&[3, 3][..], 1), (&[2, 2], 0), (&[3], 0), (&[2, 3], 2), (&[2, 3, 1], 0)] {
        assert_shape_refused("concatenate", kernels.concatenate(&[&x, &ones(shape, Dtype::F32)?], axis))?;
        assert_shape_refused("concatenate", kernels.concatenate(&[&x, &x, &ones(shape, Dtype::F32)?], axis))?;
    }
    for dtype in NO_F32 {
        let other = ones(&[2, 3], dtype)?;
        assert_type_refused("concatenate", kernels.concatenate(&[&x, &other], 0))?;
        assert_type_refused("concatenate", kernels.concatenate(&[&x, &x, &other], 0))?;
    }
    assert_argument_refused("concatenate", kernels.concatenate(&[], 0))
}

#[conformance(of = "transpose")]
pub fn transpose(kernels: &dyn Kernels) -> Checked {
    let x = ones(&[2, 3], Dtype::F32)?;
    for axes in [&[][..], &[0], &[0, 0], &[1, 1], &[0, 2], &[0, 1, 2]] {
        assert_argument_refused("transpose", kernels.transpose(&x, axes))?;
    }
    assert_argument_refused("transpose", kernels.transpose(&ones(&[], Dtype::F32)?, &[0]))
}

#[conformance(of = "broadcast_to")]
pub fn broadcast_to(kernels: &dyn Kernels) -> Checked {
    let x = ones(&[2, 1], Dtype::F32)?;
    for shape in [&[][..], &[2], &[1, 1], &[3, 1], &[2, 1, 3], &[0, 3]] {
        assert_shape_refused("broadcast_to", kernels.broadcast_to(&x, shape))?;
    }
    Ok(())
}
