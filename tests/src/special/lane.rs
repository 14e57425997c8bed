//! What is made of the elements along an axis: operation × type × kind of lane, each in several lengths, along the first axis and the last, and over two,
//! with what is special in front, in the middle and at the end.

use crosscheck::conformance;
use crosscheck_backends::{Axes, Dtype, Kernels, Tensor};

use super::rule::{Numbers, assert_equal, assert_within};
use super::value::holding;
use crate::Checked;

/// A kind of lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Nothing but −∞.
    Hidden,
    /// −∞ here and there.
    PartlyHidden,
    /// Nothing but ∞, and ∞ here and there.
    Infinite,
    /// Both infinities.
    BothInfinities,
    /// One NaN.
    OneNan,
    /// Several NaNs, with numbers and infinities between them.
    SeveralNans,
    /// Zeros of both signs, and of one.
    Zeros,
    /// The largest number, the one with the other sign, and both.
    Largest,
    /// Nothing but the lowest number, and one that is half as far from 0, or −∞, among them.
    Lowest,
    /// Below the least normal number.
    Subnormals,
}

const LENGTHS: [usize; 5] = [1, 2, 3, 17, 40];

impl Lane {
    /// The lanes of this kind and length.
    fn lanes(self, dtype: Dtype, length: usize) -> Vec<Vec<f64>> {
        let numbers = Numbers::of(dtype);
        let (inf, nan, most, quantum) = (f64::INFINITY, f64::NAN, numbers.most(), numbers.quantum());
        // 1 is the largest, and stands more than once.
        let ordinary: Vec<_> = (0..length).map(|at| [1.0, -2.0, 0.5, 1.0, -0.25][at % 5]).collect();
        let with = |values: &[(usize, f64)]| {
            let mut lane = ordinary.clone();
            values.iter().for_each(|(at, value)| lane[at % length] = *value);
            lane
        };
        let places = [0, length / 2, length - 1];
        let each = |value: f64| places.map(|at| with(&[(at, value)])).to_vec();
        match self {
            Self::Hidden => vec![vec![-inf; length]],
            Self::PartlyHidden => [each(-inf), vec![with(&[(0, -inf), (length - 1, -inf)])]].concat(),
            Self::Infinite => [
                each(inf),
                vec![
                    vec![inf; length],
                    with(&[(0, inf), (length - 1, inf)]),
                    // The largest number is smaller.
                    with(&[(0, most), (length - 1, inf)]),
                ],
            ]
            .concat(),
            Self::BothInfinities => vec![
                with(&[(0, inf), (length - 1, -inf)]),
                with(&[(0, -inf), (length - 1, inf)]),
                with(&[(length / 2, inf), (length / 2 + 1, -inf)]),
            ],
            Self::OneNan => each(nan),
            Self::SeveralNans => [
                [&ordinary[..1], &vec![nan; length - 1]].concat(),
                vec![nan; length],
                with(&[(0, nan), (length - 1, nan)]),
                with(&[(0, inf), (length / 2, nan), (length - 1, nan)]),
                with(&[(0, nan), (length / 2, inf), (length - 1, -inf)]),
                with(&[(0, -inf), (1, nan), (length - 1, nan)]),
            ]
            .into_iter()
            .filter(|lane| lane.iter().any(|x| x.is_nan()))
            .collect(),
            Self::Zeros => {
                let both: Vec<_> = (0..length).map(|at| if at % 2 == 0 { -0.0 } else { 0.0 }).collect();
                let turned = both.iter().map(|x| -x).collect();
                vec![both, turned, vec![-0.0; length], vec![0.0; length]]
            }
            Self::Largest => {
                let one = |at: usize, value: f64| {
                    let mut lane = vec![0.0; length];
                    lane[at] = value;
                    lane
                };
                places.iter().flat_map(|at| [one(*at, most), one(*at, -most)]).collect()
            }
            Self::Lowest => {
                let one = |at: usize, value: f64| {
                    let mut lane = vec![-most; length];
                    lane[at] = value;
                    lane
                };
                // A single −∞ is a kind of its own.
                let each = places.iter().flat_map(|at| [one(*at, -most / 2.0), one(*at, -inf)]);
                let each = each.filter(|lane| lane[..] != [-inf]);
                each.chain([vec![-most; length]]).collect()
            }
            Self::Subnormals => {
                let steps: Vec<_> = (0..length).map(|at| (at % 3 + 1) as f64 * quantum).collect();
                vec![steps.iter().map(|x| -x).collect(), steps]
            }
        }
    }
}

