//! Where and how the elements of an array disagree, for reports that draw it.

use serde::{Deserialize, Serialize};

use crate::compare::Mismatch;
use crate::compare::mismatch::Differences;

/// The elements of an array that disagree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disagreement {
    /// Where the array is in the value; empty for the value itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The type of its elements.
    pub dtype: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// How many of its elements disagree.
    pub wrong: usize,
    /// The largest difference in units in the last place of what is expected; for finite floats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ulps: Option<f64>,
    /// The first few, in row-major order.
    pub first: Vec<WrongElement>,
    /// The smallest box that holds all of them, as `[0, 32..64]`, where it is not the whole array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The same as the first and the last index on each axis.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub part: Vec<(usize, usize)>,
}

/// One element that disagrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WrongElement {
    /// Its index, one number a dimension.
    pub index: Vec<usize>,
    /// The backend's value.
    pub actual: String,
    /// The baseline's.
    pub expected: String,
}

impl Disagreement {
    /// The first array of a value of which elements disagree.
    pub(crate) fn of(mismatch: &Mismatch) -> Option<Self> {
        let Mismatch::Elements(differences) = mismatch else { return None };
        let Differences { path, dtype, shape, wrong, ulps, first, place, .. } = &**differences;
        let first = first.iter().map(|element| WrongElement {
            index: element.index.clone(),
            actual: element.actual.to_string(),
            expected: element.expected.to_string(),
        });
        Some(Self {
            path: path.clone(),
            dtype: dtype.to_string(),
            shape: shape.clone(),
            wrong: *wrong,
            // JSON has no infinity.
            ulps: ulps.as_ref().map(|largest| largest.value).filter(|ulps| ulps.is_finite()),
            first: first.collect(),
            place: place.as_ref().map(ToString::to_string),
            part: place.as_ref().map(|place| place.part(shape)).unwrap_or_default(),
        })
    }
}
