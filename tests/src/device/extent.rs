//! How much a device is given: nothing, one of several, more than a block, and as much as a long conversation leaves behind.

use crosscheck::conformance;
use crosscheck_backends::device::{Matrix, Op};
use crosscheck_backends::reference::Reference;
use crosscheck_backends::{Dtype, Kernels, Logits, Mask, Quantization, Rope, RopeLayout, Tensor};

use super::{Added, assert_attention, assert_linear, assert_made, launched, opened};
use crate::data::unit;
use crate::special::rule::Numbers;
use crate::{Checked, budget};

/// Whole numbers that differ from element to element.
fn counted(shape: &[usize], dtype: Dtype) -> Checked<Tensor> {
    let values: Vec<_> = (0..shape.iter().product()).map(|at: usize| (at % 251) as f64).collect();
    Tensor::from_f64(shape, dtype, &values)
}

/// Numbers of rows around each block that a device may compute at a time; of rows in several sequences, each has its residual.
#[conformance(of = "device", dtype(F32, F16), rows(1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 33, 65), added(Nothing, Residual))]
pub fn products_of_each_number_of_rows(kernels: &dyn Kernels, dtype: Dtype, rows: usize, added: Added) -> Checked {
    let device = opened(kernels)?;
    for (n, k) in [(9, 9), (40, 72)] {
        let w = unit(541, &[n, k], dtype)?;
        let transposed = Reference.transpose(&w, &[1, 0])?;
        let weight = device.upload_matrix(&Matrix::Dense(w))?;
        for front in [&[][..], &[2], &[1, 2]] {
            let x = unit(540, &[front, &[rows, k]].concat(), dtype)?;
            let product = Reference.matmul(&x, &transposed)?;
            let allowed = budget::matmul(&product, &x, &transposed);
            assert_linear(&*device, &x, &weight, &product, allowed, added)?;
        }
    }
    Ok(())
}

#[conformance(
    of = "device",
    uses = "quantization",
    bits(4, 8),
    rows(1, 2, 3, 4, 5, 8, 15, 16, 17, 33),
    added(Nothing, Residual)
)]
pub fn quantized_products_of_each_number_of_rows(
    kernels: &dyn Kernels,
    bits: u32,
    rows: usize,
    added: Added,
) -> Checked {
    let device = opened(kernels)?;
    for n in [8, 13] {
        let w = Reference.quantize(&unit(543, &[n, 64], Dtype::F32)?, Quantization { group: 32, bits })?;
        let weight = device.upload_matrix(&Matrix::Quantized(w.clone()))?;
        for front in [&[][..], &[2], &[1, 2]] {
            let x = unit(542, &[front, &[rows, 64]].concat(), Dtype::F32)?;
            let product = Reference.quantized_matmul(&x, &w)?;
            let allowed = budget::quantized_matmul(&w)?(&product, &x);
            assert_linear(&*device, &x, &weight, &product, allowed, added)?;
        }
    }
    Ok(())
}

#[conformance(of = "device", dtype(F32, F16), rows(1, 2, 8, 9, 33, 130), width(8, 65, 300, 1_030))]
pub fn norms_of_each_extent(kernels: &dyn Kernels, dtype: Dtype, rows: usize, width: usize) -> Checked {
    let device = opened(kernels)?;
    let (x, weight) = (unit(544, &[rows, width], dtype)?, unit(545, &[width], dtype)?);
    let (held, factors) = (device.upload(&x)?, device.upload(&weight)?);
    for eps in [0.0, 1e-5, 0.5] {
        let expected = Reference.rms_norm(&x, &weight, eps)?;
        let allowed = budget::rms_norm(&expected, &x, &weight);
        assert_made(&*device, Op::RmsNorm { x: &held, weight: &factors, eps }, &expected, &allowed)?;
    }
    Ok(())
}

