//! The operations of a device, along the axes of the kernels: type, rows, kind of matrix, parameters that are no defaults, and special
//! values. What each is to make is what the reference's kernel makes, as far off as that kernel may be.

pub mod extent;
pub mod operand;

use std::sync::Arc;

use crosscheck::conformance;
use crosscheck_backends::device::{Device, Matrix, Op, Resident};
use crosscheck_backends::reference::Reference;
use crosscheck_backends::{
    Dtype, KernelError, Kernels, Logits, Mask, Quantization, Quantized, Rope, RopeLayout, Tensor,
};

use crate::data::{of, unit};
use crate::setting::{off_by_angle, rotated};
use crate::special::rule::{Numbers, assert_exact, assert_within, nearest};
use crate::special::value::{Kind, holding};
use crate::{Checked, budget};

/// Launches an operation and fetches what it makes, which has to have the shape and the type that it says.
#[track_caller]
fn launched(device: &dyn Device, op: Op<'_>) -> Checked<Tensor> {
    let made = device.launch(op)?;
    let fetched = device.download(&made)?;
    assert_eq!((made.shape(), made.dtype()), (fetched.shape(), fetched.dtype()), "{}", op.name());
    Ok(fetched)
}

/// Asserts that an operation makes this tensor, each element up to what is allowed of it.
#[track_caller]
fn assert_made(device: &dyn Device, op: Op<'_>, expected: &Tensor, allowed: &[f64]) -> Checked {
    let made = launched(device, op)?;
    assert_eq!((made.shape(), made.dtype()), (expected.shape(), expected.dtype()), "{}", op.name());
    assert_within(&made, &expected.to_f64(), |at| allowed[at], |at| format!("`{}`, element {at},", op.name()));
    Ok(())
}

fn opened(kernels: &dyn Kernels) -> Checked<Arc<dyn Device>> {
    kernels.device()
}

/// What is added to a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    Nothing,
    Residual,
}

/// Asserts a product, and what is added to it.
#[track_caller]
fn assert_linear(
    device: &dyn Device,
    x: &Tensor,
    weight: &Resident,
    product: &Tensor,
    mut allowed: Vec<f64>,
    added: Added,
) -> Checked {
    let resident = device.upload(x)?;
    if added == Added::Nothing {
        return assert_made(device, Op::Linear { x: &resident, weight, add: None }, product, &allowed);
    }
    let residual = unit(502, product.shape(), product.dtype())?;
    let sum = Reference.add(product, &residual)?;
    // The product may be rounded before it is added.
    let roundoff = Numbers::of(x.dtype()).roundoff();
    let rounded = product.to_f64().into_iter().zip(sum.to_f64()).map(|(x, y)| roundoff * (x.abs() + 2.0 * y.abs()));
    allowed.iter_mut().zip(rounded).for_each(|(allowed, rounded)| *allowed += rounded);
    let add = device.upload(&residual)?;
    assert_made(device, Op::Linear { x: &resident, weight, add: Some(&add) }, &sum, &allowed)
}

#[conformance(of = "device", dtype(F32, F16, BF16), rows(1, 2, 9), added(Nothing, Residual))]
pub fn products(kernels: &dyn Kernels, dtype: Dtype, rows: usize, added: Added) -> Checked {
    let device = opened(kernels)?;
    for (n, k, front) in [(40, 24, &[][..]), (33, 96, &[]), (8, 7, &[]), (16, 32, &[1]), (12, 20, &[2])] {
        let (x, w) = (unit(500, &[front, &[rows, k]].concat(), dtype)?, unit(501, &[n, k], dtype)?);
        let transposed = Reference.transpose(&w, &[1, 0])?;
        let product = Reference.matmul(&x, &transposed)?;
        let allowed = budget::matmul(&product, &x, &transposed);
        let weight = device.upload_matrix(&Matrix::Dense(w))?;
        assert_linear(&*device, &x, &weight, &product, allowed, added)?;
    }
    Ok(())
}

#[conformance(
    of = "device",
    uses = "quantization",
    group(32, 64, 128),
    bits(4, 8),
    dtype(F32, F16, BF16),
    rows(1, 7),
    added(Nothing, Residual)
)]
pub fn products_of_quantized_matrices(
    kernels: &dyn Kernels,
    group: usize,
    bits: u32,
    dtype: Dtype,
    rows: usize,
    added: Added,
) -> Checked {
    let device = opened(kernels)?;
    let (x, w) = (unit(503, &[rows, 128], dtype)?, unit(504, &[24, 128], dtype)?);
    let w = Reference.quantize(&w, Quantization { group, bits })?;
    let product = Reference.quantized_matmul(&x, &w)?;
    let allowed = budget::quantized_matmul(&w)?(&product, &x);
    let weight = device.upload_matrix(&Matrix::Quantized(w))?;
    assert_linear(&*device, &x, &weight, &product, allowed, added)
}

