//! What an operation leaves of its operands, and one tensor in place of two: a device may reuse memory that nothing else needs, and
//! none that something does.

use crosscheck::conformance;
use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Kernels, Layout, Logits, Mask, Rope, RopeLayout, Tensor};

use super::{assert_made, launched, opened};
use crate::data::unit;
use crate::{Checked, budget};

/// The operations that read tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    Linear,
    RmsNorm,
    Rope,
    Attention,
    Silu,
    Mul,
    Add,
    Reshape,
    Transpose,
    Write,
    Narrow,
}

/// Launches the operation, on operands of `[1, 2, 4, 8]`.
fn launch(
    device: &dyn Device,
    reads: Reads,
    [x, y, z]: [&Resident; 3],
    [vector, matrix]: [&Resident; 2],
) -> Checked<Resident> {
    let rope = Rope { dims: 8, base: 100.0, scale: 1.0, offset: 2, layout: RopeLayout::Halves };
    match reads {
        Reads::Linear => device.launch(Op::Linear { x, weight: matrix, add: Some(y) }),
        Reads::RmsNorm => device.launch(Op::RmsNorm { x, weight: vector, eps: 0.5 }),
        Reads::Rope => {
            let rotation = device.launch(Op::Rotation { rope, length: 4, width: 8 })?;
            device.launch(Op::Rope { x, rotation: &rotation })
        }
        Reads::Attention => device.launch(Op::Attention { q: x, k: y, v: z, scale: 0.5 }),
        Reads::Silu => device.launch(Op::Silu { x }),
        Reads::Mul => device.launch(Op::Mul { a: x, b: y }),
        Reads::Add => device.launch(Op::Add { a: x, b: y }),
        Reads::Reshape => device.launch(Op::Reshape { x, shape: &[8, 8] }),
        Reads::Transpose => device.launch(Op::Transpose { x, axes: &[0, 2, 1, 3] }),
        Reads::Write => device.launch(Op::Write { x, part: y, axis: 2, start: 0 }),
        Reads::Narrow => device.launch(Op::Narrow { x, axis: 2, start: 1, length: 2 }),
    }
}

/// After an operation, and after what is made has been changed, each operand is what it was; and the operation makes the same again.
#[conformance(
    of = "device",
    reads(Linear, RmsNorm, Rope, Attention, Silu, Mul, Add, Reshape, Transpose, Write, Narrow),
    dtype(F32, F16)
)]
pub fn operands_stay(kernels: &dyn Kernels, reads: Reads, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    let whole = (1..4).map(|number| unit(520 + number, &[1, 2, 4, 8], dtype)).collect::<Checked<Vec<_>>>()?;
    let (vector, matrix) = (unit(525, &[8], dtype)?, unit(526, &[8, 8], dtype)?);
    let held = whole.iter().chain([&vector]).map(|x| device.upload(x)).collect::<Checked<Vec<_>>>()?;
    let matrix = device.upload_matrix(&Matrix::Dense(matrix))?;
    let [x, y, z, parameter] = &held[..] else { panic!("four tensors") };
    let launch = || launch(&*device, reads, [x, y, z], [parameter, &matrix]);
    let made = launch()?;
    let first = device.download(&made)?;
    // What shares memory with an operand is written to, from its beginning on.
    let ones = vec![1.0; made.shape().iter().product::<usize>() / made.shape()[0]];
    let part = Tensor::from_f64(&[&[1], &made.shape()[1..]].concat(), dtype, &ones)?;
    let part = device.upload(&part)?;
    let written = device.launch(Op::Write { x: &made, part: &part, axis: 0, start: 0 })?;
    device.start(&[&written, x, y, z])?;
    device.wait(&[&written])?;
    device.wait(&[])?;
    for (number, (held, was)) in held.iter().zip(whole.iter().chain([&vector])).enumerate() {
        assert_eq!(device.download(held)?, *was, "operand {number} of {reads:?}");
    }
    assert_eq!(device.download(&made)?, first, "what {reads:?} made, once it was written to elsewhere");
    assert_eq!(device.download(&launch()?)?, first, "{reads:?} again");
    device.trim();
    assert_eq!(device.download(&made)?, first, "what {reads:?} made, once memory was given back");
    Ok(())
}