/// A row of a table for each id, of tables that bytes do not number.
#[conformance(of = "device", bits(dense = 0, 4 uses("quantization"), 8 uses("quantization")))]
pub fn many_rows_of_a_large_table(kernels: &dyn Kernels, bits: u32) -> Checked {
    let device = opened(kernels)?;
    let dense = unit(546, &[300, 64], Dtype::F32)?;
    let (matrix, dense) = if bits == 0 {
        (Matrix::Dense(dense.clone()), dense)
    } else {
        let w = Reference.quantize(&dense, Quantization { group: 64, bits })?;
        let dense = Reference.dequantize(&w)?;
        (Matrix::Quantized(w), dense)
    };
    let table = device.upload_matrix(&matrix)?;
    for count in [1, 2, 9, 70] {
        // The first and the last row, some in the middle more than once, and none in order.
        let ids: Vec<_> =
            (0..count).map(|at| ([299, 0, 256, 255, 299, 7, 256][at % 7] + at as u32 / 7) % 300).collect();
        let numbers: Vec<_> = ids.iter().map(|id| *id as i32).collect();
        let expected = Reference.embedding(&dense, &Tensor::i32(&[count], numbers)?)?;
        let roundoff = if bits == 0 { 0.0 } else { 4.0 * Numbers::of(Dtype::F32).roundoff() };
        let allowed: Vec<_> = expected.to_f64().iter().map(|x| roundoff * (x.abs() + 1.0)).collect();
        assert_made(&*device, Op::Embedding { table: &table, ids: &ids }, &expected, &allowed)?;
    }
    Ok(())
}

/// One query, a few and many, behind so many keys that each block of them counts.
#[conformance(of = "device", dtype(F32, F16, BF16), rows(1, 4, 33, 97), before(300, 1_030))]
pub fn attention_behind_many(kernels: &dyn Kernels, dtype: Dtype, rows: usize, before: usize) -> Checked {
    [(8, 2), (2, 1)]
        .into_iter()
        .try_for_each(|heads| assert_attention(&*opened(kernels)?, heads, 0.25, dtype, [rows, before]))
}

/// Each query looks for one key, which stands further back for each; heads look for others.
#[conformance(of = "device", dtype(F32, F16), rows(1, 8), groups(1, 2))]
pub fn one_key_is_found(kernels: &dyn Kernels, dtype: Dtype, rows: usize, groups: usize) -> Checked {
    let device = opened(kernels)?;
    let (keys, heads, width) = (600, 4 * groups, 16);
    let places = [0, 1, 64, 255, 256, 343, 511, 591];
    let pick = |head: usize, row: usize| (head + row) % 8;
    let q: Vec<_> = (0..heads * rows * width)
        .map(|at| {
            let (row, column) = (at / width, at % width);
            f64::from(u8::from(column == pick(row / rows, row % rows)))
        })
        .collect();
    let k: Vec<_> = (0..groups * keys * width)
        .map(|at| f64::from(u8::from(places.get(at % width) == Some(&(at / width % keys)))))
        .collect();
    let q = Tensor::from_f64(&[1, heads, rows, width], dtype, &q)?;
    let (k, v) = (Tensor::from_f64(&[1, groups, keys, width], dtype, &k)?, counted(&[1, groups, keys, width], dtype)?);
    let all = v.to_f64();
    let expected: Vec<_> = (0..q.len())
        .map(|at| {
            let (row, column) = (at / width, at % width);
            let (head, place) = (row / rows, places[pick(row / rows, row % rows)]);
            all[(head / 4 * keys + place) * width + column]
        })
        .collect();
    let expected = Tensor::from_f64(q.shape(), dtype, &expected)?;
    let [q, k, v] = [device.upload(&q)?, device.upload(&k)?, device.upload(&v)?];
    let allowed = vec![4.0 * Numbers::of(dtype).roundoff() * 251.0; expected.len()];
    assert_made(&*device, Op::Attention { q: &q, k: &k, v: &v, scale: 40.0 }, &expected, &allowed)
}

