//! Every operation of the contract, once: which types and ranks it takes, what it needs of a backend, and calls of it on a shape.

use std::ops::RangeInclusive;

use crosscheck::Case;
use crosscheck_backends::{Dtype, Logits, Quantization, Rope, RopeLayout, Tensor};

use super::call::{Call, Levels, Masked, Reduced};
use super::function::{BINARY, Binary, LANE, Lane, Operands, UNARY, Unary};
use super::grid::with;
use super::numbers::{distinct, divisors, hash, positions, steps, values};
use super::specimen::Specimen;
use crate::Checked;

/// An operation.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    Unary(&'static Unary),
    Binary(&'static Binary),
    Lane(&'static Lane),
    Select,
    Cast,
    Softmax,
    TopK,
    Matmul,
    RmsNorm,
    LayerNorm,
    Rope,
    Attention,
    Embedding,
    SliceAt,
    UpdateAt,
    TakeAlongAxis,
    Concatenate,
    Transpose,
    BroadcastTo,
    Quantize,
    Dequantize,
    QuantizedMatmul,
}

/// Types that go together: what a backend cannot do of one of them, it cannot do of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Types {
    Floats,
    Wide,
    Whole,
    Integers,
    Int8,
    Truth,
}

impl Types {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Floats => "floats",
            Self::Wide => "wide",
            Self::Whole => "whole",
            Self::Integers => "integers",
            Self::Int8 => "int8",
            Self::Truth => "truth",
        }
    }

    pub const fn dtypes(self) -> &'static [Dtype] {
        match self {
            Self::Floats => &[Dtype::F32, Dtype::F16, Dtype::BF16],
            Self::Wide => &[Dtype::F64],
            Self::Whole => &[Dtype::I32],
            Self::Integers => &[Dtype::I64, Dtype::U8],
            Self::Int8 => &[Dtype::I8],
            Self::Truth => &[Dtype::Bool],
        }
    }
}

/// All operations.
fn operations() -> Vec<Operation> {
    use Operation::*;
    let formulas = UNARY.iter().map(Unary).chain(BINARY.iter().map(Binary)).chain(LANE.iter().map(Lane));
    let others = [
        Select,
        Cast,
        Softmax,
        TopK,
        Matmul,
        RmsNorm,
        LayerNorm,
        Rope,
        Attention,
        Embedding,
        SliceAt,
        UpdateAt,
        TakeAlongAxis,
        Concatenate,
        Transpose,
        BroadcastTo,
        Quantize,
        Dequantize,
        QuantizedMatmul,
    ];
    formulas.chain(others).collect()
}

