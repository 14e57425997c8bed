//! Elements that go somewhere else and stay what they are.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels};

use super::{Outcome, golden, typed};

#[conformance(of = "embedding", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn embedding(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let (golden, ids) = (typed("movements", dtype), golden("places").get("ids")?);
    golden.assert_equal("expected_embedding", &kernels.embedding(&golden.get("table")?, &ids)?)
}

#[conformance(of = "slice_at", uses = "dynamic_offsets", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn slice_at(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let (golden, start) = (typed("movements", dtype), golden("places").get("start")?);
    golden.assert_equal("expected_slice", &kernels.slice_at(&golden.get("x")?, &start, &[2, 3, 3])?)
}

#[conformance(of = "update_at", uses = "dynamic_offsets", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn update_at(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let (golden, start) = (typed("movements", dtype), golden("places").get("start")?);
    golden.assert_equal("expected_update", &kernels.update_at(&golden.get("x")?, &golden.get("part")?, &start)?)
}

#[conformance(of = "take_along_axis", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn take_along_axis(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let (golden, indices) = (typed("movements", dtype), golden("places").get("indices")?);
    golden.assert_equal("expected_take", &kernels.take_along_axis(&golden.get("x")?, &indices, 1)?)
}

#[conformance(of = "concatenate", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn concatenate(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("movements", dtype);
    golden.assert_equal("expected_concatenate", &kernels.concatenate(&[&golden.get("x")?, &golden.get("more")?], 1)?)
}

#[conformance(of = "transpose", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn transpose(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("movements", dtype);
    golden.assert_equal("expected_transpose", &kernels.transpose(&golden.get("x")?, &[2, 0, 1])?)
}

#[conformance(of = "broadcast_to", dtype(F32, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn broadcast_to(kernels: &dyn Kernels, dtype: Dtype) -> Outcome {
    let golden = typed("movements", dtype);
    golden.assert_equal("expected_broadcast", &kernels.broadcast_to(&golden.get("row")?, &[3, 4, 5])?)
}
