//! The difference in a terminal.

use std::fmt::Write;

use crosscheck::internals::report::line;

use super::{Item, items, pace, run, summary};
use crate::diff::{Diff, Kind};

/// The two runs, what is different by kind, and what it comes to; of each kind so many at the most.
pub fn text(diff: &Diff<'_>, regressions: &[Kind], limit: usize) -> String {
    let mut text = format!("old: {}\nnew: {}\n", line(&run(diff.old)), line(&run(diff.new)));
    for note in diff.notes().into_iter().chain(pace(diff)) {
        let _ = writeln!(text, "note: {}", line(&note));
    }
    for kind in Kind::ALL {
        section(&mut text, kind, &items(diff, kind), limit);
    }
    let _ = writeln!(text, "\n{}", summary(diff, regressions));
    text
}

fn section(text: &mut String, kind: Kind, items: &[Item], limit: usize) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{} {}", items.len(), kind.counted());
    for Item { of, change, why } in items.iter().take(limit) {
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        let _ = writeln!(text, "  {}", line(&format!("{of}: {change}{why}")));
    }
    if items.len() > limit {
        let _ = writeln!(text, "  … and {} more (--all lists them)", items.len() - limit);
    }
}
