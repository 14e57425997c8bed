//! Kernels of two operands that are broadcast.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::{NO_F32, NO_NUMBERS, Result, assert_argument_refused, assert_shape_refused, assert_type_refused, ones};
use crate::Checked;

/// Asserts that operands of two types, and those that cannot be broadcast, are refused.
#[track_caller]
fn assert_pairs_refused(name: &str, kernel: impl Fn(&Tensor, &Tensor) -> Result) -> Checked {
    let two = ones(&[2], Dtype::F32)?;
    assert_shape_refused(name, kernel(&two, &ones(&[3], Dtype::F32)?))?;
    assert_shape_refused(name, kernel(&ones(&[2, 3], Dtype::F32)?, &two))?;
    for other in NO_F32 {
        assert_type_refused(name, kernel(&two, &ones(&[2], other)?))?;
        assert_type_refused(name, kernel(&ones(&[2], other)?, &two))?;
    }
    Ok(())
}

/// Asserts the same, and that truth values and integers of other widths are no numbers.
#[track_caller]
fn assert_arithmetic_refused(name: &str, kernel: impl Fn(&Tensor, &Tensor) -> Result) -> Checked {
    assert_pairs_refused(name, &kernel)?;
    for dtype in NO_NUMBERS {
        let x = ones(&[2], *dtype)?;
        assert_type_refused(name, kernel(&x, &x))?;
    }
    Ok(())
}

#[conformance(of = "add")]
pub fn add(kernels: &dyn Kernels) -> Checked {
    assert_arithmetic_refused("add", |a, b| kernels.add(a, b))
}

#[conformance(of = "sub")]
pub fn sub(kernels: &dyn Kernels) -> Checked {
    assert_arithmetic_refused("sub", |a, b| kernels.sub(a, b))
}

#[conformance(of = "mul")]
pub fn mul(kernels: &dyn Kernels) -> Checked {
    assert_arithmetic_refused("mul", |a, b| kernels.mul(a, b))
}

#[conformance(of = "maximum")]
pub fn maximum(kernels: &dyn Kernels) -> Checked {
    assert_arithmetic_refused("maximum", |a, b| kernels.maximum(a, b))
}

#[conformance(of = "minimum")]
pub fn minimum(kernels: &dyn Kernels) -> Checked {
    assert_arithmetic_refused("minimum", |a, b| kernels.minimum(a, b))
}

#[conformance(of = "div")]
pub fn div(kernels: &dyn Kernels) -> Checked {
    assert_arithmetic_refused("div", |a, b| kernels.div(a, b))?;
    let (whole, divisors) = (ones(&[2], Dtype::I32)?, Tensor::i32(&[2], [1, 0])?);
    assert_argument_refused("div", kernels.div(&whole, &divisors))
}

#[conformance(of = "equal")]
pub fn equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs_refused("equal", |a, b| kernels.equal(a, b))
}

#[conformance(of = "not_equal")]
pub fn not_equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs_refused("not_equal", |a, b| kernels.not_equal(a, b))
}

#[conformance(of = "less")]
pub fn less(kernels: &dyn Kernels) -> Checked {
    assert_pairs_refused("less", |a, b| kernels.less(a, b))
}

#[conformance(of = "less_equal")]
pub fn less_equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs_refused("less_equal", |a, b| kernels.less_equal(a, b))
}

#[conformance(of = "greater")]
pub fn greater(kernels: &dyn Kernels) -> Checked {
    assert_pairs_refused("greater", |a, b| kernels.greater(a, b))
}

#[conformance(of = "greater_equal")]
pub fn greater_equal(kernels: &dyn Kernels) -> Checked {
    assert_pairs_refused("greater_equal", |a, b| kernels.greater_equal(a, b))
}

#[conformance(of = "select")]
pub fn select(kernels: &dyn Kernels) -> Checked {
    let condition = ones(&[2], Dtype::Bool)?;
    assert_pairs_refused("select", |a, b| kernels.select(&condition, a, b))?;
    let (two, three) = (ones(&[2], Dtype::F32)?, ones(&[3], Dtype::F32)?);
    assert_shape_refused("select", kernels.select(&condition, &three, &three))?;
    for dtype in [Dtype::F32, Dtype::I64, Dtype::I32, Dtype::I8, Dtype::U8] {
        assert_type_refused("select", kernels.select(&ones(&[2], dtype)?, &two, &two))?;
    }
    Ok(())
}
