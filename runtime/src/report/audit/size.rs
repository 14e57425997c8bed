//! How far off the cells of a row are, beside what the row allows them to be.

use crate::record::CellRecord;
use crate::report::bounds::{around, is_measured, literal};
use crate::suite::expectation::{Bounds, Failure};

/// A bound so many times as large as what was seen hides a fault that is worse.
const WIDE: f64 = 8.0;

/// How far off some cells are, all of which fail by a mismatch.
#[derive(Debug, PartialEq)]
pub(super) struct Size {
    /// In units in the last place, a number a cell; empty where some have none, or none that says anything.
    ulps: Vec<f64>,
    /// The share of the elements, a number a cell; empty where some have a single one.
    shares: Vec<f64>,
}

impl Size {
    /// Of failing cells; none where one of them fails by something else, or is nothing that can be measured.
    pub(super) fn of(failing: &[&CellRecord]) -> Option<Self> {
        let is_mismatch = |cell: &&CellRecord| cell.failure == Some(Failure::Mismatch);
        if failing.is_empty() || !failing.iter().all(is_mismatch) {
            return None;
        }
        let extents: Vec<_> = failing.iter().map(|cell| cell.extent.as_ref()).collect::<Option<_>>()?;
        let ulps: Option<Vec<_>> = extents.iter().map(|extent| extent.ulps.filter(|ulps| is_measured(*ulps))).collect();
        let shares: Option<Vec<_>> = extents.iter().map(|extent| extent.share).collect();
        let size = Self { ulps: ulps.unwrap_or_default(), shares: shares.unwrap_or_default() };
        (!size.ulps.is_empty() || !size.shares.is_empty()).then_some(size)
    }

    /// The calls that bound it, as they are typed: `.ulps(12.0..=40.6).share(0.25..=0.5)`.
    pub(super) fn calls(&self) -> String {
        let call = |name: &str, values: &[f64], of_share| match values {
            [] => String::new(),
            values => format!(".{name}({})", around(values, of_share)),
        };
        call("ulps", &self.ulps, false) + &call("share", &self.shares, true)
    }

    /// What is so much wider than this that it may as well not be there: each as it is typed, and what was seen.
    pub(super) fn wide(&self, bounds: Bounds) -> Vec<(String, String)> {
        let wide = |call: &str, bound: Option<(f64, f64)>, seen: &[f64], of_share: bool| {
            let (least, greatest) = bound?;
            let most = seen.iter().copied().reduce(f64::max)?;
            let call = |range: String| format!(".{call}({range})");
            let written = format!("{}..={}", literal(least), literal(greatest));
            (greatest > WIDE * most).then(|| (call(written), call(around(seen, of_share))))
        };
        let all = [wide("ulps", bounds.ulps, &self.ulps, false), wide("share", bounds.share, &self.shares, true)];
        all.into_iter().flatten().collect()
    }
}
