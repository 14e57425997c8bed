//! Long lanes of which the last part matters: each of sixteen lanes is plain but for one element, which stands further back in
//! each.

use crosscheck::{Case, conformance};
use crosscheck_backends::{Dtype, Kernels, Logits, Rope, RopeLayout, Tensor};

use super::call::{Call, EPS, Masked};
use super::function::LANE;
use super::grid::Grid;
use super::numbers::{distinct, hash, steps, values};
use super::operation::Types;
use super::specimen::Specimen;
use crate::Checked;

/// The length of the lanes: no multiple of anything.
const LENGTH: usize = 4_203;

/// Where an element stands that matters.
const PLACES: [usize; 16] =
    [0, 1, 63, 64, 255, 256, 257, 512, 1_023, 1_024, 1_025, 2_048, 4_095, 4_096, 4_097, LENGTH - 1];

/// Along which axis the lanes run.
#[derive(Clone, Copy, Debug)]
pub enum Axis {
    Last,
    First,
    Middle,
}

/// Lanes of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Lanes {
    function: &'static str,
    axis: Axis,
    types: Types,
}

impl Axis {
    const ALL: [(&'static str, Self); 3] = [("last", Self::Last), ("first", Self::First), ("middle", Self::Middle)];

    /// The number of the axis, and the shape of sixteen lanes of that length.
    fn shape(self, length: usize) -> (usize, Vec<usize>) {
        match self {
            Self::Last => (1, vec![16, length]),
            Self::First => (0, vec![length, 16]),
            Self::Middle => (1, vec![4, length, 4]),
        }
    }

    /// Which lane, and where in it, an element is.
    fn lane(self, index: &[usize]) -> (usize, usize) {
        match self {
            Self::Last => (index[0], index[1]),
            Self::First => (index[1], index[0]),
            Self::Middle => (index[0] * 4 + index[2], index[1]),
        }
    }

    /// A tensor out of the lane and the position of each element.
    fn tensor(self, length: usize, dtype: Dtype, value: impl Fn(usize, usize) -> f64) -> Checked<Tensor> {
        Grid::make(&self.shape(length).1, |index| {
            let (lane, at) = self.lane(index);
            value(lane, at)
        })
        .tensor(dtype)
    }

    /// A number of each lane, without the axis.
    fn of_lanes(self, value: impl Fn(usize) -> f64) -> Grid {
        let mut lane = 0;
        let shape: &[usize] = if matches!(self, Self::Middle) { &[4, 4] } else { &[16] };
        Grid::make(shape, |_| {
            lane += 1;
            value(lane - 1)
        })
    }
}

const OF_NUMBERS: [&str; 5] = ["sum", "max", "min", "argmax", "argmin"];
const OF_FLOATS: [&str; 4] = ["mean", "logsumexp", "softmax", "top_k"];

fn lanes() -> Vec<Case<Lanes>> {
    let each = |functions: &'static [&'static str], types: Types| {
        let of_axis = move |(name, axis)| {
            functions.iter().map(move |function| {
                let case = Case::new(format!("{function}/{name}/{}", types.name()), Lanes { function, axis, types });
                let case = case.of(*function);
                if types == Types::Wide { case.marker("float64") } else { case }
            })
        };
        Axis::ALL.into_iter().flat_map(of_axis)
    };
    let (numbers, floats) = (&OF_NUMBERS, &OF_FLOATS);
    let of_numbers = [Types::Floats, Types::Wide, Types::Whole].into_iter().flat_map(|types| each(numbers, types));
    of_numbers.chain([Types::Floats, Types::Wide].into_iter().flat_map(|types| each(floats, types))).collect()
}

/// The lanes are 0 or alike, and one element is not.
#[conformance(cases(lanes))]
pub fn one_element_matters(kernels: &dyn Kernels, case: &Lanes) -> Checked {
    let Lanes { function, axis, types } = *case;
    let (number, shape) = axis.shape(LENGTH);
    for dtype in types.dtypes() {
        let one = |other: f64, own: f64| {
            axis.tensor(LENGTH, *dtype, move |lane, at| if at == PLACES[lane] { own } else { other })
        };
        let lane = LANE.iter().find(|lane| lane.name == function);
        let call = lane.map(|lane| Call::Lane(lane, number));
        let assert_gives = |x: Tensor, expected: &dyn Fn(usize) -> f64| {
            let call = call.clone().expect("it is a function of lanes");
            Specimen { call, operands: vec![x] }.assert_gives(kernels, &[axis.of_lanes(expected)])
        };
        let length = LENGTH as f64;
        match function {
            "sum" => assert_gives(one(0.0, 3.0)?, &|_| 3.0)?,
            "mean" => assert_gives(one(0.0, 4_203.0)?, &|_| 4_203_f64.min(rounded(*dtype, length)) / length)?,
            "max" => assert_gives(one(-7.0, -3.0)?, &|_| -3.0)?,
            "min" => assert_gives(one(7.0, 3.0)?, &|_| 3.0)?,
            "argmax" => assert_gives(one(-7.0, -3.0)?, &|lane| PLACES[lane] as f64)?,
            "argmin" => assert_gives(one(7.0, 3.0)?, &|lane| PLACES[lane] as f64)?,
            // What is small beside it does not count.
            "logsumexp" => assert_gives(one(-100.0, 100.0)?, &|_| 100.0)?,
            "softmax" => {
                // So far apart that an exponential overflows where another one than the largest is taken off.
                let x = one(-100.0, 100.0)?;
                let weights = Grid::make(&shape, |index| {
                    let (lane, at) = axis.lane(index);
                    f64::from(u8::from(at == PLACES[lane]))
                });
                let made = kernels.softmax(&x, number)?;
                // NaN is near to nothing.
                let near = |(made, weight): (&f64, &f64)| (made - weight).abs() < 1e-3;
                let wrong = made.to_f64().iter().zip(weights.values()).position(|pair| !near(pair));
                assert_eq!(wrong, None, "which weight is wrong, of {dtype} along {number} of {shape:?}");
            }
            _ => {
                let x = one(-7.0, -3.0)?;
                let (values, indices) = kernels.top_k(&x, 2, number)?;
                for (lane, place) in PLACES.into_iter().enumerate() {
                    // The first of the others comes second.
                    let second = usize::from(place == 0);
                    for (rank, value, expected) in [(0, -3.0, place), (1, -7.0, second)] {
                        let at = match axis {
                            Axis::Last => lane * 2 + rank,
                            Axis::First => rank * 16 + lane,
                            Axis::Middle => lane / 4 * 8 + rank * 4 + lane % 4,
                        };
                        let found = (values.to_f64()[at], indices.to_f64()[at]);
                        assert_eq!(
                            found,
                            (value, expected as f64),
                            "lane {lane} of {dtype} along {number} of {shape:?}"
                        );
                    }
                }
            }
        }
    }
    Ok(())
}

/// The number as the type holds it.
fn rounded(dtype: Dtype, number: f64) -> f64 {
    Tensor::from_f64(&[], dtype, &[number]).map_or(number, |x| x.to_f64()[0])
}

fn ties() -> Vec<Case<(&'static str, Axis)>> {
    let of = |function| {
        let of_axis = move |(name, axis)| Case::new(format!("{function}/{name}"), (function, axis)).of(function);
        Axis::ALL.into_iter().map(of_axis)
    };
    of("argmax").chain(of("argmin")).chain(of("top_k")).collect()
}

/// The largest, or the smallest, stands in every place from one on: the first counts, and the others follow in their order.
#[conformance(cases(ties))]
pub fn of_equal_ones_the_first_counts(kernels: &dyn Kernels, case: &(&str, Axis)) -> Checked {
    let (function, axis) = *case;
    let (number, _) = axis.shape(LENGTH);
    for dtype in [Dtype::F32, Dtype::F16, Dtype::I32] {
        let is_extreme = |lane: usize, at: usize| PLACES[lane..].contains(&at);
        let extreme = if function == "argmin" { -9.0 } else { 9.0 };
        let x = axis.tensor(LENGTH, dtype, |lane, at| if is_extreme(lane, at) { extreme } else { (at % 8) as f64 })?;
        let found = match function {
            "argmax" => kernels.argmax(&x, number)?,
            "argmin" => kernels.argmin(&x, number)?,
            _ => kernels.top_k(&x, 1, number)?.1,
        };
        let expected = axis.of_lanes(|lane| PLACES[lane] as f64);
        assert_eq!(found.to_f64(), expected.values(), "{function} of {dtype} along axis {number}");
    }
    Ok(())
}

fn with_nan() -> Vec<Case<(&'static str, Axis)>> {
    let functions = ["max", "min", "argmax", "argmin", "top_k", "sum", "mean", "logsumexp", "softmax"];
    let of = |function: &'static str| {
        Axis::ALL.into_iter().map(move |(name, axis)| {
            let case = Case::new(format!("{function}/{name}"), (function, axis)).of(function);
            if matches!(function, "sum" | "mean" | "logsumexp" | "softmax") {
                case
            } else {
                case.marker("nan_extremes")
            }
        })
    };
    functions.into_iter().flat_map(of).collect()
}

