//! Where runs stand beside each other: as far apart as they were in time, and never upon each other.

use crosscheck::internals::day;

use crate::views::moment;

/// How far apart two points are at the least, in pixels, as long as there is room: so far that they do not touch.
const APART: f64 = 9.0;
/// How far apart the middles of two dates are at the least.
const DATE: f64 = 90.0;

/// The places of runs that began at these times, which are sorted, between two ends. One run stands in the middle.
pub fn places(times: &[u64], from: f64, to: f64) -> Vec<f64> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Vec::new() };
    if times.len() == 1 {
        return vec![f64::midpoint(from, to)];
    }
    let span = (last - first) as f64;
    let share = |at: u64| if span > 0.0 { (at - first) as f64 / span } else { 0.0 };
    let apart = APART.min((to - from) / (times.len() - 1) as f64);
    // Each behind the one before; then, where that went too far, each before the one behind.
    let mut places: Vec<f64> = Vec::with_capacity(times.len());
    for at in times {
        let place = from + share(*at) * (to - from);
        places.push(places.last().map_or(place, |before| place.max(before + apart)));
    }
    let mut limit = to;
    for place in places.iter_mut().rev() {
        *place = place.min(limit);
        limit = *place - apart;
    }
    places
}

/// The runs below which it says when they began, and what it says there: the day, once for those of one day; the time where all
/// are of one day. The first and the last one are among them, if there is room for both.
pub fn dates(times: &[u64], places: &[f64]) -> Vec<(usize, String)> {
    let is_one_day = times.first().map(|at| day(*at)) == times.last().map(|at| day(*at)) && times.len() > 1;
    let says = |at: usize| match moment(times[at]) {
        // `2026-11-28 21:05 UTC`
        moment if is_one_day => moment.split_once(' ').map_or_else(String::new, |(_, time)| time.to_owned()),
        moment => moment.split(' ').next().unwrap_or_default().to_owned(),
    };
    let mut dates: Vec<(usize, String)> = Vec::new();
    let last = times.len().saturating_sub(1);
    let fits = |at: usize, beside: usize| (places[at] - places[beside]).abs() >= DATE;
    for at in 0..times.len() {
        let text = says(at);
        let is_new = dates.last().is_none_or(|(before, said)| fits(at, *before) && *said != text);
        if is_new && (at == 0 || at == last || fits(at, last) && text != says(last)) {
            dates.push((at, text));
        }
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    #[test]
    fn runs_stand_as_far_apart_as_they_were_in_time() {
        assert_eq!(places(&[0, DAY, 4 * DAY], 0.0, 400.0), [0.0, 100.0, 400.0]);
        assert_eq!(places(&[7], 0.0, 400.0), [200.0]);
        assert_eq!(places(&[], 0.0, 400.0), [0.0; 0]);
    }

    /// Whatever the times are: of one second, at both ends, more than there is room for.
    #[test]
    fn no_run_stands_upon_another_or_beyond_an_end() {
        let many: Vec<u64> = (0..500).map(|at| at * at).collect();
        let lists: [&[u64]; 6] = [
            &[5, 5, 5],
            &[0, 1, 2, 9 * DAY],
            &[0, 9 * DAY - 1, 9 * DAY - 1, 9 * DAY],
            &[1, 1_700_000_000],
            &[7; 90],
            &many,
        ];
        for times in lists {
            let places = places(times, 10.0, 410.0);
            let apart = APART.min(400.0 / (times.len() - 1) as f64);
            assert!(places.windows(2).all(|pair| pair[1] - pair[0] > apart - 1e-6), "{times:?}: {places:?}");
            assert!(places[0] >= 10.0 - 1e-6 && places[places.len() - 1] <= 410.0 + 1e-6, "{times:?}: {places:?}");
        }
    }

    #[test]
    fn a_date_stands_where_there_is_room_and_once_a_day() {
        let shown = |times: &[u64]| {
            let dates = dates(times, &places(times, 0.0, 600.0));
            dates.into_iter().map(|(at, text)| format!("{at} {text}")).collect::<Vec<_>>()
        };
        assert_eq!(shown(&[0]), ["0 1970-01-01"]);
        assert_eq!(shown(&[0, 60, 120, 10 * DAY, 20 * DAY]), ["0 1970-01-01", "3 1970-01-11", "4 1970-01-21"]);
        assert_eq!(shown(&[0, 19 * DAY, 20 * DAY]), ["0 1970-01-01", "2 1970-01-21"]);
        assert_eq!(shown(&[0, 3_600, 7_200]), ["0 00:00 UTC", "1 01:00 UTC", "2 02:00 UTC"]);
        assert_eq!(shown(&[5, 5]), ["0 00:00 UTC"]);
        assert_eq!(shown(&[]), [""; 0]);
    }
}
