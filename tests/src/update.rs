//! `update_at`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, of, uniform};

#[backend_matrix(
    of = "update_at",
    uses = "dynamic_offsets",
    dtype(F32, F64, F16, BF16, I32, Bool),
    tolerance(rtol = 0.0, atol = 0.0, reason = "elements are copied")
)]
pub fn the_inner_part(kernels: &dyn Kernels, dtype: Dtype) -> Checked<Computed<Tensor>> {
    let (x, part) = (uniform(171, &[5, 33, 7], dtype, 100.0)?, uniform(172, &[3, 16, 7], dtype, 100.0)?);
    Computed::of([x, part, Tensor::i32(&[3], [1, 17, 0])?], |[x, part, start]| kernels.update_at(x, part, start))
}

#[backend_matrix(
    of = "update_at",
    uses = "dynamic_offsets",
    length(0 uses("empty_tensors"), 1, 17, 31, 33, 127, 128, 129, 1023)
)]
pub fn one_row(kernels: &dyn Kernels, length: usize) -> Checked<Computed<Tensor>> {
    let x = uniform(173, &[3, length], Dtype::F32, 1.0)?;
    // Nothing of it is in the tensor already.
    let row: Vec<_> = uniform(174, &[length], Dtype::F32, 1.0)?.to_f64().iter().map(|value| value + 3.0).collect();
    let row = of(&[1, length], Dtype::F32, &row)?;
    Computed::of([x, row, Tensor::i32(&[2], [1, 0])?], |[x, part, start]| kernels.update_at(x, part, start))
}

#[conformance(of = "update_at", uses = "dynamic_offsets")]
pub fn a_part_goes_where_the_tensor_says(kernels: &dyn Kernels) -> Checked {
    let (x, part) = (Tensor::i32(&[2, 3], [0, 1, 2, 10, 11, 12])?, Tensor::i32(&[2, 1], [7, 8])?);
    for (start, expected) in [
        ([0, 0], [7.0, 1.0, 2.0, 8.0, 11.0, 12.0]),
        ([0, 1], [0.0, 7.0, 2.0, 10.0, 8.0, 12.0]),
        ([0, 2], [0.0, 1.0, 7.0, 10.0, 11.0, 8.0]),
    ] {
        assert_holds(&kernels.update_at(&x, &part, &Tensor::i32(&[2], start)?)?, &[2, 3], &expected);
    }
    assert_holds(&x, &[2, 3], &[0.0, 1.0, 2.0, 10.0, 11.0, 12.0]);
    Ok(())
}

/// What was cut out is there when the part was put in, for each place that there is.
#[conformance(of = "update_at", uses = "dynamic_offsets")]
pub fn a_part_is_found_where_it_was_put(kernels: &dyn Kernels) -> Checked {
    let (x, part) = (uniform(175, &[4, 5], Dtype::F32, 1.0)?, uniform(176, &[2, 3], Dtype::F32, 1.0)?);
    for start in (0..=2).flat_map(|row| (0..=2).map(move |column| [row, column])) {
        let start = Tensor::i32(&[2], start)?;
        let updated = kernels.update_at(&x, &part, &start)?;
        assert_holds(&kernels.slice_at(&updated, &start, &[2, 3])?, &[2, 3], &part.to_f64());
        let kept = x.to_f64().iter().zip(updated.to_f64()).filter(|(before, after)| *before == after).count();
        assert_eq!(kept, 14);
    }
    Ok(())
}

#[conformance(of = "update_at", uses = "dynamic_offsets")]
pub fn everything_may_be_replaced(kernels: &dyn Kernels) -> Checked {
    let (x, part) = (of(&[2], Dtype::F32, &[1.0, 2.0])?, of(&[2], Dtype::F32, &[f64::NAN, -0.0])?);
    assert_holds(&kernels.update_at(&x, &part, &Tensor::i32(&[1], [0])?)?, &[2], &[f64::NAN, 0.0]);
    let (x, part) = (Tensor::i32(&[], [1])?, Tensor::i32(&[], [2])?);
    assert_holds(&kernels.update_at(&x, &part, &Tensor::i32(&[0], [])?)?, &[], &[2.0]);
    Ok(())
}

#[conformance(of = "update_at", uses("dynamic_offsets", "empty_tensors"))]
pub fn a_part_of_nothing_changes_nothing(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[3], [1.0, 2.0, 3.0])?;
    let updated = kernels.update_at(&x, &Tensor::f32(&[0], [])?, &Tensor::i32(&[1], [3])?)?;
    assert_holds(&updated, &[3], &[1.0, 2.0, 3.0]);
    Ok(())
}

/// XLA and MLX's own `slice_update` move such a part back into the tensor, which overwrites something else.
#[conformance(of = "update_at", uses = "dynamic_offsets", start(below = -1, beyond = 2, far = i32::MAX))]
pub fn a_part_outside_of_the_tensor_is_refused(kernels: &dyn Kernels, start: i32) -> Checked {
    let (x, part) = (Tensor::f32(&[3], [1.0, 2.0, 3.0])?, Tensor::f32(&[2], [8.0, 9.0])?);
    assert_refused(
        kernels.update_at(&x, &part, &Tensor::i32(&[1], [start])?),
        |error| matches!(error, KernelError::IndexOutOfRange { index, end: 2, .. } if *index == i64::from(start)),
    )?;
    Ok(())
}

#[conformance(of = "update_at", uses = "dynamic_offsets")]
pub fn parts_and_starts_have_to_fit(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[2, 2], [1.0; 4])?;
    let (one, row) = (Tensor::f32(&[1, 1], [1.0])?, Tensor::f32(&[1], [1.0])?);
    let (origin, short) = (Tensor::i32(&[2], [0, 0])?, Tensor::i32(&[1], [0])?);
    let shape = |error: &KernelError| matches!(error, KernelError::Shape { .. });
    assert_refused(kernels.update_at(&x, &one, &short), shape)?;
    assert_refused(kernels.update_at(&x, &row, &origin), shape)?;
    assert_refused(kernels.update_at(&x, &Tensor::f32(&[1, 3], [1.0; 3])?, &origin), shape)?;
    let dtype = |error: &KernelError| matches!(error, KernelError::Dtype { .. });
    assert_refused(kernels.update_at(&x, &Tensor::i32(&[1, 1], [1])?, &origin), dtype)?;
    assert_refused(kernels.update_at(&x, &one, &Tensor::f32(&[2], [0.0; 2])?), dtype)?;
    Ok(())
}
