//! Tensors in a file, and their elements.

use std::collections::BTreeMap;
use std::ops::Range;

use crosscheck_backends::device::Matrix;
use crosscheck_backends::{Quantization, Quantized, Tensor};
use half::{bf16, f16};

use super::k;
use super::tensor_error::TensorError;
use crate::text::shown;

/// How a file holds the elements of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(non_camel_case_types, reason = "the names are those of the format")]
pub(super) enum Encoding {
    F32,
    F16,
    BF16,
    /// 32 elements `scale · (q − 8)`.
    Q4_0,
    /// 32 elements `scale · q + bias`.
    Q4_1,
    /// 32 elements `scale · q`, `q` with a sign.
    Q8_0,
    /// 256 elements in eight groups, `scale · q − minimum`, `q` of 4 bits.
    Q4_K,
    /// The same with 5 bits.
    Q5_K,
    /// 256 elements in 16 groups, `scale · (q − 32)`, `q` of 6 bits.
    Q6_K,
    /// 256 elements `scale · q`, `q` with a sign.
    Q8_K,
    /// 32 elements `scale · level`, one of 16 levels.
    IQ4_NL,
}

/// How many elements a block has.
pub(super) const BLOCK: usize = 32;
/// What the elements of a norm can be.
const DENSE: &str = "F32, F16 and BF16";

/// Where a tensor is in a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored {
    pub encoding: Encoding,
    /// Rows first, as in `Tensor`.
    pub shape: Vec<usize>,
    /// The bytes of the file.
    pub range: Range<usize>,
}

/// The tensors of a file by their names.
pub(super) type Table = BTreeMap<String, Stored>;

/// What is wrong with the tensor of this name.
pub(super) type Named = (String, TensorError);

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::Q4_0 => "Q4_0",
            Self::Q4_1 => "Q4_1",
            Self::Q8_0 => "Q8_0",
            Self::Q4_K => "Q4_K",
            Self::Q5_K => "Q5_K",
            Self::Q6_K => "Q6_K",
            Self::Q8_K => "Q8_K",
            Self::IQ4_NL => "IQ4_NL",
        }
    }

    /// How many elements make a block, and how many bytes it takes.
    pub fn block(self) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::BF16 => (1, 2),
            Self::Q4_0 => (BLOCK, 18),
            Self::Q4_1 => (BLOCK, 20),
            Self::Q8_0 => (BLOCK, 34),
            Self::IQ4_NL => (BLOCK, 18),
            Self::Q4_K => (k::BLOCK, 144),
            Self::Q5_K => (k::BLOCK, 176),
            Self::Q6_K => (k::BLOCK, 210),
            Self::Q8_K => (k::BLOCK, 292),
        }
    }

    /// How many bytes a tensor takes.
    pub fn size(self, shape: &[usize]) -> Result<usize, TensorError> {
        let too_large = || TensorError::Size { shape: shape.iter().map(|dim| *dim as u64).collect() };
        let elements = Tensor::count(shape).filter(|elements| *elements > 0).ok_or_else(too_large)?;
        let (block, bytes) = self.block();
        let columns = shape.last().copied().unwrap_or(1);
        if !columns.is_multiple_of(block) {
            return Err(TensorError::Blocks { columns, encoding: self.name(), block });
        }
        (elements / block).checked_mul(bytes).ok_or_else(too_large)
    }

    /// Whether a vector can be made of it.
    pub fn check_vector(self) -> Result<(), TensorError> {
        match self {
            Self::F32 | Self::F16 | Self::BF16 => Ok(()),
            _ => Err(TensorError::Dtype { found: self.name().to_owned(), supported: DENSE }),
        }
    }
}

/// Whether no two tensors share bytes.
pub(super) fn check_overlaps(tensors: &Table) -> Result<(), Named> {
    let mut ordered: Vec<_> = tensors.iter().map(|(name, stored)| (&stored.range, name)).collect();
    ordered.sort_unstable_by_key(|(range, _)| (range.start, range.end));
    for pair in ordered.windows(2) {
        if let [(before, other), (behind, name)] = pair
            && before.end > behind.start
        {
            return Err(((*name).clone(), TensorError::Overlap { other: shown(other) }));
        }
    }
    Ok(())
}

impl Stored {
    /// The elements of a matrix.
    pub fn matrix(&self, bytes: &[u8]) -> Result<Matrix, TensorError> {
        match self.encoding {
            Encoding::F32 | Encoding::F16 | Encoding::BF16 => self.dense(bytes).map(Matrix::Dense),
            Encoding::Q4_0 => self.blocks(bytes, 4, |block, words| {
                let (scale, quants) = block.split_at(2);
                nibbles(quants, words);
                let scale = half(scale);
                (scale, -8.0 * scale)
            }),
            Encoding::Q4_1 => self.blocks(bytes, 4, |block, words| {
                let (scale, rest) = block.split_at(2);
                let (bias, quants) = rest.split_at(2);
                nibbles(quants, words);
                (half(scale), half(bias))
            }),
            Encoding::Q8_0 => self.blocks(bytes, 8, |block, words| {
                let (scale, quants) = block.split_at(2);
                // From −128..128 to 0..256.
                words.extend(chunks(quants).map(|quants| u32::from_le_bytes(quants) ^ 0x8080_8080));
                let scale = half(scale);
                (scale, -128.0 * scale)
            }),
            Encoding::Q4_K => self.groups(bytes, 4, k::q4),
            Encoding::Q5_K => self.groups(bytes, 8, k::q5),
            Encoding::Q6_K => self.floats(bytes, k::q6),
            Encoding::Q8_K => self.floats(bytes, k::q8),
            Encoding::IQ4_NL => self.floats(bytes, k::iq4_nl),
        }
    }

