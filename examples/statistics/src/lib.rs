//! Statistics of a few numbers, by three crates and by the book.

#![forbid(unsafe_code)]

use crosscheck::Subject;
use crosscheck::compare::Terms;

mod backends;
pub mod empty;
pub mod moments;
pub mod nan;
pub mod order;

/// What the checks ask of a crate. Where it has no such function, its `impl` block leaves the function out.
#[crosscheck::contract]
pub trait Statistics: Send + Sync {
    /// The arithmetic mean.
    fn mean(&self, x: &[f64]) -> f64;

    /// The variance of a population of which `x` is a sample: the sum of squares is divided by `x.len() - 1`.
    fn variance(&self, x: &[f64]) -> f64;

    /// The square root of [`variance`](Self::variance).
    fn deviation(&self, x: &[f64]) -> f64 {
        self.variance(x).sqrt()
    }

    /// The smallest number.
    fn min(&self, _x: &[f64]) -> f64 {
        unimplemented!()
    }

    /// The largest number.
    fn max(&self, _x: &[f64]) -> f64 {
        unimplemented!()
    }

    /// The number in the middle, or the mean of the two.
    fn median(&self, _x: &[f64]) -> f64 {
        unimplemented!()
    }

    /// The third standardised moment.
    fn skewness(&self, _x: &[f64]) -> f64 {
        unimplemented!()
    }

    /// The n-th root of the product.
    fn geometric_mean(&self, _x: &[f64]) -> f64 {
        unimplemented!()
    }
}

/// What not every crate can do.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A mean far from zero, compared with the deviation.
    LargeMean,
    /// Squares that overflow.
    LargeNumbers,
    /// A NaN among the numbers makes the result NaN.
    NanStays,
    /// Of no numbers at all, the result is NaN.
    NoNumbers,
}

impl Subject for dyn Statistics {
    type Feature = Feature;
    const BASELINE: &'static str = "reference";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["reference", "average", "statrs", "ndarray"]);
    // A minimum may be -0.
    const TERMS: Terms<'static> = Terms::DEFAULT.keep_signed_zeros();
}