/// A table that is dense, or quantized in groups of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Dense,
    Quantized,
}

impl Table {
    /// `[5, 64]`, and the matrix that it holds.
    fn of(self, dtype: Dtype) -> Checked<(Matrix, Tensor)> {
        let dense = unit(505, &[5, 64], dtype)?;
        Ok(match self {
            Self::Dense => (Matrix::Dense(dense.clone()), dense),
            Self::Quantized => {
                let w = Reference.quantize(&dense, Quantization { group: 32, bits: 4 })?;
                let dense = Reference.dequantize(&w)?;
                (Matrix::Quantized(w), dense)
            }
        })
    }
}

#[conformance(of = "device", table(Dense, Quantized uses("quantization")), dtype(F32, F16, BF16))]
pub fn rows_of_a_table(kernels: &dyn Kernels, table: Table, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    let (matrix, dense) = table.of(dtype)?;
    let resident = device.upload_matrix(&matrix)?;
    for ids in [&[4][..], &[0], &[2, 2, 0, 4, 1, 3, 4]] {
        let numbers: Vec<_> = ids.iter().map(|id| *id as i32).collect();
        let expected = Reference.embedding(&dense, &Tensor::i32(&[ids.len()], numbers)?)?;
        let roundoff = if table == Table::Dense { 0.0 } else { 4.0 * Numbers::of(dtype).roundoff() };
        let allowed: Vec<_> = expected.to_f64().iter().map(|x| roundoff * (x.abs() + 1.0)).collect();
        assert_made(&*device, Op::Embedding { table: &resident, ids }, &expected, &allowed)?;
    }
    Ok(())
}

#[conformance(of = "device", table(Dense, Quantized uses("quantization")))]
pub fn ids_out_of_range(kernels: &dyn Kernels, table: Table) -> Checked {
    let device = opened(kernels)?;
    let resident = device.upload_matrix(&table.of(Dtype::F32)?.0)?;
    for (at, id) in (0..4).flat_map(|at| [5, 6, 1 << 16, 1 << 31, u32::MAX - 4, u32::MAX].map(|id| (at, id))) {
        let mut ids = [0, 4, 1, 3];
        ids[at] = id;
        let refused = device.launch(Op::Embedding { table: &resident, ids: &ids }).map(|_| ());
        let expected = KernelError::IndexOutOfRange { function: "embedding", index: i64::from(id), end: 5 };
        assert_eq!(refused, Err(expected), "{ids:?}");
    }
    Ok(())
}

#[conformance(of = "device", eps(none = 0.0, usual = 1e-5, one = 1.0, much = 100.0), dtype(F32, F16, BF16), rows(1, 3))]
pub fn norms(kernels: &dyn Kernels, eps: f32, dtype: Dtype, rows: usize) -> Checked {
    let device = opened(kernels)?;
    for (size, front) in [(1.0, &[][..]), (1e-3, &[]), (30.0, &[]), (1e-3, &[1]), (1.0, &[2, 1])] {
        let shape = [front, &[rows, 48]].concat();
        let x = unit(506, &shape, Dtype::F64)?.to_f64();
        let x = of(&shape, dtype, &x.iter().map(|x| x * size).collect::<Vec<_>>())?;
        let weight = unit(507, &[48], dtype)?;
        let expected = Reference.rms_norm(&x, &weight, eps)?;
        let allowed = budget::rms_norm(&expected, &x, &weight);
        let (x, weight) = (device.upload(&x)?, device.upload(&weight)?);
        assert_made(&*device, Op::RmsNorm { x: &x, weight: &weight, eps }, &expected, &allowed)?;
    }
    Ok(())
}

#[conformance(
    of = "device",
    scale(one = 1.0, none = 0.0, minus_half = -0.5, more = 2.0),
    layout(Halves, Interleaved),
    dtype(F32, F16, BF16),
    rows(1, 5)
)]
pub fn rotations(kernels: &dyn Kernels, scale: f32, layout: RopeLayout, dtype: Dtype, rows: usize) -> Checked {
    let (device, width) = (opened(kernels)?, 16);
    let x = unit(508, &[2, 3, rows, width], dtype)?;
    let resident = device.upload(&x)?;
    for (base, offset, dims) in
        [(10_000.0, 0, 16), (10_000.0, 6, 16), (500_000.0, 6, 16), (100.0, 0, 6), (100.0, 40, 2), (1.0, 3, 10)]
    {
        let rope = Rope { dims, base, scale, offset, layout };
        let rotation = device.launch(Op::Rotation { rope, length: rows, width })?;
        let expected = of(x.shape(), dtype, &rotated(&x.to_f64(), [rows, width], rope))?;
        let allowed = vec![off_by_angle(dtype, rope, rows); x.len()];
        assert_made(&*device, Op::Rope { x: &resident, rotation: &rotation }, &expected, &allowed)?;
    }
    Ok(())
}

