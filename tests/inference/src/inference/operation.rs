//! Each operation of a device, against the reference's kernel of the same name.

use std::sync::Arc;

use crosscheck::conformance;
use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, KernelError, Kernels, Logits, Mask, Quantization, Rope, RopeLayout, Tensor};
use crosscheck_fixtures::unit;

use super::Outcome;
use super::fixture::assert_close;

type Result<T = ()> = std::result::Result<T, KernelError>;

/// A tensor on the host and on the device.
struct Both {
    host: Tensor,
    device: Resident,
}

fn both(device: &dyn Device, seed: u64, shape: &[usize]) -> Result<Both> {
    let host = unit(seed, shape, Dtype::F32)?;
    Ok(Both { device: device.upload(&host)?, host })
}

/// What the device makes of an operation has the shape that it says, and the values of the kernel.
#[track_caller]
fn assert_result(device: &dyn Device, op: Op<'_>, expected: &Tensor) -> Result {
    let made = device.launch(op)?;
    assert_eq!((made.shape(), made.dtype()), (expected.shape(), expected.dtype()), "{}", op.name());
    device.wait(&[&made])?;
    assert_close(op.name(), &device.download(&made)?, expected);
    Ok(())
}

#[conformance(of = "device", rows(1, 5))]
pub fn products_and_rows_of_a_matrix(kernels: &dyn Kernels, rows: usize) -> Outcome {
    let device = kernels.device()?;
    let (x, w) = (both(&*device, 1, &[rows, 64])?, unit(2, &[96, 64], Dtype::F32)?);
    let weight = device.upload_matrix(&Matrix::Dense(w.clone()))?;
    let transposed = Reference.transpose(&w, &[1, 0])?;
    let product = Reference.matmul(&x.host, &transposed)?;
    assert_result(&*device, Op::Linear { x: &x.device, weight: &weight, add: None }, &product)?;
    let added = both(&*device, 13, &[rows, 96])?;
    let sum = Reference.add(&product, &added.host)?;
    assert_result(&*device, Op::Linear { x: &x.device, weight: &weight, add: Some(&added.device) }, &sum)?;
    let ids = [95, 0, 0, 17];
    let expected = Reference.embedding(&w, &Tensor::i32(&[4], ids.map(|id| id as i32))?)?;
    assert_result(&*device, Op::Embedding { table: &weight, ids: &ids }, &expected)?;
    Ok(())
}

#[conformance(of = "device", uses = "quantization", bits(4, 8), rows(1, 5))]
pub fn products_and_rows_of_a_quantized_matrix(kernels: &dyn Kernels, bits: u32, rows: usize) -> Outcome {
    let device = kernels.device()?;
    let x = both(&*device, 3, &[rows, 64])?;
    let w = Reference.quantize(&unit(4, &[96, 64], Dtype::F32)?, Quantization { group: 32, bits })?;
    let weight = device.upload_matrix(&Matrix::Quantized(w.clone()))?;
    let expected = Reference.quantized_matmul(&x.host, &w)?;
    assert_result(&*device, Op::Linear { x: &x.device, weight: &weight, add: None }, &expected)?;
    let added = both(&*device, 14, &[rows, 96])?;
    let sum = Reference.add(&expected, &added.host)?;
    assert_result(&*device, Op::Linear { x: &x.device, weight: &weight, add: Some(&added.device) }, &sum)?;
    let ids = [95, 0, 0, 17];
    let table = Reference.dequantize(&w)?;
    let expected = Reference.embedding(&table, &Tensor::i32(&[4], ids.map(|id| id as i32))?)?;
    assert_result(&*device, Op::Embedding { table: &weight, ids: &ids }, &expected)?;
    Ok(())
}

