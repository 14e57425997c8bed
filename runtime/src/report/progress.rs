//! What a run says of itself while it goes.

use std::time::Duration;

use super::counted;
use crate::text;

/// How far a run is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// How many cells the run has.
    pub total: usize,
    /// How many of them have ended.
    pub done: usize,
    /// How many of those were known when the run began.
    pub known: usize,
    /// How many of those that have ended fail the run.
    pub failing: usize,
    /// How long the run has gone on.
    pub elapsed: Duration,
    /// The names of the cells that are running, and how long they have been.
    pub running: Vec<(String, Duration)>,
}

/// In one line, which a terminal with so many columns shows without a break:
/// `120 of 3,517 cells, 2 FAILED, 3 min left: ops::sum::f32::mlx 12 s, ops::max::f32::mlx`
pub fn progress(progress: &Progress, columns: usize) -> String {
    let Progress { total, done, failing, .. } = *progress;
    let failing = if failing > 0 { format!(", {} FAILED", counted(failing)) } else { String::new() };
    let left = left(progress).map(|left| format!(", {} left", rough(left))).unwrap_or_default();
    let mut running: Vec<_> = progress.running.iter().collect();
    running.sort_by(|(a, a_since), (b, b_since)| b_since.cmp(a_since).then_with(|| a.cmp(b)));
    let running: Vec<_> = running
        .iter()
        .map(|(name, since)| match since.as_secs() {
            0 => text::line(name).into_owned(),
            _ => format!("{} {}", text::line(name), rough(*since)),
        })
        .collect();
    let running = if running.is_empty() { String::new() } else { format!(": {}", running.join(", ")) };
    let line = format!("{} of {} cells{failing}{left}{running}", counted(done), counted(total));
    // In the last column, some terminals begin a new line.
    cut(&line, columns.saturating_sub(1))
}

/// How long the rest takes if it goes on like this; `None` where too little is known.
fn left(progress: &Progress) -> Option<Duration> {
    let Progress { total, done, known, elapsed, .. } = *progress;
    let here = done.checked_sub(known).filter(|here| *here > 0 && elapsed >= Duration::from_secs(1))?;
    let rest = total.checked_sub(done).filter(|rest| *rest > 0)?;
    Some(elapsed.mul_f64(rest as f64 / here as f64))
}

/// `12 s`, `3 min`, `1 h 20 min`
fn rough(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..60 => format!("{} s", seconds.max(1)),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// As much of a line as these columns hold, a character that may be wide counted as two; what was cut ends in `…`.
fn cut(line: &str, columns: usize) -> String {
    let width = |c: char| if c < '\u{1100}' { 1 } else { 2 };
    if line.chars().map(width).sum::<usize>() <= columns {
        return line.to_owned();
    }
    let mut room = columns.saturating_sub(1);
    let fits = |c: &char| {
        let fits = room.checked_sub(width(*c));
        room = fits.unwrap_or(0);
        fits.is_some()
    };
    let kept: String = line.chars().take_while(fits).collect();
    if columns == 0 { String::new() } else { format!("{kept}…") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn some() -> Progress {
        Progress {
            total: 3517,
            done: 1200,
            known: 0,
            failing: 2,
            elapsed: seconds(100),
            running: vec![
                ("ops::max::mlx".to_owned(), Duration::from_millis(900)),
                ("ops::sum::mlx".to_owned(), seconds(12)),
                ("ops::add::mlx".to_owned(), seconds(61)),
            ],
        }
    }

    #[test]
    fn it_says_what_is_done_what_fails_what_runs_and_what_is_left() {
        assert_eq!(
            progress(&some(), 200),
            "1,200 of 3,517 cells, 2 FAILED, 3 min left: ops::add::mlx 1 min, ops::sum::mlx 12 s, ops::max::mlx",
        );
        assert_eq!(progress(&Progress { total: 3, ..Progress::default() }, 200), "0 of 3 cells");
        let ended = Progress { done: 3517, running: Vec::new(), failing: 0, ..some() };
        assert_eq!(progress(&ended, 200), "3,517 of 3,517 cells");
    }

    #[test]
    fn what_is_left_is_known_after_a_second_from_what_this_run_has_done() {
        let left = |progress| left(&progress).map(|left| left.as_secs());
        let half = Progress { total: 20, done: 10, elapsed: seconds(30), ..Progress::default() };
        assert_eq!(left(half.clone()), Some(30));
        assert_eq!(left(Progress { known: 5, ..half.clone() }), Some(60));
        assert_eq!(left(Progress { known: 10, ..half.clone() }), None);
        assert_eq!(left(Progress { done: 0, ..half.clone() }), None);
        assert_eq!(left(Progress { done: 20, ..half.clone() }), None);
        // A cell that was noted twice.
        assert_eq!(left(Progress { done: 21, ..half.clone() }), None);
        assert_eq!(left(Progress { elapsed: Duration::from_millis(999), ..half }), None);
    }

    #[test]
    fn durations_are_rough() {
        let shown = |of| rough(seconds(of));
        assert_eq!([0, 1, 59, 60, 3599].map(shown), ["1 s", "1 s", "59 s", "1 min", "59 min"]);
        assert_eq!([3600, 4860, 360_000].map(shown), ["1 h 0 min", "1 h 21 min", "100 h 0 min"]);
    }

    #[test]
    fn it_never_fills_the_last_column() {
        let whole = progress(&some(), 200);
        let length = whole.chars().count();
        assert_eq!(progress(&some(), length + 1), whole);
        assert_eq!([0, 1].map(|columns| progress(&some(), columns)), ["", ""]);
        for columns in 2..=length {
            let line = progress(&some(), columns);
            let Some(kept) = line.strip_suffix('…') else { panic!("{columns}: {line}") };
            // With the dots, one less than there are.
            assert!(whole.starts_with(kept) && kept.chars().count() == columns - 2, "{columns}: {line}");
        }
    }

    #[test]
    fn what_may_be_wide_counts_twice_and_nothing_acts_on_the_terminal() {
        let line = |name: &str, columns| {
            progress(
                &Progress { total: 1, running: vec![(name.to_owned(), seconds(0))], ..Progress::default() },
                columns,
            )
        };
        assert_eq!(line("張張張", 80), "0 of 1 cells: 張張張");
        assert_eq!(line("張張張", 21), "0 of 1 cells: 張張張");
        assert_eq!(line("張張張", 20), "0 of 1 cells: 張張…");
        assert_eq!(line("張張張", 19), "0 of 1 cells: 張…");
        assert_eq!(line("a\u{1b}]0;b\u{7}\nc", 80), "0 of 1 cells: a\\u{1b}]0;b\\u{7}\\nc");
    }
}
