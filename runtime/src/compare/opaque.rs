//! Values that compare themselves.

use std::any::Any;

use super::diff::Diff;
use super::{Agreement, Mismatch, Terms};

/// A value that compares itself with another one of its type, the type forgotten.
pub(super) trait Opaque: Any {
    fn same_type(&self, other: &dyn Opaque) -> bool;
    fn describe(&self) -> String;
    /// How the two disagree, if they do; what is expected is of the same type.
    fn compare(&self, expected: &dyn Opaque, terms: &Terms<'_>, agreement: &mut Agreement) -> Option<Disagreement>;
    /// Whether the value takes no computing; `None` where that cannot be known.
    fn is_null(&self) -> Option<bool>;
}

/// How two values disagree, one element each.
pub(super) enum Disagreement {
    /// As far apart as a tolerance forbids.
    #[cfg(feature = "approx")]
    Approx { actual: String, expected: String, allowed: String },
    /// Not equal.
    Exact(Diff),
}

impl Disagreement {
    pub(super) fn into_mismatch(self, path: String) -> Mismatch {
        match self {
            #[cfg(feature = "approx")]
            Self::Approx { actual, expected, allowed } => {
                Mismatch::Approx { path, actual, expected, allowed, wrong: 1, total: 1 }
            }
            Self::Exact(diff) => Mismatch::Text { path, diff: Box::new(diff), wrong: 1, total: 1 },
        }
    }
}