/// A cache as a decoder fills it: a long part, then rows one by one, of which every place is read again.
#[conformance(of = "device", dtype(F32, F16))]
pub fn a_cache_is_filled(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    let shape = [2, 2, 520, 3];
    let whole = counted(&shape, dtype)?;
    let mut cache = device.upload(&Tensor::from_f64(&shape, dtype, &vec![0.0; whole.len()])?)?;
    let source = device.upload(&whole)?;
    let mut start = 0;
    for length in [1, 5, 250, 1, 1, 1, 40, 213, 1, 7] {
        let part = device.launch(Op::Narrow { x: &source, axis: 2, start, length })?;
        cache = device.launch(Op::Write { x: &cache, part: &part, axis: 2, start })?;
        start += length;
        let seen = launched(&*device, Op::Narrow { x: &cache, axis: 2, start: 0, length: start })?;
        let expected =
            Reference.slice_at(&whole, &Tensor::i32(&[4], [0; 4])?, &[shape[0], shape[1], start, shape[3]])?;
        assert_eq!(seen, expected, "{start} positions");
    }
    Ok(())
}

/// Many positions, behind others, in several sequences and heads.
#[conformance(
    of = "device",
    layout(Halves, Interleaved),
    dims(half = 32, all = 64),
    rows(1, 2, 130),
    offset(0, 1, 300)
)]
pub fn rotations_of_each_extent(
    kernels: &dyn Kernels,
    layout: RopeLayout,
    dims: usize,
    rows: usize,
    offset: usize,
) -> Checked {
    let device = opened(kernels)?;
    let rope = Rope { dims, base: 500_000.0, scale: 1.0, offset: offset as i32, layout };
    for shape in [&[rows, 64][..], &[3, rows, 64], &[2, 5, rows, 64]] {
        let x = unit(547, shape, Dtype::F32)?;
        let expected = Reference.rope(&x, &rope)?;
        let rotation = device.launch(Op::Rotation { rope, length: rows, width: 64 })?;
        let held = device.upload(&x)?;
        // The sine of an angle of that size in 32 bits.
        let allowed = 2.0 * (offset + rows) as f64 * 2_f64.powi(-23) + 1e-6;
        assert_made(&*device, Op::Rope { x: &held, rotation: &rotation }, &expected, &vec![allowed; x.len()])?;
    }
    Ok(())
}

/// Equal lengths, and more axes than a decoder has.
#[conformance(of = "device", dtype(F32, F16, I32))]
pub fn shapes_of_each_rank(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    let orders: [(&[usize], &[&[usize]]); 6] = [
        (&[], &[&[]]),
        (&[5], &[&[0]]),
        (&[3, 3], &[&[0, 1], &[1, 0]]),
        (&[3, 3, 3], &[&[1, 2, 0], &[2, 0, 1], &[0, 2, 1], &[2, 1, 0]]),
        (&[2, 3, 4], &[&[1, 2, 0], &[2, 0, 1], &[1, 0, 2]]),
        (&[2, 2, 1, 3, 2], &[&[4, 0, 3, 1, 2], &[1, 0, 2, 3, 4], &[1, 2, 3, 4, 0]]),
    ];
    for (shape, orders) in orders {
        let x = counted(shape, dtype)?;
        let held = device.upload(&x)?;
        assert_eq!((held.shape(), held.dtype()), (x.shape(), dtype));
        assert_eq!(device.download(&held)?, x);
        for axes in orders {
            let made = launched(&*device, Op::Transpose { x: &held, axes })?;
            assert_eq!(made, Reference.transpose(&x, axes)?, "{shape:?} by {axes:?}");
        }
        let flat = launched(&*device, Op::Reshape { x: &held, shape: &[x.len()] })?;
        assert_eq!(flat, Tensor::new(&[x.len()], x.data().clone())?);
        for axis in 0..shape.len() {
            let mut part = shape.to_vec();
            part[axis] = 1;
            for start in 0..shape[axis] {
                let from: Vec<_> = (0..shape.len()).map(|at| if at == axis { start as i32 } else { 0 }).collect();
                let from = Tensor::i32(&[shape.len()], from)?;
                let narrow = Op::Narrow { x: &held, axis, start, length: 1 };
                assert_eq!(launched(&*device, narrow)?, Reference.slice_at(&x, &from, &part)?);
            }
        }
        if dtype.is_float() {
            let silu = Reference.silu(&x)?;
            let allowed: Vec<_> =
                silu.to_f64().iter().map(|y| 32.0 * Numbers::of(dtype).roundoff() * y.abs()).collect();
            assert_made(&*device, Op::Silu { x: &held }, &silu, &allowed)?;
        }
        assert_eq!(launched(&*device, Op::Add { a: &held, b: &held })?, Reference.add(&x, &x)?);
    }
    Ok(())
}