#[conformance(of = "device", rows(1, 3))]
pub fn element_by_element(kernels: &dyn Kernels, rows: usize) -> Outcome {
    let device = kernels.device()?;
    let (a, b) = (both(&*device, 5, &[rows, 40])?, both(&*device, 6, &[rows, 40])?);
    let weight = both(&*device, 7, &[40])?;
    assert_result(&*device, Op::Add { a: &a.device, b: &b.device }, &Reference.add(&a.host, &b.host)?)?;
    assert_result(&*device, Op::Mul { a: &a.device, b: &b.device }, &Reference.mul(&a.host, &b.host)?)?;
    assert_result(&*device, Op::Silu { x: &a.device }, &Reference.silu(&a.host)?)?;
    let normed = Reference.rms_norm(&a.host, &weight.host, 1e-5)?;
    assert_result(&*device, Op::RmsNorm { x: &a.device, weight: &weight.device, eps: 1e-5 }, &normed)?;
    Ok(())
}

#[conformance(of = "device", layout(Halves, Interleaved), rows(1, 6), offset(0, 9))]
pub fn rotations(kernels: &dyn Kernels, layout: RopeLayout, rows: usize, offset: i32) -> Outcome {
    let device = kernels.device()?;
    let x = both(&*device, 8, &[1, 3, rows, 16])?;
    let rope = Rope { dims: 16, base: 10_000.0, scale: 1.0, offset, layout };
    let rotation = device.launch(Op::Rotation { rope, length: rows, width: 16 })?;
    let expected = Reference.rope(&x.host, &rope)?;
    assert_result(&*device, Op::Rope { x: &x.device, rotation: &rotation }, &expected)?;
    Ok(())
}

#[conformance(of = "device", rows(1, 4, 70), before(0, 7))]
pub fn causal_attention(kernels: &dyn Kernels, rows: usize, before: usize) -> Outcome {
    let device = kernels.device()?;
    let q = both(&*device, 9, &[1, 4, rows, 16])?;
    let (k, v) = (both(&*device, 10, &[1, 2, before + rows, 16])?, both(&*device, 11, &[1, 2, before + rows, 16])?);
    let expected =
        Reference.scaled_dot_product_attention(&q.host, &k.host, &v.host, Logits::scaled(0.25), Mask::CAUSAL)?;
    let attention = Op::Attention { q: &q.device, k: &k.device, v: &v.device, scale: 0.25 };
    assert_result(&*device, attention, &expected)?;
    Ok(())
}

#[conformance(of = "device")]
pub fn movements(kernels: &dyn Kernels) -> Outcome {
    let device = kernels.device()?;
    let x = both(&*device, 12, &[2, 3, 4])?;
    let reshaped = Tensor::new(&[4, 6], x.host.data().clone())?;
    assert_result(&*device, Op::Reshape { x: &x.device, shape: &[4, 6] }, &reshaped)?;
    let transposed = Reference.transpose(&x.host, &[1, 0, 2])?;
    assert_result(&*device, Op::Transpose { x: &x.device, axes: &[1, 0, 2] }, &transposed)?;
    Ok(())
}

