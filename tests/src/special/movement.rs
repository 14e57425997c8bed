//! Kernels that move elements leave them as they are, bit for bit: NaN with its payload, infinities, both zeros, numbers below the least
//! normal one, and integers at their ends.

use crosscheck::conformance;
use crosscheck_backends::{Data, Dtype, Kernels, Tensor};

use super::integer::wholes;
use super::value::{Kind, holding};
use crate::Checked;

/// How many values are in a row.
const WIDTH: usize = 6;

/// Rows of all kinds of values of a type.
fn rows(dtype: Dtype) -> Checked<Tensor> {
    if dtype.is_float() {
        let values = whole_rows(Kind::every(dtype));
        return holding(&[values.len() / WIDTH, WIDTH], dtype, &values);
    }
    let values = whole_rows(if dtype == Dtype::Bool { [1, 0, 0, 1, 1, 0].repeat(3) } else { wholes(dtype) });
    Tensor::from_i64(&[values.len() / WIDTH, WIDTH], dtype, &values)
}

/// The values, and the first ones once more.
fn whole_rows<T: Copy>(mut values: Vec<T>) -> Vec<T> {
    let missing = values.len().next_multiple_of(WIDTH) - values.len();
    values.extend_from_within(..missing);
    values
}

fn bits(x: &Tensor) -> Vec<u64> {
    match x.data() {
        Data::F64(values) => values.iter().map(|x| x.to_bits()).collect(),
        Data::F32(values) => values.iter().map(|x| u64::from(x.to_bits())).collect(),
        Data::F16(values) => values.iter().map(|x| u64::from(x.to_bits())).collect(),
        Data::BF16(values) => values.iter().map(|x| u64::from(x.to_bits())).collect(),
        Data::I64(values) => values.iter().map(|x| *x as u64).collect(),
        Data::I32(values) => values.iter().map(|x| *x as u64).collect(),
        Data::I8(values) => values.iter().map(|x| *x as u64).collect(),
        Data::U8(values) => values.iter().map(|x| u64::from(*x)).collect(),
        Data::Bool(values) => values.iter().map(|x| u64::from(*x)).collect(),
    }
}

/// Asserts that an element is the one that stood there, for each.
#[track_caller]
fn assert_moved(made: &Tensor, x: &Tensor, from: impl Iterator<Item = usize>) {
    assert_eq!(made.dtype(), x.dtype());
    let (before, values) = (bits(x), x.to_f64());
    for (at, (made, from)) in bits(made).into_iter().zip(from).enumerate() {
        assert_eq!(made, before[from], "the bits of element {at}, which was {:e}", values[from]);
    }
}

#[conformance(of = "embedding", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn embedding(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = rows(dtype)?;
    let last = x.shape()[0] - 1;
    let ids: Vec<_> = (0..=last).rev().collect();
    let made =
        kernels.embedding(&x, &Tensor::i32(&[ids.len()], ids.iter().map(|id| *id as i32).collect::<Vec<_>>())?)?;
    assert_eq!(made.shape(), x.shape());
    assert_moved(&made, &x, ids.into_iter().flat_map(|id| id * WIDTH..(id + 1) * WIDTH));
    Ok(())
}

#[conformance(of = "slice_at", uses = "dynamic_offsets", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn slice_at(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = rows(dtype)?;
    let made = kernels.slice_at(&x, &Tensor::i32(&[2], [1, 0])?, &[x.shape()[0] - 1, WIDTH])?;
    assert_moved(&made, &x, WIDTH..x.len());
    let first = kernels.slice_at(&x, &Tensor::i32(&[2], [0, 0])?, &[2, WIDTH])?;
    assert_moved(&first, &x, 0..2 * WIDTH);
    Ok(())
}

#[conformance(of = "update_at", uses = "dynamic_offsets", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn update_at(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = rows(dtype)?;
    let ones = Tensor::from_f64(x.shape(), dtype, &vec![1.0; x.len()])?;
    // What is written, and what stays.
    assert_moved(&kernels.update_at(&ones, &x, &Tensor::i32(&[2], [0, 0])?)?, &x, 0..x.len());
    let part = Tensor::from_f64(&[1, 1], dtype, &[1.0])?;
    let made = kernels.update_at(&x, &part, &Tensor::i32(&[2], [0, 0])?)?;
    assert_eq!(made.to_f64()[0], 1.0);
    assert_eq!(bits(&made)[1..], bits(&x)[1..], "what was not written to");
    Ok(())
}

#[conformance(of = "take_along_axis", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn take_along_axis(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = rows(dtype)?;
    let back: Vec<_> = (0..x.len()).map(|at| (WIDTH - 1 - at % WIDTH) as i32).collect();
    let made = kernels.take_along_axis(&x, &Tensor::i32(x.shape(), back)?, 1)?;
    assert_moved(&made, &x, (0..x.len()).map(|at| at / WIDTH * WIDTH + WIDTH - 1 - at % WIDTH));
    Ok(())
}

#[conformance(of = "concatenate", axis(0, 1), dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn concatenate(kernels: &dyn Kernels, axis: usize, dtype: Dtype) -> Checked {
    let x = rows(dtype)?;
    let made = kernels.concatenate(&[&x, &x], axis)?;
    let twice = (0..x.shape()[0]).flat_map(|row| (0..2 * WIDTH).map(move |at| row * WIDTH + at % WIDTH));
    if axis == 0 {
        assert_moved(&made, &x, (0..x.len()).chain(0..x.len()));
    } else {
        assert_moved(&made, &x, twice);
    }
    Ok(())
}

#[conformance(of = "transpose", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn transpose(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = rows(dtype)?;
    let height = x.shape()[0];
    let made = kernels.transpose(&x, &[1, 0])?;
    assert_moved(&made, &x, (0..x.len()).map(|at| at % height * WIDTH + at / height));
    Ok(())
}

#[conformance(of = "broadcast_to", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn broadcast_to(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = rows(dtype)?;
    let made = kernels.broadcast_to(&x, &[2, x.shape()[0], WIDTH])?;
    assert_moved(&made, &x, (0..x.len()).chain(0..x.len()));
    Ok(())
}

#[conformance(of = "select", dtype(F32, F64, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn select(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let x = rows(dtype)?;
    // Each value beside each other one, NaN and infinities among them, in both branches.
    let back: Vec<_> = (0..x.len()).rev().collect();
    let turned = {
        let flat = Tensor::new(&[1, x.len()], x.data().clone())?;
        let back: Vec<_> = back.iter().map(|at| *at as i32).collect();
        let turned =
            crosscheck_backends::reference::Reference.take_along_axis(&flat, &Tensor::i32(&[1, x.len()], back)?, 1)?;
        Tensor::new(x.shape(), turned.data().clone())?
    };
    for first in [true, false] {
        let conditions: Vec<_> = (0..x.len()).map(|at| (at % 2 == 0) == first).collect();
        let made = kernels.select(&Tensor::bool(x.shape(), conditions.clone())?, &x, &turned)?;
        let from = conditions.into_iter().enumerate().map(|(at, chosen)| if chosen { at } else { back[at] });
        assert_moved(&made, &x, from);
    }
    Ok(())
}
