//! Tensors without dimensions: a number in, a number out.

use crosscheck::conformance;
use crosscheck_backends::{Axes, Dtype, Gelu, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, of};
use crate::sweep::function::{Lane, reductions};

/// Asserts that a kernel makes this number of numbers, with no dimensions and of this type.
#[track_caller]
fn assert_number(made: &Tensor, dtype: Dtype, expected: f64) {
    assert_eq!(made.dtype(), dtype);
    assert_holds(made, &[], &[expected]);
}

fn number(value: f64) -> Checked<Tensor> {
    of(&[], Dtype::F32, &[value])
}

#[conformance(of = "neg")]
pub fn neg(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.neg(&number(2.0)?)?, Dtype::F32, -2.0);
    Ok(())
}

#[conformance(of = "exp")]
pub fn exp(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.exp(&number(0.0)?)?, Dtype::F32, 1.0);
    Ok(())
}

#[conformance(of = "log")]
pub fn log(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.log(&number(1.0)?)?, Dtype::F32, 0.0);
    Ok(())
}

#[conformance(of = "sqrt")]
pub fn sqrt(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.sqrt(&number(4.0)?)?, Dtype::F32, 2.0);
    Ok(())
}

#[conformance(of = "rsqrt")]
pub fn rsqrt(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.rsqrt(&number(4.0)?)?, Dtype::F32, 0.5);
    Ok(())
}

#[conformance(of = "round")]
pub fn round(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.round(&number(3.75)?)?, Dtype::F32, 4.0);
    Ok(())
}

/// A number has no axis, so that all of them are none, and nothing is left to reduce.
#[conformance(cases(reductions))]
pub fn reduced_over_all_axes(kernels: &dyn Kernels, case: &&Lane) -> Checked {
    for axes in [Axes::all(), Axes::all().kept(), Axes::of(&[]), Axes::of(&[]).kept()] {
        assert_number(&case.over(kernels, &number(3.0)?, axes)?, Dtype::F32, 3.0);
    }
    Ok(())
}

/// All axes of a row of one leave a number.
#[conformance(cases(reductions))]
pub fn all_axes_of_one_element(kernels: &dyn Kernels, case: &&Lane) -> Checked {
    let x = of(&[1, 1, 1], Dtype::F32, &[3.0])?;
    assert_number(&case.over(kernels, &x, Axes::all())?, Dtype::F32, 3.0);
    Ok(())
}

#[conformance(of = "tanh")]
pub fn tanh(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.tanh(&number(0.0)?)?, Dtype::F32, 0.0);
    Ok(())
}

#[conformance(of = "sigmoid")]
pub fn sigmoid(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.sigmoid(&number(0.0)?)?, Dtype::F32, 0.5);
    Ok(())
}

#[conformance(of = "silu")]
pub fn silu(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.silu(&number(0.0)?)?, Dtype::F32, 0.0);
    Ok(())
}

#[conformance(of = "gelu", form(Exact, Tanh))]
pub fn gelu(kernels: &dyn Kernels, form: Gelu) -> Checked {
    assert_number(&kernels.gelu(&number(0.0)?, form)?, Dtype::F32, 0.0);
    Ok(())
}

#[conformance(of = "add")]
pub fn add(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.add(&number(3.0)?, &number(6.0)?)?, Dtype::F32, 9.0);
    Ok(())
}

#[conformance(of = "sub")]
pub fn sub(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.sub(&number(3.0)?, &number(6.0)?)?, Dtype::F32, -3.0);
    Ok(())
}

#[conformance(of = "mul")]
pub fn mul(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.mul(&number(3.0)?, &number(6.0)?)?, Dtype::F32, 18.0);
    Ok(())
}

#[conformance(of = "div")]
pub fn div(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.div(&number(3.0)?, &number(6.0)?)?, Dtype::F32, 0.5);
    Ok(())
}