/// What was reshaped is as good as what came in that shape: a device may put the work off.
#[conformance(of = "device")]
pub fn what_was_reshaped(kernels: &dyn Kernels) -> Outcome {
    let device = kernels.device()?;
    let flat = both(&*device, 17, &[128])?;
    let reshape = |shape: &[usize]| -> Result<(Resident, Tensor)> {
        Ok((device.launch(Op::Reshape { x: &flat.device, shape })?, Tensor::new(shape, flat.host.data().clone())?))
    };
    let (x, host) = reshape(&[1, 2, 4, 16])?;
    assert_close("the reshaped tensor", &device.download(&x)?, &host);
    assert_result(&*device, Op::Silu { x: &x }, &Reference.silu(&host)?)?;
    assert_result(&*device, Op::Mul { a: &x, b: &x }, &Reference.mul(&host, &host)?)?;
    assert_result(&*device, Op::Add { a: &x, b: &x }, &Reference.add(&host, &host)?)?;
    let axes = [0, 2, 1, 3];
    assert_result(&*device, Op::Transpose { x: &x, axes: &axes }, &Reference.transpose(&host, &axes)?)?;
    let at = |axis| Tensor::i32(&[4], [0, 0, axis, 0]);
    let expected = Reference.slice_at(&host, &at(1)?, &[1, 2, 2, 16])?;
    assert_result(&*device, Op::Narrow { x: &x, axis: 2, start: 1, length: 2 }, &expected)?;
    let whole = both(&*device, 18, &[1, 2, 9, 16])?;
    let expected = Reference.update_at(&whole.host, &host, &at(3)?)?;
    assert_result(&*device, Op::Write { x: &whole.device, part: &x, axis: 2, start: 3 }, &expected)?;
    let part = device.launch(Op::Narrow { x: &whole.device, axis: 2, start: 0, length: 4 })?;
    let expected = Reference.update_at(&host, &device.download(&part)?, &at(0)?)?;
    assert_result(&*device, Op::Write { x: &x, part: &part, axis: 2, start: 0 }, &expected)?;
    let weight = both(&*device, 19, &[16])?;
    let expected = Reference.rms_norm(&host, &weight.host, 1e-5)?;
    assert_result(&*device, Op::RmsNorm { x: &x, weight: &weight.device, eps: 1e-5 }, &expected)?;
    let matrix = unit(20, &[8, 16], Dtype::F32)?;
    let w = device.upload_matrix(&Matrix::Dense(matrix.clone()))?;
    let ((rows, rows_host), sum) = (reshape(&[8, 16])?, reshape(&[4, 4, 8])?);
    let product = Reference.matmul(&rows_host, &Reference.transpose(&matrix, &[1, 0])?)?;
    assert_result(&*device, Op::Linear { x: &rows, weight: &w, add: None }, &product)?;
    let added = device.launch(Op::Narrow { x: &sum.0, axis: 0, start: 0, length: 2 })?;
    let added = device.launch(Op::Reshape { x: &added, shape: &[8, 8] })?;
    let expected = Reference.add(&product, &device.download(&added)?)?;
    assert_result(&*device, Op::Linear { x: &rows, weight: &w, add: Some(&added) }, &expected)?;
    Ok(())
}

/// A single position, as a decoder has it: of a row, what each operation makes is what the next one takes.
#[conformance(of = "device", heads(2, 4))]
pub fn a_row_on_its_way(kernels: &dyn Kernels, heads: usize) -> Outcome {
    let device = kernels.device()?;
    let row = both(&*device, 21, &[1, heads * 16])?;
    let shape = [1, heads, 1, 16];
    let (k, v) = (both(&*device, 22, &[1, 2, 7, 16])?, both(&*device, 23, &[1, 2, 7, 16])?);
    let rope = Rope { dims: 16, base: 10_000.0, scale: 1.0, offset: 6, layout: RopeLayout::Halves };
    let rotation = device.launch(Op::Rotation { rope, length: 1, width: 16 })?;
    let q = device.launch(Op::Reshape { x: &row.device, shape: &shape })?;
    let q = device.launch(Op::Rope { x: &q, rotation: &rotation })?;
    let rotated = Reference.rope(&Tensor::new(&shape, row.host.data().clone())?, &rope)?;
    assert_close("the rotated row", &device.download(&q)?, &rotated);
    let y = device.launch(Op::Attention { q: &q, k: &k.device, v: &v.device, scale: 0.25 })?;
    let attended =
        Reference.scaled_dot_product_attention(&rotated, &k.host, &v.host, Logits::scaled(0.25), Mask::CAUSAL)?;
    assert_close("what it attends to", &device.download(&y)?, &attended);
    let expected = Tensor::new(&[1, heads * 16], attended.data().clone())?;
    assert_result(&*device, Op::Reshape { x: &y, shape: &[1, heads * 16] }, &expected)?;
    Ok(())
}

