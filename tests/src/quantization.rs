//! `quantize`, `dequantize` and `quantized_matmul`.

use crosscheck::compare::Computed;
use crosscheck::{backend_matrix, conformance};
use crosscheck_backends::{Dtype, KernelError, Kernels, Quantization, Quantized, Tensor};

use crate::data::{assert_holds, assert_refused, of, uniform, unit};
use crate::{Checked, budget};

#[backend_matrix(of = "quantize", uses = "quantization", dtype(F32, F16, BF16), group(32, 64, 128), bits(4, 8))]
pub fn words(kernels: &dyn Kernels, dtype: Dtype, group: usize, bits: u32) -> Checked<Vec<u32>> {
    Ok(kernels.quantize(&unit(211, &[33, 128], dtype)?, Quantization { group, bits })?.packed)
}

// Two correct backends have the same levels, so that they have the same scales and biases too.

#[backend_matrix(
    of = "quantize",
    uses = "quantization",
    dtype(F32, F16, BF16),
    group(32, 64, 128),
    bits(4, 8),
    tolerance(rtol = 0.0, atol = 0.0, reason = "the scheme says which float each operation gives")
)]
pub fn scales(kernels: &dyn Kernels, dtype: Dtype, group: usize, bits: u32) -> Checked<Tensor> {
    Ok(kernels.quantize(&unit(211, &[33, 128], dtype)?, Quantization { group, bits })?.scales)
}

#[backend_matrix(
    of = "quantize",
    uses = "quantization",
    dtype(F32, F16, BF16),
    group(32, 64, 128),
    bits(4, 8),
    tolerance(rtol = 0.0, atol = 0.0, reason = "the scheme says which float each operation gives")
)]
pub fn biases(kernels: &dyn Kernels, dtype: Dtype, group: usize, bits: u32) -> Checked<Tensor> {
    Ok(kernels.quantize(&unit(211, &[33, 128], dtype)?, Quantization { group, bits })?.biases)
}

/// What comes back is within a step of what went in; a step is at most the scale of the group.
#[conformance(of = "quantize", uses = "quantization", group(32, 64), bits(4, 8))]
pub fn elements_come_back_within_a_step(kernels: &dyn Kernels, group: usize, bits: u32) -> Checked {
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

/// From −15 to 0 in steps of 1: the bias is the end that is farther from 0, and the first element is in the lowest bits.
#[conformance(of = "quantize", uses = "quantization", dtype(F32, F64 uses("float64_quantization"), F16, BF16))]
pub fn whole_steps_are_their_levels(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let values: Vec<_> = (0..32).map(|at| f64::from(at % 16) - 15.0).collect();
    let quantized = kernels.quantize(&of(&[1, 32], dtype, &values)?, Quantization { group: 32, bits: 4 })?;
    assert_eq!(quantized.packed, [0x7654_3210, 0xfedc_ba98, 0x7654_3210, 0xfedc_ba98]);
    assert_holds(&quantized.scales, &[1, 1], &[1.0]);
    assert_holds(&quantized.biases, &[1, 1], &[-15.0]);
    assert_holds(&kernels.dequantize(&quantized)?, &[1, 32], &values);
    Ok(())
}

/// Steps go down from the largest element when that is the one farther from 0.
#[conformance(of = "quantize", uses = "quantization")]
pub fn steps_lead_from_the_end_that_is_farther_from_zero(kernels: &dyn Kernels) -> Checked {
    let values: Vec<_> = (0..32).map(|at| at as f32 * 255.0 / 31.0).collect();
    let quantized = kernels.quantize(&Tensor::f32(&[1, 32], values)?, Quantization { group: 32, bits: 8 })?;
    assert_holds(&quantized.scales, &[1, 1], &[-1.0]);
    assert_holds(&quantized.biases, &[1, 1], &[255.0]);
    assert_eq!(quantized.packed.first().map(|word| word & 0xff), Some(255));
    assert_eq!(quantized.packed.last().map(|word| word >> 24), Some(0));
    Ok(())
}

#[conformance(of = "dequantize", uses = "quantization", bits(4, 8))]
pub fn a_constant_comes_back_exactly(kernels: &dyn Kernels, bits: u32) -> Checked {
    for value in [0.5, -0.5, 0.0] {
        let w = Tensor::f32(&[1, 32], [value; 32])?;
        let back = kernels.dequantize(&kernels.quantize(&w, Quantization { group: 32, bits })?)?;
        assert_holds(&back, &[1, 32], &[f64::from(value); 32]);
    }
    Ok(())
}

/// A matrix with random levels, `[rows, columns]`: elements in −1..1, up to the rounding of scales and biases.
fn matrix(number: u64, dtype: Dtype, shape: [usize; 2], quantization: Quantization) -> Checked<Quantized> {
    let [rows, columns] = shape;
    let Quantization { group, bits } = quantization;
    let words = rows * columns * bits as usize / 32;
    let packed = uniform(number, &[words], Dtype::I32, f64::from(i32::MAX))?.to_f64();
    let groups = [rows, columns / group];
    let scales = unit(number + 1, &groups, dtype)?.to_f64();
    // From the bias on, the levels lead to as far on the other side of 0.
    let highest = f64::from((1 << bits) - 1);
    let biases = scales.iter().map(|scale| -scale).collect::<Vec<_>>();
    let scales: Vec<_> = scales.iter().map(|scale| scale * 2.0 / highest).collect();
    Ok(Quantized {
        packed: packed.iter().map(|word| *word as i32 as u32).collect(),
        columns,
        scales: of(&groups, dtype, &scales)?,
        biases: of(&groups, dtype, &biases)?,
        quantization,
    })
}

#[backend_matrix(
    of = "dequantize",
    uses = "quantization",
    group(32, 64, 128),
    bits(4, 8),
    dtype(
        F32,
        F16 tolerance(
            rtol = 1e-3,
            atol = 4.9e-4,
            reason = "scale · level, below 2, is rounded: half a unit in the last place, 2^-11"
        ),
        BF16 tolerance(
            rtol = 1.6e-2,
            atol = 3.9e-3,
            reason = "scale · level, below 2, is rounded: half a unit in the last place, 2^-8"
        )
    )
)]
pub fn elements(kernels: &dyn Kernels, group: usize, bits: u32, dtype: Dtype) -> Checked<Tensor> {
    kernels.dequantize(&matrix(212, dtype, [33, 128], Quantization { group, bits })?)
}