#[conformance(
    of = "device",
    scale(root = 0.25, none = 0.0, one = 1.0, minus_half = -0.5),
    dtype(F32, F16, BF16),
    rows(1, 2, 40),
    before(0, 5)
)]
pub fn causal_attention(kernels: &dyn Kernels, scale: f32, dtype: Dtype, rows: usize, before: usize) -> Checked {
    let device = opened(kernels)?;
    [(4, 2), (3, 3), (8, 1)]
        .into_iter()
        .try_for_each(|heads| assert_attention(&*device, heads, scale, dtype, [rows, before]))
}

/// Of a prompt that is longer than what a device may compute at a time.
#[conformance(of = "device", dtype(F32, F16, BF16))]
pub fn a_long_prompt(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_attention(&*opened(kernels)?, (2, 1), -0.5, dtype, [97, 5])
}

/// Asserts attention of so many heads of queries and of keys, for rows behind others.
#[track_caller]
fn assert_attention(
    device: &dyn Device,
    (heads, groups): (usize, usize),
    scale: f32,
    dtype: Dtype,
    [rows, before]: [usize; 2],
) -> Checked {
    let q = unit(509, &[2, heads, rows, 16], dtype)?;
    let keys = [2, groups, before + rows, 16];
    let (k, v) = (unit(510, &keys, dtype)?, unit(511, &keys, dtype)?);
    let expected = Reference.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(scale), Mask::CAUSAL)?;
    let allowed = budget::attention(&expected, [&q, &k, &v], Logits::scaled(scale), Mask::CAUSAL);
    let [q, k, v] = [device.upload(&q)?, device.upload(&k)?, device.upload(&v)?];
    assert_made(device, Op::Attention { q: &q, k: &k, v: &v, scale }, &expected, &allowed)
}

/// Sums and products are one rounding, of special values too.
#[conformance(
    of = "device",
    dtype(F32, F16, BF16),
    kind(Zeros, Subnormals uses("subnormals"), Ordinary, Largest, Infinities, Nans)
)]
pub fn sums_and_products_of_special_values(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    let device = opened(kernels)?;
    let (own, every) = (kind.values(dtype), Kind::every(dtype));
    let pairs = own.iter().flat_map(|x| every.iter().map(move |y| (*x, *y)));
    let (a, b): (Vec<_>, Vec<_>) = pairs.unzip();
    for shape in [[1, a.len()], [own.len(), every.len()]] {
        let (left, right) =
            (device.upload(&holding(&shape, dtype, &a)?)?, device.upload(&holding(&shape, dtype, &b)?)?);
        let expected = |rule: fn(f64, f64) -> f64| -> Vec<_> {
            a.iter().zip(&b).map(|(a, b)| nearest(dtype, rule(*a, *b))).collect()
        };
        let name = |at: usize| format!("{:e} and {:e}", a[at], b[at]);
        assert_exact(&launched(&*device, Op::Add { a: &left, b: &right })?, &expected(|a, b| a + b), name);
        assert_exact(&launched(&*device, Op::Mul { a: &left, b: &right })?, &expected(|a, b| a * b), name);
    }
    Ok(())
}

#[conformance(of = "device", dtype(F32, F16, BF16), rows(1, 4))]
pub fn silu(kernels: &dyn Kernels, dtype: Dtype, rows: usize) -> Checked {
    let device = opened(kernels)?;
    let values: Vec<_> = (0..rows * 64).map(|at| nearest(dtype, (at as f64 - 30.0) / 2.0)).collect();
    let mut values = [values, [f64::NAN, f64::INFINITY, -0.0, 300.0, -300.0].repeat(rows)].concat();
    values.truncate(values.len() / rows * rows);
    let x = holding(&[rows, values.len() / rows], dtype, &values)?;
    let expected = of(x.shape(), dtype, &values.iter().map(|x| x / (1.0 + (-x).exp())).collect::<Vec<_>>())?;
    let numbers = Numbers::of(dtype);
    // As of the kernel: what is subnormal may be lost, and an exponential multiplies what its argument loses.
    let units =
        |y: f64| if y.is_finite() { if dtype == Dtype::F32 { 32.0 * y.abs() } else { 6.0 * y.abs() } } else { 0.0 };
    let allowed: Vec<_> =
        expected.to_f64().into_iter().map(|y| numbers.roundoff() * units(y) + numbers.least()).collect();
    assert_made(&*device, Op::Silu { x: &device.upload(&x)? }, &expected, &allowed)
}

