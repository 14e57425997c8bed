//! Products of matrices, norms, rotary position embeddings and attention.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Logits, Mask, Rope, RopeLayout, Tensor};

use super::Kind::{Argument, Shape, Type};
use super::{Kernel, NO_FLOATS, NO_NUMBERS, floats, ones, others};
use crate::Checked;

#[conformance(of = "matmul")]
pub fn matmul(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("matmul");
    kernels.matmul(&floats(&[2, 3])?, &floats(&[3, 4])?)?;
    kernels.matmul(&floats(&[1, 2, 3])?, &floats(&[2, 3, 4])?)?;
    let apart: [[&[usize]; 2]; 20] = [
        // Twice as many matrices.
        [&[4, 2, 3], &[2, 3, 4]],
        [&[2, 2, 3], &[4, 3, 4]],
        [&[2, 3], &[4, 3]],
        [&[2, 3], &[2, 3]],
        [&[2, 3], &[1, 3]],
        [&[2, 1], &[3, 4]],
        [&[2, 3], &[0, 4]],
        [&[2, 0], &[3, 4]],
        [&[2, 6], &[3, 8]],
        [&[3], &[3, 4]],
        [&[2, 3], &[3]],
        [&[3], &[3]],
        [&[], &[3, 4]],
        [&[2, 3], &[]],
        [&[], &[]],
        [&[2, 2, 3], &[3, 3, 4]],
        [&[2, 2, 3], &[0, 3, 4]],
        [&[4, 2, 3], &[2, 2, 3, 4]],
        [&[6, 2, 3], &[2, 3, 3, 4]],
        [&[2, 1, 2, 3], &[3, 4, 3, 4]],
    ];
    for [a, b] in apart {
        kernel.assert_refuses(Shape, [a, b], kernels.matmul(&floats(a)?, &floats(b)?))?;
    }
    let (column, row) = (floats(&[1 << 16, 1])?, floats(&[1, 1 << 16])?);
    kernel.assert_refuses(Shape, "2^32 elements", kernels.matmul(&column, &row))?;
    for dtype in super::TYPES {
        let x = ones(&[2, 2], dtype)?;
        for other in others(dtype) {
            kernel.assert_refuses(Type, (dtype, other), kernels.matmul(&x, &ones(&[2, 2], other)?))?;
        }
    }
    for (dtype, shape) in NO_NUMBERS.into_iter().flat_map(|dtype| [&[2, 2][..], &[0, 0]].map(|shape| (dtype, shape))) {
        let x = ones(shape, dtype)?;
        kernel.assert_refuses(Type, (dtype, shape), kernels.matmul(&x, &x))?;
    }
    Ok(())
}

/// What a norm refuses: `call` takes what is normed, its parameter of this number and eps; the others are right.
#[track_caller]
fn assert_norm(kernel: Kernel, call: impl Fn(&Tensor, &Tensor, f32) -> Checked<Tensor>) -> Checked {
    let (x, weight) = (floats(&[2, 3])?, floats(&[3])?);
    for eps in [0.0, -0.0, f32::from_bits(1), 1e-5, 1e30, f32::MAX] {
        call(&x, &weight, eps)?;
    }
    for eps in [-f32::from_bits(1), -1e-5, -1.0, f32::MIN, f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        kernel.assert_refuses(Argument, eps, call(&x, &weight, eps))?;
    }
    for shape in [&[][..], &[0], &[1], &[2], &[4], &[6], &[1, 3], &[3, 1], &[2, 3]] {
        kernel.assert_refuses(Shape, shape, call(&x, &floats(shape)?, 1e-5))?;
    }
    // As many elements as a row of a tensor that has other rows.
    kernel.assert_refuses(Shape, "[3, 2] by [3]", call(&floats(&[3, 2])?, &weight, 1e-5))?;
    for other in others(Dtype::F32) {
        kernel.assert_refuses(Type, other, call(&x, &ones(&[3], other)?, 1e-5))?;
    }
    Ok(())
}

#[conformance(of = "rms_norm")]
pub fn rms_norm(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("rms_norm");
    assert_norm(kernel, |x, weight, eps| kernels.rms_norm(x, weight, eps))?;
    let number = floats(&[])?;
    kernel.assert_refuses(Shape, "a number", kernels.rms_norm(&number, &number, 1e-5))?;
    for (dtype, shape) in NO_FLOATS.into_iter().flat_map(|dtype| [&[2, 3][..], &[0, 3]].map(|shape| (dtype, shape))) {
        kernel.assert_refuses(
            Type,
            (dtype, shape),
            kernels.rms_norm(&ones(shape, dtype)?, &ones(&[3], dtype)?, 1e-5),
        )?;
    }
    Ok(())
}