/// Calls `check` with the tensor, the axis and the lanes, for each length and both axes.
fn for_each(dtype: Dtype, lane: Lane, mut check: impl FnMut(&Tensor, usize, &[Vec<f64>]) -> Checked) -> Checked {
    for length in LENGTHS {
        let lanes = lane.lanes(dtype, length);
        let columns: Vec<_> = (0..length).flat_map(|at| lanes.iter().map(move |lane| lane[at])).collect();
        check(&holding(&[lanes.len(), length], dtype, &lanes.concat())?, 1, &lanes)?;
        check(&holding(&[length, lanes.len()], dtype, &columns)?, 0, &lanes)?;
    }
    Ok(())
}

fn shown(lane: &[f64]) -> String {
    let (shown, more) = lane.split_at(lane.len().min(6));
    format!("{shown:?}{}", if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) })
}

/// Asserts the one number that is made of each lane, up to some units of roundoff.
#[track_caller]
fn assert_reduced(
    dtype: Dtype,
    lane: Lane,
    units: f64,
    rule: impl Fn(&[f64]) -> f64,
    kernel: impl Fn(&Tensor, Axes<'_>) -> Checked<Tensor>,
) -> Checked {
    let numbers = Numbers::of(dtype);
    let check = |x: &Tensor, axes: Axes<'_>, lanes: &[Vec<f64>]| {
        let expected: Vec<_> = lanes.iter().map(|lane| rule(lane)).collect();
        let allowed = |at: usize| {
            let size: f64 = lanes[at].iter().filter(|x| x.is_finite()).fold(1.0, |most, x| x.abs().max(most));
            let normal = lane != Lane::Subnormals;
            // Of what is subnormal, the sum is exact, and a mean is rounded once.
            if normal { units * numbers.coarse_roundoff() * size } else { units * numbers.quantum() / 2.0 }
        };
        assert_within(&kernel(x, axes)?, &expected, allowed, |at| shown(&lanes[at]));
        Ok(())
    };
    for_each(dtype, lane, |x, axis, lanes| {
        check(x, axis.into(), lanes)?;
        // The same lanes in two dimensions, on both sides of what tells them apart, and behind it.
        let (count, length) = (lanes.len(), lanes[0].len());
        let front = if length.is_multiple_of(8) { 8 } else { 1 };
        let behind = length / front;
        let around =
            (0..length * count).map(|at| lanes[at / behind % count][at / behind / count * behind + at % behind]);
        let around = holding(&[front, count, behind], dtype, &around.collect::<Vec<_>>())?;
        check(&around, Axes::of(&[2, 0]), lanes)?;
        check(&holding(&[count, front, behind], dtype, &lanes.concat())?, Axes::of(&[1, 2]).kept(), lanes)
    })
}

#[conformance(
    of = "sum",
    dtype(F32, F64, F16, BF16),
    lane(Hidden, PartlyHidden, Infinite, BothInfinities, OneNan, SeveralNans, Zeros, Largest, Subnormals uses("subnormals"))
)]
pub fn sum(kernels: &dyn Kernels, dtype: Dtype, lane: Lane) -> Checked {
    // All sums are numbers of each of the types, also on the way.
    assert_reduced(dtype, lane, 0.0, |lane| lane.iter().sum(), |x, axes| kernels.sum(x, axes))
}