#[backend_matrix(of = "quantized_matmul", uses = "quantization", group(32, 64, 128), bits(4, 8), rows(1, 17, 33))]
pub fn products(kernels: &dyn Kernels, group: usize, bits: u32, rows: usize) -> Checked<Computed<Tensor>> {
    product(
        kernels,
        unit(220, &[rows, 128], Dtype::F32)?,
        matrix(218, Dtype::F32, [31, 128], Quantization { group, bits })?,
    )
}

#[backend_matrix(of = "quantized_matmul", uses = "quantization", terms(32, 1024, 4096), bits(4, 8))]
pub fn sums_of_each_length(kernels: &dyn Kernels, terms: usize, bits: u32) -> Checked<Computed<Tensor>> {
    let w = matrix(227, Dtype::F32, [7, terms], Quantization { group: 32, bits })?;
    product(kernels, unit(229, &[5, terms], Dtype::F32)?, w)
}

/// The product, each element within the error of its sum.
pub(crate) fn product(kernels: &dyn Kernels, x: Tensor, w: Quantized) -> Checked<Computed<Tensor>> {
    let budget = budget::quantized_matmul(&w)?;
    Computed::within([x], |[x]| kernels.quantized_matmul(x, &w), move |product, [x]| budget(product, x))
}

/// Elements from −8 to 7, and operands from −1 to 1: every sum on the way is exact in each type.
#[backend_matrix(of = "quantized_matmul", uses = "quantization", dtype(F32, F16, BF16), bits(4, 8))]
pub fn products_of_whole_numbers(kernels: &dyn Kernels, dtype: Dtype, bits: u32) -> Checked<Tensor> {
    let w = matrix(221, dtype, [31, 64], Quantization { group: 32, bits })?;
    // Of 8 bits the upper four, in steps of 16.
    let (mask, scale) = if bits == 4 { (u32::MAX, 1.0) } else { (0xf0f0_f0f0, 1.0 / 16.0) };
    let w = Quantized {
        packed: w.packed.iter().map(|word| word & mask).collect(),
        scales: of(&[31, 2], dtype, &[scale; 62])?,
        biases: of(&[31, 2], dtype, &[-8.0; 62])?,
        ..w
    };
    let x = uniform(223, &[17, 64], Dtype::I32, 2.0)?.to_f64();
    kernels.quantized_matmul(&of(&[17, 64], dtype, &x)?, &w)
}