    /// A matrix of blocks that hold several groups of 32, of each of which `read` adds the scale and the bias.
    fn groups(
        &self,
        bytes: &[u8],
        bits: u32,
        read: impl Fn(&[u8], &mut Vec<u32>, &mut Vec<(f32, f32)>),
    ) -> Result<Matrix, TensorError> {
        let (block, size) = self.encoding.block();
        let [rows, columns] = self.shape[..] else {
            return Err(TensorError::Rank { found: self.shape.len() as u32, limit: 2 });
        };
        let (mut packed, mut groups) = (Vec::new(), Vec::new());
        for (number, bytes) in bytes.chunks_exact(size).enumerate() {
            read(bytes, &mut packed, &mut groups);
            let of_block = &groups[number * block / BLOCK..];
            if of_block.iter().any(|(scale, bias)| !(scale.is_finite() && bias.is_finite())) {
                return Err(TensorError::Scale { block: number });
            }
        }
        let shape = [rows, columns / BLOCK];
        Ok(Matrix::Quantized(Quantized {
            packed,
            columns,
            scales: self.tensor(&shape, groups.iter().map(|(scale, _)| *scale).collect())?,
            biases: self.tensor(&shape, groups.iter().map(|(_, bias)| *bias).collect())?,
            quantization: Quantization { group: BLOCK, bits },
        }))
    }

    /// A matrix of blocks that have no form of the kernels: as 32-bit floats, each rounded where the format's own formula is.
    fn floats(&self, bytes: &[u8], read: impl Fn(&[u8], &mut Vec<f32>) -> f32) -> Result<Matrix, TensorError> {
        let (_, size) = self.encoding.block();
        let mut values = Vec::new();
        for (number, block) in bytes.chunks_exact(size).enumerate() {
            if !read(block, &mut values).is_finite() {
                return Err(TensorError::Scale { block: number });
            }
        }
        self.tensor(&self.shape, values).map(Matrix::Dense)
    }

    /// The elements of a vector, or of a matrix without blocks.
    pub fn dense(&self, bytes: &[u8]) -> Result<Tensor, TensorError> {
        self.encoding.check_vector()?;
        let values: Vec<f32> = match self.encoding {
            Encoding::F16 => chunks(bytes).map(|x| f16::from_le_bytes(x).to_f32()).collect(),
            Encoding::BF16 => chunks(bytes).map(|x| bf16::from_le_bytes(x).to_f32()).collect(),
            _ => chunks(bytes).map(f32::from_le_bytes).collect(),
        };
        self.tensor(&self.shape, values)
    }

    /// A matrix of blocks, of each of which `read` returns the scale and the bias. A scale has 11 bits and `q` 8 at most, so
    /// `scale · q` is exact in 32-bit floats, and the sum with the bias is rounded where the format's own formula is.
    fn blocks(
        &self,
        bytes: &[u8],
        bits: u32,
        read: impl Fn(&[u8], &mut Vec<u32>) -> (f32, f32),
    ) -> Result<Matrix, TensorError> {
        let (block, size) = self.encoding.block();
        let [rows, columns] = self.shape[..] else {
            return Err(TensorError::Rank { found: self.shape.len() as u32, limit: 2 });
        };
        let groups = bytes.len() / size;
        let mut packed = Vec::with_capacity(groups * (block * bits as usize / 32));
        let (mut scales, mut biases) = (Vec::with_capacity(groups), Vec::with_capacity(groups));
        for (number, block) in bytes.chunks_exact(size).enumerate() {
            let (scale, bias) = read(block, &mut packed);
            // ∞ · q − ∞ · 8 is not ∞ · (q − 8).
            if !(scale.is_finite() && bias.is_finite()) {
                return Err(TensorError::Scale { block: number });
            }
            scales.push(scale);
            biases.push(bias);
        }
        let shape = [rows, columns / block];
        Ok(Matrix::Quantized(Quantized {
            packed,
            columns,
            scales: self.tensor(&shape, scales)?,
            biases: self.tensor(&shape, biases)?,
            quantization: Quantization { group: block, bits },
        }))
    }

    /// The shape was checked against the length of the file, so it fits the elements.
    fn tensor(&self, shape: &[usize], values: Vec<f32>) -> Result<Tensor, TensorError> {
        let size = |_| TensorError::Size { shape: self.shape.iter().map(|dim| *dim as u64).collect() };
        Tensor::f32(shape, values).map_err(size)
    }
}

/// Byte `j` holds element `j` in its low half, and the element that is as many behind as there are bytes in its high half.
pub(super) fn nibbles(quants: &[u8], words: &mut Vec<u32>) {
    for shift in [0, 4] {
        for eight in quants.chunks_exact(8) {
            words.push(eight.iter().rev().fold(0, |word, byte| word << 4 | u32::from(byte >> shift & 15)));
        }
    }
}

pub(super) fn half(bytes: &[u8]) -> f32 {
    let [low, high, ..] = *bytes else { return f32::NAN };
    f16::from_le_bytes([low, high]).to_f32()
}

fn chunks<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks::<N>().0.iter().copied()
}
