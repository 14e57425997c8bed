//! `round`: which whole number is the nearest, of two equally near ones the even one, with the sign of what is rounded.

use std::cmp::Ordering;

use crosscheck::conformance;
use crosscheck_backends::{Dtype, Kernels};

use super::function::Region;
use super::rule::{Numbers, assert_exact};
use super::value::holding;
use crate::Checked;

#[conformance(
    of = "round",
    dtype(F32, F64, F16, BF16),
    region(Zeros, Infinities, Nans, Subnormals uses("subnormal_operands"), Tiny, Moderate, Far, Largest)
)]
pub fn of_each_region(kernels: &dyn Kernels, dtype: Dtype, region: Region) -> Checked {
    let mut x = region.arguments(dtype, &|x| x);
    x.retain(|x| !is_tie(*x));
    assert_rounded(kernels, dtype, &x)
}

/// Halves of all sizes that the type has, and the numbers beside them.
#[conformance(of = "round", dtype(F32, F64, F16, BF16), beside(false, true))]
pub fn halves(kernels: &dyn Kernels, dtype: Dtype, beside: bool) -> Checked {
    let numbers = Numbers::of(dtype);
    let small = (0..12).map(|whole| f64::from(whole) + 0.5);
    // Up to where the step from one number to the next is a half.
    let large = (3..numbers.digits).flat_map(|power| [-1.5, -0.5, 0.5, 1.5].map(|off| 2_f64.powi(power - 1) + off));
    let halves: Vec<_> = small.chain(large).filter(|half| numbers.nearest(*half) == *half).collect();
    let near = |half: f64| {
        let step = [1.0, -1.0].map(|side| half * (1.0 + side * 1.5 * numbers.roundoff()));
        step.map(|x| numbers.nearest(x)).into_iter().filter(|x| !is_tie(*x)).collect::<Vec<_>>()
    };
    let sizes: Vec<_> = if beside { halves.into_iter().flat_map(near).collect() } else { halves };
    assert_rounded(kernels, dtype, &sizes.iter().flat_map(|size| [*size, -size]).collect::<Vec<_>>())
}

/// Where the steps are 1 and more there is nothing to round, whatever a number of less bits would hold.
#[conformance(of = "round", dtype(F32, F64, F16, BF16))]
pub fn whole_numbers(kernels: &dyn Kernels, dtype: Dtype) -> Checked {
    let numbers = Numbers::of(dtype);
    let whole = (numbers.digits - 1..numbers.highest).map(|power| 2_f64.powi(power));
    let odd = 2_f64.powi(numbers.digits - 1) + 1.0;
    let sizes: Vec<_> = whole.flat_map(|x| [x, x * 1.5]).chain([odd, odd + 2.0, 2.0 * odd, 1.0, 2.0, 3.0]).collect();
    assert_rounded(kernels, dtype, &sizes.iter().flat_map(|size| [*size, -size]).collect::<Vec<_>>())
}

fn is_tie(x: f64) -> bool {
    (x - x.trunc()).abs() == 0.5
}

/// The whole number below or above, whichever is nearer, and of two the even one; with the sign of what is rounded.
fn rounded(x: f64) -> f64 {
    let (below, above) = (x.floor(), x.ceil());
    let nearer = match (x - below).partial_cmp(&(above - x)) {
        Some(Ordering::Less) => below,
        Some(Ordering::Greater) => above,
        // A whole number, infinity and NaN are what they are.
        _ if below == above || !x.is_finite() => x,
        _ if below % 2.0 == 0.0 => below,
        _ => above,
    };
    nearer.copysign(x)
}

#[track_caller]
fn assert_rounded(kernels: &dyn Kernels, dtype: Dtype, x: &[f64]) -> Checked {
    let expected: Vec<_> = x.iter().map(|x| rounded(*x)).collect();
    let made = kernels.round(&holding(&[x.len()], dtype, x)?)?;
    assert_eq!(made.dtype(), dtype);
    assert_exact(&made, &expected, |at| format!("{:e}", x[at]));
    Ok(())
}

/// All numbers of 16 bits that there are, those halfway between two whole ones apart.
#[conformance(of = "round", dtype(F16, BF16), ties(false, true))]
pub fn all_of_sixteen_bits(kernels: &dyn Kernels, dtype: Dtype, ties: bool) -> Checked {
    let mut x = Region::All.arguments(dtype, &|x| x);
    x.retain(|x| is_tie(*x) == ties);
    assert_rounded(kernels, dtype, &x)
}