/// No rows, no ids, and parts without length.
#[conformance(of = "device", uses = "empty_tensors", dtype(F32, F16))]
pub fn nothing_is_computed(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    let nothing = device.upload(&counted(&[0, 8], dtype)?)?;
    let matrix = device.upload_matrix(&Matrix::Dense(unit(548, &[5, 8], dtype)?))?;
    let (factors, x) = (device.upload(&counted(&[8], dtype)?)?, counted(&[3, 8], dtype)?);
    let held = device.upload(&x)?;
    let shape = |op| launched(&*device, op).map(|made| made.shape().to_vec());
    assert_eq!(shape(Op::Embedding { table: &matrix, ids: &[] })?, [0, 8]);
    assert_eq!(shape(Op::Linear { x: &nothing, weight: &matrix, add: None })?, [0, 5]);
    assert_eq!(shape(Op::RmsNorm { x: &nothing, weight: &factors, eps: 0.5 })?, [0, 8]);
    assert_eq!(shape(Op::Silu { x: &nothing })?, [0, 8]);
    assert_eq!(shape(Op::Add { a: &nothing, b: &nothing })?, [0, 8]);
    assert_eq!(shape(Op::Mul { a: &nothing, b: &nothing })?, [0, 8]);
    assert_eq!(shape(Op::Reshape { x: &nothing, shape: &[2, 0, 4] })?, [2, 0, 4]);
    assert_eq!(shape(Op::Transpose { x: &nothing, axes: &[1, 0] })?, [8, 0]);
    for start in [0, 3] {
        assert_eq!(shape(Op::Narrow { x: &held, axis: 0, start, length: 0 })?, [0, 8]);
        assert_eq!(launched(&*device, Op::Write { x: &held, part: &nothing, axis: 0, start })?, x);
    }
    device.wait(&[])?;
    device.start(&[])
}

/// Floats are fetched in place of fewer, of as many and of more.
#[conformance(of = "device", dtype(F32, F16, BF16))]
pub fn floats_take_the_place_of_others(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let device = opened(kernels)?;
    let mut floats = Vec::new();
    for count in [5, 5, 3, 300, 1, 4_100, 2] {
        let x = counted(&[count], dtype)?;
        device.download_floats(&device.upload(&x)?, &mut floats)?;
        assert_eq!(floats.iter().map(|x| f64::from(*x)).collect::<Vec<_>>(), x.to_f64(), "{count}");
    }
    Ok(())
}

/// Queries that are masked see what comes before them in their own sequence, however many heads share a key.
#[conformance(of = "device", heads(1, 2, 3, 4, 8), groups(1, 2, 3), rows(1, 3))]
pub fn each_group_has_its_keys(kernels: &dyn Kernels, heads: usize, groups: usize, rows: usize) -> Checked {
    let device = opened(kernels)?;
    let keys = [3, groups, 6, 8];
    let (q, k) = (unit(549, &[3, heads * groups, rows, 8], Dtype::F32)?, unit(550, &keys, Dtype::F32)?);
    let v = unit(551, &keys, Dtype::F32)?;
    let expected = Reference.scaled_dot_product_attention(&q, &k, &v, Logits::scaled(3.0), Mask::CAUSAL)?;
    let allowed = budget::attention(&expected, [&q, &k, &v], Logits::scaled(3.0), Mask::CAUSAL);
    let [q, k, v] = [device.upload(&q)?, device.upload(&k)?, device.upload(&v)?];
    assert_made(&*device, Op::Attention { q: &q, k: &k, v: &v, scale: 3.0 }, &expected, &allowed)
}
