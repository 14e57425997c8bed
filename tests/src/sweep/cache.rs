//! Calls that differ from the one before them in one thing: what a backend keeps for calls of the same kind, and finds again by too
//! little, is another call's.

use crosscheck::{Case, conformance};
use crosscheck_backends::{Dtype, Kernels, Logits, Rope, RopeLayout, Tensor};

use super::call::{Call, Masked, Reduced};
use super::operation::{Operation, Types};
use super::specimen::Specimen;
use crate::Checked;

/// Squares among them, of which each axis looks like the other.
const SHAPES: [&[usize]; 4] = [&[7], &[4, 4], &[3, 2, 4], &[2, 2, 4, 4]];

fn operations() -> Vec<Case<(Operation, Types)>> {
    Operation::cases(|operation, types| vec![("cache".to_owned(), (operation, types))])
}

/// Each call, one that differs from it, and the first again.
#[conformance(cases(operations))]
pub fn calls_are_told_apart(kernels: &dyn Kernels, case: &(Operation, Types)) -> Checked {
    let (operation, types) = case;
    for dtype in types.dtypes() {
        for shape in SHAPES.iter().filter(|shape| operation.ranks().contains(&shape.len())) {
            for specimen in operation.specimens(shape, *dtype)? {
                specimen.assert_holds(kernels)?;
                for other in neighbours(&specimen)? {
                    other.assert_holds(kernels)?;
                }
                specimen.assert_holds(kernels)?;
            }
        }
    }
    Ok(())
}

/// Calls that differ in one parameter, or in one element of one operand.
fn neighbours(specimen: &Specimen) -> Checked<Vec<Specimen>> {
    let Specimen { call, operands } = specimen;
    let mut neighbours: Vec<_> = parameters(call).into_iter().map(|call| (call, operands.clone())).collect();
    for (at, x) in operands.iter().enumerate() {
        if let Some(x) = touched(call, at, x)? {
            let mut operands = operands.clone();
            operands[at] = x;
            neighbours.push((call.clone(), operands));
        }
    }
    Ok(neighbours.into_iter().map(|(call, operands)| Specimen { call, operands }).collect())
}

fn parameters(call: &Call) -> Vec<Call> {
    match call {
        Call::Rope(rope) => {
            let layout = match rope.layout {
                RopeLayout::Halves => RopeLayout::Interleaved,
                RopeLayout::Interleaved => RopeLayout::Halves,
            };
            let mut others = vec![
                Rope { base: rope.base * 2.0, ..*rope },
                Rope { scale: rope.scale * 2.0, ..*rope },
                Rope { offset: rope.offset + 1, ..*rope },
                Rope { layout, ..*rope },
            ];
            if rope.dims > 2 {
                others.push(Rope { dims: rope.dims - 2, ..*rope });
            }
            others.into_iter().map(Call::Rope).collect()
        }
        Call::Attention { logits, masked } => {
            let Logits { scale, softcap } = *logits;
            let cap = softcap.map_or(0.25, |cap| cap * 2.0);
            let mut others = vec![(Logits { scale: scale / 2.0, softcap }, *masked), (logits.capped(cap), *masked)];
            match masked {
                Masked::Window(window) => others.push((*logits, Masked::Window(window + 1))),
                Masked::AdditiveWindow(window) => others.push((*logits, Masked::AdditiveWindow(window + 1))),
                Masked::Causal => others.push((*logits, Masked::Window(1))),
                Masked::AdditiveCausal => others.push((*logits, Masked::AdditiveWindow(1))),
                Masked::Not | Masked::Additive => {}
            }
            others.into_iter().map(|(logits, masked)| Call::Attention { logits, masked }).collect()
        }
        Call::Reduce(lane, Reduced { axes: Some(axes), kept }) if axes.is_empty() => {
            vec![Call::Reduce(lane, Reduced { axes: None, kept: *kept })]
        }
        Call::Reduce(lane, Reduced { axes, kept }) => {
            vec![Call::Reduce(lane, Reduced { axes: axes.clone(), kept: !kept })]
        }
        Call::TopK { k, axis } if *k > 1 => vec![Call::TopK { k: k - 1, axis: *axis }],
        Call::Dequantize(levels) | Call::QuantizedMatmul(levels) => {
            let mut levels = levels.clone();
            let at = levels.levels.len() / 2;
            match levels.levels.get_mut(at) {
                Some(level) => *level ^= 5,
                None => return Vec::new(),
            }
            let same = matches!(call, Call::Dequantize(_));
            vec![if same { Call::Dequantize(levels) } else { Call::QuantizedMatmul(levels) }]
        }
        _ => Vec::new(),
    }
}

/// The operand with another element in its middle, where that is neither its first nor its last one; positions and the ends of
/// groups are exchanged with each other, so that they stay valid.
fn touched(call: &Call, operand: usize, x: &Tensor) -> Checked<Option<Tensor>> {
    let mut values = x.to_f64();
    let middle = values.len() / 2;
    let exchanged = match call {
        Call::Embedding | Call::SliceAt(_) | Call::TakeAlongAxis(_) => operand == 1,
        Call::UpdateAt => operand == 2,
        Call::Quantize(_) => true,
        _ => false,
    };
    match values.get(middle).copied() {
        None => return Ok(None),
        Some(value) if exchanged => {
            let Some(other) = (0..values.len()).rev().find(|at| values[*at] != value) else { return Ok(None) };
            values.swap(middle, other);
        }
        Some(value) if x.dtype() == Dtype::Bool => values[middle] = 1.0 - value,
        Some(value) => values[middle] = 2.0 * value + if value < 0.0 { -1.0 } else { 1.0 },
    }
    Tensor::from_f64(x.shape(), x.dtype(), &values).map(Some)
}
