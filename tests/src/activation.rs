//! `silu` and `gelu`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, Gelu, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_near, assert_refused, of, uniform};

// An exponential, a sum with 1, a quotient and a product are each rounded, and so is what is expected.

#[backend_matrix(
    of = "silu",
    dtype(
        F32,
        F64 uses("float64_functions") tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15"
        ),
        F16 tolerance(
            rtol = 2.45e-3,
            atol = 3e-7,
            reason = "five units of roundoff, 2^-11 each; a quotient below 2^-14 is off by 2^-25, times 10"
        ),
        BF16 tolerance(rtol = 1.96e-2, atol = 0.0, reason = "five units of roundoff, 2^-8 each")
    )
)]
pub fn silu(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(41, &[7, 129], dtype, 10.0)?], |[x]| kernels.silu(x))
}

// Near −5 the sum 1 + erf(x/√2) cancels: an error of one unit in it is multiplied by |x| / 2 ≤ 2.5.

#[backend_matrix(
    of = "gelu",
    form(Exact, Tanh),
    dtype(
        F32,
        F16 tolerance(rtol = 1e-3, atol = 1.3e-3, reason = "2.5 units of roundoff, 2^-11 each"),
        BF16 tolerance(rtol = 1.6e-2, atol = 9.8e-3, reason = "2.5 units of roundoff, 2^-8 each")
    )
)]
pub fn gelu(kernels: &dyn Kernels, form: Gelu, dtype: Dtype) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(42, &[5, 65], dtype, 5.0)?], |[x]| kernels.gelu(x, form))
}

/// Apart from the others, for one of the forms has not the digits of the type everywhere.
#[backend_matrix(
    of = "gelu",
    uses = "float64",
    form(Exact uses("float64_functions"), Tanh),
    tolerance(rtol = 1e-12, atol = 1e-12, reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15")
)]
pub fn gelu_in_f64(kernels: &dyn Kernels, form: Gelu) -> Checked<Computed<Tensor>> {
    Computed::of([uniform(45, &[5, 65], Dtype::F64, 5.0)?], |[x]| kernels.gelu(x, form))
}

#[conformance(of = "silu")]
pub fn silu_of_small_numbers(kernels: &dyn Kernels) -> Checked {
    let x = [-2.0_f32, 0.0, 1.0, 4.0];
    let expected = x.map(|x| f64::from(x) / (1.0 + (-f64::from(x)).exp()));
    assert_near(&kernels.silu(&Tensor::f32(&[4], x)?)?, &expected, 1e-6);
    Ok(())
}

/// The two formulas differ by about 1.5e-4 at 1; Φ(1) is 0.841344746.
#[conformance(of = "gelu")]
pub fn the_two_forms_of_gelu_are_two(kernels: &dyn Kernels) -> Checked {
    let one = Tensor::f32(&[1], [1.0])?;
    assert_near(&kernels.gelu(&one, Gelu::Exact)?, &[0.841_344_746], 1e-6);
    assert_near(&kernels.gelu(&one, Gelu::Tanh)?, &[0.841_191_991], 1e-6);
    Ok(())
}

#[conformance(of = "silu", dtype(F32, F64, F16, BF16))]
pub fn large_numbers_pass_and_small_ones_vanish(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    // 2^15 is a number of each type; twice of it is infinite in f16.
    let x = of(&[3], dtype, &[200.0, -200.0, 32768.0])?;
    assert_near(&kernels.silu(&x)?, &[200.0, 0.0, 32768.0], 1e-6);
    assert_near(&kernels.gelu(&x, Gelu::Exact)?, &[200.0, 0.0, 32768.0], 1e-6);
    Ok(())
}

#[conformance(of = "silu", dtype(F32, F64, F16, BF16))]
pub fn silu_of_nan_is_nan(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    assert_holds(&kernels.silu(&of(&[2], dtype, &[f64::NAN, 0.0])?)?, &[2], &[f64::NAN, 0.0]);
    Ok(())
}

#[conformance(of = "gelu", dtype(F32, F64, F16, BF16), form(Exact, Tanh))]
pub fn gelu_of_nan_is_nan(kernels: &dyn Kernels, dtype: Dtype, form: Gelu) -> Checked {
    assert_holds(&kernels.gelu(&of(&[2], dtype, &[f64::NAN, 0.0])?, form)?, &[2], &[f64::NAN, 0.0]);
    Ok(())
}

#[conformance(of = "silu")]
pub fn a_number_without_dimensions_is_a_tensor(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.silu(&Tensor::f32(&[], [0.0])?)?, &[], &[0.0]);
    Ok(())
}

#[conformance(of = "silu")]
pub fn integers_are_refused(kernels: &dyn Kernels) -> Checked {
    let whole = Tensor::i32(&[1], [1])?;
    assert_refused(kernels.silu(&whole), |error| matches!(error, KernelError::Dtype { .. }))?;
    assert_refused(kernels.gelu(&whole, Gelu::Tanh), |error| matches!(error, KernelError::Dtype { .. }))?;
    Ok(())
}
