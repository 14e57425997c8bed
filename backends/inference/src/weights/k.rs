//! Blocks whose layout is more than a scale and its elements: the k-quants and `IQ4_NL`, as ggml lays them out
//! (`ggml-common.h`, `dequantize_row_…` in `ggml-quants.c`).

use super::stored::{half, nibbles};

/// How many elements a block of k-quants has.
pub(super) const BLOCK: usize = 256;

/// The levels of `IQ4_NL`.
const LEVELS: [f32; 16] =
    [-127.0, -104.0, -83.0, -65.0, -49.0, -35.0, -22.0, -10.0, 1.0, 13.0, 25.0, 38.0, 53.0, 69.0, 89.0, 113.0];

/// Eight groups of 32: the words of 4 bits, and the scale and the bias of each group. Both are exact: they have 11 and 6 bits.
pub(super) fn q4(block: &[u8], words: &mut Vec<u32>, groups: &mut Vec<(f32, f32)>) {
    let (head, quants) = block.split_at(16);
    scales(head, groups);
    quants.chunks_exact(32).for_each(|quants| nibbles(quants, words));
}

/// The same with words of 8 bits, of which 5 are used.
pub(super) fn q5(block: &[u8], words: &mut Vec<u32>, groups: &mut Vec<(f32, f32)>) {
    let (head, rest) = block.split_at(16);
    let (high, low) = rest.split_at(32);
    scales(head, groups);
    for group in 0..8 {
        let low = &low[group / 2 * 32..];
        let element = |at: usize| low[at] >> (group % 2 * 4) & 15 | (high[at] >> group & 1) << 4;
        words.extend((0..8).map(|word| u32::from_le_bytes([0, 1, 2, 3].map(|byte| element(4 * word + byte)))));
    }
}

/// Two halves and twelve bytes with eight scales and eight minima of 6 bits.
fn scales(head: &[u8], groups: &mut Vec<(f32, f32)>) {
    let (scale, minimum, packed) = (half(head), half(&head[2..]), &head[4..16]);
    for group in 0..8 {
        let (of_scale, of_minimum) = if group < 4 {
            (packed[group] & 63, packed[group + 4] & 63)
        } else {
            let last = packed[group + 4];
            (last & 15 | packed[group - 4] >> 6 << 4, last >> 4 | packed[group] >> 6 << 4)
        };
        groups.push((scale * f32::from(of_scale), -(minimum * f32::from(of_minimum))));
    }
}

/// The floats of a block, and its scale.
pub(super) fn q6(block: &[u8], values: &mut Vec<f32>) -> f32 {
    let (low, rest) = block.split_at(128);
    let (high, rest) = rest.split_at(64);
    let (scales, scale) = rest.split_at(16);
    let scale = half(scale);
    for element in 0..BLOCK {
        let (part, at) = (element / 128, element % 128);
        let nibble = low[64 * part + at % 64] >> (at / 64 * 4) & 15;
        let bits = high[32 * part + at % 32] >> (at / 32 * 2) & 3;
        let level = i16::from(nibble | bits << 4) - 32;
        let of_group = scale * f32::from(scales[element / 16] as i8);
        values.push(of_group * f32::from(level));
    }
    scale
}

/// A float, 256 elements, and sums of them that products need.
pub(super) fn q8(block: &[u8], values: &mut Vec<f32>) -> f32 {
    let (scale, rest) = block.split_at(4);
    let scale = f32::from_le_bytes([scale[0], scale[1], scale[2], scale[3]]);
    values.extend(rest[..BLOCK].iter().map(|&level| scale * f32::from(level as i8)));
    scale
}

/// A half, and 32 levels.
pub(super) fn iq4_nl(block: &[u8], values: &mut Vec<f32>) -> f32 {
    let (scale, quants) = block.split_at(2);
    let scale = half(scale);
    for shift in [0, 4] {
        values.extend(quants.iter().map(|byte| scale * LEVELS[usize::from(byte >> shift & 15)]));
    }
    scale
}