/// What is moved stays as it is, whatever its type.
#[conformance(of = "device", dtype(F32, F16, BF16, I32))]
pub fn movements(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    let x = if dtype == Dtype::I32 {
        Tensor::i32(&[2, 3, 4], (0..24).map(|at| if at % 5 == 0 { i32::MAX - at } else { at - 9 }).collect::<Vec<_>>())?
    } else {
        holding(&[2, 3, 4], dtype, &Kind::every(dtype)[Kind::every(dtype).len() - 24..])?
    };
    let (resident, values) = (device.upload(&x)?, x.to_f64());
    let name = |at: usize| at;
    let moved = |places: &mut dyn Iterator<Item = usize>| places.map(|at| values[at]).collect::<Vec<_>>();
    let reshaped = launched(&*device, Op::Reshape { x: &resident, shape: &[6, 4] })?;
    assert_eq!(reshaped.shape(), [6, 4]);
    assert_exact(&reshaped, &values, name);
    let turned = launched(&*device, Op::Transpose { x: &resident, axes: &[2, 0, 1] })?;
    assert_eq!(turned.shape(), [4, 2, 3]);
    assert_exact(&turned, &moved(&mut (0..24).map(|at| at % 6 * 4 + at / 6)), name);
    for (axis, start, length) in [(0, 1, 1), (1, 1, 2), (2, 3, 1), (2, 0, 4)] {
        let inside = |at: &usize| {
            let place = [at / 12, at / 4 % 3, at % 4][axis];
            (start..start + length).contains(&place)
        };
        let part = device.launch(Op::Narrow { x: &resident, axis, start, length })?;
        assert_exact(&device.download(&part)?, &moved(&mut (0..24).filter(inside)), name);
        let ones = device.upload(&of(&[2, 3, 4], dtype, &[1.0; 24])?)?;
        let written = launched(&*device, Op::Write { x: &ones, part: &part, axis, start })?;
        let expected: Vec<_> = (0..24).map(|at| if inside(&at) { values[at] } else { 1.0 }).collect();
        assert_exact(&written, &expected, name);
    }
    Ok(())
}

/// As 32-bit floats, whatever the type is, in place of what was there.
#[conformance(of = "device", dtype(F32, F64, F16, BF16))]
pub fn floats_that_are_fetched(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    let mut values = Kind::Ordinary.values(dtype);
    values.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1.0]);
    let expected: Vec<_> = values.iter().map(|x| nearest(Dtype::F32, *x)).collect();
    for shape in [vec![values.len()], vec![1, values.len()], vec![values.len() / 2, 2]] {
        let x = device.upload(&holding(&shape, dtype, &values)?)?;
        let mut floats = vec![7.0; 3];
        device.download_floats(&x, &mut floats)?;
        assert_exact(&Tensor::f32(&[floats.len()], floats)?, &expected, |at| format!("{:e}", values[at]));
    }
    Ok(())
}