impl Operation {
    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unary(unary) => unary.name,
            Self::Binary(binary) => binary.name,
            Self::Lane(lane) => lane.name,
            Self::Select => "select",
            Self::Cast => "cast",
            Self::Softmax => "softmax",
            Self::TopK => "top_k",
            Self::Matmul => "matmul",
            Self::RmsNorm => "rms_norm",
            Self::LayerNorm => "layer_norm",
            Self::Rope => "rope",
            Self::Attention => "scaled_dot_product_attention",
            Self::Embedding => "embedding",
            Self::SliceAt => "slice_at",
            Self::UpdateAt => "update_at",
            Self::TakeAlongAxis => "take_along_axis",
            Self::Concatenate => "concatenate",
            Self::Transpose => "transpose",
            Self::BroadcastTo => "broadcast_to",
            Self::Quantize => "quantize",
            Self::Dequantize => "dequantize",
            Self::QuantizedMatmul => "quantized_matmul",
        }
    }

    /// The types that it takes.
    pub fn types(self) -> &'static [Types] {
        use Types::*;
        match self {
            Self::Unary(Unary { of_numbers: false, .. })
            | Self::Lane(Lane { of_numbers: false, .. })
            | Self::Softmax
            | Self::RmsNorm
            | Self::LayerNorm
            | Self::Rope
            | Self::Attention => &[Floats, Wide],
            Self::Unary(_)
            | Self::Lane(_)
            | Self::Binary(Binary { of: Operands::Numbers | Operands::Divisors, .. }) => &[Floats, Wide, Whole],
            Self::TopK | Self::Matmul => &[Floats, Wide, Whole],
            // Scales of 64 bits are a feature of their own, and compared elsewhere.
            Self::Quantize | Self::Dequantize | Self::QuantizedMatmul => &[Floats],
            _ => &[Floats, Wide, Whole, Integers, Int8, Truth],
        }
    }

    /// How many dimensions the shape may have that [`specimens`](Self::specimens) is given.
    pub fn ranks(self) -> RangeInclusive<usize> {
        match self {
            Self::Lane(lane) => usize::from(lane.is_place())..=10,
            Self::Softmax | Self::TopK | Self::RmsNorm | Self::LayerNorm | Self::TakeAlongAxis | Self::Concatenate => {
                1..=10
            }
            Self::Matmul | Self::Rope | Self::QuantizedMatmul => 2..=10,
            Self::Quantize | Self::Dequantize => 2..=2,
            Self::Attention => 4..=4,
            _ => 0..=10,
        }
    }

    /// A case about this operation and these types, with the markers of what it uses.
    fn case<T>(self, name: String, types: Types, content: T) -> Case<T> {
        let case = Case::new(name, content).of(self.name());
        let case = match self {
            Self::SliceAt | Self::UpdateAt => case.marker("dynamic_offsets"),
            Self::Quantize | Self::Dequantize | Self::QuantizedMatmul => case.marker("quantization"),
            Self::Matmul if types == Types::Whole => case.marker("integer_matmul"),
            _ => case,
        };
        match types {
            Types::Wide => case.marker("float64"),
            Types::Int8 => case.marker("int8"),
            _ => case,
        }
    }

    /// Cases of each operation and each kind of types that it takes; `of` gives their names and contents.
    pub fn cases<T>(of: impl Fn(Self, Types) -> Vec<(String, T)>) -> Vec<Case<T>> {
        let all = operations().into_iter();
        let pairs = all.flat_map(|operation| operation.types().iter().map(move |types| (operation, *types)));
        let cases = pairs.flat_map(|(operation, types)| {
            let named = of(operation, types).into_iter();
            named.map(move |(name, content)| {
                let name = format!("{}/{name}/{}", operation.name(), types.name());
                operation.case(name, types, content)
            })
        });
        cases.collect()
    }

    /// Calls of it on operands of this shape, or made of it: along each axis, with each permutation.
    pub fn specimens(self, shape: &[usize], dtype: Dtype) -> Checked<Vec<Specimen>> {
        let some = |number| steps(number, shape, dtype, 31, 0.25);
        // Exponentials of which none is lost beside the others.
        let logits = |shape: &[usize]| steps(11, shape, dtype, 31, 1.0 / 32.0);
        let one = |call, operands: Vec<Tensor>| Ok(vec![Specimen { call, operands }]);
        let along = |call: &dyn Fn(usize) -> Checked<Option<Specimen>>| {
            (0..shape.len()).filter_map(|axis| call(axis).transpose()).collect()
        };
        match self {
            Self::Unary(unary) => {
                let x = match unary {
                    // Ties have a check of their own: thirds of whole numbers are no ties.
                    Unary { name: "round", .. } => steps(1, shape, dtype, 31, 1.0 / 3.0)?,
                    Unary { positive: true, .. } => positive(1, shape, dtype)?,
                    _ => some(1)?,
                };
                one(Call::Unary(unary), vec![x])
            }
            Self::Binary(binary) => {
                let second = |shape: &[usize]| match binary.of {
                    Operands::Divisors => divisors(2, shape, dtype),
                    Operands::Numbers => steps(2, shape, dtype, 31, 0.25),
                    // Of which many are equal.
                    Operands::Everything => steps(2, shape, dtype, 2, 0.25),
                };
                let first = |shape: &[usize]| {
                    steps(1, shape, dtype, if binary.of == Operands::Everything { 2 } else { 31 }, 0.25)
                };
                let shapes =
                    [shape.to_vec(), thinned(shape, 0), thinned(shape, 1), shape[shape.len().min(1)..].to_vec()];
                let call = |a: &[usize], b: &[usize]| {
                    Ok(Specimen { call: Call::Binary(binary), operands: vec![first(a)?, second(b)?] })
                };
                let mut specimens = shapes.iter().map(|b| call(shape, b)).collect::<Checked<Vec<_>>>()?;
                specimens.push(call(&shapes[1], &shapes[2])?);
                specimens.push(call(&shapes[2], &shapes[1])?);
                specimens.push(call(&shapes[3], shape)?);
                // What is added to each row of several matrices.
                if let [_, _, .., last] = shape {
                    specimens.push(call(shape, &[*last])?);
                    specimens.push(call(&[*last], shape)?);
                }
                Ok(specimens)
            }
            Self::Lane(lane) => {
                let x = if lane.name == "logsumexp" { logits(shape)? } else { some(1)? };
                // All elements add up to numbers of each type, also on the way.
                let terms =
                    if matches!(lane.name, "sum" | "mean") { steps(1, shape, dtype, 3, 1.0)? } else { x.clone() };
                let has_extreme = |axis: &usize| !lane.refuses_nothing || shape[*axis] > 0;
                let one = (0..shape.len()).filter(has_extreme).map(|axis| Call::Lane(lane, axis));
                let several = reduced(shape.len()).into_iter().filter(|reduced| match &reduced.axes {
                    Some(axes) => axes.iter().all(has_extreme),
                    None => (0..shape.len()).all(|axis| has_extreme(&axis)),
                });
                let several = several.filter(|_| !lane.is_place()).map(|reduced| Call::Reduce(lane, reduced));
                let of = |x: Tensor| move |call| Specimen { call, operands: vec![x.clone()] };
                Ok(one.map(of(x)).chain(several.map(of(terms))).collect())
            }
            Self::Select => {
                let call = |condition: &[usize], a: &[usize], b: &[usize]| {
                    let condition = steps(3, condition, Dtype::Bool, 1, 1.0)?;
                    let operands = vec![condition, distinct(1, a, dtype)?, distinct(2, b, dtype)?];
                    Ok(Specimen { call: Call::Select, operands })
                };
                let (even, odd) = (thinned(shape, 0), thinned(shape, 1));
                let mut specimens =
                    vec![call(shape, shape, shape)?, call(&even, shape, &odd)?, call(shape, &odd, &[])?];
                if let [_, .., last] = shape {
                    specimens.push(call(&[*last], shape, shape)?);
                    specimens.push(call(&[], &even, shape)?);
                    specimens.push(call(&[], shape, &even)?);
                    specimens.push(call(shape, &[*last], &odd)?);
                }
                Ok(specimens)
            }
            Self::Cast => {
                let target = match dtype {
                    Dtype::F32 => Dtype::BF16,
                    _ => Dtype::F32,
                };
                one(Call::Cast(target), vec![some(1)?])
            }
            Self::Softmax => {
                along(&|axis| Ok(Some(Specimen { call: Call::Softmax(axis), operands: vec![logits(shape)?] })))
            }
            Self::TopK => {
                let mut specimens = Vec::new();
                let some: [fn(usize) -> usize; 3] = [|_| 1, |length| length.div_ceil(2), |length| length];
                for share in some {
                    for (axis, length) in shape.iter().enumerate().filter(|(_, length)| **length > 0) {
                        let call = Call::TopK { k: share(*length), axis };
                        specimens.push(Specimen { call, operands: vec![steps(1, shape, dtype, 9, 0.25)?] });
                    }
                }
                Ok(specimens)
            }
            Self::Matmul => {
                let [batch @ .., rows, terms] = shape else { return Ok(Vec::new()) };
                // A square stays one.
                let columns = if rows == terms { *terms } else { 3 };
                let call = |batch_of_a: &[usize], batch_of_b: &[usize]| {
                    let a = steps(1, &[batch_of_a, &[*rows, *terms]].concat(), dtype, 2, 1.0)?;
                    let b = steps(2, &[batch_of_b, &[*terms, columns]].concat(), dtype, 2, 1.0)?;
                    Ok(Specimen { call: Call::Matmul, operands: vec![a, b] })
                };
                let (even, odd) = (thinned(batch, 0), thinned(batch, 1));
                Ok(vec![call(batch, batch)?, call(batch, &[])?, call(&even, batch)?, call(batch, &odd)?])
            }
            Self::RmsNorm | Self::LayerNorm => {
                let Some(last) = shape.last() else { return Ok(Vec::new()) };
                let parameter = |number| steps(number, &[*last], dtype, 31, 1.0 / 8.0);
                match self {
                    Self::RmsNorm => one(Call::RmsNorm, vec![some(1)?, parameter(2)?]),
                    _ => one(Call::LayerNorm, vec![some(1)?, parameter(2)?, parameter(3)?]),
                }
            }
            Self::Rope => {
                let [front @ .., last] = shape else { return Ok(Vec::new()) };
                let width = (*last).max(2);
                let x = steps(1, &[front, &[width]].concat(), dtype, 31, 1.0 / 8.0)?;
                let call = |layout, dims, offset| {
                    let rope = Rope { dims, base: 100.0, scale: 0.5, offset, layout };
                    Specimen { call: Call::Rope(rope), operands: vec![x.clone()] }
                };
                let dims = width / 2 * 2;
                let less = if dims > 2 { dims - 2 } else { dims };
                Ok(vec![call(RopeLayout::Halves, dims, 3), call(RopeLayout::Interleaved, less, 0)])
            }
            Self::Attention => attention(shape, dtype),
            Self::Embedding => {
                let by = |table: &[usize], ids: &[usize]| {
                    let operands = vec![distinct(1, table, dtype)?, positions(2, ids, table[0])?];
                    Ok(Specimen { call: Call::Embedding, operands })
                };
                match shape {
                    [rows, _] if *rows > 0 => Ok(vec![by(&[5, 3], shape)?, by(shape, &[4])?, by(shape, shape)?]),
                    _ => Ok(vec![by(&[5, 3], shape)?]),
                }
            }
            Self::SliceAt => {
                let (start, part) = part(shape)?;
                one(Call::SliceAt(part), vec![distinct(1, shape, dtype)?, start])
            }
            Self::UpdateAt => {
                let (start, part) = part(shape)?;
                one(Call::UpdateAt, vec![distinct(1, shape, dtype)?, distinct(2, &part, dtype)?, start])
            }
            Self::TakeAlongAxis => {
                // As many as there are, and more.
                let numbers = (0..shape.len()).flat_map(|axis| [0, 1].map(|more| (axis, more)));
                let call = |(axis, more): (usize, usize)| {
                    let picked = if shape[axis] == 0 { 0 } else { shape[axis] + more };
                    let indices = positions(2, &with(shape, axis, picked), shape[axis])?;
                    let operands = vec![distinct(1, shape, dtype)?, indices];
                    Ok(Specimen { call: Call::TakeAlongAxis(axis), operands })
                };
                numbers.map(call).collect()
            }
            Self::Concatenate => along(&|axis| {
                let length = shape[axis];
                let lengths = [length, 1, length + 1, 0, 2, length];
                let part = |(at, length): (usize, &usize)| distinct(at as u64, &with(shape, axis, *length), dtype);
                let operands = lengths.iter().enumerate().map(part).collect::<Checked<_>>()?;
                Ok(Some(Specimen { call: Call::Concatenate(axis), operands }))
            }),
            Self::Transpose => {
                let x = distinct(1, shape, dtype)?;
                let permuted = permutations(shape.len()).into_iter();
                Ok(permuted.map(|axes| Specimen { call: Call::Transpose(axes), operands: vec![x.clone()] }).collect())
            }
            Self::BroadcastTo => {
                let to = |from: &[usize], to: Vec<usize>| {
                    Ok(Specimen { call: Call::BroadcastTo(to), operands: vec![distinct(1, from, dtype)?] })
                };
                let mut specimens = vec![to(shape, shape.to_vec())?];
                for parity in 0..2 {
                    specimens.push(to(&thinned(shape, parity), shape.to_vec())?);
                }
                if shape.len() < 10 {
                    specimens.push(to(&thinned(shape, 0), [&[2], shape].concat())?);
                }
                Ok(specimens)
            }
            Self::Quantize => {
                let whole = |(group, bits): (usize, u32)| {
                    let columns = shape[1].min(3) * group;
                    let highest = (1 << bits) - 1;
                    // Each group has both ends, so that its levels are the whole numbers between them.
                    let x = values(&[shape[0], columns], dtype, |at| match at % group {
                        1 => -f64::from(highest),
                        2 => 0.0,
                        _ => -((hash(1, at) % (1 << bits)) as f64),
                    })?;
                    Ok(Specimen { call: Call::Quantize(Quantization { group, bits }), operands: vec![x] })
                };
                [(32, 4), (64, 8)].into_iter().map(whole).collect()
            }
            Self::Dequantize => {
                let quantized = |(group, bits)| {
                    let (levels, scales, biases) = quantized(shape[0], shape[1] * group, group, bits, dtype)?;
                    Ok(Specimen { call: Call::Dequantize(levels), operands: vec![scales, biases] })
                };
                [(32, 4), (64, 8)].into_iter().map(quantized).collect()
            }
            Self::QuantizedMatmul => {
                let [front @ .., last] = shape else { return Ok(Vec::new()) };
                let by = |(rows, group, bits)| {
                    let columns = (*last).min(2) * group;
                    let (levels, scales, biases) = quantized(rows, columns, group, bits, dtype)?;
                    let x = steps(1, &[front, &[columns]].concat(), dtype, 1, 1.0)?;
                    Ok(Specimen { call: Call::QuantizedMatmul(levels), operands: vec![x, scales, biases] })
                };
                [(5, 32, 4), (8, 64, 8)].into_iter().map(by).collect()
            }
        }
    }
}

