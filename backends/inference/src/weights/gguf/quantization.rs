//! The types of elements that GGUF has.

use crate::weights::stored::Encoding;
use crate::weights::tensor_error::TensorError;

const SUPPORTED: &str = "F32, F16, BF16, Q4_0, Q4_1, Q8_0, Q4_K, Q5_K, Q6_K, Q8_K and IQ4_NL";

/// The type of this number.
pub(in crate::weights) fn encoding(number: u32) -> Result<Encoding, TensorError> {
    Ok(match number {
        0 => Encoding::F32,
        1 => Encoding::F16,
        2 => Encoding::Q4_0,
        3 => Encoding::Q4_1,
        8 => Encoding::Q8_0,
        12 => Encoding::Q4_K,
        13 => Encoding::Q5_K,
        14 => Encoding::Q6_K,
        15 => Encoding::Q8_K,
        20 => Encoding::IQ4_NL,
        30 => Encoding::BF16,
        _ => {
            let found = name(number).map_or_else(|| number.to_string(), |name| format!("{number} ({name})"));
            return Err(TensorError::Dtype { found, supported: SUPPORTED });
        }
    })
}

/// What llama.cpp calls those that are not supported.
fn name(number: u32) -> Option<&'static str> {
    Some(match number {
        4 => "Q4_2",
        5 => "Q4_3",
        6 => "Q5_0",
        7 => "Q5_1",
        9 => "Q8_1",
        10 => "Q2_K",
        11 => "Q3_K",
        16 => "IQ2_XXS",
        17 => "IQ2_XS",
        18 => "IQ3_XXS",
        19 => "IQ1_S",
        21 => "IQ3_S",
        22 => "IQ2_S",
        23 => "IQ4_XS",
        24 => "I8",
        25 => "I16",
        26 => "I32",
        27 => "I64",
        28 => "F64",
        29 => "IQ1_M",
        31 => "Q4_0_4_4",
        32 => "Q4_0_4_8",
        33 => "Q4_0_8_8",
        34 => "TQ1_0",
        35 => "TQ2_0",
        39 => "MXFP4",
        _ => return None,
    })
}
