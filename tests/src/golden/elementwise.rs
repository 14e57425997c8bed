//! Functions of one number and of two.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Gelu, KernelError, Kernels, Tensor};

use super::{Bounds, Outcome, typed};

/// A function of two operands that are broadcast.
#[track_caller]
fn assert_binary(dtype: Dtype, key: &str, kernel: impl Fn(&Tensor, &Tensor) -> Result<Tensor, KernelError>) -> Outcome {
    let golden = typed("arithmetic", dtype);
    golden.assert_near(key, &kernel(&golden.get("a")?, &golden.get("b")?)?)
}

#[conformance(of = "add", dtype(F32, F16, BF16, I32))]
pub fn add(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_binary(dtype, "expected_add", |a, b| kernels.add(a, b))
}

#[conformance(of = "sub", dtype(F32, F16, BF16, I32))]
pub fn sub(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_binary(dtype, "expected_sub", |a, b| kernels.sub(a, b))
}

#[conformance(of = "mul", dtype(F32, F16, BF16, I32))]
pub fn mul(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_binary(dtype, "expected_mul", |a, b| kernels.mul(a, b))
}

#[conformance(of = "div", dtype(F32, F16, BF16))]
pub fn div(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_binary(dtype, "expected_div", |a, b| kernels.div(a, b))
}

/// Rounded towards zero.
#[conformance(of = "div")]
pub fn div_of_integers(kernels: &dyn Kernels) -> Outcome {
    let golden = typed("quotients", Dtype::I32);
    golden.assert_equal("expected", &kernels.div(&golden.get("a")?, &golden.get("b")?)?)
}

#[conformance(of = "maximum", dtype(F32, F16, BF16, I32))]
pub fn maximum(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("arithmetic", dtype);
    golden.assert_equal("expected_maximum", &kernels.maximum(&golden.get("a")?, &golden.get("b")?)?)
}

#[conformance(of = "minimum", dtype(F32, F16, BF16, I32))]
pub fn minimum(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("arithmetic", dtype);
    golden.assert_equal("expected_minimum", &kernels.minimum(&golden.get("a")?, &golden.get("b")?)?)
}

#[conformance(of = "neg", dtype(F32, F16, BF16, I32))]
pub fn neg(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("neg", dtype);
    golden.assert_equal("expected_neg", &kernels.neg(&golden.get("x")?)?)
}

#[conformance(of = "exp", dtype(F32, F16, BF16))]
pub fn exp(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("functions", dtype);
    golden.assert_near("expected_exp", &kernels.exp(&golden.get("x")?)?)
}

#[conformance(of = "round", dtype(F32, F16, BF16))]
pub fn round(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("activations", dtype);
    golden.assert_equal("expected_round", &kernels.round(&golden.get("x")?)?)
}

#[conformance(of = "tanh", dtype(F32, F16, BF16))]
pub fn tanh(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("functions", dtype);
    golden.assert_near("expected_tanh", &kernels.tanh(&golden.get("x")?)?)
}

#[conformance(of = "sigmoid", dtype(F32, F16, BF16))]
pub fn sigmoid(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("functions", dtype);
    golden.assert_near("expected_sigmoid", &kernels.sigmoid(&golden.get("x")?)?)
}

#[conformance(of = "log", dtype(F32, F16, BF16))]
pub fn log(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("roots", dtype);
    golden.assert_near("expected_log", &kernels.log(&golden.get("x")?)?)
}

#[conformance(of = "sqrt", dtype(F32, F16, BF16))]
pub fn sqrt(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("roots", dtype);
    golden.assert_near("expected_sqrt", &kernels.sqrt(&golden.get("x")?)?)
}

#[conformance(of = "rsqrt", dtype(F32, F16, BF16))]
pub fn rsqrt(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("roots", dtype);
    golden.assert_near("expected_rsqrt", &kernels.rsqrt(&golden.get("x")?)?)
}

#[conformance(of = "silu", dtype(F32, F16, BF16))]
pub fn silu(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("activations", dtype);
    golden.assert_near("expected_silu", &kernels.silu(&golden.get("x")?)?)
}

/// Near −5 the sum 1 + erf(x/√2) cancels: an error of one unit in it is multiplied by |x| / 2 ≤ 2.5. The same holds for tanh.
/// MLX rounds the sum to 16 bits in both forms, candle in the second.
#[track_caller]
fn assert_gelu(kernels: &dyn Kernels, dtype: Dtype, key: &str, form: Gelu) -> Outcome {
    let golden = typed("gelu", dtype);
    let f16 = Bounds { rtol: 1e-3, atol: 1.3e-3, reason: "2.5 units of roundoff, 2^-11 each" };
    let bf16 = Bounds { rtol: 1.6e-2, atol: 9.8e-3, reason: "2.5 units of roundoff, 2^-8 each" };
    golden.assert_within(key, &kernels.gelu(&golden.get("x")?, form)?, f16, bf16)
}

#[conformance(of = "gelu", dtype(F32, F16, BF16))]
pub fn gelu_exact(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_gelu(kernels, dtype, "expected_gelu_exact", Gelu::Exact)
}

#[conformance(of = "gelu", dtype(F32, F16, BF16))]
pub fn gelu_tanh(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_gelu(kernels, dtype, "expected_gelu_tanh", Gelu::Tanh)
}