/// A tensor is both terms, both factors, its own residual, or queries, keys and values.
#[conformance(of = "device", dtype(F32, F16, BF16))]
pub fn one_tensor_is_two_operands(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    let x = unit(530, &[1, 2, 5, 8], dtype)?;
    let held = device.upload(&x)?;
    let nothing = vec![0.0; x.len()];
    assert_made(&*device, Op::Add { a: &held, b: &held }, &Reference.add(&x, &x)?, &nothing)?;
    assert_made(&*device, Op::Mul { a: &held, b: &held }, &Reference.mul(&x, &x)?, &nothing)?;
    let causal = Mask::CAUSAL;
    let seen = Reference.scaled_dot_product_attention(&x, &x, &x, Logits::scaled(0.5), causal)?;
    let allowed = budget::attention(&seen, [&x, &x, &x], Logits::scaled(0.5), causal);
    assert_made(&*device, Op::Attention { q: &held, k: &held, v: &held, scale: 0.5 }, &seen, &allowed)?;
    // Twice itself and itself: three times.
    let twice = (0..64).map(|at| if at % 9 == 0 { 2.0 } else { 0.0 }).collect::<Vec<_>>();
    let w = device.upload_matrix(&Matrix::Dense(Tensor::from_f64(&[8, 8], dtype, &twice)?))?;
    let whole = Tensor::from_f64(&[3, 8], dtype, &(0..24).map(f64::from).collect::<Vec<_>>())?;
    let held = device.upload(&whole)?;
    let thrice = Reference.mul(&whole, &Tensor::from_f64(&[], dtype, &[3.0])?)?;
    assert_made(&*device, Op::Linear { x: &held, weight: &w, add: Some(&held) }, &thrice, &[0.0; 24])
}

/// Tensors of one shape that differ in one element are uploaded one after the other, and none is another one.
#[conformance(of = "device", dtype(F32, F64, F16, BF16, I32))]
pub fn uploads_are_told_apart(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    for shape in [&[][..], &[1], &[7], &[3, 4]] {
        let count = shape.iter().product::<usize>();
        let others = (0..count).map(|other| {
            let of = |at: usize| if at == other { 9.0 } else { at as f64 };
            Tensor::from_f64(shape, dtype, &(0..count).map(of).collect::<Vec<_>>())
        });
        let others = others.collect::<Checked<Vec<_>>>()?;
        let held = others.iter().map(|x| device.upload(x)).collect::<Checked<Vec<_>>>()?;
        device.start(&held.iter().collect::<Vec<_>>())?;
        for (held, x) in held.iter().zip(&others) {
            assert_eq!(device.download(held)?, *x);
        }
        device.finish()?;
    }
    // More digits than 32 bits hold.
    if dtype == Dtype::F64 {
        let x = Tensor::f64(&[2], [1.0 / 3.0, 1e-300])?;
        assert_eq!(device.download(&device.upload(&x)?)?, x);
    }
    Ok(())
}

/// Whatever the layout is that a tensor is to be held in, its elements are uploaded in their order.
#[conformance(
    of = "device",
    uses = "strided_inputs",
    layout(Transposed, Strided, Offset, Gaps, Permuted, Repeated, Reversed),
    dtype(F32, F16)
)]
pub fn uploads_of_each_layout(kernels: &dyn Kernels, layout: Layout, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    for shape in [&[7][..], &[3, 4], &[2, 3, 4]] {
        let x = unit(531, shape, dtype)?;
        // All rows are alike where what is repeated is held once.
        let x = if layout == Layout::Repeated {
            Reference.broadcast_to(&unit(531, &shape[1..], dtype)?, shape)?
        } else {
            x
        };
        let placed = x.clone().with_layout(layout);
        assert_eq!(device.download(&device.upload(&placed)?)?, x, "{shape:?}");
        if let [_, width] = shape {
            let matrix = device.upload_matrix(&Matrix::Dense(placed))?;
            let rows = launched(&*device, Op::Embedding { table: &matrix, ids: &[0, 1, 2] })?;
            assert_eq!(rows, x, "a matrix of {shape:?}");
            // Each column, by a row that picks it.
            let picks: Vec<_> = (0..width * width).map(|at| f64::from(u8::from(at % (width + 1) == 0))).collect();
            let picks = device.upload(&Tensor::from_f64(&[*width, *width], dtype, &picks)?)?;
            let columns = launched(&*device, Op::Linear { x: &picks, weight: &matrix, add: None })?;
            assert_eq!(columns, Reference.transpose(&x, &[1, 0])?, "a matrix of {shape:?}");
        }
    }
    Ok(())
}
