//! The cells that took longest.

use std::time::Duration;

use crate::record::CellRecord;
use crate::text;

/// Cells that take less are not worth a look.
const WORTH_A_LOOK: Duration = Duration::from_millis(500);

/// How many are named.
const MOST: usize = 5;

/// The slowest cells, the slowest first; nothing where none took half a second.
pub fn slowest(cells: &[CellRecord]) -> String {
    let took = |cell: &CellRecord| Duration::from_micros(cell.duration_us);
    let mut slow: Vec<_> = cells.iter().filter(|cell| took(cell) >= WORTH_A_LOOK).collect();
    slow.sort_by(|a, b| b.duration_us.cmp(&a.duration_us).then_with(|| a.name.cmp(&b.name)));
    let lines: Vec<_> = slow
        .iter()
        .take(MOST)
        .map(|cell| format!("  {:>9}  {}\n", seconds(took(cell)), text::line(&cell.name)))
        .collect();
    if lines.is_empty() { String::new() } else { format!("slowest cells\n{}", lines.concat()) }
}

/// `0.52 s`, `75.00 s`
fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(took: &[(&str, u64)]) -> Vec<CellRecord> {
        let cell = |(name, milliseconds): &(&str, u64)| CellRecord {
            duration_us: milliseconds * 1000,
            ..CellRecord::missing(name)
        };
        took.iter().map(cell).collect()
    }

    #[test]
    fn the_five_slowest_are_named_where_they_are_worth_a_look() {
        let some = [("d", 700), ("a", 499), ("b", 75_000), ("c", 700), ("e", 800), ("f", 900), ("g", 600), ("h", 500)];
        assert_eq!(
            slowest(&cells(&some)),
            "slowest cells\n    75.00 s  b\n     0.90 s  f\n     0.80 s  e\n     0.70 s  c\n     0.70 s  d\n",
        );
        assert_eq!(
            slowest(&cells(&[("a", 499), ("b\u{1b}[2J\n", 500)])),
            "slowest cells\n     0.50 s  b\\u{1b}[2J\\n\n"
        );
        assert_eq!(slowest(&cells(&[("a", 499)])), "");
        assert_eq!(slowest(&[]), "");
    }
}