#[backend_matrix(of = "quantized_matmul", uses = "quantization", columns(1, 17, 31, 33, 127, 128, 129))]
pub fn products_of_each_width(kernels: &dyn Kernels, columns: usize) -> Checked<Computed<Tensor>> {
    let w = matrix(224, Dtype::F32, [columns, 64], Quantization { group: 64, bits: 4 })?;
    product(kernels, unit(226, &[2, 3, 64], Dtype::F32)?, w)
}

/// A matrix of which each element of row `n` is `n`.
fn numbered_rows(dtype: Dtype, rows: usize, columns: usize) -> Checked<Quantized> {
    let (group, bits) = (32, 4);
    let groups = [rows, columns / group];
    let biases: Vec<_> = (0..rows).flat_map(|row| vec![row as f64; columns / group]).collect();
    Ok(Quantized {
        packed: vec![0; rows * columns * bits / 32],
        columns,
        scales: of(&groups, dtype, &vec![1.0; biases.len()])?,
        biases: of(&groups, dtype, &biases)?,
        quantization: Quantization { group, bits: bits as u32 },
    })
}

#[conformance(of = "quantized_matmul", uses = "quantization", dtype(F32, F64 uses("float64_quantization"), F16, BF16))]
pub fn a_row_by_rows(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let mut w = numbered_rows(dtype, 3, 32)?;
    // The second element of the first row is 15, the last of the last row 2 + 8.
    (w.packed[0], w.packed[11]) = (0xf0, 0x8000_0000);
    let mut x = vec![0.0; 64];
    (x[1], x[31], x[32]) = (1.0, 2.0, -1.0);
    let product = kernels.quantized_matmul(&of(&[2, 32], dtype, &x)?, &w)?;
    assert_eq!(product.dtype(), dtype);
    assert_holds(&product, &[2, 3], &[15.0, 3.0, 22.0, 0.0, -1.0, -2.0]);
    Ok(())
}

/// A sum of 4096 ones stays exact in f32, while one kept in f16 stops at 2048 and one in bf16 at 256.
#[conformance(of = "quantized_matmul", uses("quantization", "wide_accumulation"), dtype(F16, BF16))]
pub fn long_sums_are_not_kept_in_halves(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let product = kernels.quantized_matmul(&of(&[1, 4096], dtype, &[1.0; 4096])?, &numbered_rows(dtype, 2, 4096)?)?;
    assert_holds(&product, &[1, 2], &[0.0, 4096.0]);
    Ok(())
}

#[conformance(of = "quantized_matmul", uses = "quantization")]
pub fn nan_and_infinity_reach_their_row_only(kernels: &dyn Kernels) -> Checked {
    let mut x = [1.0; 96];
    (x[5], x[40]) = (f32::NAN, f32::INFINITY);
    let product = kernels.quantized_matmul(&Tensor::f32(&[3, 32], x)?, &numbered_rows(Dtype::F32, 2, 32)?)?;
    // ∞ · 0 is NaN.
    assert_holds(&product, &[3, 2], &[f64::NAN, f64::NAN, f64::NAN, f64::INFINITY, 0.0, 32.0]);
    Ok(())
}

#[conformance(of = "quantize", uses("quantization", "empty_tensors"))]
pub fn no_rows_are_quantized_to_no_rows(kernels: &dyn Kernels) -> Checked {
    let quantized = kernels.quantize(&Tensor::f32(&[0, 64], [])?, Quantization { group: 32, bits: 4 })?;
    assert_eq!(quantized.packed.len(), 0);
    assert_holds(&quantized.scales, &[0, 2], &[]);
    assert_holds(&quantized.biases, &[0, 2], &[]);
    Ok(())
}

#[conformance(of = "dequantize", uses("quantization", "empty_tensors"))]
pub fn no_rows_come_back_as_no_rows(kernels: &dyn Kernels) -> Checked {
    assert_holds(&kernels.dequantize(&numbered_rows(Dtype::F32, 0, 64)?)?, &[0, 64], &[]);
    Ok(())
}

