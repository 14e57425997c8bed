//! A run for the Test Anything Protocol, version 14.

use std::fmt::Write;

use crosscheck::Outcome;
use crosscheck::internals::report;
use crosscheck::record::CellRecord;

use super::json;
use crate::records::Run;

/// A line for each cell. What was not run is `# SKIP`, what failed as it should is `# TODO`; what fails the run says why.
pub fn tap(run: &Run) -> String {
    let results = run.results();
    let mut text = format!("TAP version 14\n1..{}\n# {}\n", run.cells.len(), report::line(&results.name()));
    for (number, cell) in (1..).zip(&run.cells) {
        let ok = if cell.outcome.fails_the_run() || cell.outcome == Outcome::XFailed { "not ok" } else { "ok" };
        let _ = writeln!(text, "{ok} {number} - {}{}", words(&cell.name), directive(cell));
        if cell.outcome.fails_the_run() {
            let place = ("at", cell.origin.clone());
            let said = [
                ("outcome", format!("{}{}", cell.outcome, results.places(cell))),
                ("message", cell.reason.clone()),
                place,
                ("rerun", results.rerun(cell)),
            ];
            let said = said.map(|(key, value)| format!("  {key}: {}\n", json::text(&report::lines(&value))));
            let _ = write!(text, "  ---\n{}  ...\n", said.concat());
        }
    }
    if !run.open.is_empty() {
        text.push_str("Bail out! The run has not concluded\n");
    }
    text
}

fn directive(cell: &CellRecord) -> String {
    let reason = words(cell.reason.lines().next().unwrap_or_default());
    match cell.outcome {
        Outcome::Skipped => format!(" # SKIP {reason}"),
        Outcome::NotImplemented | Outcome::Unavailable => format!(" # SKIP {}: {reason}", cell.outcome),
        Outcome::XFailed => format!(" # TODO {reason}"),
        _ => String::new(),
    }
}

/// A text in which no directive begins. Version 14 writes `\#`, which no reader of an older one knows.
fn words(text: &str) -> String {
    report::line(text).replace('#', r"\u{23}")
}
