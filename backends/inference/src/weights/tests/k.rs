//! The types of GGUF against what the `gguf` package takes out of them.

use std::fs;

use crosscheck_backends::Kernels;
use crosscheck_backends::device::Matrix;
use crosscheck_backends::reference::Reference;
use safetensors::SafeTensors;

use crate::weights::gguf::encoding;
use crate::weights::stored::Stored;
use crate::weights::tensor_error::TensorError;

const TYPES: [(u32, &str); 8] =
    [(2, "Q4_0"), (3, "Q4_1"), (8, "Q8_0"), (12, "Q4_K"), (13, "Q5_K"), (14, "Q6_K"), (15, "Q8_K"), (20, "IQ4_NL")];

fn read(number: u32, bytes: &[u8]) -> Result<Matrix, TensorError> {
    let encoding = encoding(number).unwrap();
    Stored { encoding, shape: vec![3, 512], range: 0..bytes.len() }.matrix(bytes)
}

#[test]
fn every_type_has_the_values_of_the_package() {
    let file = fs::read(format!("{}/quants.safetensors", crosscheck_fixtures::LOADS)).unwrap();
    let file = SafeTensors::deserialize(&file).unwrap();
    assert_eq!(file.len(), 2 * TYPES.len());
    for (number, name) in TYPES {
        let of = |part: &str| file.tensor(&format!("{name}.{part}")).unwrap().data().to_vec();
        let (bytes, expected) = (of("bytes"), of("expected"));
        assert_eq!(
            (encoding(number).unwrap().name(), encoding(number).unwrap().size(&[3, 512])),
            (name, Ok(bytes.len()))
        );
        let made = match read(number, &bytes).unwrap() {
            Matrix::Dense(made) => made,
            Matrix::Quantized(made) => Reference.dequantize(&made).unwrap(),
        };
        let expected: Vec<f64> =
            expected.as_chunks().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect();
        assert_eq!(made.shape(), [3, 512]);
        assert!(made.to_f64() == expected, "{name}");
    }
}

#[test]
fn a_scale_that_is_not_finite_is_refused_in_its_block() {
    let file = fs::read(format!("{}/quants.safetensors", crosscheck_fixtures::LOADS)).unwrap();
    let file = SafeTensors::deserialize(&file).unwrap();
    for (number, name, at) in [
        (12, "Q4_K", 0),
        (12, "Q4_K", 2),
        (13, "Q5_K", 0),
        (13, "Q5_K", 2),
        (14, "Q6_K", 208),
        (15, "Q8_K", 2),
        (20, "IQ4_NL", 0),
    ] {
        let mut bytes = file.tensor(&format!("{name}.bytes")).unwrap().data().to_vec();
        let (block, size) = encoding(number).unwrap().block();
        let last = 3 * 512 / block - 1;
        // Infinity as a half, and as the upper half of a float.
        let infinity = if name == "Q8_K" { [0x80, 0x7f] } else { [0, 0x7c] };
        bytes[last * size + at..][..2].copy_from_slice(&infinity);
        assert_eq!(read(number, &bytes).unwrap_err(), TensorError::Scale { block: last }, "{name}");
    }
}