#[conformance(of = "quantized_matmul", uses("quantization", "empty_tensors"))]
pub fn no_rows_by_rows_are_no_rows(kernels: &dyn Kernels) -> Checked {
    let w = numbered_rows(Dtype::F32, 2, 32)?;
    assert_holds(&kernels.quantized_matmul(&Tensor::f32(&[0, 32], [])?, &w)?, &[0, 2], &[]);
    Ok(())
}

#[conformance(of = "quantized_matmul", uses("quantization", "empty_tensors"))]
pub fn rows_by_no_rows_are_no_columns(kernels: &dyn Kernels) -> Checked {
    let none = numbered_rows(Dtype::F32, 0, 32)?;
    assert_holds(&kernels.quantized_matmul(&Tensor::f32(&[2, 32], [1.0; 64])?, &none)?, &[2, 0], &[]);
    Ok(())
}

#[conformance(of = "quantized_matmul", uses("quantization", "empty_tensors"))]
pub fn a_sum_without_terms_is_zero(kernels: &dyn Kernels) -> Checked {
    let w = numbered_rows(Dtype::F32, 2, 0)?;
    assert_holds(&kernels.quantized_matmul(&Tensor::f32(&[1, 0], [])?, &w)?, &[1, 2], &[0.0, 0.0]);
    Ok(())
}

#[conformance(of = "quantize", uses = "quantization")]
pub fn what_cannot_be_quantized_is_refused(kernels: &dyn Kernels) -> Checked {
    let (w, odd) = (unit(102, &[2, 64], Dtype::F32)?, unit(103, &[2, 33], Dtype::F32)?);
    for quantization in [Quantization { group: 48, bits: 4 }, Quantization { group: 32, bits: 7 }] {
        assert_refused(kernels.quantize(&w, quantization), |error| matches!(error, KernelError::Argument { .. }))?;
    }
    assert_refused(kernels.quantize(&odd, Quantization { group: 32, bits: 4 }), |error| {
        matches!(error, KernelError::Shape { .. })
    })?;
    Ok(())
}

#[conformance(of = "quantized_matmul", uses = "quantization")]
pub fn operands_that_do_not_fit_are_refused(kernels: &dyn Kernels) -> Checked {
    let w = numbered_rows(Dtype::F32, 2, 32)?;
    let shape = |error: &KernelError| matches!(error, KernelError::Shape { .. });
    assert_refused(kernels.quantized_matmul(&Tensor::f32(&[1, 64], [1.0; 64])?, &w), shape)?;
    assert_refused(kernels.quantized_matmul(&Tensor::f32(&[32], [1.0; 32])?, &w), shape)?;
    let x = Tensor::f32(&[1, 32], [1.0; 32])?;
    let short = Quantized { packed: vec![0; 7], ..w.clone() };
    assert_refused(kernels.quantized_matmul(&x, &short), shape)?;
    assert_refused(kernels.dequantize(&short), shape)?;
    let narrow = Quantized { columns: usize::MAX / 32 * 32, ..w.clone() };
    assert_refused(kernels.quantized_matmul(&x, &narrow), shape)?;
    let half = of(&[1, 32], Dtype::F16, &[1.0; 32])?;
    assert_refused(kernels.quantized_matmul(&half, &w), |error| matches!(error, KernelError::Dtype { .. }))?;
    let unknown = Quantized { quantization: Quantization { group: 32, bits: 3 }, ..w };
    assert_refused(kernels.quantized_matmul(&x, &unknown), |error| matches!(error, KernelError::Argument { .. }))?;
    Ok(())
}

/// 1 + 2^−40 is no 32-bit float.
#[conformance(of = "dequantize", uses("quantization", "float64"))]
pub fn wide_scales_keep_their_digits(kernels: &dyn Kernels) -> Checked {
    let (scale, one) = (1.0 + 2_f64.powi(-40), Quantization { group: 32, bits: 4 });
    let (scales, biases) = (Tensor::f64(&[1, 1], [scale])?, Tensor::f64(&[1, 1], [0.0])?);
    let w = Quantized { packed: vec![0x1111_1111; 4], columns: 32, scales, biases, quantization: one };
    assert_holds(&kernels.dequantize(&w)?, &[1, 32], &[scale; 32]);
    Ok(())
}