/// A NaN far back, of argmax behind a number that is larger than the others, and of argmin behind one that is smaller.
#[conformance(cases(with_nan))]
pub fn a_nan_counts_wherever_it_stands(kernels: &dyn Kernels, case: &(&str, Axis)) -> Checked {
    let (function, axis) = *case;
    let (number, _) = axis.shape(LENGTH);
    for dtype in [Dtype::F32, Dtype::F16, Dtype::BF16] {
        let x = axis.tensor(LENGTH, dtype, |lane, at| match at {
            at if at == PLACES[lane] => f64::NAN,
            10 if function == "argmax" => 2.0,
            10 if function == "argmin" => 0.0,
            _ => 1.0,
        })?;
        let places = axis.of_lanes(|lane| PLACES[lane] as f64);
        let nan = axis.of_lanes(|_| f64::NAN);
        let lane = LANE.iter().find(|lane| lane.name == function);
        let (call, expected) = match (function, lane) {
            (_, Some(lane)) => (Call::Lane(lane, number), vec![if lane.is_place() { places } else { nan }]),
            ("top_k", _) => {
                let one = |of: &Grid| {
                    let mut shape = of.shape().to_vec();
                    shape.insert(number, 1);
                    let mut values = of.values().iter();
                    Grid::make(&shape, |_| values.next().copied().unwrap_or_default())
                };
                (Call::TopK { k: 1, axis: number }, vec![one(&nan), one(&places)])
            }
            _ => (Call::Softmax(number), vec![Grid::make(x.shape(), |_| f64::NAN)]),
        };
        Specimen { call, operands: vec![x] }.assert_gives(kernels, &expected)?;
    }
    Ok(())
}