fn positive(number: u64, shape: &[usize], dtype: Dtype) -> Checked<Tensor> {
    let x = steps(number, shape, dtype, 31, 0.25)?;
    Tensor::from_f64(shape, dtype, &x.to_f64().iter().map(|x| x.abs() + 0.25).collect::<Vec<_>>())
}

/// The shape with one element along each axis of this parity.
fn thinned(shape: &[usize], parity: usize) -> Vec<usize> {
    shape.iter().enumerate().map(|(axis, length)| if axis % 2 == parity { 1 } else { *length }).collect()
}

/// A part that does not begin at the origin where it need not, and does not reach the end where there is more.
fn part(shape: &[usize]) -> Checked<(Tensor, Vec<usize>)> {
    // Where the lengths are equal, the starts are not.
    let start: Vec<_> =
        shape.iter().enumerate().map(|(axis, length)| i32::from(*length > 1 && axis % 2 == 0)).collect();
    let part = shape.iter().map(|length| length - usize::from(*length > 1)).collect();
    Ok((Tensor::i32(&[shape.len()], start)?, part))
}

/// No axis, the first and the last one, in both orders, all but one of them, and all; some of them kept.
fn reduced(rank: usize) -> Vec<Reduced> {
    let reduced = |axes: Vec<usize>, kept| Reduced { axes: Some(axes), kept };
    let mut all =
        vec![Reduced { axes: None, kept: rank.is_multiple_of(2) }, reduced(Vec::new(), !rank.is_multiple_of(2))];
    if rank > 0 {
        all.push(reduced(vec![rank / 2], true));
    }
    if rank > 1 {
        all.push(reduced(vec![rank - 1, 0], false));
        all.push(reduced(vec![0, rank - 1], true));
    }
    if rank > 2 {
        all.push(reduced((1..rank).collect(), false));
        all.push(reduced((0..rank - 1).rev().collect(), true));
        all.push(reduced(vec![1, rank - 1], false));
    }
    all
}

