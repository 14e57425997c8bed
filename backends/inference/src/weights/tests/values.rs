//! The elements, against the formulas of the formats.

use crosscheck_backends::device::Matrix;
use crosscheck_backends::{Data, Quantization, Quantized, Tensor};
use half::{bf16, f16};

use super::write::{Gguf, Noise, Safetensors};
use crate::weights::{LayerParameter, LoadError, Parameter, Weights};

fn f32s(tensor: &Tensor) -> &[f32] {
    match tensor.data() {
        Data::F32(values) => values,
        other => panic!("{other:?}"),
    }
}

/// As `Kernels::dequantize` has it.
fn dequantized(matrix: &Quantized) -> Vec<f32> {
    let bits = matrix.quantization.bits;
    let quants =
        matrix.packed.iter().flat_map(|word| (0..32 / bits).map(move |i| word >> (i * bits) & ((1 << bits) - 1)));
    let groups = f32s(&matrix.scales).iter().zip(f32s(&matrix.biases));
    let each = groups.flat_map(|group| [group; 32]);
    quants.zip(each).map(|(q, (scale, bias))| scale * q as f32 + bias).collect()
}

fn half(bytes: &[u8], at: usize) -> f32 {
    f16::from_bits(u16::from(bytes[at]) | u16::from(bytes[at + 1]) << 8).to_f32()
}

/// Element `i` of a block, as llama.cpp computes it.
fn element(dtype: &str, block: &[u8], i: usize) -> f32 {
    let nibble = |quants: usize| if i < 16 { block[quants + i] & 15 } else { block[quants + i - 16] >> 4 };
    match dtype {
        "Q4_0" => half(block, 0) * (i32::from(nibble(2)) - 8) as f32,
        "Q4_1" => half(block, 0) * f32::from(nibble(4)) + half(block, 2),
        "Q8_0" => half(block, 0) * f32::from(block[2 + i] as i8),
        other => panic!("no {other}"),
    }
}

/// Bits, with one zero.
fn bits(values: impl IntoIterator<Item = f32>) -> Vec<u32> {
    values.into_iter().map(|x| if x == 0.0 { 0 } else { x.to_bits() }).collect()
}

/// A model whose matrix of the embedding holds these bytes.
fn embedding(dtype: &str, rows: u32, data: Vec<u8>) -> Result<Matrix, LoadError> {
    let mut file = Gguf::tiny(dtype);
    file.set("llama.vocab_size", super::write::U32, rows.to_le_bytes());
    let tensor = file.tensor("token_embd.weight");
    (tensor.dims, tensor.data) = (vec![32, rows.into()], data);
    Weights::from_gguf(file.bytes()).unwrap().matrix(Parameter::Embedding)
}

#[test]
fn blocks_have_the_values_of_the_formats() {
    for (dtype, size, bits_each) in [("Q4_0", 18, 4), ("Q4_1", 20, 4), ("Q8_0", 34, 8)] {
        let data = Noise(11).data(dtype, 32 * 300);
        let Matrix::Quantized(matrix) = embedding(dtype, 300, data.clone()).unwrap() else { panic!("{dtype}") };
        assert_eq!((matrix.columns, matrix.scales.shape(), matrix.biases.shape()), (32, &[300, 1][..], &[300, 1][..]));
        assert_eq!(matrix.quantization, Quantization { group: 32, bits: bits_each });
        let expected = data.chunks_exact(size).flat_map(|block| (0..32).map(|i| element(dtype, block, i)));
        assert_eq!(bits(dequantized(&matrix)), bits(expected), "{dtype}");
    }
}

#[test]
fn blocks_have_the_values_of_the_formats_for_every_scale() {
    for (dtype, size) in [("Q4_0", 18), ("Q4_1", 20), ("Q8_0", 34)] {
        let mut data = Noise(13).data(dtype, 32 * (1 << 16));
        for (scale, block) in (0..=u16::MAX).zip(data.chunks_exact_mut(size)) {
            // Infinities and NaN have all bits of the exponent.
            let scale = if scale & 0x7C00 == 0x7C00 { 0 } else { scale };
            block[..2].copy_from_slice(&scale.to_le_bytes());
        }
        let Matrix::Quantized(matrix) = embedding(dtype, 1 << 16, data.clone()).unwrap() else { panic!("{dtype}") };
        let expected = data.chunks_exact(size).flat_map(|block| (0..32).map(|i| element(dtype, block, i)));
        assert!(bits(dequantized(&matrix)) == bits(expected), "{dtype}");
    }
}

#[test]
fn rows_of_several_blocks_stay_rows() {
    for dtype in ["Q4_0", "Q4_1", "Q8_0"] {
        let mut file = Gguf::tiny(dtype);
        let data = file.tensor("blk.0.ffn_down.weight").data.clone();
        let weights = Weights::from_gguf(file.bytes()).unwrap();
        let Matrix::Quantized(matrix) = weights.matrix(Parameter::Layer(0, LayerParameter::Down)).unwrap() else {
            panic!("{dtype}");
        };
        assert_eq!((matrix.columns, matrix.scales.shape()), (64, &[32, 2][..]));
        let size = data.len() / 64;
        let expected = data.chunks_exact(size).flat_map(|block| (0..32).map(|i| element(dtype, block, i)));
        assert_eq!(bits(dequantized(&matrix)), bits(expected), "{dtype}");
    }
}