/// Large integers of either sign, whose sum wraps many times.
#[conformance(of = "sum")]
pub fn long_sums_of_integers_wrap(kernels: &dyn Kernels) -> Checked {
    for (_, axis) in Axis::ALL {
        let number = |lane: usize, at: usize| hash(lane as u64, at) as i32;
        let x = axis.tensor(LENGTH, Dtype::I32, |lane, at| f64::from(number(lane, at)))?;
        let sum = |lane: usize| (0..LENGTH).fold(0_i32, |sum, at| sum.wrapping_add(number(lane, at)));
        let made = kernels.sum(&x, axis.shape(LENGTH).0.into())?;
        assert_eq!(made.to_f64(), axis.of_lanes(|lane| f64::from(sum(lane))).values(), "along {axis:?}");
    }
    Ok(())
}

/// Sums of ones beyond what 8, 11 and 16 bits hold, in 32.
#[conformance(of = "sum", length(257, 2_049, 4_097, 65_537))]
pub fn long_sums_are_whole(kernels: &dyn Kernels, length: usize) -> Checked {
    for dtype in [Dtype::F32, Dtype::I32] {
        let x = values(&[2, length], dtype, |_| 1.0)?;
        assert_eq!(kernels.sum(&x, 1.into())?.to_f64(), [length as f64; 2], "{dtype}");
    }
    Ok(())
}

fn norms() -> Vec<Case<&'static str>> {
    ["rms_norm", "layer_norm"].into_iter().map(|function| Case::new(function, function).of(function)).collect()
}