#[conformance(of = "maximum")]
pub fn maximum(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.maximum(&number(3.0)?, &number(6.0)?)?, Dtype::F32, 6.0);
    Ok(())
}

#[conformance(of = "minimum")]
pub fn minimum(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.minimum(&number(3.0)?, &number(6.0)?)?, Dtype::F32, 3.0);
    Ok(())
}

#[conformance(of = "equal")]
pub fn equal(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.equal(&number(3.0)?, &number(6.0)?)?, Dtype::Bool, 0.0);
    Ok(())
}

#[conformance(of = "not_equal")]
pub fn not_equal(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.not_equal(&number(3.0)?, &number(6.0)?)?, Dtype::Bool, 1.0);
    Ok(())
}

#[conformance(of = "less")]
pub fn less(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.less(&number(3.0)?, &number(6.0)?)?, Dtype::Bool, 1.0);
    Ok(())
}

#[conformance(of = "less_equal")]
pub fn less_equal(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.less_equal(&number(3.0)?, &number(6.0)?)?, Dtype::Bool, 1.0);
    Ok(())
}

#[conformance(of = "greater")]
pub fn greater(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.greater(&number(3.0)?, &number(6.0)?)?, Dtype::Bool, 0.0);
    Ok(())
}

#[conformance(of = "greater_equal")]
pub fn greater_equal(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.greater_equal(&number(3.0)?, &number(6.0)?)?, Dtype::Bool, 0.0);
    Ok(())
}

#[conformance(of = "select")]
pub fn select(kernels: &dyn Kernels) -> Checked {
    for (condition, expected) in [(true, 3.0), (false, 6.0)] {
        let chosen = kernels.select(&Tensor::bool(&[], [condition])?, &number(3.0)?, &number(6.0)?)?;
        assert_number(&chosen, Dtype::F32, expected);
    }
    Ok(())
}

#[conformance(of = "cast")]
pub fn cast(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.cast(&number(-2.5)?, Dtype::I32)?, Dtype::I32, -2.0);
    Ok(())
}

#[conformance(of = "sum")]
pub fn sum_of_a_row(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.sum(&of(&[3], Dtype::F32, &[2.0, 3.0, 1.0])?, 0.into())?, Dtype::F32, 6.0);
    Ok(())
}

#[conformance(of = "mean")]
pub fn mean_of_a_row(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.mean(&of(&[3], Dtype::F32, &[2.0, 3.0, 1.0])?, 0.into())?, Dtype::F32, 2.0);
    Ok(())
}

#[conformance(of = "max")]
pub fn max_of_a_row(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.max(&of(&[3], Dtype::F32, &[2.0, 3.0, 1.0])?, 0.into())?, Dtype::F32, 3.0);
    Ok(())
}

#[conformance(of = "min")]
pub fn min_of_a_row(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.min(&of(&[3], Dtype::F32, &[2.0, 3.0, 1.0])?, 0.into())?, Dtype::F32, 1.0);
    Ok(())
}

#[conformance(of = "logsumexp")]
pub fn logsumexp_of_a_row(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.logsumexp(&of(&[1], Dtype::F32, &[2.0])?, 0.into())?, Dtype::F32, 2.0);
    Ok(())
}

#[conformance(of = "argmin")]
pub fn argmin_of_a_row(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.argmin(&of(&[3], Dtype::F32, &[2.0, 3.0, 1.0])?, 0)?, Dtype::I32, 2.0);
    Ok(())
}

#[conformance(of = "argmax")]
pub fn argmax_of_a_row(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.argmax(&of(&[3], Dtype::F32, &[2.0, 3.0, 1.0])?, 0)?, Dtype::I32, 1.0);
    Ok(())
}

#[conformance(of = "slice_at", uses = "dynamic_offsets")]
pub fn slice_at(kernels: &dyn Kernels) -> Checked {
    assert_number(&kernels.slice_at(&number(3.0)?, &Tensor::i32(&[0], [])?, &[])?, Dtype::F32, 3.0);
    Ok(())
}
