//! The numbers for a spreadsheet.

use crate::trend::Trend;
use crate::views::escape::csv as field;
use crate::views::timestamp;

const HEADER: &str = "when,run,fingerprint,backend,cells,passed,excused,not_run,unavailable,failing,not_yet,wont_fix,upstream,\
hardware_limit,no_reason,seconds,used\n";

/// A line for each run and backend.
pub fn csv(trend: &Trend) -> String {
    let lines = trend.points.iter().flat_map(|point| {
        point.tallies.iter().map(move |(backend, tally)| {
            let counts = [tally.cells, tally.passed, tally.excused, tally.not_run, tally.unavailable, tally.failing];
            let counts =
                counts.into_iter().chain(tally.debts).map(|count| count.to_string()).collect::<Vec<_>>().join(",");
            let used = tally.used.map(|used| used.to_string()).unwrap_or_default();
            let (when, run, fingerprint) = (timestamp(point.at), field(&point.name), point.fingerprint);
            let seconds = tally.duration_us as f64 / 1e6;
            format!("{when},{run},{fingerprint},{},{counts},{seconds},{used}\n", field(backend))
        })
    });
    std::iter::once(HEADER.to_owned()).chain(lines).collect()
}
