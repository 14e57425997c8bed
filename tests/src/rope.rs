//! `rope`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Rope, RopeLayout, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_near, assert_refused, unit};

const ROPE: Rope = Rope { dims: 8, base: 10_000.0, scale: 1.0, offset: 0, layout: RopeLayout::Halves };

// An element is a difference of two products: sine, cosine and both products are each off by half a unit, of 1 at most.

#[backend_matrix(
    of = "rope",
    dtype(
        F32,
        F64 uses("float64_functions") tolerance(
            rtol = 1e-12,
            atol = 1e-12,
            reason = "32-bit steps are off by 1e-8 and more, 64-bit ones by 1e-15"
        ),
        F16 tolerance(
            rtol = 1e-3,
            atol = 9.8e-4,
            reason = "four roundings of half a unit in the last place, 2^-12 each"
        ),
        BF16 tolerance(
            rtol = 1.6e-2,
            atol = 7.8e-3,
            reason = "four roundings of half a unit in the last place, 2^-9 each"
        )
    ),
    layout(Halves, Interleaved),
    offset(0, 7)
)]
pub fn positions(kernels: &dyn Kernels, dtype: Dtype, layout: RopeLayout, offset: i32) -> Checked<Computed<Tensor>> {
    Computed::of([unit(51, &[2, 3, 17, 8], dtype)?], |[x]| kernels.rope(x, &Rope { layout, offset, ..ROPE }))
}

#[backend_matrix(of = "rope", layout(Halves, Interleaved))]
pub fn the_elements_behind_dims_are_passed_through(
    kernels: &dyn Kernels,
    layout: RopeLayout,
) -> Checked<Computed<Tensor>> {
    Computed::of([unit(52, &[1, 2, 5, 16], Dtype::F32)?], |[x]| kernels.rope(x, &Rope { layout, offset: 3, ..ROPE }))
}

#[backend_matrix(of = "rope")]
pub fn base_and_scale(kernels: &dyn Kernels) -> Checked<Computed<Tensor>> {
    Computed::of([unit(53, &[1, 1, 33, 8], Dtype::F32)?], |[x]| {
        kernels.rope(x, &Rope { base: 500.0, scale: 0.25, ..ROPE })
    })
}

/// The angle of the first pair is the position itself, so that its error is that of the position in f32.
#[backend_matrix(
    of = "rope",
    layout(Halves, Interleaved),
    tolerance(rtol = 0.0, atol = 2e-2, reason = "an angle near 100000 has an error of 2^−8 in f32")
)]
pub fn far_positions(kernels: &dyn Kernels, layout: RopeLayout) -> Checked<Computed<Tensor>> {
    Computed::of([unit(54, &[1, 1, 4, 8], Dtype::F32)?], |[x]| {
        kernels.rope(x, &Rope { layout, offset: 100_000, ..ROPE })
    })
}

/// 2^24 + 1 is not a 32-bit float.
#[conformance(of = "rope", layout(Halves, Interleaved))]
pub fn neighbouring_positions_stay_apart(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    let x = Tensor::f32(&[1, 1, 2], [1.0, 0.0])?;
    let turned = kernels.rope(&x, &Rope { dims: 2, offset: (1 << 24) + 1, layout, ..ROPE })?;
    let (sin, cos) = f64::from((1 << 24) + 1).sin_cos();
    assert_near(&turned, &[cos, sin], 1e-2);
    Ok(())
}

/// With a single pair, position t turns it by t radians.
#[conformance(of = "rope", layout(Halves, Interleaved))]
pub fn a_pair_is_turned_by_its_position(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    let x = Tensor::f32(&[1, 3, 2], [1.0, 0.0, 1.0, 0.0, 0.0, 1.0])?;
    let turned = kernels.rope(&x, &Rope { dims: 2, offset: 5, layout, ..ROPE })?;
    let expected = [5_f64.cos(), 5_f64.sin(), 6_f64.cos(), 6_f64.sin(), -7_f64.sin(), 7_f64.cos()];
    assert_near(&turned, &expected, 1e-6);
    Ok(())
}

#[conformance(of = "rope")]
pub fn the_layouts_pair_different_elements(kernels: &dyn Kernels) -> Checked {
    let x = Tensor::f32(&[1, 1, 4], [1.0, 0.0, 0.0, 0.0])?;
    let (sin, cos) = 1_f64.sin_cos();
    let turned = |layout| kernels.rope(&x, &Rope { dims: 4, offset: 1, layout, ..ROPE });
    assert_near(&turned(RopeLayout::Halves)?, &[cos, 0.0, sin, 0.0], 1e-6);
    assert_near(&turned(RopeLayout::Interleaved)?, &[cos, sin, 0.0, 0.0], 1e-6);
    Ok(())
}

/// Position t of a long input and position 0 with offset t are the same; one token at a time is decoded that way.
#[conformance(of = "rope", layout(Halves, Interleaved))]
pub fn an_offset_continues_a_sequence(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    let tokens = unit(55, &[1, 6, 8], Dtype::F32)?;
    let whole = kernels.rope(&tokens, &Rope { layout, ..ROPE })?.to_f64();
    for (offset, (token, expected)) in (0..).zip(tokens.to_f64().chunks(8).zip(whole.chunks(8))) {
        let token = Tensor::from_f64(&[1, 1, 8], Dtype::F32, token)?;
        assert_near(&kernels.rope(&token, &Rope { layout, offset, ..ROPE })?, expected, 1e-6);
    }
    Ok(())
}

#[conformance(of = "rope", uses = "empty_tensors", layout(Halves, Interleaved))]
pub fn no_positions_are_turned_to_no_positions(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    let x = Tensor::f32(&[2, 3, 0, 8], [])?;
    assert_holds(&kernels.rope(&x, &Rope { layout, ..ROPE })?, &[2, 3, 0, 8], &[]);
    Ok(())
}

#[conformance(of = "rope", uses = "empty_tensors", layout(Halves, Interleaved))]
pub fn no_sequences_are_turned_to_no_sequences(kernels: &dyn Kernels, layout: RopeLayout) -> Checked {
    let x = Tensor::f32(&[2, 0, 5, 8], [])?;
    assert_holds(&kernels.rope(&x, &Rope { layout, offset: 7, ..ROPE })?, &[2, 0, 5, 8], &[]);
    Ok(())
}

#[conformance(of = "rope")]
pub fn parameters_that_make_no_sense_are_refused(kernels: &dyn Kernels) -> Checked {
    let x = unit(56, &[1, 2, 8], Dtype::F32)?;
    let argument = |error: &KernelError| matches!(error, KernelError::Argument { .. });
    for dims in [0, 3, 10] {
        assert_refused(kernels.rope(&x, &Rope { dims, ..ROPE }), argument)?;
    }
    for base in [0.0, -1.0, f32::NAN] {
        assert_refused(kernels.rope(&x, &Rope { base, ..ROPE }), argument)?;
    }
    let flat = Tensor::f32(&[8], [1.0; 8])?;
    assert_refused(kernels.rope(&flat, &ROPE), |error| matches!(error, KernelError::Shape { .. }))?;
    Ok(())
}