#[conformance(
    of = "mean",
    dtype(F32, F64, F16, BF16),
    lane(Hidden, PartlyHidden, Infinite, BothInfinities, OneNan, SeveralNans, Zeros, Largest, Subnormals uses("subnormals"))
)]
pub fn mean(kernels: &dyn Kernels, dtype: Dtype, lane: Lane) -> Checked {
    let rule = |lane: &[f64]| lane.iter().sum::<f64>() / lane.len() as f64;
    assert_reduced(dtype, lane, 2.0, rule, |x, axes| kernels.mean(x, axes))
}

fn largest(lane: &[f64]) -> f64 {
    lane.iter().copied().reduce(|most, x| if most.is_nan() || x <= most { most } else { x }).unwrap_or(f64::NAN)
}

#[conformance(
    of = "max",
    dtype(F32, F64, F16, BF16),
    lane(
        Hidden,
        PartlyHidden,
        Infinite,
        BothInfinities,
        OneNan uses("nan_extremes"),
        SeveralNans uses("nan_extremes"),
        Zeros,
        Largest,
        Lowest,
        Subnormals uses("subnormal_operands")
    )
)]
pub fn max(kernels: &dyn Kernels, dtype: Dtype, lane: Lane) -> Checked {
    assert_reduced(dtype, lane, 0.0, largest, |x, axes| kernels.max(x, axes))
}

#[conformance(
    of = "min",
    dtype(F32, F64, F16, BF16),
    lane(
        Hidden,
        PartlyHidden,
        Infinite,
        BothInfinities,
        OneNan uses("nan_extremes"),
        SeveralNans uses("nan_extremes"),
        Zeros,
        Largest,
        Lowest,
        Subnormals uses("subnormal_operands")
    )
)]
pub fn min(kernels: &dyn Kernels, dtype: Dtype, lane: Lane) -> Checked {
    let smallest = |lane: &[f64]| -largest(&lane.iter().map(|x| -x).collect::<Vec<_>>());
    assert_reduced(dtype, lane, 0.0, smallest, |x, axes| kernels.min(x, axes))
}

/// Of infinities and NaN the exponential has them too; of nothing but −∞ the sum is 0.
fn log_of_sum(lane: &[f64]) -> f64 {
    let most = largest(lane);
    if most.is_infinite() || most.is_nan() {
        most
    } else {
        most + lane.iter().map(|x| (x - most).exp()).sum::<f64>().ln()
    }
}

#[conformance(
    of = "logsumexp",
    dtype(F32, F64, F16, BF16),
    lane(Hidden, PartlyHidden, Infinite, BothInfinities, OneNan, SeveralNans, Zeros, Largest, Lowest)
)]
pub fn logsumexp(kernels: &dyn Kernels, dtype: Dtype, lane: Lane) -> Checked {
    // The logarithm of 40, and a difference of 2: four roundings in front of it and one behind.
    assert_reduced(dtype, lane, 12.0, log_of_sum, |x, axes| kernels.logsumexp(x, axes))
}

