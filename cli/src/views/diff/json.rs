//! The difference for a program.

use crosscheck::internals::RowRecord;
use crosscheck::record::CellRecord;
use serde_json::{Value, json};

use crate::diff::{Diff, Kind};
use crate::records::Run;
use crate::views::escape;

/// The version of what is written here.
const FORMAT: u32 = 1;

/// All of it, whatever its length; `docs/src/diff.schema.json` describes it.
pub fn json(diff: &Diff<'_>, regressions: &[Kind]) -> String {
    let counts = Kind::ALL.map(|kind| (kind.as_str().to_owned(), diff.count(kind).into()));
    let is_regression = diff.counts(regressions).into_iter().map(|(kind, _)| kind.as_str());
    let cells = diff.cells.iter().map(|change| {
        let cell = change.cell();
        json!({
            "kind": change.kind.as_str(),
            "name": cell.name,
            "test": cell.test,
            "backend": cell.backend,
            "old": change.old.map(|cell| cell.outcome),
            "new": change.new.map(|cell| cell.outcome),
            "reason": cell.reason,
            "origin": cell.origin,
        })
    });
    let slower = diff
        .pace
        .slower
        .iter()
        .map(|it| json!({ "name": it.cell.name, "old_us": it.before, "new_us": it.after, "ratio": it.ratio }));
    let headroom = diff.headroom.iter().map(|it| json!({ "name": it.cell.name, "old": it.before, "new": it.after }));
    let terms =
        diff.terms.iter().map(|it| json!({ "test": it.test, "old": it.old, "new": it.new, "looser": it.is_looser }));
    let rows = diff.rows.as_ref().map(|rows| {
        rows.changes.iter().map(|change| json!({ "old": row(change.old), "new": row(change.new) })).collect::<Vec<_>>()
    });
    escape::json(&json!({
        "format": FORMAT,
        "old": run(diff.old),
        "new": run(diff.new),
        "notes": diff.notes(),
        "regressions": is_regression.collect::<Vec<_>>(),
        "counts": Value::Object(counts.into_iter().collect()),
        "unchanged": diff.unchanged,
        "still_failing": diff.still_failing,
        "cells": cells.collect::<Vec<_>>(),
        "pace": { "median": diff.pace.all, "cells": diff.pace.measured, "slower_from": diff.pace.limit },
        "slower": slower.collect::<Vec<_>>(),
        "headroom": headroom.collect::<Vec<_>>(),
        "terms": terms.collect::<Vec<_>>(),
        "rows": rows,
    }))
}

fn run(run: &Run) -> Value {
    let start = run.starts.first();
    json!({
        "suite": start.map(|start| &start.suite),
        "package": start.map(|start| &start.package),
        "fingerprint": start.map(|start| start.fingerprint),
        "at": run.starts.iter().map(|start| start.at).max(),
        "cells": run.cells.len(),
        "failing": run.cells.iter().filter(|cell: &&CellRecord| cell.outcome.fails_the_run()).count(),
        "concluded": run.open.is_empty(),
        "narrowed": run.narrowed,
    })
}

fn row(row: Option<&RowRecord>) -> Value {
    serde_json::to_value(row).expect("a row of a record can be written as JSON")
}
