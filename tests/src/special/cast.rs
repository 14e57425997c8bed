//! Casts: source × target × kind of value.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::integer::wholes;
use super::rule::{Numbers, assert_exact, assert_whole, ends, nearest, nearest_of_whole, wrapped};
use super::value::{Kind, holding};
use crate::Checked;

/// The whole number that a float becomes; nothing where that is not specified.
fn cast_to_whole(to: Dtype, x: f64) -> Option<i64> {
    if to == Dtype::Bool {
        return Some(i64::from(x != 0.0));
    }
    // 128 bits saturate, and NaN is left out.
    let [whole, least, most] = [x as i128, ends(to)[0].into(), ends(to)[1].into()];
    (!x.is_nan() && (least..=most).contains(&whole)).then_some(whole as i64)
}

#[track_caller]
fn assert_cast(kernels: &dyn Kernels, from: Dtype, to: Dtype, values: &[f64]) -> Checked {
    let specified = |x: &f64| to.is_float() || cast_to_whole(to, *x).is_some();
    let values: Vec<_> = values.iter().copied().filter(specified).collect();
    let made = kernels.cast(&holding(&[values.len()], from, &values)?, to)?;
    assert_eq!(made.dtype(), to);
    let of = |at: usize| format!("{:e}", values[at]);
    if to.is_float() {
        assert_exact(&made, &values.iter().map(|x| nearest(to, *x)).collect::<Vec<_>>(), of);
    } else {
        assert_whole(&made, &values.iter().filter_map(|x| cast_to_whole(to, *x)).collect::<Vec<_>>(), of);
    }
    Ok(())
}

#[conformance(
    of = "cast",
    from(F32, F64, F16, BF16),
    to(F32, F64, F16, BF16, I64, I32, I8, U8, Bool),
    kind(Zeros, Subnormals uses("subnormals"), Least uses("subnormals"), Ordinary, Largest, Infinities, Nans)
)]
pub fn of_floats(kernels: &dyn Kernels, from: Dtype, to: Dtype, kind: Kind) -> Checked {
    assert_cast(kernels, from, to, &kind.values(from))
}

/// Where the target's rounding changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The largest number, and what is nearer to it than to what would come next, just so.
    Most,
    /// Half a step above the largest number, and more.
    Overflow,
    /// Halfway between two numbers, where the even one is the smaller or the larger.
    Tie,
    /// Just above and just below such.
    BesideTie,
    /// Half of the least number above 0, and what is beside it.
    Underflow,
}

impl Edge {
    fn sizes(self, to: Dtype) -> Vec<f64> {
        // As near as each source can be.
        let near = [53, 24, 11, 8].map(|digits| 2_f64.powi(1 - digits));
        if !to.is_float() {
            // The first number that is too large, which with a minus sign may be the last one that is not.
            let end = ends(to)[1] as f64 + if to == Dtype::I64 { 0.0 } else { 1.0 };
            // Fractions below 1, whole numbers and what is beside them.
            return match self {
                Self::Most => {
                    let below = near.map(|near| end * (1.0 - near / 2.0));
                    [&[end, end / 2.0, end / 2.0 - 1.0][..], &below].concat()
                }
                Self::Overflow => {
                    vec![65_504.0, 16_777_215.0, 16_777_216.0, 1_099_511_627_776.0, 9_007_199_254_740_991.0]
                }
                Self::Tie => vec![0.5, 1.5, 2.5, 1023.5],
                Self::BesideTie => vec![0.499, 0.501, 0.999, 1.999, 127.9],
                Self::Underflow => vec![2_f64.powi(-24), 2_f64.powi(-130), f64::MIN_POSITIVE],
            };
        }
        let numbers = Numbers::of(to);
        let (roundoff, quantum, most) = (numbers.roundoff(), numbers.quantum(), numbers.most());
        let half = 2_f64.powi(numbers.highest - numbers.digits);
        match self {
            Self::Most => {
                let below = near.map(|near| (most + half) * (1.0 - near / 2.0));
                [&[most, most - half][..], &below].concat()
            }
            Self::Overflow => vec![most + half, most + 1.5 * half, 2.0 * most, 1e30, 1e300],
            Self::Tie => {
                vec![1.0 + roundoff, 1.0 + 3.0 * roundoff, 1000.0 * (1.0 + roundoff), numbers.least() - 1.5 * quantum]
            }
            Self::BesideTie => {
                let ties = [1.0 + roundoff, 1.0 + 3.0 * roundoff, 3.0 * (1.0 + roundoff / 1.5)];
                let beside = |tie: f64| near.map(|near| [tie * (1.0 - near), tie * (1.0 + near)]).concat();
                ties.into_iter().flat_map(beside).collect()
            }
            Self::Underflow => vec![
                quantum / 2.0,
                quantum * 0.51,
                quantum * 0.49,
                quantum,
                quantum * 1.5,
                quantum * 2.5,
                quantum / 3.0,
            ],
        }
    }
}

#[conformance(
    of = "cast",
    from(F32, F64, F16, BF16),
    to(F32, F16, BF16, I64, I32, I8, U8, Bool),
    edge(Most, Overflow, Tie, BesideTie, Underflow uses("subnormals"))
)]
pub fn at_the_edges_of_the_target(kernels: &dyn Kernels, from: Dtype, to: Dtype, edge: Edge) -> Checked {
    // 1 is a number of each type.
    let sizes = edge.sizes(to).into_iter().chain([1.0]).map(|size| nearest(from, size)).filter(|size| size.is_finite());
    assert_cast(kernels, from, to, &sizes.flat_map(|size| [size, -size]).collect::<Vec<_>>())
}

/// Whether two roundings to bf16, of which the first is to a float of 24 or 53 digits, are as good as one. That they are not
/// for others is a check of its own.
fn is_rounded_once(x: i64) -> bool {
    let once = nearest_of_whole(Dtype::BF16, x);
    [Dtype::F32, Dtype::F64].iter().all(|wide| nearest(Dtype::BF16, nearest_of_whole(*wide, x)) == once)
}

/// Of truth values, true is 1.
#[conformance(of = "cast", from(I64, I32, I8, U8, Bool), to(F32, F64, F16, BF16, I64, I32, I8, U8, Bool))]
pub fn of_integers(kernels: &dyn Kernels, from: Dtype, to: Dtype) -> Checked {
    let values: Vec<_> = wholes(from).into_iter().filter(|x| to != Dtype::BF16 || is_rounded_once(*x)).collect();
    let made = kernels.cast(&Tensor::from_i64(&[values.len()], from, &values)?, to)?;
    assert_eq!(made.dtype(), to);
    let of = |at: usize| values[at];
    if to.is_float() {
        assert_exact(&made, &values.iter().map(|x| nearest_of_whole(to, *x)).collect::<Vec<_>>(), of);
    } else {
        let left = |x: &i64| if to == Dtype::Bool { i64::from(*x != 0) } else { wrapped(to, *x) };
        assert_whole(&made, &values.iter().map(left).collect::<Vec<_>>(), of);
    }
    Ok(())
}
