//! Kernels that move elements.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::Kind::{Argument, Shape, Type};
use super::{Kernel, beyond, floats, ones, others};
use crate::Checked;

#[conformance(of = "concatenate")]
pub fn concatenate(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("concatenate");
    kernel.assert_refuses(Argument, "no part", kernels.concatenate(&[], 0))?;
    let x = floats(&[2, 3])?;
    let wrong: [(&[usize], usize); 10] = [
        (&[2, 2], 0),
        (&[3, 2], 0),
        (&[6], 0),
        (&[3], 0),
        (&[1, 2, 3], 0),
        (&[0, 2], 0),
        (&[3, 3], 1),
        (&[1, 3], 1),
        (&[2, 3, 1], 1),
        (&[], 1),
    ];
    // Each part in turn is the wrong one.
    for (count, at) in [(2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (6, 5)] {
        let among = |part: &Tensor, axis| {
            let parts: Vec<_> =
                (0..count).map(|number| if number == at { part } else { &x }).map(Clone::clone).collect();
            kernels.concatenate(&parts.iter().collect::<Vec<_>>(), axis)
        };
        among(&floats(&[1, 3])?, 0)?;
        among(&floats(&[2, 1])?, 1)?;
        for (shape, axis) in wrong {
            // The first part says which axes there are.
            if at > 0 || axis < shape.len() {
                kernel.assert_refuses(Shape, (count, at, shape, axis), among(&floats(shape)?, axis))?;
            }
        }
        for other in others(Dtype::F32) {
            kernel.assert_refuses(Type, (count, at, other), among(&ones(&[2, 3], other)?, 0))?;
        }
    }
    // Parts without elements have a type, and the lengths of the others.
    let none = floats(&[0, 3])?;
    kernels.concatenate(&[&none, &x], 0)?;
    for other in others(Dtype::F32) {
        let none = ones(&[0, 3], other)?;
        kernel.assert_refuses(Type, ("nothing in front", other), kernels.concatenate(&[&none, &x], 0))?;
        kernel.assert_refuses(Type, ("nothing behind", other), kernels.concatenate(&[&x, &none], 0))?;
    }
    for shape in [&[0][..], &[0, 2], &[0, 0], &[0, 3, 1], &[2, 0, 3]] {
        let none = floats(shape)?;
        kernel.assert_refuses(Shape, ("nothing in front", shape), kernels.concatenate(&[&none, &x], 0))?;
        kernel.assert_refuses(Shape, ("nothing behind", shape), kernels.concatenate(&[&x, &none], 0))?;
    }
    for (axis, count) in beyond(2).into_iter().flat_map(|axis| [(axis, 1), (axis, 2)]) {
        kernel.assert_refuses(Shape, (axis, count), kernels.concatenate(&vec![&x; count], axis))?;
    }
    let number = floats(&[])?;
    kernel.assert_refuses(Shape, "numbers", kernels.concatenate(&[&number, &number], 0))
}

#[conformance(of = "transpose")]
pub fn transpose(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("transpose");
    for shape in [&[2, 3, 4][..], &[2, 2, 2], &[1, 1, 1], &[0, 3, 4]] {
        let x = floats(shape)?;
        kernels.transpose(&x, &[2, 0, 1])?;
        let wrong: [&[usize]; 14] = [
            &[],
            &[0],
            &[0, 1],
            &[1, 0],
            &[0, 0, 0],
            &[0, 1, 1],
            &[0, 0, 2],
            &[2, 1, 2],
            &[0, 1, 3],
            &[1, 2, 3],
            &[0, 1, 2, 2],
            &[0, 1, 2, 3],
            &[0, 1, usize::MAX],
            &[0, 1, (1 << 32) + 2],
        ];
        for axes in wrong {
            kernel.assert_refuses(Argument, (shape, axes), kernels.transpose(&x, axes))?;
        }
    }
    let number = floats(&[])?;
    kernels.transpose(&number, &[])?;
    for axes in [&[0][..], &[0, 0]] {
        kernel.assert_refuses(Argument, axes, kernels.transpose(&number, axes))?;
    }
    Ok(())
}

#[conformance(of = "broadcast_to")]
pub fn broadcast_to(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("broadcast_to");
    let right: [[&[usize]; 2]; 6] =
        [[&[1, 3], &[3, 3]], [&[3], &[1, 3]], [&[], &[1]], [&[], &[]], [&[2, 1], &[2, 5]], [&[1, 1], &[1, 1]]];
    for [from, to] in right {
        assert_eq!(kernels.broadcast_to(&floats(from)?, to)?.shape(), to);
    }
    let wrong: [[&[usize]; 2]; 21] = [
        // Twice and three times as long.
        [&[2], &[4]],
        [&[2], &[3, 6]],
        // Fewer dimensions, of which the first has one element.
        [&[1, 3], &[3]],
        [&[1], &[]],
        [&[1, 1], &[1]],
        [&[2, 3], &[3]],
        // As many elements.
        [&[6], &[2, 3]],
        [&[2, 3], &[3, 2]],
        [&[2, 3], &[6]],
        [&[3], &[3, 1]],
        [&[4], &[2, 2]],
        // Fewer elements, and some that do not fit.
        [&[3], &[1]],
        [&[2, 3], &[1, 3]],
        [&[2, 3], &[4, 3]],
        [&[2, 3], &[2, 6]],
        [&[2, 3], &[2, 3, 2]],
        // Nothing is not one.
        [&[2], &[0]],
        [&[0], &[2]],
        [&[0], &[1]],
        [&[2, 3], &[0, 3]],
        [&[0, 3], &[1, 3]],
    ];
    for [from, to] in wrong {
        kernel.assert_refuses(Shape, [from, to], kernels.broadcast_to(&floats(from)?, to))?;
    }
    for to in [&[1 << 31][..], &[1 << 16, 1 << 16], &[usize::MAX], &[usize::MAX, 2], &[1 << 32, 0]] {
        kernel.assert_refuses(Shape, to, kernels.broadcast_to(&floats(&[1])?, to))?;
    }
    Ok(())
}