/// Each wrong in one way: what is added to a product, what is written, and what is looked up.
#[conformance(of = "device", dtype(F32, F16))]
pub fn operands_that_do_not_fit(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    let upload = |shape: &[usize], dtype| device.upload(&unit(512, shape, dtype)?);
    let refused = |what: &str, op: Op<'_>| {
        let made = device.launch(op).and_then(|made| device.download(&made));
        assert!(made.is_err(), "`{}` takes {what}, and makes {made:?} of it", op.name());
    };
    let (x, w) = (upload(&[3, 8], dtype)?, device.upload_matrix(&Matrix::Dense(unit(513, &[5, 8], dtype)?))?);
    device.launch(Op::Linear { x: &x, weight: &w, add: Some(&upload(&[3, 5], dtype)?) })?;
    for shape in [&[][..], &[1], &[5], &[1, 5], &[3, 1], &[5, 3], &[15], &[3, 5, 1], &[1, 3, 5], &[3, 8], &[6, 5]] {
        let add = upload(shape, dtype)?;
        refused(&format!("{shape:?} to add"), Op::Linear { x: &x, weight: &w, add: Some(&add) });
    }
    // As many rows in as many sequences.
    let batch = upload(&[1, 3, 8], dtype)?;
    for shape in [&[3, 5][..], &[1, 1, 3, 5], &[1, 1, 5], &[3, 1, 5]] {
        let add = upload(shape, dtype)?;
        refused(&format!("{shape:?} to add"), Op::Linear { x: &batch, weight: &w, add: Some(&add) });
    }
    let rope = Rope { dims: 8, base: 100.0, scale: 1.0, offset: 0, layout: RopeLayout::Halves };
    for (length, width) in [(1, 8), (2, 8), (4, 8), (3, 10)] {
        let rotation = device.launch(Op::Rotation { rope, length, width })?;
        refused(&format!("a rotation of {length} by {width}"), Op::Rope { x: &x, rotation: &rotation });
    }
    for other in [Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::I32].into_iter().filter(|other| *other != dtype) {
        let add = upload(&[3, 5], other)?;
        refused(&format!("{other} to add"), Op::Linear { x: &x, weight: &w, add: Some(&add) });
        let part = upload(&[1, 8], other)?;
        refused(&format!("{other} to write"), Op::Write { x: &x, part: &part, axis: 0, start: 0 });
    }
    for shape in [&[3, 5][..], &[8], &[3, 7], &[3, 16], &[8, 3]] {
        let x = upload(shape, dtype)?;
        if shape != [8] {
            refused(&format!("{shape:?} to multiply"), Op::Linear { x: &x, weight: &w, add: None });
        }
    }
    for (shape, axis, start) in [
        (&[1, 8][..], 0, 3),
        (&[1, 8], 0, usize::MAX),
        (&[4, 8], 0, 0),
        (&[1, 7], 0, 0),
        (&[1, 1], 0, 0),
        (&[8], 0, 0),
        (&[3, 1], 1, 8),
        (&[2, 1], 1, 0),
        (&[3, 1], 2, 0),
        (&[1, 8, 1], 0, 0),
    ] {
        let part = upload(shape, dtype)?;
        refused(&format!("{shape:?} to write"), Op::Write { x: &x, part: &part, axis, start });
    }
    for (axis, start, length) in [
        (0, 0, 4),
        (0, 3, 1),
        (0, 1, 3),
        (1, 8, 1),
        (1, 0, 9),
        (2, 0, 1),
        (0, usize::MAX, 1),
        (0, 1, usize::MAX),
        (usize::MAX, 0, 1),
    ] {
        refused(&format!("{length} from {start} along {axis}"), Op::Narrow { x: &x, axis, start, length });
    }
    for shape in [&[][..], &[23], &[25], &[3, 9], &[4, 8], &[0], &[3, 8, 0], &[3, 8, 2], &[usize::MAX, 2]] {
        refused(&format!("{shape:?}"), Op::Reshape { x: &x, shape });
    }
    for axes in [&[][..], &[0], &[0, 0], &[1, 2], &[0, 1, 2], &[usize::MAX, 0]] {
        refused(&format!("{axes:?}"), Op::Transpose { x: &x, axes });
    }
    Ok(())
}

/// Matrices whose parts do not fit are refused when they are uploaded.
#[conformance(of = "device", uses = "quantization", bits(4, 8))]
pub fn broken_matrices(kernels: &dyn Kernels, bits: u32) -> Checked {
    let device = opened(kernels)?;
    let w = Reference.quantize(&unit(514, &[3, 64], Dtype::F32)?, Quantization { group: 32, bits })?;
    device.upload_matrix(&Matrix::Quantized(w.clone()))?;
    let row = |shape: &[usize]| unit(515, shape, Dtype::F32);
    let words = w.packed.len();
    let broken = [
        Quantized { packed: vec![0; words - 1], ..w.clone() },
        Quantized { packed: vec![0; words + 1], ..w.clone() },
        Quantized { columns: 32, ..w.clone() },
        Quantized { columns: 96, ..w.clone() },
        Quantized { scales: row(&[2, 3])?, ..w.clone() },
        Quantized { biases: row(&[2, 3])?, ..w.clone() },
        Quantized { biases: row(&[3, 1])?, ..w.clone() },
        Quantized { biases: unit(515, &[3, 2], Dtype::F16)?, ..w.clone() },
        Quantized { quantization: Quantization { group: 64, bits }, ..w.clone() },
        Quantized { quantization: Quantization { group: 32, bits: 12 - bits }, ..w },
    ];
    for w in broken {
        let refused = device.upload_matrix(&Matrix::Quantized(w.clone())).map(|_| ());
        assert!(
            matches!(
                refused,
                Err(KernelError::Shape { .. } | KernelError::Dtype { .. } | KernelError::Argument { .. })
            ),
            "{refused:?}: {w:?}"
        );
    }
    Ok(())
}
