//! Integers at their ends, and truth values: each pair, by rules of whole numbers.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::rule::{assert_exact, assert_whole, ends};
use crate::Checked;

/// The ends, what a float of 24 or 53 bits does not hold, where a product begins to wrap, and what is around 0.
pub const ENDS: [i32; 24] = [
    i32::MIN,
    i32::MIN + 1,
    -(1 << 30) - 1,
    -(1 << 24) - 1,
    -(1 << 24),
    -65_537,
    -46_341,
    -257,
    -1,
    0,
    1,
    2,
    3,
    257,
    32_768,
    46_340,
    46_341,
    65_536,
    1 << 24,
    (1 << 24) + 1,
    1 << 30,
    (1 << 30) + 65,
    i32::MAX - 1,
    i32::MAX,
];

/// What is around 0 and the ends of each type, and around what floats of 8, 11, 24 and 53 bits do not hold; above ties of such
/// floats by one, and of another width by one bit only.
const WIDE: [i64; 30] = [
    1,
    2,
    3,
    127,
    128,
    129,
    200,
    255,
    256,
    257,
    4_097,
    65_519,
    65_520,
    1 << 24,
    (1 << 24) + 1,
    (1 << 31) - 1,
    1 << 31,
    (1 << 31) + 1,
    1 << 32,
    (1 << 32) + 1,
    (1 << 32) + 128,
    (1 << 53) - 1,
    1 << 53,
    (1 << 53) + 1,
    (1 << 60) + (1 << 36),
    (1 << 60) + (1 << 36) + 1,
    (1 << 62) + (1 << 54) + 1,
    0x0123_4567_89ab_cdef,
    0x7edc_ba98_0000_0000,
    i64::MAX - 1,
];

/// The whole numbers of a type that are special: its ends, and those of `WIDE` that it holds, with both signs; both truth values.
pub fn wholes(dtype: Dtype) -> Vec<i64> {
    if dtype == Dtype::I32 {
        return ENDS.map(i64::from).to_vec();
    }
    let [least, most] = ends(dtype);
    let both = WIDE.iter().flat_map(|size| [-size, *size]);
    let inside = both.filter(|x| (least + 1..most).contains(x));
    let zero = (least < 0).then_some(0);
    [least].into_iter().chain(zero).chain(inside).chain([most]).collect()
}

/// Asserts what is said of each number of a type and each.
#[track_caller]
fn assert_related(
    dtype: Dtype,
    kernel: impl Fn(&Tensor, &Tensor) -> Checked<Tensor>,
    rule: impl Fn(i64, i64) -> bool,
) -> Checked {
    let numbers = wholes(dtype);
    let count = numbers.len();
    let made = kernel(&Tensor::from_i64(&[count, 1], dtype, &numbers)?, &Tensor::from_i64(&[count], dtype, &numbers)?)?;
    assert_eq!((made.dtype(), made.shape()), (Dtype::Bool, &[count, count][..]));
    let pairs: Vec<_> = numbers.iter().flat_map(|x| numbers.iter().map(move |y| (*x, *y))).collect();
    let expected: Vec<_> = pairs.iter().map(|(x, y)| i64::from(rule(*x, *y))).collect();
    assert_whole(&made, &expected, |at| format!("{:?}", pairs[at]));
    Ok(())
}

/// Asserts what is made of each number and each.
#[track_caller]
fn assert_pairs(made: &Tensor, rule: impl Fn(i64, i64) -> i64) {
    assert_eq!((made.dtype(), made.shape()), (Dtype::I32, &[ENDS.len(), ENDS.len()][..]));
    let pairs: Vec<_> = ENDS.iter().flat_map(|x| ENDS.iter().map(move |y| (i64::from(*x), i64::from(*y)))).collect();
    // What is cut off is what does not fit into 32 bits.
    let expected: Vec<_> = pairs.iter().map(|(x, y)| f64::from(rule(*x, *y) as i32)).collect();
    assert_exact(made, &expected, |at| format!("{:?}", pairs[at]));
}

fn column_and_row() -> Checked<[Tensor; 2]> {
    Ok([Tensor::i32(&[ENDS.len(), 1], ENDS)?, Tensor::i32(&[ENDS.len()], ENDS)?])
}

#[conformance(of = "add")]
pub fn add(kernels: &dyn Kernels) -> Checked {
    let [x, y] = column_and_row()?;
    assert_pairs(&kernels.add(&x, &y)?, |x, y| x + y);
    Ok(())
}

#[conformance(of = "sub")]
pub fn sub(kernels: &dyn Kernels) -> Checked {
    let [x, y] = column_and_row()?;
    assert_pairs(&kernels.sub(&x, &y)?, |x, y| x - y);
    Ok(())
}