#[conformance(of = "layer_norm")]
pub fn layer_norm(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("layer_norm");
    let right = |x: &Tensor| ones(&x.shape()[x.rank() - 1..], x.dtype());
    assert_norm(kernel, |x, weight, eps| kernels.layer_norm(x, weight, &right(x)?, eps))?;
    assert_norm(kernel, |x, bias, eps| kernels.layer_norm(x, &right(x)?, bias, eps))?;
    let number = floats(&[])?;
    kernel.assert_refuses(Shape, "a number", kernels.layer_norm(&number, &number, &number, 1e-5))?;
    for (dtype, shape) in NO_FLOATS.into_iter().flat_map(|dtype| [&[2, 3][..], &[0, 3]].map(|shape| (dtype, shape))) {
        let (x, parameter) = (ones(shape, dtype)?, ones(&[3], dtype)?);
        kernel.assert_refuses(Type, (dtype, shape), kernels.layer_norm(&x, &parameter, &parameter, 1e-5))?;
    }
    Ok(())
}

#[conformance(of = "rope", layout(Halves, Interleaved))]
pub fn rope(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    let kernel = Kernel("rope");
    let rope = Rope { dims: 4, base: 10_000.0, scale: 1.0, offset: 0, layout };
    let x = floats(&[2, 3, 6])?;
    for dims in [2, 4, 6] {
        kernels.rope(&x, &Rope { dims, ..rope })?;
    }
    for dims in [0, 1, 3, 5, 7, 8, 36, usize::MAX, usize::MAX - 1, 1 << 32, (1 << 32) + 2, (1 << 32) + 4] {
        kernel.assert_refuses(Argument, dims, kernels.rope(&x, &Rope { dims, ..rope }))?;
    }
    for base in [0.0, -0.0, -1.0, -10_000.0, f32::MIN, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        kernel.assert_refuses(Argument, base, kernels.rope(&x, &Rope { base, ..rope }))?;
    }
    for scale in [0.0, -0.0, -1.0, 1e-30] {
        kernels.rope(&x, &Rope { scale, ..rope })?;
    }
    for scale in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        kernel.assert_refuses(Argument, scale, kernels.rope(&x, &Rope { scale, ..rope }))?;
    }
    for offset in [-1, -4, i32::MIN] {
        kernel.assert_refuses(Argument, offset, kernels.rope(&x, &Rope { offset, ..rope }))?;
    }
    for shape in [&[][..], &[4], &[6]] {
        kernel.assert_refuses(Shape, shape, kernels.rope(&floats(shape)?, &rope))?;
    }
    for (dtype, shape) in NO_FLOATS.into_iter().flat_map(|dtype| [&[2, 3, 4][..], &[0, 4]].map(|shape| (dtype, shape)))
    {
        kernel.assert_refuses(Type, (dtype, shape), kernels.rope(&ones(shape, dtype)?, &rope))?;
    }
    Ok(())
}

/// Shapes of `q`, `k` and `v` that fit; each length of each is changed by itself.
const FITTING: [[usize; 4]; 3] = [[2, 4, 3, 8], [2, 2, 5, 8], [2, 2, 5, 6]];