/// Rows of zeros but for one element, which decides about the whole row.
#[conformance(cases(norms))]
pub fn one_element_makes_the_norm(kernels: &dyn Kernels, case: &&str) -> Checked {
    for width in [65, 257, 300, 513, 1_030, LENGTH] {
        let places: Vec<_> = PLACES.into_iter().filter(|place| *place < width).chain([width - 1]).collect();
        for dtype in [Dtype::F32, Dtype::F16] {
            let x =
                values(&[places.len(), width], dtype, |at| if at % width == places[at / width] { 64.0 } else { 0.0 })?;
            let (weight, bias) = (steps(1, &[width], dtype, 31, 0.125)?, steps(2, &[width], dtype, 31, 0.125)?);
            let call = if *case == "rms_norm" { Call::RmsNorm } else { Call::LayerNorm };
            let mean = if *case == "rms_norm" { 0.0 } else { 64.0 / width as f64 };
            let squares = 64_f64.powi(2) / width as f64 - mean * mean;
            let root = (squares + f64::from(EPS)).sqrt();
            let (w, b) = (weight.to_f64(), bias.to_f64());
            let expected = Grid::make(x.shape(), |index| {
                let own = if index[1] == places[index[0]] { 64.0 } else { 0.0 };
                let added = if *case == "rms_norm" { 0.0 } else { b[index[1]] };
                (own - mean) / root * w[index[1]] + added
            });
            let operands = if *case == "rms_norm" { vec![x, weight] } else { vec![x, weight, bias] };
            Specimen { call, operands }.assert_gives(kernels, &[expected])?;
        }
    }
    Ok(())
}

/// Each query looks for one key, which stands further back for each.
#[conformance(of = "scaled_dot_product_attention", keys(513, 1_025, 2_049, 4_203), dtype(F32, F64, F16, BF16))]
pub fn one_key_is_found(kernels: &dyn Kernels, keys: usize, dtype: Dtype) -> Checked {
    let places: Vec<_> = PLACES.iter().map(|place| place * (keys - 1) / (LENGTH - 1)).collect();
    let q = values(&[1, 1, 16, 16], dtype, |at| f64::from(u8::from(at / 16 == at % 16)))?;
    let k = values(&[1, 1, keys, 16], dtype, |at| f64::from(u8::from(places[at % 16] == at / 16)))?;
    let v = distinct(1, &[1, 1, keys, 3], dtype)?;
    // Two queries whose keys are the same key look for it together.
    let all = Grid::of(&v);
    let expected = Grid::make(&[1, 1, 16, 3], |index| all.at(&[0, 0, places[index[2]], index[3]]));
    let call = Call::Attention { logits: Logits::scaled(40.0), masked: Masked::Not };
    Specimen { call, operands: vec![q, k, v] }.assert_gives(kernels, &[expected])
}

/// Logits that grow from key to key, so that what was summed up has to be scaled again and again.
#[conformance(of = "scaled_dot_product_attention", dtype(F32, F64))]
pub fn growing_logits_are_weighed(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let keys = 1_300;
    let q = values(&[1, 1, 2, 2], dtype, |at| [1.0, 0.5, -1.0, 0.25][at])?;
    let k = values(&[1, 1, keys, 2], dtype, |at| if at % 2 == 0 { (at / 2) as f64 / 128.0 } else { (at % 7) as f64 })?;
    let v = steps(3, &[1, 1, keys, 3], dtype, 31, 0.25)?;
    let call = Call::Attention { logits: Logits::scaled(1.0), masked: Masked::Not };
    Specimen { call, operands: vec![q, k, v] }.assert_holds(kernels)
}

/// Each row of the product picks a row of the second operand, which stands further back for each.
#[conformance(of = "matmul", dtype(F32, F64, F16, BF16, I32 uses("integer_matmul")))]
pub fn one_term_makes_the_sum(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let a = values(&[16, LENGTH], dtype, |at| f64::from(u8::from(at % LENGTH == PLACES[at / LENGTH])))?;
    let b = distinct(2, &[LENGTH, 5], dtype)?;
    let all = Grid::of(&b);
    let expected = Grid::make(&[16, 5], |index| all.at(&[PLACES[index[0]], index[1]]));
    Specimen { call: Call::Matmul, operands: vec![a, b] }.assert_gives(kernels, &[expected])
}

/// Rows and dimensions in numbers that no vector divides, and pairs behind the 32nd.
#[conformance(of = "rope", layout(Halves, Interleaved), dims(64, 66, 96, 128, 130, 256))]
pub fn far_dimensions_are_turned(kernels: &dyn Kernels, layout: RopeLayout, dims: usize) -> Checked {
    for (offset, extra) in [(0, 0), (5, 0), (100, 7)] {
        let x = steps(1, &[2, 3, dims + extra], Dtype::F32, 31, 0.125)?;
        let rope = Rope { dims, base: 10_000.0, scale: 1.0, offset, layout };
        Specimen { call: Call::Rope(rope), operands: vec![x] }.assert_holds(kernels)?;
    }
    Ok(())
}