#[test]
fn dense_elements_are_widened_exactly() {
    let halves: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
    for dtype in ["F16", "BF16"] {
        let Matrix::Dense(matrix) = embedding(dtype, 2048, halves.clone()).unwrap() else { panic!("{dtype}") };
        assert_eq!(matrix.shape(), [2048, 32]);
        for (bits, value) in (0..=u16::MAX).zip(f32s(&matrix)) {
            let expected = if dtype == "F16" { f16::from_bits(bits).to_f64() } else { bf16::from_bits(bits).to_f64() };
            assert!(f64::from(*value) == expected || (value.is_nan() && expected.is_nan()), "{dtype} {bits:x} {value}");
            assert_eq!(value.is_sign_negative(), bits >> 15 == 1);
        }
    }
    let data = Noise(3).data("F32", 64);
    let Matrix::Dense(matrix) = embedding("F32", 2, data.clone()).unwrap() else { panic!() };
    assert_eq!(f32s(&matrix).iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>(), data);
}

#[test]
fn safetensors_hold_the_same_elements() {
    for dtype in ["F32", "F16", "BF16"] {
        let file = Safetensors::tiny(dtype, true);
        let weights = Weights::from_safetensors(&file.config(), file.bytes()).unwrap();
        let mut read = Vec::new();
        // In the order of the file.
        for parameter in weights.parameters() {
            let tensor = match weights.vector(parameter) {
                Ok(tensor) => tensor,
                Err(_) => match weights.matrix(parameter).unwrap() {
                    Matrix::Dense(tensor) => tensor,
                    Matrix::Quantized(_) => panic!("{parameter:?}"),
                },
            };
            assert_eq!(tensor.shape(), parameter.shape(weights.config()));
            read.extend(f32s(&tensor).iter().flat_map(|x| match dtype {
                "F32" => x.to_le_bytes().to_vec(),
                "F16" => f16::from_f32(*x).to_le_bytes().to_vec(),
                _ => bf16::from_f32(*x).to_le_bytes().to_vec(),
            }));
        }
        assert!(read == file.data, "{dtype}");
    }
}

/// Which are alike in shape: keys and values, and both that the activation has to do with.
#[test]
fn each_parameter_of_a_gguf_file_is_the_tensor_of_its_name() {
    let file = Gguf::tiny("F32");
    let weights = Weights::from_gguf(file.bytes()).unwrap();
    assert_eq!(weights.parameters().count(), file.tensors.len());
    // In the order of the file.
    for (parameter, stored) in weights.parameters().zip(&file.tensors) {
        let tensor = weights.vector(parameter).unwrap_or_else(|_| match weights.matrix(parameter) {
            Ok(Matrix::Dense(tensor)) => tensor,
            other => panic!("{other:?}"),
        });
        let read = f32s(&tensor).iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>();
        assert!(read == stored.data, "{parameter:?} is not {}", stored.name);
    }
}

#[test]
fn a_scale_that_is_not_finite_is_refused() {
    for (dtype, size, at) in [("Q4_0", 18, 0), ("Q4_1", 20, 0), ("Q4_1", 20, 2), ("Q8_0", 34, 0)] {
        for bad in [f16::INFINITY, f16::NEG_INFINITY, f16::NAN] {
            let mut data = Noise(3).data(dtype, 64);
            data[size + at..size + at + 2].copy_from_slice(&bad.to_le_bytes());
            assert_eq!(
                embedding(dtype, 2, data).unwrap_err().to_string(),
                "model.gguf: tensor `token_embd.weight` has a scale that is not finite, in block 1: the file may be damaged"
            );
        }
    }
}

#[test]
fn what_a_model_does_not_have_is_not_read() {
    let weights = Weights::from_gguf(Gguf::tiny("Q8_0").bytes()).unwrap();
    let vector = |parameter| weights.vector(parameter).unwrap_err().to_string();
    let matrix = |parameter| weights.matrix(parameter).unwrap_err().to_string();
    assert_eq!(
        matrix(Parameter::Output),
        "this model has no output matrix of its own (`config().tied`): read the embedding instead"
    );
    assert_eq!(
        matrix(Parameter::Layer(1, LayerParameter::Up)),
        "Layer(1, Up) is not in this model: its layers are 0..1"
    );
    assert_eq!(matrix(Parameter::Norm), "Norm is not a matrix: ask `Weights::vector` for it");
    assert_eq!(vector(Parameter::Embedding), "Embedding is not a vector: ask `Weights::matrix` for it");
}

#[test]
fn bytes_that_change_under_the_model_are_no_panic() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    struct Shrinking(Vec<u8>, Arc<AtomicBool>);
    impl AsRef<[u8]> for Shrinking {
        fn as_ref(&self) -> &[u8] {
            if self.1.load(Ordering::Relaxed) { &[] } else { &self.0 }
        }
    }
    let gone = Arc::new(AtomicBool::new(false));
    let weights = Weights::from_gguf(Shrinking(Gguf::tiny("Q4_0").bytes(), gone.clone())).unwrap();
    gone.store(true, Ordering::Relaxed);
    let error = weights.vector(Parameter::Norm).unwrap_err().to_string();
    assert!(error.contains("where the file has 0 bytes"), "{error}");
}
