//! average, which takes the numbers one by one and keeps none of them.

use average::{Estimate, Max, Mean, Min, Quantile, Skewness, Variance};
use crosscheck::Debt::{Upstream, WontFix};
use crosscheck::{Action, Failure, Unavailable, xfail};

use crate::Statistics;

struct Average;

#[crosscheck::implements("average")]
impl Statistics for Average {
    fn mean(&self, x: &[f64]) -> f64 {
        x.iter().collect::<Mean>().mean()
    }

    fn variance(&self, x: &[f64]) -> f64 {
        x.iter().collect::<Variance>().sample_variance()
    }

    fn min(&self, x: &[f64]) -> f64 {
        x.iter().collect::<Min>().min()
    }

    fn max(&self, x: &[f64]) -> f64 {
        x.iter().collect::<Max>().max()
    }

    fn median(&self, x: &[f64]) -> f64 {
        let mut median = Quantile::new(0.5);
        x.iter().for_each(|x| median.add(*x));
        median.quantile()
    }

    fn skewness(&self, x: &[f64]) -> f64 {
        x.iter().collect::<Skewness>().skewness()
    }
}

#[crosscheck::backend(name = "average")]
fn open() -> Result<Box<dyn Statistics>, Unavailable> {
    Ok(Box::new(Average))
}

#[crosscheck::exclusions("average", test(crate::nan::in_a_minimum, crate::nan::in_a_maximum))]
const PASSES_OVER_NAN: Action = xfail("the minimum of NaN, 1, 2 → 1, wherever the NaN stands")
    .because(WontFix)
    .by(Failure::Mismatch)
    .saying("instead of NaN");

#[crosscheck::exclusions("average", test = crate::nan::in_a_median, case(x = first | last))]
const TAKES_THE_MIDDLE: Action = xfail("the median of NaN, 1, 2 → 1, and of 1, NaN, 2 → NaN: as in `UNSORTED`")
    .because(Upstream)
    .by(Failure::Mismatch)
    .saying("instead of NaN");

#[crosscheck::exclusions("average", test(crate::empty::min, crate::empty::max))]
const NEUTRAL: Action = xfail("the minimum of no numbers → inf, the maximum → -inf, where NaN is expected")
    .because(WontFix)
    .by(Failure::Mismatch)
    .saying("inf instead of NaN");

#[crosscheck::exclusions("average", test = crate::order::median, case(x = three | even))]
const UNSORTED: Action =
    xfail("the median of 8.5, -1.5, 4 → -1.5: `Quantile` sorts a copy of up to four numbers, and reads the original")
        .because(Upstream)
        .ulps(3.9e15..=6.3e15);

#[crosscheck::exclusions("average", test = crate::order::median_of_more_than_five)]
const ESTIMATES: Action =
    xfail("the median of 1, 2, 4, …, 64 → 4: an estimate in one pass, which keeps five numbers (P²)")
        .because(WontFix)
        .ulps(4.9e14..=2.3e15);

#[crosscheck::exclusions(
    "average",
    test(crate::moments::variance_that_overflows, crate::moments::variance_of_equal_large_numbers)
)]
const OVERFLOWS: Action =
    xfail("the variance of 1e308, 1e308 → NaN instead of 0, of 1e200, -1e200, 0 → NaN instead of inf")
        .because(Upstream)
        .by(Failure::Mismatch)
        .saying("NaN instead of");

#[crosscheck::exclusions("average", test(crate::order::min_of_zeros, crate::order::max_of_zeros), case(x = last))]
const FIRST_ZERO: Action = xfail("the minimum of 0, -0 → 0: the first of what is equal")
    .because(WontFix)
    .ulps(0.0..=0.0)
    .saying("in the sign of a zero");
