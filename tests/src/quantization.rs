//! `quantize` and `dequantize`.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, KernelError, Kernels, Quantization, Tensor};

use crate::Checked;
use crate::data::{assert_holds, assert_refused, unit};

/// What comes back is within a step of what went in; a step is at most the scale of the group.
#[conformance(of = "quantize", uses = "quantization", group(32, 64), bits(4, 8))]
fn elements_come_back_within_a_step(kernels: &dyn Kernels, group: usize, bits: u32) -> Checked {
    let w = unit(101, &[5, 128], Dtype::F32)?;
    let quantized = kernels.quantize(&w, Quantization { group, bits })?;
    assert_eq!(quantized.packed.len(), 5 * 128 * bits as usize / 32);
    assert_eq!(quantized.scales.shape(), [5, 128 / group]);
    let back = kernels.dequantize(&quantized)?;
    assert_eq!(back.shape(), w.shape());
    // The largest step that 2^bits levels over a range of 2 need, and a little for the rounding of the scale.
    let step = 2.0 / f64::from((1 << bits) - 1) * 1.01;
    let off = w.to_f64().iter().zip(back.to_f64()).map(|(w, back)| (w - back).abs()).fold(0.0, f64::max);
    assert!(off <= step, "off by {off}, a step is {step}");
    assert!(off > 0.0, "nothing was quantized");
    Ok(())
}

#[conformance(of = "dequantize", uses = "quantization", bits(4, 8))]
fn a_constant_comes_back_exactly(kernels: &dyn Kernels, bits: u32) -> Checked {
    let w = Tensor::f32(&[1, 32], [0.5; 32])?;
    let back = kernels.dequantize(&kernels.quantize(&w, Quantization { group: 32, bits })?)?;
    assert_holds(&back, &[1, 32], &[0.5; 32]);
    Ok(())
}

#[conformance(of = "quantize", uses = "quantization")]
fn what_cannot_be_quantized_is_refused(kernels: &dyn Kernels) -> Checked {
    let (w, odd) = (unit(102, &[2, 64], Dtype::F32)?, unit(103, &[2, 33], Dtype::F32)?);
    for quantization in [Quantization { group: 48, bits: 4 }, Quantization { group: 32, bits: 7 }] {
        assert_refused(kernels.quantize(&w, quantization), |error| matches!(error, KernelError::Argument { .. }))?;
    }
    assert_refused(kernels.quantize(&odd, Quantization { group: 32, bits: 4 }), |error| {
        matches!(error, KernelError::Shape { .. })
    })?;
    Ok(())
}