/// Also of what was moved before, which is a view on many devices.
#[conformance(of = "device", axis(0, 1, 2), start(0, 1))]
pub fn parts(kernels: &dyn Kernels, axis: usize, start: usize) -> Outcome {
    let device = kernels.device()?;
    let x = both(&*device, 13, &[3, 3, 3])?;
    let (mut shape, mut at) = ([3; 3], [0; 3]);
    (shape[axis], at[axis]) = (2, i32::try_from(start)?);
    let at = Tensor::i32(&[3], at)?;
    let expected = Reference.slice_at(&x.host, &at, &shape)?;
    assert_result(&*device, Op::Narrow { x: &x.device, axis, start, length: 2 }, &expected)?;
    let (part, before) = (both(&*device, 14, &shape)?, x.device.clone());
    let expected = Reference.update_at(&x.host, &part.host, &at)?;
    assert_result(&*device, Op::Write { x: &x.device, part: &part.device, axis, start }, &expected)?;
    // What is held elsewhere is not written to.
    assert_close("the tensor before", &device.download(&before)?, &x.host);
    Ok(())
}

#[conformance(of = "device")]
pub fn what_makes_no_sense_is_refused(kernels: &dyn Kernels) -> Outcome {
    let device = kernels.device()?;
    let x = device.upload(&unit(15, &[3, 64], Dtype::F32)?)?;
    let w = device.upload_matrix(&Matrix::Dense(unit(16, &[8, 64], Dtype::F32)?))?;
    let refused = |op: Op<'_>| {
        let result = device.launch(op);
        assert!(
            matches!(
                &result,
                Err(KernelError::Argument { .. } | KernelError::Shape { .. } | KernelError::IndexOutOfRange { .. })
            ),
            "{op:?}: {result:?}"
        );
    };
    refused(Op::Embedding { table: &w, ids: &[7, 8] });
    refused(Op::Embedding { table: &w, ids: &[u32::MAX] });
    refused(Op::Embedding { table: &x, ids: &[0] });
    refused(Op::Linear { x: &x, weight: &x, add: None });
    refused(Op::Linear { x: &w, weight: &w, add: None });
    refused(Op::Linear { x: &x, weight: &w, add: Some(&x) });
    refused(Op::Silu { x: &w });
    refused(Op::Reshape { x: &x, shape: &[3, 63] });
    refused(Op::Reshape { x: &x, shape: &[usize::MAX, 2] });
    let rope = Rope { dims: 64, base: 10_000.0, scale: 1.0, offset: 0, layout: RopeLayout::Halves };
    let rotation = device.launch(Op::Rotation { rope, length: 2, width: 64 })?;
    refused(Op::Rope { x: &x, rotation: &rotation });
    refused(Op::Rope { x: &x, rotation: &x });
    let row = device.upload(&unit(17, &[1, 64], Dtype::F32)?)?;
    for (dims, width) in [(0, 0), (0, 64), (63, 64), (66, 64), (64, usize::MAX)] {
        let rotation = device.launch(Op::Rotation { rope: Rope { dims, ..rope }, length: 1, width });
        let rotated = rotation.and_then(|rotation| device.launch(Op::Rope { x: &row, rotation: &rotation }));
        assert!(rotated.is_err(), "{dims} of {width} elements were rotated");
    }
    refused(Op::Silu { x: &rotation });
    for (axis, start, length) in [(2, 0, 1), (0, 2, 2), (0, 4, 0), (1, usize::MAX, 2)] {
        refused(Op::Narrow { x: &x, axis, start, length });
    }
    refused(Op::Write { x: &x, part: &x, axis: 0, start: 1 });
    refused(Op::Write { x: &x, part: &x, axis: 5, start: 0 });
    Ok(())
}

/// A tensor of one kind of device is nothing to another kind.
#[conformance(of = "device")]
pub fn the_memory_of_another_device(kernels: &dyn Kernels) -> Outcome {
    struct Elsewhere;
    let device: Arc<dyn Device> = kernels.device()?;
    let x = Resident::new(&[2], Dtype::F32, Elsewhere);
    let refused = device.download(&x).expect_err("it has made something up");
    assert_eq!(refused.to_string(), "download: f32[2] on a device is in the memory of another device");
    assert!(device.launch(Op::Add { a: &x, b: &x }).is_err());
    Ok(())
}
