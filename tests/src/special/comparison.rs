//! Comparisons of two floats, on every pair of values of which one is of this kind.

use std::cmp::Ordering::{self, Equal, Greater, Less};

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::rule::assert_equal;
use super::value::{Kind, holding};
use crate::Checked;

/// Asserts for which pairs it holds, by their order; pairs with NaN have none.
#[track_caller]
fn assert_related(
    dtype: Dtype,
    kind: Kind,
    holds: impl Fn(Option<Ordering>) -> bool,
    kernel: impl Fn(&Tensor, &Tensor) -> Checked<Tensor>,
) -> Checked {
    let (own, every) = (kind.values(dtype), Kind::every(dtype));
    // A column and a row, so that each meets each.
    let (column, row) = (holding(&[own.len(), 1], dtype, &own)?, holding(&[every.len()], dtype, &every)?);
    let pairs: Vec<_> = own.iter().flat_map(|x| every.iter().map(move |y| (*x, *y))).collect();
    for (made, turned) in [(kernel(&column, &row)?, false), (kernel(&row, &column)?, true)] {
        let order = |(x, y): &(f64, f64)| if turned { y.partial_cmp(x) } else { x.partial_cmp(y) };
        let expected: Vec<_> = pairs.iter().map(|pair| f64::from(holds(order(pair)))).collect();
        assert_eq!(made.dtype(), Dtype::Bool);
        assert_equal(&made, &expected, |at| {
            let (x, y) = pairs[at];
            if turned { format!("{y:e} and {x:e}") } else { format!("{x:e} and {y:e}") }
        });
    }
    Ok(())
}

#[conformance(
    of = "equal",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormal_operands"), Least, Ordinary, Largest, Infinities, Nans)
)]
pub fn equal(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_related(dtype, kind, |order| order == Some(Equal), |a, b| kernels.equal(a, b))
}

#[conformance(
    of = "not_equal",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormal_operands"), Least, Ordinary, Largest, Infinities, Nans)
)]
pub fn not_equal(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_related(dtype, kind, |order| order != Some(Equal), |a, b| kernels.not_equal(a, b))
}

#[conformance(
    of = "less",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormal_operands"), Least, Ordinary, Largest, Infinities, Nans)
)]
pub fn less(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_related(dtype, kind, |order| order == Some(Less), |a, b| kernels.less(a, b))
}

#[conformance(
    of = "less_equal",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormal_operands"), Least, Ordinary, Largest, Infinities, Nans)
)]
pub fn less_equal(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_related(dtype, kind, |order| matches!(order, Some(Less | Equal)), |a, b| kernels.less_equal(a, b))
}

#[conformance(
    of = "greater",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormal_operands"), Least, Ordinary, Largest, Infinities, Nans)
)]
pub fn greater(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_related(dtype, kind, |order| order == Some(Greater), |a, b| kernels.greater(a, b))
}

#[conformance(
    of = "greater_equal",
    dtype(F32, F64, F16, BF16),
    kind(Zeros, Subnormals uses("subnormal_operands"), Least, Ordinary, Largest, Infinities, Nans)
)]
pub fn greater_equal(kernels: &dyn Kernels, dtype: Dtype, kind: Kind) -> Checked {
    assert_related(dtype, kind, |order| matches!(order, Some(Greater | Equal)), |a, b| kernels.greater_equal(a, b))
}
