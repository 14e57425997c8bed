//! Indices: every place of one bad index among good ones, and every way of being bad.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::Kind::{Shape, Type};
use super::{Kernel, TYPES, beyond, floats, ones, others};
use crate::Checked;

/// Indices that are not in `0..end`: just so, counted from the end, and far off.
fn bad(end: usize) -> [i32; 7] {
    let end = end as i32;
    [end, end + 1, -1, -end, i32::MAX, i32::MIN, 1 << 16]
}

#[conformance(of = "embedding")]
pub fn embedding(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("embedding");
    let table = floats(&[4, 3])?;
    kernels.embedding(&table, &Tensor::i32(&[5], [0, 3, 1, 0, 2])?)?;
    for shape in [&[5][..], &[5, 1], &[1, 5]] {
        for (at, index) in (0..5).flat_map(|at| bad(4).map(|index| (at, index))) {
            let mut ids = [0, 3, 1, 0, 2];
            ids[at] = index;
            kernel.assert_refuses_index(index.into(), 4, kernels.embedding(&table, &Tensor::i32(shape, ids)?))?;
        }
    }
    kernel.assert_refuses_index(0, 0, kernels.embedding(&floats(&[0, 3])?, &Tensor::i32(&[], [0])?))?;
    // A single row, which is all that there is.
    for index in bad(1) {
        let ids = [Tensor::i32(&[], [index])?, Tensor::i32(&[1], [index])?, Tensor::i32(&[3], [0, 0, index])?];
        for ids in &ids {
            kernel.assert_refuses_index(index.into(), 1, kernels.embedding(&floats(&[1, 3])?, ids))?;
        }
    }
    // Rows without elements are numbered too.
    kernel.assert_refuses_index(4, 4, kernels.embedding(&floats(&[4, 0])?, &Tensor::i32(&[1], [4])?))?;
    let ids = Tensor::i32(&[2], [0, 1])?;
    for shape in [&[][..], &[12], &[4, 3, 1], &[1, 4, 3]] {
        kernel.assert_refuses(Shape, shape, kernels.embedding(&floats(shape)?, &ids))?;
    }
    for other in others(Dtype::I32) {
        for shape in [&[2][..], &[], &[0]] {
            kernel.assert_refuses(Type, (other, shape), kernels.embedding(&table, &ones(shape, other)?))?;
        }
    }
    Ok(())
}

#[conformance(of = "take_along_axis")]
pub fn take_along_axis(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("take_along_axis");
    let x = floats(&[2, 3])?;
    for (axis, end) in [(0, 2), (1, 3)] {
        kernels.take_along_axis(&x, &Tensor::i32(&[2, 3], [0; 6])?, axis)?;
        for (at, index) in (0..6).flat_map(|at| bad(end).map(|index| (at, index))) {
            let mut indices = [1, 0, 1, 1, 0, 1];
            indices[at] = index;
            kernel.assert_refuses_index(
                index.into(),
                end,
                kernels.take_along_axis(&x, &Tensor::i32(&[2, 3], indices)?, axis),
            )?;
        }
    }
    let none = |shape: &[usize]| {
        ones(shape, Dtype::I32).and_then(|x| kernels.neg(&x)).and_then(|x| kernels.add(&x, &ones(&[], Dtype::I32)?))
    };
    for (shape, axis) in [
        (&[6][..], 1),
        (&[3, 3], 1),
        (&[1, 3], 1),
        (&[0, 3], 1),
        (&[2, 2], 0),
        (&[2, 1], 0),
        (&[3, 2], 0),
        (&[2, 3, 1], 1),
        (&[1, 2, 3], 1),
        (&[], 0),
        (&[3], 0),
    ] {
        kernel.assert_refuses(Shape, (shape, axis), kernels.take_along_axis(&x, &none(shape)?, axis))?;
    }
    for axis in beyond(2) {
        kernel.assert_refuses(Shape, axis, kernels.take_along_axis(&x, &none(&[2, 3])?, axis))?;
    }
    let number = floats(&[])?;
    kernel.assert_refuses(Shape, "a number", kernels.take_along_axis(&number, &none(&[])?, 0))?;
    for other in others(Dtype::I32) {
        for shape in [&[2, 3][..], &[2, 0]] {
            kernel.assert_refuses(Type, (other, shape), kernels.take_along_axis(&x, &ones(shape, other)?, 1))?;
        }
    }
    // Nothing to take from.
    kernel.assert_refuses_index(0, 0, kernels.take_along_axis(&floats(&[2, 0])?, &none(&[2, 1])?, 1))
}