#[conformance(of = "mul")]
pub fn mul(kernels: &dyn Kernels) -> Checked {
    let [x, y] = column_and_row()?;
    assert_pairs(&kernels.mul(&x, &y)?, |x, y| x * y);
    Ok(())
}

#[conformance(of = "div")]
pub fn div(kernels: &dyn Kernels) -> Checked {
    let near: Vec<_> = (-40..=40).collect();
    for (dividends, divisors) in [(&ENDS[..], &ENDS[..]), (&near, &ENDS), (&ENDS, &near), (&near, &near)] {
        let divisors: Vec<_> = divisors.iter().copied().filter(|y| *y != 0).collect();
        let (x, y) = (Tensor::i32(&[dividends.len(), 1], dividends)?, Tensor::i32(&[divisors.len()], &*divisors)?);
        let made = kernels.div(&x, &y)?;
        assert_eq!((made.dtype(), made.shape()), (Dtype::I32, &[dividends.len(), divisors.len()][..]));
        let pairs = dividends.iter().flat_map(|x| divisors.iter().map(move |y| (i64::from(*x), i64::from(*y))));
        let pairs: Vec<_> = pairs.collect();
        // A whole number of times, with the sign of both; in 64 bits, of which what fits into 32 is kept.
        let quotient = |(x, y): &(i64, i64)| f64::from((x.abs() / y.abs() * x.signum() * y.signum()) as i32);
        assert_exact(&made, &pairs.iter().map(quotient).collect::<Vec<_>>(), |at| format!("{:?}", pairs[at]));
    }
    Ok(())
}

#[conformance(of = "maximum")]
pub fn maximum(kernels: &dyn Kernels) -> Checked {
    let [x, y] = column_and_row()?;
    assert_pairs(&kernels.maximum(&x, &y)?, i64::max);
    Ok(())
}

#[conformance(of = "minimum")]
pub fn minimum(kernels: &dyn Kernels) -> Checked {
    let [x, y] = column_and_row()?;
    assert_pairs(&kernels.minimum(&x, &y)?, i64::min);
    Ok(())
}

#[conformance(of = "neg")]
pub fn neg(kernels: &dyn Kernels) -> Checked {
    let made = kernels.neg(&Tensor::i32(&[ENDS.len()], ENDS)?)?;
    assert_exact(&made, &ENDS.map(|x| f64::from(x.wrapping_neg())), |at| ENDS[at]);
    Ok(())
}

#[conformance(of = "equal", dtype(I32, I64, I8, U8, Bool))]
pub fn equal(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_related(dtype, |x, y| kernels.equal(x, y), |x, y| x == y)
}

#[conformance(of = "not_equal", dtype(I32, I64, I8, U8, Bool))]
pub fn not_equal(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_related(dtype, |x, y| kernels.not_equal(x, y), |x, y| x != y)
}

#[conformance(of = "less", dtype(I32, I64, I8, U8, Bool))]
pub fn less(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_related(dtype, |x, y| kernels.less(x, y), |x, y| x < y)
}

#[conformance(of = "less_equal", dtype(I32, I64, I8, U8, Bool))]
pub fn less_equal(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_related(dtype, |x, y| kernels.less_equal(x, y), |x, y| x <= y)
}

#[conformance(of = "greater", dtype(I32, I64, I8, U8, Bool))]
pub fn greater(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_related(dtype, |x, y| kernels.greater(x, y), |x, y| x > y)
}

#[conformance(of = "greater_equal", dtype(I32, I64, I8, U8, Bool))]
pub fn greater_equal(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_related(dtype, |x, y| kernels.greater_equal(x, y), |x, y| x >= y)
}

/// Every rotation of the ends, as rows: each is first and last once.
fn rotations() -> Checked<(Tensor, Vec<[i32; 24]>)> {
    let rows: Vec<_> = (0..ENDS.len())
        .map(|by| {
            let mut row = ENDS;
            row.rotate_left(by);
            row
        })
        .collect();
    Ok((Tensor::i32(&[ENDS.len(), ENDS.len()], rows.concat())?, rows))
}

#[track_caller]
fn assert_rows(made: &Tensor, rows: &[[i32; 24]], rule: impl Fn(&[i32]) -> i32) {
    let expected: Vec<_> = rows.iter().map(|row| f64::from(rule(row))).collect();
    assert_exact(made, &expected, |at| format!("{:?}", rows[at]));
}