#[conformance(of = "scaled_dot_product_attention")]
pub fn attention(kernels: &dyn Kernels) -> Checked {
    let kernel = Kernel("scaled_dot_product_attention");
    let call_with = |shapes: [&[usize]; 3], logits, mask: Mask<'_>| {
        kernels.scaled_dot_product_attention(
            &floats(shapes[0])?,
            &floats(shapes[1])?,
            &floats(shapes[2])?,
            logits,
            mask,
        )
    };
    let call = |shapes: [&[usize]; 3], scale, mask: Mask<'_>| call_with(shapes, Logits::scaled(scale), mask);
    let right = FITTING.each_ref().map(|shape| &shape[..]);
    for scale in [1.0, 0.0, -0.0, -0.5, 1e-30] {
        call(right, scale, Mask::NONE)?;
    }
    for scale in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        kernel.assert_refuses(Argument, scale, call(right, scale, Mask::CAUSAL))?;
    }
    let added = floats(&[3, 5])?;
    let masks = [Mask::NONE, Mask::CAUSAL, Mask::window(2), Mask::additive(&added), Mask::CAUSAL.plus(&added)];
    for mask in masks {
        for softcap in [1.0, 1e-30, f32::MIN_POSITIVE, f32::from_bits(1), 1e30, f32::MAX] {
            call_with(right, Logits::scaled(1.0).capped(softcap), mask)?;
        }
        for softcap in [
            0.0,
            -0.0,
            -f32::from_bits(1),
            -1.0,
            -50.0,
            f32::MIN,
            f32::NAN,
            -f32::NAN,
            f32::INFINITY,
            f32::NEG_INFINITY,
        ] {
            let made = call_with(right, Logits::scaled(1.0).capped(softcap), mask);
            kernel.assert_refuses(Argument, (softcap, mask), made)?;
        }
    }
    for logits in [Logits::scaled(1.0), Logits::scaled(1.0).capped(2.0)] {
        for window in [1, 2, 5, 6, 1 << 31, (1 << 32) - 1, 1 << 32, usize::MAX - 1, usize::MAX] {
            call_with(right, logits, Mask::window(window))?;
            call_with(right, logits, Mask::window(window).plus(&added))?;
        }
        kernel.assert_refuses(Argument, "a window of 0", call_with(right, logits, Mask::window(0)))?;
        kernel.assert_refuses(
            Argument,
            "a window of 0, and a mask",
            call_with(right, logits, Mask::window(0).plus(&added)),
        )?;
    }
    for (operand, axis, length) in
        (0..3).flat_map(|operand| (0..4).flat_map(move |axis| [0, 1, 7].map(|length| (operand, axis, length))))
    {
        // The number of queries, and the width of values, are free.
        if matches!((operand, axis), (0, 2) | (2, 3)) {
            continue;
        }
        let mut wrong = FITTING;
        wrong[operand][axis] = length;
        // No query heads are a multiple of any number of heads.
        if (operand, axis, length) == (0, 1, 0) {
            continue;
        }
        kernel.assert_refuses(Shape, wrong, call(wrong.each_ref().map(|shape| &shape[..]), 1.0, Mask::NONE))?;
    }
    // What has no key at all, and no head at all, in keys and values alike.
    for (axis, length) in [(1, 0), (2, 0), (1, 3), (1, 8)] {
        let mut wrong = FITTING;
        (wrong[1][axis], wrong[2][axis]) = (length, length);
        kernel.assert_refuses(Shape, wrong, call(wrong.each_ref().map(|shape| &shape[..]), 1.0, Mask::NONE))?;
    }
    for operand in 0..3 {
        for shape in [&FITTING[operand][1..], &[&[1][..], &FITTING[operand][..]].concat(), &[]] {
            let mut wrong = right;
            wrong[operand] = shape;
            kernel.assert_refuses(Shape, wrong, call(wrong, 1.0, Mask::NONE))?;
        }
    }
    for shape in [
        &[][..],
        &[5],
        &[1],
        &[3, 5],
        &[3, 1],
        &[1, 5],
        &[4, 3, 5],
        &[4, 1, 1],
        &[2, 1, 3, 5],
        &[1, 4, 1, 5],
        &[2, 4, 3, 5],
    ] {
        let mask = floats(shape)?;
        for of in [Mask::NONE, Mask::CAUSAL, Mask::window(2)] {
            call(right, 1.0, of.plus(&mask))?;
        }
    }
    for shape in [
        &[3][..],
        &[4],
        &[0],
        &[5, 3],
        &[3, 4],
        &[2, 5],
        &[3, 0],
        &[2, 3, 5],
        &[3, 4, 5],
        &[3, 1, 3, 5],
        &[2, 3, 3, 5],
        &[4, 2, 3, 5],
        &[1, 2, 4, 3, 5],
        &[120],
        &[60, 2],
    ] {
        let mask = floats(shape)?;
        for of in [Mask::NONE, Mask::CAUSAL, Mask::window(2)] {
            kernel.assert_refuses(Shape, (shape, of), call(right, 1.0, of.plus(&mask)))?;
        }
    }
    for other in others(Dtype::F32) {
        let mask = ones(&[3, 5], other)?;
        for of in [Mask::NONE, Mask::CAUSAL, Mask::window(2)] {
            kernel.assert_refuses(Type, ("mask", other, of), call(right, 1.0, of.plus(&mask)))?;
        }
        for operand in 0..3 {
            let of = |at: usize| ones(right[at], if at == operand { other } else { Dtype::F32 });
            let made = kernels.scaled_dot_product_attention(&of(0)?, &of(1)?, &of(2)?, Logits::scaled(1.0), Mask::NONE);
            kernel.assert_refuses(Type, (operand, other), made)?;
        }
    }
    for (dtype, other) in
        [Dtype::F16, Dtype::BF16, Dtype::F64].iter().flat_map(|dtype| others(*dtype).map(|other| (*dtype, other)))
    {
        let (of, mask) = (|at: usize| ones(right[at], dtype), ones(&[3, 5], other)?);
        let made =
            kernels.scaled_dot_product_attention(&of(0)?, &of(1)?, &of(2)?, Logits::scaled(1.0), Mask::additive(&mask));
        kernel.assert_refuses(Type, (dtype, "a mask of", other), made)?;
    }
    for dtype in NO_FLOATS {
        let of = |at: usize| ones(right[at], dtype);
        let made = kernels.scaled_dot_product_attention(&of(0)?, &of(1)?, &of(2)?, Logits::scaled(1.0), Mask::NONE);
        kernel.assert_refuses(Type, dtype, made)?;
    }
    Ok(())
}
