//! The definitions, by the book: two passes, and IEEE 754-2019's `minimum` and `maximum`.

use crosscheck::Unavailable;

use crate::Statistics;

struct Reference;

#[crosscheck::implements("reference")]
impl Statistics for Reference {
    fn mean(&self, x: &[f64]) -> f64 {
        let n = x.len() as f64;
        x.iter().map(|x| x / n).sum::<f64>() + if x.is_empty() { f64::NAN } else { 0.0 }
    }

    fn variance(&self, x: &[f64]) -> f64 {
        let mean = self.mean(x);
        // The second term is 0 but for the rounding of the mean (Chan, Golub, LeVeque 1983, equation 1.7).
        let squares = moment(x, mean, 2) - moment(x, mean, 1).powi(2) / x.len() as f64;
        squares / x.len().saturating_sub(1) as f64
    }

    fn deviation(&self, x: &[f64]) -> f64 {
        self.variance(x).sqrt()
    }

    fn min(&self, x: &[f64]) -> f64 {
        x.iter()
            .copied()
            .reduce(|a, b| if a.is_nan() || a.total_cmp(&b).is_lt() && !b.is_nan() { a } else { b })
            .unwrap_or(f64::NAN)
    }

    fn max(&self, x: &[f64]) -> f64 {
        -self.min(&x.iter().map(|x| -x).collect::<Vec<_>>())
    }

    fn median(&self, x: &[f64]) -> f64 {
        if x.is_empty() || x.iter().any(|x| x.is_nan()) {
            return f64::NAN;
        }
        let mut sorted = x.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        f64::midpoint(sorted[(x.len() - 1) / 2], sorted[x.len() / 2])
    }

    fn skewness(&self, x: &[f64]) -> f64 {
        let (n, mean) = (x.len() as f64, self.mean(x));
        moment(x, mean, 3) / n / (moment(x, mean, 2) / n).powf(1.5)
    }

    fn geometric_mean(&self, x: &[f64]) -> f64 {
        x.iter().product::<f64>().powf(1.0 / x.len() as f64)
    }
}

/// The sum of the powers of the differences from the mean.
fn moment(x: &[f64], mean: f64, power: i32) -> f64 {
    x.iter().map(|x| (x - mean).powi(power)).sum()
}

#[crosscheck::backend(name = "reference")]
fn open() -> Result<Box<dyn Statistics>, Unavailable> {
    Ok(Box::new(Reference))
}