/// More positions than a block, and than 16 bits tell apart.
#[conformance(of = "rope", dtype(F32, F16, BF16), layout(Halves, Interleaved))]
pub fn far_positions_are_turned(kernels: &dyn Kernels, dtype: Dtype, layout: RopeLayout) -> Checked {
    // Each position is turned by a quarter of a radian more than the one before it.
    for (length, offset) in [(600, 0), (3, 257), (1, 2_049), (2, 4_099), (1, 10_001)] {
        let x = steps(1, &[2, length, 4], dtype, 31, 0.125)?;
        let rope = Rope { dims: 2, base: 1.0, scale: 0.25, offset, layout };
        Specimen { call: Call::Rope(rope), operands: vec![x] }.assert_holds(kernels)?;
    }
    Ok(())
}

/// Longer than 16 bits with a sign count.
const MANY: usize = 33_000;
const FAR: [usize; 6] = [0, 255, 32_766, 32_767, 32_768, MANY - 1];

/// Each element is its own position.
fn many(shape: &[usize], axis: usize, dtype: Dtype) -> Checked<Tensor> {
    Grid::make(shape, |index| index[axis] as f64).tensor(dtype)
}

fn far_positions() -> Checked<Tensor> {
    Tensor::i32(&[FAR.len()], FAR.iter().map(|place| *place as i32).collect::<Vec<_>>())
}

#[conformance(of = "embedding", dtype(F32, I32))]
pub fn far_rows_are_found(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let operands = vec![many(&[MANY, 2], 0, dtype)?, far_positions()?];
    Specimen { call: Call::Embedding, operands }.assert_holds(kernels)
}

#[conformance(of = "take_along_axis", dtype(F32, I32))]
pub fn far_elements_are_taken(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    for (shape, axis) in [(vec![MANY], 0), (vec![MANY, 2], 0), (vec![2, MANY], 1)] {
        let mut picked = shape.clone();
        picked[axis] = FAR.len();
        let indices = Grid::make(&picked, |index| FAR[index[axis]] as f64).tensor(Dtype::I32)?;
        let operands = vec![many(&shape, axis, dtype)?, indices];
        Specimen { call: Call::TakeAlongAxis(axis), operands }.assert_holds(kernels)?;
    }
    Ok(())
}

#[conformance(of = "slice_at", uses = "dynamic_offsets", dtype(F32, I32))]
pub fn far_parts_are_taken(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    for place in FAR {
        let length = (MANY - place).min(3);
        for (shape, start, part) in [
            (vec![MANY, 2], vec![place as i32, 1], vec![length, 1]),
            (vec![2, MANY], vec![1, place as i32], vec![1, length]),
        ] {
            let axis = usize::from(shape[0] == 2);
            let operands = vec![many(&shape, axis, dtype)?, Tensor::i32(&[2], start)?];
            Specimen { call: Call::SliceAt(part), operands }.assert_holds(kernels)?;
        }
    }
    Ok(())
}

#[conformance(of = "update_at", uses = "dynamic_offsets")]
pub fn far_parts_are_replaced(kernels: &dyn Kernels) -> Checked {
    for place in [255, 32_767, 32_768, MANY - 1] {
        let length = (MANY - place).min(3);
        let part = values(&[length], Dtype::F32, |at| -1.0 - at as f64)?;
        let operands = vec![many(&[MANY], 0, Dtype::F32)?, part, Tensor::i32(&[1], [place as i32])?];
        Specimen { call: Call::UpdateAt, operands }.assert_holds(kernels)?;
    }
    Ok(())
}

/// Nine parts of unequal widths, the widest in the middle.
#[conformance(of = "concatenate", dtype(F32, F16, I32, Bool))]
pub fn every_part_has_its_place(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    for axis in 0..3 {
        let part = |(number, length): (usize, usize)| {
            let mut shape = [2, 3, 2];
            shape[axis] = length;
            distinct(number as u64, &shape, dtype)
        };
        let lengths = [1, 3, 0, 2, 301, 7, 1, 257, 5].into_iter().enumerate();
        let operands = lengths.map(part).collect::<Checked<Vec<_>>>()?;
        Specimen { call: Call::Concatenate(axis), operands }.assert_holds(kernels)?;
    }
    Ok(())
}
