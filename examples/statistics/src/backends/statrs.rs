//! statrs, by its iterators and its order statistics.

use crosscheck::Debt::{Upstream, WontFix};
use crosscheck::{Action, Failure, RUN, Unavailable, xfail};
use statrs::statistics::{Data, OrderStatistics, Statistics as _};

use crate::{Feature, Statistics};

struct Statrs;

#[crosscheck::implements("statrs")]
impl Statistics for Statrs {
    fn mean(&self, x: &[f64]) -> f64 {
        x.mean()
    }

    fn variance(&self, x: &[f64]) -> f64 {
        x.variance()
    }

    fn deviation(&self, x: &[f64]) -> f64 {
        x.std_dev()
    }

    fn min(&self, x: &[f64]) -> f64 {
        x.min()
    }

    fn max(&self, x: &[f64]) -> f64 {
        x.max()
    }

    fn median(&self, x: &[f64]) -> f64 {
        Data::new(x.to_vec()).median()
    }

    fn geometric_mean(&self, x: &[f64]) -> f64 {
        x.geometric_mean()
    }
}

#[crosscheck::backend(name = "statrs")]
fn open() -> Result<Box<dyn Statistics>, Unavailable> {
    Ok(Box::new(Statrs))
}

#[crosscheck::exclusions("statrs")]
const fn cannot(feature: Feature) -> Action {
    match feature {
        Feature::LargeMean => {
            xfail("the variance of 1e9 + 1, 1e9 + 2, 1e9 + 4 → 2.33333328 instead of 2.33333333: in one pass")
                .because(Upstream)
                .ulps(1e8..=2e8)
        }
        Feature::LargeNumbers | Feature::NanStays | Feature::NoNumbers => RUN,
    }
}

#[crosscheck::exclusions("statrs", test = crate::nan::in_a_median)]
const NAN_IS_LARGE: Action = xfail("the median of NaN, 1, 2 → 2, wherever the NaN stands: it is the largest")
    .because(WontFix)
    .by(Failure::Mismatch)
    .saying("2.0 instead of NaN");

#[crosscheck::exclusions("statrs", test = crate::order::median_whose_sum_overflows)]
const SUM_OVERFLOWS: Action =
    xfail("the median of 1e308, 1.5e308 → inf").because(Upstream).by(Failure::Mismatch).saying("inf instead of");

#[crosscheck::exclusions("statrs", test = crate::moments::geometric_mean_of_one_number)]
const BY_LOGARITHMS: Action =
    xfail("the geometric mean of 3 → 3.0000000000000004, by a logarithm").because(WontFix).ulps(1.0..=1.0);

#[crosscheck::exclusions("statrs", test(crate::order::min_of_zeros, crate::order::max_of_zeros), case(x = last))]
const FIRST_ZERO: Action = xfail("the minimum of 0, -0 → 0: the first of what is equal")
    .because(WontFix)
    .ulps(0.0..=0.0)
    .saying("in the sign of a zero");
