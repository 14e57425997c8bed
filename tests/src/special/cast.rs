//! Casts: source × target × kind of value.

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels, Tensor};

use super::integer::ENDS;
use super::rule::{Numbers, assert_exact, nearest};
use super::value::{Kind, holding};
use crate::Checked;

/// What a value becomes; nothing where that is not specified.
fn cast_to(to: Dtype, x: f64) -> Option<f64> {
    match to {
        Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::BF16 => Some(nearest(to, x)),
        Dtype::I32 => {
            let whole = x.trunc();
            (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&whole).then_some(whole + 0.0)
        }
        Dtype::Bool => Some(f64::from(x != 0.0)),
    }
}

#[track_caller]
fn assert_cast(kernels: &dyn Kernels, from: Dtype, to: Dtype, values: &[f64]) -> Checked {
    let specified: Vec<_> = values.iter().copied().filter(|x| cast_to(to, *x).is_some()).collect();
    let expected: Vec<_> = specified.iter().filter_map(|x| cast_to(to, *x)).collect();
    let made = kernels.cast(&holding(&[specified.len()], from, &specified)?, to)?;
    assert_eq!(made.dtype(), to);
    assert_exact(&made, &expected, |at| format!("{:e}", specified[at]));
    Ok(())
}

#[conformance(
    of = "cast",
    from(F32, F64, F16, BF16),
    to(F32, F64, F16, BF16, I32, Bool),
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
        if !to.is_float() {
            // Fractions below 1, whole numbers and what is beside them; the largest number of 32 bits that is a float.
            return match self {
                Self::Most => vec![2_147_483_520.0, 2_147_483_392.0, 2_113_929_216.0, 32_768.0],
                Self::Overflow => vec![65_504.0, 16_777_215.0, 16_777_216.0],
                Self::Tie => vec![0.5, 1.5, 2.5, 1023.5],
                Self::BesideTie => vec![0.499, 0.501, 0.999, 1.999, 127.9],
                Self::Underflow => vec![2_f64.powi(-24), 2_f64.powi(-130), f64::MIN_POSITIVE],
            };
        }
        let numbers = Numbers::of(to);
        let (roundoff, quantum, most) = (numbers.roundoff(), numbers.quantum(), numbers.most());
        let half = 2_f64.powi(numbers.highest - numbers.digits);
        // As near as each source can be.
        let near = [53, 24, 11, 8].map(|digits| 2_f64.powi(1 - digits));
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
    to(F32, F16, BF16, I32, Bool),
    edge(Most, Overflow, Tie, BesideTie, Underflow uses("subnormals"))
)]
pub fn at_the_edges_of_the_target(kernels: &dyn Kernels, from: Dtype, to: Dtype, edge: Edge) -> Checked {
    // 1 is a number of each type.
    let sizes = edge.sizes(to).into_iter().chain([1.0]).map(|size| nearest(from, size)).filter(|size| size.is_finite());
    assert_cast(kernels, from, to, &sizes.flat_map(|size| [size, -size]).collect::<Vec<_>>())
}

#[conformance(of = "cast", to(F32, F64, F16, BF16, I32, Bool))]
pub fn of_integers(kernels: &dyn Kernels, to: Dtype) -> Checked {
    // Those that have more digits than two roundings leave unharmed are a check of their own.
    let ends = ENDS.iter().copied().filter(|whole| {
        to != Dtype::BF16 || nearest(to, nearest(Dtype::F32, f64::from(*whole))) == nearest(to, f64::from(*whole))
    });
    let values: Vec<_> = ends.map(f64::from).collect();
    assert_cast(kernels, Dtype::I32, to, &values)
}

#[conformance(of = "cast", to(F32, F64, F16, BF16, I32, Bool))]
pub fn of_truth_values(kernels: &dyn Kernels, to: Dtype) -> Checked {
    let made = kernels.cast(&Tensor::bool(&[3], [true, false, true])?, to)?;
    assert_eq!(made.dtype(), to);
    assert_exact(&made, &[1.0, 0.0, 1.0], |at| at);
    Ok(())
}
