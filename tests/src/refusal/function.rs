//! Functions of one float.

use crosscheck::conformance;
use crosscheck_backends::{Gelu, Kernels, Tensor};

use super::{NO_FLOATS, NO_NUMBERS, Result, assert_type_refused, ones};
use crate::Checked;

/// Asserts that integers and truth values are refused.
#[track_caller]
fn assert_only_floats(name: &str, kernel: impl Fn(&Tensor) -> Result) -> Checked {
    for dtype in NO_FLOATS {
        assert_type_refused(name, kernel(&ones(&[2], *dtype)?))?;
    }
    Ok(())
}

#[conformance(of = "exp")]
pub fn exp(kernels: &dyn Kernels) -> Checked {
    assert_only_floats("exp", |x| kernels.exp(x))
}

#[conformance(of = "log")]
pub fn log(kernels: &dyn Kernels) -> Checked {
    assert_only_floats("log", |x| kernels.log(x))
}

#[conformance(of = "sqrt")]
pub fn sqrt(kernels: &dyn Kernels) -> Checked {
    assert_only_floats("sqrt", |x| kernels.sqrt(x))
}

#[conformance(of = "rsqrt")]
pub fn rsqrt(kernels: &dyn Kernels) -> Checked {
    assert_only_floats("rsqrt", |x| kernels.rsqrt(x))
}

#[conformance(of = "round")]
pub fn round(kernels: &dyn Kernels) -> Checked {
    assert_only_floats("round", |x| kernels.round(x))
}

#[conformance(of = "tanh")]
pub fn tanh(kernels: &dyn Kernels) -> Checked {
    assert_only_floats("tanh", |x| kernels.tanh(x))
}

#[conformance(of = "sigmoid")]
pub fn sigmoid(kernels: &dyn Kernels) -> Checked {
    assert_only_floats("sigmoid", |x| kernels.sigmoid(x))
}

#[conformance(of = "silu")]
pub fn silu(kernels: &dyn Kernels) -> Checked {
    assert_only_floats("silu", |x| kernels.silu(x))
}

#[conformance(of = "gelu", form(Exact, Tanh))]
pub fn gelu(kernels: &dyn Kernels, form: Gelu) -> Checked {
    assert_only_floats("gelu", |x| kernels.gelu(x, form))
}

#[conformance(of = "neg")]
pub fn neg(kernels: &dyn Kernels) -> Checked {
    for dtype in NO_NUMBERS {
        assert_type_refused("neg", kernels.neg(&ones(&[2], *dtype)?))?;
    }
    Ok(())
}