/// All orders of up to four axes; of more, some of which none is another's inverse.
fn permutations(rank: usize) -> Vec<Vec<usize>> {
    let axes: Vec<_> = (0..rank).collect();
    if rank <= 4 {
        return (0..rank).fold(vec![Vec::new()], |shorter, axis| {
            let put = |order: &Vec<usize>| {
                (0..=order.len()).map(|at| [&order[..at], &[axis], &order[at..]].concat()).collect::<Vec<_>>()
            };
            shorter.iter().flat_map(put).collect()
        });
    }
    let mut orders = vec![axes.clone(), axes.iter().rev().copied().collect(), axes.clone()];
    orders[2].rotate_left(1);
    for [a, b] in [[0, 1], [1, 2], [rank - 2, rank - 1], [1, rank - 2]] {
        let mut order = axes.clone();
        order.swap(a, b);
        orders.push(order);
    }
    let mut order = axes;
    order.rotate_left(3);
    order.swap(0, 2);
    orders.push(order);
    orders
}

/// Attention of `[B, H, T, S]`, with each kind of mask, and with a cap; two queries in a row share a key where their number is even.
fn attention(shape: &[usize], dtype: Dtype) -> Checked<Vec<Specimen>> {
    let &[batch, heads, queries, keys] = shape else { return Ok(Vec::new()) };
    if keys == 0 {
        return Ok(Vec::new());
    }
    let groups = if heads % 2 == 0 { (heads / 2).max(1) } else { heads };
    // Where all lengths are equal, these are too.
    let widths = if batch == keys { [keys, keys] } else { [4, 3] };
    let logits = |number, shape: &[usize]| steps(number, shape, dtype, 31, 1.0 / 32.0);
    let operands = vec![
        logits(1, &[batch, heads, queries, widths[0]])?,
        logits(2, &[batch, groups, keys, widths[0]])?,
        steps(3, &[batch, groups, keys, widths[1]], dtype, 31, 0.25)?,
    ];
    let (plain, capped) = (Logits::scaled(0.75), Logits::scaled(0.75).capped(0.5));
    let mask = logits(4, &[queries, keys])?;
    let call = |logits, masked: Masked| {
        let mut operands = operands.clone();
        operands.extend(masked.is_added().then(|| mask.clone()));
        Specimen { call: Call::Attention { logits, masked }, operands }
    };
    let mut specimens = vec![call(plain, Masked::Not), call(plain, Masked::Additive)];
    // What a query sees that stands before every key is compared elsewhere.
    if queries <= keys {
        let window = keys.div_ceil(2);
        specimens.extend([Masked::Causal, Masked::Window(window)].map(|masked| call(plain, masked)));
        specimens.extend([Masked::AdditiveCausal, Masked::AdditiveWindow(window)].map(|masked| call(plain, masked)));
        specimens.extend([Masked::Not, Masked::AdditiveWindow(1)].map(|masked| call(capped, masked)));
    }
    Ok(specimens)
}

/// Levels of a matrix, and its scales and biases; an element is at most 32 from 0.
fn quantized(rows: usize, columns: usize, group: usize, bits: u32, dtype: Dtype) -> Checked<(Levels, Tensor, Tensor)> {
    let groups = [rows, columns / group];
    let levels = (0..rows * columns).map(|at| (hash(5, at) % (1 << bits)) as u32).collect();
    let step = if bits == 4 { 1.0 / 8.0 } else { 1.0 / 128.0 };
    let (scales, biases) = (steps(6, &groups, dtype, 15, step)?, steps(7, &groups, dtype, 15, 0.25)?);
    Ok((Levels { columns, quantization: Quantization { group, bits }, levels }, scales, biases))
}