#[conformance(of = "slice_at", uses = "dynamic_offsets")]
pub fn slice_at(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("slice_at");
    assert_parts(kernel, |x, start, shape| kernels.slice_at(x, start, shape))
}

#[conformance(of = "update_at", uses = "dynamic_offsets")]
pub fn update_at(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("update_at");
    // A part that is too large to be made is none that can be written.
    let part = |shape: &[usize]| if shape.iter().any(|length| *length > 100) { None } else { Some(floats(shape)) };
    assert_parts(kernel, |x, start, shape| match part(shape) {
        Some(part) => kernels.update_at(x, &part?, start),
        None => kernels.update_at(x, &floats(&[9, 9])?, start),
    })?;
    let start = Tensor::i32(&[2], [0, 0])?;
    for (dtype, other) in TYPES.into_iter().flat_map(|dtype| others(dtype).map(move |other| (dtype, other))) {
        let made = kernels.update_at(&ones(&[4, 5], dtype)?, &ones(&[1, 1], other)?, &start);
        kernel.assert_refuses(Type, (dtype, other), made)?;
    }
    Ok(())
}

/// Of `[4, 5]`, parts of `[3, 2]`: two starts along the first axis, four along the second.
#[track_caller]
fn assert_parts(kernel: Kernel, call: impl Fn(&Tensor, &Tensor, &[usize]) -> Checked<Tensor>) -> Checked {
    let x = floats(&[4, 5])?;
    for start in [[0, 0], [1, 0], [0, 3], [1, 3]] {
        call(&x, &Tensor::i32(&[2], start)?, &[3, 2])?;
    }
    for (axis, end) in [(0, 2), (1, 4)] {
        for index in bad(end) {
            let mut start = [1, 1];
            start[axis] = index;
            kernel.assert_refuses_index(index.into(), end, call(&x, &Tensor::i32(&[2], start)?, &[3, 2]))?;
        }
        // The whole of it has one start.
        let mut start = [0, 0];
        start[axis] = 1;
        kernel.assert_refuses_index(1, 1, call(&x, &Tensor::i32(&[2], start)?, &[4, 5]))?;
    }
    // Of no elements, there is a start behind the last one, and none behind that.
    kernel.assert_refuses_index(5, 5, call(&x, &Tensor::i32(&[2], [5, 0])?, &[0, 2]))?;
    kernel.assert_refuses_index(-1, 5, call(&x, &Tensor::i32(&[2], [-1, 0])?, &[0, 2]))?;
    kernel.assert_refuses_index(6, 6, call(&x, &Tensor::i32(&[2], [0, 6])?, &[3, 0]))?;
    let origin = Tensor::i32(&[2], [0, 0])?;
    for shape in
        [&[5, 2][..], &[3, 6], &[2, 10], &[20, 1], &[3], &[], &[3, 2, 1], &[1, 3, 2], &[usize::MAX, 1], &[1 << 32, 1]]
    {
        kernel.assert_refuses(Shape, shape, call(&x, &origin, shape))?;
    }
    for shape in [&[][..], &[0], &[1], &[3], &[1, 2], &[2, 1]] {
        let start = Tensor::i32(shape, vec![0; shape.iter().product()])?;
        kernel.assert_refuses(Shape, shape, call(&x, &start, &[3, 2]))?;
    }
    for other in others(Dtype::I32) {
        kernel.assert_refuses(Type, other, call(&x, &ones(&[2], other)?, &[1, 1]))?;
    }
    Ok(())
}
