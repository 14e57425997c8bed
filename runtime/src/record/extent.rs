//! How far off a value is, in the measures of a row.

use serde::{Deserialize, Serialize};

use crate::compare::Mismatch;

/// How far off a value is: what the bounds of a row are compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    /// What it disagrees in, such as `in being NaN`.
    pub what: String,
    /// The largest difference in units in the last place; for floats, where it is a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ulps: Option<f64>,
    /// Whether that is infinite, because an element is not finite: JSON has no infinity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub infinite: bool,
    /// The share of the elements that disagree, from 0 to 1; of several elements, because of a single one it is always 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

impl Extent {
    /// That of a mismatch.
    pub(crate) fn of(mismatch: &Mismatch) -> Self {
        let elements = match mismatch {
            Mismatch::Elements(differences) => differences.total.saturating_add(differences.elsewhere.total),
            Mismatch::Approx { total, .. } => *total,
            _ => 0,
        };
        let ulps = mismatch.ulps().filter(|_| elements > 0);
        Self {
            what: mismatch.what().to_owned(),
            ulps: ulps.filter(|ulps| ulps.is_finite()),
            infinite: ulps.is_some_and(f64::is_infinite),
            share: (elements > 1).then(|| mismatch.share()),
        }
    }

    /// The largest difference in units in the last place, as a row is judged by it.
    pub fn largest(&self) -> Option<f64> {
        self.ulps.or_else(|| self.infinite.then_some(f64::INFINITY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Compare, Exact, Terms};

    fn of<T: Compare>(actual: &T, expected: &T) -> (String, Option<f64>, Option<f64>) {
        let extent = Extent::of(&Terms::DEFAULT.compare(actual, expected).unwrap_err());
        let read: Extent = serde_json::from_str(&serde_json::to_string(&extent).unwrap()).unwrap();
        assert_eq!(read, extent);
        (extent.what.clone(), extent.largest(), extent.share)
    }

    /// One value of each kind, and of each way in which floats disagree.
    #[test]
    fn an_extent_is_what_the_bounds_of_a_row_are_compared_with() {
        let said = |what: &str, ulps, share| (what.to_owned(), ulps, share);
        let one = 1.0_f64;
        assert_eq!(of(&vec![1.5, one], &vec![one, one]), said("in value", Some(0.5 / f64::EPSILON), Some(0.5)));
        assert_eq!(of(&vec![f64::NAN, 2.0], &vec![one, one]), said("in being NaN", Some(f64::INFINITY), Some(1.0)));
        let infinite = said("in being infinite, or in its sign", Some(f64::INFINITY), Some(0.5));
        assert_eq!(of(&vec![f64::INFINITY, 1.0], &vec![one, one]), infinite);
        assert_eq!(of(&vec![1_u32, 2, 3, 4], &vec![1, 2, 3, 5]), said("in value", None, Some(0.25)));
        assert_eq!(of(&1.5, &one), said("in value", Some(0.5 / f64::EPSILON), None));
        assert_eq!(of(&7_u32, &8), said("in value", None, None));
        assert_eq!(of(&"a".to_owned(), &"b".to_owned()), said("in text", None, None));
        assert_eq!(of(&vec![1.0], &vec![1.0, 2.0]), said("in shape", None, None));
        assert_eq!(of(&Exact("a"), &Exact("b")), said("in text", None, None));
    }
}
