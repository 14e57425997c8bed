//! ndarray, which has no order statistics.

use crosscheck::Debt::{Upstream, WontFix};
use crosscheck::{Action, Failure, RUN, Unavailable, xfail};
use ndarray::ArrayView1;

use crate::{Feature, Statistics};

struct Ndarray;

#[crosscheck::implements("ndarray")]
impl Statistics for Ndarray {
    fn mean(&self, x: &[f64]) -> f64 {
        ArrayView1::from(x).mean().unwrap_or(f64::NAN)
    }

    fn variance(&self, x: &[f64]) -> f64 {
        ArrayView1::from(x).var(1.0)
    }

    fn deviation(&self, x: &[f64]) -> f64 {
        ArrayView1::from(x).std(1.0)
    }
}

#[crosscheck::backend(name = "ndarray")]
fn open() -> Result<Box<dyn Statistics>, Unavailable> {
    Ok(Box::new(Ndarray))
}

#[crosscheck::exclusions("ndarray")]
const fn cannot(feature: Feature) -> Action {
    match feature {
        Feature::LargeMean => xfail(
            "the variance of 1e9 + 1, 1e9 + 2, 1e9 + 4 → 2.33333328 instead of 2.33333333: in one pass, by Welford",
        )
        .because(Upstream)
        .ulps(1e8..=2e8),
        Feature::LargeNumbers | Feature::NanStays | Feature::NoNumbers => RUN,
    }
}

#[crosscheck::exclusions("ndarray", test = crate::moments::mean_of_numbers_whose_sum_overflows)]
const SUM_OVERFLOWS: Action = xfail("the mean of 1.5e308, 1e308, 1.25e308 → inf")
    .because(Upstream)
    .by(Failure::Mismatch)
    .saying("inf instead of");

#[crosscheck::exclusions("ndarray", test = crate::empty::variance, case(x = none))]
const PANICS: Action = xfail("the variance of no numbers → a panic, of one number → NaN")
    .because(WontFix)
    .by(Failure::Panic)
    .saying("`ddof` must not be");
