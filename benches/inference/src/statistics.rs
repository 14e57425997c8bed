//! Of several measurements, those that count.

use std::time::Duration;

/// The one in the middle.
pub fn median(times: &[Duration]) -> Duration {
    percentile(times, 50)
}

/// The least that so many percent of all do not exceed.
pub fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(at).copied().unwrap_or_default()
}
