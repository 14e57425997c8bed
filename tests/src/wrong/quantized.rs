//! Quantized matrices, and what can become one.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, KernelError, Kernels, Quantization, Quantized, Tensor};

use super::Kind::{self, Argument, Shape, Type};
use super::{Kernel, NO_FLOATS, floats, ones, others};
use crate::Checked;

/// Groups and bits that are not known, each beside such as are.
fn unknown() -> impl Iterator<Item = Quantization> {
    let groups = [0, 1, 16, 31, 33, 48, 63, 96, 127, 129, 256, usize::MAX, (1 << 32) + 32];
    let bits = [0, 1, 2, 3, 5, 6, 7, 9, 16, 32, u32::MAX];
    let groups = groups.into_iter().flat_map(|group| [4, 8].map(|bits| Quantization { group, bits }));
    groups.chain(bits.into_iter().flat_map(|bits| [32, 64, 128].map(|group| Quantization { group, bits })))
}

#[conformance(of = "quantize", uses = "quantization", bits(4, 8))]
pub fn quantize(kernels: &dyn Kernels, bits: u32) -> Checked {
    let kernel = Kernel("quantize");
    for group in [32, 64, 128] {
        let known = Quantization { group, bits };
        kernels.quantize(&floats(&[2, group])?, known)?;
        for columns in [1, group - 1, group + 1, group / 2, group * 3 / 2] {
            kernel.assert_refuses(Shape, (group, columns), kernels.quantize(&floats(&[2, columns])?, known))?;
            // As many elements as whole groups have.
            kernel.assert_refuses(Shape, (group, columns), kernels.quantize(&floats(&[group, columns])?, known))?;
        }
        for shape in [&[][..], &[group], &[1, 2, group], &[2, group, 1]] {
            kernel.assert_refuses(Shape, shape, kernels.quantize(&floats(shape)?, known))?;
        }
        for dtype in NO_FLOATS {
            kernel.assert_refuses(Type, (group, dtype), kernels.quantize(&ones(&[2, group], dtype)?, known))?;
        }
    }
    let w = floats(&[2, 128])?;
    for unknown in unknown() {
        kernel.assert_refuses(Argument, unknown, kernels.quantize(&w, unknown))?;
    }
    Ok(())
}

/// A matrix `[3, 2 · group]` of this kind.
fn matrix(quantization: Quantization) -> Checked<Quantized> {
    let Quantization { group, bits } = quantization;
    let parts = floats(&[3, 2])?;
    let words = 3 * 2 * group * bits as usize / 32;
    Ok(Quantized { packed: vec![0; words], columns: 2 * group, scales: parts.clone(), biases: parts, quantization })
}

/// What is wrong with a matrix, in one way each.
fn broken(quantization: Quantization) -> Checked<Vec<(Kind, Quantized)>> {
    let w = matrix(quantization)?;
    let (words, columns) = (w.packed.len(), w.columns);
    let Quantization { group, bits } = quantization;
    let packed = |count: usize| (Shape, Quantized { packed: vec![0; count], ..w.clone() });
    let wide = |columns: usize| (Shape, Quantized { columns, ..w.clone() });
    let mut broken = vec![packed(0), packed(words - 1), packed(words + 1), packed(words * 2), packed(words / 2)];
    broken
        .extend([0, columns - 1, columns + 1, columns - group, columns + group, columns * 2, 3, usize::MAX].map(wide));
    for shape in
        [&[][..], &[6], &[2, 3], &[3, 1], &[3, 3], &[2, 2], &[4, 2], &[1, 2], &[3, 2, 1], &[1, 3, 2], &[0, 2], &[3, 0]]
    {
        let other = floats(shape)?;
        broken.push((Shape, Quantized { scales: other.clone(), ..w.clone() }));
        broken.push((Shape, Quantized { biases: other.clone(), ..w.clone() }));
        broken.push((Shape, Quantized { scales: other.clone(), biases: other, ..w.clone() }));
    }
    for other in others(Dtype::F32) {
        broken.push((Type, Quantized { scales: ones(&[3, 2], other)?, ..w.clone() }));
        broken.push((Type, Quantized { biases: ones(&[3, 2], other)?, ..w.clone() }));
    }
    for dtype in NO_FLOATS {
        broken.push((Type, Quantized { scales: ones(&[3, 2], dtype)?, biases: ones(&[3, 2], dtype)?, ..w.clone() }));
    }
    // Of another kind, the words are not as many, or the groups.
    let known = [32, 64, 128].into_iter().flat_map(|group| [4, 8].map(|bits| Quantization { group, bits }));
    broken.extend(
        known
            .filter(|other| (other.group, other.bits) != (group, bits))
            .map(|quantization| (Shape, Quantized { quantization, ..w.clone() })),
    );
    broken.extend(unknown().map(|quantization| (Argument, Quantized { quantization, ..w.clone() })));
    Ok(broken)
}

#[track_caller]
fn assert_broken<T: std::fmt::Debug>(
    kernel: Kernel,
    quantization: Quantization,
    call: impl Fn(&Quantized) -> Result<T, KernelError>,
) -> Checked {
    call(&matrix(quantization)?)?;
    for (kind, w) in broken(quantization)? {
        let Quantized { packed, columns, scales, biases, quantization } = &w;
        let what =
            (packed.len(), columns, scales.dtype(), scales.shape(), biases.dtype(), biases.shape(), quantization);
        kernel.assert_refuses(kind, what, call(&w))?;
    }
    Ok(())
}

#[conformance(of = "dequantize", uses = "quantization", group(32, 64, 128), bits(4, 8))]
pub fn dequantize(kernels: &dyn Kernels, group: usize, bits: u32) -> Checked {
    assert_broken(Kernel("dequantize"), Quantization { group, bits }, |w| kernels.dequantize(w))
}

#[conformance(of = "quantized_matmul", uses = "quantization", group(32, 64, 128), bits(4, 8))]
pub fn quantized_matmul(kernels: &dyn Kernels, group: usize, bits: u32) -> Checked {
    let (kernel, quantization) = (Kernel("quantized_matmul"), Quantization { group, bits });
    let (x, w) = (floats(&[3, 2 * group])?, matrix(quantization)?);
    assert_broken(kernel, quantization, |w| kernels.quantized_matmul(&x, w))?;
    for shape in
        [&[][..], &[2 * group], &[3, group], &[3, 2 * group + 1], &[3, 0], &[2 * group, 3], &[3, 1], &[2 * group, 1]]
    {
        kernel.assert_refuses(Shape, shape, kernels.quantized_matmul(&floats(shape)?, &w))?;
    }
    for other in others(Dtype::F32) {
        kernel.assert_refuses(Type, other, kernels.quantized_matmul(&ones(&[3, 2 * group], other)?, &w))?;
    }
    // Scales of 16 bits, and what is multiplied of more or of others.
    for dtype in [Dtype::F16, Dtype::BF16] {
        let of = |x: &Tensor| ones(x.shape(), dtype);
        let w = Quantized { scales: of(&w.scales)?, biases: of(&w.biases)?, ..w.clone() };
        for other in others(dtype) {
            let made = kernels.quantized_matmul(&ones(&[3, 2 * group], other)?, &w);
            kernel.assert_refuses(Type, (dtype, other), made)?;
        }
    }
    Ok(())
}
