//! Where a token stands.

use crosscheck::conformance;
use crosscheck_backends::device::{Op, Resident};
use crosscheck_backends::{Dtype, Kernels, Rope, RopeLayout};
use crosscheck_fixtures::unit;

use super::Outcome;
use super::fixture::assert_close;

/// Rotating rows from an offset on is rotating all of them and taking the last.
#[conformance(of = "device", layout(Halves, Interleaved), offset(1, 5, 250))]
pub fn an_offset_is_that_many_rows_before(kernels: &dyn Kernels, layout: RopeLayout, offset: usize) -> Outcome {
    let device = kernels.device()?;
    let x = device.upload(&unit(61, &[1, 2, offset + 3, 16], Dtype::F32)?)?;
    let rope = Rope { dims: 16, base: 10_000.0, scale: 1.0, offset: 0, layout };
    let part = |x| device.launch(Op::Narrow { x, axis: 2, start: offset, length: 3 });
    let rotate = |x: &Resident, rope| {
        let rotation = device.launch(Op::Rotation { rope, length: x.shape()[2], width: 16 })?;
        device.launch(Op::Rope { x, rotation: &rotation })
    };
    let all = rotate(&x, rope)?;
    let (expected, last) = (part(&all)?, part(&x)?);
    let rope = Rope { offset: i32::try_from(offset)?, ..rope };
    let rotated = rotate(&last, rope)?;
    assert_close("the rows", &device.download(&rotated)?, &device.download(&expected)?);
    Ok(())
}
