//! Comparisons, choices and casts: each has one right result.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use super::{Outcome, golden, typed};

#[track_caller]
fn assert_comparison(
    dtype: Dtype,
    key: &str,
    kernel: impl Fn(&Tensor, &Tensor) -> Result<Tensor, KernelError>,
) -> Outcome {
    let golden = typed("comparisons", dtype);
    golden.assert_equal(key, &kernel(&golden.get("a")?, &golden.get("b")?)?)
}

#[conformance(of = "equal", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn equal(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_comparison(dtype, "expected_equal", |a, b| kernels.equal(a, b))
}

#[conformance(of = "not_equal", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn not_equal(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_comparison(dtype, "expected_not_equal", |a, b| kernels.not_equal(a, b))
}

#[conformance(of = "less", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn less(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_comparison(dtype, "expected_less", |a, b| kernels.less(a, b))
}

#[conformance(of = "less_equal", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn less_equal(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_comparison(dtype, "expected_less_equal", |a, b| kernels.less_equal(a, b))
}

#[conformance(of = "greater", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn greater(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_comparison(dtype, "expected_greater", |a, b| kernels.greater(a, b))
}

#[conformance(of = "greater_equal", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn greater_equal(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    assert_comparison(dtype, "expected_greater_equal", |a, b| kernels.greater_equal(a, b))
}

#[conformance(of = "select", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn select(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("select", dtype);
    let [condition, a, b] = ["condition", "a", "b"].map(|key| golden.get(key));
    golden.assert_equal("expected", &kernels.select(&condition?, &a?, &b?)?)
}

#[track_caller]
fn assert_cast(kernels: &dyn Kernels, case: &str, to: Dtype) -> Outcome {
    let golden = golden(case);
    golden.assert_equal(&format!("expected_{to}"), &kernels.cast(&golden.get("x")?, to)?)
}

#[conformance(of = "cast", to(F16, BF16, I32, Bool))]
pub fn cast_f32(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, "cast_f32", to)
}

#[conformance(of = "cast", to(F32, BF16, I32, Bool))]
pub fn cast_f16(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, "cast_f16", to)
}

#[conformance(of = "cast", to(F32, F16, I32, Bool))]
pub fn cast_bf16(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, "cast_bf16", to)
}

#[conformance(of = "cast", to(F32, F16, BF16, Bool))]
pub fn cast_i32(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, "cast_i32", to)
}

/// Most of them lie between two numbers of f32.
#[conformance(of = "cast")]
pub fn cast_large_i32(kernels: &dyn Kernels) -> Outcome {
    assert_cast(kernels, "cast_large_i32", Dtype::F32)
}

#[conformance(of = "cast", to(F32, F16, BF16, I32))]
pub fn cast_bool(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, "cast_bool", to)
}

/// What is longer than the type keeps its low bits.
#[conformance(of = "cast", to(F32, I32, I8, U8, Bool))]
pub fn cast_i64(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, "cast_i64", to)
}

#[conformance(of = "cast", uses = "int8", to(F32, F16, BF16, I64, I32, U8, Bool))]
pub fn cast_i8(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, "cast_i8", to)
}

#[conformance(of = "cast", to(F32, F16, BF16, I64, I32, I8, Bool))]
pub fn cast_u8(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, "cast_u8", to)
}

#[conformance(of = "cast", to(I64, I8, U8))]
pub fn cast_i32_to_others(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, "cast_i32_to_others", to)
}

#[conformance(of = "cast", to(I64, I8, U8))]
pub fn cast_bool_to_others(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, "cast_bool_to_others", to)
}

#[conformance(of = "cast", to(I64, I8, U8))]
pub fn cast_f32_to_others(kernels: &dyn Kernels, to: Dtype) -> Outcome {
    assert_cast(kernels, &format!("cast_f32_to_{to}"), to)
}