/// The weights of a lane. With ∞ or NaN in it, or of nothing but −∞, all are NaN.
fn weights(lane: &[f64]) -> Vec<f64> {
    let most = largest(lane);
    let powers: Vec<_> = lane.iter().map(|x| (x - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

#[conformance(
    of = "softmax",
    dtype(F32, F64, F16, BF16),
    lane(Hidden, PartlyHidden, Infinite, BothInfinities, OneNan, SeveralNans, Zeros, Largest, Lowest)
)]
pub fn softmax(kernels: &dyn Kernels, dtype: Dtype, lane: Lane) -> Checked {
    let numbers = Numbers::of(dtype);
    for_each(dtype, lane, |x, axis, lanes| {
        let made = kernels.softmax(x, axis)?;
        assert_eq!(made.shape(), x.shape());
        let (count, length) = (lanes.len(), lanes[0].len());
        let place = |at: usize| if axis == 1 { (at / length, at % length) } else { (at % count, at / count) };
        let all: Vec<_> = lanes.iter().map(|lane| weights(lane)).collect();
        let expected: Vec<_> = (0..x.len()).map(|at| all[place(at).0][place(at).1]).collect();
        // An exponential, a sum that 16 bits may round at each of 40 terms, and a quotient.
        let allowed = |at: usize| 44.0 * numbers.coarse_roundoff() * expected[at];
        assert_within(&made, &expected, allowed, |at| shown(&lanes[place(at).0]));
        Ok(())
    })
}

/// NaN first, then by size; of equal ones the first.
fn order(lane: &[f64]) -> Vec<usize> {
    let mut places: Vec<_> = (0..lane.len()).collect();
    // Sorting by insertion: what comes later goes in front of smaller ones only.
    for at in 1..places.len() {
        let mut place = at;
        let above = |x: f64, y: f64| !y.is_nan() && (x.is_nan() || x > y);
        while place > 0 && above(lane[places[place]], lane[places[place - 1]]) {
            places.swap(place, place - 1);
            place -= 1;
        }
    }
    places
}

#[conformance(
    of = "argmax",
    dtype(F32, F64, F16, BF16),
    lane(Hidden, PartlyHidden, Infinite, BothInfinities, OneNan, SeveralNans, Zeros, Largest, Lowest, Subnormals uses("subnormal_operands"))
)]
pub fn argmax(kernels: &dyn Kernels, dtype: Dtype, lane: Lane) -> Checked {
    for_each(dtype, lane, |x, axis, lanes| {
        let expected: Vec<_> = lanes.iter().map(|lane| order(lane)[0] as f64).collect();
        assert_equal(&kernels.argmax(x, axis)?, &expected, |at| shown(&lanes[at]));
        Ok(())
    })
}

#[conformance(
    of = "argmin",
    dtype(F32, F64, F16, BF16),
    lane(
        Hidden,
        PartlyHidden,
        Infinite,
        BothInfinities,
        OneNan,
        SeveralNans,
        Zeros,
        Largest,
        Lowest,
        Subnormals uses("subnormal_operands")
    )
)]
pub fn argmin(kernels: &dyn Kernels, dtype: Dtype, lane: Lane) -> Checked {
    let place = |lane: &Vec<f64>| order(&lane.iter().map(|x| -x).collect::<Vec<_>>())[0] as f64;
    for_each(dtype, lane, |x, axis, lanes| {
        let expected: Vec<_> = lanes.iter().map(place).collect();
        assert_equal(&kernels.argmin(x, axis)?, &expected, |at| shown(&lanes[at]));
        // And of the lanes that have their largest element where these have the smallest.
        let turned = Tensor::from_f64(x.shape(), dtype, &x.to_f64().iter().map(|x| -x).collect::<Vec<_>>())?;
        let expected: Vec<_> = lanes.iter().map(|lane| order(lane)[0] as f64).collect();
        assert_equal(&kernels.argmin(&turned, axis)?, &expected, |at| shown(&lanes[at]));
        Ok(())
    })
}

#[conformance(
    of = "top_k",
    dtype(F32, F64, F16, BF16),
    lane(
        Hidden,
        PartlyHidden,
        Infinite,
        BothInfinities,
        OneNan uses("nan_extremes"),
        SeveralNans uses("nan_extremes"),
        Zeros,
        Largest,
        Lowest,
        Subnormals uses("subnormal_operands")
    )
)]
pub fn top_k(kernels: &dyn Kernels, dtype: Dtype, lane: Lane) -> Checked {
    for_each(dtype, lane, |x, axis, lanes| {
        let length = lanes[0].len();
        for k in [1, length.div_ceil(2), length] {
            let (values, places) = kernels.top_k(x, k, axis)?;
            let picked = |at: usize| {
                let (lane, rank) = if axis == 1 { (at / k, at % k) } else { (at % lanes.len(), at / lanes.len()) };
                (&lanes[lane], order(&lanes[lane])[rank])
            };
            let picked: Vec<_> = (0..k * lanes.len()).map(picked).collect();
            let of = |at: usize| shown(picked[at].0);
            assert_equal(&values, &picked.iter().map(|(lane, place)| lane[*place]).collect::<Vec<_>>(), of);
            assert_equal(&places, &picked.iter().map(|(_, place)| *place as f64).collect::<Vec<_>>(), of);
        }
        Ok(())
    })
}
