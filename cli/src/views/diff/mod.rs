//! What is different between two runs, as something to look at: pure functions of it.

mod html;
mod json;
mod markdown;
mod text;

use std::time::Duration;

use crosscheck::internals::RowRecord;

pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use text::text;

use super::moment;
use crate::diff::{Change, Diff, Kind, Lost, RowChange, Slower, TermsChange};
use crate::records::Run;

/// How many of a kind are listed where nobody asks for all of them.
pub const LIMIT: usize = 50;

/// A change, in words: what it is of, and what has become of it.
struct Item {
    /// The cell, the test or the row.
    of: String,
    /// From what to what.
    change: String,
    /// Why; empty where there is nothing to say.
    why: String,
}

/// All changes of a kind.
fn items(diff: &Diff<'_>, kind: Kind) -> Vec<Item> {
    match kind {
        Kind::Loosened => diff.terms.iter().filter(|change| change.is_looser).map(terms).collect(),
        Kind::Unfinished => diff.new.open.iter().map(|path| open(&path.display().to_string())).collect(),
        Kind::Slower => diff.pace.slower.iter().map(slower).collect(),
        Kind::Headroom => diff.headroom.iter().map(lost).collect(),
        Kind::Rows => diff.rows.iter().flat_map(|rows| &rows.changes).map(row).collect(),
        _ => diff.of_kind(kind).map(cell).collect(),
    }
}

fn cell(change: &Change<'_>) -> Item {
    let cell = change.cell();
    let outcome = |cell: Option<&crosscheck::record::CellRecord>, none: &str| {
        cell.map_or_else(|| none.to_owned(), |cell| cell.outcome.to_string())
    };
    let why = match change.new {
        Some(new) => new.reason.lines().next().unwrap_or_default().to_owned(),
        None => String::new(),
    };
    let change = format!("{} → {}", outcome(change.old, "new"), outcome(change.new, "gone"));
    Item { of: cell.name.clone(), change, why }
}

fn open(path: &str) -> Item {
    Item { of: path.to_owned(), change: "the run has not concluded".to_owned(), why: String::new() }
}

fn slower(Slower { cell, before, after, ratio }: &Slower<'_>) -> Item {
    let change = format!("{} → {}", time(*before), time(*after));
    Item { of: cell.name.clone(), change, why: format!("{ratio:.1} times as long as the run lets expect") }
}

fn lost(Lost { cell, before, after }: &Lost<'_>) -> Item {
    let change = format!("{} → {} of what is allowed", share(*before), share(*after));
    Item { of: cell.name.clone(), change, why: String::new() }
}

fn terms(TermsChange { test, old, new, .. }: &TermsChange) -> Item {
    let or_default = |terms: &Option<String>| terms.clone().unwrap_or_else(|| "the default".to_owned());
    Item { of: test.clone(), change: format!("{} → {}", or_default(old), or_default(new)), why: String::new() }
}

fn row(RowChange { old, new }: &RowChange<'_>) -> Item {
    let row = new.or(*old).expect("a row that is different is in one of the runs");
    let condition = row.condition.iter().map(|condition| format!(" if {condition}")).collect::<String>();
    let of = format!("{} {}{condition}", row.backend, row.row);
    match (old, new) {
        (Some(old), Some(new)) => {
            let (mut before, mut after) = (says(old), says(new));
            // Of an older record, no more is known.
            if before == after && old.unbounded != new.unbounded {
                let size = |row: &RowRecord| if row.unbounded { ", of any size" } else { ", within bounds" };
                before += size(old);
                after += size(new);
            }
            Item { of, change: format!("{before} → {after}"), why: String::new() }
        }
        (None, Some(new)) => Item { of, change: format!("new: {}", says(new)), why: String::new() },
        (Some(old), None) => Item { of, change: format!("gone: {}", says(old)), why: String::new() },
        (None, None) => Item { of, change: String::new(), why: String::new() },
    }
}

/// What a row says, in one line.
fn says(row: &RowRecord) -> String {
    let debt = row.debt.map(|debt| format!(", {}", debt.as_str()));
    let tracking = row.tracking.as_ref().map(|link| format!(", {link}"));
    let (since, until) = (row.since.as_ref(), row.until.as_ref());
    let since = since.map(|since| format!(", since {since}"));
    let until = until.map(|until| format!(", until {until}"));
    let seen_in = row.seen_in.as_ref().map(|cell| format!(", seen in {cell}"));
    let expects = row.expects.as_deref().unwrap_or_default();
    let reason = if row.reason.is_empty() { String::new() } else { format!(" \"{}\"", row.reason) };
    let rest: String = [debt, tracking, since, until, seen_in].into_iter().flatten().collect();
    format!("{}{reason}{expects}{rest}", row.action)
}

/// A run, in a line: of what, when, on what, and what became of it.
fn run(run: &Run) -> String {
    let start = run.starts.first();
    let suite = start.map_or("", |start| start.suite.as_str());
    let at = run.starts.iter().map(|start| start.at).filter(|at| *at > 0).max();
    let at = at.map(|at| format!(", {}", moment(at))).unwrap_or_default();
    let machines = crate::diff::machines(run);
    let totals = crosscheck::internals::report::totals(&run.cells);
    format!("{suite}{at}, on {machines}: {}", totals.trim_end())
}

/// What the times of all cells come to, where that is worth a word.
fn pace(diff: &Diff<'_>) -> Vec<String> {
    let pace = &diff.pace;
    let chance = (!pace.slower.is_empty() && pace.faster > 0).then(|| {
        let (slower, faster) = (pace.slower.len(), pace.faster);
        format!("{slower} cells are slower, {faster} are faster by as much: so many are slower by chance")
    });
    let all = (pace.measured > 0 && !(0.8..1.25).contains(&pace.all)).then(|| {
        let (all, measured) = (pace.all, pace.measured);
        format!("the median of {measured} cells takes {all:.2} times as long; cells are slower beside that only")
    });
    all.into_iter().chain(chance).collect()
}

/// How many regressions there are, and how much else is different.
fn summary(diff: &Diff<'_>, regressions: &[Kind]) -> String {
    let counted = |kinds: &[Kind]| {
        let counts = diff.counts(kinds);
        counts.iter().map(|(kind, count)| format!("{count} {}", kind.counted())).collect::<Vec<_>>()
    };
    let others: Vec<_> = Kind::ALL.into_iter().filter(|kind| !regressions.contains(kind)).collect();
    let bad = counted(regressions);
    let head = if bad.is_empty() { "no regression".to_owned() } else { format!("regressions: {}", bad.join(", ")) };
    let unchanged = format!("{} unchanged", diff.unchanged);
    let failing = (diff.still_failing > 0).then(|| format!("{} of them failing", diff.still_failing));
    let rest: Vec<_> = counted(&others).into_iter().chain([unchanged]).chain(failing).collect();
    format!("{head}; {}", rest.join(", "))
}

/// `1.5 s`
pub fn time(us: u64) -> String {
    match Duration::from_micros(us) {
        long if us >= 60_000_000 => format!("{:.1} min", long.as_secs_f64() / 60.0),
        long if us >= 1_000_000 => format!("{:.1} s", long.as_secs_f64()),
        short if us >= 1_000 => format!("{:.1} ms", short.as_secs_f64() * 1e3),
        _ => format!("{us} µs"),
    }
}

/// `3 %`; what is there is never 0, and what is not all never 100.
pub fn share(used: f64) -> String {
    let percent = if used > 0.0 { (100.0 * used).clamp(1.0, if used < 1.0 { 99.0 } else { 100.0 }) } else { 0.0 };
    format!("{} %", percent.round())
}
