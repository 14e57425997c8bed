//! Operators on fields of one dimension, and what was a pytest suite for them.

#![forbid(unsafe_code)]

mod backends;
mod exclusions;
pub mod fields;

use crosscheck::Subject;

/// Runs operators.
pub trait Backend: Send + Sync {
    /// The field without its first points (or its last ones, where the offset is negative).
    ///
    /// # Errors
    /// When there is no code for this offset.
    fn shift(&self, field: &[f64], offset: isize) -> Result<Vec<f64>, String>;

    /// The sum of `init` and all points up to this one.
    ///
    /// # Errors
    /// When the backend cannot take one point after the other.
    fn scan(&self, field: &[f64], init: f64) -> Result<Vec<f64>, String>;

    /// The points of `a` where the mask is set, those of `b` elsewhere.
    ///
    /// # Errors
    /// When the backend runs nothing.
    fn select(&self, mask: &[bool], a: &[f64], b: &[f64]) -> Result<Vec<f64>, String>;

    /// The sum of each point's neighbours.
    ///
    /// # Errors
    /// When the backend runs nothing.
    fn neighbour_sum(&self, field: &[f64], table: &[&[usize]]) -> Result<Vec<f64>, String>;
}

/// What a backend may lack: the markers of the pytest suite, without `uses_`.
#[derive(crosscheck::Feature, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Offsets that are known at run time only.
    DynamicOffsets,
    /// Scans of many points.
    LongScans,
    /// Tables in which points have different numbers of neighbours.
    RaggedTables,
    /// Each point needs the one before it.
    Scans,
}

impl Subject for dyn Backend {
    type Feature = Feature;
    const BASELINE: &'static str = "roundtrip";
    const BACKENDS: Option<&'static [&'static str]> = Some(&["roundtrip", "vectorized", "compiled", "dry_run"]);
}