#[conformance(of = "sum")]
pub fn sum(kernels: &dyn Kernels) -> Checked {
    let (x, rows) = rotations()?;
    // Of parts of the rows, of which some wrap.
    for length in [1, 2, 5, 24] {
        let parts: Vec<_> = rows.iter().flat_map(|row| row[..length].to_vec()).collect();
        let sums = kernels.sum(&Tensor::i32(&[rows.len(), length], parts)?, 1.into())?;
        assert_rows(&sums, &rows, |row| row[..length].iter().map(|x| i64::from(*x)).sum::<i64>() as i32);
    }
    // The matrix is symmetric.
    assert_rows(&kernels.sum(&x, 0.into())?, &rows, |row| row.iter().map(|x| i64::from(*x)).sum::<i64>() as i32);
    Ok(())
}

#[conformance(of = "max")]
pub fn max(kernels: &dyn Kernels) -> Checked {
    let (x, rows) = rotations()?;
    for axis in [0, 1] {
        assert_rows(&kernels.max(&x, axis.into())?, &rows, |_| i32::MAX);
    }
    assert_rows(&kernels.max(&kernels.neg(&x)?, 1.into())?, &rows, |_| i32::MAX);
    for end in ENDS {
        assert_exact(&kernels.max(&Tensor::i32(&[2], [i32::MIN, end])?, 0.into())?, &[f64::from(end)], |_| end);
    }
    Ok(())
}

#[conformance(of = "min")]
pub fn min(kernels: &dyn Kernels) -> Checked {
    let (x, rows) = rotations()?;
    for axis in [0, 1] {
        assert_rows(&kernels.min(&x, axis.into())?, &rows, |_| i32::MIN);
    }
    for end in ENDS {
        assert_exact(&kernels.min(&Tensor::i32(&[2], [i32::MAX, end])?, 0.into())?, &[f64::from(end)], |_| end);
    }
    Ok(())
}

#[conformance(of = "argmax")]
pub fn argmax(kernels: &dyn Kernels) -> Checked {
    let (x, rows) = rotations()?;
    for axis in [0, 1] {
        let place = |row: &[i32]| row.iter().position(|x| *x == i32::MAX).unwrap_or_default() as i32;
        assert_rows(&kernels.argmax(&x, axis)?, &rows, place);
    }
    // Neighbours that are one float, and the least number alone.
    for (pair, place) in [([1 << 24, (1 << 24) + 1], 1.0), ([i32::MIN, i32::MIN], 0.0), ([i32::MIN, i32::MIN + 1], 1.0)]
    {
        assert_exact(&kernels.argmax(&Tensor::i32(&[2], pair)?, 0)?, &[place], |_| format!("{pair:?}"));
    }
    Ok(())
}

#[conformance(of = "argmin")]
pub fn argmin(kernels: &dyn Kernels) -> Checked {
    let (x, rows) = rotations()?;
    for axis in [0, 1] {
        let place = |row: &[i32]| row.iter().position(|x| *x == i32::MIN).unwrap_or_default() as i32;
        assert_rows(&kernels.argmin(&x, axis)?, &rows, place);
    }
    // Neighbours that are one float, and the largest number alone.
    for (pair, place) in
        [([(1 << 24) + 1, 1 << 24], 1.0), ([i32::MAX, i32::MAX], 0.0), ([i32::MAX, i32::MAX - 1], 1.0), ([-1, -2], 1.0)]
    {
        assert_exact(&kernels.argmin(&Tensor::i32(&[2], pair)?, 0)?, &[place], |_| format!("{pair:?}"));
    }
    Ok(())
}

#[conformance(of = "top_k", k(1, 7, 24))]
pub fn top_k(kernels: &dyn Kernels, k: usize) -> Checked {
    let (x, rows) = rotations()?;
    let (values, places) = kernels.top_k(&x, k, 1)?;
    let sorted = |row: &[i32; 24]| {
        let mut sorted: Vec<_> = row.iter().enumerate().map(|(place, x)| (-i64::from(*x), place)).collect();
        sorted.sort_unstable();
        sorted.truncate(k);
        sorted
    };
    let expected: Vec<_> = rows.iter().flat_map(sorted).collect();
    assert_exact(&values, &expected.iter().map(|(x, _)| -x as f64 + 0.0).collect::<Vec<_>>(), |at| at);
    assert_exact(&places, &expected.iter().map(|(_, place)| *place as f64).collect::<Vec<_>>(), |at| at);
    Ok(())
}

#[conformance(of = "matmul", uses = "integer_matmul")]
pub fn matmul(kernels: &dyn Kernels) -> Checked {
    let (x, rows) = rotations()?;
    let made = kernels.matmul(&x, &x)?;
    // The matrix is symmetric.
    let dot = |a: &[i32], b: &[i32]| a.iter().zip(b).fold(0_i32, |sum, (a, b)| sum.wrapping_add(a.wrapping_mul(*b)));
    let expected: Vec<_> = rows.iter().flat_map(|a| rows.iter().map(|b| f64::from(dot(a, b)))).collect();
    assert_exact(&made, &expected, |at| at);
    Ok(())
}
